"""Letters that are taken for letters of another alphabet inside a word.

Twins are from the confusables of Unicode Technical Standard 39 (https://www.unicode.org/reports/tr39/). A word whose
letters come from several alphabets is nearly always written to hide from a reader like us: then also letters that only
resemble each other, or sound alike, are exchanged.
"""

from __future__ import annotations

#: Small Latin letters and their Cyrillic twins.
TWINS = dict(zip("aceopxyk", "асеорхук", strict=True))
#: Small forms of Latin capitals whose capital has a Cyrillic twin; the small letters differ.
CAPITAL_TWINS = {"в": "b", "н": "h", "м": "m", "т": "t", "к": "k", "р": "p", "с": "c", "у": "y", "х": "x"}
_LATIN_CAPITAL_TWINS = {latin: cyrillic for cyrillic, latin in CAPITAL_TWINS.items()}
#: Cyrillic letters that look like Latin ones.
TO_LATIN = {
    **{cyrillic: latin for latin, cyrillic in TWINS.items()},
    "і": "i",
    "ѕ": "s",
    "ј": "j",
    "һ": "h",
    "ԁ": "d",
    "ԛ": "q",
    "ԝ": "w",
    "ӏ": "l",
}
#: Cyrillic letters inside a Latin word: also those that only resemble one.
_CYRILLIC_INSIDE = {**TO_LATIN, "ь": "b", "г": "r", "п": "n", "и": "u", "м": "m", "т": "t", "в": "b", "к": "k"}
#: Small Latin letters inside a Cyrillic word, by how they look or else sound.
_LATIN_INSIDE = {**TWINS, "i": "и", "m": "м", "t": "т", "n": "п", "u": "и"}
_LATIN_SOUND = dict(zip("bdfghlqrsvwz", "бдфгхлярсвшз", strict=True))

_GREEK_CYRILLIC = dict(zip("αβγδεζηικλμνξοπρσςτυφχω", "авгдезникамнхопрсстуфхо", strict=True))
_GREEK_CYRILLIC["λ"] = "л"
_GREEK_LATIN = dict(zip("αβγδεζηικλμνξοπρσςτυφχω", "abydeznikluvxonpsctuoxw", strict=True))
#: Armenian, Cherokee and Latin-like letters of other alphabets that stand in for these.
_OTHER_LATIN = {
    "օ": "o",
    "ս": "u",
    "հ": "h",
    "ո": "n",
    "ց": "g",
    "զ": "q",
    "ɑ": "a",
    "ɡ": "g",
    "ʋ": "v",
    "ə": "e",
    "ꭰ": "d",
    "ꭱ": "r",
    "ꭲ": "t",
    "ꭺ": "a",
    "ꭼ": "e",
    "ꮋ": "h",
    "ꮃ": "w",
    "ꮇ": "m",
    "ꮐ": "g",
    "ꮓ": "z",
    "ꮪ": "s",
    "ꮲ": "p",
    "ꮶ": "k",
    "ꮩ": "v",
    "ꮮ": "l",
    "ꮯ": "c",
    "ⲟ": "o",
    "ⲁ": "a",
    "ⲣ": "p",
    "ⲥ": "c",
}
FOREIGN_TO_LATIN = {**_GREEK_LATIN, **_OTHER_LATIN}
FOREIGN_TO_CYRILLIC = {
    **{letter: TWINS.get(latin) or _LATIN_SOUND.get(latin) or latin for letter, latin in _OTHER_LATIN.items()},
    **_GREEK_CYRILLIC,
}


def latin_inside(letter: str, capital: bool) -> str | None:
    """The Cyrillic twin of a Latin letter, or None where no letter looks like it.

    Args:
        letter: small.
        capital: it was written as a capital.
    """
    if capital:
        return _LATIN_CAPITAL_TWINS.get(letter) or TWINS.get(letter)
    return TWINS.get(letter)


def cyrillic_inside(letter: str, capital: bool) -> str:
    """A Cyrillic letter inside a word that is surely Latin: its twin, else what it resembles."""
    return (CAPITAL_TWINS.get(letter) if capital else None) or _CYRILLIC_INSIDE.get(letter, letter)


def read_inside(letter: str, capital: bool) -> str:
    """A Latin letter inside a word that is surely Cyrillic: its twin, else what it resembles, else its sound."""
    return latin_inside(letter, capital) or _LATIN_INSIDE.get(letter) or _LATIN_SOUND.get(letter) or letter
