"""How Russian and Bulgarian words sound, roughly, and how far one is from another."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Callable

_VOWELS = frozenset("аеиоуыэюяъй")
#: How far letters that sound alike are from each other, and two that changed places; others are 1.
_NEAR, _SWAPPED = 0.3, 0.8
#: How far each letter is that a word goes on after what a rule names.
_LONGER = 0.05
_DOUBLE = re.compile(r"(.)\1+")
_VOICELESS = dict(zip("бвгджзщ", "пфктшсш", strict=True))
_SAME_VOWELS = {"е": "и", "э": "и", "ы": "и", "й": "и", "ю": "у", "ь": ""}
_SOUNDS = {
    "ru": str.maketrans({**_VOICELESS, **_SAME_VOWELS, "о": "а", "я": "и", "ъ": ""}),
    "bg": str.maketrans({**_VOICELESS, **_SAME_VOWELS, "щ": "шт", "о": "у", "я": "а", "ъ": "а"}),
}
_KEYBOARDS = {"ru": ("йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю"), "bg": ("явертъуиоп", "асдфгхйкл", "зьцжбнм")}
#: Groups of letters that sound like others.
_GROUPS = {
    "ru": re.compile("ть?ся|тц|дц|дс(?=к)|тс(?=к)|[сзж]ч|стн|здн|ств(?=у)|[оае]в[оа]$|[оае]г[оа]$"),
    "bg": re.compile("тц|дц|стн|здн|тс|дс"),
}
_AS = {"тся": "ца", "ться": "ца", "тц": "ц", "дц": "ц", "дс": "ц", "тс": "ц", "сч": "щ", "зч": "щ", "жч": "щ",
       "стн": "сн", "здн": "зн"}  # fmt: skip


def sound(word: str, language: str) -> str:
    """A word as it sounds, roughly: unstressed vowels, voiced and doubled consonants made alike."""
    word = _GROUPS[language].sub(_as_it_sounds, word)
    return _DOUBLE.sub(r"\1", word.translate(_SOUNDS[language]))


def _as_it_sounds(group: re.Match[str]) -> str:
    letters = group.group()
    if letters[1:2] in ("в", "г"):
        return letters[0] + "во"
    return _AS.get(letters, letters)


def _neighbours(rows: tuple[str, ...], language: str) -> dict[str, str]:
    """Sound -> sounds of the letters beside its own, above and below."""
    beside: dict[str, str] = defaultdict(str)
    keys = [sound(letter, language) or letter for row in rows for letter in row]
    places = [(across, down) for down, row in enumerate(rows) for across in range(len(row))]
    for (key, (across, down)), (other, (there, below)) in itertools.permutations(zip(keys, places, strict=True), 2):
        if abs(across - there) <= 1 and abs(down - below) <= (0 if there > across else 1):
            beside[key] += other
    return dict(beside)


#: Language -> sound -> sounds of the letters beside its own on the keyboard.
NEIGHBOURS = {language: _neighbours(rows, language) for language, rows in _KEYBOARDS.items()}


def sounds_heard(heard: str, sought: str, stem: bool) -> int | None:
    """How many sounds of a word are one that is sought, with one of them wrong at most; None where they are not.

    Args:
        heard: the word, as :func:`sound` has it.
        sought: what is sought, likewise.
        stem: the word may go on after it.
    """
    at = 0
    for one, other in zip(heard, sought, strict=False):
        if one != other:
            break
        at += 1
    size = len(sought)
    fits: Callable[[str, str], bool] = str.startswith if stem else str.__eq__
    if at == size and (stem or len(heard) == size):
        return size
    if stem and at >= size - 1:
        return None  # the last letter of a beginning, wrong: as well another word
    rest, wanted = heard[at:], sought[at:]
    if fits(rest[1:], wanted[1:]) and rest and wanted:
        return size
    if rest[:1] and rest[:2] == wanted[1::-1] and len(wanted) > 1 and fits(rest[2:], wanted[2:]):
        return size
    if rest and fits(rest[1:], wanted):
        return size + 1
    return size - 1 if wanted and fits(rest, wanted[1:]) else None


def _alike(letter: str, other: str) -> bool:
    both_vowels = letter in _VOWELS and other in _VOWELS
    return both_vowels or _VOICELESS.get(letter, letter) == _VOICELESS.get(other, other)


def unlike(word: str, target: str, stem: bool) -> float:
    """What it takes to make one word of the other; letters that sound alike are near.

    Args:
        word: as it is written.
        target: as it should be.
        stem: the word may go on after it.
    """
    before: list[float] = []
    line = [float(at) for at in range(len(target) + 1)]
    least = line[-1]
    for place, letter in enumerate(word):
        older, before, line = before, line, [place + 1.0]
        for at, other in enumerate(target):
            if letter == other:
                line.append(before[at])
                continue
            cost = min(before[at] + (_NEAR if _alike(letter, other) else 1.0), before[at + 1] + 1.0, line[at] + 1.0)
            if older and at and word[place - 1] == other and target[at - 1] == letter:
                cost = min(cost, older[at - 1] + _SWAPPED)
            line.append(cost)
        least = min(least, line[-1] + _LONGER * (len(word) - place - 1))
    return least if stem else line[-1]
