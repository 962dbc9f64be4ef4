import sqlite3

import pytest

from bot.settings import Settings
from bot.store import Erased, Store, TurnConflict

LONG = "лодка шторм маяк " * 40


async def live(store: Store, chat_id: int, update_id: int) -> str:
    """Give a person one of everything; returns the case's name."""
    await store.inbox.receive(update_id, None, chat_id, {"text": LONG})
    async with store.turn(chat_id, update_id) as turn:
        turn.person.language, turn.person.country = "ru", "TR"
        turn.save_dialogue(f"{chat_id} {LONG}".encode())
        turn.remember_message(update_id, "in")
        turn.send("sendMessage", {"chat_id": chat_id, "text": LONG})
        case = await turn.open_case("asked", {"words": LONG})
        case.topic_id = update_id + 50_000
        relay = turn.send("sendMessage", {"text": LONG}, lane="staff", case_id=case.id)
        turn.add_case_message(case, "in", person_message_id=update_id, text=LONG, relay=relay)
        turn.audit("case.opened", case.id, kind="asked")
    item = await store.outbox.next(store.people.ref(chat_id))
    await store.outbox.mark_sending(item.id)
    await store.outbox.mark_sent(item.id, update_id + 10_000)
    await store.inbox.receive(update_id + 1, None, chat_id, {"text": LONG})  # still waits
    async with store.turn(None) as staff:
        staff.send("sendMessage", {"text": "note in the topic"}, case_id=case.id)
    return case.id


def marks_of(settings: Settings, ref: str, case_id: str) -> dict[str, bytes]:
    """Every byte string in the database that is this person's: reference, case and pieces of each ciphertext."""
    marks = {"reference": ref.encode(), "case": case_id.encode()}
    with sqlite3.connect(settings.home / "pristan.sqlite") as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            owners = [column for column in ("ref", "person_ref", "key_ref", "case_id") if column in columns]
            for column in columns:
                for owner in owners if column.endswith("_enc") or column == "wrapped" else ():
                    theirs = case_id if owner == "case_id" else ref
                    for (blob,) in connection.execute(
                        f"SELECT {column} FROM {table} WHERE {owner} = ? AND {column} IS NOT NULL", (theirs,)
                    ):
                        for start in range(0, len(blob) - 16, 200):
                            marks[f"{table}.{column}[{start}] {len(marks)}"] = bytes(blob[start : start + 16])
    connection.close()
    return marks


async def deliver(store: Store, lane: str | None = None) -> list[tuple[str, dict]]:
    made = []
    while (item := await store.outbox.next(lane)) is not None:
        await store.outbox.mark_sending(item.id)
        assert await store.outbox.mark_sent(item.id, 1)
        made.append((item.method, item.params))
    return made


