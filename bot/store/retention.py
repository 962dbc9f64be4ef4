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


@dataclass(frozen=True)
class Kind:
    """One kind of what is stored.

    Args:
        holds: what it is, in an operator's words.
        days: how long it is kept; None: until it was worked on.
        counted_from: the moment the days begin.
        personal: whether it is about a person, though encrypted or under a keyed hash.
    """

    holds: str
    days: int | None
    counted_from: str
    personal: bool = True


#: Everything that is stored, and for how long. The one place: the sweep, `pristan privacy` and docs/privacy.md use it.
RETENTION: dict[str, Kind] = {
    "inbox.waiting": Kind(
        "messages that wait for their turn, encrypted; seconds in a bot that runs", None, "never lost"
    ),
    "inbox.failed": Kind(
        "messages over which a turn failed five times, encrypted, for a retry after a correction", 3, "arrival"
    ),
    "inbox.done": Kind(
        "numbers of finished updates; Telegram repeats an update for at most 24 hours", 2, "arrival", False
    ),
    "outbox.unsent": Kind("answers that could not be sent, encrypted", 7, "when it should have gone"),
    "outbox.finished": Kind("the fact that an answer was sent or given up, without its text", 1, "writing"),
    "dialogues": Kind("what a conversation is about, encrypted: no sentence of the person's", 7, "the last message"),
    "sent_messages": Kind(
        "numbers of a chat's messages, so that they can be deleted; later Telegram refuses", 2, "sending"
    ),
    "cases.alive": Kind(
        "talks with staff: language, country, who wrote when; the words stand in the staff's group",
        30,
        "the last message",
    ),
    "cases.closed": Kind("the same, once the talk has ended", 30, "closing"),
    "people": Kind("chat number, language, country, settings; encrypted but for the language", 90, "the last message"),
    "audit": Kind("what happened, in fixed codes, such as «alarm.danger»", 365, "the event", False),
}


def keep(kind: str) -> timedelta:
    """How long a kind of `RETENTION` is kept.

    Raises:
        LookupError: this kind has no such limit.
    """
    days = RETENTION[kind].days
    if days is None:
        raise LookupError(f"{kind} is kept until it was worked on")
    return timedelta(days=days)


def retention_table() -> str:
    """The table in Markdown, as docs/privacy.md shows it."""
    rows = [
        f"| {kind.holds} | {kind.days or '-'} | {kind.counted_from} | `{name}` |" for name, kind in RETENTION.items()
    ]
    return "\n".join(("| what | days | counted from | name |", "| --- | --- | --- | --- |", *rows))


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
