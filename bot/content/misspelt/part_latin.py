"""Words partly in Latin letters: «vыдаём», "roditeляm"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from bot.content.latin_typed import to_cyrillic
from bot.content.lookalikes import read_inside
from bot.content.misspelt.by_ear import SHORTEST
from bot.content.misspelt.rule_words import RuleWords
from bot.content.misspelt.run_together import SMALL
from bot.content.normalise import Normalised, normalise
from bot.content.rewritten import Edit

_CYRILLIC, _LATIN = re.compile(r"[\u0400-\u04ff]"), re.compile(r"[A-Za-z]")
_MIXED = re.compile(r"[^\W\d_]+")
_MIXED_WORD = re.compile(r"[A-Za-z][\u0400-\u04ff]|[\u0400-\u04ff][A-Za-z]")
_LATIN_RUN = re.compile(r"[A-Za-z0-9']+")


class PartLatin:
    """Reads words of two alphabets in one.

    Args:
        language: "ru" or "bg".
        words: of its rules.
        by_ear: reads a word as one of the rules that sounds like it.
    """

    def __init__(self, language: str, words: RuleWords, by_ear: Callable[[str], str | None]) -> None:
        self._language = language
        self._words = words
        self._by_ear = by_ear

    def edits(self, text: Normalised) -> Iterator[Edit]:
        """Words of a text that are partly in Latin letters, and short ones wholly so beside them, in Cyrillic."""
        cyrillic, latin = len(_CYRILLIC.findall(text.original)), len(_LATIN.findall(text.original))
        if not cyrillic or not latin or cyrillic * 3 < latin:
            return
        mixed_words = _MIXED_WORD.search(text.original) is not None
        for found in _MIXED.finditer(text.text):
            start, end = found.span()
            original = text.original[slice(*text.span(start, end))]
            if not _LATIN.search(original) or not original.isalpha():
                continue
            if not _CYRILLIC.search(original) and (len(original) < 2 or not mixed_words):
                continue
            read = self._in_one_script(found.group(), original)
            if read is not None and read != found.group():
                yield start, end, read

    def _in_one_script(self, word: str, original: str) -> str | None:
        language = self._language
        by_sound = normalise(
            _LATIN_RUN.sub(lambda run: to_cyrillic(run.group().lower(), language), original.lower())
        ).text
        by_look = "".join(
            read_inside(letter.lower(), letter.isupper()) if letter.isascii() else letter.lower() for letter in original
        )
        mixed = _CYRILLIC.search(original) is not None
        ways = [word, by_sound, by_look] if mixed else [by_sound, by_look]
        for way in ways:
            if not _CYRILLIC.match(way):
                continue
            if self._words.known(way) if len(way) >= SHORTEST else (way in SMALL[language] and not mixed):
                return way
        if not mixed:
            return None
        for way in ways:
            if _CYRILLIC.match(way) and (read := self._by_ear(way)) is not None:
                return read
        return by_sound
