"""A process is killed (SIGKILL) at defined points; another one opens the same files and finds everything."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import Settings
from bot.store import Store
from bot.store.inbox import MAX_ATTEMPTS

#: The chat of tests/store/dying_process.py.
CHAT = 7_000_000_017


def killed_at(settings: Settings, point: str) -> None:
    program = Path(__file__).with_name("dying_process.py")
    child = subprocess.Popen(
        [sys.executable, str(program), str(settings.home), point],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert child.stdout.readline() == b"here\n"
    finally:
        os.kill(child.pid, signal.SIGKILL)
        child.communicate()
    assert child.returncode == -signal.SIGKILL


async def sendable(store: Store) -> list[tuple[dict, bool]]:
    found = []
    while (item := await store.outbox.next()) is not None:
        await store.outbox.mark_sending(item.id)
        await store.outbox.mark_sent(item.id)
        found.append((item.params, item.doubtful))
    return found


async def reopen(settings: Settings) -> Store:
    store = await Store.open(settings)
    await store.outbox.recover()
    return store


async def test_killed_while_receiving_the_update_is_telegrams_to_repeat(settings: Settings, file_bytes) -> None:
    killed_at(settings, "receiving")
    async with await reopen(settings) as store:
        assert await store.inbox.waiting() == []
        assert await store.inbox.receive(1, None, CHAT, {"text": "help"}) is True


@pytest.mark.parametrize("point", ["received", "deciding", "writing", "committing"])
async def test_killed_before_the_commit_the_update_waits_and_nothing_else_happened(
    settings: Settings, file_bytes, point: str
) -> None:
    killed_at(settings, point)
    async with await reopen(settings) as store:
        assert [item.payload for item in await store.inbox.waiting()] == [{"text": "help"}]
        assert await store.inbox.receive(1, None, CHAT, {"text": "help"}) is False
        assert await store.outbox.next() is None
        assert await store.cases.queue() == []
        assert await store.people.get(store.people.ref(CHAT)) is None
        async with store.turn(CHAT, 1) as turn:
            assert await turn.load_dialogue() is None
            turn.send("sendMessage", {"text": "first"})
        assert await sendable(store) == [({"text": "first"}, False)]
        assert await store.inbox.waiting() == []


async def test_killed_after_the_commit_everything_is_there(settings: Settings, file_bytes) -> None:
    killed_at(settings, "committed")
    async with await reopen(settings) as store:
        assert await store.inbox.waiting() == []
        assert await store.inbox.receive(1, None, CHAT, {"text": "help"}) is False
        assert [case.kind for case in await store.cases.queue()] == ["asked"]
        async with store.turn(CHAT) as turn:
            assert turn.person.language == "ru" and await turn.load_dialogue() == b"snapshot"
        assert await sendable(store) == [({"text": "first"}, False), ({"text": "second"}, False)]


async def test_killed_while_sending_the_call_is_made_again_and_marked(settings: Settings, file_bytes) -> None:
    killed_at(settings, "sending")
    async with await reopen(settings) as store:
        assert await sendable(store) == [({"text": "first"}, True), ({"text": "second"}, False)]
        assert await store.counters.read() == {"outbox.doubtful": 1}


async def test_killed_after_sending_the_call_is_not_made_again(settings: Settings, file_bytes) -> None:
    killed_at(settings, "sent")
    async with await reopen(settings) as store:
        assert await sendable(store) == [({"text": "second"}, False)]
        async with store.turn(CHAT) as turn:
            assert (await turn.wipe()).message_ids == (1, 10)


async def test_killed_in_a_wipe_the_next_start_ends_it(settings: Settings, file_bytes) -> None:
    killed_at(settings, "wiping")
    # The journal was not emptied yet: this is what the next start must find and remove.
    trace = b"asked"
    assert trace in file_bytes()
    async with await reopen(settings) as store:
        assert trace not in file_bytes()
        assert store.people.ref(CHAT).encode() not in file_bytes()
        assert await sendable(store) == [({"message_ids": [1, 10]}, False)]


async def test_an_update_that_kills_the_process_each_time_is_given_up(settings: Settings, file_bytes) -> None:
    killed_at(settings, "received")
    for _ in range(MAX_ATTEMPTS):
        async with await reopen(settings) as store:
            assert [item.update_id for item in await store.inbox.waiting()] == [1]
            await store.turn(CHAT, 1).__aenter__()  # ... and the process dies here
    async with await reopen(settings) as store:
        assert await store.inbox.waiting() == []
        assert await store.counters.read() == {"inbox.failed": 1}
