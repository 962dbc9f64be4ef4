"""Updates that were received: written before Telegram may forget them, done only together with what they caused."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.clock import Clock
from bot.store.counters import DOUBTFUL_COUNTER, count
from bot.store.engine import Database, insert_all_if_absent, insert_if_absent
from bot.store.errors import DamagedDataError, TurnConflict
from bot.store.keys import Keyring, seal_json, unseal_json
from bot.store.models import inbox, sent_messages
from bot.store.person_keys import load_key, load_or_create_keys

#: An update whose turn failed this often is given up, so that it cannot block the chat behind it.
MAX_ATTEMPTS = 5

#: What is left of an update that is done: its number, to recognise a repetition.
ONLY_THE_NUMBER = {"state": "done", "lane": "", "person_ref": None, "payload_enc": None, "answered": False}

# Made once: making a statement takes longer than running it.
_KNOWN = select(inbox.c.update_id).where(inbox.c.update_id.in_(bindparam("these", expanding=True)))
_FINISH = update(inbox).where(inbox.c.update_id == bindparam("this"), inbox.c.state == "new").values(ONLY_THE_NUMBER)

#: Lane of what belongs to no person, such as messages of staff.
STAFF_LANE = "staff"


@dataclass(frozen=True)
class InboxItem:
    """An update that still waits for its turn.

    Args:
        update_id: Telegram's number of the update.
        lane: updates of one lane are worked on one after the other.
        person_ref: whose it is, None for staff.
        payload: the update.
        attempts: turns that failed over it so far.
        received_at: when it was written.
        answered: its alarm was answered ahead of its turn.
    """

    update_id: int
    lane: str
    person_ref: str | None
    payload: dict[str, Any] = field(repr=False)
    attempts: int
    received_at: datetime
    answered: bool = False


@dataclass(frozen=True)
class Received:
    """An update to be written.

    Args:
        update_id: Telegram's number of the update.
        lane: None for the lane of the chat (of staff, without a chat).
        chat_id: private chat of the person, None for what belongs to no person (staff).
        payload: the update, made of what JSON knows.
    """

    update_id: int
    lane: str | None
    chat_id: int | None
    payload: dict[str, Any] = field(repr=False)


def check_lane(lane: str) -> str:
    """Refuse a lane that is a chat id: lanes are stored in the clear.

    Raises:
        ValueError: it is a number, empty or too long.
    """
    is_ref = re.fullmatch(r"(once:)?[0-9a-f]{32,64}", lane)
    if not 1 <= len(lane) <= 80 or (re.search(r"\d{8,}", lane) and not is_ref):
        raise ValueError("a lane must be a short name or a person's reference, never a chat id")
    return lane


class Inbox:
    """The durable inbox."""

    def __init__(self, database: Database, keyring: Keyring, clock: Clock) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock
        # Updates that this process received and has not finished. Only the others (left by a process that died) are
        # marked before their turn, which spares the usual turn one write.
        self._fresh: set[int] = set()

    async def receive(self, update_id: int, lane: str | None, chat_id: int | None, payload: dict[str, Any]) -> bool:
        """Write an update; durable when this returns.

        Args:
            update_id: Telegram's number of the update.
            lane: None for the lane of the chat (of staff, without a chat).
            chat_id: private chat of the person, None for what belongs to no person (staff).
            payload: the update, made of what JSON knows.

        Returns:
            False if it was known already; then nothing was written.
        """
        return bool(await self.receive_all([Received(update_id, lane, chat_id, payload)]))

    async def receive_all(self, updates: Sequence[Received]) -> set[int]:
        """Write updates that came together: all are durable when this returns, or none.

        Args:
            updates: in their order.

        Returns:
            Numbers of those that are new; of the others nothing was written.
        """
        refs = {
            update.update_id: None if update.chat_id is None else self._keyring.person_ref(update.chat_id)
            for update in updates
        }
        lanes = {
            update.update_id: check_lane(update.lane or refs[update.update_id] or STAFF_LANE) for update in updates
        }

        async def work(connection: AsyncConnection) -> set[int]:
            known = await _known(connection, list(refs))
            fresh = {one.update_id: one for one in updates if one.update_id not in known}
            if not fresh:
                return set()
            owners = [ref for number in fresh if (ref := refs[number]) is not None]
            keys = await load_or_create_keys(connection, self._keyring, owners)
            now = self._clock()
            rows = []
            for number, one in fresh.items():
                ref = refs[number]
                key = self._keyring.house if ref is None else keys[ref]
                rows.append(
                    {
                        "update_id": number,
                        "lane": lanes[number],
                        "person_ref": ref,
                        "payload_enc": seal_json(key, one.payload, f"inbox.payload/{number}"),
                        "state": "new",
                        "attempts": 0,
                        "received_at": now,
                        "answered": False,
                    }
                )
            await insert_all_if_absent(connection, inbox, rows)
            return set(fresh)

        new = await self._database.write(work)
        self._fresh |= new
        return new

    async def known(self, update_ids: Sequence[int]) -> set[int]:
        """Which of these updates were written before."""
        return await self._database.read(lambda connection: _known(connection, update_ids))

    async def note_answered(self, answers: Mapping[int, Sequence[int]], doubtful: int = 0) -> None:
        """Note that alarms were answered ahead of their turns: a process after this one must not answer them again.

        Args:
            answers: number of the update -> numbers of the messages that answered it. Updates that are done by now
                are passed over.
            doubtful: how many of these answers may have been given by an earlier process already.
        """

        async def work(connection: AsyncConnection) -> None:
            for update_id, messages in answers.items():
                mine = (inbox.c.update_id == update_id) & (inbox.c.state == "new")
                owner = (await connection.execute(select(inbox.c.person_ref).where(mine))).scalar()
                if owner is None:
                    continue
                await connection.execute(update(inbox).where(mine).values(answered=True))
                for number in messages:  # so that hiding reaches them
                    values = {"person_ref": owner, "message_id": number, "direction": "out", "at": self._clock()}
                    await insert_if_absent(connection, sent_messages, values)
            if doubtful:
                await count(connection, DOUBTFUL_COUNTER, doubtful)

        await self._database.write(work)

    async def waiting(self) -> list[InboxItem]:
        """What was received and not finished, in the order of update ids; to be asked for once after a start.

        What was tried too often, or does not open any more, is given up here and not returned.
        """
        items: list[InboxItem] = []
        lost: list[int] = []
        async with self._database.reading() as connection:
            query = select(inbox).where(inbox.c.state == "new").order_by(inbox.c.update_id)
            for row in await connection.execute(query):
                try:
                    payload = await open_payload(connection, self._keyring, row)
                except DamagedDataError:
                    lost.append(row.update_id)
                    continue
                if row.attempts >= MAX_ATTEMPTS:
                    lost.append(row.update_id)
                    continue
                items.append(
                    InboxItem(
                        row.update_id, row.lane, row.person_ref, payload, row.attempts, row.received_at, row.answered
                    )
                )
        for update_id in lost:
            await self._database.write(functools.partial(give_up, update_id=update_id))
        return items

    async def begin(self, update_id: int) -> None:
        """Mark the attempt at an update that an earlier process left behind; a turn calls this.

        Raises:
            TurnConflict: the update is finished, given up or unknown.
        """
        if update_id in self._fresh:
            return
        mine = (inbox.c.update_id == update_id) & (inbox.c.state == "new")

        async def work(connection: AsyncConnection) -> bool:
            changed = await connection.execute(update(inbox).where(mine).values(attempts=inbox.c.attempts + 1))
            return bool(changed.rowcount)

        if not await self._database.write(work):
            raise TurnConflict("the update is not waiting for a turn")

    async def attempt_failed(self, update_id: int) -> bool:
        """Count a turn that failed; a turn calls this.

        Returns:
            Whether the update is given up now.
        """

        async def work(connection: AsyncConnection) -> bool:
            mine = (inbox.c.update_id == update_id) & (inbox.c.state == "new")
            if update_id in self._fresh:  # the others were counted by `begin`
                await connection.execute(update(inbox).where(mine).values(attempts=inbox.c.attempts + 1))
            attempts = (await connection.execute(select(inbox.c.attempts).where(mine))).scalar()
            if attempts is None or attempts < MAX_ATTEMPTS:
                return False
            await give_up(connection, update_id)
            return True

        gave_up = await self._database.write(work)
        if gave_up:
            self.forget(update_id)
        return gave_up

    def forget(self, update_id: int) -> None:
        """The update is finished; a turn calls this after its commit."""
        self._fresh.discard(update_id)


async def _known(connection: AsyncConnection, update_ids: Sequence[int]) -> set[int]:
    found = await connection.execute(_KNOWN, {"these": update_ids})
    return set(found.scalars())


async def open_payload(connection: AsyncConnection, keyring: Keyring, row: Any) -> dict[str, Any]:
    """Decrypt the payload of an inbox row.

    Raises:
        DamagedDataError: it does not open, or its key is gone.
    """
    key = keyring.house if row.person_ref is None else await load_key(connection, keyring, row.person_ref)
    if key is None:
        raise DamagedDataError("the key of a waiting update is gone")
    payload: dict[str, Any] = unseal_json(key, row.payload_enc, f"inbox.payload/{row.update_id}")
    return payload


async def finish(connection: AsyncConnection, update_id: int) -> None:
    """Mark an update done in the transaction of its turn; only its number stays, to recognise a repetition.

    Raises:
        TurnConflict: it was done already; what this turn wants to write was written before.
    """
    changed = await connection.execute(_FINISH, {"this": update_id})
    if changed.rowcount == 0:
        raise TurnConflict("the update was done already")


async def give_up(connection: AsyncConnection, update_id: int) -> None:
    """Stop trying an update, and count it."""
    await connection.execute(
        update(inbox).where(inbox.c.update_id == update_id, inbox.c.state == "new").values(state="failed")
    )
    await count(connection, "inbox.failed")
