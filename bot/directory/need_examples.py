"""The messages the reader of needs learns from: ``nlu_data/<language>/needs.jsonl``, a JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.content.languages import LANGUAGES
from bot.content.numbered_lines import numbered_lines
from bot.directory.needs import URGENCY

#: The folder with a folder a language.
EXAMPLES = Path(__file__).resolve().parents[2] / "nlu_data"
#: The file of one language, and the label of a message that looks for no help.
FILE, NONE = "needs.jsonl", "none"


class NeedExampleError(Exception):
    """A line is no example; the text names file and line."""


@dataclass(frozen=True)
class NeedExample:
    """One message.

    Args:
        text: as a person would write it.
        need: what it looks for; None: nothing.
        also: what else would help as well.
    """

    text: str
    need: str | None
    also: tuple[str, ...] = ()


def read_need_examples(path: Path) -> list[NeedExample]:
    """The examples of one file.

    Raises:
        NeedExampleError: a line is wrong or stands twice; names file and line.
        OSError: there is no such file.
    """
    found: list[NeedExample] = []
    for problem, example in _lines(path):
        if example is None:
            raise NeedExampleError(problem)
        found.append(example)
    return found


def all_need_example_problems(folder: Path = EXAMPLES) -> list[str]:
    """What must be mended in the examples of all languages, as ``file:line: sentence``."""
    return [problem for language in LANGUAGES for problem in need_example_problems(folder / language / FILE)]


def need_example_problems(path: Path) -> list[str]:
    """Every line that must be mended, as ``file:line: sentence``."""
    try:
        return [problem for problem, example in _lines(path) if example is None]
    except OSError as error:
        return [f"{path}:1: cannot be read ({error.strerror})"]


def _lines(path: Path) -> Iterator[tuple[str, NeedExample | None]]:
    seen: dict[str, str] = {}
    for place, line in numbered_lines(path):
        try:
            value = json.loads(line.decode("utf-8"))
        except ValueError:
            yield f'{place}: expected {{"text": "...", "need": "..."}} in UTF-8', None
            continue
        problem = _problem(value)
        if problem is None and value["text"] in seen:
            problem = f"the same text stands in line {seen[value['text']]}"
        if problem is not None:
            yield f"{place}: {problem}", None
            continue
        seen[value["text"]] = place.rpartition(":")[2]
        need = None if value["need"] == NONE else value["need"]
        yield "", NeedExample(value["text"], need, tuple(value.get("also", ())))


def _problem(value: object) -> str | None:
    if not isinstance(value, dict) or not isinstance(value.get("text"), str) or not value["text"].strip():
        return '"text" is missing'
    if unknown := sorted(map(str, set(value) - {"text", "need", "also"})):
        return f'"{unknown[0]}" is not known; there is text, need and also'
    need, also = value.get("need"), value.get("also", [])
    if need != NONE and need not in URGENCY:
        return f'"need" is one of {", ".join(sorted(URGENCY))}, or {NONE}'
    if not isinstance(also, list) or any(other not in URGENCY for other in also):
        return '"also" is a list of needs'
    if need == NONE and also:
        return f'who looks for {NONE} looks for nothing else: leave "also" out'
    return None
