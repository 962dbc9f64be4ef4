"""Run by test_crash.py: works up to one point, says so, and waits there to be killed. Not a test.

Usage: dying_process.py HOME POINT
"""

from __future__ import annotations

import asyncio
import sys

from dying_points import die_before, die_before_commit, die_here

from bot.settings import Settings
from bot.store import Store

CHAT = 7_000_000_017


async def main(home: str, point: str) -> None:
    store = await Store.open(Settings.from_environment({"PRISTAN_HOME": home}))
    if point == "receiving":
        die_before_commit()
    await store.inbox.receive(1, None, CHAT, {"text": "help"})
    if point == "received":
        die_here()
    async with store.turn(CHAT, 1) as turn:
        turn.person.language = "ru"
        turn.save_dialogue(b"snapshot")
        turn.send("sendMessage", {"text": "first"})
        turn.send("sendMessage", {"text": "second"})
        await turn.open_case("asked", {})
        turn.remember_message(1, "in")
        if point == "deciding":
            die_here()
        if point == "writing":
            die_before("INSERT INTO cases")
        if point == "committing":
            die_before_commit()
    if point == "committed":
        die_here()
    item = await store.outbox.next()
    assert item is not None
    await store.outbox.mark_sending(item.id)
    if point == "sending":
        die_here()
    await store.outbox.mark_sent(item.id, 10)
    if point == "sent":
        die_here()
    if point == "wiping":
        die_before("VACUUM")
    async with store.turn(CHAT) as turn:
        await turn.wipe()
        turn.send("deleteMessages", {"message_ids": [1, 10]})
    raise SystemExit(f"there is no point called {point}")


asyncio.run(main(sys.argv[1], sys.argv[2]))
