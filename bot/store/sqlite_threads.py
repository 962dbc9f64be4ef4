"""SQLite in threads: a unit of work goes there whole, and the event loop hears of it once.

A driver that sends each call of a cursor to a thread and back takes four of them for one statement; on a slow machine
that was most of what a turn cost. The units of work stay coroutines, because on PostgreSQL they wait; here nothing they
await ever waits, so that one step takes them to their end.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar, cast

from sqlalchemy import create_engine
from sqlalchemy.engine import URL, Connection, Dialect
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.pool import QueuePool

#: Readers side by side, and one that writes.
_THREADS = 6

_Result = TypeVar("_Result")


class AtOnce:
    """A connection for a unit of work that runs in a thread: what is awaited has been done when it is awaited.

    Args:
        plain: the connection, which nobody else uses meanwhile.
    """

    def __init__(self, plain: Connection) -> None:
        self._plain = plain

    @property
    def dialect(self) -> Dialect:
        """As of `sqlalchemy.ext.asyncio.AsyncConnection`; the methods below, too."""
        return self._plain.dialect

    async def execute(self, statement: Any, parameters: Any = None) -> Any:
        """Run a statement."""
        return self._plain.execute(statement, parameters)

    async def exec_driver_sql(self, statement: str) -> Any:
        """Run a statement as it stands."""
        return self._plain.exec_driver_sql(statement)

    async def run_sync(self, call: Callable[[Connection], _Result]) -> _Result:
        """Call a function that does not await."""
        return call(self._plain)


class StepByStep:
    """A connection for code that runs in the event loop: each statement goes to a thread, and its rows come at once.

    Args:
        plain: the connection.
        threads: where its statements are run.
    """

    def __init__(self, plain: Connection, threads: ThreadPoolExecutor) -> None:
        self._plain = plain
        self._threads = threads
        # Whoever waits for a statement may be cancelled while it runs; the next one must not run beside it.
        self._in_use = threading.Lock()

    @property
    def dialect(self) -> Dialect:
        """As of `sqlalchemy.ext.asyncio.AsyncConnection`; the methods below, too."""
        return self._plain.dialect

    async def execute(self, statement: Any, parameters: Any = None) -> Any:
        """Run a statement and fetch all its rows."""
        return await self.run_sync(lambda plain: _fetched(plain.execute(statement, parameters)))

    async def exec_driver_sql(self, statement: str) -> Any:
        """Run a statement as it stands and fetch all its rows."""
        return await self.run_sync(lambda plain: _fetched(plain.exec_driver_sql(statement)))

    async def rollback(self) -> None:
        """Take back what was not committed."""
        await self.run_sync(lambda plain: plain.rollback())

    async def run_sync(self, call: Callable[[Connection], _Result]) -> _Result:
        """Call a function that does not await, in a thread."""

        def alone() -> _Result:
            with self._in_use:
                return call(self._plain)

        return await asyncio.get_running_loop().run_in_executor(self._threads, alone)


class SqliteThreads:
    """The connections to one SQLite file.

    Args:
        address: which file.
    """

    def __init__(self, address: URL) -> None:
        #: SQLAlchemy's engine, for its events.
        self.engine = create_engine(
            address,
            future=True,
            # SQLAlchemy's exceptions would print what was being written.
            hide_parameters=True,
            poolclass=QueuePool,
            pool_size=_THREADS,
            # A thread that waited for a connection would keep another from giving its own back.
            max_overflow=-1,
            connect_args={"check_same_thread": False},
        )
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="sqlite")

    async def run(self, work: Callable[[AsyncConnection], Any], *, begin: bool = True, **options: Any) -> Any:
        """Run a unit of work whole in a thread.

        Args:
            work: awaits nothing but its connection.
            begin: in one transaction, which is committed at the end; none is if it raises.
            options: execution options of the connection.

        Raises:
            RuntimeError: the unit waited for something else than the database.
        """

        def whole() -> Any:
            with self.engine.connect() as bare:
                plain = bare.execution_options(**options)
                if not begin:
                    return _to_its_end(work(cast(AsyncConnection, AtOnce(plain))))
                with plain.begin():
                    return _to_its_end(work(cast(AsyncConnection, AtOnce(plain))))

        return await asyncio.get_running_loop().run_in_executor(self._threads, whole)

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[AsyncConnection]:
        """A connection to be used from the event loop, statement by statement."""
        loop = asyncio.get_running_loop()
        plain = await loop.run_in_executor(self._threads, self.engine.connect)
        connection = StepByStep(plain, self._threads)
        try:
            yield cast(AsyncConnection, connection)
        finally:
            closing = asyncio.ensure_future(connection.run_sync(lambda used: used.close()))
            try:
                await asyncio.shield(closing)
            except asyncio.CancelledError:
                with suppress(asyncio.CancelledError):
                    await asyncio.wait({closing})
                raise

    async def close(self) -> None:
        """Close every connection; SQLite folds the journal into the database with the last one."""
        await asyncio.get_running_loop().run_in_executor(self._threads, self.engine.dispose)
        self._threads.shutdown(wait=False)


def _to_its_end(work: Coroutine[Any, Any, _Result]) -> _Result:
    """The result of a coroutine none of whose awaits waits."""
    try:
        work.send(None)
    except StopIteration as done:
        result: _Result = done.value
        return result
    work.close()
    raise RuntimeError("a unit of work waited for something else than the database")


def _fetched(result: Any) -> Any:
    """A result that can be read without the connection."""
    return result.freeze()() if result.returns_rows else result
