"""Misspelt names of places: "Hamburgh", «варшове», «в Берлени», 柬铺寨.

Near is not enough: «Марина» must not become a town because there is one called Marina, nor "general" Geneva. So a
word is taken for a misspelt place only if it is long, begins right, is one slip away (two where the words around it
say that a place comes), belongs to one country, and is no word of its own (``locales/<language>/ordinary_words.txt``).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

from bot.directory.word_numbers import WordNumbers

_Name = TypeVar("_Name")

#: Shortest word that may be a misspelt place, letters; after a word such as "in", and anywhere.
AFTER_PLACE_WORD, ANYWHERE = 5, 6
#: From this length on two slips are forgiven after a word such as "in".
TWO_SLIPS = 8
#: Shortest Chinese name of which one character may be wrong.
HAN_LEAST = 3

_CYRILLIC = re.compile("[а-яіїє]")
_DOUBLED = re.compile(r"(.)\1+")
#: Vowels that sound alike where they are not stressed, and consonants that sound alike at a word's end.
_SOUNDS = str.maketrans(
    {
        "о": "а",
        "е": "и",
        "э": "и",
        "ы": "и",
        "й": "и",
        "я": "и",
        "ь": None,
        "ъ": None,
        "ю": "у",
        "і": "и",
        "ї": "и",
        "є": "и",
    }
)
_LAST = str.maketrans("бвгджз", "пфктшс")
_LATIN_STEPS = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        ("ph", "f"), ("gh|kh", "g"), ("ck|q", "k"), ("c(?=[eiy])", "s"), ("c", "k"), ("w", "v"), ("y|j|ee|ea", "i"),
        ("ou|oo|au", "u"), ("z", "s"), ("(?<=.)h", ""), ("e$", ""),
    )
)  # fmt: skip


def sound(word: str) -> str:
    """What a word sounds like to somebody who writes by ear; equal for «Берлени» and «Берлине»."""
    if _CYRILLIC.search(word):
        key = _DOUBLED.sub(r"\1", word.translate(_SOUNDS))
        return key[:-1] + key[-1:].translate(_LAST)
    for pattern, replacement in _LATIN_STEPS:
        word = pattern.sub(replacement, word)
    return _DOUBLED.sub(r"\1", word)


def one_slip(one: str, other: str) -> bool:
    """Whether two words differ by one letter added, left out, changed, or two neighbours swapped."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return one == other
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    if len(one) == len(other):
        rest = one[start + 1 :] == other[start + 1 :]
        return rest or (
            one[start : start + 2] == other[start : start + 2][::-1] and one[start + 2 :] == other[start + 2 :]
        )
    longer, shorter = (one, other) if len(one) > len(other) else (other, one)
    return longer[start + 1 :] == shorter[start:]


def moved_letter(one: str, other: str) -> bool:
    """Whether one letter of a word stands at another place: «beruit»."""
    if len(one) != len(other) or sorted(one) != sorted(other):
        return False
    differing = [at for at, (left, right) in enumerate(zip(one, other, strict=True)) if left != right]
    if not differing:
        return False
    start, end = differing[0], differing[-1] + 1
    left, right = one[start:end], other[start:end]
    return left[1:] + left[:1] == right or left[-1:] + left[:-1] == right


def two_slips(one: str, other: str) -> bool:
    """Whether two slips at most lie between two words."""
    if abs(len(one) - len(other)) > 2:
        return False
    before = list(range(len(other) + 1))
    for row, letter in enumerate(one, start=1):
        now = [row]
        for column, against in enumerate(other, start=1):
            now.append(min(before[column] + 1, now[-1] + 1, before[column - 1] + (letter != against)))
        if min(now) > 2:
            return False
        before = now
    return before[-1] <= 2


