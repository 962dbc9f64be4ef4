"""Waiting for what a test wants to see, however busy the machine is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

_Found = TypeVar("_Found")


async def until(look: Callable[[], Awaitable[_Found | None]], complaint: str, seconds: float) -> _Found:
    """Look again and again until there is something to see; returns it.

    Raises:
        AssertionError: with the complaint, when nothing was seen for so long.
    """
    clock = asyncio.get_running_loop().time
    end = clock() + seconds
    while True:
        found = await look()
        if found:
            return found
        assert clock() < end, complaint
        await asyncio.sleep(0.02)
