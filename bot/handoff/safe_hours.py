"""When staff's words may reach a person's phone, as the person said on the consent card."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

#: Hours of the day a person may choose, on their own clock: from, to.
SAFE_HOURS: dict[str, tuple[int, int] | None] = {
    "any": None,
    "morning": (8, 12),
    "day": (12, 18),
    "evening": (18, 22),
}
#: Who wrote this recently is looking at the chat: an answer is no surprise then.
TALKING = timedelta(minutes=30)


def may_arrive(wish: Mapping[str, Any], wrote_at: datetime | None, now: datetime) -> bool:
    """Whether an agent's words may be sent now; else they wait until the person writes, or until the hours come.

    Args:
        wish: ``hours`` (a name of :data:`SAFE_HOURS`), ``first`` (staff may write first), ``zone`` (of the
            person, None where it is not known).
        wrote_at: the person's last words in the talk.
        now: the moment.
    """
    if wrote_at is not None and now - wrote_at <= TALKING:
        return True
    if not wish.get("first", True):
        return False
    span = SAFE_HOURS.get(str(wish.get("hours", "any")))
    if span is None:
        return True
    zone = wish.get("zone")
    if not zone:
        return False  # whose clock is not known, for them words wait
    return span[0] <= now.astimezone(ZoneInfo(zone)).hour < span[1]
