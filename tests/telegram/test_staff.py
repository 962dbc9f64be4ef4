"""The staff's side: topics, notes, closing, what is not passed on, and people who block the bot."""

from __future__ import annotations

import pytest

from bot.sandbox.client import NoReply
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
)

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_case_tells_staff_what_they_need_and_nothing_else(bot: Bot) -> None:
    person = await newcomer(bot, "ru", name="Ярослава")
    topic = await open_case(bot, person)
    name = next(t["name"] for t in await bot.client.staff.topics() if t["message_thread_id"] == topic)
    assert name.startswith("Case ")
    assert "Russian" in name
    texts = await topic_texts(bot, topic)
    assert "Russian" in texts[0]
    assert "//" in texts[0]
    everything = name + "".join(texts)
    assert "Ярослава" not in everything
    assert str(person.id) not in everything


async def test_notes_stay_in_the_group(bot: Bot) -> None:
    person = await newcomer(bot)
    topic = await open_case(bot, person)
    mark = person.mark
    await bot.client.staff.say(topic, "// she sounds afraid")
    await bot.client.staff.say(topic, "  //another")
    await from_staff(bot, person, topic)
    assert len(await person.messages(sender="bot", since=mark)) == 1


async def test_general_is_for_staff_alone(bot: Bot) -> None:
    person = await newcomer(bot)
    topic = await open_case(bot, person)
    before = len(await said(person))
    await bot.client.staff.say(None, "who takes the new one?")
    await from_staff(bot, person, topic)
    assert len(await said(person)) == before + 1


@pytest.mark.parametrize("way", ["command", "by hand", "person"])
async def test_closing(bot: Bot, way: str) -> None:
    person = await newcomer(bot)
    topic = await open_case(bot, person)
    if way == "command":
        await bot.client.staff.say(topic, "/close")
        await person.wait_reply("has ended", timeout=SECONDS)
    elif way == "by hand":
        await bot.client.staff.close(topic)
        await person.wait_reply("has ended", timeout=SECONDS)
    else:
        await person.say("/end")
        await person.wait_reply("You ended", timeout=SECONDS)
    await bot.client.staff.wait_reply("ase closed", topic=topic, timeout=SECONDS)
    # Nothing goes either way any more.
    await person.say("and another thing, about my contract")
    await person.wait_reply(timeout=SECONDS)
    await bot.client.staff.topic(topic, "reopen")
    await bot.client.staff.say(topic, "one more word")
    await bot.client.staff.wait_reply("No open case", topic=topic, timeout=SECONDS)
    assert not any("one more word" in text for text in await said(person))
    assert not any("another thing" in text for text in await topic_texts(bot, topic))


async def test_closing_twice(bot: Bot) -> None:
    person = await newcomer(bot)
    topic = await open_case(bot, person)
    await bot.client.staff.say(topic, "/close")
    await person.wait_reply("has ended", timeout=SECONDS)
    await bot.client.staff.say(topic, "/close@pristan_sandbox_bot")
    await bot.client.staff.wait_reply("No open case", topic=topic, timeout=SECONDS)
    assert sum("has ended" in text for text in await said(person)) == 1


async def test_a_topic_without_a_case(bot: Bot) -> None:
    chat = await bot.client.staff.chat_id()
    made = await bot.client.post(f"chats/{chat}/topics", name="Lunch")
    topic = made.get("message_thread_id") or made["topic"]["message_thread_id"]
    await bot.client.staff.say(topic, "pizza?")
    await bot.client.staff.wait_reply("No open case", topic=topic, timeout=SECONDS)


async def test_a_picture_of_staff_is_not_passed_on_and_they_learn_it(bot: Bot) -> None:
    person = await newcomer(bot)
    topic = await open_case(bot, person)
    before = len(await said(person))
    await bot.client.staff.photo(topic, picture_of("way"), caption="the way to us")
    await bot.client.staff.wait_reply("Only text", topic=topic, timeout=SECONDS)
    await from_staff(bot, person, topic)
    assert len(await said(person)) == before + 1


async def test_a_deleted_topic_is_made_anew(bot: Bot) -> None:
    """Nobody tells the bot; the next words of the person find a new topic, and staff can answer there."""
    person = await newcomer(bot)
    topic = await open_case(bot, person)
    await bot.client.staff.topic(topic, "delete")
    seen = await to_staff(bot, person)
    assert seen.topic not in (None, topic)
    again = await to_staff(bot, person)
    assert again.topic == seen.topic
    await from_staff(bot, person, seen.topic or 0)
    names = {t["message_thread_id"]: t["name"] for t in await bot.client.staff.topics()}
    assert names[seen.topic].startswith("Case ")
    assert "English" in names[seen.topic]


