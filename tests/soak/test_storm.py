"""``make soak``: 5,000 messages of 200 people while everything fails at random (PRISTAN_SOAK_TURNS, SOAK_SEED)."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from tests.bot_process import BotProcess, sandbox
from tests.soak.storm import PROGRAM, Storm, environment

pytestmark = pytest.mark.soak

TURNS = int(os.environ.get("PRISTAN_SOAK_TURNS", "5000"))
#: A kill is one fault in so many: each costs a start.
KINDS = ("api",) * 12 + ("polling",) * 2 + ("repeated", "malformed", "locked", "full", "read_only", "clock") * 2 + (
    "killed",
)  # fmt: skip


async def test_nothing_is_lost_and_every_alarm_is_answered(tmp_path: Path) -> None:
    seed = int(os.environ.get("SOAK_SEED", str(random.randrange(10**6))))
    print(f"SOAK_SEED={seed}")
    home = tmp_path / "home"
    async with sandbox() as (server, client):
        bot = await BotProcess(server, home, program=PROGRAM, environment=environment(home)).start()
        storm = Storm(server, client, bot, 200, random.Random(seed), KINDS)
        try:
            figures = await storm.play(TURNS)
        finally:
            stopped = await storm.bot.stop()
        print(figures)
        log = storm.bot.log
    assert stopped == 0
    assert figures.lost == 0
    assert figures.doubled + figures.alarms_doubled <= figures.doubtful
    assert max(figures.alarms) < 2
    assert "Task exception was never retrieved" not in log
