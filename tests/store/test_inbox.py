import pytest

from bot.store import Store, TurnConflict
from bot.store.inbox import MAX_ATTEMPTS, Received


async def test_a_repeated_update_is_received_once(store: Store) -> None:
    assert await store.inbox.receive(5, None, 101, {"text": "first"}) is True
    assert await store.inbox.receive(5, None, 101, {"text": "again"}) is False
    assert [item.payload for item in await store.inbox.waiting()] == [{"text": "first"}]


async def test_a_finished_update_is_still_recognised(store: Store) -> None:
    await store.inbox.receive(5, None, 101, {"text": "first"})
    async with store.turn(101, 5):
        pass
    assert await store.inbox.receive(5, None, 101, {"text": "first"}) is False
    assert await store.inbox.waiting() == []


async def test_waiting_updates_come_in_the_order_of_their_numbers(store: Store) -> None:
    for update_id, chat_id in ((9, 101), (3, 102), (7, None), (4, 101)):
        await store.inbox.receive(update_id, None, chat_id, {"n": update_id})
    waiting = await store.inbox.waiting()
    assert [(item.update_id, item.payload["n"]) for item in waiting] == [(3, 3), (4, 4), (7, 7), (9, 9)]
    assert [item.lane for item in waiting] == [
        store.people.ref(102), store.people.ref(101), "staff", store.people.ref(101)
    ]  # fmt: skip
    assert [item.person_ref for item in waiting][2] is None


@pytest.mark.parametrize("lane", ["7000000017", "-1001234567890", "chat:7000000017", "", "x" * 81])
async def test_a_lane_is_never_a_chat_id(store: Store, lane: str) -> None:
    if lane:
        with pytest.raises(ValueError, match="never a chat id"):
            await store.inbox.receive(1, lane, 7000000017, {})
        assert await store.inbox.waiting() == []
    async with store.turn(7000000017) as turn:
        if lane:
            with pytest.raises(ValueError, match="never a chat id"):
                turn.send("sendMessage", {}, lane=lane)


async def test_an_update_that_always_fails_is_given_up_and_counted(store: Store) -> None:
    await store.inbox.receive(1, None, 101, {"text": "poison"})
    for attempt in range(1, MAX_ATTEMPTS + 1):
        assert [item.update_id for item in await store.inbox.waiting()] == [1]
        turn = store.turn(101, 1)
        with pytest.raises(ZeroDivisionError):
            async with turn:
                raise ZeroDivisionError
        assert turn.gave_up is (attempt == MAX_ATTEMPTS)
    assert await store.inbox.waiting() == []
    assert await store.counters.read() == {"inbox.failed": 1}
    with pytest.raises(TurnConflict):
        async with store.turn(101, 1):
            pytest.fail("an update that was given up must not begin a turn")


async def test_a_turn_of_a_finished_update_does_nothing_twice(store: Store) -> None:
    await store.inbox.receive(1, None, 101, {})
    async with store.turn(101, 1) as turn:
        turn.send("sendMessage", {"text": "once"})
    with pytest.raises(TurnConflict):
        async with store.turn(101, 1) as turn:
            turn.send("sendMessage", {"text": "twice"})
    item = await store.outbox.next()
    assert item is not None and item.params == {"text": "once"}
    await store.outbox.mark_sending(item.id)
    await store.outbox.mark_sent(item.id)
    assert await store.outbox.next() is None


async def test_what_came_together_is_written_together_and_each_once(store: Store) -> None:
    await store.inbox.receive(6, None, 102, {"n": "known"})
    together = [Received(5, None, 101, {"n": 5}), Received(6, None, 102, {"n": 6}), Received(7, None, None, {"n": 7})]
    assert await store.inbox.receive_all([*together, together[0]]) == {5, 7}
    assert [item.payload["n"] for item in await store.inbox.waiting()] == [5, "known", 7]
    assert await store.inbox.known([4, 5, 6, 7, 8]) == {5, 6, 7}


async def test_of_updates_that_came_together_all_are_written_or_none(store: Store) -> None:
    with pytest.raises(TypeError):
        await store.inbox.receive_all([Received(5, None, 101, {"n": 5}), Received(6, None, 102, {"n": object()})])
    assert await store.inbox.waiting() == []


async def test_an_alarm_answered_ahead_is_remembered_until_its_turn(store: Store) -> None:
    await store.inbox.receive_all([Received(1, None, 101, {}), Received(2, None, 101, {}), Received(3, None, 101, {})])
    async with store.turn(101, 3):
        pass
    await store.inbox.note_answered({1: (41, 42), 3: (43,)}, doubtful=1)
    assert [(item.update_id, item.answered) for item in await store.inbox.waiting()] == [(1, True), (2, False)]
    assert await store.counters.read() == {"outbox.doubtful": 1}
    async with store.turn(101) as turn:
        erased = await turn.hide()
    assert erased.message_ids == (41, 42), "what was done already is not noted any more"
