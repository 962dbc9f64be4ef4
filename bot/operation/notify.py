"""Word to systemd: that the bot is ready, that it is alive, that it stops.

The protocol is one datagram a message (https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html); without
``NOTIFY_SOCKET`` in the environment nothing is said.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import Callable, Mapping


class Notifier:
    """Speaks to systemd.

    Args:
        environment: of the process, where systemd says whether it listens.
    """

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        address = environment.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address
        usec = environment.get("WATCHDOG_USEC", "")
        #: How often a sign of life is given: twice in the time systemd waits for one, seconds; None: not wanted.
        self.every: float | None = int(usec) / 2_000_000 if usec.isdigit() and int(usec) else None

    def say(self, state: str) -> None:
        """Say one thing, such as ``READY=1``; where systemd does not listen, nothing happens."""
        if not self._address:
            return
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
            out.sendto(state.encode(), self._address)

    async def stay(self, working: Callable[[], bool]) -> None:
        """Give signs of life for as long as the bot works; systemd ends and restarts a process that gives none.

        Args:
            working: whether the bot's own tasks run.
        """
        if self.every is None:
            return
        while True:
            if working():
                self.say("WATCHDOG=1")
            await asyncio.sleep(self.every)
