"""Flags of countries: two letters that are shown as one."""

from __future__ import annotations

import re
from collections.abc import Iterator

_FIRST_LETTER = 0x1F1E6
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2}")


def country_flags(text: str) -> Iterator[tuple[int, int, str]]:
    """Beginning and end of each flag in a text, and its two letters (ISO 3166-1 alpha-2 where it is a country's)."""
    for flag in _FLAG.finditer(text):
        yield *flag.span(), "".join(chr(ord(letter) - _FIRST_LETTER + ord("A")) for letter in flag.group())
