"""``pristan run``: the bot on Telegram, or, without a token, in the sandbox with its page."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import gc
import logging
import signal
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from bot.assembly import Content, ModelLoader, conversation
from bot.content.catalogues import compile_catalogues
from bot.handoff.relay import Relay
from bot.handoff.safe_hours import may_arrive
from bot.operation.allocator import few_pools, give_back
from bot.operation.metrics import Metrics
from bot.operation.notify import Notifier
from bot.settings import Settings
from bot.store.clock import utc_now
from bot.store.store import Store
from bot.telegram.application import TelegramBot

if TYPE_CHECKING:
    from bot.http_port import HttpPort
    from bot.sandbox.server import SandboxServer

_log = logging.getLogger("bot.run")

#: Page and Bot API of the sandbox.
SANDBOX_PORT = 8080
#: After so long the first poll has brought what waited at Telegram, seconds.
_FIRST_POLL_SECONDS = 1.5
#: The model waits no longer than this for a quiet moment, seconds: a busy bot may never have one.
_FIRST_ANSWERS_SECONDS = 10.0
#: How often expired data is erased, seconds.
_SWEEP_SECONDS = 3600.0
#: How often messages are looked through that delete themselves, seconds.
_AUTO_DELETE_SECONDS = 60.0
#: How often it is looked whether the hours have come in which a person may be written to.
_SAFE_HOURS_SECONDS = 60.0

#: How often unused memory is given back, seconds. It takes some hundredths of a second.
_MEMORY_SECONDS = 300.0


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


async def run(
    settings: Settings, *, sandbox_port: int = SANDBOX_PORT, started: Callable[[str], None] | None = None
) -> None:
    """Run until SIGINT or SIGTERM.

    Args:
        settings: where things are; without a token the sandbox is opened and used.
        sandbox_port: port of the sandbox on 127.0.0.1; 0 lets the system choose.
        started: called with the sandbox's address once people can write.

    Raises:
        OSError: the port of the sandbox, or of health and metrics, is taken.
    """
    few_pools()
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, stopping.set)
    with contextlib.suppress(OSError):  # a read-only installation is compiled when it is made
        compile_catalogues(settings.locales)
    gc.disable()  # what is read now stays: looking through it again and again would take half a second of the start
    content = Content.load(settings.locales)
    gc.freeze()
    gc.enable()
    sandbox: SandboxServer | None = None
    if settings.telegram_bot_token is None:
        from bot.sandbox.server import SandboxServer  # a start on Telegram need not wait for a web server

        sandbox = SandboxServer(settings.staff_chat_id) if settings.staff_chat_id else SandboxServer()
        await sandbox.start(port=sandbox_port)
        settings = dataclasses.replace(
            settings,
            telegram_bot_token=sandbox.token,
            telegram_api_url=sandbox.url,
            staff_chat_id=sandbox.staff_chat_id,
        )
    store = await Store.open(settings)
    metrics = Metrics()
    model = ModelLoader(settings, content, _say)
    relay = Relay(
        content.catalogues, settings.staff_chat_id, language=settings.staff_language, hours=settings.staff_hours
    )
    telegram = TelegramBot(
        token=settings.telegram_bot_token or "",
        api_url=settings.telegram_api_url,
        store=store,
        conversation=conversation(content, relay, model, utc_now, settings.files_at_once),
        catalogues=content.catalogues,
        relay=relay,
        clock=utc_now,
        limits=settings.limits,
        files_at_once=settings.files_at_once,
        metrics=metrics,
    )
    background: list[asyncio.Task[None]] = []
    notifier = Notifier()
    health: HttpPort | None = None
    try:
        if settings.health_port is not None:
            health = await _open_health(settings, store, metrics, telegram, model)
        background.append(asyncio.create_task(notifier.stay(lambda: telegram.working)))
        await telegram.start()
        notifier.say("READY=1")
        if sandbox is not None:
            _say(f"Pristan is ready. Try it in a browser: {sandbox.url}")
            _say("No TELEGRAM_BOT_TOKEN is set, so this is the sandbox; nothing leaves this machine.")
        else:
            _say("Pristan answers on Telegram.")
        _say("Emergencies, the directory and offers are answered already; the dialogue model follows.")
        if started is not None:
            started(sandbox.url if sandbox is not None else settings.telegram_api_url)
        for work in (
            _bring_up(telegram, content, model),
            _sweep(store, settings.staff_chat_id),
            _auto_delete(store),
            _safe_hours(store),
            _announce(model),
            _give_back_memory(),
        ):
            background.append(asyncio.create_task(work))
        await stopping.wait()
        _say("Stopping: finishing what is under way.")
    finally:
        notifier.say("STOPPING=1")
        for task in background:
            task.cancel()
        await asyncio.gather(*background, return_exceptions=True)
        await telegram.stop()
        if health is not None:
            await health.close()
        await store.close()
        if sandbox is not None:
            await sandbox.stop()


async def _open_health(
    settings: Settings, store: Store, metrics: Metrics, telegram: TelegramBot, model: ModelLoader
) -> HttpPort:
    from bot.operation.health import Health, health_port  # a start without a port need not wait for a web server

    health = Health(store, metrics, lambda: telegram.working, lambda: telegram.connected, model.ready.is_set, utc_now)
    port = health_port(health)
    await port.open(settings.health_host, settings.health_port or 0)
    _log.info("health and metrics on port %d of %s", port.number, settings.health_host)
    return port


async def _bring_up(telegram: TelegramBot, content: Content, model: ModelLoader) -> None:
    """Heavy work, once those who had written before the start are answered: it would take the processor from them."""
    await asyncio.sleep(_FIRST_POLL_SECONDS)
    # A task of its own, waited for but never cancelled: cancelling would reach the turns it waits for.
    idle = asyncio.create_task(telegram.dispatcher.idle())
    await asyncio.wait([idle], timeout=_FIRST_ANSWERS_SECONDS)
    await asyncio.to_thread(content.warm_up)
    await model.run()


async def _announce(model: ModelLoader) -> None:
    await model.ready.wait()
    _say("The dialogue model answers.")


async def _give_back_memory() -> None:
    """Let the system have what a rush of messages left unused."""
    while True:
        await asyncio.sleep(_MEMORY_SECONDS)
        await asyncio.to_thread(give_back)


async def _auto_delete(store: Store) -> None:
    """Have messages deleted whose time has come, as people picked it."""
    while True:
        try:
            await store.auto_delete.sweep()
        except Exception as error:
            _log.error("messages could not be looked through for deletion (%s); trying again", type(error).__name__)
        await asyncio.sleep(_AUTO_DELETE_SECONDS)


async def _safe_hours(store: Store) -> None:
    """Let agents' words go that waited for the hours a person named."""
    while True:
        await asyncio.sleep(_SAFE_HOURS_SECONDS)
        try:
            for case in await store.cases.queue():
                named = case.summary.get("hours", "any") != "any"
                if named and may_arrive(case.summary, None, utc_now()):
                    person = await store.people.get(case.person_ref)
                    if person is not None and not person.silent:
                        await store.outbox.release(case.person_ref)
        except Exception as error:
            _log.error("words that wait for their hours stay held (%s); trying again", type(error).__name__)


async def _sweep(store: Store, staff_chat_id: int | None) -> None:
    """Erase what has expired, now and then, here and in the staff's group."""
    while True:
        try:
            swept = await store.retention.sweep()
            if swept.topic_ids and staff_chat_id is not None:
                async with store.turn(None) as turn:
                    for topic in swept.topic_ids:
                        params = {"chat_id": staff_chat_id, "message_thread_id": topic}
                        turn.send("deleteForumTopic", params, purpose="expired", lane=f"topic:{topic}")
        except Exception as error:
            _log.error("expired data could not be erased (%s); trying again later", type(error).__name__)
        await asyncio.sleep(_SWEEP_SECONDS)
