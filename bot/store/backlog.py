"""How much waits, and since when: figures for whoever looks after the bot, nothing about anybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from bot.store.engine import Database
from bot.store.models import cases, inbox, outbox


@dataclass(frozen=True)
class Backlog:
    """What waits.

    Args:
        updates: received, their turn not done.
        update_seconds: age of the oldest of them.
        calls: answers to be sent now.
        call_seconds: for how long the oldest of them could have been sent.
        held: answers that wait for the person.
        cases: talks with staff that are open.
    """

    updates: int
    update_seconds: float
    calls: int
    call_seconds: float
    held: int
    cases: int


async def read_backlog(database: Database, now: datetime) -> Backlog:
    """Count what waits at a moment."""
    due = func.coalesce(outbox.c.not_before, outbox.c.created_at)
    async with database.reading() as connection:

        async def number(moment: Any, *conditions: Any) -> tuple[int, float]:
            row = (await connection.execute(select(func.count(), func.min(moment)).where(*conditions))).one()
            return int(row[0]), max(0.0, (now - row[1]).total_seconds()) if row[1] is not None else 0.0

        updates, update_seconds = await number(inbox.c.received_at, inbox.c.state == "new")
        calls, call_seconds = await number(due, outbox.c.state.in_(("pending", "sending")), due <= now)
        held, _ = await number(outbox.c.created_at, outbox.c.state == "held")
        open_cases, _ = await number(cases.c.opened_at, cases.c.state != "closed")
    return Backlog(updates, update_seconds, calls, call_seconds, held, open_cases)
