"""Labelled messages: one JSON object a line with ``text``, ``intent`` and perhaps ``style``."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.content.languages import LANGUAGES
from bot.content.numbered_lines import numbered_lines

#: Messages without a style are put under this name.
NO_STYLE = "unnamed"


class LabelError(Exception):
    """A line is no labelled message; the text names file and line."""


@dataclass(frozen=True)
class Labelled:
    """One message and what it means.

    Args:
        text: as a person would write it.
        intent: a name of the taxonomy.
        style: how it is written (plain, typos, translit ...); decides nothing, is reported on.
        language: ru, en, bg or zh.
    """

    text: str
    intent: str
    style: str
    language: str


def language_of(path: Path) -> str | None:
    """The language a file's name ends in: ``ru.jsonl``, ``messages_ru.jsonl``; None where it names none."""
    found = re.search(r"(?:^|[_.-])(" + "|".join(LANGUAGES) + r")$", path.stem)
    return found.group(1) if found else None


def chosen_files(files: Sequence[Path], default: Path, pattern: str, holds: str) -> list[Path]:
    """The sets to score.

    Args:
        files: what was asked for.
        default: folder of the sets that are scored where nothing was.
        pattern: of their names in it.
        holds: what they hold, for the complaint.

    Raises:
        LabelError: one is missing, or there are none.
    """
    chosen = list(files) or sorted(default.glob(pattern))
    missing = [path for path in chosen if not path.is_file()]
    if missing or not chosen:
        raise LabelError(f"{missing[0] if missing else default}: no such file with {holds}")
    return chosen


def json_lines(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Place (file and line) and value of each line that is not blank.

    Args:
        path: the file, UTF-8. Lines end with a line feed only: texts may hold other separators.

    Raises:
        LabelError: a line is no JSON object; names file and line.
    """
    for place, line in numbered_lines(path):
        try:
            value = json.loads(line.decode("utf-8"))
        except (ValueError, UnicodeDecodeError):
            raise LabelError(f"{place}: not a JSON object in UTF-8") from None
        if not isinstance(value, dict):
            raise LabelError(f'{place}: a line is a JSON object such as {{"text": "..."}}')
        yield place, value


def read_labelled(path: Path, intents: Collection[str], language: str | None = None) -> list[Labelled]:
    """Read a set.

    Args:
        path: see :func:`json_lines`.
        intents: the names that exist.
        language: of all messages that do not say their own; else taken from the file's name.

    Raises:
        LabelError: naming file and line.
    """
    language = language or language_of(path)
    found = []
    for place, value in json_lines(path):
        if not isinstance(value.get("text"), str):
            raise LabelError(f'{place}: "text" is missing')
        if value.get("intent") not in intents:
            raise LabelError(f'{place}: "intent" is no name of the taxonomy')
        spoken = value.get("language") or language
        if spoken not in LANGUAGES:
            raise LabelError(f'{place}: say the language ("language": "ru", or a file name ending in _ru)')
        found.append(Labelled(value["text"], value["intent"], str(value.get("style") or NO_STYLE), spoken))
    return found
