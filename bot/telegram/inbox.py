"""Between python-telegram-bot's updater and the turns: updates are durable before Telegram may forget them.

The updater puts what it fetched into this queue and asks Telegram for more only when every ``put`` has returned; that
next question is what confirms the updates. So the ``put`` of the last of them returns when all are written: together,
in one transaction. Updates of one lane are worked on one after the other, lanes side by side, and an alarm overtakes
all that is under way.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from time import monotonic

from sqlalchemy.exc import SQLAlchemyError
from telegram import Bot, Update

from bot.conversation.pauses import Pause
from bot.operation.metrics import Metrics
from bot.safety.limits import Verdict
from bot.store.errors import DamagedDataError, StoreError
from bot.store.inbox import STAFF_LANE, Received
from bot.store.store import Store
from bot.telegram.alarms_ahead import LOOK_EVERY, AlarmsAhead
from bot.telegram.reading import counts_as, never_limited
from bot.telegram.turns import Turns

_log = logging.getLogger("bot.telegram.inbox")

#: Pauses while the store cannot be written to, seconds; the last one is repeated. Short: Telegram shows no more than a
#: hundred updates before some are written, and a cry for help may stand behind them.
_PAUSES = (0.2, 0.5)
#: How long writing one update may take before it is looked at for an alarm, seconds.
_PATIENCE = 0.3
#: An update that cannot be written for a reason that is not the store's is given up after so many tries.
_TRIES = 3
#: From so many updates that came together on they are written before turns go on.
_CROWD = 20
#: So long after the first message that was not read those of a flood are noted together, seconds.
_NOTE_AFTER = 3.0

#: What a lane works on: an update, or a job of ours between two of them.
_Work = Update | Callable[[], Awaitable[None]]


class UpdateQueue(asyncio.Queue[object]):
    """The queue the updater puts into; nothing is kept in it for longer than it takes to put the rest."""

    def __init__(self, receive: Callable[[Update], Awaitable[None]]) -> None:
        super().__init__()
        self._receive = receive

    async def put(self, item: object) -> None:
        """Take one update; returns when it is durable, or when others that came with it are still to be put."""
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
        #: The last of the updates that came together, and those before it that were put already.
        self._last: int | None = None
        self._together: list[Update] = []
        self.alarms = AlarmsAhead(bot, store, turns)
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
                self.alarms.left(item.update_id, answered=item.answered)
                self._submit(item.lane, update)
        return len(waiting)

    def arrived(self, last: int) -> None:
        """Updates came together and are about to be put one by one.

        Args:
            last: number of the last of them.
        """
        # What was put of an answer before that broke off was not confirmed: Telegram gives it again.
        self._together.clear()
        self._last = last

    async def receive(self, update: Update) -> None:
        """Take an update; with the last of those that came together, write all down and have them worked on.

        An alarm is answered even where it cannot be written.
        """
        self._together.append(update)
        if self._last is not None and update.update_id != self._last:
            return
        updates, self._together, self._last = self._together, [], None
        crowd = len(updates) >= _CROWD
        if crowd:
            self._turns.free.clear()
        try:
            await self._receive(updates)
        finally:
            if crowd:
                self._turns.free.set()

    async def _receive(self, updates: list[Update]) -> None:
        """Updates that came together, in their order."""
        moment = monotonic()
        for update in updates:
            self._metrics.count("updates", _kind(update))
            self._arrived[update.update_id] = moment
        if len(updates) > 1:
            await self.alarms.begin(updates)
        admitted = []
        for update in updates:
            try:
                if not await self._admitted(update):
                    self._forget(update.update_id)
                    continue
            except Exception as error:  # whoever cannot be counted is read; an exception here would end polling
                _log.error("it cannot be told whether an update is too many (%s)", type(error).__name__, exc_info=error)
            admitted.append(update)
        if admitted:
            await self._keep(admitted)

    def _forget(self, update_id: int) -> None:
        """Of an update that comes to nothing, or whose turn is done, nothing need be known any more."""
        self.alarms.forget(update_id)
        self.pauses.pop(update_id, None)
        self._arrived.pop(update_id, None)

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

    async def _keep(self, updates: list[Update]) -> None:
        """Write updates down and have them worked on."""
        tried = 0
        while True:
            try:
                await self._write(updates)
                return
            except Exception as error:
                of_store = isinstance(error, (SQLAlchemyError, StoreError, OSError))
                damaged = isinstance(error, DamagedDataError)
                if len(updates) > 1 and (damaged or not of_store):
                    # One of them is in the way of all: it is found when each is written alone.
                    for update in updates:
                        await self._keep([update])
                    return
                if damaged:
                    # One person's damaged row would stand before everybody: say so to them, and go on.
                    _log.error("an update cannot be kept (%s)", type(error).__name__)
                    if await self.alarms.of(updates[0]) is None:
                        await self._turns.apologise(updates[0])
                    self._forget(updates[0].update_id)
                    return
                if tried >= _TRIES and not of_store:
                    # Nothing is wrong with the store: this one update would stand before everybody for ever.
                    _log.error("an update is given up (%s)", type(error).__name__, exc_info=error)
                    self._forget(updates[0].update_id)
                    return
                _log.error("updates cannot be written down (%s); trying again", type(error).__name__)
                await self.alarms.of_all(updates)
                await self.alarms.watch_behind(updates, _PAUSES[min(tried, len(_PAUSES) - 1)])
                tried += 1

    async def _write(self, updates: list[Update]) -> None:
        """Write updates down; while that takes long (a locked database waits), alarms are answered already."""
        received = []
        names = {}
        for update in updates:
            lane, chat_id = await self._lane(update)
            names[update.update_id] = lane or (self._store.people.ref(chat_id) if chat_id is not None else STAFF_LANE)
            received.append(Received(update.update_id, lane, chat_id, update.to_dict()))
        writing = asyncio.ensure_future(self._store.inbox.receive_all(received))
        await asyncio.wait({writing}, timeout=_PATIENCE)
        while not writing.done():
            await self.alarms.of_all(updates)
            await self.alarms.behind(updates)
            await asyncio.wait({writing}, timeout=LOOK_EVERY)
        new = await writing
        for update in updates:
            if update.update_id not in new:
                if not self.alarms.is_undone(update.update_id):  # else it came twice, and its turn is still to come
                    self._forget(update.update_id)
                continue
            new.discard(update.update_id)
            self._submit(names[update.update_id], update)

    async def stop(self) -> None:
        """Stop after the turns that are under way; what waits stays in the inbox."""
        self._turns.stop()
        noting = list(self._noting)
        for timer in self._noting.values():
            timer.cancel()
        self._noting.clear()
        for lane in self._waiting.values():
            lane.clear()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        await self.alarms.end()
        # No lane works any more, so nothing of these people is under way.
        await asyncio.gather(*map(self._turns.remember_ignored, noting), return_exceptions=True)

    async def idle(self) -> None:
        """Wait until no turn is under way or waiting."""
        while self._tasks or self.alarms.under_way():
            await asyncio.gather(*self._tasks.values(), *self.alarms.under_way(), return_exceptions=True)

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
        self.alarms.written(update.update_id)
        self._put(lane, update)
        # An alarm never waits: for its lane, for a file, for other people, for a database that cannot be written.
        self.alarms.soon(update)

    def _put(self, lane: str, work: _Work) -> None:
        """Put work at the end of a lane."""
        self._waiting.setdefault(lane, deque()).append(work)
        if lane not in self._tasks:
            self._tasks[lane] = asyncio.create_task(self._work(lane))

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
                    await self.alarms.settled(update.update_id)
                    await self._process(update)
                except Exception as error:
                    _log.error("an update was left undone (%s)", type(error).__name__, exc_info=error)
                finally:
                    arrived = self._arrived.get(update.update_id)
                    if arrived is not None:
                        self._metrics.turn_took(monotonic() - arrived)
                    self._forget(update.update_id)
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
