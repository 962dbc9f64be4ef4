"""One port of the bot's process: a web server beside everything else, which logs nothing and leaves signals alone."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp

#: Seconds open connections get to finish when a port is closed.
GRACE_SECONDS = 2


class HttpPort:
    """Serves one application while it is open.

    Args:
        app: it.
        name: for errors and tasks.
        keep_alive: how long an idle connection stays, seconds.
        most_at_once: requests beyond which callers are turned away; None: no bound.
    """

    def __init__(self, app: ASGIApp, name: str, *, keep_alive: int = 5, most_at_once: int | None = None) -> None:
        self._name = name
        # No logging at all: an access log would hold tokens, and a log of bodies what people wrote.
        config = uvicorn.Config(
            app, log_config=None, access_log=False, lifespan="off", ws="none", server_header=False,
            timeout_graceful_shutdown=GRACE_SECONDS, timeout_keep_alive=keep_alive, limit_concurrency=most_at_once,
        )  # fmt: skip
        self._server = _Server(config)
        self._task: asyncio.Task[None] | None = None
        self.number = 0

    async def open(self, host: str, number: int) -> None:
        """Listen; returns when requests are answered.

        Args:
            host: address of this machine.
            number: 0 takes any free one; see ``number`` afterwards.

        Raises:
            OSError: the port is taken.
        """
        listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, number))
        except OSError:
            listener.close()
            raise
        self.number = int(listener.getsockname()[1])
        self._task = asyncio.create_task(self._server.serve(sockets=[listener]), name=self._name)
        while not self._server.started:
            if self._task.done():
                await self._task
                raise OSError(f"the {self._name} did not start")
            await asyncio.sleep(0.01)

    async def close(self) -> None:
        """Close it; harmless when it is not open."""
        self._server.should_exit = True
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None


class _Server(uvicorn.Server):
    """uvicorn without its hold on signals: they are the bot's."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the process's signal handlers alone."""
        yield
