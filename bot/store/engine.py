"""The connection to the database: one writer at a time on SQLite, short reads beside it, a clean journal on demand."""

from __future__ import annotations

import asyncio
import functools
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from bot.store.exclusive import DatabaseLock
from bot.store.sqlite_threads import SqliteThreads

#: How long a connection waits for another process's lock, milliseconds.
BUSY_TIMEOUT_MS = 10_000

#: Settings of every SQLite connection. `temp_store`: VACUUM must not leave a copy of the data in /tmp.
PRAGMAS = (
    ("busy_timeout", str(BUSY_TIMEOUT_MS)),
    ("journal_mode", "WAL"),
    ("synchronous", "FULL"),
    ("foreign_keys", "ON"),
    ("secure_delete", "ON"),
    ("temp_store", "MEMORY"),
)

_Result = TypeVar("_Result")


async def to_the_end(work: Coroutine[Any, Any, _Result]) -> _Result:
    """Run work that must not be cut in the middle: every cancellation waits until it has ended."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        while not task.done():
            with suppress(asyncio.CancelledError):  # cancelled once more: still not in the middle
                await asyncio.wait([task])
        if not task.cancelled():
            task.exception()  # looked at: the cancellation is what the caller hears of
        raise


class Database:
    """An open database.

    Args:
        url: SQLAlchemy address: ``sqlite`` or ``postgresql+asyncpg``.
    """

    def __init__(self, url: str) -> None:
        address = make_url(url)
        #: Whether this is SQLite (one file) and not a database server.
        self.is_sqlite = address.get_backend_name() == "sqlite"
        #: The SQLite file.
        self.file = Path(address.database) if self.is_sqlite and address.database else None
        self._writing = asyncio.Lock()
        self._lock: DatabaseLock | None = None
        self._sqlite: SqliteThreads | None = None
        self._server: AsyncEngine | None = None
        if self.file is None:
            # hide_parameters: SQLAlchemy's exceptions would print what was being written.
            self._server = create_async_engine(address, hide_parameters=True, pool_size=8, max_overflow=0)
            return
        _create_private(self.file)
        self._sqlite = SqliteThreads(address)
        event.listen(self._sqlite.engine, "connect", _prepare)
        event.listen(self._sqlite.engine, "begin", _begin)

    @property
    def engine(self) -> Engine:
        """SQLAlchemy's engine, for its events."""
        if self._sqlite is not None:
            return self._sqlite.engine
        engine: Engine = self._engine.sync_engine
        return engine

    @property
    def _engine(self) -> AsyncEngine:
        assert self._server is not None  # noqa: S101 - who comes here has looked
        return self._server

    async def lock(self, exclusive: bool = False) -> None:
        """Say that this process uses the database, until it closes it.

        Args:
            exclusive: nobody else may use it meanwhile.

        Raises:
            InUse: another process is in the way.
        """
        lock = DatabaseLock(exclusive)
        await lock.take(self._server, self.file)
        self._lock = lock

    async def close(self) -> None:
        """Close every connection; SQLite folds the journal into the database with the last one."""
        if self._lock is not None:
            await self._lock.release()
            self._lock = None
        if self._sqlite is not None:
            await to_the_end(self._sqlite.close())
        else:
            await self._engine.dispose()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection that sees one consistent state; never write on it."""
        async with self._sqlite.connected() if self._sqlite is not None else self._engine.connect() as connection:
            yield connection

    async def read(self, work: Callable[[AsyncConnection], Awaitable[_Result]]) -> _Result:
        """Run ``work``, which only reads, on one consistent state. Cheaper than :meth:`reading`.

        Args:
            work: awaits nothing but the connection, and returns no rows that are still to be fetched.
        """
        if self._sqlite is not None:
            result: _Result = await self._sqlite.run(work)
            return result
        async with self._engine.connect() as connection:
            return await work(connection)

    async def write(self, work: Callable[[AsyncConnection], Awaitable[_Result]]) -> _Result:
        """Run ``work`` in one write transaction, durable when this returns; nothing is written if it raises.

        A cancellation waits for the end, so that nobody has to guess whether it was written.
        """
        return await to_the_end(self._write(work))

    async def _write(self, work: Callable[[AsyncConnection], Awaitable[_Result]]) -> _Result:
        if self._sqlite is not None:
            async with self._writing:
                result: _Result = await self._sqlite.run(work, pristan_writes=True)
                return result
        async with self._engine.begin() as connection:
            return await work(connection)

    async def purge(self) -> bool:
        """Leave no byte of deleted rows in the files.

        ``secure_delete`` alone is not enough: when SQLite splits a page, a stale copy of a cell can stay in the gap of
        the old page, and deleting the row later does not reach it. Rebuilding the file does; emptying the journal then
        removes the older pages there.

        On PostgreSQL the table of keys is rebuilt, and dead rows are taken out of the others. Older pages stay in the
        server's journal until it is recycled, and freed blocks on its disk: see docs/privacy.md.

        Returns:
            False if a reader of another process was in the way; call again later.
        """
        return await to_the_end(self._purge() if self.is_sqlite else self._vacuum())

    async def _vacuum(self) -> bool:
        async with self._engine.connect() as plain:
            connection = await plain.execution_options(isolation_level="AUTOCOMMIT")
            await connection.exec_driver_sql("VACUUM FULL person_keys")
            await connection.exec_driver_sql("VACUUM")
        return True

    async def _purge(self) -> bool:
        assert self._sqlite is not None  # noqa: S101 - who comes here has looked
        async with self._writing:
            done: bool = await self._sqlite.run(_rebuild, begin=False, pristan_no_transaction=True)
            return done


async def _rebuild(connection: AsyncConnection) -> bool:
    await connection.exec_driver_sql("VACUUM")
    busy = (await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")).scalar()
    return not busy


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[AsyncConnection]:
    """One connection to a database as it is, without making or setting anything.

    Args:
        url: SQLAlchemy address, as of `Database`.
    """
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        threads = SqliteThreads(address)
        try:
            async with threads.connected() as connection:
                yield connection
        finally:
            await to_the_end(threads.close())
        return
    engine = create_async_engine(address, hide_parameters=True, poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            yield connection
    finally:
        await engine.dispose()


async def insert_if_absent(connection: AsyncConnection, table: Any, values: dict[str, Any]) -> bool:
    """Insert a row unless its primary key is there already.

    Returns:
        Whether the row is new.
    """
    result = await connection.execute(_insert_if_absent(connection.dialect.name, table), values)
    return bool(result.rowcount == 1)


async def insert_all_if_absent(connection: AsyncConnection, table: Any, rows: list[dict[str, Any]]) -> None:
    """Insert rows of the same columns, passing over those whose primary key is there already."""
    if rows:
        await connection.execute(_insert_if_absent(connection.dialect.name, table), rows)


@functools.cache
def _insert_if_absent(dialect: str, table: Any) -> Any:
    # Made once for each table: making a statement takes longer than running it.
    return (postgresql if dialect == "postgresql" else sqlite).insert(table).on_conflict_do_nothing()


def _create_private(file: Path) -> None:
    """Make the database file before SQLite does, readable by its owner only; journals inherit the mode."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    for path in (file, Path(f"{file}-wal"), Path(f"{file}-shm")):
        if path.exists() and path.stat().st_uid == os.geteuid():
            path.chmod(0o600)


def _prepare(connection: Any, _record: Any) -> None:
    # Python's sqlite3 would begin transactions by itself, and too late; ours begin in `_begin`.
    connection.isolation_level = None
    cursor = connection.cursor()
    for name, value in PRAGMAS:
        cursor.execute(f"PRAGMA {name}={value}")
    cursor.close()


def _begin(connection: Any) -> None:
    options = connection.get_execution_options()
    if options.get("pristan_no_transaction"):
        return
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("pristan_writes") else "BEGIN")
