"""The messages the reader of needs learns from: ``nlu_data/<language>/needs.jsonl``, a JSON object a line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.content.labelled_lines import labelled_lines
from bot.content.languages import LANGUAGES
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
    for problem, value in labelled_lines(path, '{"text": "...", "need": "..."}', ("text", "need", "also"), _problem):
        if value is None:
            yield problem, None
            continue
        need = None if value["need"] == NONE else value["need"]
        yield "", NeedExample(value["text"], need, tuple(value.get("also", ())))


def _problem(value: Mapping[str, Any]) -> str | None:
    need, also = value.get("need"), value.get("also", [])
    if need != NONE and need not in URGENCY:
        return f'"need" is one of {", ".join(sorted(URGENCY))}, or {NONE}'
    if not isinstance(also, list) or any(other not in URGENCY for other in also):
        return '"also" is a list of needs'
    if need == NONE and also:
        return f'who looks for {NONE} looks for nothing else: leave "also" out'
    return None
