"""Calls of the Bot API that must be made: written with the turn that wants them, in order within a lane.

A call goes pending → sending → sent or failed. The Bot API has no idempotency key, so a call whose outcome is unknown
is made again and marked *doubtful*; those are counted. A *held* call waits until its person comes back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.clock import Clock
from bot.store.counters import DOUBTFUL_COUNTER, PURGE_DUE, count, set_counter
from bot.store.engine import Database, insert_if_absent, to_the_end
from bot.store.errors import DamagedDataError
from bot.store.keys import Keyring, unseal_json
from bot.store.models import case_messages, outbox, sent_messages
from bot.store.person_keys import ONCE, destroy_once_key_if_unused, load_key

_Result = TypeVar("_Result")

# Made once: after every message is looked what comes next, and making a statement takes longer than running it.
_UNFINISHED = outbox.c.state.in_(("pending", "sending"))
#: The first unfinished call of each lane.
_HEADS = select(func.min(outbox.c.id).label("id")).where(_UNFINISHED).group_by(outbox.c.lane).subquery()
_MAY_BE_MADE = (
    outbox.c.state == "pending",
    outbox.c.not_before.is_(None) | (outbox.c.not_before <= bindparam("now")),
)
_READY = select(outbox).join(_HEADS, _HEADS.c.id == outbox.c.id).where(*_MAY_BE_MADE).order_by(outbox.c.id)
_LANES_WAITING = (
    select(outbox.c.lane).join(_HEADS, _HEADS.c.id == outbox.c.id).where(*_MAY_BE_MADE).order_by(outbox.c.id)
)
_NEXT_DUE = (
    select(outbox.c.not_before)
    .join(_HEADS, _HEADS.c.id == outbox.c.id)
    .where(outbox.c.state == "pending", outbox.c.not_before > bindparam("now"))
    .order_by(outbox.c.not_before)
    .limit(1)
)
_FIRST_OF_LANE = select(outbox).where(_UNFINISHED, outbox.c.lane == bindparam("of")).order_by(outbox.c.id).limit(1)

_THIS = outbox.c.id == bindparam("this")
_CALL = select(outbox).where(_THIS)
_SENDING = (
    update(outbox).where(_THIS, outbox.c.state == "pending").values(state="sending", attempts=outbox.c.attempts + 1)
)
_SENT = update(outbox).where(_THIS).values(state="sent", payload_enc=None, not_before=None, sent_at=bindparam("moment"))
_RELEASE = (
    update(outbox).where(outbox.c.person_ref == bindparam("of"), outbox.c.state == "held").values(state="pending")
)


@dataclass(frozen=True)
class OutboxItem:
    """A call of the Bot API to be made.

    Args:
        id: its number; within a lane, calls are made in the order of numbers.
        lane: the person's reference, ``staff``, or the name of a one-off lane after a wipe.
        person_ref: whose data it carries, None for the house and for one-off lanes.
        case_id: the case it belongs to.
        purpose: why it is sent, such as ``reply``.
        method: method of the Bot API.
        params: its parameters.
        attempts: how often it was begun before.
        doubtful: it may have arrived already.
        created_at: when it was written.
    """

    id: int
    lane: str
    person_ref: str | None
    case_id: str | None
    purpose: str
    method: str
    params: dict[str, Any] = field(repr=False)
    attempts: int
    doubtful: bool
    created_at: datetime


class Outbox:
    """The durable outbox, as the delivery worker sees it."""

    def __init__(
        self, database: Database, keyring: Keyring, clock: Clock, purge: Callable[[], Awaitable[None]]
    ) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock
        self._purge = purge
        #: Set whenever there may be something new to send; the worker clears it before it looks.
        self.changed = asyncio.Event()
        self._settled = asyncio.Condition()

    async def recover(self) -> int:
        """After a start: calls that a dead process was making become doubtful ones to be made again.

        Returns:
            How many there were.
        """

        async def work(connection: AsyncConnection) -> int:
            changed = await connection.execute(
                update(outbox).where(outbox.c.state == "sending").values(state="pending", doubtful=True)
            )
            if changed.rowcount:
                await count(connection, DOUBTFUL_COUNTER, changed.rowcount)
            return int(changed.rowcount)

        return await self._write(work)

    async def next(self, lane: str | None = None) -> OutboxItem | None:
        """The oldest call that may be made now, of one lane or of all.

        Strictly in order: a lane is blocked by a call that is being made and by one that must wait.
        """

        async def work(connection: AsyncConnection) -> tuple[Any, dict[str, Any] | None]:
            row = await self._ready_call(connection, lane)
            if row is None:
                return None, None
            try:
                return row, await self._open(connection, row)
            except DamagedDataError:
                return row, None

        while True:
            row, params = await self._database.read(work)
            if row is None:
                return None
            if params is not None:
                return OutboxItem(
                    row.id, row.lane, row.person_ref, row.case_id, row.purpose, row.method, params,
                    row.attempts, row.doubtful, row.created_at,
                )  # fmt: skip
            await self.mark_failed(row.id, "unreadable")

    async def _ready_call(self, connection: AsyncConnection, lane: str | None) -> Any:
        now = self._clock()
        if lane is None:
            return (await connection.execute(_READY.limit(1), {"now": now})).first()
        first = (await connection.execute(_FIRST_OF_LANE, {"of": lane})).first()
        if first is None or first.state != "pending" or (first.not_before is not None and first.not_before > now):
            return None
        return first

    async def lanes_waiting(self) -> list[str]:
        """Lanes that have a call which may be made now, the one with the oldest first."""

        async def work(connection: AsyncConnection) -> list[str]:
            rows = await connection.execute(_LANES_WAITING, {"now": self._clock()})
            return [row.lane for row in rows]

        return await self._database.read(work)

    async def next_due(self) -> datetime | None:
        """When the earliest call that must still wait may be made; None if none waits."""

        async def work(connection: AsyncConnection) -> datetime | None:
            due: datetime | None = (await connection.execute(_NEXT_DUE, {"now": self._clock()})).scalar()
            return due

        return await self._database.read(work)

    async def mark_sending(self, item_id: int) -> bool:
        """The call is about to be made; durable when this returns.

        Returns:
            False if somebody else took it or it is gone; then do not make it.
        """

        async def work(connection: AsyncConnection) -> bool:
            return bool((await connection.execute(_SENDING, {"this": item_id})).rowcount)

        return await self._database.write(work)

    async def mark_sent(self, item_id: int, message_id: int | None = None) -> bool:
        """The call succeeded: its parameters are dropped at once.

        A message in the person's own lane is remembered for 48 hours so that it can be deleted.

        Args:
            item_id: number of the call.
            message_id: Telegram's number of the new message, where the call made one.

        Returns:
            False if the person hid or wiped everything while the call was being made. Then nothing is remembered,
            and the caller must delete the message from the chat.
        """

        async def work(connection: AsyncConnection) -> tuple[bool, bool]:
            row = (await connection.execute(_CALL, {"this": item_id})).first()
            if row is None:
                return False, False
            if row.key_ref is not None and row.key_ref.startswith(ONCE):
                return True, await _drop_once(connection, row)
            now = self._clock()
            await connection.execute(_SENT, {"this": item_id, "moment": now})
            if message_id is not None:
                if row.lane == row.person_ref:
                    await insert_if_absent(
                        connection,
                        sent_messages,
                        {"person_ref": row.person_ref, "message_id": message_id, "direction": "out", "at": now},
                    )
                if row.case_id is not None:
                    await _link_case_message(connection, item_id, message_id)
            return True, False

        known, finished = await self._write(work)
        if finished:
            await self._purge()
        return known

    async def mark_retry(self, item_id: int, not_before: datetime, doubtful: bool) -> None:
        """The call failed for now.

        Args:
            item_id: number of the call.
            not_before: when it may be made again.
            doubtful: it may have arrived nevertheless (time-out after the request left).
        """

        async def work(connection: AsyncConnection) -> None:
            values: dict[str, Any] = {"state": "pending", "not_before": not_before}
            if doubtful:
                values["doubtful"] = True
            changed = await connection.execute(update(outbox).where(outbox.c.id == item_id).values(**values))
            if doubtful and changed.rowcount:
                await count(connection, DOUBTFUL_COUNTER)

        await self._write(work)

    async def hurry(self) -> None:
        """The clock was put back: pauses that were counted by the wrong time end now."""

        async def work(connection: AsyncConnection) -> None:
            tried = (outbox.c.state == "pending") & (outbox.c.attempts > 0)
            await connection.execute(
                update(outbox).where(tried, outbox.c.not_before > self._clock()).values(not_before=None)
            )

        await self._write(work)

    async def mark_failed(self, item_id: int, reason_code: str) -> None:
        """The call will never succeed: its parameters are dropped, its reason is kept and counted.

        Args:
            item_id: number of the call.
            reason_code: a short code such as ``blocked``; never text of the API, which may quote the message.
        """

        async def work(connection: AsyncConnection) -> bool:
            row = (await connection.execute(select(outbox).where(outbox.c.id == item_id))).first()
            if row is None:
                return False
            await count(connection, f"outbox.failed.{reason_code}"[:80])
            if row.key_ref is not None and row.key_ref.startswith(ONCE):
                return await _drop_once(connection, row)
            await connection.execute(
                update(outbox)
                .where(outbox.c.id == item_id)
                .values(state="failed", payload_enc=None, not_before=None, reason=reason_code[:80])
            )
            return False

        if await self._write(work):
            await self._purge()

    async def hold(self, person_ref: str) -> int:
        """Hold back what the person did not ask for.

        Returns:
            How many calls are held by this.
        """
        return await self._write(lambda connection: hold(connection, person_ref))

    async def release(self, person_ref: str) -> int:
        """Let held calls go.

        Returns:
            How many calls go now.
        """
        return await self._write(lambda connection: release(connection, person_ref))

    async def idle(self) -> None:
        """Wait until nothing is pending or being sent (held calls do not count)."""
        async with self._settled:
            while await self._busy():
                await self._settled.wait()

    async def announce(self) -> None:
        """Wake the worker and whoever waits for `idle`; a turn calls this after its commit."""
        self.changed.set()
        async with self._settled:
            self._settled.notify_all()

    async def _busy(self) -> bool:
        async with self._database.reading() as connection:
            query = select(outbox.c.id).where(outbox.c.state.in_(("pending", "sending"))).limit(1)
            return (await connection.execute(query)).first() is not None

    async def _write(self, work: Callable[[AsyncConnection], Awaitable[_Result]]) -> _Result:
        async def write_and_announce() -> _Result:
            result = await self._database.write(work)
            await self.announce()
            return result

        return await to_the_end(write_and_announce())

    async def _open(self, connection: AsyncConnection, row: Any) -> dict[str, Any]:
        key = self._keyring.house if row.key_ref is None else await load_key(connection, self._keyring, row.key_ref)
        if key is None:
            raise DamagedDataError("the key of a waiting call is gone")
        params: dict[str, Any] = unseal_json(key, row.payload_enc, payload_place(row.key_ref, row.method))
        return params


def payload_place(key_ref: str | None, method: str) -> str:
    """What the ciphertext of a call is bound to."""
    return f"outbox.payload/{key_ref or 'house'}/{method}"


async def hold(connection: AsyncConnection, person_ref: str) -> int:
    """Hold back what the person did not ask for, in the transaction at hand."""
    changed = await connection.execute(
        update(outbox)
        .where(outbox.c.person_ref == person_ref, outbox.c.lane == person_ref)
        .where(outbox.c.unprompted.is_(True), outbox.c.state == "pending")
        .values(state="held")
    )
    return int(changed.rowcount)


async def release(connection: AsyncConnection, person_ref: str) -> int:
    """Let held calls go, in the transaction at hand."""
    changed = await connection.execute(_RELEASE, {"of": person_ref})
    return int(changed.rowcount)


async def _drop_once(connection: AsyncConnection, row: Any) -> bool:
    await connection.execute(delete(outbox).where(outbox.c.id == row.id))
    finished = await destroy_once_key_if_unused(connection, row.key_ref)
    if finished:
        await set_counter(connection, PURGE_DUE, 1)
    return finished


async def _link_case_message(connection: AsyncConnection, item_id: int, message_id: int) -> None:
    """Complete the pair of a relayed message: what came in from the person now has its number at the staff's side."""
    for direction, column in (("in", "staff_message_id"), ("out", "person_message_id")):
        await connection.execute(
            update(case_messages)
            .where(case_messages.c.outbox_id == item_id, case_messages.c.direction == direction)
            .values({column: message_id})
        )
