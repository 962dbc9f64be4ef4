"""The bot's queue of updates: kept until the bot confirms them, as Telegram keeps them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.errors import OTHER_POLLER, WEBHOOK_ACTIVE, WEBHOOK_SET, ApiError
from bot.sandbox.limits import POLL_MAX_SECONDS, UPDATE_LIFETIME_SECONDS, UPDATES_MAX, UPDATES_ON_REQUEST
from bot.sandbox.signal import Signal

Payload = dict[str, Any]

#: A poller that has not come back for this many seconds is taken to be gone (python-telegram-bot polls without pause).
POLLER_GONE_SECONDS = 6


@dataclass
class Webhook:
    """Where updates are posted instead of being fetched."""

    url: str = ""
    secret: str = ""
    max_connections: int = 40
    last_error: str = ""
    last_error_date: int = 0


@dataclass
class _Waiting:
    """One update in the queue, and when it came."""

    payload: Payload
    at: float


class _Poll:
    """One getUpdates call that waits."""


@dataclass
class UpdateQueue:
    """Updates the bot has not confirmed.

    Args:
        signal: rung when the queue changes.
        clock: seconds since 1970; tests move it.
        confirmed: called with the id of each update the bot confirmed.
    """

    signal: Signal
    clock: Callable[[], float]
    confirmed: Callable[[int], None]
    webhook: Webhook = field(default_factory=Webhook)
    allowed: frozenset[str] | None = None
    _queue: list[_Waiting] = field(default_factory=list)
    _last_id: int = 0
    _poll: _Poll | None = None
    _poll_ended: ApiError | None = None
    _polled_at: float = 0.0

    def add(self, kind: str, content: Payload) -> int | None:
        """Queue an update; returns its id, or nothing when the bot did not ask for its kind."""
        if self.allowed is not None and kind not in self.allowed:
            return None
        if self.allowed is None and kind in UPDATES_ON_REQUEST:
            return None
        self._last_id += 1
        self._queue.append(_Waiting({"update_id": self._last_id, kind: content}, self.clock()))
        self.signal.ring()
        return self._last_id

    def pending(self) -> list[Payload]:
        """Updates that wait, oldest first; those of more than a day ago are gone, as on Telegram."""
        oldest = self.clock() - UPDATE_LIFETIME_SECONDS
        self._queue = [waiting for waiting in self._queue if waiting.at >= oldest]
        return [waiting.payload for waiting in self._queue]

    def allow(self, allowed: Any) -> None:
        """Remember ``allowed_updates``; an empty list means the default."""
        if isinstance(allowed, list):
            self.allowed = frozenset(str(kind) for kind in allowed) or None

    def confirm(self, before: int) -> None:
        """Forget every update with a smaller id."""
        gone = [w.payload["update_id"] for w in self._queue if w.payload["update_id"] < before]
        self._queue = [w for w in self._queue if w.payload["update_id"] >= before]
        for update_id in gone:
            self.confirmed(update_id)

    def drop(self) -> None:
        """Forget every update (``drop_pending_updates``)."""
        self._queue.clear()

    def bot_is_there(self) -> bool:
        """Somebody fetches updates, or a webhook is set."""
        return bool(self.webhook.url or self._poll or time.monotonic() - self._polled_at < POLLER_GONE_SECONDS)

    async def fetch(self, offset: int, limit: int, timeout: float) -> list[Payload]:
        """getUpdates: confirm what lies before the offset, then wait for at least one update.

        Raises:
            ApiError: 409 while a webhook is set, or when another poller takes over.
        """
        if self.webhook.url:
            raise ApiError(409, WEBHOOK_ACTIVE)
        if self._poll is not None:
            self._poll_ended = ApiError(409, OTHER_POLLER)
            self._poll = None
            self.signal.ring()
            await asyncio.sleep(0)
        self.pending()
        if offset > 0:
            self.confirm(offset)
        elif offset < 0:
            self.confirm(self._queue[offset:][0].payload["update_id"] if self._queue else 0)
        me = _Poll()
        self._poll, self._poll_ended = me, None
        self._polled_at = time.monotonic()
        limit = limit if 1 <= limit <= UPDATES_MAX else UPDATES_MAX
        self.signal.ring()

        def look() -> list[Payload] | ApiError | None:
            if self._poll is not me:
                return self._poll_ended or ApiError(409, OTHER_POLLER)
            return self.pending()[:limit] or None

        try:
            found: list[Payload] | ApiError | None = await self.signal.until(
                look, min(max(timeout, 0), POLL_MAX_SECONDS)
            )
        finally:
            if self._poll is me:
                self._poll = None
            self._polled_at = time.monotonic()
        if isinstance(found, ApiError):
            raise found
        return found or []

    def set_webhook(self, webhook: Webhook) -> None:
        """Post updates from now on (or, with an empty URL, no longer)."""
        self.webhook = webhook
        if webhook.url and self._poll is not None:
            self._poll_ended = ApiError(409, WEBHOOK_SET)
            self._poll = None
        self.signal.ring()