class Spellings(Generic[_Name]):
    """Names that may be misspelt, found by a word near to them.

    Args:
        names: each way to write a name, one word, with what it names.
    """

    def __init__(self, names: Iterable[tuple[str, _Name]]) -> None:
        by_start: dict[tuple[str, int], dict[tuple[str, _Name], None]] = defaultdict(dict)
        by_sound: dict[str, dict[tuple[str, _Name], None]] = defaultdict(dict)
        for written in names:
            word = written[0]
            if len(word) >= AFTER_PLACE_WORD:
                by_start[word[0], len(word)][written] = None
                by_sound[sound(word)][written] = None
        # Tuples, not dictionaries: there are thousands of them, most with one name.
        self._by_start = {key: tuple(known) for key, known in by_start.items()}
        self._by_sound = {key: tuple(known) for key, known in by_sound.items()}

    def near(self, word: str, after_place_word: bool) -> Iterator[_Name]:
        """What a word may be a misspelling of, by sound, then by one slip, then by two; nothing for a short word.

        Args:
            word: normalised, not a name as it is.
            after_place_word: a word such as "in" stands before it, or it is the whole message.
        """
        if len(word) < (AFTER_PLACE_WORD if after_place_word else ANYWHERE):
            return
        # One slip leaves the first or the last part whole; to compare those first is ten times as quick.
        part = max(1, (len(word) - 3) // 2)
        first, last = word[:part], word[-part:]
        slips = [
            (name, known)
            for length in (len(word), len(word) - 1, len(word) + 1)
            for known, name in self._by_start.get((word[0], length), ())
            if (known.startswith(first) or known.endswith(last)) and one_slip(word, known)
        ]
        if after_place_word and not slips and len(word) >= ANYWHERE:
            slips = [
                (name, known)
                for known, name in self._by_start.get((word[0], len(word)), ())
                if moved_letter(word, known)
            ]
        alike = [name for known, name in self._by_sound.get(sound(word), ()) if known[0] == word[0]]
        if alike or slips:
            yield from (*alike, *(name for name, _ in slips))
            return
        if after_place_word and len(word) >= TWO_SLIPS:
            for length in range(max(TWO_SLIPS, len(word) - 2), len(word) + 3):
                for known, name in self._by_start.get((word[0], length), ()):
                    if known.startswith(word[:3]) and two_slips(word, known):
                        yield name


class NearWords:
    """Words by what stays of them when a letter is left out, and by their sound.

    For tens of thousands of words, where :class:`Spellings` would take ten times as much memory. What is found may be
    near or not: read the word itself and compare.

    Args:
        words: each word with the number it is to be found by.
    """

    def __init__(self, words: Iterable[tuple[str, int]]) -> None:
        self._numbers = WordNumbers((said, number) for word, number in words for said in _ways_said(word))

    def numbers(self, word: str) -> set[int]:
        """Numbers of words that sound like a word, or may differ from it by one slip or one moved letter."""
        return {number for said in _ways_said(word) for number in self._numbers.of(said)}


def _ways_said(word: str) -> Iterator[str]:
    if len(word) >= AFTER_PLACE_WORD:
        yield f"={sound(word)}"
    if len(word) >= ANYWHERE:
        yield from _one_left_out(word)


def _one_left_out(word: str) -> set[str]:
    """A word, and what stays of it when one letter but the first is left out."""
    return {word, *(word[:at] + word[at + 1 :] for at in range(1, len(word)))}


def nearness(word: str, name: str) -> int | None:
    """How near a word is to a name as a misspelling of it; None if it is too far.

    Args:
        word: as somebody wrote it, normalised.
        name: as it is written.

    Returns:
        0 if they sound alike, 1 for a slip or a moved letter.
    """
    if word[0] != name[0]:
        return None
    if sound(word) == sound(name):
        return 0 if min(len(word), len(name)) >= AFTER_PLACE_WORD else None
    if min(len(word), len(name)) < ANYWHERE:
        return None
    return 1 if one_slip(word, name) or moved_letter(word, name) else None
