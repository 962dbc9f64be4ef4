"""What Telegram refuses, the sandbox refuses, with the same words and codes."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity
from telegram.error import BadRequest, InvalidToken, RetryAfter

from bot.sandbox.client import PersonClient, SandboxClient
from bot.sandbox.server import SandboxServer


def keyboard(**button: Any) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton("Button", **button)]])


@pytest.mark.parametrize(
    ("text", "mode", "words"),
    [
        ("<b>open", "HTML", "can't parse entities: Can't find end tag corresponding to start tag \"b\""),
        ("<foo>x</foo>", "HTML", 'can\'t parse entities: Unsupported start tag "foo" at byte offset 0'),
        ("да <b>x</i>", "HTML", 'Unmatched end tag at byte offset 9, expected "</b>", found "</i>"'),
        ("x</b>", "HTML", "Unexpected end tag at byte offset 1"),
        ("a < b", "HTML", "can't parse entities: Un"),
        ("Done.", "MarkdownV2", "Character '.' is reserved and must be escaped with the preceding '\\'"),
        ("*bold", "MarkdownV2", "Can't find end of Bold entity at byte offset 0"),
        ("_x", "Markdown", "Can't find end of the entity starting at byte offset 0"),
        ("x", "RTF", "unsupported parse_mode"),
        ("   ", None, "message text is empty"),
        ("<b> </b>", "HTML", "message text is empty"),
    ],
)
async def test_texts(bot: Bot, anna: PersonClient, text: str, mode: str | None, words: str) -> None:
    with pytest.raises(BadRequest, match=f"(?i){re.escape(words)}"):
        await bot.send_message(anna.id, text, parse_mode=mode)
    assert len(await anna.messages(sender="bot")) == 0


async def test_the_longest_texts_that_fit(bot: Bot, anna: PersonClient, picture: bytes) -> None:
    for text in ("x" * 4097, "😀" * 2049):
        with pytest.raises(BadRequest, match=r"(?i)message is too long"):
            await bot.send_message(anna.id, text)
    assert len((await bot.send_message(anna.id, "x" * 4096)).text) == 4096
    assert (await bot.send_message(anna.id, "<b>" + "😀" * 2048 + "</b>", parse_mode="HTML")).text == "😀" * 2048
    assert await bot.send_photo(anna.id, picture, caption="x" * 1024)
    with pytest.raises(BadRequest, match=r"(?i)message caption is too long"):
        await bot.send_photo(anna.id, picture, caption="x" * 1025)


@pytest.mark.parametrize(
    ("button", "words"),
    [
        ({"callback_data": "я" * 33}, "BUTTON_DATA_INVALID"),
        ({"callback_data": ""}, "BUTTON_DATA_INVALID"),
        ({"url": "tel:+00000000000"}, "is invalid: Wrong HTTP URL"),
        ({"url": "http://localhost/x"}, "is invalid: Wrong HTTP URL"),
        ({}, "text buttons are unallowed in the inline keyboard"),
    ],
)
async def test_buttons(bot: Bot, anna: PersonClient, button: dict[str, str], words: str) -> None:
    markup = {"inline_keyboard": [[{"text": "Button", **button}]]}
    with pytest.raises(BadRequest, match=f"(?i){re.escape(words)}"):
        await bot.do_api_request("sendMessage", {"chat_id": anna.id, "text": "x", "reply_markup": markup})


async def test_buttons_that_just_fit(bot: Bot, anna: PersonClient) -> None:
    assert await bot.send_message(anna.id, "x", reply_markup=keyboard(callback_data="я" * 32))
    assert await bot.send_message(anna.id, "x", reply_markup=keyboard(url="https://example.org/a?b=1"))
    many = InlineKeyboardMarkup([[InlineKeyboardButton("b", callback_data="x")] * 8] * 13)
    with pytest.raises(BadRequest, match=r"(?i)reply markup is too long"):
        await bot.send_message(anna.id, "x", reply_markup=many)


async def test_entities_out_of_bounds(bot: Bot, anna: PersonClient) -> None:
    assert (await bot.send_message(anna.id, "😀x", entities=[MessageEntity("bold", 0, 2)])).entities[0].length == 2
    with pytest.raises(BadRequest, match=r"(?i)entity beginning at UTF-16 offset 0 ends after the end of the text"):
        await bot.send_message(anna.id, "abc", entities=[MessageEntity("bold", 0, 4)])
    with pytest.raises(BadRequest, match=r"(?i)middle of a UTF-16 symbol"):
        await bot.send_message(anna.id, "😀x", entities=[MessageEntity("bold", 1, 1)])


async def test_a_link_telegram_would_not_follow_is_only_words(bot: Bot, anna: PersonClient) -> None:
    sent = await bot.send_message(anna.id, '<a href="tel:+00000000000">call</a> us', parse_mode="HTML")
    assert (sent.text, sent.entities) == ("call us", ())


async def test_replies_and_threads_that_are_not_there(bot: Bot, server: SandboxServer, anna: PersonClient) -> None:
    with pytest.raises(BadRequest, match=r"(?i)message to be replied not found"):
        await bot.send_message(anna.id, "x", reply_to_message_id=4711)
    assert await bot.send_message(anna.id, "x", reply_to_message_id=4711, allow_sending_without_reply=True)
    for thread in (1, 4711):
        with pytest.raises(BadRequest, match=r"(?i)message thread not found"):
            await bot.send_message(server.staff_chat_id, "x", message_thread_id=thread)


async def test_tokens_and_methods(server: SandboxServer) -> None:
    with pytest.raises(InvalidToken):
        await Bot("000000:" + "X" * 35, base_url=server.base_url).initialize()
    async with httpx.AsyncClient(base_url=server.url) as http:
        unknown = await http.post(f"/bot{server.token}/sendTelepathy")
        assert (unknown.status_code, unknown.json()) == (
            404,
            {"ok": False, "error_code": 404, "description": "Not Found"},
        )
        stranger = await http.get("/bot000000:" + "X" * 35 + "/getMe")
        assert (stranger.status_code, stranger.json()["description"]) == (401, "Unauthorized")
        assert (await http.get("/botnonsense/getMe")).status_code == 404


@pytest.mark.parametrize("way", ["query", "form", "json", "multipart", "get"])
async def test_parameters_come_in_any_form(server: SandboxServer, anna: PersonClient, way: str) -> None:
    params = {"chat_id": str(anna.id), "text": "привет 🙂"}
    async with httpx.AsyncClient(base_url=f"{server.base_url}{server.token}") as http:
        if way == "query":
            response = await http.post("/sendMessage", params=params)
        elif way == "get":
            response = await http.get("/SENDMESSAGE", params=params)
        elif way == "form":
            response = await http.post("/sendMessage", data=params)
        elif way == "json":
            response = await http.post("/sendMessage", json={**params, "chat_id": anna.id})
        else:
            response = await http.post("/sendMessage", files={name: (None, value) for name, value in params.items()})
    assert response.json()["result"]["text"] == "привет 🙂"


async def test_flood_limits_as_telegram_publishes_them(
    bot: Bot, sandbox: SandboxClient, anna: PersonClient, server: SandboxServer
) -> None:
    for _ in range(40):
        await bot.send_message(anna.id, "generous by default")
    await sandbox.flood("telegram")
    with pytest.raises(RetryAfter) as caught:
        for _ in range(60):
            await bot.send_message(anna.id, "too fast")
    assert caught.value._retry_after.total_seconds() == 1
    await sandbox.advance(60)
    with pytest.raises(RetryAfter) as caught:
        for _ in range(60):
            await bot.send_message(server.staff_chat_id, "too fast for a group")
    assert 1 <= caught.value._retry_after.total_seconds() <= 3, "one each three seconds"
    assert 20 <= len(await sandbox.staff.messages(sender="bot")) < 60
