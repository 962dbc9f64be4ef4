"""Examine one offer with both looks: the rules, then what was learned. Knows nothing of Telegram or Rasa."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

from bot.screening.score import level, score
from bot.screening.screen import Screener, Screening
from bot.screening.second_look import SecondLook, load_second_look

#: From this chance on a text is taken for an offer though its words are not those of one.
OFFER_CHANCE = 0.8
#: A shorter text is not looked at twice, characters: it is more often a question than an offer.
SHORTEST = 25


class Examiner:
    """The rules, and the second look as soon as there is one.

    Args:
        screener: the rules.
        second_look: returns the second look, or None while it is loading or where it is missing.
    """

    def __init__(self, screener: Screener, second_look: Callable[[], SecondLook | None]) -> None:
        self.screener = screener
        self._second_look = second_look

    def examine(self, text: str, *, surely_offer: bool = False) -> Screening:
        """As :meth:`bot.screening.screen.Screener.screen`, with what no rule names, without what cannot be meant.

        Blocking, a tenth of a second for a long offer: call it in a thread.

        Args:
            text: the offer as it came.
            surely_offer: the person said that it is an offer, or the dialogue model did.
        """
        second_look = self._second_look()
        if second_look is None or len(text.strip()) < SHORTEST:
            return self.screener.screen(text, surely_offer=surely_offer)
        read = self.screener.read(text)
        look = second_look.look(read.uncovered)
        screening = self.screener.judge(read, surely_offer=surely_offer or look.offer >= OFFER_CHANCE)
        if not screening.is_offer:
            return screening
        meant = [finding for finding in screening.findings if not look.doubts(finding)]
        named = {finding.id for finding in meant}
        unusual = [finding for finding in look.findings if finding.id not in named]
        value = score(named, {finding.id for finding in unusual}, look.whole)
        findings = sorted([*meant, *unusual], key=lambda finding: (finding.start, finding.id))
        return dataclasses.replace(screening, level=level(value), score=value, findings=tuple(findings))


def load_examiner(locales: Path, say: Callable[[str], None], *, rules_only: bool = False) -> Examiner:
    """Both looks, for commands; where the second is missing, the rules alone, and ``say`` is told why.

    Args:
        locales: folder of the rules.
        say: for what an operator should know.
        rules_only: leave the second look out.

    Raises:
        PatternError: a rule file is missing or wrong; names file and line.
    """
    second_look = None if rules_only else load_second_look(say)
    return Examiner(Screener.load(locales), lambda: second_look)
