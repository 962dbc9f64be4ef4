"""What the tests of the Telegram side do again and again: meet the bot, ask for a person, look at a chat."""

from __future__ import annotations

import io
import itertools
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from PIL import Image, ImageDraw, ImageFont

from bot.sandbox.client import PersonClient, SandboxClient, Seen
from bot.sandbox.server import SandboxServer
from tests import waiting
from tests.bot_process import BotProcess

#: How long an answer is waited for; it takes far less, but the machine that runs the tests may be busy.
SECONDS = 20
PROGRAM = (str(Path(__file__).with_name("quick_bot.py")),)

_Found = TypeVar("_Found")
_marks = itertools.count(1)


class Bot(NamedTuple):
    """A bot that runs, the server it talks to, and those who write to it."""

    server: SandboxServer
    client: SandboxClient
    process: BotProcess


def picture_of(text: str) -> bytes:
    """A screenshot of a text."""
    font = ImageFont.truetype("DejaVuSans.ttf", 26)
    picture = Image.new("RGB", (1200, 60 + 44 * len(text.splitlines())), "white")
    ImageDraw.Draw(picture).multiline_text((30, 30), text, fill="black", font=font, spacing=12)
    written = io.BytesIO()
    picture.save(written, "PNG")
    return written.getvalue()


async def newcomer(bot: Bot, language: str | None = "en", name: str = "Ann") -> PersonClient:
    """Somebody who has pressed Start and has been greeted."""
    person = await bot.client.person(name, language_code=language)
    await person.start()
    await person.wait_reply(timeout=SECONDS)
    return person


async def open_case(bot: Bot, person: PersonClient) -> int:
    """Ask for a person and consent; returns the number of the case's topic."""
    await person.say("/human")
    await person.wait_reply(timeout=SECONDS)
    await person.press("handoff:yes")
    await person.wait_reply("/services", timeout=SECONDS)
    return (await to_staff(bot, person)).topic or 0


async def to_staff(bot: Bot, person: PersonClient) -> Seen:
    """Something new from the person that has reached staff: whatever they sent before is through by then."""
    words = f"milestone {next(_marks)} end"
    await person.say(words)
    return await bot.client.staff.wait_reply(words, timeout=SECONDS)


async def from_staff(bot: Bot, person: PersonClient, topic: int) -> Seen:
    """Something new from staff that has reached the person: whatever staff sent before is through by then."""
    words = f"milestone {next(_marks)} end"
    await bot.client.staff.say(topic, words)
    return await person.wait_reply(words, timeout=SECONDS)


async def said(person: PersonClient) -> list[str]:
    """Everything the bot has in the person's chat."""
    return [seen.text for seen in await person.messages(sender="bot")]


async def topic_texts(bot: Bot, topic: int) -> list[str]:
    """Everything the bot has in a topic."""
    return [seen.text for seen in await bot.client.staff.messages(topic=topic, sender="bot") if seen.text]


async def until(look: Callable[[], Awaitable[_Found | None]], complaint: str) -> _Found:
    """As :func:`tests.waiting.until`, for as long as an answer of the bot is waited for."""
    return await waiting.until(look, complaint, SECONDS)


async def until_empty(bot: Bot, person: PersonClient, left: int = 0) -> None:
    """Wait until the chat shows no more than ``left`` messages."""

    async def look() -> bool:
        return len(await person.messages()) <= left

    await until(look, "the chat still shows messages")


async def until_called(
    bot: Bot, method: str, *, after: int = 0, outcome: object = None, chat_id: int | None = None, **params: object
) -> dict[str, Any]:
    """Wait for a finished call of the bot, with these parameters; returns it."""
    if chat_id is not None:
        params["chat_id"] = chat_id
    wanted = {name: str(value) for name, value in params.items()}

    async def look() -> dict[str, Any] | None:
        for call in await bot.client.calls(method, after=after):
            sent = {name: str(call["params"].get(name)) for name in wanted}
            if sent == wanted and outcome in (None, call["outcome"]):
                return call
        return None

    return await until(look, f"no call of {method} with outcome {outcome}")


async def until_met(bot: Bot, person: PersonClient) -> None:
    """Wait until every failure planned for a person's chat has been met by a call, which may still be under way."""

    async def look() -> bool:
        planned = (await bot.client.get("faults"))["faults"]
        return not [fault for fault in planned if fault["chat_id"] == person.id]

    await until(look, "a planned failure was not met")


async def last_call(bot: Bot) -> int:
    """Number of the last call the bot has made."""
    calls = await bot.client.calls()
    return int(calls[-1]["n"]) if calls else 0


async def press_forged(bot: Bot, person: PersonClient, data: str) -> Seen:
    """Press a button the bot has never made, as a changed client may, and wait for the answer and the spinner."""
    message = (await person.messages(sender="bot"))[-1]
    stored = bot.server.world.chats[person.id].messages[message.message_id]
    stored.markup = stored.payload["reply_markup"] = {"inline_keyboard": [[{"text": "forged", "callback_data": data}]]}
    query = await person.press(data)
    assert await person.wait_answer(query, timeout=SECONDS) == ""
    return await person.wait_reply(timeout=SECONDS)
