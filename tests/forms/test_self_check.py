"""The self-check: one question at a time, never a verdict, a child's path of its own."""

from __future__ import annotations

import re

import pytest

from bot.content.languages import LANGUAGES
from bot.conversation.forms.self_check import ADULT, CHILD, TELLS, note_told
from tests.forms.conftest import Chat

pytestmark = pytest.mark.asyncio

#: Words of a verdict, or of a promise nobody can make.
VERDICT = {
    "en": r"you are (not )?(a )?(trafficked|victim)|you are safe|is safe\b|victim",
    "ru": r"жертв|вы в безопасности|безопасно[.!]",
    "bg": r"жертва|в безопасност сте|вие сте в безопасност",
    "zh": r"受害者|受害人|你是安全的|你很安全",
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("answer", ["yes", "no", "unsure", "skip"])
@pytest.mark.parametrize("age", ["adult", "minor", "age_skip"])
async def test_no_way_through_ends_in_a_verdict(chat: Chat, language: str, answer: str, age: str) -> None:
    await chat.press(f"lang:{language}")
    said = await chat.press("sc:start")
    said += await chat.press(f"sc:{age}")
    questions = CHILD if age == "minor" else ADULT
    for question in questions:
        assert chat.state["form"]["step"] == question.id
        said += await chat.press(f"sc:{question.id}:{answer}")
    assert "form" not in chat.state
    assert not re.search(VERDICT[language], said, re.IGNORECASE), said
    buttons = [button.data for row in chat.replies[-1].buttons for button in row]
    assert f"need:{'child' if age == 'minor' else 'hotline'}" in buttons and "do:talk_to_human" in buttons
    if answer == "yes":
        assert len(chat.state["signs"]) == len(questions)
        assert "source:check.result.some" in buttons


async def test_under_18_the_numbers_come_first(chat: Chat) -> None:
    await chat.say("i am in bulgaria")
    await chat.press("sc:start")
    answer = await chat.say("16")
    assert answer.index("112") < answer.index("1 of 8")
    assert chat.state["minor"]


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("26", "1 of 10"),
        ("i am 26 years old", "1 of 10"),
        ("мне 31 год", "1 of 10"),
        ("i'm 15 years old", "1 of 8"),
        ("мне 14", "1 of 8"),
        ("съм на 16 години", "1 of 8"),
        ("我十五岁", "1 of 8"),
        ("older", "1 of 10"),
        ("i work 16 hours a day without any rest", None),
    ],
)
async def test_the_age_in_words(chat: Chat, words: str, first: str | None) -> None:
    await chat.press("lang:en")
    await chat.press("sc:start")
    answer = await chat.say(words)
    if first is None:
        check = chat.state.get("paused") or chat.state["form"]
        assert (check["name"], check["step"]) == ("self_check", "age")
    else:
        assert first in answer


async def test_a_parent_is_not_asked_as_a_child(chat: Chat) -> None:
    await chat.say("help, they want to sell my daughter, she is 14 years old")
    assert "minor" not in chat.state
    await chat.say("i am 14 and he wants naked photos of me")
    assert chat.state.get("minor")
    assert "1 of 8" in await chat.press("sc:start")


async def test_what_was_told_is_not_asked_but_can_be_denied(chat: Chat) -> None:
    async with chat.store.turn(7) as turn:
        await turn.load_dialogue()
        turn.talk["told"] = ["ask_passport_taken", "ask_unpaid_wages"]
    await chat.press("sc:start")
    answer = await chat.press("sc:adult")
    assert "Someone keeps your papers" in answer and "1 of 8" in answer
    assert "1 of 10" in await chat.press("sc:wrong")


async def test_a_question_is_not_a_sign(chat: Chat) -> None:
    async with chat.store.turn(7) as turn:
        await turn.load_dialogue()
        note_told(turn, "ask_passport_taken", "may a boss keep my passport?")
        assert turn.talk == {}
        note_told(turn, "ask_passport_taken", "my boss keeps my passport")
        assert turn.talk == {"told": ["ask_passport_taken"]}


async def test_every_sign_has_a_question_and_texts(chat: Chat) -> None:
    assert set(TELLS.values()) <= {question.id for question in ADULT}
    for question in (*ADULT, *CHILD):
        for kind in ("ask", "sign"):
            for language in LANGUAGES:
                assert chat.catalogues.text(f"check.{kind}.{question.id}", language)


async def test_an_old_button_corrects_its_answer(chat: Chat) -> None:
    await chat.press("sc:start")
    await chat.press("sc:adult")
    await chat.press("sc:promised:yes")
    await chat.press("sc:papers:no")
    again = await chat.press("sc:promised:no")
    assert "3 of 10" in again
    assert chat.state["form"]["slots"]["answers"] == {"promised": "no", "papers": "no"}


async def test_stopping_keeps_nothing_where_nothing_was_told(chat: Chat) -> None:
    await chat.press("sc:start")
    await chat.press("sc:adult")
    await chat.press("sc:promised:no")
    assert "Nothing was kept" in await chat.press("sc:stop")
    assert "form" not in chat.state and "signs" not in chat.state


async def test_a_yes_that_may_mean_danger_shows_the_number(chat: Chat) -> None:
    await chat.say("i am in italy")
    await chat.press("sc:start")
    await chat.press("sc:adult")
    for question in ADULT:
        answer = await chat.press(f"sc:{question.id}:yes")
        assert ("right now" in answer) == (question.urgent and question is not ADULT[-1])
        if question.urgent:
            assert "112" in answer


async def test_an_alarm_takes_precedence_and_the_questions_wait(chat: Chat) -> None:
    await chat.press("sc:start")
    await chat.press("sc:adult")
    alarm = await chat.say("he is beating me right now")
    assert "112" in alarm and "1 of 10" not in alarm
    assert "1 of 10" in await chat.say("go on")


async def test_a_search_in_between_does_not_lose_the_answers(chat: Chat) -> None:
    await chat.press("sc:start")
    await chat.press("sc:adult")
    await chat.press("sc:promised:yes")
    await chat.command("services")
    await chat.say("spain")
    await chat.press("fneed:legal")
    assert "2 of 10" in await chat.press("form:on")
    assert chat.state["form"]["slots"]["answers"] == {"promised": "yes"}
