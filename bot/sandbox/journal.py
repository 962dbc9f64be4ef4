"""What happened, in order: the page follows it live, tests wait on it."""

from __future__ import annotations

import copy
from collections import deque
from typing import Any

from bot.sandbox.signal import Signal

Payload = dict[str, Any]

#: Events kept for a page that reconnects; one that was away longer loads everything anew.
EVENTS_KEPT = 2000
#: Calls of the bot kept for tests.
CALLS_KEPT = 5000


class Journal:
    """Numbered events, and numbered calls of the bot."""

    def __init__(self, signal: Signal) -> None:
        self._signal = signal
        self._events: deque[Payload] = deque(maxlen=EVENTS_KEPT)
        self._calls: deque[Payload] = deque(maxlen=CALLS_KEPT)
        self.last = 0
        self.last_call = 0

    def record(self, kind: str, **fields: Any) -> None:
        """Add an event and wake those who follow."""
        self.last += 1
        # A copy: messages change later, what happened does not.
        self._events.append({"seq": self.last, "type": kind, **copy.deepcopy(fields)})
        self._signal.ring()

    def since(self, seq: int) -> list[Payload]:
        """Events after ``seq``; a lone ``reload`` when some of them are no longer known."""
        if seq > self.last or (self._events and seq < self._events[0]["seq"] - 1):
            return [{"seq": self.last, "type": "reload"}]
        return [event for event in self._events if event["seq"] > seq]

    def call(self, method: str, params: Payload) -> Payload:
        """Log a call of the bot; the caller fills in ``outcome``."""
        self.last_call += 1
        entry: Payload = {"n": self.last_call, "method": method, "params": params, "outcome": None}
        self._calls.append(entry)
        return entry

    def calls(self, method: str | None = None, after: int = 0) -> list[Payload]:
        """Logged calls with a number greater than ``after``, of one method or of all."""
        wanted = (method or "").lower()
        return [c for c in self._calls if c["n"] > after and wanted in ("", c["method"].lower())]
