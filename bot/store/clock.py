"""Time, injected: everything in the store that asks "what time is it?" asks one of these."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone

#: Returns the present moment, with a time zone.
Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The real time."""
    return datetime.now(timezone.utc)
