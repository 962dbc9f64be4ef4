"""The store as a whole: opened once at start, closed at the end."""

from __future__ import annotations

import logging
import stat
from pathlib import Path
from types import TracebackType

from sqlalchemy import insert, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.settings import Settings
from bot.store.auto_delete import AutoDelete
from bot.store.cases import Cases
from bot.store.clock import Clock, utc_now
from bot.store.counters import PURGE_DUE, Counters, set_counter
from bot.store.engine import Database
from bot.store.errors import StoreError, WrongKeyError
from bot.store.inbox import Inbox
from bot.store.keys import Keyring, adopt_pending_key, discard_pending_key, load_master_key, pending_key_file
from bot.store.keys_copy import KeysCopy, KeysCopyError
from bot.store.migrate import upgrade
from bot.store.models import counters, key_check
from bot.store.outbox import Outbox
from bot.store.people import People
from bot.store.retention import Retention
from bot.store.turn import Turn

_LOG = logging.getLogger(__name__)


class Store:
    """Everything that survives a restart. Make it with `Store.open`."""

    def __init__(self, database: Database, keyring: Keyring, clock: Clock, keys_copy: Path | None = None) -> None:
        self._database = database
        self._keys_copy = keys_copy
        self._clock = clock
        self.counters = Counters(database)
        self.retention = Retention(database, clock, self.purge_if_due)
        self.use_keyring(keyring)

    def use_keyring(self, keyring: Keyring) -> None:
        """Go on under these keys; only for a store that is open exclusively and has not been used yet."""
        self._keyring = keyring
        self.inbox = Inbox(self._database, keyring, self._clock)
        self.outbox = Outbox(self._database, keyring, self._clock, self.purge_if_due)
        self.people = People(self._database, keyring)
        self.cases = Cases(self._database, keyring)
        self.auto_delete = AutoDelete(self._database, keyring, self._clock, self.outbox)

    @property
    def database(self) -> Database:
        """The database, for rotation, backup and reports."""
        return self._database

    @property
    def keyring(self) -> Keyring:
        """What the master key gives, for rotation and backup."""
        return self._keyring

    @classmethod
    async def open(cls, settings: Settings, clock: Clock = utc_now, *, exclusive: bool = False) -> Store:
        """Open the database, bring it to the newest form, and check that the key file is the right one.

        Call ``outbox.recover()`` and ``inbox.waiting()`` afterwards, in the process that delivers and decides.

        Args:
            settings: where database and key file are.
            clock: the time.
            exclusive: for work during which nobody else may use the database.

        Raises:
            InUse: another process uses the database in a way that excludes this one.
            MissingKeyError: there is data, but no key file.
            WrongKeyError: the key file belongs to another database.
            KeyFileError: the key file cannot be used.
            StoreError: the state folder cannot be used.
        """
        _prepare_folder(settings.home)
        try:
            database = Database(settings.effective_database_url)
        except OSError as error:
            raise StoreError(
                f"Cannot use the database file ({error.strerror}). "
                "Correct PRISTAN_DATABASE_URL or PRISTAN_HOME, or the rights of that folder."
            ) from None
        try:
            await database.lock(exclusive)
            await database.write(upgrade)
            keyring = await _keyring(database, settings.secret_key_file)
            store = cls(database, keyring, clock, settings.keys_copy)
            await store.purge_if_due()
        except BaseException:
            await database.close()
            raise
        return store

    async def close(self) -> None:
        """Close every connection."""
        await self._database.close()

    async def __aenter__(self) -> Store:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def turn(self, chat_id: int | None, inbox_id: int | None = None) -> Turn:
        """Begin a turn: ``async with store.turn(chat_id, update_id) as turn:``.

        Two turns of one person must never run at once; whoever calls this sees to it, by working lane by lane.

        Args:
            chat_id: private chat of the person; None for a turn of staff or of the house.
            inbox_id: the update it works on, done when the block ends normally.

        Raises:
            TurnConflict: at the end of the block, if something it relied on changed meanwhile; nothing was written.
        """
        return Turn(
            self._database,
            self._keyring,
            self._clock,
            self.inbox,
            self.outbox,
            self.purge_if_due,
            chat_id,
            inbox_id,
        )

    async def purge_if_due(self) -> None:
        """Rebuild the files if something was erased since the last time, and forget destroyed keys in their copy too.

        What cannot be rebuilt now (a full disk, a reader in the way, a copy whose disk is away) stays due until the
        next sweep or start. It is no failure of the caller: the rows are gone, and their keys with them.
        """
        try:
            async with self._database.reading() as connection:
                due = (await connection.execute(select(counters.c.value).where(counters.c.name == PURGE_DUE))).scalar()
            if due and await self._database.purge():
                await self.renew_keys_copy()
                await self._database.write(lambda connection: set_counter(connection, PURGE_DUE, 0))
        except SQLAlchemyError as error:
            _LOG.warning("the database file could not be rebuilt after erasing (%s)", type(error).__name__)
        except KeysCopyError as error:
            _LOG.warning("%s", error)

    async def renew_keys_copy(self) -> bool:
        """Make the copy of people's keys hold those there are now.

        Returns:
            Whether there is such a copy (PRISTAN_KEYS_COPY).

        Raises:
            KeysCopyError: it cannot be written.
        """
        if self._keys_copy is None:
            return False
        await self._database.write(KeysCopy(self._keys_copy, self._keyring).renew)
        return True


async def _keyring(database: Database, file: Path) -> Keyring:
    async def work(connection: AsyncConnection) -> Keyring:
        known = (await connection.execute(select(key_check.c.fingerprint))).scalar()
        if known is not None:
            _settle_rotation(file, known)
        keyring = Keyring(load_master_key(file, may_create=known is None))
        if known is None:
            await connection.execute(insert(key_check).values(id=1, fingerprint=keyring.fingerprint))
        elif known != keyring.fingerprint:
            raise WrongKeyError(
                f"The key file {file} belongs to another database. "
                "Correct PRISTAN_SECRET_KEY_FILE, PRISTAN_HOME or PRISTAN_DATABASE_URL so that they fit together."
            )
        return keyring

    return await database.write(work)


def _settle_rotation(file: Path, fingerprint: str) -> None:
    """Finish or undo a change of the master key that was cut off; the lock says that none is under way."""
    pending = pending_key_file(file)
    if not pending.exists():
        return
    if Keyring(load_master_key(pending, may_create=False)).fingerprint == fingerprint:
        adopt_pending_key(file)
    else:
        discard_pending_key(file)


def _prepare_folder(home: Path) -> None:
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        if stat.S_IMODE(home.stat().st_mode) & 0o077:
            home.chmod(0o700)
    except OSError as error:
        raise StoreError(
            f"Cannot use the state folder {home} ({error.strerror}). Correct PRISTAN_HOME or the folder's rights."
        ) from None
