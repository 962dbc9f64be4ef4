"""Is a text a job offer at all? Words of recruiting, pay, work and contact against those of a person's own story."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bot.content.languages import LANGUAGES, candidates
from bot.content.normalise import Normalised
from bot.content.patterns import PatternError, Rule, load_rules

#: Section of ``offers.yml`` -> what one sign of it adds. An offer usually calls for people and names pay or contact.
SIGNS = {"wanted": 2.0, "pay": 1.0, "work": 1.0, "contact": 1.0, "story": -2.0}
#: What each red flag found adds, up to twice: people do not write red flags about themselves in a recruiter's words.
FLAG_SIGN = 1.0
#: From here on a text is taken for an offer.
THRESHOLD = 3.0
#: A text with fewer characters is too short to say much about.
SHORT = 60
#: From here on a text is longer than what people mostly write about themselves.
LONG = 120


class OfferRecogniser:
    """The rules of ``locales/<language>/offers.yml``."""

    def __init__(self, rules: Mapping[str, Mapping[str, tuple[Rule, ...]]]) -> None:
        self._rules = rules

    @classmethod
    def load(cls, locales: Path) -> OfferRecogniser:
        """Read ``<language>/offers.yml`` under a ``locales`` folder.

        Raises:
            PatternError: a file is missing or cannot be read; names file and line.
        """
        rules = {}
        for language in LANGUAGES:
            path = locales / language / "offers.yml"
            if not path.exists():
                raise PatternError(f"{path}: the words that make an offer are missing")
            rules[language] = load_rules(path)
            unknown = set(rules[language]) - set(SIGNS)
            if unknown:
                raise PatternError(f"{path}: unknown section «{sorted(unknown)[0]}»; there is {', '.join(SIGNS)}")
        return cls(rules)

    def likeness(self, text: Normalised, flags: int) -> float:
        """How much a text looks like an offer; from :data:`THRESHOLD` on it is taken for one."""
        best, story = 0.0, False
        for language in candidates(text.text):
            signs = {
                section
                for section, rules in self._rules[language].items()
                if any(next(rule.find(text), None) is not None for rule in rules)
            }
            story = story or "story" in signs
            best = max(best, sum(SIGNS[section] for section in signs - {"story"}))
        lines = sum(bool(line.strip()) for line in text.original.splitlines())
        # Somebody who tells or asks about an offer repeats its words: then its flags say nothing about who writes.
        asked = text.text.rstrip().endswith(("?", "?)"))
        told = story or asked
        return (
            best
            + FLAG_SIGN * min(flags, 1 if told else 2)
            + (0.5 if lines >= 3 else 0.0)
            + (0.5 if len(text.text) > LONG else 0.0)
            + (0.5 if len(text.text) > SHORT and not told else 0.0)
            + (SIGNS["story"] if story else 0.0)
            - (1.0 if story and asked else 0.0)
        )
