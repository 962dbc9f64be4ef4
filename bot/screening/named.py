"""What an honest advertisement usually names, and this one does not: told apart from the red flags.

Absence alone is no red flag: people forward half an advertisement. But what is missing is what to ask for.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bot.content.disguise import Reading
from bot.content.phrase_index import indexes
from bot.content.rule_files import RulesOfLanguages, load_languages

#: What is looked for, in the order in which it is told.
NAMED = ("contract", "company", "hours")


class NamedThings:
    """The rules of ``locales/<language>/named.yml``."""

    def __init__(self, rules: RulesOfLanguages) -> None:
        self._indexes = indexes(rules)

    @classmethod
    def load(cls, locales: Path) -> NamedThings:
        """Read ``<language>/named.yml`` under a ``locales`` folder.

        Raises:
            PatternError: a file is missing or cannot be read; names file and line.
        """
        return cls(load_languages(locales, "named.yml", "what advertisements usually name is missing", NAMED))

    def missing(self, readings: Sequence[Reading]) -> tuple[str, ...]:
        """Which of :data:`NAMED` none of the readings of a text names."""
        seen: set[str] = set()
        for reading in readings:
            for language in reading.languages:
                for possible in self._indexes[language].possible(reading.text):
                    if possible.rule.section not in seen and possible.search():
                        seen.add(possible.rule.section)
        return tuple(name for name in NAMED if name not in seen)
