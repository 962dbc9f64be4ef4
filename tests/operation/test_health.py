"""Health and metrics: true, on loopback, closed unless asked for, and without anything about anybody."""

from __future__ import annotations

import asyncio
import re
import socket
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from bot.operation.health import Health, health_port
from bot.operation.metrics import FAMILIES, Gauge, Metrics
from bot.operation.notify import Notifier
from bot.store.clock import utc_now
from tests import waiting
from tests.bot_here import BotHere, bot_here
from tests.telegram.chats import SECONDS

pytestmark = pytest.mark.asyncio(loop_scope="module")
#: A line of the exposition format without labels of people: name, perhaps one label of a fixed value, a number.
LINE = re.compile(r'pristan_[a-z_]+(\{[a-z]+="[a-z0-9.+A-Z]+"\})? -?[0-9.e+]+')


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def watched(tmp_path_factory):  # type: ignore[no-untyped-def]
    """A bot and the address of its health port."""
    async with bot_here(tmp_path_factory.mktemp("health")) as bot:
        telegram = bot.telegram
        health = Health(
            bot.store, bot.metrics, lambda: telegram.working, lambda: telegram.connected, lambda: False, utc_now
        )
        port = health_port(health)
        await port.open("127.0.0.1", 0)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port.number}") as http:
            yield bot, http
        await port.close()


async def test_alive_and_ready(watched: tuple[BotHere, httpx.AsyncClient]) -> None:
    bot, http = watched

    async def connected() -> bool:
        return bot.telegram.connected

    await waiting.until(connected, "never connected", SECONDS)
    assert (await http.get("/healthz")).text == "alive\n"
    ready = await http.get("/readyz")
    assert ready.status_code == 200
    assert ready.json() == {"ready": True, "database": True, "telegram": True, "delivery": True, "model": False}
    assert (await http.get("/")).status_code == 404
    assert (await http.post("/healthz")).status_code == 405


async def test_figures_count_and_name_nobody(watched: tuple[BotHere, httpx.AsyncClient]) -> None:
    bot, http = watched
    person = await bot.client.person("Zofia", language_code="bg")
    await person.say("he is beating me marmotte7391 in Turkey")
    await person.wait_reply("112", timeout=SECONDS)
    await bot.settled()
    text = (await http.get("/metrics")).text
    figures = [line for line in text.splitlines() if not line.startswith("#")]
    assert all(LINE.fullmatch(line) for line in figures), figures
    assert 'pristan_updates_total{kind="message"} 1' in figures
    assert 'pristan_turns_total{outcome="done"} 1' in figures
    assert "pristan_turn_seconds_count 1" in figures
    for name in ("inbox_waiting", "outbox_waiting", "outbox_oldest_seconds", "cases_open"):
        assert f"pristan_{name} 0" in figures
    assert "pristan_database_up 1" in figures
    for told in ("marmotte", "danger", "alarm.", "Zofia", str(person.id), '"bg"', '"en"', '"TR"'):
        assert told not in text


async def test_a_database_that_is_away(watched: tuple[BotHere, httpx.AsyncClient], monkeypatch) -> None:  # type: ignore[no-untyped-def]
    from bot.operation import health

    async def away(*_: object) -> None:
        raise OSError

    _, http = watched
    monkeypatch.setattr(health, "read_backlog", away)
    ready = await http.get("/readyz")
    assert ready.status_code == 503
    assert ready.json()["database"] is False
    assert "pristan_database_up 0" in (await http.get("/metrics")).text
    assert (await http.get("/healthz")).status_code == 200, "starting anew would not help"


async def test_a_task_that_died(watched: tuple[BotHere, httpx.AsyncClient], monkeypatch) -> None:  # type: ignore[no-untyped-def]
    bot, http = watched
    ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    ended.set_result(None)
    monkeypatch.setattr(bot.telegram, "_delivering", ended)
    assert (await http.get("/healthz")).status_code == 503


async def test_activity_is_shown_by_the_minute() -> None:
    """Whoever asks each second must not see when somebody wrote."""
    now = 0.0
    metrics = Metrics(lambda: now)
    metrics.count("updates", "message")
    now = 59.0
    assert 'pristan_updates_total{kind="message"} 0' in metrics.exposition([])
    now = 60.0
    assert 'pristan_updates_total{kind="message"} 1' in metrics.exposition([Gauge("up", "Up.", True)])


async def test_nothing_that_is_not_declared_can_be_counted() -> None:
    with pytest.raises(KeyError):
        Metrics().count("updates", "ru")
    assert not {label for family in FAMILIES.values() for label in family.values} & {"ru", "en", "bg", "zh", "danger"}


async def test_signs_of_life(tmp_path: Path) -> None:
    address = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(address)
        systemd.setblocking(False)
        notifier = Notifier({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "20000"})
        notifier.say("READY=1")
        loop = asyncio.get_running_loop()
        assert await loop.sock_recv(systemd, 100) == b"READY=1"
        works = True
        staying = asyncio.create_task(notifier.stay(lambda: works))
        assert await loop.sock_recv(systemd, 100) == b"WATCHDOG=1"
        works = False
        await asyncio.sleep(0.05)
        while True:  # what was said before
            try:
                systemd.recv(100)
            except BlockingIOError:
                break
        await asyncio.sleep(0.05)
        with pytest.raises(BlockingIOError):
            systemd.recv(100)
        staying.cancel()
    quiet = Notifier({})
    quiet.say("READY=1")
    assert quiet.every is None
    await quiet.stay(lambda: True)
