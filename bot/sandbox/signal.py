"""Wake everybody who waits for a change of the sandbox's state."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")


class Signal:
    """One change bell on one event loop; a waiter looks again each time it rings."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    def ring(self) -> None:
        """Wake every waiter."""
        waiting, self._waiting = self._waiting, set()
        for waiter in waiting:
            if not waiter.done():
                waiter.set_result(None)

    async def until(self, look: Callable[[], Result | None], seconds: float) -> Result | None:
        """Wait until ``look`` returns something other than nothing.

        Args:
            look: called at once and after every ring; must not block.
            seconds: longest wait.

        Returns:
            What ``look`` found, or nothing when the time is over.
        """
        deadline = time.monotonic() + seconds
        while True:
            found = look()
            left = deadline - time.monotonic()
            if found is not None or left <= 0:
                return found
            bell: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.add(bell)
            try:
                # Not wait_for: on Python 3.10 it swallows a cancellation that comes together with the ring.
                await asyncio.wait([bell], timeout=left)
            finally:
                self._waiting.discard(bell)
