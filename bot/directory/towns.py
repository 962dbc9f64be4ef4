"""Smaller towns, beside the places that ``places.yml`` writes out: ``locales/towns.tsv``, from GeoNames.

Thousands of names with all their case endings would fill memory, so here the word is led back to the name instead:
«в Мытищах» is looked up as Мытищи. What a town's name could also mean is settled by the file (a ``?`` behind it).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bot.directory.cities import Point
from bot.directory.model import is_country
from bot.directory.place_forms import Case, tokens

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


@dataclass(frozen=True)
class Town:
    """A way to write a town.

    Args:
        country: ISO code.
        name: in English.
        rest: the words behind the first.
        doubtful: the name means something else too.
    """

    country: str
    name: str
    rest: tuple[str, ...]
    doubtful: bool


class TownsError(ValueError):
    """A line cannot be read; the text names file and line."""


class Towns:
    """All towns of the file.

    Args:
        path: of ``towns.tsv``; where it is missing no town is known.

    Raises:
        TownsError: a line is wrong.
    """

    def __init__(self, path: Path) -> None:
        self.points: dict[tuple[str, str], Point] = {}
        self._words: defaultdict[str, list[Town]] = defaultdict(list)
        self._han: defaultdict[str, list[tuple[str, Town]]] = defaultdict(list)
        self._forms: dict[tuple[str, str], tuple[str, str, str]] = {}
        lines = path.read_text(encoding="utf-8-sig").splitlines() if path.exists() else []
        for number, line in enumerate(lines, 1):
            if line and not line.startswith("#"):
                try:
                    self._add(line.split("\t"))
                except ValueError as error:
                    raise TownsError(f"{path}:{number}: {error}") from None
        for forms in self._han.values():
            forms.sort(key=lambda form: -len(form[0]))

    def _add(self, columns: list[str]) -> None:
        columns = [*columns, *[""] * (_COLUMNS - len(columns))]
        country, name, latitude, longitude, _, latin, cyrillic, han = columns
        if not is_country(country) or len(columns) != _COLUMNS:
            raise ValueError("a line is: country code, name, latitude, longitude, people, Latin, Cyrillic, Chinese")
        self.points[country, name] = (float(latitude), float(longitude))
        self._forms[country, name] = (latin, cyrillic, han)
        for form in (*latin.split("|"), *cyrillic.split("|")):
            words = [word for word, _, _ in tokens(form.rstrip("?"))]
            if words:
                self._words[words[0]].append(Town(country, name, tuple(words[1:]), form.endswith("?")))
        for form in filter(None, han.split("|")):
            town = Town(country, name, (), form.endswith("?"))
            self._han[form[0]].append((form.rstrip("?"), town))

    def written(self, word: str) -> Iterator[tuple[Town, Case]]:
        """Towns whose name a word is, or begins; a Russian word in any case.

        Args:
            word: normalised.
        """
        for town in self._words.get(word, ()):
            yield town, "accusative" if _CYRILLIC.search(word) and _SAME_WHERE_GOING.search(word) else ""
        if len(word) < _INFLECTED_LEAST or not _CYRILLIC.search(word):
            return
        for ending, names in _ENDINGS:
            if word.endswith(ending):
                for instead, case in names:
                    for town in self._words.get(word[: -len(ending)] + instead, ()):
                        if not town.rest:
                            yield town, case

    def han(self, text: str, position: int) -> tuple[str, Town] | None:
        """The longest Chinese name of a town that stands at a position."""
        return next((form for form in self._han.get(text[position], ()) if text.startswith(form[0], position)), None)

    def form(self, country: str, name: str, language: str) -> str | None:
        """The usual way to write a town in a language; None where the file has none."""
        latin, cyrillic, han = self._forms.get((country, name), ("", "", ""))
        column = {"en": latin, "zh": han}.get(language, cyrillic)
        return column.split("|")[0].rstrip("?") or None


@lru_cache(maxsize=4)
def towns(locales_dir: Path = _DEFAULT_LOCALES) -> Towns:
    """The towns of a locales folder, read once.

    Raises:
        TownsError: a line is wrong.
    """
    return Towns(locales_dir / FILE)


def town_points(locales_dir: Path = _DEFAULT_LOCALES) -> Mapping[tuple[str, str], Point]:
    """Country code and English name -> where the town is."""
    return towns(locales_dir).points
