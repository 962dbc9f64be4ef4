"""The four languages, and which of them a text is in.

Script decides first. Between Russian and Bulgarian, the hard pair in short texts, and for text in Latin letters, three
kinds of evidence are added up: letters only one of them uses, short words only one of them uses, and an n-gram model
(:mod:`bot.content.language_model`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files

import yaml

from bot.content.language_model import language_model
from bot.content.normalise import HAN

LANGUAGES = ("ru", "en", "bg", "zh")

#: A text longer than this says nothing more about its language.
_READ_CHARACTERS = 400

_CYRILLIC_WORD = re.compile(r"[\u0400-\u04ff]+")
_LATIN_WORD = re.compile(r"[a-z46']+")


def _words() -> dict[str, frozenset[str]]:
    written = yaml.safe_load(files("bot.content").joinpath("language_words.yml").read_text(encoding="utf-8"))
    return {name: frozenset(str(words).split()) for name, words in written.items()}


_WORDS = _words()


def known_words(group: str) -> frozenset[str]:
    """The words of one group of ``language_words.yml``, in small letters."""
    return _WORDS[group]


_LETTERS = {"ru": re.compile(r"[ыэё]"), "bg": re.compile(r"ъ(?![еёюяи])|щя|йо(?=\b)|ѝ")}


@dataclass(frozen=True)
class Identified:
    """What a text says about its language.

    Args:
        language: one of the four, or None where the text says nothing (digits, emoji, another script).
        confidence: 0 to 1.
        latin_typed: Russian or Bulgarian typed with Latin letters.
    """

    language: str | None
    confidence: float
    latin_typed: bool = False


def _logistic(evidence: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, evidence))))


#: What a letter, and a word, of one language only weighs beside the n-grams (in logarithms of odds).
_LETTER_WEIGHT, _WORD_WEIGHT, _WORDS_MOST = 4.0, 1.0, 4
#: From this many Han characters on, a text that is mostly Latin may be Chinese.
_HAN_MIXED = 2
#: Pinyin without tones: syllables of Mandarin. Only a text of nothing else, this long, is taken for Chinese; where
#: syllables are not all set apart, one of the commonest words must be among them.
_SYLLABLE = (
    r"(?:(?:[bpmf]|[dtnl]|[gkh]|[jqx]|[zcs]h?|r)?"
    r"(?:a|ai|an|ang|ao|e|ei|en|eng|er|i|ia|ian|iang|iao|ie|in|ing|iong|iu|o|ong|ou|u|ua|uai|uan|uang|ue|ui|un|uo)"
    r"|y(?:a|an|ang|ao|e|i|in|ing|o|ong|ou|u|uan|ue|un)|w(?:a|ai|an|ang|ei|en|eng|o|u))"
)
_PINYIN = re.compile(_SYLLABLE)
_PINYIN_RUN = re.compile(rf"{_SYLLABLE}{{1,4}}")
_PINYIN_WORDS = 4


#: How far n-grams of a text of so many words are trusted: a lone word is often a name, a loan or a slip.
_TRUST = {1: 0.6, 2: 0.8}


def _bulgarian_probability(text: str) -> float:
    """How likely Cyrillic text is Bulgarian rather than Russian."""
    words = _CYRILLIC_WORD.findall(text)
    found = language_model().evidence(" ".join(words))
    evidence = (found["bg"] - found["ru"]) * _TRUST.get(len(words), 1.0)
    evidence += _LETTER_WEIGHT * (bool(_LETTERS["bg"].search(text)) - bool(_LETTERS["ru"].search(text)))
    russian = sum(word in _WORDS["russian"] for word in words)
    bulgarian = sum(word in _WORDS["bulgarian"] for word in words)
    evidence += _WORD_WEIGHT * max(-_WORDS_MOST, min(_WORDS_MOST, bulgarian - russian))
    return _logistic(evidence)


def identify(text: str) -> Identified:
    """Which of the four languages a text is in.

    Args:
        text: anything a person wrote; only the first 400 characters are read.
    """
    text = text[:_READ_CHARACTERS].lower()
    han = len(HAN.findall(text))
    cyrillic = sum(map(len, _CYRILLIC_WORD.findall(text)))
    latin_words = [word for word in _LATIN_WORD.findall(text) if any(letter.isalpha() for letter in word)]
    latin = sum(map(len, latin_words))
    # A Han character carries about as much as three letters; who mixes in whole foreign words still writes Chinese.
    if han and (han * 3 >= max(cyrillic, latin) or (han >= _HAN_MIXED and han * 6 >= max(cyrillic, latin))):
        return Identified("zh", _logistic(han))
    if cyrillic and cyrillic >= latin * 0.5:
        bulgarian = _bulgarian_probability(text)
        return Identified("bg", bulgarian) if bulgarian > 0.5 else Identified("ru", 1 - bulgarian)
    if latin:
        return _latin(latin_words)
    return Identified(None, 0.0)


def is_pinyin(words: list[str]) -> bool:
    """Whether a text is Chinese typed in Latin letters without tones.

    Args:
        words: of the text, in small letters.
    """
    read = [word for word in words if word.isalpha()]
    if len(read) < _PINYIN_WORDS or not all(_PINYIN_RUN.fullmatch(word) for word in read):
        return False
    if not all(map(_PINYIN.fullmatch, read)) and not any(word in _WORDS["pinyin"] for word in read):
        return False
    return sum(word in _WORDS["english"] for word in read) * 2 < len(read)


def _latin(words: list[str]) -> Identified:
    if is_pinyin(words):
        return Identified("zh", 0.85)
    chances = _latin_chances(words)
    best = max(chances, key=lambda code: chances[code])
    return Identified(best, chances[best], latin_typed=best != "en")


def _latin_chances(words: list[str]) -> dict[str, float]:
    evidence = language_model().evidence(" ".join(words))
    for code, name in (("ru", "latin_russian"), ("bg", "latin_bulgarian"), ("en", "english")):
        evidence[code] += _WORD_WEIGHT * min(_WORDS_MOST, sum(word in _WORDS[name] for word in words))
    strongest = max(evidence.values())
    odds = {code: math.exp(max(-30.0, value - strongest)) for code, value in evidence.items()}
    total = sum(odds.values())
    return {code: value / total for code, value in odds.items()}


def latin_chances(text: str) -> dict[str, float]:
    """How likely text in Latin letters is English, or Russian or Bulgarian typed so.

    Args:
        text: anything a person wrote; only the first 400 characters are read.

    Returns:
        Chances of ``ru``, ``bg`` and ``en`` that add up to 1; empty where other letters stand in the text, or none.
    """
    text = text[:_READ_CHARACTERS].lower()
    words = [word for word in _LATIN_WORD.findall(text) if any(letter.isalpha() for letter in word)]
    if not words or _CYRILLIC_WORD.search(text) or HAN.search(text) or is_pinyin(words):
        return {}
    return _latin_chances(words)


def candidates(text: str) -> Iterator[str]:
    """The languages whose rules must look at a text: every one whose script stands in it, ru and bg together."""
    if HAN.search(text):
        yield "zh"
    lowered = text.lower()
    cyrillic = _CYRILLIC_WORD.search(lowered) is not None
    if cyrillic:
        yield "ru"
        yield "bg"
    if _LATIN_WORD.search(lowered):
        yield "en"
        if not cyrillic:
            yield "ru"
            yield "bg"


#: A message must be at least this sure to change the language of a running conversation.
SWITCH_CONFIDENCE = 0.8
#: A lone word at least this.
SWITCH_CONFIDENCE_ALONE = 0.93


def choose(
    text: str, *, chosen: str | None = None, current: str | None = None, language_code: str | None = None
) -> str:
    """The language to answer in: the person's choice, else the message with hysteresis, else Telegram's hint.

    Args:
        text: the message, may be empty.
        chosen: what the person picked in /language.
        current: the language of the conversation so far.
        language_code: IETF tag of the person's app.
    """
    if chosen in LANGUAGES:
        return str(chosen)
    found = identify(text)
    hint = (language_code or "").lower().split("-")[0]
    previous = current if current in LANGUAGES else None
    if found.language:
        if previous is None and (found.confidence >= SWITCH_CONFIDENCE or hint not in LANGUAGES):
            return found.language
        if previous is None:
            # Unsure and new: the hint decides only between languages the text could be in.
            possible = set(candidates(text))
            return hint if hint in possible else found.language
        needed = SWITCH_CONFIDENCE if len(text.split()) > 1 or HAN.search(text) else SWITCH_CONFIDENCE_ALONE
        if found.language == previous or found.confidence < needed:
            return previous
        return found.language
    return previous or (hint if hint in LANGUAGES else "en")


def only_frames(text: str) -> bool:
    """Whether nothing but words that frame a place is left of a text from which the places were cut out."""
    lowered = text.lower()
    words = _LATIN_WORD.findall(lowered) + _CYRILLIC_WORD.findall(lowered) + HAN.findall(lowered)
    frame = _WORDS["place_frame"]
    characters = {character for word in frame if HAN.match(word) for character in word}
    return all(word in frame or word in characters for word in words)
