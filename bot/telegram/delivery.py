"""The outbox worker: makes each call once, in order within a lane, within Telegram's limits.

The Bot API has no idempotency key. A call that failed before it left is simply made again; one whose outcome is unknown
is made again and marked doubtful (see :mod:`bot.store.outbox`).
"""

from __future__ import annotations

import asyncio
import contextlib
import html
import logging
from datetime import timedelta
from typing import Any

import httpx
from aiolimiter import AsyncLimiter
from telegram import Bot
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError

from bot.content.catalogues import Catalogues
from bot.handoff.relay import STAFF_LANGUAGE
from bot.store.cases import Case
from bot.store.clock import Clock
from bot.store.errors import TurnConflict
from bot.store.outbox import OutboxItem
from bot.store.store import Store
from bot.telegram.calls import UnknownMethod, make
from bot.telegram.limits import MESSAGES_PER_MINUTE_PER_GROUP, MESSAGES_PER_SECOND

_log = logging.getLogger("bot.telegram.delivery")

#: After this a reply is of no use any more and is given up.
GIVE_UP_AFTER = timedelta(hours=24)
#: First and longest pause between tries, seconds.
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 60.0
#: How often a call that the server refuses outright is looked at again before it is given up.
_TOPIC_TRIES = 3


def _never_left(error: NetworkError) -> bool:
    """Whether a call failed before the server can have seen it."""
    return isinstance(error.__cause__, (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout))


