"""The consent card, honest waiting, safe hours, the wish to be called."""

from __future__ import annotations

import pytest

from tests.forms.conftest import STAFF, Chat

pytestmark = pytest.mark.asyncio


def to_staff(calls: list[dict]) -> str:
    return "\n".join(call.get("text", "") for call in calls if call["chat_id"] == STAFF)


async def from_agent(chat: Chat, words: str) -> None:
    async with chat.store.turn(7) as turn:
        case = await turn.current_case()
        assert case is not None
        chat.relay.from_agent(turn, case, words, 1)


async def reached(chat: Chat) -> str:
    calls = await chat.outbox()
    return "\n".join(call.get("markup", call.get("text", "")) for call in calls if call["chat_id"] == 7)


async def test_only_lines_that_were_not_struck_out_reach_staff(chat: Chat) -> None:
    await chat.say("i am in greece")
    await chat.press("sc:start")
    await chat.press("sc:adult")
    await chat.press("sc:promised:yes")
    await chat.press("sc:stop")
    card = await chat.command("human")
    assert "✓ Place: Greece" in card and "✓ Signs from the questions" in card and "✓ Language: English" in card
    assert "✗ Signs" in await chat.press("card:x:signs")
    assert chat.replies[0].instead_of is not None, "the card changes in its place"
    assert "✗ Language" in await chat.press("card:x:language")
    await chat.outbox()
    await chat.press("handoff:yes")
    seen = to_staff(await chat.outbox())
    assert "Greece" in seen and "promised" not in seen and "English" not in seen


async def test_the_next_human_is_named_on_the_persons_clock(chat: Chat) -> None:
    """It is Sunday noon; staff are there from Monday 09:00 in Sofia."""
    await chat.say("i am in germany")
    assert "tomorrow 08:00 your time" in await chat.command("human")
    await chat.press("country:RU")
    assert "in about 21 h" in await chat.command("human"), "whose clock is not known is not guessed"
    await chat.press("country:DE")
    chat.later(hours=24)
    assert "People of the team are there now: today 17:00 your time" in await chat.command("human")


async def test_the_code_word_is_the_same_on_both_sides(chat: Chat) -> None:
    await chat.command("human")
    first = chat.state["card"]["word"]
    await chat.press("card:w")
    word = chat.catalogues.text(f"codeword.{chat.state['card']['word']}", "en")
    assert chat.state["card"]["word"] != first
    await chat.outbox()
    assert f"<b>{word}</b>" in await chat.press("handoff:yes")
    assert f"Code word: {word}" in to_staff(await chat.outbox())


async def test_who_asked_only_to_be_answered_is_not_written_to_first(chat: Chat) -> None:
    await chat.command("human")
    await chat.press("card:f")
    await chat.press("handoff:yes")
    await chat.outbox()
    await from_agent(chat, "hello, are you there")
    assert "are you there" in await reached(chat), "they have just asked"
    chat.later(hours=2)
    await from_agent(chat, "first word of the morning")
    await from_agent(chat, "second word of the morning")
    calls = await chat.outbox()
    assert "of the morning" not in "\n".join(str(call) for call in calls if call["chat_id"] == 7)
    assert "asked not to be written to now" in to_staff(calls)
    await chat.say("i am here again")
    words = await reached(chat)
    assert words.index("first word") < words.index("second word")


async def test_words_wait_for_the_hours_the_person_named(chat: Chat) -> None:
    await chat.say("i am in bulgaria")
    await chat.command("human")
    await chat.press("card:h:evening")
    await chat.press("handoff:yes")
    await chat.outbox()
    chat.later(hours=2)  # 14:00 in Sofia
    await from_agent(chat, "too early")
    assert "too early" not in await reached(chat)
    chat.later(hours=5)  # 19:00
    await from_agent(chat, "in the evening")
    assert "in the evening" in await reached(chat)


async def test_a_wish_to_be_called_is_for_staff_alone(chat: Chat) -> None:
    await chat.command("human")
    await chat.press("handoff:yes")
    await chat.outbox()
    await chat.press("card:callback")
    assert "I would pass this on: 000 000 0000 at night" in await chat.say("000 000 0000 at night")
    assert "000" not in to_staff(await chat.outbox()), "not before it was confirmed"
    await chat.press("card:callback_yes")
    assert "000 000 0000 at night" in to_staff(await chat.outbox())
    async with chat.store.turn(7) as turn:
        case = await turn.current_case()
    assert case is not None and case.summary["callback"] == "000 000 0000 at night"


async def test_words_without_a_number_go_to_the_agent(chat: Chat) -> None:
    await chat.command("human")
    await chat.press("handoff:yes")
    await chat.outbox()
    await chat.press("card:callback")
    assert await chat.say("i have no phone of my own") == ""
    assert "no phone of my own" in to_staff(await chat.outbox())


async def test_one_case_a_person_and_the_bot_is_back_after_it(chat: Chat) -> None:
    await chat.command("human")
    await chat.press("handoff:yes")
    assert "already" in await chat.command("human")
    assert "already" in await chat.press("handoff:yes")
    assert "Write it here, they read it" in await chat.command("report")
    await chat.outbox()
    async with chat.store.turn(7) as turn:
        case = await turn.current_case()
        assert case is not None
        chat.relay.close(turn, case, "agent")
    assert "I am the program again" in await reached(chat)
    assert "In which country" in await chat.command("services")


async def test_consent_is_for_what_the_card_showed(chat: Chat) -> None:
    assert "A person from our team can join" in await chat.press("handoff:yes"), "a button without a card"
    await chat.say("i am in greece")
    card = await chat.press("handoff:yes")
    assert "✓ Place: Greece" in card, "told since the card was shown: it is shown again"
    await chat.outbox()
    assert "I have asked" in await chat.press("handoff:yes")
    assert "Greece" in to_staff(await chat.outbox())


async def test_without_staff_the_card_is_not_offered(chat_without_staff: Chat) -> None:
    assert "No person from our team can be reached" in await chat_without_staff.command("human")
    await chat_without_staff.press("handoff:yes")
    async with chat_without_staff.store.turn(7) as turn:
        assert await turn.current_case() is None
