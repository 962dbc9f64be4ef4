"""The outbox worker: makes each call once, in order within a lane, within Telegram's limits.

The Bot API has no idempotency key. A call that failed before it left is simply made again; one whose outcome is unknown
is made again and marked doubtful (see :mod:`bot.store.outbox`).
"""

from __future__ import annotations

import asyncio
import contextlib
import html
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from time import monotonic
from typing import Any, TypeVar

import httpx
from aiolimiter import AsyncLimiter
from telegram import Bot
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError

from bot.content.catalogues import Catalogues
from bot.conversation.privacy import is_discreet
from bot.handoff.relay import STAFF_LANGUAGE, topic_name
from bot.operation.metrics import Metrics
from bot.store.cases import Case
from bot.store.clock import Clock
from bot.store.errors import DamagedDataError, TurnConflict
from bot.store.outbox import OutboxItem
from bot.store.store import Store
from bot.telegram.calls import UnknownMethod, make
from bot.telegram.discreet import AS_THEY_ARE, veil
from bot.telegram.limits import MESSAGES_PER_MINUTE_PER_GROUP, MESSAGES_PER_SECOND

_log = logging.getLogger("bot.telegram.delivery")

#: After this a reply is of no use any more and is given up.
GIVE_UP_AFTER = timedelta(hours=24)
#: First and longest pause between tries, seconds.
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 60.0
#: How often a message looks for a topic that staff deleted under it before it goes to General.
_TOPIC_TRIES = 3
#: How often a courtesy (the chat's own command menu) is tried: what a person waits for stands behind it.
_COURTESY_TRIES = 2
#: How long calls under way may take to finish when the bot is stopped, seconds; after that they are doubtful.
_STOP_SECONDS = 15

#: While something waits for its time, the clock is looked at at least this often, seconds: it may be put back.
_LOOK_AGAIN = 10.0
#: A clock that is put back by less than this changes nothing, seconds.
_CLOCK_SLACK = 2.0

_Result = TypeVar("_Result")


