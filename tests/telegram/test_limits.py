"""Floods: told once and quietly borne; alarms, hiding and buttons work all the same; one bad update stops nobody."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest
import pytest_asyncio

from bot.content.languages import LANGUAGES
from bot.safety.limits import Limits, Rate
from tests import waiting
from tests.bot_here import BotHere, bot_here, content
from tests.telegram.chats import SECONDS, picture_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

FEW = Limits(messages=Rate(5, 100), offers=Rate(2, 10), files=Rate(2, 10))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def here(tmp_path_factory):  # type: ignore[no-untyped-def]
    """One bot for those tests that leave it as it was; each brings people of its own."""
    async with bot_here(tmp_path_factory.mktemp("limits"), limits=FEW) as bot:
        yield bot


async def flood(bot: BotHere, language: str = "en", number: int = 12):  # type: ignore[no-untyped-def]
    """Somebody who has sent more than they may."""
    person = await bot.client.person("Ann", language_code=language)
    for count in range(number):
        await person.say(f"{count} ...")
    await waiting.until(lambda: told(person, language), "nobody was told to wait", SECONDS)
    return person


def sorry(language: str, text_id: str = "limits.messages") -> str:
    return content().catalogues.text(text_id, language, minutes=2)


async def told(person, language: str = "en", text_id: str = "limits.messages") -> int:  # type: ignore[no-untyped-def]
    """How often the bot has asked to wait."""
    return sum(seen.text == sorry(language, text_id) for seen in await person.messages(sender="bot"))


def limited(bot: BotHere) -> int:
    """How many messages the bot has not read."""
    [line] = [line for line in bot.metrics.exposition([]).splitlines() if 'limited_total{kind="messages"}' in line]
    return int(line.split()[-1])


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_flood_is_answered_once_in_its_language_and_an_alarm_at_once(here: BotHere, language: str) -> None:
    alarms = {"ru": "меня бьют помогите", "en": "he is beating me help", "bg": "бият ме помощ", "zh": "老板打我救命"}
    person = await flood(here, language)
    began = time.monotonic()
    await person.say(alarms[language])
    await person.wait_reply("112", timeout=SECONDS)
    assert time.monotonic() - began < 2
    await person.say("Турция" if language in ("ru", "bg") else "土耳其" if language == "zh" else "Turkey")
    await person.wait_reply("112", timeout=SECONDS)
    for _ in range(3):
        await person.say("...")
    await here.settled()
    assert await told(person, language) == 1
    other = await here.client.person("Mei", language_code=language)
    await other.say("/help")
    await other.wait_reply(timeout=SECONDS)


async def test_buttons_work_and_hiding_empties_the_whole_chat(here: BotHere) -> None:
    person = await flood(here)
    await person.press("menu:")
    await person.wait_reply("What do you need", timeout=SECONDS)
    await person.say("/hide")

    async def empty() -> bool:
        return not await person.messages()

    await waiting.until(empty, "what was not read stays in the chat", SECONDS)


async def test_what_was_not_read_is_noted_also_when_nothing_follows(tmp_path: Path) -> None:
    async with bot_here(tmp_path, limits=FEW) as bot:
        person = await flood(bot)
        numbers = {seen.message_id for seen in await person.messages() if not seen.from_bot}
        await bot.telegram.stop()
        async with bot.store.turn(person.id) as turn:
            erased = await turn.hide(None)
        assert numbers <= set(erased.message_ids)
        await bot.telegram.application.initialize()


async def test_under_the_cover_nothing_is_told(here: BotHere) -> None:
    person = await here.client.person("Ann", language_code="en")
    await person.say("/start")
    await person.wait_reply(timeout=SECONDS)
    await here.settled()
    before = limited(here)
    async with here.store.turn(person.id) as turn:
        turn.person.fields["cover"] = {"word": "x", "on": True}
    for count in range(12):
        await person.say(f"{count} kg")

    async def most_not_read() -> bool:
        return limited(here) >= before + 7

    await waiting.until(most_not_read, "more was read than is allowed", SECONDS)
    await here.settled()
    assert await told(person) == 0


async def test_pictures(here: BotHere) -> None:
    """Too many of one sender: told once; words and a cry for help in a caption go on."""
    person = await here.client.person("Ann", language_code="en")
    picture = picture_of("hello there")
    for _ in range(4):
        await person.photo(picture)
    await waiting.until(lambda: told(person, text_id="limits.files"), "not told to wait", SECONDS)
    await person.say("/help")
    await person.wait_reply("What do you need", timeout=SECONDS)
    await person.photo(picture, caption="he is beating me help")
    await person.wait_reply("112", timeout=SECONDS)
    await here.settled()
    assert await told(person, text_id="limits.files") == 1


async def test_a_caption_that_cries_for_help_does_not_wait_for_its_picture(here: BotHere) -> None:
    person = await here.client.person("Ann", language_code="en")
    await here.client.fault("getFile", "slow", seconds=4)
    await person.photo(picture_of("hello"), caption="he is beating me help")
    began = time.monotonic()
    await person.wait_reply("112", timeout=SECONDS)
    assert time.monotonic() - began < 2
    await here.settled()
    assert sum("112" in seen.text for seen in await person.messages(sender="bot")) == 1


async def test_more_files_of_everybody_than_can_be_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who finds no place is told to send it again; nothing waits without bound."""
    from bot.telegram import files

    monkeypatch.setattr(files, "_WAITING", 1)
    async with bot_here(tmp_path, files_at_once=1) as bot:
        people = [await bot.client.person(f"P{number}", language_code="en") for number in range(5)]
        await bot.client.fault("getFile", "slow", times=10, seconds=1)
        await asyncio.gather(*(person.photo(picture_of("hello")) for person in people))
        await asyncio.gather(*(person.wait_reply(timeout=SECONDS) for person in people))
        await bot.settled()
        busy = [await told(person, text_id="limits.busy") for person in people]
        assert sum(busy) == 2, "two places, one waits, two come too late"


async def test_messages_of_bots_are_ignored(here: BotHere) -> None:
    person = await here.client.person("Ann", language_code="en")
    here.server.world.updates.add(
        "message",
        {
            "message_id": 77,
            "date": int(time.time()),
            "chat": {"id": person.id, "type": "private", "first_name": "Ann"},
            "from": {"id": 5, "is_bot": True, "first_name": "Helper"},
            "text": "/start",
        },
    )
    await person.say("/help")
    await person.wait_reply("What do you need", timeout=SECONDS)
    await here.settled()
    assert len(await person.messages(sender="bot")) == 1


BROKEN: list[tuple[str, object]] = [
    ("message", {"message_id": 1}),
    ("message", {"message_id": 1, "date": "yesterday", "chat": {"id": 1, "type": "private"}, "text": "x"}),
    ("message", {"message_id": 1, "date": 1, "chat": {"id": "one", "type": "private"}, "text": "x"}),
    ("message", {"message_id": 1, "date": 1, "chat": {"id": 10**30, "type": "private"}, "text": "x"}),
    ("message", "a text"),
    ("message", [{}]),
    ("callback_query", {"id": "1"}),
]


async def test_updates_that_cannot_be_read_stop_nobody(here: BotHere) -> None:
    for kind, broken in BROKEN:
        here.server.world.updates.add(kind, broken)  # type: ignore[arg-type]
    person = await here.client.person("Ann", language_code="en")
    await person.say("/help")
    await person.wait_reply("What do you need", timeout=SECONDS)
    assert f'kind="unreadable"}} {len(BROKEN)}' in here.metrics.exposition([])
