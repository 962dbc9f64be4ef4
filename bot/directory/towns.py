"""Smaller towns, beside the places that ``places.yml`` writes out: ``locales/towns.tsv``, from GeoNames.

Thousands of names with all their case endings would fill memory, so here the word is led back to the name instead:
«в Мытищах» is looked up as Мытищи. What a town's name could also mean is settled by the file (a ``?`` behind it).
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from io import StringIO
from pathlib import Path

from bot.directory.cities import Point
from bot.directory.model import is_country
from bot.directory.place_forms import Case, tokens
from bot.directory.place_spelling import NearWords, nearness
from bot.directory.word_numbers import NUMBERS_MOST, WordNumbers

FILE = "towns.tsv"
_DEFAULT_LOCALES = Path(__file__).resolve().parents[2] / "locales"
_COLUMNS = 8
#: Shortest Russian word that is led back to a name, letters.
_INFLECTED_LEAST = 5
_CYRILLIC = re.compile("[а-яіїє]")

#: Ending of a Russian word -> endings the name may have instead, with the case that tells where somebody is.
_ENDINGS: tuple[tuple[str, tuple[tuple[str, Case], ...]], ...] = (
    ("ами", (("ы", "instrumental"), ("и", "instrumental"))),
    ("ого", (("ый", ""), ("ое", ""), ("ий", ""))),
    ("ому", (("ый", ""), ("ое", ""))),
    ("ией", (("ия", "instrumental"),)),
    ("ах", (("ы", "locative"), ("и", "locative"))),
    ("ях", (("и", "locative"),)),
    ("ам", (("ы", ""), ("и", ""))),
    ("ов", (("ы", ""), ("и", ""))),
    ("ом", (("", "instrumental"), ("ый", "locative"), ("ое", "locative"), ("ий", "locative"))),
    ("ем", (("ь", "instrumental"), ("й", "instrumental"), ("", "instrumental"))),
    ("ой", (("а", "instrumental"), ("ая", "locative"))),
    ("ей", (("я", "instrumental"), ("а", "instrumental"))),
    ("ую", (("ая", "accusative"),)),
    ("ью", (("ь", "instrumental"),)),
    ("иа", (("ия", ""),)),
    ("ии", (("ия", "locative"), ("ий", "locative"))),
    ("ию", (("ия", "accusative"),)),
    ("а", (("", ""), ("о", ""))),
    ("я", (("ь", ""), ("й", ""))),
    ("у", (("а", "accusative"), ("", ""))),
    ("ю", (("я", "accusative"), ("ь", ""), ("й", ""))),
    ("е", (("", "locative"), ("а", "locative"), ("я", "locative"), ("ь", "locative"), ("й", "locative"))),
    ("и", (("ь", "locative"), ("я", ""), ("а", ""))),
    ("ы", (("а", ""), ("", ""))),
)
#: A name that ends so is the same where somebody goes: «в Мытищи».
_SAME_WHERE_GOING = re.compile("[бвгджзйклмнпрстфхцчшщьыи]$")


@dataclass(frozen=True, slots=True)
class Town:
    """A way to write a town.

    Args:
        country: ISO code.
        name: in English.
        rest: the words behind the first.
        doubtful: the name means something else too.
        people: how many live there.
    """

    country: str
    name: str
    rest: tuple[str, ...]
    doubtful: bool
    people: int = 0


class TownsError(ValueError):
    """A line cannot be read; the text names file and line."""


#: Chinese names are found by so many first characters.
_HAN_START = 2


class Towns:
    """All towns of the file.

    The file's text is kept as it is, with the numbers of the lines in which a word stands: tens of thousands of small
    objects would take ten times as much memory, and a line is read again in microseconds.

    Args:
        path: of ``towns.tsv``; where it is missing no town is known.

    Raises:
        TownsError: a line is wrong.
    """

    def __init__(self, path: Path) -> None:
        self._starts = array("I")
        kept = bytearray()
        self._index = WordNumbers(self._read(path, kept))
        self._starts.append(len(kept))
        self._text = bytes(kept)

    def _read(self, path: Path, kept: bytearray) -> Iterator[tuple[Hashable, int]]:
        """What each line is found by, with its number; the lines themselves go to ``kept``."""
        with path.open(encoding="utf-8-sig") if path.exists() else StringIO() as lines:
            for number, written in enumerate(lines, 1):
                line = written.rstrip("\n")
                if not line or line.startswith("#"):
                    continue
                try:
                    names = self._names(line.split("\t"), len(self._starts))
                except ValueError as error:
                    raise TownsError(f"{path}:{number}: {error}") from None
                for name in names:
                    yield name, len(self._starts)
                self._starts.append(len(kept))
                kept += line.encode()

    def _names(self, columns: list[str], line: int) -> set[Hashable]:
        """What one line is found by: the first word of each name, the beginning of each Chinese one, and the town."""
        columns = [*columns, *[""] * (_COLUMNS - len(columns))]
        country, name, latitude, longitude, _, latin, cyrillic, han = columns
        if not is_country(country) or len(columns) != _COLUMNS or line >= NUMBERS_MOST:
            raise ValueError("a line is: country code, name, latitude, longitude, people, Latin, Cyrillic, Chinese")
        float(latitude), float(longitude)
        names: set[Hashable] = {(country, name)}
        for form in (*latin.split("|"), *cyrillic.split("|")):
            if words := tokens(form.rstrip("?")):
                names.add(words[0][0])
        names.update(form[:_HAN_START] for form in filter(None, han.split("|")))
        return names

    def _lines(self, said: str | tuple[str, str]) -> Iterator[list[str]]:
        """The lines that may hold a word, cut into columns."""
        return map(self._columns, self._index.of(said))

    def _columns(self, line: int) -> list[str]:
        columns = self._text[self._starts[line] : self._starts[line + 1]].decode().split("\t")
        return [*columns, *[""] * (_COLUMNS - len(columns))]

    def _beginning_with(self, word: str) -> Iterator[Town]:
        for columns in self._lines(word):
            country, name, _, _, _, latin, cyrillic, _ = columns
            for form in (*latin.split("|"), *cyrillic.split("|")):
                words = [one for one, _, _ in tokens(form.rstrip("?"))]
                if words and words[0] == word:
                    yield Town(country, name, tuple(words[1:]), form.endswith("?"), _people(columns))

    @cached_property
    def _near(self) -> NearWords:
        """The names of one word; made when the first unknown word is met."""
        return NearWords(
            (name, line) for line in range(len(self._starts) - 1) for name in _plain_names(self._columns(line))
        )

    def near(self, word: str, cases: bool) -> Iterator[tuple[Town, Case, int]]:
        """Towns whose name of one word a word may be a misspelling of, with how near it is (0: it sounds so).

        Args:
            word: normalised; no town's name as it is.
            cases: a Russian word, which may stand in any case.
        """
        names: list[tuple[str, Case]] = [(word, "")]
        if cases and len(word) > _INFLECTED_LEAST and _CYRILLIC.search(word):
            for ending, options in _ENDINGS:
                if word.endswith(ending):
                    names += [(word[: -len(ending)] + instead, case) for instead, case in options]
        for said, case in names:
            for line in self._near.numbers(said):
                columns = self._columns(line)
                for name in _plain_names(columns):
                    far = nearness(said, name)
                    if far is not None:
                        yield Town(columns[0], columns[1], (), doubtful=False, people=_people(columns)), case, far

    def point(self, country: str, name: str) -> Point | None:
        """Where a town is; None if it is not in the file."""
        for code, town, latitude, longitude, *_ in self._lines((country, name)):
            if (code, town) == (country, name):
                return float(latitude), float(longitude)
        return None

    def written(self, word: str) -> Iterator[tuple[Town, Case]]:
        """Towns whose name a word is, or begins; a Russian word in any case.

        Args:
            word: normalised.
        """
        for town in self._beginning_with(word):
            yield town, "accusative" if _CYRILLIC.search(word) and _SAME_WHERE_GOING.search(word) else ""
        if len(word) < _INFLECTED_LEAST or not _CYRILLIC.search(word):
            return
        for ending, names in _ENDINGS:
            if word.endswith(ending):
                for instead, case in names:
                    for town in self._beginning_with(word[: -len(ending)] + instead):
                        if not town.rest:
                            yield town, case

    def han(self, text: str, position: int) -> tuple[str, Town] | None:
        """The longest Chinese name of a town that stands at a position."""
        found = [
            (form.rstrip("?"), Town(country, name, (), form.endswith("?")))
            for country, name, *_, han in self._lines(text[position : position + _HAN_START])
            for form in han.split("|")
            if form and text.startswith(form.rstrip("?"), position)
        ]
        return max(found, key=lambda form: len(form[0]), default=None)

    def form(self, country: str, name: str, language: str) -> str | None:
        """The usual way to write a town in a language; None where the file has none."""
        for code, town, *_, latin, cyrillic, han in self._lines((country, name)):
            if (code, town) == (country, name):
                column = {"en": latin, "zh": han}.get(language, cyrillic)
                return column.split("|")[0].rstrip("?") or None
        return None


def _plain_names(columns: list[str]) -> Iterator[str]:
    """The names of one word, in Latin or Cyrillic letters, that mean nothing else."""
    for name in (*columns[5].split("|"), *columns[6].split("|")):
        if name.isalpha():
            yield name


def _people(columns: list[str]) -> int:
    return int(columns[4]) if columns[4].isdigit() else 0


@lru_cache(maxsize=4)
def towns(locales_dir: Path = _DEFAULT_LOCALES) -> Towns:
    """The towns of a locales folder, read once.

    Raises:
        TownsError: a line is wrong.
    """
    return Towns(locales_dir / FILE)


def town_point(country: str, name: str, locales_dir: Path = _DEFAULT_LOCALES) -> Point | None:
    """Where a smaller town is; None if the file does not have it."""
    return towns(locales_dir).point(country, name)
