"""Alarms are answered before their turns: past other people, a file, a database that cannot be written."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence
from time import monotonic

from telegram import Bot, Update
from telegram.error import TelegramError

from bot.store.store import Store
from bot.telegram.turns import Turns

_log = logging.getLogger("bot.telegram.inbox")

#: How long it is asked whether an update is known, seconds.
_PATIENCE = 0.4
#: How often it is looked for alarms behind updates that cannot be written, seconds.
LOOK_EVERY = 0.25
#: So long a crowd of updates is looked through before others may go on, seconds. Between two looks everything that is
#: ready runs, which under load takes many times as long as a look.
_LOOK_SECONDS = 0.02
#: So long after an alarm was answered it is noted, if its turn is still to come then, seconds.
_MARK_AFTER = 0.5


class AlarmsAhead:
    """Answers each alarm once, at once, and remembers that until its turn has come; in the store if that takes long.

    Args:
        bot: asks what stands behind updates that cannot be written.
        store: knows what was received before, and keeps what was answered.
        turns: knows an alarm and answers it.
    """

    def __init__(self, bot: Bot, store: Store, turns: Turns) -> None:
        self._bot = bot
        self._store = store
        self._turns = turns
        #: Updates whose alarm was answered out of turn, and the numbers of the answers: their turn must not answer
        #: again, and must remember the answers so that they can be hidden.
        self.answered: dict[int, tuple[int, ...]] = {}
        self._under_way: dict[int, asyncio.Task[None]] = {}
        #: Updates that were written and whose turn is not done.
        self._undone: set[int] = set()
        #: Of these, what an earlier process left: their alarms may have been answered by it.
        self._left: set[int] = set()
        #: Alarms whose answers are still to be noted.
        self._unmarked: set[int] = set()
        self._marking: asyncio.Task[None] | None = None

    def left(self, update_id: int, *, answered: bool) -> None:
        """An earlier process left an update, and noted or not that it answered its alarm."""
        if answered:
            self.answered[update_id] = ()
        else:
            self._left.add(update_id)

    def written(self, update_id: int) -> None:
        """An update stands in the inbox, and its turn is to come."""
        self._undone.add(update_id)
        self._mark_soon()

    def is_undone(self, update_id: int) -> bool:
        """Whether an update stands in the inbox and its turn is to come."""
        return update_id in self._undone

    def forget(self, update_id: int) -> None:
        """The turn of an update is done, or will never come."""
        self.answered.pop(update_id, None)
        for numbers in (self._undone, self._left, self._unmarked):
            numbers.discard(update_id)

    async def end(self) -> None:
        """Wait for what is under way, and note it."""
        await asyncio.gather(*self._under_way.values(), return_exceptions=True)
        if self._marking is not None:
            self._marking.cancel()
        await self._mark()

    def soon(self, update: Update) -> asyncio.Task[None]:
        """Answer an alarm beside everything else, once however many ask for it; its own turn waits for that."""
        task = self._under_way.get(update.update_id)
        if task is None:
            task = asyncio.create_task(self._answer(update))
            self._under_way[update.update_id] = task
            task.add_done_callback(lambda _: self._under_way.pop(update.update_id, None))
        return task

    def under_way(self) -> list[asyncio.Task[None]]:
        """What is being looked at and answered."""
        return list(self._under_way.values())

    async def of(self, update: Update) -> tuple[int, ...] | None:
        """Answer an alarm at once, unless that was done; the numbers of the answers, or None."""
        await self.of_all([update])
        return self.answered.get(update.update_id)

    async def of_all(self, updates: Iterable[Update]) -> None:
        """Answer the alarms among updates, unless that was done."""
        tasks = {self.soon(update) for update in updates}
        if tasks:
            await asyncio.wait(tasks)

    async def settled(self, update_id: int) -> None:
        """Wait for an answer that is under way: it must not go out twice."""
        if update_id in self._under_way:
            await asyncio.wait({self._under_way[update_id]})

    async def begin(self, updates: Iterable[Update]) -> None:
        """Begin to answer the alarms among updates that came together, before any of them is written."""
        crying = []
        began = monotonic()
        for update in updates:
            if monotonic() - began > _LOOK_SECONDS:
                await asyncio.sleep(0)
                began = monotonic()
            try:
                if self._turns.cries(update):
                    crying.append(update)
            except Exception as error:
                _log.error("it cannot be looked ahead for an alarm (%s)", type(error).__name__, exc_info=error)
        if not crying:
            return
        # Telegram may give again what was answered long ago.
        known = await self._known([update.update_id for update in crying])
        for update in crying:
            if update.update_id not in known:
                self.soon(update)

    async def watch_behind(self, updates: Sequence[Update], seconds: float) -> None:
        """Pause, but answer alarms behind updates meanwhile."""
        until = monotonic() + seconds
        await self.behind(updates)
        while (left := until - monotonic()) > 0:
            await asyncio.sleep(min(left, LOOK_EVERY))
            await self.behind(updates)

    async def behind(self, updates: Sequence[Update]) -> None:
        """While updates cannot be written, answer alarms among those behind them; Telegram keeps them all."""
        # A question for what comes after one of them would confirm it.
        first, last = updates[0].update_id, updates[-1].update_id
        try:
            found = await self._bot.get_updates(offset=first, limit=100, timeout=0)
        except TelegramError:
            return
        await self.of_all(update for update in found if update.update_id > last)

    async def _known(self, update_ids: list[int]) -> set[int]:
        """Which updates were written before, if the store says so at once."""
        try:
            return await asyncio.wait_for(self._store.inbox.known(update_ids), _PATIENCE)
        except Exception as error:  # an alarm is answered without it, too
            _log.error("it cannot be told whether an update is known (%s)", type(error).__name__, exc_info=error)
            return set()

    async def _answer(self, update: Update) -> None:
        if update.update_id in self.answered:
            return
        try:
            sent = await self._turns.alarm_now(update)
        except Exception as error:  # The turn itself still comes.
            _log.error("an alarm could not be looked for (%s)", type(error).__name__, exc_info=error)
            return
        if sent is not None:
            self.answered[update.update_id] = sent
            self._unmarked.add(update.update_id)
            self._mark_soon()

    # What a process after this one must know

    def _mark_soon(self) -> None:
        """Note which alarms were answered, if their turns do not come at once: a kill must not have them answered anew.

        With the turn it is noted anyway, so that this costs nothing while turns are quick.
        """
        if self._to_mark() and (self._marking is None or self._marking.done()):
            self._marking = asyncio.create_task(self._go_on_marking())

    def _to_mark(self) -> set[int]:
        return self._unmarked & self._undone  # what is not written yet has no row to note it in

    async def _go_on_marking(self) -> None:
        while self._to_mark():
            await asyncio.sleep(_MARK_AFTER)
            await self._mark()

    async def _mark(self) -> None:
        due = self._to_mark()
        if not due:
            return
        doubtful = due & self._left
        # Before the write: one that is cut off by a stop is written all the same, and must not be counted twice.
        self._unmarked -= due
        self._left -= doubtful
        try:
            await self._store.inbox.note_answered({number: self.answered[number] for number in due}, len(doubtful))
        except Exception as error:  # tried again, as long as their turns have not come
            _log.error("it cannot be noted that alarms were answered (%s)", type(error).__name__)
            self._unmarked |= due & self._undone
            self._left |= doubtful & self._undone
