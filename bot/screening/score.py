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


def score(flags: Iterable[str], learned: Iterable[str] = ()) -> float:
    """How much the flags say together, 0 (nothing) to 1.

    Args:
        flags: those that rules found.
        learned: those that only the second look saw.
    """
    doubt = 1.0
    named = set(flags)
    for flag in named:
        doubt *= 1 - _SINGLE[FLAGS[flag]]
    for flag in set(learned) - named:
        doubt *= 1 - _LEARNED * _SINGLE[FLAGS[flag]]
    return round(1 - doubt, 4)


def level(value: float) -> Level:
    """The level of a score."""
    if value >= HIGH:
        return "high"
    return "medium" if value >= MEDIUM else "low"
