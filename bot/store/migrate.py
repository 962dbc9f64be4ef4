"""Bring a database to the newest form; each step is a file in ``migrations/versions``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncConnection

if TYPE_CHECKING:
    from alembic.config import Config

_MIGRATIONS = Path(__file__).parent / "migrations"


#: The newest migration. A database that is there already needs no Alembic, whose import takes a third of a second of
#: a start during which nobody is answered; a test compares this with the files.
NEWEST = "0003"


def configuration(connection: Any = None) -> Config:
    """Alembic's configuration, without an ini file so that it works from an installed package too."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


async def upgrade(connection: AsyncConnection) -> None:
    """Apply the missing migrations in the transaction at hand: all of them, or none."""
    await connection.run_sync(_upgrade)


def _upgrade(connection: Connection) -> None:
    if inspect(connection).has_table("alembic_version"):
        present = [row[0] for row in connection.execute(text("SELECT version_num FROM alembic_version"))]
        if present == [NEWEST]:
            return
    from alembic import command

    command.upgrade(configuration(connection), "head")
