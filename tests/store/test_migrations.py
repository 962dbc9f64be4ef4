import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import bot
from bot.settings import Settings
from bot.store import Store
from bot.store.engine import Database
from bot.store.migrate import NEWEST, configuration, upgrade
from bot.store.models import metadata


async def test_an_empty_database_becomes_what_the_models_say(store: Store) -> None:
    async with store._database.reading() as connection:
        difference = await connection.run_sync(
            lambda plain: compare_metadata(MigrationContext.configure(plain, opts={"compare_type": True}), metadata)
        )
    # sqlite_sequence is SQLite's own.
    assert [what for what in difference if not (what[0] == "remove_table" and what[1].name == "sqlite_sequence")] == []


async def test_opening_again_changes_nothing(settings: Settings) -> None:
    async with await Store.open(settings) as store, store.turn(101) as turn:
        turn.person.language = "zh"
    for _ in range(2):
        async with await Store.open(settings) as store:
            assert (await store.people.get(store.people.ref(101))).language == "zh"


def test_there_is_one_line_of_migrations() -> None:
    assert ScriptDirectory.from_config(configuration()).get_heads() == [NEWEST]


async def test_a_migration_that_fails_changes_nothing(settings: Settings, file_bytes) -> None:
    database = Database(settings.effective_database_url)

    async def fails(connection):
        await upgrade(connection)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await database.write(fails)
    await database.close()
    with sqlite3.connect(settings.home / "pristan.sqlite") as connection:
        assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    connection.close()


def test_a_store_opens_from_a_copied_package_with_no_checkout_around_it(tmp_path: Path) -> None:
    source = Path(bot.__file__).parent
    target = tmp_path / "elsewhere" / "bot"
    shutil.copytree(source / "store", target / "store", ignore=shutil.ignore_patterns("__pycache__", "*.mako"))
    for name in ("__init__.py", "settings.py"):
        shutil.copy(source / name, target / name)
    program = (
        "import asyncio, bot\n"
        "from bot.settings import Settings\n"
        "from bot.store import Store\n"
        f"settings = Settings.from_environment({{'PRISTAN_HOME': {str(tmp_path / 'home')!r}}})\n"
        "async def main():\n"
        "    async with await Store.open(settings) as store:\n"
        "        print(bot.__file__, await store.inbox.receive(1, None, 101, {}))\n"
        "asyncio.run(main())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=target.parent, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout.split() == [str(target / "__init__.py"), "True"], done.stderr
