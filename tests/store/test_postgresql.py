"""What differs on PostgreSQL: bytes on the server's disk, the lock, and a backup carried over from SQLite.

A server of its own is started on a temporary folder where PostgreSQL and asyncpg are installed; else this is skipped.
All other tests of the store run there too with PRISTAN_TEST_DATABASE_URL.
"""

from __future__ import annotations

import dataclasses
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import select, text

from bot.settings import Settings
from bot.store import Store
from bot.store.backup import back_up, restore
from bot.store.engine import Database
from bot.store.exclusive import InUse
from bot.store.keys_copy import KeysCopy
from bot.store.models import person_keys
from bot.store.rotation import rotate_master_key
from tests.store.test_wipe import LONG, live

CHAT, OTHER = 7_000_000_001, 7_000_000_002


class Server(NamedTuple):
    url: str
    data: Path


def _binaries() -> Path:
    pytest.importorskip("asyncpg")
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    there = shutil.which("initdb")
    if not found and there is None:
        pytest.skip("PostgreSQL is not installed")
    return found[-1].parent if found else Path(str(there)).parent


def _account() -> str | None:
    """The server refuses to run as root; Debian's package brings an account for it."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        pytest.skip("PostgreSQL does not run as root, and there is no account postgres")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    binaries, account = _binaries(), _account()
    folder = Path(tempfile.mkdtemp(prefix="pristan-postgresql-"))
    if account is not None:
        shutil.chown(folder, account)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = folder / "data"
    options: dict = {"cwd": folder, "user": account, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run(
        [binaries / "initdb", "-D", data, "-U", "pristan", "-A", "trust", "-E", "UTF8", "--no-sync"],
        check=True, **options,
    )  # fmt: skip
    running = subprocess.Popen(
        [binaries / "postgres", "-D", data, "-p", str(port), "-k", folder, "-c", "listen_addresses=127.0.0.1",
         "-c", "fsync=off"],
        **options,
    )  # fmt: skip
    try:
        _wait_for(binaries / "pg_isready", port)
        yield Server(f"postgresql://pristan@127.0.0.1:{port}/postgres", data)
    finally:
        running.terminate()
        running.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(ready: Path, port: int) -> None:
    end = time.monotonic() + 60
    while subprocess.run(
        [ready, "-h", "127.0.0.1", "-p", str(port)], stdout=subprocess.DEVNULL, check=False
    ).returncode:
        assert time.monotonic() < end, "the server did not start"
        time.sleep(0.1)


@pytest.fixture
async def there(server: Server, tmp_path: Path) -> Settings:
    """An empty database on the server."""
    settings = Settings.from_environment(
        {"PRISTAN_HOME": str(tmp_path / "home"), "PRISTAN_DATABASE_URL": server.url,
         "PRISTAN_KEYS_COPY": str(tmp_path / "people.keys")}
    )  # fmt: skip
    database = Database(settings.effective_database_url)

    async def clear(connection) -> None:
        await connection.execute(text("DROP SCHEMA public CASCADE"))
        await connection.execute(text("CREATE SCHEMA public"))

    await database.write(clear)
    await database.close()
    return settings


def on_disk(server: Server) -> bytes:
    return b"".join(path.read_bytes() for path in (server.data / "base").rglob("*") if path.is_file())


async def test_a_wipe_takes_the_key_out_of_the_tables_on_the_servers_disk(there: Settings, server: Server) -> None:
    async with await Store.open(there) as store:

        async def checkpoint() -> None:
            async with store.database._engine.connect() as plain:
                connection = await plain.execution_options(isolation_level="AUTOCOMMIT")
                await connection.execute(text("CHECKPOINT"))

        for number, chat in enumerate((CHAT, OTHER), start=1):
            await live(store, chat, 100 * number)
        async with store.database.reading() as connection:
            keys = {row.ref: row.wrapped for row in await connection.execute(select(person_keys))}
        await checkpoint()
        gone, stays = keys[store.people.ref(CHAT)], keys[store.people.ref(OTHER)]
        assert gone in on_disk(server) and stays in on_disk(server)
        async with store.turn(CHAT) as turn:
            await turn.wipe()
        await checkpoint()
        assert gone not in on_disk(server) and stays in on_disk(server)
        assert set(KeysCopy(there.keys_copy, store.keyring).read()[1]) == {store.people.ref(OTHER)}


async def test_one_changes_the_key_or_many_work(there: Settings) -> None:
    async with await Store.open(there), await Store.open(there):
        with pytest.raises(InUse):
            await rotate_master_key(there)
    async with await Store.open(there, exclusive=True):
        with pytest.raises(InUse):
            await Store.open(there)
    await rotate_master_key(there)


async def test_from_sqlite_to_postgresql_and_under_a_new_key(there: Settings, tmp_path: Path) -> None:
    here = dataclasses.replace(there, database_url=None)
    async with await Store.open(here) as store:
        case = await live(store, CHAT, 100)
    await back_up(here, tmp_path / "backup")
    assert (await restore(there, tmp_path / "backup")).people == 1
    done = await rotate_master_key(there)
    assert done.people == 1 and done.unreadable == 0
    async with await Store.open(there) as store:
        ref = store.people.ref(CHAT)
        assert (await store.people.get(ref)).country == "TR"
        assert [message.text for message in await store.cases.messages(case)] == [LONG]
        async with store.turn(CHAT) as turn:  # numbers go on behind those that were brought back
            turn.add_case_message(await turn.current_case(), "in", text="next")
        assert [message.text for message in await store.cases.messages(case)] == [LONG, "next"]
