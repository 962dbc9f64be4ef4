"""Short answers to what a form asked: yes, no, leave it, for my brother. The words: ``locales/<language>/forms.yml``.

They are read without the dialogue model. All languages are tried: people mix them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from bot.content.normalise import Normalised, normalise
from bot.content.patterns import Rule
from bot.content.rule_files import load_languages

#: Longer texts are stories, not answers.
ANSWER_CHARACTERS = 80
FILE = "forms.yml"
#: Sections for "who is it for", the telling ones first: "my brother's child" is about a child.
WHO = ("child", "woman", "man", "other", "self")
#: Needs that are understood from a word or two, without the model.
NEEDS = ("shelter", "legal", "medical", "psychological", "embassy", "return", "recovery", "report", "hotline")

_WORD = re.compile(r"\w")


class Words:
    """The phrases of all languages.

    Args:
        rules: section -> rules.
    """

    def __init__(self, rules: Mapping[str, tuple[Rule, ...]]) -> None:
        self._rules = rules

    @classmethod
    def load(cls, locales: Path) -> Words:
        """Read ``<language>/forms.yml`` under a ``locales`` folder.

        Raises:
            PatternError: a file is missing or wrong; names the place.
        """
        rules: dict[str, tuple[Rule, ...]] = {}
        missing = "this file is missing; short answers would not be understood"
        for sections in load_languages(locales, FILE, missing).values():
            for section, found in sections.items():
                rules[section] = (*rules.get(section, ()), *found)
        return cls(rules)

    def whole(self, section: str, text: str) -> bool:
        """Whether a text says this and nothing else."""
        if len(text) > ANSWER_CHARACTERS:
            return False
        normal = normalise(text)
        return bool(self._spans(section, normal)) and not _WORD.search(self.without(text, (section, "filler")))

    def answer(self, text: str) -> str | None:
        """``yes``, ``no``, ``unsure`` or ``skip``, where a text is such an answer; a "no" in it wins ("да нет")."""
        for section in ("unsure", "skip"):
            if self.whole(section, text):
                return section
        if len(text) > ANSWER_CHARACTERS or _WORD.search(self.without(text, ("yes", "no", "filler"))):
            return None
        return next((section for section in ("no", "yes") if self.found(section, text)), None)

    def found(self, section: str, text: str) -> bool:
        """Whether a text says this among other things."""
        return bool(self._spans(section, normalise(text)))

    def without(self, text: str, sections: Iterable[str]) -> str:
        """The text with what belongs to these sections cut out."""
        normal = normalise(text)
        spans = sorted({span for section in sections for span in self._spans(section, normal)}, reverse=True)
        kept = list(text)
        for start, end in spans:
            kept[start:end] = " " * (end - start)
        return "".join(kept)

    def who(self, text: str) -> str | None:
        """Who help is for, one of :data:`WHO`."""
        normal = normalise(text)
        return next((who for who in WHO if self._spans(f"who_{who}", normal)), None)

    def need(self, text: str) -> str | None:
        """What is needed, one of :data:`NEEDS`."""
        normal = normalise(text)
        return next((need for need in NEEDS if self._spans(f"need_{need}", normal)), None)

    def _spans(self, section: str, normal: Normalised) -> list[tuple[int, int]]:
        return [(match.start, match.end) for rule in self._rules.get(section, ()) for match in rule.find(normal)]
