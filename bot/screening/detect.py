"""Find the red flags of an offer by the rules of ``locales/<language>/red_flags.yml``, with exact quotes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.content.disguise import Reading
from bot.content.han_sound import SoundedText, SoundRules
from bot.content.normalise import Normalised
from bot.content.patterns import PatternError, Rule
from bot.content.phrase_index import indexes
from bot.content.rule_files import RulesOfLanguages, every_rule, load_languages
from bot.screening.flags import FLAGS


@dataclass(frozen=True)
class Finding:
    """One red flag in one place.

    Args:
        id: the flag.
        start: first code point of the quote in the original text.
        end: one past its last code point.
        quote: the person's own words, ``text[start:end]``.
        learned: the second look saw it, no rule did.
        by_words: a rule's phrase stands in the text as it is written; not so what a disguise hides, or an amount tells.
    """

    id: str
    start: int
    end: int
    quote: str
    learned: bool = False
    by_words: bool = True


class Detector:
    """The compiled rules of all languages.

    Args:
        rules: language -> flag -> rules.
    """

    def __init__(self, rules: RulesOfLanguages) -> None:
        self._rules = rules
        self._indexes = indexes(rules)
        self._by_sound = SoundRules(rule for of_flag in rules.get("zh", {}).values() for rule in of_flag)

    @classmethod
    def load(cls, locales: Path) -> Detector:
        """Read ``<language>/red_flags.yml`` under a ``locales`` folder.

        Raises:
            PatternError: a file is missing, a rule cannot be read or names an unknown flag; names file and line.
        """
        rules = load_languages(locales, "red_flags.yml", "the red flag rules of this language are missing")
        for language, flags in rules.items():
            for flag, of_flag in flags.items():
                if flag not in FLAGS:
                    path, line = locales / language / "red_flags.yml", of_flag[0].line if of_flag else 1
                    raise PatternError(f"{path}:{line}: «{flag}» is no red flag; there is {', '.join(FLAGS)}")
        return cls(rules)

    @property
    def rules(self) -> Iterator[Rule]:
        """All rules of all languages."""
        return every_rule(self._rules)

    def sounded(self, text: Normalised) -> SoundedText | None:
        """A Chinese text by its sound, or None where it spells nothing."""
        return self._by_sound.read(text)

    def find(self, readings: Sequence[Reading], sounded: SoundedText | None = None) -> list[Finding]:
        """One finding a flag, in the order they stand in the text.

        Args:
            readings: of one text, the plainest first: a flag is quoted from the first that shows it, with the longest
                of its quotes there.
            sounded: the text by its sound, if some of it is spelt; it shows what none of the readings does.
        """
        best: dict[str, Finding] = {}
        for number, reading in enumerate(readings):
            found: dict[str, tuple[int, int]] = {}
            text = reading.text
            for language in reading.languages:
                for possible in self._indexes[language].possible(text):
                    rule = possible.rule
                    if rule.section in best:
                        continue
                    start, end = found.get(rule.section, (0, 0))
                    for match in rule.raised(possible.search(), text, longer_than=end - start):
                        if match.end - match.start > end - start:
                            start, end = found[rule.section] = match.start, match.end
            for section, (start, end) in found.items():
                best[section] = Finding(section, start, end, text.original[start:end], by_words=number == 0)
        if sounded is not None:
            for match in self._by_sound.find(sounded, best):
                if match.rule.section not in best:
                    quote = sounded.original[match.start : match.end]
                    best[match.rule.section] = Finding(
                        match.rule.section, match.start, match.end, quote, by_words=False
                    )
        return sorted(best.values(), key=lambda finding: (finding.start, finding.id))
