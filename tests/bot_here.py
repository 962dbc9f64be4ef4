"""The bot inside the test's own process: the real store, outbox and library against a sandbox, and no model."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.assembly import Content, conversation
from bot.handoff.relay import Relay
from bot.operation.metrics import Metrics
from bot.safety.limits import Limits
from bot.sandbox.client import SandboxClient
from bot.sandbox.server import SandboxServer
from bot.settings import Settings
from bot.store.clock import Clock, utc_now
from bot.store.store import Store
from bot.telegram.application import TelegramBot
from tests.bot_process import ROOT, sandbox


@functools.cache
def content() -> Content:
    """What is shipped, read once for all tests of a process."""
    loaded = Content.load(ROOT / "locales")
    loaded.warm_up()
    return loaded


@dataclass
class BotHere:
    """A bot that runs here."""

    server: SandboxServer
    client: SandboxClient
    store: Store
    telegram: TelegramBot
    metrics: Metrics
    settings: Settings

    async def settled(self) -> None:
        """Wait until nothing is being decided or sent."""
        await self.telegram.dispatcher.idle()
        await self.store.outbox.idle()


@contextlib.asynccontextmanager
async def bot_here(
    home: Path, *, limits: Limits | None = None, clock: Clock = utc_now, **options: Any
) -> AsyncIterator[BotHere]:
    """Run one on a sandbox of its own.

    Args:
        home: state folder.
        limits: of one person.
        clock: the bot's.
        options: further ones of `TelegramBot`.
    """
    loaded = content()
    settings = Settings.from_environment({"PRISTAN_HOME": str(home)})
    metrics = Metrics(renewed=0.0)
    async with sandbox() as (server, client), await Store.open(settings, clock) as store:
        relay = Relay(loaded.catalogues, server.staff_chat_id)
        telegram = TelegramBot(
            token=server.token,
            api_url=server.url,
            store=store,
            conversation=conversation(loaded, relay, None, clock, options.get("files_at_once", 2)),
            catalogues=loaded.catalogues,
            relay=relay,
            clock=clock,
            limits=limits,
            metrics=metrics,
            **options,
        )
        await telegram.start()
        try:
            yield BotHere(server, client, store, telegram, metrics, settings)
        finally:
            await telegram.stop()
