"""Is a text a job offer at all? Words of recruiting, pay, work and contact against those of a person's own story."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from bot.content.disguise import Reading
from bot.content.normalise import HAN, Normalised
from bot.content.patterns import Rule
from bot.content.phrase_index import indexes
from bot.content.rule_files import RulesOfLanguages, every_rule, load_languages

#: Section of ``offers.yml`` -> what one sign of it adds. An offer usually calls for people and names pay or contact.
SIGNS = {"wanted": 2.0, "pay": 1.0, "work": 1.0, "contact": 1.0, "story": -2.0}
#: What each red flag found adds, up to twice: people do not write red flags about themselves in a recruiter's words.
FLAG_SIGN = 1.0
#: From here on a text is taken for an offer.
THRESHOLD = 3.0
#: A text with fewer characters is too short to say much about.
SHORT = 60
#: From here on a text is longer than what people mostly write about themselves,
LONG = 120
#: than nearly all of them do, and than all but a few of them do.
VERY_LONG, LONGEST = 160, 240
#: A Chinese character says about as much as so many letters.
HAN_LETTERS = 3


class OfferRecogniser:
    """The rules of ``locales/<language>/offers.yml``."""

    def __init__(self, rules: RulesOfLanguages) -> None:
        self._rules = rules
        self._indexes = indexes(rules)

    @classmethod
    def load(cls, locales: Path) -> OfferRecogniser:
        """Read ``<language>/offers.yml`` under a ``locales`` folder.

        Raises:
            PatternError: a file is missing or cannot be read; names file and line.
        """
        return cls(load_languages(locales, "offers.yml", "the words that make an offer are missing", SIGNS))

    @property
    def rules(self) -> Iterator[Rule]:
        """All rules of all languages."""
        return every_rule(self._rules)

    def likeness(self, readings: Sequence[Reading], flags: int) -> float:
        """How much a text looks like an offer; from :data:`THRESHOLD` on it is taken for one.

        Args:
            readings: of one text, the plainest first.
            flags: how many were found.
        """
        best, story = 0.0, False
        text = readings[0].text
        for reading in readings:
            for language in reading.languages:
                signs = self._signs(language, reading.text)
                story = story or "story" in signs
                best = max(best, sum(SIGNS[section] for section in signs - {"story"}))
        lines = sum(bool(line.strip()) for line in text.original.splitlines())
        # Somebody who tells or asks about an offer repeats its words: then its flags say nothing about who writes.
        asked = text.text.rstrip().endswith(("?", "?)"))
        told = story or asked
        length = len(text.text) + (HAN_LETTERS - 1) * len(HAN.findall(text.text))
        return (
            best
            + FLAG_SIGN * min(flags, 1 if told else 2)
            + (0.5 if lines >= 3 else 0.0)
            + (0.5 if length > LONG else 0.0)
            + (0.5 if length > SHORT and not told else 0.0)
            + (1.0 if length > VERY_LONG and not told else 0.0)
            + (0.5 if length > LONGEST and not told else 0.0)
            # A long text in which flag follows flag is an offer also where a friend passes it on.
            + (FLAG_SIGN * (min(flags, 3) - 1) if length > VERY_LONG and told and flags else 0.0)
            + (SIGNS["story"] if story else 0.0)
            - (1.0 if story and asked else 0.0)
        )

    def _signs(self, language: str, text: Normalised) -> set[str]:
        signs: set[str] = set()
        for possible in self._indexes[language].possible(text):
            rule = possible.rule
            if rule.section not in signs and next(rule.raised(possible.search(), text), None) is not None:
                signs.add(rule.section)
        return signs
