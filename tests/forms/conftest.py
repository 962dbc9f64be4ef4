"""A conversation over the real texts, directory and store, without the dialogue model: forms must not need it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.assembly import Content, conversation
from bot.conversation.messages import Inbound, Reply
from bot.handoff.relay import Relay
from bot.handoff.staff_hours import StaffHours
from bot.settings import Settings
from bot.store.store import Store
from bot.telegram.sending import enqueue

STAFF = -1001


@pytest.fixture(scope="session")
def content() -> Content:
    return Content.load(Settings.from_environment({}).locales)


class Chat:
    """One person's chat with the bot, on a clock that can be moved.

    Args:
        content: texts, rules, directory.
        home: state folder.
        staff: whether staff are connected.
    """

    def __init__(self, content: Content, home: Path, *, staff: bool = True) -> None:
        self.now = datetime(2026, 11, 22, 10, 0, tzinfo=timezone.utc)
        hours = StaffHours.parse("Mo-Fr 09:00-18:00", "Europe/Sofia")
        self.relay = Relay(content.catalogues, STAFF if staff else None, hours=hours, clock=lambda: self.now)
        self.talk = conversation(content, self.relay, clock=lambda: self.now)
        self.catalogues = content.catalogues
        self.settings = replace(
            Settings.from_environment({}), home=home, secret_key_file=home / "secret.key", database_url=None
        )
        self.number = 100
        self.state: dict[str, Any] = {}
        self.person: Any = None

    async def open(self) -> Chat:
        self.store = await Store.open(self.settings, clock=lambda: self.now)
        return self

    async def send(self, inbound: Inbound) -> list[Reply]:
        async with self.store.turn(7) as turn:
            replies = await self.talk.respond(inbound, turn)
            enqueue(turn, replies, self.catalogues, turn.person.language or "en")
            self.state, self.person = dict(turn.talk), turn.person
        return replies

    async def say(self, text: str, **more: Any) -> str:
        self.number += 1
        inbound = Inbound("text", text, language_code="en", message_id=self.number, **more)
        return "\n".join(reply.text for reply in await self.send(inbound))

    async def press(self, data: str) -> str:
        inbound = Inbound("button", data, language_code="en", message_id=self.number)
        self.replies = await self.send(inbound)
        return "\n".join(reply.text for reply in self.replies)

    async def command(self, name: str) -> str:
        inbound = Inbound("command", command=name, language_code="en", message_id=self.number)
        return "\n".join(reply.text for reply in await self.send(inbound))

    async def outbox(self) -> list[dict[str, Any]]:
        """Every call that waits, in order, taken out one by one as the delivery would."""
        calls = []
        while lanes := await self.store.outbox.lanes_waiting():
            for lane in lanes:
                item = await self.store.outbox.next(lane)
                if item is not None:
                    await self.store.outbox.mark_sending(item.id)
                    calls.append({"method": item.method, **item.params})
                    await self.store.outbox.mark_sent(item.id)
        return calls

    def later(self, **time: float) -> None:
        self.now += timedelta(**time)


@pytest_asyncio.fixture
async def chat(content: Content, tmp_path: Path):  # type: ignore[no-untyped-def]
    made = await Chat(content, tmp_path).open()
    yield made
    await made.store.close()


@pytest_asyncio.fixture
async def chat_without_staff(content: Content, tmp_path: Path):  # type: ignore[no-untyped-def]
    made = await Chat(content, tmp_path, staff=False).open()
    yield made
    await made.store.close()