class Delivery:
    """Works on the outbox until stopped.

    Args:
        bot: initialised bot.
        store: the outbox and the cases.
        catalogues: for the notes to staff about what could not be delivered.
        staff_chat_id: the staff's group.
        clock: for pauses and ages.
    """

    def __init__(self, bot: Bot, store: Store, catalogues: Catalogues, staff_chat_id: int | None, clock: Clock) -> None:
        self._bot = bot
        self._store = store
        self._catalogues = catalogues
        self._staff_chat_id = staff_chat_id
        self._clock = clock
        self._all = AsyncLimiter(MESSAGES_PER_SECOND, 1)
        self._group = AsyncLimiter(MESSAGES_PER_MINUTE_PER_GROUP, 60)
        self._lanes: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Deliver until cancelled; calls that were under way when the process died are made again."""
        await self._store.outbox.recover()
        try:
            while True:
                self._store.outbox.changed.clear()
                pause: float | None = None
                try:
                    for lane in await self._store.outbox.lanes_waiting():
                        if lane not in self._lanes:
                            self._lanes[lane] = asyncio.create_task(self._drain(lane))
                    due = await self._store.outbox.next_due()
                    if due is not None:
                        pause = max(0.05, (due - self._clock()).total_seconds())
                except Exception as error:  # A database that is locked or full must not end delivery.
                    _log.error("the outbox cannot be read (%s); trying again", type(error).__name__)
                    pause = 1.0
                with contextlib.suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(self._store.outbox.changed.wait(), pause)
        finally:
            for task in self._lanes.values():
                task.cancel()
            await asyncio.gather(*self._lanes.values(), return_exceptions=True)

    async def _drain(self, lane: str) -> None:
        try:
            while True:
                item = await self._store.outbox.next(lane)
                if item is None:
                    return
                await self._deliver(item)
        except Exception as error:
            _log.error("a lane of the outbox stopped (%s); trying again", type(error).__name__)
            await asyncio.sleep(1)
        finally:
            self._lanes.pop(lane, None)
            self._store.outbox.changed.set()

    async def _deliver(self, item: OutboxItem) -> None:
        params = await self._ready(item)
        if params is None:
            await self._store.outbox.mark_failed(item.id, "case_gone")
            return
        if params.get("chat_id") == self._staff_chat_id:
            await self._group.acquire()
        await self._all.acquire()
        if not await self._store.outbox.mark_sending(item.id):
            return
        try:
            number = await make(self._bot, item.method, params)
        except TelegramError as error:
            await self._failed(item, params, error)
        except UnknownMethod:
            await self._store.outbox.mark_failed(item.id, "unknown_method")
        else:
            await self._made(item, params, number)

    async def _ready(self, item: OutboxItem) -> dict[str, Any] | None:
        """The parameters as they are now: the topic of a case is known only once it was made."""
        params = dict(item.params)
        to_staff = item.case_id is not None and params.get("chat_id") == self._staff_chat_id
        if to_staff and item.method != "createForumTopic" and "message_thread_id" not in params:
            case = await self._store.cases.get(str(item.case_id))
            if case is None:
                return None
            params["message_thread_id"] = case.topic_id or await self._new_topic(case)
        if item.doubtful and item.purpose == "staff" and "text" in params:
            params["text"] += "\n" + html.unescape(self._catalogues.text("staff.doubtful", STAFF_LANGUAGE))
        return params

    async def _made(self, item: OutboxItem, params: dict[str, Any], number: int | None) -> None:
        if item.method == "createForumTopic" and number is not None:
            kept = item.case_id is not None and await self._set_topic(item.case_id, number)
            await self._store.outbox.mark_sent(item.id)
            if not kept:
                # The person wiped everything while the topic was being made.
                with contextlib.suppress(TelegramError):
                    await self._bot.delete_forum_topic(params["chat_id"], number)
            return
        is_message = item.method in ("sendMessage", "copyMessage")
        wanted = await self._store.outbox.mark_sent(item.id, number if is_message else None)
        if not wanted and is_message and number is not None:
            with contextlib.suppress(TelegramError):
                await self._bot.delete_message(params["chat_id"], number)

    async def _failed(self, item: OutboxItem, params: dict[str, Any], error: TelegramError) -> None:
        now = self._clock()
        if isinstance(error, RetryAfter):
            delay = error.retry_after
            seconds = delay.total_seconds() if isinstance(delay, timedelta) else float(delay)
            await self._store.outbox.mark_retry(item.id, now + timedelta(seconds=seconds), doubtful=False)
            return
        if self._lost_topic(item, error) and await self._set_topic(str(item.case_id), None):
            await self._store.outbox.mark_retry(item.id, now, doubtful=False)
            return
        final = isinstance(error, (BadRequest, Forbidden, InvalidToken)) or not isinstance(error, NetworkError)
        if final or now - item.created_at > GIVE_UP_AFTER:
            reason = "blocked" if isinstance(error, Forbidden) else "refused" if final else "too_old"
            await self._store.outbox.mark_failed(item.id, reason)
            _log.warning("%s (%s) was given up: %s", item.method, item.purpose, reason)
            await self._tell_staff(item, reason)
            return
        pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(item.attempts, 8))
        doubtful = isinstance(error, NetworkError) and not _never_left(error)
        await self._store.outbox.mark_retry(item.id, now + timedelta(seconds=pause), doubtful=doubtful)

    # Topics of cases

    async def _new_topic(self, case: Case) -> int:
        """A topic for a case that has none, for instance because staff deleted it."""
        name = html.unescape(
            self._catalogues.text(
                "staff.topic",
                STAFF_LANGUAGE,
                number=case.id,
                language=str(case.summary.get("language") or ""),
                country=str(case.summary.get("country") or ""),
            )
        )
        topic = await self._bot.create_forum_topic(chat_id=self._staff_chat_id or 0, name=name)
        await self._set_topic(case.id, topic.message_thread_id)
        return topic.message_thread_id

    def _lost_topic(self, item: OutboxItem, error: TelegramError) -> bool:
        """Whether staff deleted the topic this call was meant for; a new one is made then."""
        gone = isinstance(error, BadRequest) and "thread not found" in error.message.lower()
        return gone and item.case_id is not None and item.attempts < _TOPIC_TRIES

    async def _set_topic(self, case_id: str, topic_id: int | None) -> bool:
        while True:
            try:
                async with self._store.turn(None) as turn:
                    case = await self._store.cases.get(case_id)
                    if case is None:
                        return False
                    case.topic_id = topic_id
                    turn.change_case(case)
                return True
            except TurnConflict:
                await asyncio.sleep(0)

    async def _tell_staff(self, item: OutboxItem, reason: str) -> None:
        """An agent must learn that their words did not arrive."""
        if item.purpose != "agent" or item.case_id is None or self._staff_chat_id is None:
            return
        text_id = "staff.blocked" if reason == "blocked" else "staff.not_delivered"
        async with self._store.turn(None) as turn:
            turn.send(
                "sendMessage",
                {
                    "chat_id": self._staff_chat_id,
                    "text": html.unescape(self._catalogues.text(text_id, STAFF_LANGUAGE)),
                },
                purpose="staff",
                lane=f"case:{item.case_id}",
                case_id=item.case_id,
                to=item.person_ref,
            )
