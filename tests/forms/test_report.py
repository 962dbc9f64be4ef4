"""Reports: what happens is said first, nothing goes before "Send", staff see no name."""

from __future__ import annotations

import json

import pytest

from bot.conversation.forms.report import PIECES_MOST, REPORTS_A_DAY
from bot.conversation.messages import Inbound
from bot.store.cases import REPORT
from tests.forms.conftest import STAFF, Chat

pytestmark = pytest.mark.asyncio


async def send_one(chat: Chat, words: str = "the account is called golden zero zero") -> str:
    await chat.command("report")
    await chat.press("rep:recruiter")
    await chat.say(words)
    await chat.press("rep:done")
    await chat.press("rep:skip")
    return await chat.press("rep:send")


async def test_without_staff_it_says_so_and_gives_services(chat_without_staff: Chat) -> None:
    chat = chat_without_staff
    answer = await chat.command("report")
    assert "it would reach nobody" in answer and "form" not in chat.state
    assert "In which country" in await chat.press("need:report")
    assert "where to report" in await chat.say("bulgaria")


async def test_what_happens_is_said_before_anything_is_asked(chat: Chat) -> None:
    answer = await chat.command("report")
    for words in ("30 days", "Telegram group", "Not your name", "Nothing is sent before"):
        assert words in answer


async def test_it_reaches_staff_without_a_name_and_leaves_here(chat: Chat) -> None:
    sent = await send_one(chat)
    number = chat.state["report"]
    assert number in sent and "form" not in chat.state
    calls = [call for call in await chat.outbox() if call["chat_id"] == STAFF]
    assert calls[0]["method"] == "createForumTopic" and calls[0]["name"].startswith(f"REPORT {number}")
    texts = "\n".join(call.get("text", "") for call in calls)
    assert "golden zero zero" in texts and "7" not in texts.replace(number, "").replace("30", "")
    case = await chat.store.cases.get(number)
    assert case is not None and case.kind == REPORT and case.state == "closed"
    assert case.summary["pieces"] == [{"text": "the account is called golden zero zero"}]


async def test_it_is_stored_encrypted(chat: Chat) -> None:
    await send_one(chat, "marker of the account golden zero zero")
    await chat.store.close()
    stored = b"".join(path.read_bytes() for path in chat.settings.home.glob("*.sqlite*"))
    assert b"golden zero" not in stored
    await chat.open()


async def test_a_report_is_no_talk(chat: Chat) -> None:
    await send_one(chat)
    async with chat.store.turn(7) as turn:
        assert await turn.current_case() is None
    await chat.command("human")
    assert "I have asked" in await chat.press("handoff:yes"), "a talk can be opened beside it"


async def test_pictures_are_copied_not_kept_and_pieces_are_bounded(chat: Chat) -> None:
    await chat.command("report")
    await chat.press("rep:situation")
    await chat.send(Inbound("photo", image=b"not read", attached=True, message_id=555))
    assert chat.state["form"]["slots"]["pieces"] == [{"message": 555, "text": ""}]
    for _ in range(PIECES_MOST):
        answer = await chat.say("something that i saw there")
    assert "more does not fit" in answer
    assert len(chat.state["form"]["slots"]["pieces"]) == PIECES_MOST
    await chat.press("rep:done")
    await chat.say("near Plovdiv")
    await chat.press("rep:send")
    copies = [call for call in await chat.outbox() if call["method"] == "copyMessage"]
    assert [(call["from_chat_id"], call["message_id"]) for call in copies] == [(7, 555)]


async def test_forwarded_offers_are_evidence_here_not_screened(chat: Chat) -> None:
    await chat.command("report")
    await chat.press("rep:recruiter")
    offer = "URGENT work in Dubai 5000 dollars a month no experience, passport kept by manager, write @hr_0000 today"
    assert "Noted (1)" in await chat.say(offer, forwarded=True)


async def test_an_alarm_in_a_report_takes_precedence_and_is_kept(chat: Chat) -> None:
    await chat.command("report")
    await chat.press("rep:situation")
    answer = await chat.say("they are beating a girl in the flat next door right now")
    assert "112" in answer and "Noted" not in answer
    assert len(chat.state["form"]["slots"]["pieces"]) == 1


async def test_taking_out_a_piece_and_cancelling(chat: Chat) -> None:
    await chat.command("report")
    await chat.press("rep:recruiter")
    await chat.say("first piece about them")
    await chat.say("my own name is ann example")
    await chat.press("rep:done")
    review = await chat.press("rep:skip")
    assert "ann example" in review
    assert "ann example" not in await chat.press("rep:drop1")
    assert "nothing was sent" in await chat.press("rep:cancel")
    assert chat.state == {} and not [call for call in await chat.outbox() if call["chat_id"] == STAFF]


async def test_a_report_under_way_survives_hiding(chat: Chat) -> None:
    await send_one(chat)
    await chat.command("hide")
    calls = await chat.outbox()
    assert "golden zero zero" in json.dumps([call for call in calls if call.get("chat_id") == STAFF])


async def test_forgetting_takes_the_report_with_it(chat: Chat) -> None:
    await send_one(chat)
    number = chat.state["report"]
    await chat.press("forget:yes")
    assert await chat.store.cases.get(number) is None


async def test_not_too_many_a_day(chat: Chat) -> None:
    for _ in range(REPORTS_A_DAY):
        await send_one(chat)
    assert "until tomorrow" in await chat.command("report")
    chat.later(hours=25)
    assert "what happens with a report" in await chat.command("report")
