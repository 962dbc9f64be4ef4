"""How hard the answers are to read, language by language.

LIX (Björnsson 1968, "Läsbarhet"): words a sentence plus the percentage of words longer than six letters. It counts
letters, not syllables, so one formula serves English, Russian and Bulgarian; a children's book is about 20-30, a
newspaper 40-50. Words are longer in Russian and Bulgarian: compare a language with itself, not with another. Chinese
has no blanks: there the characters a sentence (between 。！？) tell most.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.content.catalogues import Catalogues
from bot.content.languages import LANGUAGES
from bot.content.normalise import HAN

#: A message of Telegram holds this many UTF-16 units.
MESSAGE_UNITS = 4096
#: Hardest texts that are named.
HARDEST = 5

_MARKS = re.compile(r"<[^>]+>")
_SENTENCE_END = re.compile(r"[.!?…:;]+(?=\s|$)|[。！？；：]|\n+")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_LONG_WORD = 6


@dataclass(frozen=True)
class Readability:
    """Figures of one text, or of all texts of a language.

    Args:
        sentence: mean length of a sentence, in words; in characters for Chinese.
        long_words: share of words longer than six letters, 0 to 1; 0 for Chinese.
        units: UTF-16 units of the longest text.
    """

    sentence: float
    long_words: float
    units: int

    @property
    def lix(self) -> float:
        """Björnsson's index; for Chinese the length of a sentence alone."""
        return self.sentence + 100 * self.long_words


def measure(texts: Iterable[str], language: str) -> Readability:
    """Figures over texts of one language.

    Args:
        texts: answers, marks included.
        language: one of the four.
    """
    sentences = words = long_words = units = 0
    for text in texts:
        units = max(units, len(text.encode("utf-16-le")) // 2)
        for sentence in _SENTENCE_END.split(_MARKS.sub("", text)):
            found = HAN.findall(sentence) if language == "zh" else _WORD.findall(sentence)
            sentences += bool(found)
            words += len(found)
            if language != "zh":
                long_words += sum(len(word) > _LONG_WORD for word in found)
    return Readability(words / max(sentences, 1), long_words / max(words, 1), units)


def table(catalogues: Catalogues, prefix: str = "topic.") -> str:
    """A table for a terminal: each language, then its hardest texts.

    Args:
        catalogues: all texts.
        prefix: ids that are counted.
    """
    ids = sorted(text_id for text_id in catalogues.ids if text_id.startswith(prefix))
    heads = f"{'':<10}{'texts':>6}{'a sentence':>12}{'long words':>12}{'LIX':>7}{'longest text':>14}"
    lines = [f"{heads}  (a message holds {MESSAGE_UNITS})"]
    hardest: dict[str, Mapping[str, Readability]] = {}
    for language in LANGUAGES:
        texts = {text_id: catalogues.text(text_id, language) for text_id in ids}
        own = measure(texts.values(), language)
        hardest[language] = {text_id: measure([text], language) for text_id, text in texts.items()}
        long_words = "-" if language == "zh" else f"{own.long_words:.0%}"
        lix = "-" if language == "zh" else f"{own.lix:.0f}"
        lines.append(f"{language:<10}{len(ids):>6}{own.sentence:>12.1f}{long_words:>12}{lix:>7}{own.units:>14}")
    for language, measured in hardest.items():
        worst = sorted(measured, key=lambda text_id: -measured[text_id].lix)[:HARDEST]
        named = ", ".join(f"{text_id} {measured[text_id].lix:.0f}" for text_id in worst)
        lines.append(f"{language}, hardest: {named}")
    return "\n".join(lines)
