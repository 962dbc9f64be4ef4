"""Messages that delete themselves, in a bot that runs and was restarted meanwhile."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.bot_process import BotProcess, sandbox
from tests.telegram.chats import PROGRAM, SECONDS, Bot, newcomer
from tests.waiting import until

#: The first look comes with the start, beside everything else that a start does.
WAIT_SECONDS = 60

pytestmark = pytest.mark.asyncio(loop_scope="function")


def as_if_hours_ago(home: Path, hours: int) -> None:
    """Everything in the chats was written so much earlier."""
    with sqlite3.connect(home / "pristan.sqlite") as database:
        changed = database.execute("UPDATE sent_messages SET at = datetime(at, ?)", (f"-{hours} hours",)).rowcount
    database.close()
    assert changed > 4


async def test_both_sides_messages_go_also_after_a_restart(tmp_path: Path) -> None:
    async with sandbox() as (server, client):
        process = BotProcess(server, tmp_path / "home", program=PROGRAM)
        bot = Bot(server, client, process)
        await process.start()
        picked, other = await newcomer(bot, name="Picked"), await newcomer(bot, name="Other")
        for data in ("privacy:", "privacy:delete", "privacy:delete:6"):
            await picked.press(data)
            await picked.wait_reply(timeout=SECONDS)
        await picked.say("/check")
        await picked.wait_reply(timeout=SECONDS)
        kept = len(await other.messages())
        assert kept >= 2 and len(await picked.messages()) >= 7
        assert await process.stop() == 0
        as_if_hours_ago(process.home, 7)
        await process.start()

        async def gone() -> bool:
            return not await picked.messages()

        await until(gone, "messages that are older than the time that was picked", WAIT_SECONDS)
        assert len(await other.messages()) == kept
        assert await process.stop() == 0