#: Calls somebody waits for; an answer of 404 to one of these is the server's fault and passes.
_MESSAGES = ("sendMessage", "editMessageText", "copyMessage", "createForumTopic")


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
        staff_language: of the notes to staff.
        metrics: of the process.
    """

    def __init__(
        self,
        bot: Bot,
        store: Store,
        catalogues: Catalogues,
        staff_chat_id: int | None,
        clock: Clock,
        staff_language: str = STAFF_LANGUAGE,
        metrics: Metrics | None = None,
    ) -> None:
        self._bot = bot
        self._store = store
        self._catalogues = catalogues
        self._staff_chat_id = staff_chat_id
        self._staff_language = staff_language
        self._clock = clock
        self._metrics = metrics or Metrics()
        self._all = AsyncLimiter(MESSAGES_PER_SECOND, 1)
        self._group = AsyncLimiter(MESSAGES_PER_MINUTE_PER_GROUP, 60)
        self._lanes: dict[str, asyncio.Task[None]] = {}
        self._stopping = False

    async def run(self) -> None:
        """Deliver until cancelled; calls that were under way when the process died are made again."""
        recovered = False
        ahead = self._clock().timestamp() - monotonic()
        try:
            while True:
                self._store.outbox.changed.clear()
                pause: float | None = None
                try:
                    if not recovered:
                        await self._store.outbox.recover()
                        recovered = True
                    before, ahead = ahead, self._clock().timestamp() - monotonic()
                    if ahead < before - _CLOCK_SLACK:
                        _log.warning("the clock was put back; what waits to be sent again is sent now")
                        await self._store.outbox.hurry()
                    for lane in await self._store.outbox.lanes_waiting():
                        if lane not in self._lanes:
                            self._lanes[lane] = asyncio.create_task(self._drain(lane))
                    due = await self._store.outbox.next_due()
                    if due is not None:
                        pause = min(_LOOK_AGAIN, max(0.05, (due - self._clock()).total_seconds()))
                except Exception as error:  # A database that is locked or full must not end delivery.
                    _log.error("the outbox cannot be used (%s); trying again", type(error).__name__)
                    pause = 1.0
                with contextlib.suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(self._store.outbox.changed.wait(), pause)
        finally:
            # A call that is cut off may have arrived; let those under way end.
            self._stopping = True
            if self._lanes:
                _, late = await asyncio.wait(self._lanes.values(), timeout=_STOP_SECONDS)
                for task in late:
                    task.cancel()
                await asyncio.gather(*late, return_exceptions=True)

    async def _drain(self, lane: str) -> None:
        try:
            while not self._stopping:
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
        try:
            params = await self._ready(item)
        except TelegramError as error:  # the topic it needs cannot be made now
            if await self._store.outbox.mark_sending(item.id):
                await self._failed(item, item.params, error)
            return
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
            await self._surely(lambda: self._store.outbox.mark_failed(item.id, "unknown_method"))
        except Exception as error:
            # Parameters no library takes: it would fail again, and must not stop the lane behind it.
            _log.error("%s (%s) cannot be made (%s)", item.method, item.purpose, type(error).__name__, exc_info=error)
            await self._surely(lambda: self._store.outbox.mark_failed(item.id, "broken"))
        else:
            await self._made(item, params, number)

    async def _ready(self, item: OutboxItem) -> dict[str, Any] | None:
        """The parameters as they are now: the topic of a case is known only once it was made."""
        params = dict(item.params)
        to_staff = item.case_id is not None and params.get("chat_id") == self._staff_chat_id
        if to_staff and item.method != "createForumTopic":
            case = await self._store.cases.get(str(item.case_id))
            if case is None:
                return None
            # Not the number of when it was written: staff may have deleted that topic since.
            topic = case.topic_id or await self._new_topic(case, item)
            if topic is None and item.method == "closeForumTopic":
                return None
            params["message_thread_id"] = topic
            if topic is None and "text" in params:
                params["text"] = f"{topic_name(self._catalogues, case, self._staff_language)}\n{params['text']}"
        if item.doubtful and item.purpose == "staff" and "text" in params:
            params["text"] += "\n" + html.unescape(self._catalogues.text("staff.doubtful", self._staff_language))
        return await self._discreet(item, params)

    async def _discreet(self, item: OutboxItem, params: dict[str, Any]) -> dict[str, Any]:
        """The parameters as the person wants messages to look now, whoever wrote this one, and when."""
        to_person = item.method == "sendMessage" and item.person_ref is not None and item.lane == item.person_ref
        if not to_person or item.purpose in AS_THEY_ARE:
            return params
        try:
            person = await self._store.people.get(str(item.person_ref))
        except DamagedDataError:
            person = None  # an answer that looks as usual is better than none
        if person is None or not is_discreet(person):
            return params
        return veil(params, self._catalogues.text("discreet.line", person.language or "en"))

    async def _made(self, item: OutboxItem, params: dict[str, Any], number: int | None) -> None:
        self._metrics.count("sends", "sent")
        if item.method == "createForumTopic" and number is not None:
            kept = item.case_id is not None and await self._set_topic(item.case_id, number)
            await self._surely(lambda: self._store.outbox.mark_sent(item.id))
            if not kept:
                # The person wiped everything while the topic was being made.
                with contextlib.suppress(TelegramError):
                    await self._bot.delete_forum_topic(params["chat_id"], number)
            return
        is_message = item.method in ("sendMessage", "editMessageText", "copyMessage")
        wanted = await self._surely(lambda: self._store.outbox.mark_sent(item.id, number if is_message else None))
        if not wanted and is_message and number is not None:
            with contextlib.suppress(TelegramError):
                await self._bot.delete_message(params["chat_id"], number)

    async def _failed(self, item: OutboxItem, params: dict[str, Any], error: TelegramError) -> None:
        now = self._clock()
        if isinstance(error, RetryAfter):
            delay = error.retry_after
            seconds = delay.total_seconds() if isinstance(delay, timedelta) else float(delay)
            await self._again(item, seconds, doubtful=False)
            return
        lost = params.get("message_thread_id") if self._lost_topic(item, error) else None
        if lost is not None and await self._set_topic(str(item.case_id), None, instead_of=lost):
            await self._again(item, 0, doubtful=False)
            return
        final = isinstance(error, (BadRequest, Forbidden)) or not isinstance(error, (NetworkError, InvalidToken))
        if isinstance(error, InvalidToken) and item.method not in _MESSAGES:
            final = True  # 404: a server that lacks the method
        if item.purpose == "menu" and item.attempts + 1 >= _COURTESY_TRIES:
            final = True
        if final or now - item.created_at > GIVE_UP_AFTER:
            reason = "blocked" if isinstance(error, Forbidden) else "refused" if final else "too_old"
            self._metrics.count("sends", "failed")
            await self._surely(lambda: self._store.outbox.mark_failed(item.id, reason))
            _log.warning("%s (%s) was given up: %s", item.method, item.purpose, reason)
            await self._tell_staff(item, reason)
            return
        pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(item.attempts, 8))
        doubtful = isinstance(error, NetworkError) and not _never_left(error)
        await self._again(item, pause, doubtful=doubtful)

    async def _again(self, item: OutboxItem, seconds: float, *, doubtful: bool) -> None:
        self._metrics.count("sends", "doubtful" if doubtful else "again")
        moment = self._clock() + timedelta(seconds=seconds)
        await self._surely(lambda: self._store.outbox.mark_retry(item.id, moment, doubtful))

    async def _surely(self, write: Callable[[], Awaitable[_Result]]) -> _Result:
        """Write down what became of a call, however long the database takes: a lane stands still until it is known."""
        while True:
            try:
                return await write()
            except Exception as error:
                _log.error("the outcome of a call cannot be written (%s); trying again", type(error).__name__)
                await asyncio.sleep(1)

    # Topics of cases

    async def _new_topic(self, case: Case, item: OutboxItem) -> int | None:
        """A topic for a case that has none, for instance because staff deleted it; None where none can be made."""
        if item.attempts >= _TOPIC_TRIES:
            return None
        try:
            topic = await self._bot.create_forum_topic(
                chat_id=self._staff_chat_id or 0, name=topic_name(self._catalogues, case, self._staff_language)
            )
        except (BadRequest, Forbidden) as error:
            # Better all cases in one place than a person nobody sees.
            _log.error("no topic can be made in the staff's group (%s); is the bot allowed to?", type(error).__name__)
            return None
        await self._set_topic(case.id, topic.message_thread_id)
        return topic.message_thread_id

    def _lost_topic(self, item: OutboxItem, error: TelegramError) -> bool:
        """Whether staff deleted the topic this call was meant for; a new one is made then."""
        gone = isinstance(error, BadRequest) and "thread not found" in error.message.lower()
        return gone and item.case_id is not None and item.attempts < _TOPIC_TRIES

    async def _set_topic(self, case_id: str, topic_id: int | None, instead_of: int | None = None) -> bool:
        while True:
            try:
                async with self._store.turn(None) as turn:
                    case = await self._store.cases.get(case_id)
                    if case is None:
                        return False
                    if instead_of in (None, case.topic_id):
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
                    "text": html.unescape(self._catalogues.text(text_id, self._staff_language)),
                },
                purpose="staff",
                lane=f"case:{item.case_id}",
                case_id=item.case_id,
                to=item.person_ref,
            )
