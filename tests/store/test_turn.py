import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import event

from bot.store import CaseAlreadyOpen, Store, TurnConflict


async def send_all(store: Store) -> list[dict]:
    """Deliver everything that can go, in order; message numbers count from 1000."""
    sent = []
    while (item := await store.outbox.next()) is not None:
        assert await store.outbox.mark_sending(item.id)
        await store.outbox.mark_sent(item.id, 1000 + len(sent))
        sent.append(item.params)
    return sent


async def test_what_a_turn_writes_is_there_in_the_next(store: Store, clock) -> None:
    async with store.turn(101) as turn:
        assert turn.person.is_stranger
        assert await turn.load_dialogue() is None
        turn.person.language, turn.person.language_chosen = "bg", True
        turn.person.country, turn.person.city = "TR", "İzmir"
        turn.person.unprompted_ok = True
        turn.person.fields["offer"] = {"seen": [1, 2]}
        turn.save_dialogue(b"\x00snapshot")
        assert await turn.load_dialogue() == b"\x00snapshot"
    clock.forward(minutes=1)
    async with store.turn(101) as turn:
        person = turn.person
        assert not person.is_stranger
        assert (person.language, person.language_chosen, person.country, person.city) == ("bg", True, "TR", "İzmir")
        assert person.unprompted_ok and person.fields == {"offer": {"seen": [1, 2]}} and person.chat_id == 101
        assert clock.now - person.last_seen == timedelta(minutes=1)
        assert await turn.load_dialogue() == b"\x00snapshot"
        turn.save_dialogue(None)
    async with store.turn(101) as turn:
        assert await turn.load_dialogue() is None
    assert await store.people.chat_id(store.people.ref(101)) == 101
    assert await store.people.get(store.people.ref(102)) is None


async def test_an_exception_leaves_nothing_behind(store: Store) -> None:
    await store.inbox.receive(1, None, 101, {"text": "hello"})
    with pytest.raises(RuntimeError):
        async with store.turn(101, 1) as turn:
            turn.person.language = "ru"
            turn.save_dialogue(b"x")
            turn.send("sendMessage", {"text": "no"})
            await turn.open_case("asked", {})
            turn.remember_message(3, "in")
            turn.count("things")
            raise RuntimeError
    assert await store.people.get(store.people.ref(101)) is None
    assert await store.outbox.next() is None
    assert await store.cases.queue() == []
    assert await store.counters.read() == {}
    [item] = await store.inbox.waiting()
    assert item.payload == {"text": "hello"} and item.attempts == 1


async def test_a_failure_in_the_middle_of_the_commit_leaves_nothing_behind(store: Store) -> None:
    await store.inbox.receive(1, None, 101, {"text": "hello"})
    with pytest.raises(TurnConflict):
        async with store.turn(101, 1) as turn:
            turn.person.language = "ru"
            turn.send("sendMessage", {"text": "no"})
            turn.send("sendMessage", {"text": "to nobody"}, to=store.people.ref(999))
    assert await store.people.get(store.people.ref(101)) is None
    assert await store.outbox.next() is None
    assert [item.update_id for item in await store.inbox.waiting()] == [1]


async def test_parameters_that_are_no_json_fail_where_they_are_given(store: Store) -> None:
    async with store.turn(101) as turn:
        with pytest.raises(TypeError):
            turn.send("sendPhoto", {"photo": b"bytes"})


async def test_a_person_has_one_case_that_is_not_closed(store: Store) -> None:
    async with store.turn(101) as turn:
        first = await turn.open_case("asked", {"topic": "passport"})
        with pytest.raises(CaseAlreadyOpen):
            await turn.open_case("asked", {})
    async with store.turn(101) as turn:
        assert (await turn.current_case()).id == first.id
        with pytest.raises(CaseAlreadyOpen) as refused:
            await turn.open_case("asked", {})
        assert refused.value.case_id == first.id
        turn.close_case(await turn.current_case())
    async with store.turn(101) as turn:
        assert await turn.current_case() is None
        second = await turn.open_case("asked", {"topic": "again"})
    assert [case.id for case in await store.cases.queue()] == [second.id]
    assert (await store.cases.get(first.id)).state == "closed"


