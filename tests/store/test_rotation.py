"""A new master key: everything opens under it and nothing under the old one, wherever the power fails."""

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Column, String, select

from bot.settings import Settings
from bot.store import DamagedDataError, Store
from bot.store.exclusive import InUse
from bot.store.keys import Keyring, load_master_key, pending_key_file
from bot.store.models import case_messages, metadata, people, person_keys
from bot.store.rotation import rotate_master_key
from bot.store.sealed_columns import SEALED_TABLES
from tests.store.test_wipe import LONG, live

CHATS = (7_000_000_001, 7_000_000_002, 7_000_000_003)


async def lived(settings: Settings) -> list[str]:
    async with await Store.open(settings) as store:
        cases = [await live(store, chat, 100 * number) for number, chat in enumerate(CHATS, start=1)]
        await store.inbox.receive(9001, None, None, {"text": "staff wrote " + LONG})
        await store.inbox.receive(9002, None, 7_000_000_009, {"text": "the first word of a newcomer"})
        async with store.turn(CHATS[2]) as turn:  # a wipe whose confirmation still waits
            await turn.wipe()
            turn.send("sendMessage", {"text": "done"})
    return cases


async def check_whole(settings: Settings, cases: list[str]) -> None:
    async with await Store.open(settings) as store:
        for number, chat in enumerate(CHATS[:2], start=1):
            ref = store.people.ref(chat)
            person = await store.people.get(ref)
            assert person is not None and person.chat_id == chat and person.country == "TR"
            case = await store.cases.of_person(ref)
            assert case is not None and case.id == cases[number - 1] and case.summary == {"words": LONG}
            assert [message.text for message in await store.cases.messages(case.id)] == [LONG]
            async with store.turn(chat) as turn:
                assert await turn.load_dialogue() == f"{chat} {LONG}".encode()
                assert (await turn.hide()).message_ids == (100 * number, 10_000 + 100 * number)
        waiting = {item.update_id: item.payload["text"] for item in await store.inbox.waiting()}
        assert waiting[9001] == "staff wrote " + LONG and waiting[9002] == "the first word of a newcomer"
        assert {101, 201} <= set(waiting)
        sent = []
        while (item := await store.outbox.next()) is not None:
            await store.outbox.mark_sending(item.id)
            await store.outbox.mark_sent(item.id)
            sent.append(item.params["text"])
        assert "done" in sent and LONG in sent and "note in the topic" in sent


def kill_rotation(settings: Settings, point: str) -> None:
    program = Path(__file__).with_name("dying_rotation.py")
    variables = dict(os.environ) | {"PRISTAN_HOME": str(settings.home)}
    if settings.database_url:
        variables["PRISTAN_DATABASE_URL"] = settings.database_url
    child = subprocess.Popen(
        [sys.executable, str(program), point], env=variables, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert child.stdout is not None and child.stdout.readline() == b"here\n"
    finally:
        os.kill(child.pid, signal.SIGKILL)
        child.communicate()


async def test_after_a_rotation_everything_is_there_and_the_old_key_opens_nothing(settings: Settings) -> None:
    cases = await lived(settings)
    old = Keyring(load_master_key(settings.secret_key_file, may_create=False))
    async with await Store.open(settings) as store, store.database.reading() as connection:
        before = {row.ref: row.wrapped for row in await connection.execute(select(person_keys))}
        old_keys = [old.unwrap(wrapped, ref) for ref, wrapped in before.items()]
        old_rows = (await connection.execute(select(people))).all()
    done = await rotate_master_key(settings)
    assert done.people == 3 and done.unreadable == 0 and done.values >= 15
    assert not pending_key_file(settings.secret_key_file).exists()
    new = Keyring(load_master_key(settings.secret_key_file, may_create=False))
    assert new.fingerprint != old.fingerprint
    async with await Store.open(settings) as store, store.database.reading() as connection:
        rows = (await connection.execute(select(person_keys))).all()
        for row in rows:
            with pytest.raises(DamagedDataError):
                old.unwrap(row.wrapped, row.ref)
        assert {old.person_ref(chat) for chat in CHATS}.isdisjoint({row.ref for row in rows})
        now = {new.unwrap(row.wrapped, row.ref) for row in rows if not row.ref.startswith("once:")}
        assert now.isdisjoint(old_keys)
        assert {row.ref for row in (await connection.execute(select(people)))}.isdisjoint({row.ref for row in old_rows})
    await check_whole(settings, cases)


async def test_no_byte_of_the_old_ciphertexts_is_left_in_the_files(settings: Settings, file_bytes) -> None:
    await lived(settings)
    with sqlite3.connect(settings.home / "pristan.sqlite") as connection:
        old = [bytes(value) for (value,) in connection.execute("SELECT wrapped FROM person_keys")]
        old += [bytes(value)[:32] for (value,) in connection.execute("SELECT state_enc FROM people")]
        old += [ref.encode() for (ref,) in connection.execute("SELECT ref FROM people")]
    connection.close()
    assert len(old) >= 8 and all(mark in file_bytes() for mark in old)
    await rotate_master_key(settings)
    assert [mark for mark in old if mark in file_bytes()] == []


async def test_a_bot_that_runs_keeps_the_key(settings: Settings) -> None:
    async with await Store.open(settings):
        with pytest.raises(InUse, match="Stop the bot"):
            await rotate_master_key(settings)
    async with await Store.open(settings, exclusive=True):
        with pytest.raises(InUse, match="Wait until"):
            await Store.open(settings)


@pytest.mark.parametrize(
    "point", ["key written", "half", "before commit", "committed", "old key overwritten", "purging"]
)
async def test_killed_at_any_point_it_is_the_old_key_or_the_new_one(settings: Settings, point: str) -> None:
    cases = await lived(settings)
    kill_rotation(settings, point)
    async with await Store.open(settings):
        pass
    assert not pending_key_file(settings.secret_key_file).exists()
    await rotate_master_key(settings)  # once more, as the operator would
    await check_whole(settings, cases)


async def test_what_does_not_open_is_counted_and_left(settings: Settings) -> None:
    await lived(settings)
    async with await Store.open(settings) as store:

        async def damage(connection) -> None:
            await connection.execute(case_messages.update().values(text_enc=b"\0" * 40))

        await store.database.write(damage)
    assert (await rotate_master_key(settings)).unreadable == 2


def test_every_sealed_column_and_every_reference_is_known_to_the_rotation() -> None:
    described = {known.table.name: known for known in SEALED_TABLES}
    for table in metadata.sorted_tables:
        if table.name == "person_keys":
            continue
        sealed = {column.name for column in table.columns if column.name.endswith("_enc")}
        refs = {c.name for c in table.columns if isinstance(c.type, String) and c.type.length == 80} - {
            "purpose", "event", "reason", "name",
        }  # fmt: skip
        if sealed or refs:
            assert set(described[table.name].places) == sealed, table.name
            assert set(described[table.name].refs) == refs, table.name


def test_that_check_can_fail() -> None:
    extra = Column("new_enc", String(80))
    people.append_column(extra)
    try:
        with pytest.raises(AssertionError):
            test_every_sealed_column_and_every_reference_is_known_to_the_rotation()
    finally:
        people._columns.remove(extra)
