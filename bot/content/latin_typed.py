"""Russian and Bulgarian typed with Latin letters, put back into Cyrillic as well as it goes.

People type "zabrali pasport" and "vzeha mi pasporta" by ear, each in their own way; Bulgarian шльокавица adds digits
and look-alikes (4 for ч, 6 for ш, q for я, w for в, y or u for ъ). The result need not be right to the letter: it must
be close enough for what reads Cyrillic - sentence encoders and phrase rules. (Bulgaria has an official transliteration,
the Transliteration Act of 2009, and Russia GOST R 7.0.34-2014; hardly anybody types by them.)
"""

from __future__ import annotations

import re

from bot.content.languages import latin_chances

_WORD = re.compile(r"[a-z0-9'`]*[a-z][a-z0-9'`]*", re.IGNORECASE)
_LINK = re.compile(r"(?:https?://|www\.|t\.me/|@)\S+", re.IGNORECASE)
_VOWELS = frozenset("аеиоуыэюяъё")

#: Longest first; both languages.
_COMMON = {
    "shh": "щ",
    "sh": "ш",
    "ch": "ч",
    "zh": "ж",
    "kh": "х",
    "ts": "ц",
    "tz": "ц",
    "ya": "я",
    "ja": "я",
    "ia": "я",
    "yu": "ю",
    "ju": "ю",
    "iu": "ю",
    "a": "а",
    "b": "б",
    "c": "ц",
    "d": "д",
    "e": "е",
    "f": "ф",
    "g": "г",
    "h": "х",
    "i": "и",
    "k": "к",
    "l": "л",
    "m": "м",
    "n": "н",
    "o": "о",
    "p": "п",
    "r": "р",
    "s": "с",
    "t": "т",
    "u": "у",
    "v": "в",
    "x": "х",
    "z": "з",
    "q": "я",
    "4": "ч",
    "6": "ш",
}
_OWN = {
    "ru": {
        "shch": "щ",
        "sch": "щ",
        "yo": "ё",
        "jo": "ё",
        "ye": "е",
        "je": "е",
        "eh": "э",
        "w": "ш",
        "yj": "ый",
        "ij": "ий",
    },
    "bg": {"sht": "щ", "6t": "щ", "w": "в", "dj": "дж", "yo": "йо", "jo": "жо", "ja": "жа", "ju": "жу"},
}
_TABLES = {language: {**_COMMON, **own} for language, own in _OWN.items()}
_LONGEST = 4
#: Below the one chance of Russian and Bulgarian together a text is read as it stands, above the other in Cyrillic.
_SURELY_ENGLISH, _SURELY_SLAVIC = 0.3, 0.8


def to_cyrillic(text: str, language: str) -> str:
    """The text with its Latin-typed words in Cyrillic.

    Args:
        text: typed with Latin letters; links and account names in it stay as they are.
        language: ``ru`` or ``bg``.

    Raises:
        KeyError: another language.
    """
    table = _TABLES[language]
    pieces, position = [], 0
    for link in _LINK.finditer(text):
        pieces += [_words(text[position : link.start()], table, language), link.group()]
        position = link.end()
    pieces.append(_words(text[position:], table, language))
    return "".join(pieces)


def readings(text: str) -> tuple[tuple[str, float], ...]:
    """How a text may be read, each way with its share; the shares add up to 1.

    Text in Latin letters that is surely Russian or Bulgarian is read in Cyrillic only, English as it stands, and what
    could be either, both ways.

    Args:
        text: what a person wrote.
    """
    chances = latin_chances(text)
    if not chances:
        return ((text, 1.0),)
    slavic = "ru" if chances["ru"] >= chances["bg"] else "bg"
    share = (chances["ru"] + chances["bg"] - _SURELY_ENGLISH) / (_SURELY_SLAVIC - _SURELY_ENGLISH)
    if share <= 0:
        return ((text, 1.0),)
    cyrillic = to_cyrillic(text, slavic)
    return ((cyrillic, 1.0),) if share >= 1 else ((cyrillic, share), (text, 1.0 - share))


def _words(text: str, table: dict[str, str], language: str) -> str:
    return _WORD.sub(lambda word: _word(word.group().lower(), table, language), text)


def _word(word: str, table: dict[str, str], language: str) -> str:
    if not any(letter.isalpha() for letter in word):
        return word
    written: list[str] = []
    index = 0
    while index < len(word):
        for length in range(min(_LONGEST, len(word) - index), 0, -1):
            found = table.get(word[index : index + length])
            if found is not None:
                written.append(found)
                index += length
                break
        else:
            written.append(_lone(word, index, "".join(written), language))
            index += 1
    return "".join(written)


def _lone(word: str, index: int, before: str, language: str) -> str:
    """Letters whose sound depends on their neighbours: y, j and the apostrophe; anything else stays."""
    letter = word[index]
    after_vowel = bool(before) and before[-1] in _VOWELS
    last = index + 1 == len(word)
    if letter in "'`":
        return "ь" if language == "ru" and before and not after_vowel else ""
    if letter == "y":
        if after_vowel or (last and language == "bg" and not before):
            return "й"
        return "ъ" if language == "bg" else ("й" if not before and not last else "ы")
    if letter == "j":
        if after_vowel and (last or language == "ru"):
            return "й"
        return "ж" if language == "bg" else "й"
    return letter