async def test_two_turns_that_both_open_a_case_end_with_one(store: Store) -> None:
    async with store.turn(101):
        pass
    with pytest.raises(CaseAlreadyOpen):
        async with store.turn(101) as slow:
            await slow.open_case("slow", {})
            async with store.turn(101) as quick:
                await quick.open_case("quick", {})
            slow.send("sendMessage", {"text": "must not go"})
    assert [case.kind for case in await store.cases.queue()] == ["quick"]
    assert await store.outbox.next() is None


async def test_the_first_agent_to_take_a_case_has_it(store: Store) -> None:
    async with store.turn(101) as turn:
        case = await turn.open_case("asked", {})
    with pytest.raises(TurnConflict):
        async with store.turn(None) as late:
            seen = await store.cases.get(case.id)
            async with store.turn(None) as early:
                mine = await store.cases.get(case.id)
                mine.state, mine.summary, mine.topic_id = "open", {"agent": 1}, 77
                early.change_case(mine)
            seen.state, seen.summary = "open", {"agent": 2}
            late.change_case(seen)
            late.send("sendMessage", {"text": "taken by 2"})
    taken = await store.cases.by_topic(77)
    assert taken.summary == {"agent": 1} and taken.state == "open"
    assert await store.outbox.next() is None


async def test_a_message_for_a_case_that_was_closed_meanwhile_is_decided_anew(store: Store) -> None:
    async with store.turn(101) as turn:
        case = await turn.open_case("asked", {})
    with pytest.raises(TurnConflict):
        async with store.turn(101) as turn:
            current = await turn.current_case()
            async with store.turn(None) as staff:
                staff.close_case(await store.cases.get(case.id))
            turn.add_case_message(current, "in", person_message_id=1)
    assert await store.cases.messages(case.id) == []


async def test_a_relayed_message_is_known_by_its_numbers_on_both_sides(store: Store) -> None:
    async with store.turn(101) as turn:
        case = await turn.open_case("asked", {})
        draft = turn.send("sendMessage", {"text": "relayed"}, lane="staff", case_id=case.id)
        turn.add_case_message(case, "in", person_message_id=5, text="help", relay=draft)
    assert await send_all(store) == [{"text": "relayed"}]
    assert (await store.cases.message_of_staff(case.id, 1000)).person_message_id == 5
    async with store.turn(None) as turn:
        draft = turn.send("sendMessage", {"text": "answer"}, to=case.person_ref, unprompted=True, case_id=case.id)
        turn.add_case_message(await store.cases.get(case.id), "out", staff_message_id=6, relay=draft)
    await send_all(store)
    found = await store.cases.message_of_person(case.id, 1000)
    assert found.staff_message_id == 6 and found.direction == "out"
    assert [message.text for message in await store.cases.messages(case.id)] == ["help", None]


async def test_a_message_keeps_its_case_alive(store: Store, clock) -> None:
    async with store.turn(101) as turn:
        case = await turn.open_case("asked", {})
    clock.forward(days=20)
    async with store.turn(101) as turn:
        turn.add_case_message(await turn.current_case(), "in", person_message_id=1)
    after = await store.cases.get(case.id)
    assert after.expires_at - case.expires_at == timedelta(days=20)
    assert await store.cases.expiring(case.expires_at + timedelta(days=1)) == []


async def test_nothing_unprompted_goes_out_while_a_person_is_silent(store: Store, clock) -> None:
    async with store.turn(101) as turn:
        case = await turn.open_case("asked", {})
        turn.send("sendMessage", {"text": "warning"}, unprompted=True, not_before=clock.now + timedelta(hours=1))
    async with store.turn(101) as turn:
        turn.person.silent_since = clock.now
        turn.send("sendMessage", {"text": "emergency numbers"})
    async with store.turn(None) as staff:
        staff.send("sendMessage", {"text": "staff reply"}, to=case.person_ref, unprompted=True, case_id=case.id)
        staff.send("sendMessage", {"text": "in the group"}, unprompted=True, case_id=case.id)
    clock.forward(hours=2)
    assert await send_all(store) == [{"text": "emergency numbers"}, {"text": "in the group"}]
    await store.outbox.idle()
    async with store.turn(101) as turn:
        assert turn.person.silent
        turn.person.silent_since = None
        turn.send("sendMessage", {"text": "welcome back"})
    assert await send_all(store) == [{"text": "warning"}, {"text": "staff reply"}, {"text": "welcome back"}]


