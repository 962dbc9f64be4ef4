"""Who can see this? What a person sets for the phone they hold, as it looks in the chat."""

from __future__ import annotations

import pytest

from bot.sandbox.client import PersonClient, Seen
from tests.telegram.chats import (
    SECONDS,
    Bot,
    from_staff,
    last_call,
    newcomer,
    open_case,
    picture_of,
    press_forged,
    said,
    topic_texts,
    until,
    until_called,
    until_empty,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")

#: Words that would tell a stranger what the bot is for.
TELLING = ("help", "offer", "job", "team", "danger", "police", "passport", "work", "hide")


def seen_before_touching(message: Seen) -> str:
    """What a notification shows: the text without what is covered. Offsets are UTF-16 units."""
    units = message.text.encode("utf-16-le")
    for entity in message.message.get("entities", []):
        if entity["type"] == "spoiler":
            start, end = 2 * entity["offset"], 2 * (entity["offset"] + entity["length"])
            units = units[:start] + b" \0" * (entity["length"]) + units[end:]
    return units.decode("utf-16-le")


async def set_up(person: PersonClient, *presses: str) -> Seen:
    await person.say("/help")
    await person.wait_reply(timeout=SECONDS)
    seen = None
    for data in ("privacy:", *presses):
        await person.press(data)
        seen = await person.wait_reply(timeout=SECONDS)
    assert seen is not None
    return seen


async def covered(bot: Bot, word: str = "lilac tree", language: str = "en") -> PersonClient:
    """Somebody with a cover on: the chat is empty, the converter waits."""
    person = await newcomer(bot, language)
    await set_up(person, "privacy:cover")
    await person.say(word)
    await person.wait_reply(timeout=SECONDS)
    await person.say("/hide")
    await until_empty(bot, person)
    return person


# The menu


@pytest.mark.parametrize("language", ["ru", "en", "bg", "zh"])
async def test_every_page_of_the_menu_in_every_language(bot: Bot, language: str) -> None:
    person = await newcomer(bot, language)
    assert (await set_up(person)).data_of("hide:")
    for data in ("discreet", "delete", "team", "cover"):
        await person.press(f"privacy:{data}")
        page = await person.wait_reply(timeout=SECONDS)
        assert page.data_of("privacy:") and page.data_of("hide:")


@pytest.mark.parametrize("data", ["privacy:nonsense", "privacy:delete:5", "privacy:discreet:x", "privacy:cover:x"])
async def test_forged_buttons_change_nothing(bot: Bot, data: str) -> None:
    person = await newcomer(bot)
    assert "button is old" in (await press_forged(bot, person, data)).text


# One tap away


@pytest.mark.parametrize(
    "asked",
    ["/start", "/help", "/check", "/services", "/human", "/report", "/language", "/forget", "I am in Turkey",
     "he is beating me pls help", "privacy:delete", "privacy:cover", "questions:"],
)  # fmt: skip
async def test_hiding_is_one_tap_away_in_every_state(bot: Bot, asked: str) -> None:
    person = await newcomer(bot)
    mark = person.mark
    if asked.startswith("privacy:"):
        await set_up(person, asked)
    elif asked.endswith(":"):
        await person.press(asked)
    else:
        await person.say(asked)

    async def a_way_out() -> Seen | None:
        for message in await person.messages(sender="bot", since=mark):
            if message.data_of("hide:"):
                return message
        return None

    message = await until(a_way_out, "no button that hides the chat")
    await person.press("hide:", on=message)
    await until_empty(bot, person)


@pytest.mark.parametrize("state", ["waiting", "talking", "word awaited", "covered"])
async def test_hiding_from_further_states(bot: Bot, state: str) -> None:
    if state == "covered":
        person = await covered(bot)
        await person.say("hello")
        await person.wait_reply("units", timeout=SECONDS)
    else:
        person = await newcomer(bot)
        if state == "word awaited":
            await set_up(person, "privacy:cover")
        else:
            topic = await open_case(bot, person)
            if state == "talking":
                await from_staff(bot, person, topic)
    await person.say("/hide")
    await until_empty(bot, person)


# Discreet


async def test_discreet_messages_tell_nothing_before_they_are_touched(bot: Bot) -> None:
    person = await newcomer(bot)
    await set_up(person, "privacy:discreet", "privacy:discreet:on")
    mark = person.mark
    before = await last_call(bot)
    for words in ("/help", "/check", "/services", "/human", "what is this"):
        await person.say(words)
        await person.wait_reply(timeout=SECONDS)
    await person.press("handoff:yes")
    await person.wait_reply("/services", timeout=SECONDS)
    await person.say("milestone one")
    topic = (await bot.client.staff.wait_reply("milestone one", timeout=SECONDS)).topic
    await bot.client.staff.say(topic, "our team can help you with the police")
    await person.wait_reply("our team can help", timeout=SECONDS)
    found = await person.messages(sender="bot", since=mark)
    assert len(found) >= 7
    for message in found:
        shown = seen_before_touching(message)
        assert shown.startswith("A reply to your message.")
        assert not any(word in shown.lower() for word in TELLING), shown
        assert message.text != shown  # there was something to cover
    for call in await bot.client.calls("sendMessage", after=before):
        if call["params"].get("chat_id") in (person.id, str(person.id)):
            assert str(call["params"]["disable_notification"]).lower() == "true"


async def test_without_it_messages_are_plain(bot: Bot) -> None:
    person = await newcomer(bot)
    await set_up(person, "privacy:discreet", "privacy:discreet:on", "privacy:discreet", "privacy:discreet:off")
    await person.say("/check")
    seen = await person.wait_reply(timeout=SECONDS)
    assert seen_before_touching(seen) == seen.text and "reply to your" not in seen.text


async def test_numbers_of_an_emergency_are_never_covered(bot: Bot) -> None:
    person = await newcomer(bot)
    await set_up(person, "privacy:discreet", "privacy:discreet:on")
    await person.say("he is beating me, I am in Turkey")
    seen = await person.wait_reply("112", timeout=SECONDS)
    assert seen.text[0].isdigit() and seen_before_touching(seen) == seen.text


# By itself


async def test_the_time_is_kept_and_shown(bot: Bot) -> None:
    person = await newcomer(bot)
    page = await set_up(person, "privacy:delete", "privacy:delete:6")
    assert "after 6 hours" in page.text
    page = await set_up(person, "privacy:delete", "privacy:delete:0")
    assert "never" in page.text


# Our team


async def test_answers_of_staff_come_at_once_where_the_person_agreed(bot: Bot) -> None:
    person = await newcomer(bot)
    await set_up(person, "privacy:team", "privacy:team:now")
    topic = await open_case(bot, person)
    await person.say("/hide")
    await until_empty(bot, person)
    await bot.client.staff.say(topic, "are you safe?")
    await person.wait_reply("are you safe?", timeout=SECONDS)


# Cover


async def test_under_the_cover_whoever_writes_meets_a_converter(bot: Bot) -> None:
    person = await covered(bot)
    for words in ("/start", "hello", "who are you", "/help", "/human", "/services", "/check", "/report", "/language",
                  "I need a job", "lilac", "/start help"):  # fmt: skip
        await person.say(words)
        answer = await person.wait_reply(timeout=SECONDS)
        assert answer.text.startswith("I convert units."), words
        assert not answer.labels
    await person.say("10 km")
    await person.wait_reply("10 kilometers = 6.21 miles", timeout=SECONDS)
    await person.photo(picture_of("hello"))
    await person.wait_reply("I convert units", timeout=SECONDS)
    assert "I convert units" in (await press_forged(bot, person, "do:talk_to_human")).text
    assert [item["command"] for item in await person.commands()] == ["start"]


async def test_the_word_brings_the_bot_back_and_leaves_no_trace(bot: Bot) -> None:
    person = await covered(bot, "Сирень у дома", "ru")
    await person.say("сирень, у дома!")
    await person.wait_reply("Здравствуйте", timeout=SECONDS)

    async def word_gone() -> bool:
        return not any("сирень" in seen.text.lower() for seen in await person.messages())

    await until(word_gone, "the word stands in the chat")

    async def menu_back() -> bool:
        return len(await person.commands()) > 1

    await until(menu_back, "the menu did not come back")
    await person.say("/hide")
    await until_empty(bot, person)
    await person.say("/start")
    await person.wait_reply("перевожу единицы", timeout=SECONDS)


async def test_the_chosen_word_is_deleted_at_once_and_never_changes_the_language(bot: Bot) -> None:
    person = await newcomer(bot)
    await set_up(person, "privacy:cover")
    await person.say("сирень у дома")
    await person.wait_reply("Your word is set", timeout=SECONDS)
    await until_called(bot, "deleteMessages", chat_id=person.id)
    assert not any("сирень" in seen.text for seen in await person.messages())


@pytest.mark.parametrize("word", ["abc", "10 km", "?!?!"])
async def test_a_word_that_would_be_said_by_chance_is_refused(bot: Bot, word: str) -> None:
    person = await newcomer(bot)
    await set_up(person, "privacy:cover")
    await person.say(word)
    await person.wait_reply("does not work", timeout=SECONDS)
    await person.say("/hide")
    await until_empty(bot, person)
    await person.say("/start")
    await person.wait_reply("Hello", timeout=SECONDS)


@pytest.mark.parametrize("words", ["x" * 41, "two\nlines"])
async def test_a_longer_message_is_no_word_but_something_to_say(bot: Bot, words: str) -> None:
    person = await newcomer(bot)
    await set_up(person, "privacy:cover")
    await person.say(words)
    answer = await person.wait_reply(timeout=SECONDS)
    assert "does not work" not in answer.text
    assert any(words == seen.text for seen in await person.messages())


async def test_an_alarm_instead_of_a_word_is_answered(bot: Bot) -> None:
    person = await newcomer(bot)
    await set_up(person, "privacy:cover")
    await person.say("he is beating me pls help")
    await person.wait_reply("112", timeout=SECONDS)


async def test_another_wish_instead_of_a_word_is_not_taken_for_one(bot: Bot) -> None:
    person = await newcomer(bot)
    await set_up(person, "privacy:cover")
    await person.say("/services")
    await person.wait_reply("In which country", timeout=SECONDS)
    await person.say("Turkey")
    await person.wait_reply("112", timeout=SECONDS)


async def test_danger_under_the_cover_is_answered_with_numbers_and_nothing_else(bot: Bot) -> None:
    person = await covered(bot)
    await person.say("he is beating me pls help")
    seen = await person.wait_reply("112", timeout=SECONDS)
    assert seen.text[0].isdigit()
    assert not any(word in seen.text.lower() for word in ("/hide", "team", "pristan", "job", "offer"))
    assert not seen.data_of("hide:") and not seen.data_of("do:talk_to_human")
    await person.press("sos:danger:TR")
    seen = await person.wait_reply("112", timeout=SECONDS)
    assert "Türkiye" in seen.text or "Turkey" in seen.text
    assert not seen.labels
    await person.say("hello?")
    await person.wait_reply("I convert units", timeout=SECONDS)


async def test_danger_that_overtakes_a_busy_lane_keeps_the_cover(bot: Bot) -> None:
    person = await covered(bot)
    await bot.client.fault("sendMessage", "slow", seconds=2.0, chat_id=person.id)
    await person.say("10 km")
    await person.say("he is beating me pls help")
    seen = await person.wait_reply("112", timeout=SECONDS)
    assert "/hide" not in seen.text and not seen.data_of("hide:")


async def test_forget_under_the_cover_erases_at_once_and_says_one_word(bot: Bot) -> None:
    person = await covered(bot)
    await person.say("/forget")
    await person.wait_reply("Done.", timeout=SECONDS)
    await until_empty(bot, person, left=1)
    await person.say("/start")
    await person.wait_reply("Hello", timeout=SECONDS)


async def test_a_talk_with_staff_survives_the_cover_and_stays_silent(bot: Bot) -> None:
    person = await newcomer(bot)
    await set_up(person, "privacy:cover")
    await person.say("lilac tree")
    await person.wait_reply("Your word is set", timeout=SECONDS)
    topic = await open_case(bot, person)
    await person.say("/hide")
    await until_empty(bot, person)
    await bot.client.staff.say(topic, "are you safe?")
    await bot.client.staff.wait_reply("Held back", topic=topic, timeout=SECONDS)
    await person.say("what is this")
    await person.wait_reply("I convert units", timeout=SECONDS)
    await person.say("lilac tree")
    await person.wait_reply("Hello", timeout=SECONDS)
    assert not any("are you safe?" in text for text in await said(person))
    assert not any("what is this" in text for text in await topic_texts(bot, topic))
    await person.say("/human")
    await person.wait_reply("can join", timeout=SECONDS)
    await person.press("handoff:yes")
    await person.wait_reply("are you safe?", timeout=SECONDS)


async def test_no_cover_again(bot: Bot) -> None:
    person = await covered(bot)
    await person.say("lilac tree")
    await person.wait_reply("Hello", timeout=SECONDS)
    await set_up(person, "privacy:cover", "privacy:cover:off")
    await person.say("/hide")
    await until_empty(bot, person)
    await person.say("/start")
    await person.wait_reply("Hello", timeout=SECONDS)
