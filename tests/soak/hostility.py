"""Gives a bot hostile updates and looks at what it does. Not a test."""

from __future__ import annotations

import asyncio
import os
import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

from bot.sandbox.client import SandboxClient
from tests.bot_process import BotProcess, sandbox
from tests.free_port import free_port
from tests.soak.hostile import Hostile
from tests.soak.storm import PROGRAM, environment, warm
from tests.waiting import until

#: Some of them are let through to every turn, some fall under a limit, as in life.
LIMITS = {
    "PRISTAN_LIMIT_MESSAGES": "30/minute, 10000/hour",
    "PRISTAN_LIMIT_OFFERS": "10/minute, 10000/hour",
    "PRISTAN_LIMIT_FILES": "5/minute, 10000/hour",
}
_BATCH = 200
#: A line of the bot's log that tells of an exception nobody expected.
_COMPLAINT = re.compile(r"^\S+ (?:ERROR|CRITICAL) (?!.*cannot be read and is passed over).*$", re.MULTILINE)


@dataclass
class Endured:
    """What came out.

    Args:
        updates: how many were given.
        seconds: in how long.
        complaints: errors that were logged.
        memory: megabytes of the bot's process after each fifth of the way.
        answered: seconds from a cry for help in the middle of it to the number.
    """

    updates: int
    seconds: float
    complaints: list[str]
    memory: list[float]
    answered: list[float]

    @property
    def growth(self) -> float:
        """Megabytes between a fifth of the way, when everything was once read and cached, and the end."""
        return self.memory[-1] - self.memory[0]

    def __str__(self) -> str:
        memory = " ".join(f"{megabytes:.1f}" for megabytes in self.memory)
        return (
            f"{self.updates} hostile updates in {self.seconds:.0f} s, {len(self.complaints)} errors, memory after "
            f"each fifth {memory} MB, {len(self.answered)} alarms between them, slowest {max(self.answered):.2f} s"
        )


async def endure(home: Path, updates: int, seed: int, program: tuple[str, ...] = PROGRAM) -> Endured:
    """Run a bot in a process of its own and give it so many."""
    port = free_port()
    variables = {**environment(home), **LIMITS, "PRISTAN_HEALTH_PORT": str(port)}
    async with sandbox() as (server, client), httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as health:
        bot = await BotProcess(server, home, program=program, environment=variables).start()
        assert bot.process is not None
        hostile = Hostile(random.Random(seed), 300, server.staff_chat_id)
        server.world.updates.allowed = None
        await warm(client)
        began, memory, answered = time.monotonic(), [], []
        for given in range(0, updates, _BATCH):
            batch = min(_BATCH, updates - given)
            for _ in range(batch):
                server.world.updates.add(*hostile.one())
            answered.append(await _cry(client, given))
            await until(lambda: _all_done(health, server.world.updates.pending), "turns are not done", 300)
            if (given + batch) * 5 // updates > len(memory):
                memory.append(_memory(bot.process.pid))
        seconds = time.monotonic() - began
        assert await bot.stop() == 0
        return Endured(updates, seconds, _COMPLAINT.findall(bot.log), memory, answered)


async def _cry(client: SandboxClient, number: int) -> float:
    person = await client.person(f"Ann{number}", language_code="en")
    began = time.monotonic()
    await person.say("he is beating me help")
    await person.wait_reply("112", timeout=60)
    return time.monotonic() - began


async def _all_done(health: httpx.AsyncClient, pending: Callable[[], object]) -> bool:
    await asyncio.sleep(0.05)
    return not pending() and "pristan_inbox_waiting 0\n" in (await health.get("/metrics")).text


def _memory(process: int) -> float:
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
