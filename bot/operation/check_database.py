"""Checks of the database and of Redis; nothing is made, migrated or changed."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from pathlib import Path

from sqlalchemy import func, inspect, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.operation.check_secrets import read_key
from bot.operation.findings import Finding, ok, warn, wrong
from bot.settings import Settings
from bot.store.clock import utc_now
from bot.store.engine import connected
from bot.store.keys import Keyring
from bot.store.migrate import NEWEST
from bot.store.models import inbox, key_check, outbox

#: What waits longer than this shows that the bot does not run, or cannot send.
_WAITS_TOO_LONG = timedelta(minutes=10)
#: How long the database may take to answer, seconds.
_SECONDS = 10.0


async def check_database(settings: Settings) -> Iterable[Finding]:
    """Reachable, writable, of the newest form, whole, opened by the key at hand, and nothing stuck in it."""
    address = make_url(settings.effective_database_url)
    sqlite = address.get_backend_name() == "sqlite"
    if sqlite and (before := _about_file(Path(address.database or ""))) is not None:
        return [before]
    try:
        async with connected(settings.effective_database_url) as connection:
            return await asyncio.wait_for(_look(connection, settings, sqlite), _SECONDS)
    except asyncio.TimeoutError:
        return [
            wrong("database", f"does not answer within {_SECONDS:.0f} seconds.", "Look at its server and its disk.")
        ]
    except (SQLAlchemyError, OSError, ValueError) as error:
        # The error's own text may hold the address, and with it a password.
        if sqlite:
            mend = "It may be damaged: stop the bot, keep a copy of the file, restore a backup (pristan restore)."
        else:
            mend = "Is the server up, and are PRISTAN_DATABASE_URL's host, name and password right?"
        return [wrong("database", f"cannot be read ({type(error).__name__}).", mend)]


def _about_file(file: Path) -> Finding | None:
    """What can be said of an SQLite file without opening it; opening one that is not there would make it."""
    if not file.exists():
        return ok("database", f"{file} is made at the first start.")
    if not os.access(file, os.R_OK | os.W_OK):
        return wrong("database", f"{file} cannot be written.", "Give it to the account the bot runs as, mode 600.")
    return None


async def _look(connection: AsyncConnection, settings: Settings, sqlite: bool) -> list[Finding]:
    if not await connection.run_sync(lambda plain: inspect(plain).has_table("alembic_version")):
        return [ok("database", "is reachable and empty; the first start fills it.")]
    found: list[Finding] = []
    version = (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar()
    if version is None or version > NEWEST:
        found.append(
            wrong("database", "was written by a newer Pristan.", "Install that version again, or restore a backup.")
        )
        return found
    if version < NEWEST:
        found.append(
            warn("database", f"is of form {version}; the newest is {NEWEST}.", "The next start brings it there.")
        )
    found += await _key_fits(connection, settings)
    found += await _waiting(connection)
    found += await (_sqlite_writable(connection) if sqlite else _server_writable(connection))
    if not found:
        kind = "SQLite" if sqlite else "PostgreSQL"
        found.append(ok("database", f"{kind}, writable, whole, of the newest form, opened by the key at hand."))
    return found


async def _key_fits(connection: AsyncConnection, settings: Settings) -> list[Finding]:
    known = (await connection.execute(select(key_check.c.fingerprint))).scalar()
    try:
        key = read_key(settings.secret_key_file)
    except OSError:
        key = None
    if known is None or key is None:  # «key» says so
        return []
    if Keyring(key).fingerprint == known:
        return []
    mend = "Correct PRISTAN_SECRET_KEY_FILE, PRISTAN_HOME or PRISTAN_DATABASE_URL so that they fit together."
    return [wrong("database", "was written under another key than the one at hand.", mend)]


async def _waiting(connection: AsyncConnection) -> list[Finding]:
    found = []
    before = utc_now() - _WAITS_TOO_LONG
    unread = select(func.count()).where(inbox.c.state == "new", inbox.c.received_at < before)
    unsent = select(func.count()).where(
        outbox.c.state.in_(("pending", "sending")), func.coalesce(outbox.c.not_before, outbox.c.created_at) < before
    )
    minutes = int(_WAITS_TOO_LONG.total_seconds() // 60)
    if number := (await connection.execute(unread)).scalar():
        mend = "Is the bot running? If it is, its log says why."
        found.append(wrong("database", f"{number} messages of people wait for more than {minutes} minutes.", mend))
    if number := (await connection.execute(unsent)).scalar():
        mend = "Is the bot running, and is «telegram» well? Otherwise its log says why."
        found.append(wrong("database", f"{number} answers wait to be sent for more than {minutes} minutes.", mend))
    failed = select(func.count()).where(inbox.c.state == "failed")
    if number := (await connection.execute(failed)).scalar():
        mend = "The log names the place of the error; report it to the developers."
        found.append(warn("database", f"over {number} messages a turn failed for good.", mend))
    return found


async def _sqlite_writable(connection: AsyncConnection) -> list[Finding]:
    whole = (await connection.execute(text("PRAGMA quick_check(1)"))).scalar()
    if whole != "ok":
        mend = "Stop the bot, keep a copy of the file, and restore a backup (pristan restore)."
        return [wrong("database", "is damaged.", mend)]
    await connection.rollback()
    try:
        await connection.execute(text("PRAGMA busy_timeout = 3000"))
        await connection.exec_driver_sql("BEGIN IMMEDIATE")
        # Taking the lock says nothing about a read-only disk until a page is to be written.
        await connection.execute(text("CREATE TABLE doctor_was_here (number INTEGER)"))
        await connection.rollback()
    except SQLAlchemyError as error:
        await connection.rollback()
        if "locked" in str(getattr(error, "orig", "")):
            mend = "Another program holds it. If it is no «pristan backup» or «keys rotate», end that program."
            return [warn("database", "is locked by another program.", mend)]
        mend = "Is its disk full, or mounted read-only? Only emergencies are answered meanwhile."
        return [wrong("database", "cannot be written to.", mend)]
    return []


async def _server_writable(connection: AsyncConnection) -> list[Finding]:
    read_only = (await connection.execute(text("SHOW transaction_read_only"))).scalar()
    if read_only == "on":
        return [wrong("database", "is read-only.", "Name the primary server, and an account that may write.")]
    theirs: datetime = (await connection.execute(text("SELECT now()"))).scalar()
    if abs((theirs.astimezone(timezone.utc) - utc_now()).total_seconds()) > _SECONDS * 3:
        return [warn("database", "has another time than this machine.", "Synchronise both clocks.")]
    return []


async def check_redis(settings: Settings) -> Iterable[Finding]:
    """Redis, where it is set."""
    if settings.redis_url is None:
        return []
    from redis.asyncio import Redis
    from redis.exceptions import RedisError

    client = Redis.from_url(settings.redis_url, socket_timeout=5, socket_connect_timeout=5)
    try:
        await client.ping()
    except (RedisError, OSError, ValueError) as error:
        mend = "Is it up, and are PRISTAN_REDIS_URL's host and password right?"
        return [wrong("redis", f"does not answer ({type(error).__name__}).", mend)]
    finally:
        await client.close()
    return [ok("redis", "answers.")]
