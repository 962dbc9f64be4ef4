"""How fast a bot may send, and what happens when it does not keep to it.

Telegram's figures: about one message a second in a chat with short bursts, 20 a minute in a group, 30 a second in all
(https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this). It does not publish the burst.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.errors import too_many_requests


@dataclass(frozen=True)
class Pace:
    """A bucket: ``burst`` messages at once, refilled with ``per_second``."""

    burst: float
    per_second: float


@dataclass(frozen=True)
class FloodMode:
    """Paces of one mode."""

    chat: Pace
    group: Pace
    everybody: Pace


MODES: dict[str, FloodMode | None] = {
    "off": None,
    #: For trying things out: only a runaway loop meets it.
    "generous": FloodMode(Pace(60, 20), Pace(200, 10), Pace(500, 100)),
    #: Telegram's published figures, with a burst of five in a chat.
    "telegram": FloodMode(Pace(5, 1), Pace(20, 20 / 60), Pace(30, 30)),
}


class Flood:
    """Counts what the bot sends to each chat.

    Args:
        clock: seconds, monotonic enough; the sandbox's clock.
        mode: a key of ``MODES``.
    """

    def __init__(self, clock: Callable[[], float], mode: str = "generous") -> None:
        self._clock = clock
        self._levels: dict[int, tuple[float, float]] = {}
        self.mode = mode

    def set_mode(self, mode: str) -> None:
        """Change the figures and start counting afresh."""
        if mode not in MODES:
            raise ValueError(f"mode must be one of {', '.join(MODES)}")
        self.mode = mode
        self._levels.clear()

    def take(self, chat_id: int, group: bool, messages: int = 1) -> None:
        """Count messages to a chat.

        Raises:
            ApiError: 429 with ``retry_after`` seconds; nothing was counted then.
        """
        mode = MODES[self.mode]
        if mode is None:
            return
        now = self._clock()
        left: dict[int, float] = {}
        for key, pace in ((chat_id, mode.group if group else mode.chat), (0, mode.everybody)):
            level, at = self._levels.get(key, (pace.burst, now))
            level = min(pace.burst, level + max(now - at, 0) * pace.per_second)
            if level < min(messages, pace.burst):
                missing = min(messages, pace.burst) - level
                raise too_many_requests(max(1, math.ceil(missing / pace.per_second)))
            left[key] = level - messages
        for key, level in left.items():
            self._levels[key] = (level, now)
