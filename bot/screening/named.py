"""What an honest advertisement usually names, and this one does not: told apart from the red flags.

Absence alone is no red flag: people forward half an advertisement. But what is missing is what to ask for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from bot.content.disguise import Reading
from bot.content.languages import LANGUAGES
from bot.content.patterns import PatternError, Rule, load_rules
from bot.content.phrase_index import PhraseIndex

#: What is looked for, in the order in which it is told.
NAMED = ("contract", "company", "hours")


class NamedThings:
    """The rules of ``locales/<language>/named.yml``."""

    def __init__(self, rules: Mapping[str, Mapping[str, tuple[Rule, ...]]]) -> None:
        self._indexes = {
            language: PhraseIndex(rule for of_section in sections.values() for rule in of_section)
            for language, sections in rules.items()
        }

    @classmethod
    def load(cls, locales: Path) -> NamedThings:
        """Read ``<language>/named.yml`` under a ``locales`` folder.

        Raises:
            PatternError: a file is missing or cannot be read; names file and line.
        """
        rules = {}
        for language in LANGUAGES:
            path = locales / language / "named.yml"
            if not path.exists():
                raise PatternError(f"{path}: what advertisements usually name is missing")
            rules[language] = load_rules(path)
            unknown = set(rules[language]) - set(NAMED)
            if unknown:
                raise PatternError(f"{path}: unknown section «{sorted(unknown)[0]}»; there is {', '.join(NAMED)}")
        return cls(rules)

    def missing(self, readings: Sequence[Reading]) -> tuple[str, ...]:
        """Which of :data:`NAMED` none of the readings of a text names."""
        seen: set[str] = set()
        for reading in readings:
            for language in reading.languages:
                for rule, phrase in self._indexes[language].possible(reading.text):
                    if rule.section not in seen and next(phrase.finditer(reading.text), None) is not None:
                        seen.add(rule.section)
        return tuple(name for name in NAMED if name not in seen)
