"""Counters that grow as things happen, instead of scans; names and numbers only, nothing about a person."""

from __future__ import annotations

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.engine import Database, insert_if_absent
from bot.store.models import counters

#: Answers that perhaps arrived twice.
DOUBTFUL_COUNTER = "outbox.doubtful"
#: Not a counter but a note to ourselves: something was erased, and the files must be rebuilt.
PURGE_DUE = "store.purge_due"
#: Not a counter either: the random number by which a copy of the keys knows its database.
IDENTITY = "store.identity"
#: Names that tell nothing of what happened.
NOTES = (PURGE_DUE, IDENTITY)

#: Made once: making a statement takes longer than running it.
_ADD = update(counters).where(counters.c.name == bindparam("of")).values(value=counters.c.value + bindparam("by"))


async def count(connection: AsyncConnection, name: str, by: int = 1) -> None:
    """Add to a counter in the transaction at hand."""
    changed = await connection.execute(_ADD, {"of": name, "by": by})
    if changed.rowcount == 0 and not await insert_if_absent(connection, counters, {"name": name, "value": by}):
        await count(connection, name, by)


async def set_counter(connection: AsyncConnection, name: str, value: int) -> None:
    """Give a counter a value in the transaction at hand."""
    changed = await connection.execute(update(counters).where(counters.c.name == name).values(value=value))
    if changed.rowcount == 0:
        await insert_if_absent(connection, counters, {"name": name, "value": value})


class Counters:
    """All counters."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self) -> dict[str, int]:
        """Every counter by name."""
        async with self._database.reading() as connection:
            rows = await connection.execute(select(counters.c.name, counters.c.value).order_by(counters.c.name))
            return {row.name: row.value for row in rows if row.name not in NOTES}

    async def add(self, name: str, by: int = 1) -> None:
        """Add to a counter outside of any turn."""
        await self._database.write(lambda connection: count(connection, name, by))
