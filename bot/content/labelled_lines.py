"""Labelled messages that people edit: a JSON object a line, what is wrong named by file and line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from bot.content.numbered_lines import numbered_lines


def labelled_lines(
    path: Path, expected: str, known: tuple[str, ...], problem_of: Callable[[Mapping[str, Any]], str | None]
) -> Iterator[tuple[str, Mapping[str, Any] | None]]:
    """Each line as ("", what it holds), or as (``file:line: sentence``, None) if it must be mended.

    Args:
        path: the file.
        expected: how a line looks, for who edits it.
        known: the names it may hold; "text" is always one, and no text may stand twice.
        problem_of: what else is wrong with a line whose names are known, or None.

    Raises:
        OSError: there is no such file.
    """
    seen: dict[str, str] = {}
    for place, line in numbered_lines(path):
        try:
            value = json.loads(line.decode("utf-8"))
        except ValueError:
            yield f"{place}: expected {expected} in UTF-8", None
            continue
        problem = _problem(value, known) or problem_of(value)
        if problem is None and value["text"] in seen:
            problem = f"the same text stands in line {seen[value['text']]}"
        if problem is not None:
            yield f"{place}: {problem}", None
            continue
        seen[value["text"]] = place.rpartition(":")[2]
        yield "", value


def _problem(value: object, known: tuple[str, ...]) -> str | None:
    if not isinstance(value, dict) or not isinstance(value.get("text"), str) or not value["text"].strip():
        return '"text" is missing'
    if unknown := sorted(map(str, set(value) - set(known))):
        return f'"{unknown[0]}" is not known; there is {", ".join(known[:-1])} and {known[-1]}'
    return None
