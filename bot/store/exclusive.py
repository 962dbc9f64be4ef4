"""Who may have the database open: many that use it as it is, or one that changes its keys or fills it from a backup.

A process that runs with the old master key while another exchanges it would write what nobody can read. On SQLite the
lock is a file beside the database (the kernel lets go of it with the process); on PostgreSQL an advisory lock of a
session that stays open.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.store.errors import StoreError

#: The advisory lock's number; any other program on the same database is ours too.
_ADVISORY = 7_746_784_102


class InUse(StoreError):
    """Another process has the database open in a way that excludes this one."""


class DatabaseLock:
    """Held from opening to closing.

    Args:
        exclusive: nobody else may have the database open meanwhile.
    """

    def __init__(self, exclusive: bool) -> None:
        self._exclusive = exclusive
        self._descriptor: int | None = None
        self._session: AsyncConnection | None = None

    async def take(self, engine: AsyncEngine | None, file: Path | None) -> None:
        """Take the lock, without waiting.

        Args:
            engine: the database server, None for SQLite.
            file: the SQLite file, None on a server.

        Raises:
            InUse: it cannot be had.
        """
        taken = self._take_file(file) if file is not None else engine is not None and await self._take_session(engine)
        if not taken:
            await self.release()
            raise InUse(
                "The database is in use by another process of Pristan. Stop the bot (every process) and try again."
                if self._exclusive
                else "The database is being changed by «pristan keys rotate» or «pristan restore». "
                "Wait until that has ended and start again."
            )

    def _take_file(self, file: Path) -> bool:
        self._descriptor = os.open(f"{file}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._descriptor, (fcntl.LOCK_EX if self._exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    async def _take_session(self, engine: AsyncEngine) -> bool:
        self._session = await engine.connect()
        name = "pg_try_advisory_lock" if self._exclusive else "pg_try_advisory_lock_shared"
        session = await self._session.execution_options(isolation_level="AUTOCOMMIT")
        return bool((await session.execute(text(f"SELECT {name}({_ADVISORY})"))).scalar())

    async def release(self) -> None:
        """Let go; harmless where nothing is held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
        if self._session is not None:
            # Closing returns the connection to the pool, which would keep the lock.
            await self._session.invalidate()
            await self._session.close()
            self._session = None
