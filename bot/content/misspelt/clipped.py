"""Words cut off or with their middle left out: «пасп.», «жил-во», «б/дог»."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

from bot.content.misspelt.by_ear import SHORTEST
from bot.content.misspelt.rule_words import RuleWords
from bot.content.misspelt.run_together import SMALL
from bot.content.normalise import Normalised
from bot.content.rewritten import Edit

#: A word cut off with a dot after which the sentence goes on, or with its middle left out.
_CLIPPED = re.compile(r"(?<![\w.\-/])([\u0430-\u044f]{3,7})\.(?!\w*@)(?![a-z])")
_NOT_BLANK = re.compile(r"[^ ]")
_GOES_ON = re.compile(r" ?[\u0430-\u044f\d,]|$")
_INNER_CUT = re.compile(r"(?<![\w\-])([\u0430-\u044f]{1,6})-([\u0430-\u044f]{1,4})(?![\w\-])")
_WITHOUT = re.compile(r"(?<![\w/])б[/\\] ?([\u0430-\u044f]{1,16})\b\.?")
#: Second parts that stand after a hyphen in ordinary writing, and first ones before it.
_PARTICLES = frozenset("то ли либо нибудь ка де таки ти с х го м й я е ая ое ые ый ой ть на но р н га ту ва те".split())  # noqa: SIM905
_PREFIXES = frozenset("по кое кой во в на най пре из что как кто где по-".split())  # noqa: SIM905
#: What everybody clips.
_USUAL = frozenset(
    ["тыс", "руб", "мес", "чел", "час", "мин", "тел", "стр", "обл", "ном", "пос", "дер", "оф", "под",
     "дом", "сек", "лет", "тов", "гос", "эл", "кол", "изд", "рис", "табл", "янв", "фев", "мар", "апр",
     "авг", "сен", "окт", "ноя", "дек", "пон", "вто", "сре", "чет", "пят", "суб", "вос", "гр", "ул",
     "бул", "кв", "вх", "ап", "ет", "лв", "ст", "бр", "сут", "кор", "корп", "млн", "млрд"]
)  # fmt: skip
_USUAL_CUT = frozenset(
    ["пр-кт", "пр-т", "пр-д", "р-н", "р-не", "р-на", "р-он", "г-н", "г-жа", "г-на", "о-в", "о-ва", "м-н",
     "б-р", "к-т", "т-во", "о-во", "гр-н", "пл-дь"]
)  # fmt: skip


class Clipped:
    """Reads clipped words whole.

    Args:
        language: "ru" or "bg".
        words: of its rules.
    """

    def __init__(self, language: str, words: RuleWords) -> None:
        self._small = SMALL[language]
        self._words = words

    def edits(self, text: Normalised) -> Iterator[Edit]:
        """Clipped words of a text, and what they are whole."""
        written = text.text
        for found in _WITHOUT.finditer(written):
            after = self._without(found.group(1))
            if after is not None:
                yield found.start(), found.end(), f"без {after}" + self._stop(text, found)
        for found in _CLIPPED.finditer(written):
            word = found.group(1)
            if (
                word in _USUAL
                or self._words.word(word)
                or word in self._small
                or not _GOES_ON.match(written, found.end())
            ):
                continue
            whole = self._beginning_so(word)
            if whole is not None:
                yield found.start(), found.end(), whole + self._stop(text, found)
        for found in _INNER_CUT.finditer(written):
            first, last = found.groups()
            if len(first) < 2 or len(first) + len(last) < SHORTEST or found.group() in _USUAL_CUT:
                continue
            if (
                (last in _PARTICLES and len(first) > 3)
                or first in _PREFIXES
                or (len(first) > 2 and self._words.word(first))
            ):
                continue
            whole = self._cut_so(first, last)
            if whole is not None:
                yield found.start(), found.end(), whole

    def _stop(self, text: Normalised, found: re.Match[str]) -> str:
        """The dot of a clipped word where a sentence ends with it."""
        if not found.group().endswith("."):
            return ""
        after = _NOT_BLANK.search(text.text, found.end())
        if after is None or after.group() == "\n":
            return "."
        return "." if text.original[text.offsets[after.start()]].isupper() else ""

    @cached_property
    def _by_letter(self) -> dict[str, list[str]]:
        """First letter -> words of the files, what rules name oftenest first."""
        words: dict[str, list[str]] = defaultdict(list)
        for word in {*self._words.whole, *self._words.stems}:
            if len(word) >= SHORTEST:
                words[word[0]].append(word)
        for own in words.values():
            own.sort(key=lambda word: (-self._words.weights[word], len(word), word))
        return dict(words)

    def _beginning_so(self, beginning: str) -> str | None:
        return next((word for word in self._by_letter.get(beginning[0], ()) if word.startswith(beginning)), None)

    def _cut_so(self, first: str, last: str) -> str | None:
        least = len(first) + len(last) + 1
        return next(
            (
                word
                for word in self._by_letter.get(first[0], ())
                if least <= len(word) <= least + 8 and word.startswith(first) and word.endswith(last)
            ),
            None,
        )

    def _without(self, clipped: str) -> str | None:
        if clipped in self._words.after_without:
            return clipped
        if len(clipped) < 2:
            return None
        fitting = [word for word in self._words.after_without if word.startswith(clipped)]
        if fitting:
            return max(fitting, key=lambda word: (self._words.after_without[word], word))
        return clipped if self._words.known(clipped) else None
