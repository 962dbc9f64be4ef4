"""Russian and Bulgarian words of the rules as people write them who hide them, or who cannot spell.

By ear or with a slip (`by_ear`), run together, clipped, or partly in Latin letters. A word is read otherwise only where
it is none of the language: neither one of the rule files nor one of ``misspelt_words.txt``, which holds what is as near
to a word of the rules and is a word of its own (docs/decisions.md, 86).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator

from bot.content.misspelt.by_ear import ByEar
from bot.content.misspelt.clipped import Clipped
from bot.content.misspelt.part_latin import PartLatin
from bot.content.misspelt.rule_words import RuleWords
from bot.content.misspelt.run_together import SHORTEST_GLUED, RunTogether
from bot.content.normalise import Normalised
from bot.content.rewritten import Edit

#: Languages that are read so, and letters that only one of them has.
LANGUAGES = ("ru", "bg")
_ONLY_RUSSIAN, _ONLY_BULGARIAN = re.compile("[ыэ]"), re.compile("ъ(?![еюяи])")
#: Most words of one text that are put right.
_MOST = 60
#: Most clipped words of one text.
_MOST_CLIPPED = 40

_WORD = re.compile(r"(?<![\w@/#.])[\u0430-\u044f]{4,48}(?![\w@])")
_LETTERS = re.compile(r"[\u0430-\u044f]{4,48}")


class Misspelt:
    """Recognises the words of one language's rules.

    Args:
        language: of :data:`LANGUAGES`.
        words: of its rules.
    """

    def __init__(self, language: str, words: RuleWords) -> None:
        self.language = language
        self._words = words
        self._by_ear = ByEar(language, words)
        self._run_together = RunTogether(language, words)
        self._clipped = Clipped(language, words)
        self._part_latin = PartLatin(language, words, self._by_ear.read)

    def word(self, word: str) -> bool:
        """Whether it is a word at all, as far as that is known here."""
        return self._words.word(word)

    def edits(self, text: Normalised, spared: Callable[[str], bool] = lambda word: False) -> Iterator[Edit]:
        """What is written otherwise than the rules write it, and how they do.

        Args:
            text: it.
            spared: whether a word is one of another language that the text may be in.
        """
        written = text.text
        if "." in written or "/" in written or "\\" in written or "-" in written:
            yield from itertools.islice(self._clipped.edits(text), _MOST_CLIPPED)
        yield from itertools.islice(self._part_latin.edits(text), _MOST)
        words = set(_LETTERS.findall(written)) - self._words.whole - self._words.ordinary
        odd = {word for word in words if not self._words.begins_as_known(word) and not spared(word)}
        if not odd:
            return
        read: dict[str, str | None] = {}
        for found in itertools.islice((one for one in _WORD.finditer(written) if one.group() in odd), _MOST):
            word = found.group()
            if word not in read:
                read[word] = self._by_ear.read(word)
            right = read[word]
            if right is None and len(word) >= SHORTEST_GLUED:
                right = self._run_together.parted(text, found.start(), found.end())
            if right is not None:
                yield found.start(), found.end(), right


def languages_of(text: str) -> tuple[str, ...]:
    """Which of the languages a text may be in, by the letters that only one of them has."""
    russian, bulgarian = _ONLY_RUSSIAN.search(text), _ONLY_BULGARIAN.search(text)
    if russian and not bulgarian:
        return ("ru",)
    return ("bg",) if bulgarian and not russian else LANGUAGES
