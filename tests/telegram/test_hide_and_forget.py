"""Quick exit from wherever the person is, and the wipe of everything; somebody else may hold the phone next."""

from __future__ import annotations

import sqlite3

import pytest

from tests.telegram.chats import (
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
    until,
    until_called,
    until_empty,
    until_met,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")

WORDS = ["/hide", "hide this quick", "спрячь переписку", "скрий", "快关掉", "/help hide", "HIDE!!!"]


@pytest.mark.parametrize("words", WORDS)
async def test_typed_words_empty_the_chat(bot: Bot, words: str) -> None:
    person = await newcomer(bot)
    await person.say(words)
    await until_empty(bot, person)


@pytest.mark.parametrize("state", ["menu", "alarm", "country", "offer", "consent", "forget", "language"])
async def test_from_every_state(bot: Bot, state: str) -> None:
    """By the button where there is one, else by the command; afterwards a stranger is greeted."""
    person = await newcomer(bot)
    await person.start("lang_bg")
    await person.wait_reply(timeout=SECONDS)
    asked = {
        "menu": "/help",
        "alarm": "he is beating me pls help",
        "country": "/services",
        "offer": "/check",
        "consent": "/human",
        "forget": "/forget",
        "language": "/language",
    }[state]
    await person.say(asked)
    await person.wait_reply(timeout=SECONDS)
    if state in ("menu", "alarm"):
        if state == "alarm":
            await person.wait_reply("112", timeout=SECONDS)  # the second language, Bulgarian
        await person.press("hide:")
    else:
        await person.say("/hide")
    await until_empty(bot, person)

    async def menu_gone() -> bool:  # it goes after the messages
        return [item["command"] for item in await person.commands()] == ["start"]

    await until(menu_gone, "the menu still names the bot's commands")
    await person.say("/start")
    await person.wait_reply("Hello", timeout=SECONDS)


async def test_what_was_known_is_gone(bot: Bot) -> None:
    person = await newcomer(bot)
    await person.say("I am in Turkey")
    await person.wait_reply(timeout=SECONDS)
    await person.say("/hide")
    await until_empty(bot, person)
    await person.say("/services")
    await person.wait_reply("In which country", timeout=SECONDS)


async def test_hidden_while_a_long_answer_is_on_its_way(bot: Bot) -> None:
    """What is being sent at that moment must not stay behind."""
    person = await newcomer(bot)
    before = await last_call(bot)
    await bot.client.fault("sendMessage", "slow", seconds=1.0, chat_id=person.id)
    await person.say("/help")
    await until_met(bot, person)
    await person.say("/hide")
    await until_empty(bot, person)
    # The slow answer has come meanwhile, or comes now; in either case it does not stay.
    await until_called(bot, "sendMessage", after=before, chat_id=person.id)
    await until_empty(bot, person)


async def test_an_alarm_that_overtook_is_hidden_too(bot: Bot) -> None:
    person = await newcomer(bot)
    await bot.client.fault("sendMessage", "slow", seconds=2.0, chat_id=person.id)
    await person.say("/help")
    await until_met(bot, person)
    await person.say("he is beating me pls help")
    await person.wait_reply("112", timeout=SECONDS)
    await person.say("/hide")
    await until_empty(bot, person)
    await person.say("/start")
    await person.wait_reply("Hello", timeout=SECONDS)
    assert len(await said(person)) == 1


async def test_during_a_talk_with_staff(bot: Bot) -> None:
    """Replies wait; words of whoever holds the phone do not release them and do not reach staff."""
    person = await newcomer(bot)
    topic = await open_case(bot, person)
    await from_staff(bot, person, topic)
    await person.say("hide this quick")
    await until_empty(bot, person)
    await bot.client.staff.wait_reply("hid the chat", topic=topic, timeout=SECONDS)
    await bot.client.staff.say(topic, "are you safe?")
    await bot.client.staff.wait_reply("Held back", topic=topic, timeout=SECONDS)
    for words in ("/start", "hello what is this", "/help", "/end", "/services"):
        await person.say(words)
        answer = await person.wait_reply(timeout=SECONDS)
        assert "are you safe?" not in answer.text
        assert "ended" not in answer.text
    await person.photo(picture_of("hello"))
    await person.wait_reply(timeout=SECONDS)
    assert not any("what is this" in text for text in await topic_texts(bot, topic))
    await person.say("/human")
    await person.wait_reply("can join", timeout=SECONDS)
    assert not any("are you safe?" in text for text in await said(person))
    await person.press("handoff:yes")
    await person.wait_reply("are you safe?", timeout=SECONDS)
    await bot.client.staff.wait_reply("is back", topic=topic, timeout=SECONDS)
    seen = await to_staff(bot, person)
    assert seen.topic == topic


async def test_hidden_twice(bot: Bot) -> None:
    person = await newcomer(bot)
    topic = await open_case(bot, person)
    for _ in range(2):
        await person.say("/hide")
        await until_empty(bot, person)
    await bot.client.staff.say(topic, "are you safe?")
    await bot.client.staff.wait_reply("Held back", topic=topic, timeout=SECONDS)
    await person.say("/start")
    await person.wait_reply("Hello", timeout=SECONDS)
    assert len(await said(person)) == 1


async def test_closed_by_staff_while_hidden(bot: Bot) -> None:
    """Not even that may light up the phone."""
    person = await newcomer(bot)
    topic = await open_case(bot, person)
    await person.say("/hide")
    await until_empty(bot, person)
    await bot.client.staff.say(topic, "/close")
    await bot.client.staff.wait_reply("Case closed", topic=topic, timeout=SECONDS)
    await person.say("/start")
    await person.wait_reply("Hello", timeout=SECONDS)
    assert len(await said(person)) == 1


# Forget


async def test_forget_takes_everything_of_one_person_only(bot: Bot) -> None:
    gone, stays = await newcomer(bot, name="Gone"), await newcomer(bot, name="Stays")
    topics = await open_case(bot, gone), await open_case(bot, stays)
    await from_staff(bot, gone, topics[0])
    await from_staff(bot, stays, topics[1])
    kept = len(await said(stays))
    await gone.say("/forget")
    await gone.wait_reply("erase", timeout=SECONDS)
    await gone.press("forget:yes")
    await gone.wait_reply("Done.", timeout=SECONDS)
    await until_empty(bot, gone, left=1)

    async def topic_gone() -> bool:
        return topics[0] not in {t["message_thread_id"] for t in await bot.client.staff.topics()}

    await until(topic_gone, "the topic of who asked for the wipe is still there")
    assert topics[1] in {t["message_thread_id"] for t in await bot.client.staff.topics()}
    await to_staff(bot, stays)
    await from_staff(bot, stays, topics[1])
    assert len(await said(stays)) == kept + 1
    # In the database one open case of these two is left, and the person who asked is not in it.
    await gone.say("/end")
    await gone.wait_reply("no talk", timeout=SECONDS)
    files = [path for path in bot.process.home.rglob("*") if path.suffix in (".db", ".sqlite", ".sqlite3")]
    assert files
    with sqlite3.connect(f"file:{files[0]}?mode=ro", uri=True) as database:
        found = [row[0] for row in database.execute("SELECT topic_id FROM cases WHERE state != 'closed'")]
    assert topics[0] not in found
    assert topics[1] in found


async def test_forget_can_be_declined(bot: Bot) -> None:
    person = await newcomer(bot)
    await person.say("/forget")
    await person.wait_reply("erase", timeout=SECONDS)
    await person.press("forget:no")
    await person.wait_reply("Nothing was erased", timeout=SECONDS)
    assert len(await said(person)) == 3


async def test_after_forget_the_person_is_new(bot: Bot) -> None:
    person = await newcomer(bot, "en")
    await person.start("lang_zh")
    await person.wait_reply(timeout=SECONDS)
    await person.say("/forget")
    await person.wait_reply(timeout=SECONDS)
    await person.press("forget:yes")
    await until_empty(bot, person, left=1)
    await person.say("/start")
    await person.wait_reply("Hello", timeout=SECONDS)