async def test_after_a_wipe_no_byte_of_the_person_is_left_and_others_are_whole(
    store: Store, settings: Settings, file_bytes
) -> None:
    cases = {}
    for number in range(24):  # enough people for pages to split and rows to move between them
        cases[number] = await live(store, 7_000_000_000 + number, 100 + 2 * number)
    victims = (3, 11, 22)
    refs = {number: store.people.ref(7_000_000_000 + number) for number in cases}
    marks = {number: marks_of(settings, refs[number], cases[number]) for number in victims}
    control = marks_of(settings, refs[20], cases[20])
    before = file_bytes()
    for number in victims:
        found = {name.split("[")[0] for name, mark in marks[number].items() if mark in before}
        assert found >= {"reference", "case", "person_keys.wrapped", "people.chat_id_enc", "people.state_enc"}
        assert found >= {"inbox.payload_enc", "outbox.payload_enc", "dialogues.snapshot_enc"}
        assert found >= {"cases.summary_enc", "case_messages.text_enc"}

    for number in victims:
        update_id = 1000 + number
        await store.inbox.receive(update_id, None, 7_000_000_000 + number, {"text": "forget me"})
        async with store.turn(7_000_000_000 + number, update_id) as turn:
            turn.send("sendMessage", {"text": "dropped"})
            turn.remember_message(update_id, "in")
            erased = await turn.wipe()
            assert erased == Erased(
                tuple(sorted((100 + 2 * number, update_id, 10_100 + 2 * number))), (50_100 + 2 * number,)
            )
            turn.send("deleteMessages", {"chat_id": 7_000_000_000 + number, "message_ids": list(erased.message_ids)})
            turn.send("sendMessage", {"chat_id": 7_000_000_000 + number, "text": "done"})
        once = [lane for lane in await store.outbox.lanes_waiting() if lane.startswith("once:")]
        assert len(once) == 1
        last = marks_of(settings, once[0], "no case")
        made = await deliver(store, once[0])
        assert [method for method, _ in made] == ["deleteMessages", "sendMessage"]
        assert made[1][1] == {"chat_id": 7_000_000_000 + number, "text": "done"}
        after = file_bytes()
        assert [name for name, mark in {**marks[number], **last}.items() if mark in after] == []
        assert len(last) >= 4  # the key and the two calls were there to be found

    after = file_bytes()
    assert [name for name, mark in control.items() if mark not in after] == []
    assert (await store.people.get(refs[20])).country == "TR"
    assert (await store.cases.get(cases[20])).summary == {"words": LONG}
    async with store.turn(7_000_000_020) as turn:
        assert await turn.load_dialogue() == f"7000000020 {LONG}".encode()
    assert len(await store.cases.queue()) == 21
    assert (await store.cases.get(cases[3])) is None
    waiting = {item.update_id for item in await store.inbox.waiting()}
    assert waiting == {101 + 2 * number for number in cases if number not in victims}


async def test_what_came_after_the_request_is_a_new_conversation(store: Store) -> None:
    for update_id, text in ((1, "hello"), (2, "forget me"), (3, "they came back, help")):
        await store.inbox.receive(update_id, None, 101, {"text": text})
    async with store.turn(101, 1) as turn:
        turn.person.language = "ru"
    async with store.turn(101, 2) as turn:
        await turn.wipe()
    [item] = await store.inbox.waiting()
    assert item.payload == {"text": "they came back, help"}
    async with store.turn(101, 3) as turn:
        assert turn.person.is_stranger and turn.person.language is None
    assert await store.inbox.receive(1, None, 101, {"text": "hello"}) is False  # Telegram's repetition


async def test_a_message_on_its_way_during_a_wipe_is_reported_to_whoever_sends_it(store: Store) -> None:
    async with store.turn(101) as turn:
        turn.send("sendMessage", {"text": "on its way"})
    item = await store.outbox.next()
    await store.outbox.mark_sending(item.id)
    async with store.turn(101) as turn:
        await turn.wipe()
    assert await store.outbox.mark_sent(item.id, 55) is False
    async with store.turn(101) as turn:
        assert turn.person.is_stranger
        assert (await turn.wipe()).message_ids == ()


async def test_a_message_that_arrives_while_a_wipe_is_decided_is_not_overlooked(store: Store) -> None:
    async with store.turn(101) as turn:
        turn.send("sendMessage", {"text": "on its way"})
    item = await store.outbox.next()
    await store.outbox.mark_sending(item.id)
    with pytest.raises(TurnConflict):
        async with store.turn(101) as turn:
            assert (await turn.wipe()).message_ids == ()
            await store.outbox.mark_sent(item.id, 55)
    async with store.turn(101) as turn:
        assert (await turn.wipe()).message_ids == (55,)


async def test_only_messages_that_telegram_still_deletes_are_named(store: Store, clock) -> None:
    async with store.turn(101) as turn:
        turn.remember_message(1, "in")
    clock.forward(hours=47)
    async with store.turn(101) as turn:
        turn.remember_message(2, "in")
    clock.forward(hours=2)
    async with store.turn(101) as turn:
        assert await turn.wipe() == Erased((2,), ())


async def test_a_failed_wipe_wipes_nothing(store: Store) -> None:
    await live(store, 101, 100)
    with pytest.raises(RuntimeError):
        async with store.turn(101) as turn:
            await turn.wipe()
            raise RuntimeError
    assert (await store.people.get(store.people.ref(101))).country == "TR"
    assert len(await store.cases.queue()) == 1


