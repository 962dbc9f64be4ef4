"""What is held, of how many, how long, and since when: figures for an operator, nothing about any person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import func, select

from bot.settings import Settings
from bot.store.clock import Clock, utc_now
from bot.store.counters import PURGE_DUE
from bot.store.models import (
    audit,
    case_messages,
    cases,
    counters,
    dialogues,
    inbox,
    outbox,
    people,
    person_keys,
    sent_messages,
)
from bot.store.person_keys import ONCE
from bot.store.retention import RETENTION
from bot.store.store import Store

_alive = cases.c.state != "closed"
#: Kind of `RETENTION` -> what counts its rows, and the moment they are counted from.
_COUNTED: Mapping[str, tuple[Any, Any]] = {
    "inbox.waiting": (inbox.c.state == "new", inbox.c.received_at),
    "inbox.failed": (inbox.c.state == "failed", inbox.c.received_at),
    "inbox.done": (inbox.c.state == "done", inbox.c.received_at),
    "outbox.unsent": (outbox.c.state.in_(("pending", "sending", "held")), outbox.c.created_at),
    "outbox.finished": (outbox.c.state.in_(("sent", "failed")), outbox.c.created_at),
    "dialogues": (dialogues.c.updated_at.is_not(None), dialogues.c.updated_at),
    "sent_messages": (sent_messages.c.at.is_not(None), sent_messages.c.at),
    "cases.alive": (_alive, cases.c.opened_at),
    "cases.closed": (~_alive, cases.c.closed_at),
    "people": (people.c.ref.is_not(None), people.c.last_seen),
    "audit": (audit.c.at.is_not(None), audit.c.at),
}


@dataclass(frozen=True)
class Held:
    """One kind of what is stored.

    Args:
        holds: what it is.
        rows: how many there are.
        oldest_days: age of the oldest, days; None without any.
        kept_days: how long it is kept, days; None: until it was worked on.
    """

    holds: str
    rows: int
    oldest_days: float | None
    kept_days: int | None


@dataclass(frozen=True)
class Report:
    """The figures.

    Args:
        database: ``SQLite`` or ``PostgreSQL``.
        held: by kind of `RETENTION`.
        people_keys: keys of people; each opens all that is stored of one person.
        passing_keys: keys of answers to people who were just erased; gone once those are sent.
        case_messages: noted messages of talks with staff.
        erasing_due: something was erased, but the files still hold its bytes, or the copy of the keys its key.
        keys_copy: ``none``, ``there``, or ``missing``.
        master_key_days: age of the master key file, days.
    """

    database: str
    held: dict[str, Held] = field(default_factory=dict)
    people_keys: int = 0
    passing_keys: int = 0
    case_messages: int = 0
    erasing_due: bool = False
    keys_copy: str = "none"
    master_key_days: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """For ``--format json``."""
        return asdict(self)

    def as_text(self) -> str:
        """For an operator to read."""
        lines = [f"{'what':<92} {'number':>7} {'oldest':>8} {'kept':>6}   (days)"]
        for held in self.held.values():
            oldest = "-" if held.oldest_days is None else f"{held.oldest_days:.1f}"
            lines.append(f"{held.holds[:92]:<92} {held.rows:>7} {oldest:>8} {held.kept_days or '-':>6}")
        passing = (
            f", {self.passing_keys} of answers on their way to people who were erased" if self.passing_keys else ""
        )
        lines += [
            "",
            f"{self.people_keys} keys of people{passing}; {self.case_messages} messages noted in talks with staff.",
            f"Database: {self.database}. Master key: {self.master_key_days:.0f} days old. "
            f"Copy of people's keys: {self.keys_copy}.",
            "Bytes of what was erased are still in the files or in the copy of the keys: see the log."
            if self.erasing_due
            else "Nothing that was erased waits to be cleaned out of the files.",
        ]
        return "\n".join(lines)


async def privacy_report(settings: Settings, clock: Clock = utc_now) -> Report:
    """Count what is held; the bot may run meanwhile."""
    now = clock()
    async with await Store.open(settings, clock) as store, store.database.reading() as connection:

        async def number(table: Any, condition: Any = None) -> int:
            query = select(func.count()).select_from(table)
            return int((await connection.execute(query if condition is None else query.where(condition))).scalar() or 0)

        held = {}
        for kind, (condition, moment) in _COUNTED.items():
            oldest = (await connection.execute(select(func.min(moment)).where(condition))).scalar()
            age = None if oldest is None else round((now - oldest).total_seconds() / 86400, 2)
            held[kind] = Held(RETENTION[kind].holds, await number(moment.table, condition), age, RETENTION[kind].days)
        passing = await number(person_keys, person_keys.c.ref.like(f"{ONCE}%"))
        due = (await connection.execute(select(counters.c.value).where(counters.c.name == PURGE_DUE))).scalar()
        copy = settings.keys_copy
        made = datetime.fromtimestamp(settings.secret_key_file.stat().st_mtime, timezone.utc)
        return Report(
            database="SQLite" if store.database.is_sqlite else "PostgreSQL",
            held=held,
            people_keys=await number(person_keys) - passing,
            passing_keys=passing,
            case_messages=await number(case_messages),
            erasing_due=bool(due),
            keys_copy="none" if copy is None else "there" if copy.exists() else "missing",
            master_key_days=round((now - made).total_seconds() / 86400, 2),
        )
