"""``/healthz``, ``/readyz`` and ``/metrics`` on a port of their own, which is closed unless PRISTAN_HEALTH_PORT is set.

They answer whoever can reach the port, so they tell nothing about anybody, and the port is on loopback by default.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.http_port import HttpPort
from bot.operation.metrics import Gauge, Metrics
from bot.store.backlog import read_backlog
from bot.store.clock import Clock
from bot.store.store import Store

#: How long the database may take to say how it is, seconds.
_DATABASE_SECONDS = 2.0
_PAGE = os.sysconf("SC_PAGE_SIZE")


class Health:
    """What is asked for, and who knows it.

    Args:
        store: for what waits.
        metrics: of the process.
        working: whether the bot's own tasks run.
        connected: whether the Bot API server answered lately.
        model_ready: whether the dialogue model answers; people are answered without it.
        clock: the time.
    """

    def __init__(
        self,
        store: Store,
        metrics: Metrics,
        working: Callable[[], bool],
        connected: Callable[[], bool],
        model_ready: Callable[[], bool],
        clock: Clock,
    ) -> None:
        self._store = store
        self._metrics = metrics
        self._working = working
        self._connected = connected
        self._model_ready = model_ready
        self._clock = clock

    async def alive(self, request: Request) -> Response:
        """200 while the process does its work; otherwise it should be started anew."""
        return PlainTextResponse("alive\n") if self._working() else PlainTextResponse("stuck\n", 503)

    async def ready(self, request: Request) -> Response:
        """200 when people are answered; ``model`` is named but not needed for that."""
        parts = {
            "database": await self._database() is not None,
            "telegram": self._connected(),
            "delivery": self._working(),
        }
        ready = all(parts.values())
        return JSONResponse({"ready": ready, **parts, "model": self._model_ready()}, 200 if ready else 503)

    async def metrics(self, request: Request) -> Response:
        """Figures for Prometheus."""
        gauges = await self._gauges()
        return PlainTextResponse(self._metrics.exposition(gauges), media_type="text/plain; version=0.0.4")

    async def _database(self) -> list[Gauge] | None:
        try:
            waits = await asyncio.wait_for(read_backlog(self._store.database, self._clock()), _DATABASE_SECONDS)
            counted = await asyncio.wait_for(self._store.counters.read(), _DATABASE_SECONDS)
        except Exception:
            return None
        doubles = counted.get("outbox.doubtful", 0)
        lost = sum(number for name, number in counted.items() if name.startswith("outbox.failed."))
        return [
            Gauge("inbox_waiting", "Messages of people and staff whose turn is not done.", waits.updates),
            Gauge("inbox_oldest_seconds", "Age of the oldest of them.", waits.update_seconds),
            Gauge("inbox_failed", "Messages over which a turn failed for good.", counted.get("inbox.failed", 0)),
            Gauge("outbox_waiting", "Answers to be sent now.", waits.calls),
            Gauge("outbox_oldest_seconds", "For how long the oldest of them could have been sent.", waits.call_seconds),
            Gauge("outbox_held", "Answers that wait until the person may be written to.", waits.held),
            Gauge("outbox_given_up", "Answers given up, ever.", lost),
            Gauge("outbox_doubtful", "Answers that may have arrived twice, ever.", doubles),
            Gauge("cases_open", "Talks with staff that are open.", waits.cases),
        ]

    async def _gauges(self) -> list[Gauge]:
        database = await self._database()
        return [
            Gauge("database_up", "Whether the database answers.", database is not None),
            Gauge("telegram_up", "Whether the Bot API server answered lately.", self._connected()),
            Gauge("model_up", "Whether the dialogue model answers.", self._model_ready()),
            Gauge("memory_bytes", "Memory of the process.", _memory()),
            *(database or ()),
        ]


def health_port(health: Health) -> HttpPort:
    """The port on which it is shown, not yet open."""
    routes = [
        Route("/healthz", health.alive, methods=["GET"]),
        Route("/readyz", health.ready, methods=["GET"]),
        Route("/metrics", health.metrics, methods=["GET"]),
    ]
    return HttpPort(Starlette(routes=routes), "health port", most_at_once=20)


def _memory() -> int:
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * _PAGE
    except OSError:  # no such file where this is no Linux
        return 0
