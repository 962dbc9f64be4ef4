"""Find help: asks only what is missing, takes answers in any order."""

from __future__ import annotations

import pytest

from tests.forms.conftest import Chat

pytestmark = pytest.mark.asyncio


async def test_all_at_once_asks_nothing(chat: Chat) -> None:
    await chat.command("services")
    answer = await chat.say("a shelter for my sister in Varna")
    assert "Bulgaria: safe place to stay" in answer and "112" in answer
    assert chat.state["form"]["slots"]["who"] == "woman"


async def test_the_emergency_number_stands_above_the_question_for_the_need(chat: Chat) -> None:
    await chat.command("services")
    answer = await chat.say("im in turkey")
    assert answer.index("112") < answer.index("What is needed first")


async def test_the_place_of_somebody_else_is_not_the_persons(chat: Chat) -> None:
    await chat.command("services")
    await chat.say("for my brother, he's in Izmir")
    assert chat.person.country is None
    assert chat.state["form"]["slots"]["country"] == "TR"
    assert "choose it or write its name" in await chat.say("he is beating me help")


async def test_a_correction_drops_the_town_of_the_other_country(chat: Chat) -> None:
    await chat.command("services")
    await chat.say("i am in Milan")
    await chat.press("fneed:legal")
    answer = await chat.say("no, Germany")
    assert "Germany: legal help" in answer
    assert (chat.person.country, chat.person.city) == ("DE", None)


async def test_who_it_is_for_leaves_out_what_does_not_let_them_in(chat: Chat) -> None:
    await chat.command("services")
    await chat.say("bulgaria")
    asked = await chat.press("fneed:shelter")
    assert "Who is it for?" in asked
    for_men = await chat.press("fwho:man")
    assert "Who is it for?" not in for_men and for_men != asked


async def test_somebody_who_took_the_passport_is_not_who_help_is_for(chat: Chat) -> None:
    await chat.command("services")
    await chat.say("my husband took my passport and i am afraid, what now, i have nobody here to ask about this")
    assert not chat.state["form"]["slots"].get("other")


@pytest.mark.parametrize("words", ["never mind", "не надо", "няма нужда", "算了"])
async def test_leaving_with_words(chat: Chat, words: str) -> None:
    await chat.command("services")
    await chat.say(words)
    assert "form" not in chat.state and "expecting" not in chat.person.fields


async def test_nothing_must_be_said(chat: Chat) -> None:
    await chat.command("services")
    answer = await chat.say("i don't want to say")
    assert "112" in answer and "need not say it" in answer and "{" not in answer and "&lt;" not in answer
    assert "form" not in chat.state
    await chat.command("services")
    await chat.say("italy")
    assert "Italy: who can help" in await chat.say("i don't know")


async def test_start_leaves_but_after_a_day_offers(chat: Chat) -> None:
    await chat.command("services")
    await chat.command("start")
    assert "form" not in chat.state
    await chat.command("services")
    chat.later(hours=26)
    assert "Shall we go on?" in await chat.command("start")
    assert "In which country" in await chat.press("form:on")


async def test_a_yes_after_a_day_answers_nothing(chat: Chat) -> None:
    await chat.command("services")
    await chat.say("spain")
    chat.later(hours=26)
    assert "Shall we go on?" in await chat.say("yes")


async def test_what_comes_after_getting_out(chat: Chat) -> None:
    await chat.command("services")
    await chat.say("poland")
    await chat.press("fneed:recovery")
    data = [button.data for reply in chat.replies for row in reply.buttons for button in row]
    assert {"recovery:training", "recovery:compensation", "recovery:home"} <= set(data)
    assert "nobody has to be convicted" in await chat.press("recovery:compensation")
    assert "Who checks the employer" in await chat.press("recovery:training")
    assert "free programmes" in await chat.press("recovery:home")


async def test_old_and_forged_buttons(chat: Chat) -> None:
    for data in ("fneed:xx", "fwho:everyone", "fwho:", "form:on", "rep:send", "sc:papers:yes", "sc:xx:yes", "card:x:xx",
                 "recovery:money", "card:callback_yes", "rep:drop99", "sc:"):  # fmt: skip
        assert await chat.press(data)
        assert "form" not in chat.state


async def test_hiding_and_age_erase_the_form(chat: Chat) -> None:
    await chat.command("services")
    await chat.say("greece")
    await chat.command("hide")
    await chat.say("/start")
    assert "form" not in chat.state
    await chat.command("services")
    chat.later(days=8)
    await chat.store.retention.sweep()
    await chat.command("help")
    assert chat.state == {}
