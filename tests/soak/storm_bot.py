"""The bot as it is run, with handles to shake it by. Not a test; see storm.py.

The dialogue model stays "still loading": what is tried must hold without it. SIGUSR1: the clock goes by as many seconds
more as stand in the file named by STORM_CLOCK. SIGUSR2: the database turns read-only, or writable again.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import bot.run
import bot.store.engine
from bot.assembly import ModelLoader
from bot.cli import main
from bot.store.clock import utc_now
from bot.telegram import delivery

offset = timedelta()
read_only = False


async def still_loading(self: ModelLoader) -> None:
    await asyncio.Event().wait()


def shifted() -> datetime:
    return utc_now() + offset


def move_clock(*_: object) -> None:
    global offset
    offset = timedelta(seconds=float(Path(os.environ["STORM_CLOCK"]).read_text()))


def toggle(*_: object) -> None:
    global read_only
    read_only = not read_only


begin = bot.store.engine._begin


def begin_as_told(connection: Any) -> None:
    connection.exec_driver_sql(f"PRAGMA query_only = {int(read_only)}")
    begin(connection)


if __name__ == "__main__":
    ModelLoader.run = still_loading  # type: ignore[method-assign]
    delivery.MESSAGES_PER_MINUTE_PER_GROUP = 60_000
    bot.run.utc_now = shifted  # type: ignore[attr-defined]
    bot.store.engine._begin = begin_as_told
    signal.signal(signal.SIGUSR1, move_clock)
    signal.signal(signal.SIGUSR2, toggle)
    sys.exit(main(["run"]))
