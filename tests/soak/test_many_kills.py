"""``make soak``: the bot is killed again and again at random moments while people and staff write; nothing is lost."""

from __future__ import annotations

import asyncio
import os
import random
from pathlib import Path

import pytest

from tests.bot_process import BotProcess, sandbox

pytestmark = pytest.mark.soak
DYING = str(Path(__file__).parent.parent / "faults" / "dying_bot.py")
KILLS = int(os.environ.get("SOAK_KILLS", "60"))


async def test_killed_at_random(tmp_path: Path) -> None:
    seed = int(os.environ.get("SOAK_SEED", "1"))
    chance = random.Random(seed)
    async with sandbox() as (server, client):
        bot = await BotProcess(server, tmp_path / "home", program=(DYING,)).start()
        person = await client.person("Ann", language_code="en")
        await person.start()
        await person.wait_reply(timeout=60)
        await person.say("/human")
        await person.wait_reply("?", timeout=60)
        await person.press("handoff:yes")
        await person.wait_reply(timeout=60)
        await person.say("word 0000")
        topic = (await client.staff.wait_reply("word 0000", timeout=60)).topic
        for number in range(1, KILLS + 1):
            await person.say(f"word {number:04}")
            await client.staff.say(topic, f"answer {number:04}")
            await asyncio.sleep(chance.random() * 0.3)
            await bot.kill()
            bot = await BotProcess(server, tmp_path / "home", program=(DYING,)).start()
            await client.staff.wait_reply(f"word {number:04}", timeout=90)
            await person.wait_reply(f"answer {number:04}", timeout=90)
            print(f"kill {number} of {KILLS}: both sides have everything", flush=True)
        await bot.stop()
        said = [seen.text for seen in await client.staff.messages() if seen.from_bot]
        heard = [seen.text for seen in await person.messages() if seen.from_bot]
        doubles = 0
        for number in range(1, KILLS + 1):
            for texts, word in ((said, f"word {number:04}"), (heard, f"answer {number:04}")):
                count = sum(word in text for text in texts)
                assert count >= 1, f"{word} was lost (seed {seed})"
                doubles += count - 1
        print(f"{2 * KILLS} messages, {KILLS} kills: 0 lost, {doubles} doubled")
