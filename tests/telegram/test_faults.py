"""A Bot API server that fails, lacks methods, or is slow: nothing is lost, and doubles only where nobody can know."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3

import pytest

from tests.bot_here import bot_here
from tests.bot_process import BotProcess, sandbox
from tests.telegram.chats import (
    PROGRAM,
    SECONDS,
    Bot,
    from_staff,
    last_call,
    newcomer,
    open_case,
    picture_of,
    said,
    to_staff,
    topic_texts,
    until_called,
    until_empty,
    until_met,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize(
    ("kind", "most"), [("429", 1), ("500", 1), ("502", 1), ("404", 1), ("drop_before", 1), ("drop_after", 2)]
)
async def test_a_reply_arrives_after_a_failure(bot: Bot, kind: str, most: int) -> None:
    person = await newcomer(bot)
    before = len(await said(person))
    await bot.client.fault("sendMessage", kind, times=1, seconds=1, chat_id=person.id)
    await person.say("/check")
    await person.wait_reply("Send me the offer", timeout=SECONDS)
    await person.say("/help")
    await person.wait_reply("What do you need", timeout=SECONDS)
    got = (await said(person))[before:]
    assert 1 <= sum("Send me the offer" in text for text in got) <= most
    assert "What do you need" in got[-1], "in order"


async def test_retry_after_is_kept(bot: Bot) -> None:
    person = await newcomer(bot)
    await bot.client.fault("sendMessage", "429", seconds=2, chat_id=person.id)
    await person.say("/check")
    refused = await until_called(bot, "sendMessage", outcome=429, chat_id=person.id)
    await person.wait_reply("Send me the offer", timeout=SECONDS)
    tries = [
        c
        for c in await bot.client.calls("sendMessage", after=refused["n"])
        if str(c["params"]["chat_id"]) == str(person.id)
    ]
    assert [c["outcome"] for c in tries] == ["ok"], "tried once, when it was allowed"


async def test_one_slow_or_broken_chat_holds_up_nobody(bot: Bot) -> None:
    slow, quick = await newcomer(bot, name="Slow"), await newcomer(bot, name="Quick")
    await bot.client.fault("sendMessage", "500", times=2, chat_id=slow.id)
    await bot.client.fault("sendMessage", "slow", seconds=4, chat_id=slow.id)
    await slow.say("/help")
    await quick.say("/help")
    await quick.wait_reply("need", timeout=3)
    await slow.wait_reply("need", timeout=SECONDS)


@pytest.mark.parametrize("kind", ["slow", "500"])
async def test_an_alarm_overtakes(bot: Bot, kind: str) -> None:
    """Its answer stands before what was asked earlier, and once."""
    person = await newcomer(bot)
    await bot.client.fault("sendMessage", kind, seconds=3, chat_id=person.id)
    await person.say("/check")
    await until_met(bot, person)
    if kind == "500":
        await until_called(bot, "sendMessage", outcome=500, chat_id=person.id)
    await person.say("he is beating me pls help")
    await person.wait_reply("112", timeout=SECONDS)
    await person.wait_reply("Send me the offer", timeout=SECONDS)
    await person.say("/help")
    await person.wait_reply("What do you need", timeout=SECONDS)
    assert sum("112" in text for text in await said(person)) == 1


async def test_staff_learn_that_words_may_have_come_twice(bot: Bot) -> None:
    person = await newcomer(bot)
    topic = await open_case(bot, person)
    chat = await bot.client.staff.chat_id()
    await bot.client.fault("sendMessage", "drop_after", chat_id=chat)
    await person.say("a number: three")
    await bot.client.staff.wait_reply("may have arrived twice", topic=topic, timeout=SECONDS)
    await to_staff(bot, person)
    got = [text for text in await topic_texts(bot, topic) if "a number: three" in text]
    assert [text == "a number: three" for text in got] == [True, False]


async def test_no_staff_words_are_lost(bot: Bot) -> None:
    person = await newcomer(bot)
    topic = await open_case(bot, person)
    for kind in ("429", "500", "drop_before"):
        await bot.client.fault("sendMessage", kind, chat_id=person.id)
        await bot.client.staff.say(topic, f"words before {kind}")
        await person.wait_reply(f"words before {kind}", timeout=SECONDS)
    got = await said(person)
    assert all(sum(f"before {kind}" in text for text in got) == 1 for kind in ("429", "500", "drop_before"))


async def test_a_refused_reply_does_not_stop_the_chat(bot: Bot) -> None:
    person = await newcomer(bot)
    await bot.client.fault("sendMessage", "400", chat_id=person.id)
    await person.say("/check")
    await person.say("/help")
    await person.wait_reply("need", timeout=SECONDS)


async def test_a_menu_that_fails_does_not_stop_the_chat(bot: Bot) -> None:
    person = await newcomer(bot)
    await bot.client.fault("setMyCommands", "500", times=50)
    await person.say("/language")
    await person.wait_reply(timeout=SECONDS)
    await person.press("lang:ru")
    await person.wait_reply(timeout=SECONDS)
    await person.say("/check")
    await person.wait_reply(timeout=SECONDS)
    await bot.client.clear_faults()


async def test_deleting_together_refused_is_done_one_by_one(bot: Bot) -> None:
    person = await newcomer(bot)
    await bot.client.fault("deleteMessages", "400", chat_id=person.id)
    await person.say("/hide")
    await until_empty(bot, person)


async def test_a_message_too_old_does_not_keep_the_others(bot: Bot) -> None:
    """Telegram refuses the whole call for one message of more than 48 hours."""
    person = await newcomer(bot)
    await bot.client.advance(49 * 3600)
    await person.say("/help")
    await person.wait_reply("need", timeout=SECONDS)
    await person.say("/hide")
    await until_empty(bot, person, left=2)


async def test_a_server_without_the_optional_methods(tmp_path) -> None:  # type: ignore[no-untyped-def]
    """People are answered, buttons work, the chat is emptied one message after the other."""
    async with sandbox() as (server, client):
        optional = (
            "setMyCommands",
            "setMyDescription",
            "setMyShortDescription",
            "sendChatAction",
            "answerCallbackQuery",
            "deleteMessages",
        )
        for method in optional:
            await client.fault(method, "404", times=1000)
        process = BotProcess(server, tmp_path / "home", program=PROGRAM, staff=False)
        await process.start()
        bot = Bot(server, client, process)
        person = await newcomer(bot)
        await person.press("questions:")
        await person.wait_reply("hoose a question", timeout=SECONDS)
        await person.photo(picture_of("hello"))
        await person.wait_reply(timeout=SECONDS)
        # No staff group: the lines of the country instead.
        await person.say("/human")
        await person.wait_reply("No person", timeout=SECONDS)
        await person.wait_reply("country", timeout=SECONDS)
        await person.press("country:BG")
        hotlines = await person.wait_reply("hotlines", timeout=SECONDS)
        assert "Bulgaria" in hotlines.text
        assert "112" in hotlines.text
        await person.say("/human")
        await person.wait_reply("No person", timeout=SECONDS)
        await person.wait_reply("Bulgaria", timeout=SECONDS)
        await person.say("/hide")
        await until_empty(bot, person)
        assert await process.stop() == 0
        assert not await client.staff.topics()


async def test_a_restart_in_the_middle_of_a_talk(tmp_path) -> None:  # type: ignore[no-untyped-def]
    """What both sides wrote while the bot was away arrives, in order, once; the case goes on in its topic."""
    async with sandbox() as (server, client):
        process = BotProcess(server, tmp_path / "home", program=PROGRAM)
        await process.start()
        bot = Bot(server, client, process)
        person = await newcomer(bot)
        topic = await open_case(bot, person)
        assert await process.stop() == 0
        for number in range(3):
            await person.say(f"away {number}")
            await client.staff.say(topic, f"reply {number}")
        again = BotProcess(server, tmp_path / "home", program=PROGRAM)
        await again.start()
        bot = Bot(server, client, again)
        await from_staff(bot, person, topic)
        seen = await to_staff(bot, person)
        assert seen.topic == topic
        assert [t for t in await topic_texts(bot, topic) if t.startswith("away")] == [f"away {n}" for n in range(3)]
        assert [t.splitlines()[-1] for t in await said(person) if "reply" in t] == [f"reply {n}" for n in range(3)]
        assert await again.stop() == 0


async def test_an_alarm_is_answered_while_nothing_can_be_written(tmp_path) -> None:  # type: ignore[no-untyped-def]
    """Somebody else locks the database: alarms of all who wait are answered, the rest comes later, nothing twice."""
    async with sandbox() as (server, client):
        process = BotProcess(server, tmp_path / "home", program=PROGRAM)
        await process.start()
        bot = Bot(server, client, process)
        ann, mei = await newcomer(bot, name="Ann"), await newcomer(bot, name="Mei")
        await last_call(bot)
        file = next(p for p in process.home.rglob("*") if p.suffix in (".db", ".sqlite", ".sqlite3"))
        with sqlite3.connect(file, isolation_level=None, timeout=30) as other:
            other.execute("BEGIN IMMEDIATE")
            await ann.say("/check")
            await ann.say("he is beating me pls help")
            await mei.say("he is beating me pls help")
            await ann.wait_reply("112", timeout=60)
            await mei.wait_reply("112", timeout=60)
            other.execute("ROLLBACK")
        for person in (ann, mei):
            await person.say("/help")
            await person.wait_reply("What do you need", timeout=60)
            assert sum("112" in text for text in await said(person)) == 1
        assert any("Send me the offer" in text for text in await said(ann))
        assert await process.stop() == 0


async def test_an_alarm_behind_a_crowd_is_answered_first(tmp_path) -> None:  # type: ignore[no-untyped-def]
    """Sixty people wrote while the bot was away, and then somebody cried for help: nobody is answered before her."""
    async with sandbox() as (server, client):
        crowd = [await client.person(f"One {number}", language_code="en") for number in range(60)]
        for person in crowd:
            await person.say("where can I find a shelter in Spain")
        mei = await client.person("Mei", language_code="en")
        await mei.say("he is beating me pls help, I am in Spain")
        process = BotProcess(server, tmp_path / "home", program=PROGRAM)
        await process.start()
        await mei.wait_reply("112", timeout=60)
        await crowd[-1].wait_reply(timeout=60)
        chats = [int(call["params"]["chat_id"]) for call in await client.calls("sendMessage")]
        assert chats.index(mei.id) < 3, "only what was on its way already may come before"
        await mei.say("/help")
        await mei.wait_reply("What do you need", timeout=60)
        assert sum("112" in text for text in await said(mei)) == 1
        assert await process.stop() == 0


async def test_a_turn_waits_for_a_database_that_cannot_be_used(tmp_path) -> None:  # type: ignore[no-untyped-def]
    """What was received and cannot be decided is not given up: the person is told, and answered when it can be."""
    async with bot_here(tmp_path / "home") as bot:
        ann = await bot.client.person("Ann", language_code="en")
        mei = await bot.client.person("Mei", language_code="en")
        file = tmp_path / "home" / "pristan.sqlite"

        async def rename(before: str, after: str) -> None:
            def work() -> None:
                with contextlib.closing(sqlite3.connect(file, isolation_level=None, timeout=30)) as other:
                    other.executescript(f"BEGIN IMMEDIATE; ALTER TABLE {before} RENAME TO {after}; COMMIT")

            await asyncio.to_thread(work)  # the bot lives in this loop, and may have to end what it writes first

        await rename("outbox", "outbox_gone")
        try:
            await ann.say("/check")
            await mei.say("he is beating me pls help")
            await mei.wait_reply("112", timeout=60)
            await ann.wait_reply("as soon as I can", timeout=60)
        finally:
            await rename("outbox_gone", "outbox")
        await ann.wait_reply("Send me the offer", timeout=60)
        await bot.settled()
        assert sum("112" in text for text in await said(mei)) == 1
        assert not any("send it again" in text for text in await said(ann))
