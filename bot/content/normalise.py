"""Text made comparable without losing the original: every kept character knows where it came from."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cached_property, lru_cache

from opencc import OpenCC

#: Lower-case letters that look the same in Latin and Cyrillic (confusables of Unicode Technical Standard 39).
#: Only true twins: r, n, b, m, t, h differ in lower case, and replacing them would spoil Latin-typed text.
_TWINS = dict(zip("aceopxyk", "асеорхук", strict=True))
_CYRILLIC_TO_LATIN = {cyrillic: latin for latin, cyrillic in _TWINS.items()}

_WORD = re.compile(r"[^\W\d_]+")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_LATIN = re.compile(r"[a-z]")
#: One Chinese character.
HAN = re.compile(r"[\u3400-\u9fff]")
_HAN_RUN = re.compile(r"[\u3400-\u9fff]+")
#: Longest piece of a word by which phrases are looked up (:attr:`Normalised.grams`).
GRAM = 5
#: A sentence ends at a line's end, at Chinese marks, and at others that a blank follows ("3.5" goes on).
_SENTENCE_END = re.compile(r"\n|[。！？]|[.!?]+(?=\s|$)")
#: Invisible and combining characters: they only serve to hide words from a reader like us.
_DROPPED = frozenset(("Cf", "Cc", "Mn", "Cs", "Co"))
_BREVE = "\u0306"
_QUOTES = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "“": '"', "”": '"', "\u00a0": " ", "\u202f": " "})


@dataclass(frozen=True)
class Normalised:
    """Normalised text with its way back.

    Args:
        text: lower case, NFKC, е for ё, one script in a word, simplified Chinese, no invisible characters.
        offsets: for each character of ``text`` the code-point index in the original it came from, and one more
            for the end.
        original: the text as it came.
    """

    text: str
    offsets: tuple[int, ...]
    original: str

    @cached_property
    def alphabetic(self) -> str:
        """The text with every Chinese character made a blank: there, letters of an alphabet are words of their own."""
        return HAN.sub(" ", self.text)

    @cached_property
    def grams(self) -> frozenset[str]:
        """All pieces of 1 to :data:`GRAM` characters: whether a word can stand in the text is one look-up."""
        text = self.text
        return frozenset(text[start : start + size] for size in range(1, GRAM + 1) for start in range(len(text)))

    @cached_property
    def _sentence_ends(self) -> tuple[list[int], list[int]]:
        ends = list(_SENTENCE_END.finditer(self.text))
        return [end.start() for end in ends], [end.end() for end in ends]

    def sentence(self, start: int, end: int) -> tuple[int, int]:
        """The sentence or line around a span of the normalised text, its mark excluded."""
        starts, stops = self._sentence_ends
        before, after = bisect_right(stops, start), bisect_left(starts, end)
        return stops[before - 1] if before else 0, starts[after] if after < len(starts) else len(self.text)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The original's code points ``[start, end)`` behind a non-empty span of the normalised text."""
        first = self.offsets[start]
        if end <= start:
            return first, first
        stop = self.offsets[end - 1] + 1
        while stop < len(self.original) and unicodedata.combining(self.original[stop]):
            stop += 1  # an accent belongs to the letter before it
        return first, stop


@lru_cache(maxsize=1)
def _converter() -> OpenCC:
    return OpenCC("t2s")


def _is_cyrillic(letter: str) -> bool:
    return "\u0400" <= letter <= "\u04ff"


def _one_script(word: str) -> str:
    """A word of mixed scripts in the script of most of its letters that have no twin in the other."""
    cyrillic = sum(_is_cyrillic(letter) for letter in word)
    if not cyrillic or cyrillic == len(word) or not any("a" <= letter <= "z" for letter in word):
        return word
    only_cyrillic = sum(_is_cyrillic(letter) and letter not in _CYRILLIC_TO_LATIN for letter in word)
    only_latin = sum("a" <= letter <= "z" and letter not in _TWINS for letter in word)
    if only_cyrillic > only_latin or (only_cyrillic == only_latin and cyrillic * 2 >= len(word)):
        return "".join(_TWINS.get(letter, letter) for letter in word)
    return "".join(_CYRILLIC_TO_LATIN.get(letter, letter) for letter in word)


def _simplified(run: str) -> str:
    converted = _converter().convert(run)
    if len(converted) == len(run):
        return converted
    return "".join(_converter().convert(letter)[:1] or letter for letter in run)


@lru_cache(maxsize=20_000)
def _folded(character: str) -> str:
    """One character as it is compared: lower case, NFKC, nothing for invisible ones."""
    if character in "\r\u2028\u2029":
        return "\n"
    if character == "\t":
        return " "
    if character != "\n" and unicodedata.category(character) in _DROPPED:
        return ""
    folded = unicodedata.normalize("NFKC", character.translate(_QUOTES)).lower()
    return "".join("е" if part == "ё" else part for part in folded if unicodedata.category(part) != "Mn")


def normalise(text: str) -> Normalised:
    """Normalise for matching: NFKC, lower case, е for ё, look-alike letters, invisible characters, simplified Chinese.

    Args:
        text: anything a person sent; arbitrary Unicode, lone surrogates included.

    Returns:
        the normalised text with the offset of every character in the original.
    """
    characters: list[str] = []
    offsets: list[int] = []
    for index, character in enumerate(text):
        if character == _BREVE and characters and characters[-1] == "и":
            characters[-1] = "й"  # й typed as letter and combining mark
            continue
        for folded in _folded(character):
            characters.append(folded)
            offsets.append(index)
    folded_text = "".join(characters)
    if _CYRILLIC.search(folded_text) and _LATIN.search(folded_text):
        folded_text = _WORD.sub(lambda match: _one_script(match.group()), folded_text)
    if HAN.search(folded_text):
        folded_text = _HAN_RUN.sub(lambda match: _simplified(match.group()), folded_text)
    offsets.append(len(text))
    return Normalised(folded_text, tuple(offsets), text)
