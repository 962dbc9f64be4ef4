"""One bot process for all files; each test brings people of its own."""

from __future__ import annotations

import pytest_asyncio

from tests.bot_process import BotProcess, sandbox
from tests.telegram.chats import PROGRAM, Bot


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def bot(tmp_path_factory):  # type: ignore[no-untyped-def]
    """A bot without its dialogue model, connected to a staff group."""
    async with sandbox() as (server, client):
        process = BotProcess(server, tmp_path_factory.mktemp("telegram") / "home", program=PROGRAM)
        await process.start()
        yield Bot(server, client, process)
        code = await process.stop()
        assert code == 0, process.log[-3000:]
        assert "Traceback" not in process.log, process.log[-3000:]
