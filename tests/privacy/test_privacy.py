"""Design 3: no message text and no token in any log at any level, and no host but the Bot API is contacted."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest
from PIL import Image

from tests.bot_process import BotProcess, sandbox
from tests.free_port import free_port

#: Words nobody would log by accident; each stands in another kind of message.
TEXT, CAPTION, OFFER, FORWARD, STAFF, BUTTON, REPORT, CALL = (
    "marmotte7391", "quokka5520", "axolotl8846", "tamarin1207", "pangolin6034", "capybara4471", "numbat9052",
    "dugong3318",
)  # fmt: skip
WATCHED = str(Path(__file__).with_name("watched_bot.py"))


def _blank_picture() -> bytes:
    picture = io.BytesIO()
    Image.new("RGB", (320, 240), "white").save(picture, "PNG")
    return picture.getvalue()


def _listening(pid: int) -> set[str]:
    """The sockets of a process that wait for connections, over IPv4 or IPv6."""
    own = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):  # closed meanwhile
            own.add(descriptor.readlink().name)
    rows = [
        row.split()
        for table in ("tcp", "tcp6")
        for row in Path(f"/proc/{pid}/net/{table}").read_text(encoding="ascii").splitlines()[1:]
    ]
    return {f"socket:[{row[9]}]" for row in rows if row[3] == "0A"} & own


async def _traffic(home: Path, *, unprotected: bool) -> tuple[str, str, str]:
    """Real turns of every kind, errors included; returns the log, the token and the server's address."""
    async with sandbox() as (server, client):
        program = (WATCHED, "unprotected") if unprotected else (WATCHED,)
        # Unprotected, it also opens a port, which must be noticed.
        environment = {"PRISTAN_HEALTH_PORT": str(free_port())} if unprotected else {}
        bot = BotProcess(server, home, program=program, environment=environment)
        await bot.start()
        await bot.wait_model()
        person = await client.person("Zed", language_code="en")
        await person.start()
        await person.wait_reply()
        await person.say(f"my boss {TEXT} took my passport")
        await person.wait_reply(timeout=30)
        await person.photo(_blank_picture(), caption=f"look at this {CAPTION}")
        await person.wait_reply(timeout=30)
        await person.say(f"Hiring {OFFER}! 5000 USD monthly, passport kept by the boss, write @nobody_0000")
        await person.wait_reply(timeout=30)
        await person.forward(f"{FORWARD} needs girls, 3000 EUR, no papers needed, only telegram")
        await person.wait_reply(timeout=30)
        # Errors whose messages quote what was sent: refused by the server, cut off, slow.
        for kind in ("400", "500", "drop_before", "drop_after"):
            await client.fault("sendMessage", kind, times=1)
            await person.say(f"is this {BUTTON} normal")
            await person.wait_reply(timeout=40) if kind != "400" else None
        await person.say("/report")
        await person.wait_reply("30 days", timeout=30)
        await person.press("rep:recruiter")
        await person.wait_reply("one after the other", timeout=30)
        await person.say(f"the account is called {REPORT}")
        await person.wait_reply("Noted", timeout=30)
        await person.press("rep:done")
        await person.wait_reply("Where is it", timeout=30)
        await person.press("rep:skip")
        await person.wait_reply(REPORT, timeout=30)
        await person.press("rep:send")
        await person.wait_reply("It is sent", timeout=30)
        await client.staff.wait_reply(REPORT, timeout=30)
        await person.say("/human")
        await person.wait_reply("join", timeout=30)
        await person.press("handoff:yes")
        await person.wait_reply(timeout=30)
        await person.press("card:callback")
        await person.wait_reply("Write the number", timeout=30)
        await person.say(f"000 000 0000 {CALL}")
        await person.wait_reply(CALL, timeout=30)
        await person.press("card:callback_yes")
        await client.staff.wait_reply(CALL, timeout=30)
        await person.say(f"please {TEXT}")
        seen = await client.staff.wait_reply(TEXT, timeout=30)
        await client.staff.say(seen.topic, f"hello {STAFF}")
        await person.wait_reply(STAFF, timeout=30)
        assert bot.process is not None
        # No port is open, by Rasa's web server or anybody; the one that was asked for is noticed.
        assert len(_listening(bot.process.pid)) == len(environment)
        assert await bot.stop() == 0
        return bot.log, server.token, server.url


@pytest.mark.asyncio
async def test_logs_and_hosts(tmp_path: Path, trained_model: Path) -> None:
    log, token, url = await _traffic(tmp_path / "home", unprotected=False)
    for word in (TEXT, CAPTION, OFFER, FORWARD, STAFF, BUTTON, REPORT, CALL, token, token.partition(":")[2]):
        assert word not in log, f"«{word}» stands in the log"
    port = url.rpartition(":")[2]
    contacted = set(re.findall(r"^CONNECT (\S+) (\d+)$", log, re.MULTILINE))
    assert contacted == {("127.0.0.1", port)}
    assert set(re.findall(r"^LOOKUP (\S+)$", log, re.MULTILINE)) <= {"127.0.0.1"}


@pytest.mark.asyncio
async def test_these_tests_can_fail(tmp_path: Path, trained_model: Path) -> None:
    """Without bot/quiet.py the very same traffic leaves text and token in the log."""
    log, token, _ = await _traffic(tmp_path / "home", unprotected=True)
    assert TEXT in log
    assert token in log
