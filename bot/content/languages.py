"""The four languages, and which of them a text is in.

Script decides first; between Russian and Bulgarian, the hard pair in short texts, three kinds of evidence are added up:
letters only one of them uses, short words only one of them uses, and the n-gram model of `lingua`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import yaml
from lingua import Language, LanguageDetector, LanguageDetectorBuilder

LANGUAGES = ("ru", "en", "bg", "zh")

#: A text longer than this says nothing more about its language.
_READ_CHARACTERS = 400

_CYRILLIC_WORD = re.compile(r"[\u0400-\u04ff]+")
_LATIN_WORD = re.compile(r"[a-z46']+")
_HAN = re.compile(r"[\u3400-\u9fff]")


def _words() -> dict[str, frozenset[str]]:
    written = yaml.safe_load(files("bot.content").joinpath("language_words.yml").read_text(encoding="utf-8"))
    return {name: frozenset(str(words).split()) for name, words in written.items()}


_WORDS = _words()
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


@lru_cache(maxsize=1)
def _detector() -> LanguageDetector:
    return LanguageDetectorBuilder.from_languages(Language.RUSSIAN, Language.BULGARIAN).build()


def _logistic(evidence: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, evidence))))


def _bulgarian_probability(text: str) -> float:
    """How likely Cyrillic text is Bulgarian rather than Russian."""
    evidence = 0.0
    words = _CYRILLIC_WORD.findall(text)
    evidence += 6.0 * bool(_LETTERS["bg"].search(text)) - 6.0 * bool(_LETTERS["ru"].search(text))
    russian = sum(word in _WORDS["russian"] for word in words)
    bulgarian = sum(word in _WORDS["bulgarian"] for word in words)
    evidence += 1.5 * max(-4, min(4, bulgarian - russian))
    confidence = {
        value.language: value.value for value in _detector().compute_language_confidence_values(" ".join(words))
    }
    probability = min(0.995, max(0.005, confidence.get(Language.BULGARIAN, 0.5)))
    return _logistic(evidence + math.log(probability / (1 - probability)))


def identify(text: str) -> Identified:
    """Which of the four languages a text is in.

    Args:
        text: anything a person wrote; only the first 400 characters are read.
    """
    text = text[:_READ_CHARACTERS].lower()
    han = len(_HAN.findall(text))
    cyrillic = sum(map(len, _CYRILLIC_WORD.findall(text)))
    latin_words = [word for word in _LATIN_WORD.findall(text) if any(letter.isalpha() for letter in word)]
    latin = sum(map(len, latin_words))
    # A Han character carries about as much as three letters.
    if han and han * 3 >= max(cyrillic, latin):
        return Identified("zh", _logistic(han))
    if cyrillic and cyrillic >= latin * 0.5:
        bulgarian = _bulgarian_probability(text)
        return Identified("bg", bulgarian) if bulgarian > 0.5 else Identified("ru", 1 - bulgarian)
    if latin:
        return _latin(latin_words)
    return Identified(None, 0.0)


def _latin(words: list[str]) -> Identified:
    counts = {
        "ru": sum(word in _WORDS["latin_russian"] for word in words),
        "bg": sum(word in _WORDS["latin_bulgarian"] for word in words),
        "en": sum(word in _WORDS["english"] for word in words),
    }
    best = max(("en", "ru", "bg"), key=lambda code: counts[code])
    if best == "en":
        return Identified("en", 0.55 + 0.4 * min(1.0, counts["en"] / max(2, len(words) / 3)))
    share = counts[best] / (sum(counts.values()) or 1)
    return Identified(best, 0.4 + 0.5 * share, latin_typed=True)


def candidates(text: str) -> Iterator[str]:
    """The languages whose rules must look at a text: every one whose script stands in it, ru and bg together."""
    if _HAN.search(text):
        yield "zh"
    if _CYRILLIC_WORD.search(text.lower()):
        yield "ru"
        yield "bg"
    if _LATIN_WORD.search(text.lower()):
        yield "en"
        if not _CYRILLIC_WORD.search(text.lower()):
            yield "ru"
            yield "bg"


#: A message must be at least this sure to change the language of a running conversation.
SWITCH_CONFIDENCE = 0.8


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
        if found.language == previous or found.confidence < SWITCH_CONFIDENCE:
            return previous
        return found.language
    return previous or (hint if hint in LANGUAGES else "en")


def only_frames(text: str) -> bool:
    """Whether nothing but words that frame a place is left of a text from which the places were cut out."""
    lowered = text.lower()
    words = _LATIN_WORD.findall(lowered) + _CYRILLIC_WORD.findall(lowered) + _HAN.findall(lowered)
    frame = _WORDS["place_frame"]
    characters = {character for word in frame if _HAN.match(word) for character in word}
    return all(word in frame or word in characters for word in words)
