"""Forms in a real chat: what changes in its place, what staff get, what happens when a message cannot be changed."""

from __future__ import annotations

import pytest

from tests.telegram.chats import SECONDS, Bot, newcomer, said, topic_texts, until

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_card_changes_in_its_place(bot: Bot) -> None:
    person = await newcomer(bot)
    await person.say("/human")
    await person.wait_reply("✓ Language", timeout=SECONDS)
    before = len(await said(person))
    await person.press("card:x:language")
    await person.wait_reply("✗ Language", timeout=SECONDS)
    assert len(await said(person)) == before
    assert not any("✓ Language" in text for text in await said(person))


async def test_a_card_that_cannot_be_changed_is_sent_anew(bot: Bot) -> None:
    person = await newcomer(bot)
    await person.say("/human")
    await person.wait_reply("✓ Language", timeout=SECONDS)
    before = len(await said(person))
    await bot.client.fault("editMessageText", "400", times=1, chat_id=person.id)
    await person.press("card:x:language")
    await person.wait_reply("✗ Language", timeout=SECONDS)
    assert len(await said(person)) == before + 1


async def test_answers_of_the_self_check_do_not_pile_up(bot: Bot) -> None:
    person = await newcomer(bot)
    await person.press("sc:start")
    await person.wait_reply("under 18", timeout=SECONDS)
    await person.press("sc:adult")
    await person.wait_reply("1 of 10", timeout=SECONDS)
    before = len(await said(person))
    await person.press("sc:promised:yes")
    await person.wait_reply("2 of 10", timeout=SECONDS)
    await person.press("sc:papers:no")
    await person.wait_reply("3 of 10", timeout=SECONDS)
    assert len(await said(person)) == before
    assert not any("promised" in text for text in (await said(person))[1:] if "of 10" in text)


async def test_a_report_has_a_topic_of_its_own_and_nobody_behind_it(bot: Bot) -> None:
    person = await newcomer(bot, name="Wilhelmina")
    await person.say("/report")
    await person.wait_reply("30 days", timeout=SECONDS)
    await person.press("rep:recruiter")
    await person.wait_reply("one after the other", timeout=SECONDS)
    await person.say("their account is silverfish zero zero")
    await person.wait_reply("Noted (1)", timeout=SECONDS)
    await person.voice()
    await person.wait_reply("Noted (2)", timeout=SECONDS)
    await person.press("rep:done")
    await person.wait_reply("Where is it", timeout=SECONDS)
    await person.press("rep:skip")
    await person.wait_reply("silverfish", timeout=SECONDS)
    await person.press("rep:send")
    await person.wait_reply("It is sent", timeout=SECONDS)
    seen = await bot.client.staff.wait_reply("silverfish", timeout=SECONDS)
    topic = seen.topic or 0

    async def copied() -> bool:
        return any("voice" in m.message for m in await bot.client.staff.messages(topic=topic, sender="bot"))

    await until(copied, "the voice message did not reach staff")
    await person.say("/hide")
    name = next(t["name"] for t in await bot.client.staff.topics() if t["message_thread_id"] == topic)
    assert name.startswith("REPORT ")
    texts = "".join(await topic_texts(bot, topic))
    assert "Wilhelmina" not in texts and str(person.id) not in texts
    await bot.client.staff.say(topic, "who are you?")
    await bot.client.staff.wait_reply("nobody is connected, nothing was sent", topic=topic, timeout=SECONDS)
    assert not any("who are you" in text for text in await said(person))
