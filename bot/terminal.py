"""``pristan chat``: talk to the bot in a terminal. Nothing is kept: the state folder is a temporary one."""

from __future__ import annotations

import asyncio
import dataclasses
import sys
import tempfile
from pathlib import Path

from bot.assembly import Content, ModelLoader, conversation
from bot.content.keyboard_layout import as_meant
from bot.conversation.messages import Inbound, Reply
from bot.handoff.relay import Relay
from bot.settings import Settings
from bot.store.store import Store
from bot.telegram.rendering import parse

#: A chat that exists in this terminal only.
_CHAT = 1


def _show(replies: list[Reply]) -> list[str]:
    """Print replies; the callback data of their buttons, in the order of the numbers shown."""
    data: list[str] = []
    for reply in replies:
        print("\n" + parse(reply.text)[0])
        for row in reply.buttons:
            shown = []
            for button in row:
                data.append(button.data)
                shown.append(f"[{len(data)}] {button.label}")
            print("   " + "   ".join(shown))
    print()
    return data


async def chat(settings: Settings, language: str | None) -> None:
    """Read lines until the end of input; a number presses the button of that number.

    Somebody at a terminal is answered from the first second, without the model if need be; lines from a file wait for
    the model.

    Args:
        settings: where texts and models are.
        language: the language to begin in.
    """
    content = Content.load(settings.locales)
    with tempfile.TemporaryDirectory() as folder:
        private = dataclasses.replace(
            settings,
            home=Path(folder),
            secret_key_file=Path(folder) / "secret.key",
            database_url=None,
            staff_chat_id=None,
        )
        model = ModelLoader(settings, content, lambda line: print(line, file=sys.stderr))
        loading = asyncio.create_task(model.run())
        talk = conversation(content, Relay(content.catalogues, None), model)
        async with await Store.open(private) as store:
            buttons: list[str] = []
            inbound = Inbound("command", command="start", language_code=language)
            while True:
                async with store.turn(_CHAT) as turn:
                    replies = await talk.respond(inbound, turn)
                buttons = _show(replies) or buttons
                line = await asyncio.to_thread(sys.stdin.readline)
                if not line:
                    break
                if not sys.stdin.isatty():
                    print(f"> {line.strip()}")
                    await asyncio.wait({loading})
                inbound = _inbound(line.strip(), buttons, language)
        loading.cancel()
        await asyncio.gather(loading, return_exceptions=True)


def _inbound(line: str, buttons: list[str], language: str | None) -> Inbound:
    if line.isdigit() and 1 <= int(line) <= len(buttons):
        return Inbound("button", text=buttons[int(line) - 1], language_code=language)
    if line.startswith("/"):
        command, _, argument = line[1:].partition(" ")
        return Inbound("command", text=argument, command=command, language_code=language)
    return Inbound("text", as_meant(line), language_code=language)
