"""Bring a database to the newest form; each step is a file in ``migrations/versions``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy.ext.asyncio import AsyncConnection

_MIGRATIONS = Path(__file__).parent / "migrations"


def configuration(connection: Any = None) -> Config:
    """Alembic's configuration, without an ini file so that it works from an installed package too."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


async def upgrade(connection: AsyncConnection) -> None:
    """Apply the missing migrations in the transaction at hand: all of them, or none."""
    await connection.run_sync(lambda plain: command.upgrade(configuration(plain), "head"))
