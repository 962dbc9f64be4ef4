"""What the second look takes away from the rules' findings, and what it never does."""

from __future__ import annotations

import numpy as np
import pytest

from bot.screening.detect import Finding
from bot.screening.score import SUSPECT, UNSUSPECTED, level, score
from bot.screening.second_look import NEXT_TO_NONE, Look

TEXT = "Housing is paid. We never keep your passport. Write on WhatsApp"
PLACES = ((0, 16), (17, 45), (46, len(TEXT)))
NEVER, LIKELY = NEXT_TO_NONE / 2, 0.5


def finding(*, by_words: bool = True) -> Finding:
    start = TEXT.index("keep your passport")
    return Finding("no_contract", start, start + 18, "keep your passport", by_words=by_words)


def look(*chances: float, flag: str = "no_contract") -> Look:
    return Look(0.9, 0.0, (), PLACES, {flag: np.array(chances)})


@pytest.mark.parametrize(
    ("chances", "doubted"),
    [((NEVER, NEVER, NEVER), True), ((LIKELY, NEVER, LIKELY), True), ((NEVER, LIKELY, NEVER), False)],
)
def test_only_the_passage_around_the_words_counts(chances: tuple[float, ...], doubted: bool) -> None:
    assert look(*chances).doubts(finding()) is doubted


def test_what_a_disguise_hid_or_an_amount_told_stays() -> None:
    assert not look(NEVER, NEVER, NEVER).doubts(finding(by_words=False))


def test_a_critical_flag_stays() -> None:
    critical = Finding("passport_retention", 26, 44, "keep your passport")
    assert not look(NEVER, NEVER, NEVER, flag="passport_retention").doubts(critical)


def test_what_was_not_looked_at_stays() -> None:
    assert not look(NEVER, NEVER, NEVER, flag="secrecy").doubts(finding())
    assert not Look(0.9, 0.0, (), PLACES[:1], {"no_contract": np.array([NEVER])}).doubts(finding())


def test_the_whole_raises_and_bounds() -> None:
    """One flag of an offer that reads like a bad one raises it; an honest whole is never called high."""
    assert level(score(["no_requirements"])) == "low"
    assert level(score(["no_requirements"], whole=SUSPECT)) == "medium"
    assert level(score([], whole=1.0)) == "low", "nothing is raised that nothing can be shown for"
    assert level(score(["no_requirements"], whole=0.0)) == "low"
    assert level(score(["passport_retention"])) == "high"
    assert level(score(["passport_retention"], whole=UNSUSPECTED / 2)) == "medium"
