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
        self._event = asyncio.Event()

    def ring(self) -> None:
        """Wake every waiter."""
        event, self._event = self._event, asyncio.Event()
        event.set()

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
            event = self._event
            found = look()
            if found is not None:
                return found
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            try:
                await asyncio.wait_for(event.wait(), left)
            except asyncio.TimeoutError:
                return look()
