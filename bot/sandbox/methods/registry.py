"""How a module of this package lists its methods."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from bot.sandbox.params import Params
from bot.sandbox.world import World

Handler = Callable[[World, Params], Awaitable[Any]]


@dataclass(frozen=True)
class Method:
    """One Bot API method.

    Attributes:
        name: as Telegram spells it.
        handle: does it and returns the ``result``.
        sends: it puts messages into a chat, so the flood limit counts it.
    """

    name: str
    handle: Handler
    sends: bool = False


class MethodList:
    """Methods of one module."""

    def __init__(self) -> None:
        self.all: list[Method] = []

    def add(self, name: str, *, sends: bool = False) -> Callable[[Handler], Handler]:
        """Decorator: this function is the Bot API method ``name``."""

        def register(handle: Handler) -> Handler:
            self.all.append(Method(name, handle, sends))
            return handle

        return register
