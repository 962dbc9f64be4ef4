"""The bot, with a deletion left out on request, and a look into its own memory. Not a test; run by test_forgetting.py.

The file TEST_LEFT_OUT names what a wipe must leave out; empty: nothing. Every statement a wipe changes rows with is
appended to the file TEST_STATEMENTS. On SIGUSR1 the process looks for what the file TEST_MARKS describes in everything
Python holds, and writes where it was found into the file TEST_MEMORY.
"""

from __future__ import annotations

import gc
import json
import os
import re
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
    async with self._writing, self._engine.connect() as plain:
        connection = await plain.execution_options(pristan_no_transaction=True)
        await connection.exec_driver_sql("VACUUM")
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
    """Every text and number that is held by anything the collector knows, against the marks."""
    marks = json.loads(MARKS.read_text())
    words, numbers = re.compile("|".join(marks["words"])), set(marks["numbers"])
    gc.collect()
    found: list[str] = []
    for holder in gc.get_objects():
        if isinstance(holder, types.FrameType) or any(holder is own for own in (marks, *marks.values(), numbers)):
            continue
        for held in gc.get_referents(holder):
            kind = type(held)
            if (kind is str and words.search(held)) or (kind is int and held in numbers):
                found.append(f"{type(holder).__module__}.{type(holder).__qualname__}")
            elif kind is bytes and words.search(held.decode("utf-8", "ignore")):
                found.append(f"bytes in {type(holder).__qualname__}")
    draft = MEMORY.with_suffix(".draft")
    draft.write_text(json.dumps(found))
    draft.replace(MEMORY)


if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, look)
    delivery.MESSAGES_PER_MINUTE_PER_GROUP = 6000
    sys.exit(main(["--verbose", "run"]))
