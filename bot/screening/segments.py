"""An offer cut into short passages, so that each can be looked at by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.content.normalise import HAN

#: Passages of one offer that are looked at; a longer text is read up to there.
MOST_SEGMENTS = 80
_SENTENCE_END = re.compile(r"\n+|[.!?;…]+\s+|[。！？；]+")
_CLAUSE_END = re.compile(r"[,，、:：]\s*|\s+[-–—+•|]\s+")
#: A passage shorter than this is joined to the next clause, characters; Chinese says more in one character.
_SHORT, _SHORT_HAN = 45, 14


def segments(text: str) -> list[tuple[int, int]]:
    """Start and end of each passage, in code points of the text, without blanks around it.

    Args:
        text: the offer as it came.
    """
    found: list[tuple[int, int]] = []
    for start, end in _cut(text, 0, len(text), _SENTENCE_END):
        short = _SHORT_HAN if HAN.search(text, start, end) else _SHORT
        begun = start
        for _, clause_end in _cut(text, start, end, _CLAUSE_END):
            if clause_end - begun >= short or clause_end == end:
                passage = text[begun:clause_end]
                if passage.strip():
                    lead = len(passage) - len(passage.lstrip())
                    found.append((begun + lead, begun + len(passage.rstrip())))
                begun = clause_end
    return found[:MOST_SEGMENTS]


def _cut(text: str, start: int, end: int, between: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    begun = start
    for mark in between.finditer(text, start, end):
        yield begun, mark.end()
        begun = mark.end()
    if begun < end:
        yield begun, end
