"""Messages vanish at the time a person picked, also over restarts, failures and hiding."""

import pytest

from bot.settings import Settings
from bot.store import Store


async def deliver(store: Store) -> list[tuple[str, dict]]:
    made = []
    while (item := await store.outbox.next()) is not None:
        await store.outbox.mark_sending(item.id)
        await store.outbox.mark_sent(item.id)
        made.append((item.method, item.params))
    return made


async def talk(store: Store, hours: int | None, *numbers: int, chat: int = 101) -> None:
    async with store.turn(chat) as turn:
        turn.person.delete_after_hours = hours
        for number in numbers:
            turn.remember_message(number, "in")


@pytest.mark.parametrize("hours", [1, 6, 24])
async def test_each_side_goes_when_its_time_has_come_and_not_before(store: Store, clock, hours: int) -> None:
    async with store.turn(101) as turn:
        turn.person.delete_after_hours = hours
        turn.remember_message(7, "in")
        turn.send("sendMessage", {"text": "answer"})
    item = await store.outbox.next()
    await store.outbox.mark_sending(item.id)
    await store.outbox.mark_sent(item.id, 8)
    clock.forward(hours=hours, minutes=-1)
    await talk(store, hours, 9)
    assert await store.auto_delete.sweep() == 0
    clock.forward(minutes=1)
    assert await store.auto_delete.sweep() == 2
    assert await store.auto_delete.sweep() == 0  # on its way already
    assert await deliver(store) == [("deleteMessages", {"chat_id": 101, "message_ids": [7, 8]})]
    clock.forward(hours=hours)
    assert await store.auto_delete.sweep() == 1
    async with store.turn(101) as turn:
        assert (await turn.hide()).message_ids == (9,)  # the others are forgotten


async def test_nobody_else_is_touched(store: Store, clock) -> None:
    await talk(store, None, 1, chat=101)
    await talk(store, 24, 2, chat=102)
    await talk(store, 1, 3, chat=103)
    clock.forward(hours=2)
    assert await store.auto_delete.sweep() == 1
    assert await deliver(store) == [("deleteMessages", {"chat_id": 103, "message_ids": [3]})]


async def test_a_silent_phone_is_emptied_too(store: Store, clock) -> None:
    await talk(store, 1, 5)
    async with store.turn(101) as turn:
        turn.person.silent_since = clock.now
    clock.forward(hours=1)
    await store.auto_delete.sweep()
    assert await deliver(store) == [("deleteMessages", {"chat_id": 101, "message_ids": [5]})]


async def test_after_a_day_without_power_everything_is_still_deleted(settings: Settings, clock) -> None:
    async with await Store.open(settings, clock) as store:
        await talk(store, 24, 1, 2)
        clock.forward(hours=10)
        await talk(store, 24, 3)
    clock.forward(hours=36)
    async with await Store.open(settings, clock) as store:
        assert await store.auto_delete.sweep() == 3
        await store.retention.sweep()
        [(_, params)] = await deliver(store)
        assert params["message_ids"] == [1, 2, 3]


async def test_what_telegram_refuses_by_now_is_not_asked_for(store: Store, clock) -> None:
    await talk(store, 24, 1)
    clock.forward(hours=49)
    assert await store.auto_delete.sweep() == 0


async def test_a_call_that_failed_is_made_again(store: Store, clock) -> None:
    await talk(store, 1, 1)
    clock.forward(hours=1)
    await store.auto_delete.sweep()
    item = await store.outbox.next()
    await store.outbox.mark_sending(item.id)
    await store.outbox.mark_failed(item.id, "too_old")
    assert await store.auto_delete.sweep() == 1


async def test_hiding_between_the_asking_and_the_call_deletes_them_all_the_same(store: Store, clock) -> None:
    await talk(store, 1, 1, 2)
    clock.forward(hours=1)
    await store.auto_delete.sweep()
    async with store.turn(101) as turn:
        assert (await turn.hide()).message_ids == (1, 2)


async def test_more_than_one_call_holds(store: Store, clock) -> None:
    await talk(store, 1, *range(1, 251))
    clock.forward(hours=1)
    assert await store.auto_delete.sweep() == 250
    assert [len(params["message_ids"]) for _, params in await deliver(store)] == [100, 100, 50]


async def test_a_newly_picked_time_counts_for_what_was_written_before(store: Store, clock) -> None:
    await talk(store, None, 1)
    clock.forward(hours=5)
    await talk(store, 1)
    assert await store.auto_delete.sweep() == 1
