"""Killed (-9) anywhere in a turn, nothing a person or an agent sent is lost; doubles only where nobody can know."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests import waiting
from tests.bot_process import BotProcess, sandbox

DYING = str(Path(__file__).with_name("dying_bot.py"))
SECONDS = 30

#: Point, who sends the fatal message, and how often it may arrive. Two only where the call was perhaps made.
POINTS = [
    ("when the update is written", "person", 1),
    ("in the middle of the commit", "person", 1),
    ("when the call is about to be made", "person", 1),
    ("when the call was made", "person", 2),
    ("in the middle of the commit", "agent", 1),
    ("before the topic's number is kept", "consent", 1),
]
#: Further ones, tried in ``make soak``: each costs two starts.
MORE_POINTS = [
    ("before the update is written", "person", 1),
    ("before the person's turn", "person", 1),
    ("when the turn is decided", "person", 1),
    ("when the turn is committed", "person", 1),
    ("when the call is written as made", "person", 1),
    ("before the staff's turn", "agent", 1),
    ("when the call was made", "agent", 2),
]


async def _open_case(client, person):  # type: ignore[no-untyped-def]
    await person.start()
    await person.wait_reply(timeout=SECONDS)
    await person.say("/human")
    await person.wait_reply("?", timeout=SECONDS)
    await person.press("handoff:yes")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("point", "sender", "at_most"),
    [pytest.param(*one, id=f"{one[1]}: {one[0]}") for one in POINTS]
    + [pytest.param(*one, id=f"{one[1]}: {one[0]}", marks=pytest.mark.soak) for one in MORE_POINTS],
)
async def test_killed(tmp_path: Path, point: str, sender: str, at_most: int) -> None:
    async with sandbox() as (server, client):
        dying = BotProcess(server, tmp_path / "home", program=(DYING, point))
        await dying.start()
        person = await client.person("Ann", language_code="en")
        await _open_case(client, person)
        if sender == "consent":
            assert await dying.ended() == -signal.SIGKILL
        else:
            await person.wait_reply(timeout=SECONDS)
            await person.say("first words")
            first = await client.staff.wait_reply("first words", timeout=SECONDS)
            await client.staff.say(first.topic, "first answer")
            await person.wait_reply("first answer", timeout=SECONDS)
            if sender == "person":
                await person.say("boom, and a wish")
            else:
                await client.staff.say(first.topic, "boom, and an answer")
            assert await dying.ended() == -signal.SIGKILL

        again = BotProcess(server, tmp_path / "home", program=(DYING,))
        await again.start()
        if sender == "agent":
            await person.wait_reply("boom, and an answer", timeout=SECONDS)
        else:
            if sender == "consent":
                await person.say("boom, and a wish")
            await client.staff.wait_reply("boom, and a wish", timeout=SECONDS)
        # A later exchange has gone both ways, so whatever was left of the first is through.
        await person.say("later words")
        last = await client.staff.wait_reply("later words", timeout=SECONDS)
        await client.staff.say(last.topic, "later answer")
        await person.wait_reply("later answer", timeout=SECONDS)
        at_staff = [seen for seen in await client.staff.messages() if "boom, and a wish" in seen.text and seen.from_bot]
        at_person = [seen for seen in await person.messages() if "boom, and an answer" in seen.text and seen.from_bot]
        assert 1 <= len(at_person if sender == "agent" else at_staff) <= at_most
        assert await again.stop() == 0


async def test_an_alarm_answered_before_the_kill_is_not_answered_again(tmp_path: Path) -> None:
    async with sandbox() as (server, client):
        dying = BotProcess(server, tmp_path / "home", program=(DYING, "when an alarm answered ahead is noted"))
        await dying.start()
        person = await client.person("Ann", language_code="en")
        await person.start()
        await person.wait_reply(timeout=SECONDS)
        await person.say("boom he is beating me help")
        await person.wait_reply("112", timeout=SECONDS)
        assert await dying.ended() == -signal.SIGKILL

        again = BotProcess(server, tmp_path / "home", program=(DYING,))
        await again.start()
        await person.say("/check")  # its turn comes after that of the alarm
        await person.wait_reply("Send me the offer", timeout=SECONDS)
        assert sum("112" in seen.text for seen in await person.messages(sender="bot")) == 1
        await person.say("/forget")
        await person.wait_reply(timeout=SECONDS)
        await person.press("forget:yes")

        async def gone() -> bool:
            return not any("112" in seen.text for seen in await person.messages(sender="bot"))

        await waiting.until(gone, "the number given before the kill is still in the chat", SECONDS)
        assert await again.stop() == 0
