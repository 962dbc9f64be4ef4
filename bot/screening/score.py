"""From red flags to a level: how much they say together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from bot.screening.flags import FLAGS

Level = Literal["high", "medium", "low"]

#: The chance that one flag of this weight, alone, stands in a bad offer rather than an honest one. They are combined as
#: independent signs (noisy-or): each further flag takes away a share of the doubt that is left.
_SINGLE = {"low": 0.08, "medium": 0.25, "high": 0.42, "critical": 0.75}

#: From here on the level is high / medium. One critical flag, or two high ones, or a high and two medium, make it high;
#: one high flag or two medium make it medium, after the ILO/EC combination rule (2 strong; 1 strong + 1 medium).
HIGH = 0.65
MEDIUM = 0.40

#: What a flag says that no rule names and only the second look saw, beside one that stands there in so many words.
_LEARNED = 0.4


#: From this chance on that an offer as a whole is a bad one, one flag is enough to raise it; below the other one, all
#: its flags together do not make it more than medium. Chosen on one half of the offers in tests/screening/development
#: and measured on the other (docs/decisions.md, 73).
SUSPECT, UNSUSPECTED = 0.2, 0.2
_BELOW_HIGH = HIGH - 0.01


def score(flags: Iterable[str], learned: Iterable[str] = (), whole: float | None = None) -> float:
    """How much the flags say together, 0 (nothing) to 1.

    Args:
        flags: those that rules found.
        learned: those that only the second look saw.
        whole: the chance, by the second look, that the offer as a whole is a bad one; None where there is none.
    """
    doubt = 1.0
    named = set(flags)
    unusual = set(learned) - named
    for flag in named:
        doubt *= 1 - _SINGLE[FLAGS[flag]]
    for flag in unusual:
        doubt *= 1 - _LEARNED * _SINGLE[FLAGS[flag]]
    value = 1 - doubt
    if whole is not None and whole >= SUSPECT and (named or unusual):
        value = max(value, MEDIUM)
    if whole is not None and whole < UNSUSPECTED:
        value = min(value, _BELOW_HIGH)
    return round(value, 4)


def level(value: float) -> Level:
    """The level of a score."""
    if value >= HIGH:
        return "high"
    return "medium" if value >= MEDIUM else "low"
