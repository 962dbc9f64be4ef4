"""The bot as people run it: a process of its own, speaking HTTP to a sandbox that lives in the test and survives it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from pathlib import Path

from bot.sandbox.client import SandboxClient
from bot.sandbox.server import SandboxServer

ROOT = Path(__file__).resolve().parent.parent
#: Longest start that is waited for, seconds: a busy machine may be slow, a bot that never comes must fail the test.
START_SECONDS = 90
MODEL_SECONDS = 300


class BotProcess:
    """One bot process on one state folder.

    Args:
        server: the Bot API server it talks to.
        home: state folder; reuse it to start the bot again after it was killed.
        program: module or script that runs it, and its arguments.
        staff: whether the staff's group is connected.
        environment: more variables.
    """

    def __init__(
        self,
        server: SandboxServer,
        home: Path,
        *,
        program: tuple[str, ...] = ("-m", "bot", "run"),
        staff: bool = True,
        environment: dict[str, str] | None = None,
    ) -> None:
        self.server = server
        self.home = home
        self._program = program
        self._staff = staff
        self._environment = environment or {}
        self.process: asyncio.subprocess.Process | None = None
        self.log = ""
        self._reading: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()

    async def start(self, *, wait_for: str = "Emergencies") -> BotProcess:
        """Start it and wait for a line of its log."""
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("PRISTAN_", "TELEGRAM_"))
        }
        environment |= {
            "TELEGRAM_BOT_TOKEN": self.server.token,
            "TELEGRAM_API_URL": self.server.url,
            "PRISTAN_HOME": str(self.home),
            **({"PRISTAN_LOCALES": os.environ["TEST_LOCALES"]} if "TEST_LOCALES" in os.environ else {}),
            **({"PRISTAN_STAFF_CHAT_ID": str(self.server.staff_chat_id)} if self._staff else {}),
            **self._environment,
        }
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            *self._program,
            cwd=ROOT,
            env=environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        self._reading = asyncio.create_task(self._read())
        await self.wait_log(wait_for, START_SECONDS)
        return self

    async def wait_model(self) -> None:
        """Wait until the dialogue model answers."""
        await self.wait_log("dialogue model answers", MODEL_SECONDS)

    async def wait_log(self, words: str, seconds: float) -> None:
        """Wait until the log says something."""
        deadline = time.monotonic() + seconds
        while words not in self.log:
            if self.process is None or self.process.returncode is not None:
                raise AssertionError(f"the bot ended before it said «{words}»:\n{self.log[-3000:]}")
            left = deadline - time.monotonic()
            if left <= 0:
                raise AssertionError(f"the bot did not say «{words}» within {seconds} s:\n{self.log[-3000:]}")
            self._changed.clear()
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._changed.wait(), min(left, 1.0))

    async def kill(self) -> None:
        """End it as a power cut would."""
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGKILL)
        await self.ended()

    async def stop(self) -> int:
        """Ask it to stop and wait; returns its exit code."""
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
        return await self.ended()

    async def ended(self) -> int:
        """Wait until it has ended; returns its exit code."""
        assert self.process is not None
        code = await asyncio.wait_for(self.process.wait(), 60)
        if self._reading is not None:
            await self._reading
        return code

    async def _read(self) -> None:
        assert self.process is not None and self.process.stdout is not None
        while chunk := await self.process.stdout.read(4096):
            self.log += chunk.decode("utf-8", "replace")
            self._changed.set()
        self._changed.set()


@contextlib.asynccontextmanager
async def sandbox():  # type: ignore[no-untyped-def]
    """A sandbox server and a client that plays people."""
    server = SandboxServer()
    await server.start(port=0)
    try:
        async with SandboxClient(server.url) as client:
            yield server, client
    finally:
        await server.stop()
