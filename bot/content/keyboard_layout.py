"""Russian typed on a keyboard that was left in English: «gjvjubnt vtyz ,m.n» is «помогите меня бьют».

People in a hurry do not look. Every key stands for one letter, so places in the text stay where they are.
"""

from __future__ import annotations

import re

from bot.content.languages import known_words

#: The keys of the English layout and what the same keys write in the Russian one (Windows, macOS "Russian - PC").
_ENGLISH = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`/QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>~?&"
_RUSSIAN = "йцукенгшщзхъфывапролджэячсмитьбюё.ЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮЁ,?"
_KEYS = str.maketrans(_ENGLISH, _RUSSIAN)
#: Only so much is looked at to decide: characters.
_READ = 400
#: Fewer letters say too little.
_LEAST = 8
_OTHER_SCRIPTS = re.compile(r"[\u0400-\u04ff\u3400-\u9fff]")
_LATIN_WORD = re.compile("[a-z]+")
_CYRILLIC_WORD = re.compile("[а-яё]+")
_ADDRESS = re.compile(r"https?:|www\.|t\.me|@\w")
#: Letters that never follow each other in Russian, or begin no word.
_IMPOSSIBLE = re.compile(r"\b[ыьъ]|[аеёиоуыэюя][ьъы]|[гкх][ьы]|[чщшж][ыэ]|[ьъ][ьъы]|йй|[аеёиоуыэюя]{4}")
_VOWELS = frozenset("аеёиоуыэюя")
#: Short English of chats, which has few vowels too.
_CHAT = frozenset("pls plz thx tnx tks bye hrs btc wtf omg idk shh std info brb asap msg txt".split())  # noqa: SIM905
_LATIN = known_words("english") | known_words("latin_russian") | known_words("latin_bulgarian") | _CHAT
#: Share of vowels: of Latin letters at most, of the Russian ones at least and at most; one word in so many may be
#: English; of words of three letters and more so many have no vowel at all where no common Russian word comes out. Of
#: 8,909 English examples of the bot none is taken for Russian so, of 8,545 Russian ones typed so nine in ten are.
_LATIN_MOST, _RUSSIAN_LEAST, _RUSSIAN_MOST, _ENGLISH_EVERY, _WITHOUT = 0.27, 0.28, 0.6, 4, 0.25


def as_meant(text: str) -> str:
    """A text in the letters it was meant in; as it came where it is no Russian typed so.

    Args:
        text: anything a person wrote.
    """
    return text.translate(_KEYS) if _is_russian(text[:_READ].lower()) else text


def _is_russian(text: str) -> bool:
    if _OTHER_SCRIPTS.search(text) or _ADDRESS.search(text):
        return False
    typed = _LATIN_WORD.findall(text)
    letters = sum(map(len, typed))
    if letters < _LEAST or sum(letter in "aeiou" for word in typed for letter in word) >= _LATIN_MOST * letters:
        return False
    meant = text.translate(_KEYS)
    words = _CYRILLIC_WORD.findall(meant)
    vowels = sum(letter in _VOWELS for word in words for letter in word) / max(1, sum(map(len, words)))
    if not _RUSSIAN_LEAST < vowels < _RUSSIAN_MOST or _IMPOSSIBLE.search(meant):
        return False
    if sum(word in _LATIN for word in typed) * _ENGLISH_EVERY > len(typed):
        return False
    if any(word in known_words("russian") for word in words):
        return True
    long = [word for word in typed if len(word) > 2]
    return sum(not set(word) & set("aeiouy") for word in long) >= _WITHOUT * max(1, len(long))
