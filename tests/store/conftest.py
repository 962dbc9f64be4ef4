"""A real database for each test: an SQLite file, or the server of PRISTAN_TEST_DATABASE_URL (emptied each time)."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.settings import Settings
from bot.store import Store

SERVER = os.environ.get("PRISTAN_TEST_DATABASE_URL", "")


class HandClock:
    """Time that moves only when a test says so."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 12, 0, tzinfo=timezone.utc)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **how_much: float) -> None:
        self.now += timedelta(**how_much)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def settings(tmp_path: Path) -> Settings:
    variables = {"PRISTAN_HOME": str(tmp_path / "home")}
    if SERVER:
        variables["PRISTAN_DATABASE_URL"] = SERVER
        engine = create_async_engine(Settings.from_environment(variables).effective_database_url)
        async with engine.begin() as connection:
            await connection.execute(text("DROP SCHEMA public CASCADE"))
            await connection.execute(text("CREATE SCHEMA public"))
        await engine.dispose()
    return Settings.from_environment(variables)


@pytest.fixture
async def store(settings: Settings, clock: HandClock) -> AsyncIterator[Store]:
    async with await Store.open(settings, clock) as opened:
        yield opened


@pytest.fixture
def file_bytes(settings: Settings) -> Callable[[], bytes]:
    """Everything in the database's files: the database, its journal and its index."""
    if SERVER:
        pytest.skip("looks into SQLite's files")

    def read() -> bytes:
        return b"".join(path.read_bytes() for path in sorted(settings.home.glob("pristan.sqlite*")))

    return read
