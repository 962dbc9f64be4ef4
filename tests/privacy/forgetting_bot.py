"""The bot, with a deletion left out on request, and a look into its own memory. Not a test; run by test_forgetting.py.

The file TEST_LEFT_OUT names what a wipe must leave out; empty: nothing. Every statement a wipe changes rows with is
appended to the file TEST_STATEMENTS. On SIGUSR1 the process looks for what the file TEST_MARKS describes in everything
Python holds, and writes where it was found into the file TEST_MEMORY.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import types
from pathlib import Path
from typing import Any

from sqlalchemy import event, false
from sqlalchemy.engine import Engine
from sqlalchemy.sql.dml import Delete, Update

from bot.cli import main
from bot.conversation.turn import Conversation
from bot.store import outbox, person_keys, turn
from bot.store.engine import Database
from bot.store.store import Store
from bot.telegram import delivery

LEFT_OUT, STATEMENTS, MARKS, MEMORY = (
    Path(os.environ[name]) for name in ("TEST_LEFT_OUT", "TEST_STATEMENTS", "TEST_MARKS", "TEST_MEMORY")
)
#: A message with this word cannot be worked on: its update stays in the inbox.
BREAKS = "breaks-" + "the-turn"
#: A table longer than this is a tokenizer's: its numbers are not those of chats.
VOCABULARY = 20_000
wiping = False


def left_out() -> str:
    return LEFT_OUT.read_text()


# Statements of a wipe


async def erase_person(*arguments: Any) -> None:
    global wiping
    wiping = True
    try:
        await original_erase(*arguments)
    finally:
        wiping = False


def before_execute(_connection: Any, statement: Any, many: Any, one: Any, _options: Any) -> tuple[Any, Any, Any]:
    if wiping and isinstance(statement, (Delete, Update)):
        name = f"{type(statement).__name__.lower()} {statement.table.name}"
        with STATEMENTS.open("a") as file:
            file.write(name + "\n")
        if left_out() == name:
            statement = statement.where(false())
    return statement, many, one


original_erase, turn.erase_person = turn.erase_person, erase_person
event.listen(Engine, "before_execute", before_execute, retval=True)

# What follows a wipe


async def purge(self: Database) -> bool:
    if left_out() == "clean the files":
        return True
    if left_out() != "cut the journal":
        return await original_purge(self)

    async def vacuum(connection: Any) -> None:
        await connection.exec_driver_sql("VACUUM")

    assert self._sqlite is not None
    async with self._writing:
        await self._sqlite.run(vacuum, begin=False, pristan_no_transaction=True)
    return True


async def renew_keys_copy(self: Store) -> bool:
    return True if left_out() == "renew the copy of the keys" else await original_renew(self)


async def destroy_once(connection: Any, ref: str) -> bool:
    return False if left_out() == "destroy the one-off key" else await original_destroy(connection, ref)


def send(self: Any, method: str, params: dict[str, Any], **rest: Any) -> Any:
    if left_out() == method:
        method, params, rest = "setMyCommands", {"commands": [], "scope": {"chat_id": 0}}, {**rest, "purpose": "menu"}
    return original_send(self, method, params, **rest)


original_purge, Database.purge = Database.purge, purge  # type: ignore[method-assign]
original_renew, Store.renew_keys_copy = Store.renew_keys_copy, renew_keys_copy  # type: ignore[method-assign]
original_destroy = person_keys.destroy_once_key_if_unused
outbox.destroy_once_key_if_unused = destroy_once
original_send, turn.Turn.send = turn.Turn.send, send  # type: ignore[method-assign]

# Something that went wrong before, and memory

remembered: list[Any] = []


async def respond(self: Conversation, inbound: Any, unit: Any, **rest: Any) -> Any:
    if BREAKS in inbound.text:
        raise RuntimeError(f"cannot work on {inbound.text}")
    if left_out() == "forget in memory":
        remembered.append(inbound)
    return await original_respond(self, inbound, unit, **rest)


original_respond, Conversation.respond = Conversation.respond, respond  # type: ignore[method-assign]


def look(*_: Any) -> None:
    """Every text and number that is held by anything the collector knows, against the marks.

    All words of a person end alike; the ending comes in two halves, so that the question is not found itself.
    """
    marks = json.loads(MARKS.read_text())
    ending, number = "".join(marks["ending"]), int(marks["number"])
    gc.collect()
    found: list[str] = []
    for holder in gc.get_objects():
        if isinstance(holder, types.FrameType):
            continue
        held_here = gc.get_referents(holder)
        vocabulary = len(held_here) > VOCABULARY
        for held in held_here:
            if type(held) in (dict, tuple) and not gc.is_tracked(held):
                held_here.extend(gc.get_referents(held))  # holds only plain values, so the collector leaves it out
            elif (type(held) is str and ending in held) or (type(held) is int and held == number and not vocabulary):
                name = getattr(holder, "__qualname__", "")
                held_by = sorted({type(other).__qualname__ for other in gc.get_referrers(holder)})[:6]
                found.append(f"{type(holder).__qualname__} {name} holds a {type(held).__name__}; held by {held_by}")
    draft = MEMORY.with_suffix(".draft")
    draft.write_text(json.dumps(found))
    draft.replace(MEMORY)


if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, look)
    delivery.MESSAGES_PER_MINUTE_PER_GROUP = 6000
    sys.exit(main(["--verbose", "run"]))
