"""``make soak``: no model, a database that can only be read, every core busy: the number comes within two seconds."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from pathlib import Path

import pytest

from tests.bot_process import BotProcess, sandbox
from tests.soak.storm import PROGRAM, environment, warm

pytestmark = pytest.mark.soak

#: By language: cries in plain words, some in Latin letters, some with what people add.
CRIES = {
    "ru": ("меня бьют помогите", "Спасите!! меня заперли и не выпускают", "menya byut pomogite"),
    "en": ("he is beating me help", "i want to kill myself", "help me im bleeding"),
    "bg": ("бият ме помощ", "biqt me pomosht", "искам да се самоубия"),
    "zh": ("老板打我救命", "我不想活了", "救命有人要杀我"),
}
ROUNDS = int(os.environ.get("PRISTAN_SOAK_ROUNDS", "5"))


async def _burn() -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(sys.executable, "-c", "while True: pass")


async def test_within_two_seconds(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with sandbox() as (server, client):
        bot = await BotProcess(server, home, program=PROGRAM, environment=environment(home)).start()
        await warm(client)
        busy = [await _burn() for _ in range(os.cpu_count() or 1)]
        try:
            assert bot.process is not None
            os.kill(bot.process.pid, signal.SIGUSR2)  # from now on nothing can be written
            other = await client.person("Other", language_code="en")
            await other.say("hello")  # stands before everybody, and cannot be written down
            times: dict[str, list[float]] = {language: [] for language in CRIES}
            for number in range(ROUNDS):
                for language, cries in CRIES.items():
                    for cry in cries:
                        person = await client.person(f"{language}{number}", language_code=language)
                        began = time.monotonic()
                        await person.say(cry)
                        await person.wait_reply("112", timeout=30)
                        times[language].append(time.monotonic() - began)
                        await asyncio.sleep(0.05)
            os.kill(bot.process.pid, signal.SIGUSR2)
        finally:
            for one in busy:
                one.kill()
                await one.wait()
        await other.wait_reply(timeout=120)
        assert await bot.stop() == 0
    for language, seconds in times.items():
        print(
            f"{language}: {len(seconds)} cries, median {sorted(seconds)[len(seconds) // 2]:.2f} s, "
            f"slowest {max(seconds):.2f} s"
        )
    assert max(max(seconds) for seconds in times.values()) < 2
