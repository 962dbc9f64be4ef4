"""Gives a bot hostile updates and looks at what it does. Not a test."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import random
import time
from dataclasses import dataclass
from pathlib import Path

from bot.safety.limits import Limits, Rate
from tests.bot_here import BotHere, bot_here
from tests.soak.hostile import Hostile
from tests.waiting import until

#: Some of them are let through to every turn, some fall under a limit, as in life.
LIMITS = Limits(messages=Rate(30, 10_000), offers=Rate(10, 10_000), files=Rate(5, 10_000))
_BATCH = 200


class Complaints(logging.Handler):
    """Errors of the bot's own loggers: an exception that nobody expected."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one."""
        if "cannot be read and is passed over" not in record.getMessage():
            kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
            self.heard.append(f"{record.name}: {record.getMessage()} {kind}")


@dataclass
class Endured:
    """What came out.

    Args:
        updates: how many were given.
        seconds: in how long.
        complaints: errors that were logged.
        growth: megabytes of memory between a fifth of the way and the end.
        answered: seconds from a cry for help in the middle of it to the number.
    """

    updates: int
    seconds: float
    complaints: list[str]
    growth: float
    answered: list[float]

    def __str__(self) -> str:
        return (
            f"{self.updates} hostile updates in {self.seconds:.0f} s, {len(self.complaints)} errors, memory "
            f"{self.growth:+.1f} MB, {len(self.answered)} alarms between them, slowest {max(self.answered):.2f} s"
        )


async def endure(home: Path, updates: int, seed: int) -> Endured:
    """Run a bot and give it so many."""
    chance = random.Random(seed)
    complaints = Complaints()
    logging.getLogger("bot").addHandler(complaints)
    try:
        async with bot_here(home, limits=LIMITS) as bot:
            hostile = Hostile(chance, 300, bot.server.staff_chat_id)
            bot.server.world.updates.allowed = None
            await _cry(bot, -1)  # what is read once, at the first message, is read now
            began, early, answered = time.monotonic(), 0.0, []
            for given in range(0, updates, _BATCH):
                for _ in range(min(_BATCH, updates - given)):
                    bot.server.world.updates.add(*hostile.one())
                answered.append(await _cry(bot, given))
                await until(lambda: _taken(bot), "updates are not taken", 300)
                await bot.telegram.dispatcher.idle()
                # The server lives in this process as well, and keeps every chat: its memory is not the bot's.
                for chat in bot.server.world.chats.values():
                    chat.messages.clear()
                if not early and given >= updates / 5:
                    early = _memory()
            return Endured(updates, time.monotonic() - began, complaints.heard, _memory() - early, answered)
    finally:
        logging.getLogger("bot").removeHandler(complaints)


async def _cry(bot: BotHere, number: int) -> float:
    person = await bot.client.person(f"Ann{number}", language_code="en")
    began = time.monotonic()
    await person.say("he is beating me help")
    await person.wait_reply("112", timeout=60)
    return time.monotonic() - began


async def _taken(bot: BotHere) -> bool:
    await asyncio.sleep(0.05)
    return not bot.server.world.updates.pending()


def _memory() -> float:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
