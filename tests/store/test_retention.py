from datetime import timedelta

from sqlalchemy import func, select

from bot.store import Store
from bot.store.models import metadata


async def rows(store: Store) -> dict[str, int]:
    async with store._database.reading() as connection:
        found = {
            table.name: (await connection.execute(select(func.count()).select_from(table))).scalar()
            for table in metadata.sorted_tables
            if table.name not in ("counters", "key_check")
        }
    return {name: number for name, number in found.items() if number}


async def visit(store: Store, chat_id: int, update_id: int) -> None:
    await store.inbox.receive(update_id, None, chat_id, {"text": "hello"})
    async with store.turn(chat_id, update_id) as turn:
        turn.save_dialogue(b"dialogue")
        turn.remember_message(update_id, "in")
        turn.send("sendMessage", {"text": "hello"})
        turn.audit("visit")
    item = await store.outbox.next()
    await store.outbox.mark_sending(item.id)
    await store.outbox.mark_sent(item.id, update_id + 1000)


async def test_everything_about_a_visit_expires_in_its_time(store: Store, clock) -> None:
    await visit(store, 101, 1)
    everything = {
        "people": 1, "person_keys": 1, "inbox": 1, "outbox": 1, "dialogues": 1, "sent_messages": 2, "audit": 1
    }  # fmt: skip
    assert await rows(store) == everything
    assert (await store.retention.sweep()).rows == {}
    clock.forward(days=1, hours=1)
    assert (await store.retention.sweep()).rows == {"outbox.finished": 1}
    clock.forward(days=1)
    assert (await store.retention.sweep()).rows == {"inbox.done": 1, "sent_messages": 2}
    clock.forward(days=5)
    assert (await store.retention.sweep()).rows == {"dialogues": 1}
    assert await rows(store) == {"people": 1, "person_keys": 1, "audit": 1}
    clock.forward(days=82)
    assert (await store.retention.sweep()).rows == {}
    clock.forward(days=1)
    assert (await store.retention.sweep()).rows == {"people": 1, "person_keys": 1}
    clock.forward(days=275)
    assert (await store.retention.sweep()).rows == {"audit": 1}
    assert await rows(store) == {}
    assert (await store.counters.read())["retention.people"] == 1


async def test_another_visit_keeps_a_person(store: Store, clock) -> None:
    await visit(store, 101, 1)
    clock.forward(days=80)
    await visit(store, 101, 2)
    clock.forward(days=80)
    await store.retention.sweep()
    assert await store.people.get(store.people.ref(101)) is not None


async def test_a_case_expires_with_its_messages_and_names_its_topic(store: Store, clock) -> None:
    async with store.turn(101) as turn:
        case = await turn.open_case("asked", {})
        case.topic_id = 77
        turn.add_case_message(case, "in", text="words")
        turn.audit("case.opened", case.id)
        turn.person.silent_since = clock.now
        turn.send("sendMessage", {"text": "held"}, unprompted=True, case_id=case.id)
    clock.forward(days=29)
    assert [found.id for found in await store.cases.expiring(clock.now + timedelta(days=2))] == [case.id]
    swept = await store.retention.sweep()
    assert swept.topic_ids == () and (await rows(store))["outbox"] == 1  # a held reply waits as long as its case
    clock.forward(days=1)
    swept = await store.retention.sweep()
    assert swept.topic_ids == (77,) and swept.rows == {"cases": 1}
    assert await rows(store) == {"people": 1, "person_keys": 1, "audit": 1}


async def test_a_person_with_a_case_is_kept_as_long_as_the_case(store: Store, clock) -> None:
    async with store.turn(101) as turn:
        case = await turn.open_case("asked", {})
    for _ in range(5):
        clock.forward(days=25)
        async with store.turn(None) as staff:
            staff.add_case_message(await store.cases.get(case.id), "out", staff_message_id=1)
        await store.retention.sweep()
    assert await store.people.chat_id(store.people.ref(101)) == 101


async def test_a_closed_case_is_kept_for_thirty_days_from_its_closing(store: Store, clock) -> None:
    async with store.turn(101) as turn:
        case = await turn.open_case("asked", {})
    clock.forward(days=20)
    async with store.turn(None) as staff:
        staff.close_case(await store.cases.get(case.id))
    clock.forward(days=29)
    await store.retention.sweep()
    assert (await store.cases.get(case.id)).state == "closed"
    clock.forward(days=1)
    await store.retention.sweep()
    assert await store.cases.get(case.id) is None


async def test_what_cannot_be_sent_for_a_week_is_dropped_but_not_what_is_planned_for_later(store: Store, clock) -> None:
    async with store.turn(101) as turn:
        turn.send("sendMessage", {"text": "stuck"})
        turn.send("sendMessage", {"text": "planned"}, lane="reminders", not_before=clock.now + timedelta(days=20))
    clock.forward(days=8)
    assert (await store.retention.sweep()).rows["outbox.unsent"] == 1
    clock.forward(days=13)
    assert (await store.outbox.next()).params == {"text": "planned"}


async def test_the_key_of_an_erasure_that_was_never_delivered_goes_too(store: Store, clock) -> None:
    async with store.turn(101) as turn:
        await turn.wipe()
        turn.send("deleteMessages", {"message_ids": [1]})
    assert await rows(store) == {"person_keys": 1, "outbox": 1}
    clock.forward(days=8)
    await store.retention.sweep()
    assert await rows(store) == {}


async def test_an_update_that_still_waits_never_expires(store: Store, clock) -> None:
    await store.inbox.receive(1, None, 101, {"text": "hello"})
    clock.forward(days=400)
    await store.retention.sweep()
    assert [item.payload for item in await store.inbox.waiting()] == [{"text": "hello"}]
