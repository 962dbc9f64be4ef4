"""The words of one language's rules, and what else is a word of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

#: Shortest beginning by which a word of the rules is known, and longest ending after it.
_SHORTEST_STEM, LONGEST_ENDING = 4, 4
_RULE_WORD = re.compile(r"\*?[^\W\d_]+\*?")
_PAIR = re.compile(r"(?<![\u0430-\u044f])([\u0430-\u044f]{1,3}) ([\u0430-\u044f]{3,})")
_AFTER_WITHOUT = re.compile(r"\bбез (?:\()?([\u0430-\u044f|]{3,})")


class RuleWords:
    """What the rules of one language name.

    Args:
        phrases: of its rules.
        written: its rule files as they are written: all that stands there is a word.
        ordinary: words of the language that are near to one of the rules.

    Attributes:
        phrase_words: each word of the phrases, with the stars of its open ends -> how often they name it.
        weights: each word of the files, without its stars -> how often it stands there.
        whole: words that stand somewhere as they are.
        stems: beginnings after which a word may go on.
        ordinary: those of the argument.
        alone: words that are a phrase by themselves, with their stars.
        pairs: a small word and the one after it.
        after_without: words after "без".
    """

    def __init__(self, phrases: Iterable[str], written: Iterable[str], ordinary: Iterable[str]) -> None:
        self.ordinary = frozenset(ordinary)
        self.weights: Counter[str] = Counter()
        self.stems: set[str] = set()
        self.after_without: Counter[str] = Counter()
        self.pairs: set[tuple[str, str]] = set()
        texts = list(phrases)
        self.phrase_words: Counter[str] = Counter()
        for text in texts:
            self.phrase_words.update(_RULE_WORD.findall(text))
        self.alone = frozenset(
            word for text in texts for one in _alternatives(text) if " " not in one for word in _RULE_WORD.findall(one)
        )
        whole = {word for word in self.phrase_words if "*" not in word}
        for line in written:
            clean = line.lower().replace("ё", "е")
            if clean.lstrip().startswith("#"):
                continue
            found = _RULE_WORD.findall(clean)
            self.weights.update(word.strip("*") for word in found)
            whole.update(word for word in found if "*" not in word)
            self.pairs.update(_PAIR.findall(clean))
            for after in _AFTER_WITHOUT.findall(clean):
                self.after_without.update(after.split("|"))
        self.whole = frozenset(word for word in whole if word.isalpha() and "а" <= word[0] <= "я")
        for word in self.phrase_words:
            if word.startswith("*") or not "а" <= word[0] <= "я":
                continue
            bare = word.rstrip("*")
            if word.endswith("*") and len(bare) >= _SHORTEST_STEM:
                self.stems.add(bare)
            self.weights[bare] += self.phrase_words[word]

    def known(self, word: str) -> bool:
        """Whether it is a word of the rule files, or begins as one that rules look for."""
        return word in self.whole or self.begins_as_known(word)

    def begins_as_known(self, word: str) -> bool:
        """Whether it begins as a word that rules look for, and ends soon after."""
        return any(
            word[:size] in self.stems for size in range(max(_SHORTEST_STEM, len(word) - LONGEST_ENDING), len(word) + 1)
        )

    def word(self, word: str) -> bool:
        """Whether it is a word at all, as far as that is known here."""
        return self.known(word) or word in self.ordinary


def load_ordinary(path: Path) -> frozenset[str]:
    """The words of a list, one a line; a file that is missing holds none."""
    if not path.exists():
        return frozenset()
    lines = path.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def _alternatives(phrase: str) -> list[str]:
    """The ways to satisfy a phrase that is nothing but alternatives, else the phrase."""
    bare = phrase.strip()
    group = re.fullmatch(r"\(([^()]*)\)", bare)
    return group.group(1).split("|") if group is not None else [bare]
