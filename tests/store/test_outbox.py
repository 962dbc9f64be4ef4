import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.store import Store
from bot.store.models import outbox


async def draft(store: Store, chat_id: int, *texts: str) -> None:
    async with store.turn(chat_id) as turn:
        for text in texts:
            turn.send("sendMessage", {"text": text})


async def take(store: Store, lane: str | None = None):
    item = await store.outbox.next(lane)
    if item is not None:
        assert await store.outbox.mark_sending(item.id)
    return item


async def test_a_lane_is_strictly_in_order_and_others_go_on(store: Store) -> None:
    await draft(store, 101, "a1", "a2")
    await draft(store, 102, "b1")
    first = await take(store)
    second = await take(store)
    assert (first.params["text"], second.params["text"]) == ("a1", "b1")
    assert await take(store) is None  # a2 waits for a1
    assert await store.outbox.lanes_waiting() == []
    await store.outbox.mark_sent(first.id, 1)
    assert await store.outbox.lanes_waiting() == [store.people.ref(101)]
    assert await take(store, store.people.ref(102)) is None
    assert (await take(store, store.people.ref(101))).params["text"] == "a2"


async def test_a_call_that_must_wait_blocks_its_lane_until_then(store: Store, clock) -> None:
    await draft(store, 101, "first", "second")
    item = await take(store)
    later = clock.now + timedelta(seconds=30)
    await store.outbox.mark_retry(item.id, later, doubtful=False)
    assert await store.outbox.next() is None
    assert await store.outbox.next_due() == later
    clock.forward(seconds=30)
    again = await take(store)
    assert (again.id, again.attempts, again.doubtful) == (item.id, 1, False)
    assert await store.outbox.next_due() is None
    assert await store.counters.read() == {}


async def test_two_workers_do_not_make_one_call_twice(store: Store) -> None:
    await draft(store, 101, "only")
    one, other = await store.outbox.next(), await store.outbox.next()
    assert one.id == other.id
    assert sorted(await asyncio.gather(*(store.outbox.mark_sending(one.id) for _ in range(2)))) == [False, True]


async def test_an_unknown_outcome_is_marked_and_counted(store: Store, clock) -> None:
    await draft(store, 101, "perhaps")
    item = await take(store)
    await store.outbox.mark_retry(item.id, clock.now, doubtful=True)
    again = await take(store)
    assert again.doubtful
    await store.outbox.mark_retry(item.id, clock.now, doubtful=False)
    assert (await take(store)).doubtful  # it stays so, whatever happens later
    assert await store.counters.read() == {"outbox.doubtful": 1}


async def test_after_a_crash_what_was_being_sent_is_doubtful(store: Store) -> None:
    await draft(store, 101, "one", "two")
    await take(store)
    assert await store.outbox.recover() == 1
    assert await store.outbox.recover() == 0
    item = await take(store)
    assert item.params == {"text": "one"} and item.doubtful
    assert await store.counters.read() == {"outbox.doubtful": 1}


async def test_a_call_that_fails_for_good_lets_the_next_one_go(store: Store) -> None:
    await draft(store, 101, "one", "two")
    item = await take(store)
    await store.outbox.mark_failed(item.id, "blocked")
    assert (await take(store)).params == {"text": "two"}
    assert await store.counters.read() == {"outbox.failed.blocked": 1}


async def test_idle_waits_for_the_last_call(store: Store) -> None:
    await asyncio.wait_for(store.outbox.idle(), 5)
    await draft(store, 101, "one")
    waiting = asyncio.ensure_future(store.outbox.idle())
    item = await take(store)
    await asyncio.sleep(0)
    assert not waiting.done()
    await store.outbox.mark_sent(item.id)
    await asyncio.wait_for(waiting, 5)


async def test_the_worker_is_woken_by_a_turn(store: Store) -> None:
    store.outbox.changed.clear()
    waking = asyncio.ensure_future(store.outbox.changed.wait())
    await draft(store, 101, "one")
    await asyncio.wait_for(waking, 5)


async def test_hold_and_release(store: Store) -> None:
    ref = store.people.ref(101)
    async with store.turn(101) as turn:
        turn.send("sendMessage", {"text": "asked for"})
        turn.send("sendMessage", {"text": "not asked for"}, unprompted=True)
        turn.send("sendMessage", {"text": "to staff"}, lane="staff", unprompted=True)
    assert await store.outbox.hold(ref) == 1
    assert [(await take(store)).params["text"] for _ in range(2)] == ["asked for", "to staff"]
    assert await take(store, ref) is None
    assert await store.outbox.release(ref) == 1
    await store.outbox.recover()
    assert [(await take(store)).params["text"] for _ in range(2)] == ["asked for", "to staff"]
    await store.outbox.mark_sent(1)
    assert (await take(store, ref)).params["text"] == "not asked for"


async def test_messages_to_staff_are_not_taken_for_messages_of_the_chat(store: Store) -> None:
    async with store.turn(101) as turn:
        turn.remember_message(7, "in")
        turn.send("sendMessage", {"text": "to the person"})
        turn.send("sendMessage", {"text": "to staff"}, lane="staff")
    for number in (8, 900):
        await store.outbox.mark_sent((await take(store)).id, number)
    async with store.turn(101) as turn:
        assert (await turn.hide()).message_ids == (7, 8)


async def test_a_call_that_cannot_be_read_does_not_block_its_lane(store: Store) -> None:
    await draft(store, 101, "damaged", "whole")
    first = await store.outbox.next()

    async def damage(connection):
        await connection.execute(update(outbox).where(outbox.c.id == first.id).values(payload_enc=b"\0" * 40))

    await store._database.write(damage)
    assert (await store.outbox.next()).params == {"text": "whole"}
    assert await store.counters.read() == {"outbox.failed.unreadable": 1}


@pytest.mark.parametrize("mark", ["sent", "failed"])
async def test_parameters_are_dropped_when_the_call_is_over(store: Store, mark: str) -> None:
    await draft(store, 101, "text")
    item = await take(store)
    await (store.outbox.mark_sent(item.id, 1) if mark == "sent" else store.outbox.mark_failed(item.id, "blocked"))
    async with store._database.reading() as connection:
        rows = (await connection.execute(select(outbox.c.state, outbox.c.payload_enc))).all()
    assert rows == [(mark, None)]
