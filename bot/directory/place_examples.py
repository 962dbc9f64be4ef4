"""The messages the chooser of places learns from: ``nlu_data/<language>/whereabouts.jsonl``, a JSON object a line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.content.labelled_lines import labelled_lines
from bot.content.languages import LANGUAGES
from bot.directory.model import is_country
from bot.directory.need_examples import EXAMPLES

#: The file of one language, and the label of a message of which nobody could tell.
FILE, NONE = "whereabouts.jsonl", "none"


class PlaceExampleError(Exception):
    """A line is no example; the text names file and line."""


@dataclass(frozen=True)
class PlaceExample:
    """One message.

    Args:
        text: as a person would write it.
        country: ISO code of where help is looked for; None: nobody could tell.
        language: of the message.
    """

    text: str
    country: str | None
    language: str


def read_place_examples(folder: Path = EXAMPLES) -> list[PlaceExample]:
    """The examples of all languages.

    Raises:
        PlaceExampleError: a line is wrong or stands twice; names file and line.
    """
    found: list[PlaceExample] = []
    for language in LANGUAGES:
        path = folder / language / FILE
        if not path.exists():
            continue
        for problem, example in _lines(path, language):
            if example is None:
                raise PlaceExampleError(problem)
            found.append(example)
    return found


def place_example_problems(folder: Path = EXAMPLES) -> list[str]:
    """What must be mended in the examples of all languages, as ``file:line: sentence``."""
    problems = []
    for language in LANGUAGES:
        path = folder / language / FILE
        try:
            problems += [problem for problem, example in _lines(path, language) if example is None]
        except OSError as error:
            problems.append(f"{path}:1: cannot be read ({error.strerror})")
    return problems


def _lines(path: Path, language: str) -> Iterator[tuple[str, PlaceExample | None]]:
    for problem, value in labelled_lines(path, '{"text": "...", "country": "TR"}', ("text", "country"), _problem):
        if value is None:
            yield problem, None
            continue
        country = None if value["country"] == NONE else value["country"]
        yield "", PlaceExample(value["text"], country, language)


def _problem(value: Mapping[str, Any]) -> str | None:
    country = value.get("country")
    if country != NONE and not (isinstance(country, str) and is_country(country)):
        return f'"country" is a two-letter code such as TR, or {NONE}'
    return None
