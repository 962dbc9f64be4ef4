"""How long things are kept: one table, and a sweep that applies it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.clock import Clock
from bot.store.counters import PURGE_DUE, count, set_counter
from bot.store.engine import Database
from bot.store.models import (
    audit,
    case_messages,
    cases,
    dialogues,
    inbox,
    outbox,
    people,
    person_keys,
    sent_messages,
)
from bot.store.person_keys import ONCE, destroy_once_key_if_unused
from bot.store.wipe import destroy_key_if_unused

#: Days that each kind is kept, and counted from when.
RETENTION_DAYS: dict[str, int] = {
    "inbox.done": 2,  # from its arrival; only the number, and Telegram repeats an update for at most 24 hours
    "inbox.failed": 3,  # from its arrival; for a retry after a correction
    "outbox.finished": 1,  # from its making; without parameters
    "outbox.unsent": 7,  # from when it should have gone; what could not be sent for a week helps nobody any more
    "dialogues": 7,  # from the last turn
    "sent_messages": 2,  # from sending; later a bot cannot delete them
    "cases.alive": 30,  # from the last message; people are told before (`Cases.expiring`)
    "cases.closed": 30,  # from closing
    "people": 90,  # from the last turn, unless a case is kept
    "audit": 365,  # from the event; holds nothing personal
}


def keep(kind: str) -> timedelta:
    """How long a kind of `RETENTION_DAYS` is kept."""
    return timedelta(days=RETENTION_DAYS[kind])


@dataclass(frozen=True)
class Swept:
    """What a sweep erased.

    Args:
        rows: erased rows by kind; kinds without any are left out.
        topic_ids: topics of the staff group whose cases expired; the caller must delete them.
    """

    rows: dict[str, int] = field(default_factory=dict)
    topic_ids: tuple[int, ...] = ()


class Retention:
    """Applies the table."""

    def __init__(self, database: Database, clock: Clock, purge: Callable[[], Awaitable[None]]) -> None:
        self._database = database
        self._clock = clock
        self._purge = purge

    async def sweep(self, now: datetime | None = None) -> Swept:
        """Erase what has expired, each kind in a transaction of its own, then rebuild the files if anything went.

        Args:
            now: the moment to judge by, the clock's by default.
        """
        moment = now or self._clock()
        rows: dict[str, int] = {}
        topics: list[int] = []
        for kind, clear in _KINDS.items():

            async def work(connection: AsyncConnection, kind: str = kind, clear: _Clear = clear) -> _Cleared:
                cleared = await clear(connection, moment)
                if cleared.rows:
                    await count(connection, f"retention.{kind}", cleared.rows)
                    await set_counter(connection, PURGE_DUE, 1)
                return cleared

            cleared = await self._database.write(work)
            topics += cleared.topic_ids
            if cleared.rows:
                rows[kind] = cleared.rows
        await self._purge()
        return Swept(rows, tuple(sorted(topics)))


@dataclass(frozen=True)
class _Cleared:
    rows: int
    topic_ids: tuple[int, ...] = ()


_Clear = Callable[[AsyncConnection, datetime], Awaitable[_Cleared]]


async def _run(connection: AsyncConnection, statement: Any) -> _Cleared:
    return _Cleared(int((await connection.execute(statement)).rowcount))


async def _inbox_done(connection: AsyncConnection, now: datetime) -> _Cleared:
    old = inbox.c.received_at < now - keep("inbox.done")
    return await _run(connection, delete(inbox).where(inbox.c.state == "done", old))


async def _inbox_failed(connection: AsyncConnection, now: datetime) -> _Cleared:
    old = inbox.c.received_at < now - keep("inbox.failed")
    return await _run(connection, delete(inbox).where(inbox.c.state == "failed", old))


async def _outbox_finished(connection: AsyncConnection, now: datetime) -> _Cleared:
    old = outbox.c.created_at < now - keep("outbox.finished")
    return await _run(connection, delete(outbox).where(outbox.c.state.in_(("sent", "failed")), old))


async def _outbox_unsent(connection: AsyncConnection, now: datetime) -> _Cleared:
    # A held call waits as long as its case lives; the case's own expiry takes it along.
    old = func.coalesce(outbox.c.not_before, outbox.c.created_at) < now - keep("outbox.unsent")
    waits = or_(outbox.c.state == "pending", (outbox.c.state == "held") & outbox.c.case_id.is_(None))
    once = (
        await connection.execute(select(outbox.c.key_ref).where(waits, old, outbox.c.key_ref.like(f"{ONCE}%")))
    ).scalars()
    refs = set(once.all())
    cleared = await _run(connection, delete(outbox).where(waits, old))
    for ref in refs:
        await destroy_once_key_if_unused(connection, ref)
    return cleared


async def _dialogues(connection: AsyncConnection, now: datetime) -> _Cleared:
    return await _run(connection, delete(dialogues).where(dialogues.c.updated_at < now - keep("dialogues")))


async def _sent_messages(connection: AsyncConnection, now: datetime) -> _Cleared:
    return await _run(connection, delete(sent_messages).where(sent_messages.c.at < now - keep("sent_messages")))


async def _cases(connection: AsyncConnection, now: datetime) -> _Cleared:
    expired = (await connection.execute(select(cases.c.id, cases.c.topic_id).where(cases.c.expires_at <= now))).all()
    if not expired:
        return _Cleared(0)
    ids = [row.id for row in expired]
    await connection.execute(update(audit).where(audit.c.case_id.in_(ids)).values(case_id=None))
    await connection.execute(delete(outbox).where(outbox.c.case_id.in_(ids), outbox.c.state != "sending"))
    await connection.execute(delete(case_messages).where(case_messages.c.case_id.in_(ids)))
    await connection.execute(delete(cases).where(cases.c.id.in_(ids)))
    return _Cleared(len(ids), tuple(row.topic_id for row in expired if row.topic_id is not None))


async def _people(connection: AsyncConnection, now: datetime) -> _Cleared:
    owners = select(cases.c.person_ref)
    return await _run(
        connection,
        delete(people).where(people.c.last_seen < now - keep("people"), people.c.ref.not_in(owners)),
    )


async def _keys(connection: AsyncConnection, now: datetime) -> _Cleared:
    """Keys under which nothing is written any more, such as those of people whose row expired."""
    refs = await connection.execute(
        select(person_keys.c.ref).where(
            person_keys.c.ref.not_in(select(people.c.ref)),
            person_keys.c.ref.not_in(select(cases.c.person_ref)),
        )
    )
    destroyed = 0
    for ref in refs.scalars().all():
        if ref.startswith(ONCE):
            destroyed += await destroy_once_key_if_unused(connection, ref)
        else:
            destroyed += await destroy_key_if_unused(connection, ref)
    return _Cleared(destroyed)


async def _audit(connection: AsyncConnection, now: datetime) -> _Cleared:
    return await _run(connection, delete(audit).where(audit.c.at < now - keep("audit")))


#: In this order: keys last, when nothing hangs on them any more.
_KINDS: dict[str, _Clear] = {
    "inbox.done": _inbox_done,
    "inbox.failed": _inbox_failed,
    "outbox.finished": _outbox_finished,
    "outbox.unsent": _outbox_unsent,
    "dialogues": _dialogues,
    "sent_messages": _sent_messages,
    "cases": _cases,
    "people": _people,
    "audit": _audit,
    "person_keys": _keys,
}
