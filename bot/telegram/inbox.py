"""Between python-telegram-bot's updater and the turns: updates are durable before Telegram may forget them.

The updater puts what it fetched into this queue and asks Telegram for more only when every ``put`` has returned; that
next question is what confirms the updates. So ``put`` returns when the update is written. Updates of one lane are
worked on one after the other, lanes side by side, and an alarm overtakes all that is under way.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from telegram import Bot, Update
from telegram.error import TelegramError

from bot.conversation.pauses import Pause
from bot.operation.metrics import Metrics
from bot.safety.limits import Verdict
from bot.store.errors import DamagedDataError, StoreError
from bot.store.store import Store
from bot.telegram.reading import counts_as, never_limited
from bot.telegram.turns import Turns

_log = logging.getLogger("bot.telegram.inbox")

#: Pauses while the store cannot be written to, seconds; the last one is repeated. Short: Telegram shows no more than a
#: hundred updates before some are written, and a cry for help may stand behind them.
_PAUSES = (0.2, 0.5)
#: How long writing one update may take before it is looked at for an alarm, seconds.
_PATIENCE = 1.0
#: How often it is looked for alarms behind an update that cannot be written, seconds.
_LOOK_EVERY = 0.5
#: An update that cannot be written for a reason that is not the store's is given up after so many tries.
_TRIES = 3
#: From so many updates that came together on they are written before turns go on.
_CROWD = 20
#: So long after the first message that was not read those of a flood are noted together, seconds.
_NOTE_AFTER = 3.0

#: What a lane works on: an update, or a job of ours between two of them.
_Work = Update | Callable[[], Awaitable[None]]


class UpdateQueue(asyncio.Queue[object]):
    """The queue the updater puts into; nothing is kept in it."""

    def __init__(self, receive: Callable[[Update], Awaitable[None]]) -> None:
        super().__init__()
        self._receive = receive

    async def put(self, item: object) -> None:
        """Take one update; returns when it is durable."""
        if isinstance(item, Update):
            await self._receive(item)


class Dispatcher:
    """Keeps the lanes: writes each update down, then has it worked on in its turn.

    Args:
        bot: for reading stored updates again.
        store: the durable inbox.
        turns: answers alarms and knows lanes of staff messages.
        process: hands an update to the application's handlers and returns when they are done.
        staff_chat_id: the staff's group.
        metrics: of the process.
    """

    def __init__(
        self,
        bot: Bot,
        store: Store,
        turns: Turns,
        process: Callable[[Update], Awaitable[None]],
        staff_chat_id: int | None,
        metrics: Metrics | None = None,
    ) -> None:
        self._bot = bot
        self._store = store
        self._turns = turns
        self._process = process
        self._staff_chat_id = staff_chat_id
        self._metrics = metrics or Metrics()
        self._waiting: dict[str, deque[_Work]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._urgent: dict[int, asyncio.Task[None]] = {}
        #: The highest number of an update that was begun to be received.
        self._begun = -1
        #: The last of many updates that came together.
        self._crowd_ends: int | None = None
        self._ahead: set[asyncio.Task[None]] = set()
        #: Updates whose alarm was answered out of turn, and the numbers of the answers: their turn must not answer
        #: again, and must remember the answers so that they can be hidden.
        self.alarms_answered: dict[int, tuple[int, ...]] = {}
        #: Updates whose sender must be told to wait.
        self.pauses: dict[int, Pause] = {}
        self._arrived: dict[int, float] = {}
        #: Timers after which the messages of a flood are noted, by the chat they came in.
        self._noting: dict[int, asyncio.TimerHandle] = {}

    async def resume(self) -> int:
        """Work on what a dead process left; returns how many updates that is."""
        waiting = await self._store.inbox.waiting()
        for item in waiting:
            try:
                update = Update.de_json(item.payload, self._bot)
            except Exception as error:  # One update that cannot be read must not keep the bot from starting.
                _log.error("an update that was left cannot be read (%s)", type(error).__name__)
                update = None
            if update is not None:
                self._submit(item.lane, update)
        return len(waiting)

    async def receive(self, update: Update) -> None:
        """Write an update down, then have it worked on; an alarm is answered even where it cannot be written."""
        self._metrics.count("updates", _kind(update))
        self._begun = max(self._begun, update.update_id)
        try:
            if not await self._admitted(update):
                self._end_crowd(update)
                return
        except Exception as error:  # whoever cannot be counted is read; an exception here would end polling
            _log.error("it cannot be told whether an update is too many (%s)", type(error).__name__, exc_info=error)
        self._arrived[update.update_id] = monotonic()
        try:
            if not await self._kept(update):
                self._arrived.pop(update.update_id, None)
                self.pauses.pop(update.update_id, None)
        finally:
            self._end_crowd(update)

    def _end_crowd(self, update: Update) -> None:
        if update.update_id == self._crowd_ends:
            self._turns.free.set()

    def look_ahead(self, updates: list[Update]) -> None:
        """Have alarms among updates that came together answered before the others are written and worked on.

        Args:
            updates: in their order; the first is not waited for by anybody.
        """
        if len(updates) >= _CROWD:
            self._crowd_ends = updates[-1].update_id
            self._turns.free.clear()
        if len(updates) > 1:
            task = asyncio.create_task(self._look_ahead(updates))
            self._ahead.add(task)
            task.add_done_callback(self._ahead.discard)

    async def _look_ahead(self, updates: list[Update]) -> None:
        urgent = []
        for update in updates:
            await asyncio.sleep(0)
            try:
                if self._is_to_come(update) and self._turns.cries(update):
                    urgent.append(asyncio.ensure_future(self._answer_ahead(update)))
            except Exception as error:
                _log.error("it cannot be looked ahead for an alarm (%s)", type(error).__name__, exc_info=error)
        # Side by side: where the store is slow to say, one would wait for another.
        await asyncio.gather(*urgent, return_exceptions=True)

    async def _answer_ahead(self, update: Update) -> None:
        # Telegram may send again what was answered long ago; and asking takes time.
        if not await self._was_written(update) and self._is_to_come(update):
            self._overtake_soon(update)

    def _is_to_come(self, update: Update) -> bool:
        """Whether an update is not being received yet; after that its own turn would answer it a second time."""
        return update.update_id > self._begun

    async def _was_written(self, update: Update) -> bool:
        """Whether an update was written before, if the store says so at once."""
        try:
            return await asyncio.wait_for(self._store.inbox.known(update.update_id), _PATIENCE)
        except Exception as error:  # an alarm is answered without it, too
            _log.error("it cannot be told whether an update is known (%s)", type(error).__name__, exc_info=error)
            return False

    async def _admitted(self, update: Update) -> bool:
        """Whether an update is read, or at least answered; one of a flood is only noted."""
        chat = update.effective_chat
        if chat is None or chat.type != "private" or never_limited(update):
            return True
        kinds = counts_as(update)
        limits = self._turns.limits
        ref = self._store.people.ref(chat.id)
        in_talk = False
        if limits.would_pause(ref, kinds):
            if await self._turns.is_urgent(update):
                return True
            in_talk = await self._turns.talks_with_staff(ref)
        verdict, kind, minutes = limits.judge(ref, kinds, in_talk=in_talk)
        if verdict is Verdict.READ:
            return True
        self._metrics.count("limited", kind.value)
        if verdict is Verdict.TELL:
            self.pauses[update.update_id] = Pause(kind, minutes)
            return True
        if update.message is not None:
            limits.ignore(ref, update.message.message_id)
            self._note_soon(chat.id, ref)
        return False

    def _note_soon(self, chat_id: int, ref: str) -> None:
        if chat_id in self._noting:
            return

        def note() -> None:
            self._noting.pop(chat_id, None)
            self._put(ref, lambda: self._turns.remember_ignored(chat_id))

        self._noting[chat_id] = asyncio.get_running_loop().call_later(_NOTE_AFTER, note)

    async def _kept(self, update: Update) -> bool:
        """Write an update down and have it worked on; False where it comes to nothing."""
        tried = 0
        while True:
            try:
                lane, chat_id = await self._lane(update)
                new = await self._write(update, lane, chat_id)
                break
            except DamagedDataError as error:
                # One person's damaged row would stand before everybody: say so to them, and go on.
                _log.error("an update cannot be kept (%s)", type(error).__name__)
                if await self._overtake(update) is None:
                    await self._turns.apologise(update)
                return False
            except Exception as error:
                if tried >= _TRIES and not isinstance(error, (SQLAlchemyError, StoreError, OSError)):
                    # Nothing is wrong with the store: this one update would stand before everybody for ever.
                    _log.error("an update is given up (%s)", type(error).__name__, exc_info=error)
                    return False
                _log.error("an update cannot be written down (%s); trying again", type(error).__name__)
                await self._overtake(update)
                await self._watch_behind(update, _PAUSES[min(tried, len(_PAUSES) - 1)])
                tried += 1
        if new:
            name = lane or (self._store.people.ref(chat_id) if chat_id is not None else "staff")
            self._submit(name, update)
        return new

    async def _write(self, update: Update, lane: str | None, chat_id: int | None) -> bool:
        """Write an update down; while that takes long (a locked database waits), alarms are answered already."""
        writing = asyncio.ensure_future(
            self._store.inbox.receive(update.update_id, lane, chat_id, _payload(update)),
        )
        await asyncio.wait({writing}, timeout=_PATIENCE)
        while not writing.done():
            await self._overtake(update)
            await self._look_behind(update)
            await asyncio.wait({writing}, timeout=_LOOK_EVERY)
        return await writing

    async def stop(self) -> None:
        """Stop after the turns that are under way; what waits stays in the inbox."""
        self._turns.stop()
        noting = list(self._noting)
        for timer in self._noting.values():
            timer.cancel()
        self._noting.clear()
        for lane in self._waiting.values():
            lane.clear()
        await asyncio.gather(*self._tasks.values(), *self._urgent.values(), *self._ahead, return_exceptions=True)
        # No lane works any more, so nothing of these people is under way.
        await asyncio.gather(*map(self._turns.remember_ignored, noting), return_exceptions=True)

    async def idle(self) -> None:
        """Wait until no turn is under way or waiting."""
        while self._tasks or self._urgent:
            await asyncio.gather(*self._tasks.values(), *self._urgent.values(), return_exceptions=True)

    def album_goes_on(self, update: Update) -> bool:
        """Whether another part of the album that an update belongs to is waiting behind it."""
        message = update.message
        if message is None or message.media_group_id is None:
            return False
        album = (message.chat.id, message.media_group_id)
        return any(
            isinstance(later, Update)
            and later.message is not None
            and (later.message.chat.id, later.message.media_group_id) == album
            for waiting in self._waiting.values()
            for later in waiting
        )

    async def _lane(self, update: Update) -> tuple[str | None, int | None]:
        chat = update.effective_chat
        if chat is not None and chat.type == "private":
            return None, chat.id
        if chat is not None and chat.id == self._staff_chat_id:
            return await self._turns.lane_of_staff(update.effective_message)
        return None, None

    def _submit(self, lane: str, update: Update) -> None:
        self._put(lane, update)
        # An alarm never waits: for its lane, for a file, for other people, for a database that cannot be written.
        self._overtake_soon(update)

    def _overtake_soon(self, update: Update) -> asyncio.Task[None]:
        """Answer an alarm beside everything else, once however many ask for it; its own turn waits for that."""
        task = self._urgent.get(update.update_id)
        if task is None:
            task = asyncio.create_task(self._answer_alarm(update))
            self._urgent[update.update_id] = task
            task.add_done_callback(lambda _: self._urgent.pop(update.update_id, None))
        return task

    def _put(self, lane: str, work: _Work) -> None:
        """Put work at the end of a lane."""
        self._waiting.setdefault(lane, deque()).append(work)
        if lane not in self._tasks:
            self._tasks[lane] = asyncio.create_task(self._work(lane))

    async def _overtake(self, update: Update) -> tuple[int, ...] | None:
        """Answer an alarm at once, unless that was done; the numbers of the answers, or None."""
        await asyncio.wait({self._overtake_soon(update)})
        return self.alarms_answered.get(update.update_id)

    async def _answer_alarm(self, update: Update) -> None:
        if update.update_id in self.alarms_answered:
            return
        try:
            sent = await self._turns.alarm_now(update)
        except Exception as error:  # The turn itself still comes.
            _log.error("an alarm could not be looked for (%s)", type(error).__name__, exc_info=error)
            return
        if sent is not None:
            self.alarms_answered[update.update_id] = sent

    async def _watch_behind(self, update: Update, seconds: float) -> None:
        """Pause, but answer alarms behind an update meanwhile."""
        until = monotonic() + seconds
        await self._look_behind(update)
        while (left := until - monotonic()) > 0:
            await asyncio.sleep(min(left, _LOOK_EVERY))
            await self._look_behind(update)

    async def _look_behind(self, update: Update) -> None:
        """While one update cannot be written, answer alarms among those behind it; Telegram keeps them all."""
        try:
            behind = await self._bot.get_updates(offset=update.update_id, limit=100, timeout=0)
        except TelegramError:
            return
        asked = [self._overtake_soon(other) for other in behind if other.update_id > update.update_id]
        if asked:
            await asyncio.wait(asked)

    async def _work(self, lane: str) -> None:
        waiting = self._waiting[lane]
        try:
            while waiting:
                update = waiting.popleft()
                if not isinstance(update, Update):
                    try:
                        await update()
                    except Exception as error:  # tried again with the person's next turn
                        _log.error("what was not read could not be noted (%s)", type(error).__name__)
                    continue
                try:
                    if update.update_id in self._urgent:  # its answer must not go out twice
                        await asyncio.wait({self._urgent[update.update_id]})
                    await self._process(update)
                except Exception as error:
                    _log.error("an update was left undone (%s)", type(error).__name__, exc_info=error)
                finally:
                    self.alarms_answered.pop(update.update_id, None)
                    self.pauses.pop(update.update_id, None)
                    arrived = self._arrived.pop(update.update_id, None)
                    if arrived is not None:
                        self._metrics.turn_took(monotonic() - arrived)
        finally:
            self._tasks.pop(lane, None)
            if waiting:
                self._tasks[lane] = asyncio.create_task(self._work(lane))
            else:
                self._waiting.pop(lane, None)


def _kind(update: Update) -> str:
    if update.message is not None or update.edited_message is not None:
        return "message"
    if update.callback_query is not None:
        return "button"
    return "member" if update.my_chat_member is not None else "other"


def _payload(update: Update) -> dict[str, Any]:
    return update.to_dict()