async def test_who_agreed_beforehand_is_written_to_even_after_an_alarm(store: Store, clock) -> None:
    async with store.turn(101) as turn:
        turn.person.unprompted_ok, turn.person.silent_since = True, clock.now
        turn.send("sendMessage", {"text": "reply of staff"}, unprompted=True)
    assert await send_all(store) == [{"text": "reply of staff"}]


async def test_a_turn_of_staff_has_no_person(store: Store) -> None:
    async with store.turn(None) as turn:
        with pytest.raises(LookupError):
            _ = turn.person


async def test_audit_takes_no_long_texts(store: Store) -> None:
    async with store.turn(101) as turn:
        turn.audit("case.opened", kind="asked")
        with pytest.raises(ValueError, match="too long"):
            turn.audit("case.opened", kind="x" * 1001)


async def test_a_turn_cancelled_in_its_commit_is_written_whole_and_announced(store: Store) -> None:
    await store.inbox.receive(1, None, 101, {"text": "hello"})
    store.outbox.changed.clear()

    async def work() -> None:
        async with store.turn(101, 1) as turn:
            turn.send("sendMessage", {"text": "first"})
            turn.send("sendMessage", {"text": "second"})

    task = asyncio.ensure_future(work())
    loop = asyncio.get_running_loop()

    def cancel(_connection, _cursor, statement: str, *_rest) -> None:
        if statement.startswith("INSERT INTO outbox"):
            loop.call_soon_threadsafe(task.cancel)

    event.listen(store._database.engine, "before_cursor_execute", cancel)
    with pytest.raises(asyncio.CancelledError):
        await task
    assert store.outbox.changed.is_set()
    assert await store.inbox.waiting() == []
    assert await send_all(store) == [{"text": "first"}, {"text": "second"}]


async def test_a_turn_cancelled_before_its_end_writes_nothing_and_is_no_attempt(store: Store) -> None:
    await store.inbox.receive(1, None, 101, {"text": "hello"})
    inside = asyncio.Event()

    async def work() -> None:
        async with store.turn(101, 1) as turn:
            turn.send("sendMessage", {"text": "no"})
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.ensure_future(work())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [item.attempts for item in await store.inbox.waiting()] == [0]
    assert await store.outbox.next() is None


async def test_many_people_at_once(store: Store) -> None:
    async def person(chat_id: int) -> None:
        for update_id in (chat_id * 10, chat_id * 10 + 1):
            assert await store.inbox.receive(update_id, None, chat_id, {"n": update_id})
            async with store.turn(chat_id, update_id) as turn:
                turn.person.fields["count"] = turn.person.fields.get("count", 0) + 1
                turn.count("turns")
                turn.send("sendMessage", {"chat_id": chat_id, "n": update_id})

    async def forgetful(chat_id: int) -> None:
        async with store.turn(chat_id) as turn:
            await turn.wipe()

    await asyncio.gather(
        *(person(chat_id) for chat_id in range(1, 16)), *(forgetful(chat_id) for chat_id in range(50, 53)),
        store.retention.sweep(),
    )  # fmt: skip
    assert await store.inbox.waiting() == []
    assert await store.counters.read() == {"turns": 30}
    sent = await send_all(store)
    for chat_id in range(1, 16):
        assert [call["n"] for call in sent if call["chat_id"] == chat_id] == [chat_id * 10, chat_id * 10 + 1]
        assert (await store.people.get(store.people.ref(chat_id))).fields == {"count": 2}
