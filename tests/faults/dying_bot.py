"""Runs the bot until it reaches one point of a turn, and dies there as by a power cut. Not a test; see test_kills.py.

Usage: dying_bot.py POINT. The point counts only from the first update on whose text has the word "boom". The dialogue
model stays "still loading": what is tried here must hold without it, and starts are quick.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import bot.telegram.delivery as delivery_module
from bot.assembly import ModelLoader
from bot.cli import main
from bot.conversation.turn import Conversation
from bot.store.inbox import Inbox, Received
from bot.store.outbox import Outbox
from bot.store.turn import Turn
from bot.telegram.delivery import Delivery
from bot.telegram.turns import Turns

armed = False


def die() -> None:
    if armed:
        os.kill(os.getpid(), signal.SIGKILL)


def dies(function: Callable[..., Awaitable[Any]], when: str) -> Callable[..., Awaitable[Any]]:
    async def wrapped(*arguments: Any, **named: Any) -> Any:
        if when == "before":
            die()
        result = await function(*arguments, **named)
        if when == "after":
            die()
        return result

    return wrapped


POINTS: dict[str, tuple[Any, str, str]] = {
    "before the update is written": (Inbox, "receive_all", "before"),
    "when the update is written": (Inbox, "receive_all", "after"),
    "before the person's turn": (Turns, "of_person", "before"),
    "before the staff's turn": (Turns, "of_staff", "before"),
    "when the turn is decided": (Conversation, "respond", "after"),
    "in the middle of the commit": (Turn, "_commit", "after"),
    "when the turn is committed": (Turn, "__aexit__", "after"),
    "when the call is about to be made": (Outbox, "mark_sending", "after"),
    "when the call was made": (delivery_module, "make", "after"),
    "when the call is written as made": (Outbox, "mark_sent", "after"),
    "before the topic's number is kept": (Delivery, "_made", "before"),
    "when an alarm answered ahead is noted": (Inbox, "note_answered", "after"),
}


def arm() -> None:
    receive_all = Inbox.receive_all

    async def arming(self: Inbox, updates: Sequence[Received]) -> set[int]:
        global armed
        for update in updates:
            message = update.payload.get("message") or {}
            query = update.payload.get("callback_query") or {}
            if "boom" in str(message.get("text", "")) or ("handoff:yes" in str(query.get("data", "")) and TOPIC):
                armed = True
        return await receive_all(self, updates)

    Inbox.receive_all = arming  # type: ignore[method-assign]


def hold_turns() -> None:
    """What comes once the point counts has no turn: only what is done ahead of turns is done."""
    of_person = Turns.of_person

    async def held(self: Turns, *arguments: Any, **named: Any) -> None:
        if armed:
            await asyncio.Event().wait()
        await of_person(self, *arguments, **named)

    Turns.of_person = held  # type: ignore[method-assign]


async def still_loading(self: ModelLoader) -> None:
    await asyncio.Event().wait()


POINT = sys.argv[1] if len(sys.argv) > 1 else ""
TOPIC = POINT == "before the topic's number is kept"
AHEAD = POINT == "when an alarm answered ahead is noted"

if __name__ == "__main__":
    ModelLoader.run = still_loading  # type: ignore[method-assign]
    if POINT:
        owner, name, when = POINTS[POINT]
        setattr(owner, name, dies(getattr(owner, name), when))
        arm()
        if AHEAD:
            hold_turns()
    sys.exit(main(["run"]))