async def test_no_right_to_make_topics(bot: Bot) -> None:
    """Then the case stands in General under its number: somebody waits, and staff must see it."""
    await bot.client.staff.bot("administrator", can_manage_topics=False)
    try:
        person = await newcomer(bot)
        await person.say("/human")
        await person.wait_reply(timeout=SECONDS)
        await person.press("handoff:yes")
        await person.wait_reply("/services", timeout=SECONDS)
        await person.say("nobody sees me here")
        seen = await bot.client.staff.wait_reply("nobody sees me here", topic=0, timeout=SECONDS)
        assert seen.text.startswith("Case ")
    finally:
        await bot.client.staff.bot("administrator")
    later = await to_staff(bot, person)
    assert later.topic, "once the right is back, the case gets its topic"
    await from_staff(bot, person, later.topic)


async def test_blocked_by_the_person(bot: Bot) -> None:
    """Staff learn it at once, and again when they write; the bot goes on, also for a person who comes back."""
    person = await newcomer(bot)
    topic = await open_case(bot, person)
    await person.block()
    first = await bot.client.staff.wait_reply("blocked", topic=topic, timeout=SECONDS)
    await bot.client.staff.say(topic, "are you there?")
    await bot.client.staff.wait_reply("blocked", topic=topic, since=first.change, timeout=SECONDS)
    await person.unblock()
    await to_staff(bot, person)
    await from_staff(bot, person, topic)


async def test_no_staff_reply_while_silent_after_an_alarm(bot: Bot) -> None:
    """A phone that must not light up; the next words of the person let the reply go."""
    person = await newcomer(bot)
    topic = await open_case(bot, person)
    await person.say("he is beating me pls help")
    await person.wait_reply("112", timeout=SECONDS)
    await bot.client.staff.wait_reply("danger", topic=topic, timeout=SECONDS)
    await bot.client.staff.say(topic, "we are here")
    await bot.client.staff.wait_reply("Held back", topic=topic, timeout=SECONDS)
    assert not any("we are here" in text for text in await said(person))
    await person.say("i am alone again")
    await person.wait_reply("we are here", timeout=SECONDS)


async def test_in_order_within_a_chat(bot: Bot) -> None:
    person = await newcomer(bot)
    topic = await open_case(bot, person)
    for number in range(15):
        await person.say(f"line {number:02}")
    await to_staff(bot, person)
    lines = [text for text in await topic_texts(bot, topic) if text.startswith("line")]
    assert lines == [f"line {number:02}" for number in range(15)]
    for number in range(15):
        await bot.client.staff.say(topic, f"answer {number:02}", by="Maria" if number % 2 else "Petar")
    await from_staff(bot, person, topic)
    answers = [text.splitlines()[-1] for text in await said(person) if text.splitlines()[-1].startswith("answer")]
    assert answers == [f"answer {number:02}" for number in range(15)]


async def test_words_of_two_people_never_mix(bot: Bot) -> None:
    ann, mei = await newcomer(bot, name="Ann"), await newcomer(bot, name="Mei")
    topics = await open_case(bot, ann), await open_case(bot, mei)
    assert topics[0] != topics[1]
    await bot.client.staff.say(topics[0], "for ann only")
    await bot.client.staff.say(topics[1], "for mei only")
    await ann.wait_reply("for ann only", timeout=SECONDS)
    await mei.wait_reply("for mei only", timeout=SECONDS)
    with pytest.raises(NoReply):
        await ann.wait_reply("for mei", timeout=0.1)
    assert not any("for ann" in text for text in await said(mei))


async def test_an_edit_of_an_agent_reaches_the_person(bot: Bot) -> None:
    person = await newcomer(bot)
    topic = await open_case(bot, person)
    sent = await bot.client.staff.say(topic, "bus 12 at nine")
    await person.wait_reply("bus 12", timeout=SECONDS)
    await bot.client.staff.edit(sent.message_id, "bus 21 at nine")
    await person.wait_reply("bus 21", timeout=SECONDS)


async def test_staff_lines_are_no_commands_of_the_person(bot: Bot) -> None:
    person = await newcomer(bot)
    topic = await open_case(bot, person)
    await bot.client.staff.say(topic, "/hide is what you write when somebody comes")
    await person.wait_reply("/hide is what you write", timeout=SECONDS)
    assert await last_call(bot) > 0
    assert not [c for c in await bot.client.calls("deleteMessages") if str(c["params"]["chat_id"]) == str(person.id)]