async def test_staff_cannot_write_to_somebody_who_is_gone(store: Store) -> None:
    await live(store, 101, 100)
    ref = store.people.ref(101)
    with pytest.raises(TurnConflict):
        async with store.turn(None) as staff:
            staff.send("sendMessage", {"text": "hello?"}, to=ref, unprompted=True)
            async with store.turn(101) as turn:
                await turn.wipe()
    assert await store.people.get(ref) is None
    assert await deliver(store) == []


async def test_hiding_leaves_nothing_that_tells_the_person_wrote(
    store: Store, settings: Settings, file_bytes, clock
) -> None:
    await store.inbox.receive(1, None, 7_000_000_017, {"text": LONG})
    async with store.turn(7_000_000_017, 1) as turn:
        turn.person.language = "ru"
        turn.save_dialogue(LONG.encode())
        turn.remember_message(1, "in")
        turn.send("sendMessage", {"text": "not sent yet"})
    ref = store.people.ref(7_000_000_017)
    marks = marks_of(settings, ref, "no case")
    assert len(marks) > 6
    await store.inbox.receive(2, None, 7_000_000_017, {"text": "/hide"})
    async with store.turn(7_000_000_017, 2) as turn:
        assert await turn.hide() == Erased((1,), ())
        turn.send("deleteMessages", {"message_ids": [1]})
        turn.save_dialogue(b"the engine saves as always")
    assert [method for method, _ in await deliver(store)] == ["deleteMessages"]
    after = file_bytes()
    assert [name for name, mark in marks.items() if mark in after] == []
    async with store.turn(7_000_000_017) as turn:
        assert turn.person.is_stranger
        assert await turn.load_dialogue() is None


async def test_hiding_keeps_a_case_and_its_replies_for_later(store: Store, clock) -> None:
    case_id = await live(store, 101, 100)
    ref = store.people.ref(101)
    async with store.turn(None) as staff:
        staff.send("sendMessage", {"text": "we can help"}, to=ref, unprompted=True, case_id=case_id)
    async with store.turn(101) as turn:
        turn.send("sendMessage", {"text": "reply"})
    async with store.turn(101) as turn:
        erased = await turn.hide()
        assert erased.message_ids == (100, 10_100) and erased.topic_ids == ()
        turn.send("deleteMessages", {"message_ids": list(erased.message_ids)})
    made = await deliver(store)
    assert {"text": "we can help"} not in [params for _, params in made]
    assert {"text": "reply"} not in [params for _, params in made]
    assert ("deleteMessages", {"message_ids": [100, 10_100]}) in made
    assert (await store.cases.get(case_id)).summary == {"words": LONG}
    assert await store.people.chat_id(ref) == 101
    async with store.turn(101) as turn:
        assert turn.person.is_stranger and turn.person.silent and turn.person.country is None
        assert await turn.load_dialogue() is None
        assert (await turn.current_case()).id == case_id
        turn.person.silent_since = None
    assert await deliver(store) == [("sendMessage", {"text": "we can help"})]
    async with store.turn(101) as turn:
        assert not turn.person.is_stranger


async def test_a_reader_in_the_way_delays_the_cleaning_only(
    store: Store, settings: Settings, file_bytes, clock
) -> None:
    case_id = await live(store, 7_000_000_017, 100)
    marks = marks_of(settings, store.people.ref(7_000_000_017), case_id)
    reader = sqlite3.connect(settings.home / "pristan.sqlite", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM people").fetchone()
    connections = store._database.engine.pool
    for connection in [store._database.engine.raw_connection() for _ in range(connections.size())]:
        connection.execute("PRAGMA busy_timeout=50")  # do not wait ten seconds for the reader
        connection.close()
    async with store.turn(7_000_000_017) as turn:
        await turn.wipe()
    assert await store.people.get(store.people.ref(7_000_000_017)) is None
    assert any(mark in file_bytes() for mark in marks.values())  # the journal still serves the reader
    reader.close()
    await store.retention.sweep()
    after = file_bytes()
    assert [name for name, mark in marks.items() if mark in after] == []
