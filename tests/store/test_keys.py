import base64
import dataclasses
import logging
import stat
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from bot.settings import Settings
from bot.store import DamagedDataError, KeyFileError, MissingKeyError, Store, StoreError, WrongKeyError
from bot.store.keys import Keyring, new_key, seal, unseal
from bot.store.models import counters, people, person_keys

WORDS = "паспорт у хозяина MARKER-4711"
CHAT = 7_123_456_789


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def write_everywhere(store: Store) -> None:
    await store.inbox.receive(1, None, CHAT, {"text": WORDS, "chat": {"id": CHAT}})
    await store.inbox.receive(2, None, None, {"text": WORDS})
    async with store.turn(CHAT, 1) as turn:
        turn.person.city, turn.person.fields = WORDS, {"words": WORDS}
        turn.save_dialogue(WORDS.encode())
        turn.send("sendMessage", {"chat_id": CHAT, "text": WORDS})
        case = await turn.open_case("asked", {"words": WORDS})
        turn.add_case_message(case, "in", text=WORDS)
    async with store.turn(None, 2) as turn:
        turn.send("sendMessage", {"text": WORDS})


async def test_nothing_a_person_wrote_is_readable_in_the_files(store: Store, settings: Settings, file_bytes) -> None:
    await write_everywhere(store)
    stored = file_bytes()
    for secret in (
        WORDS.encode(), b"MARKER-4711", "паспорт".encode(), WORDS.encode("utf-16-le"),
        str(CHAT).encode(), CHAT.to_bytes(8, "big"), CHAT.to_bytes(5, "big"), CHAT.to_bytes(5, "little"),
    ):  # fmt: skip
        assert secret not in stored
    assert store.people.ref(CHAT).encode() in stored  # so the search does look at the right bytes


async def test_no_log_and_no_exception_repeats_what_is_stored(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        await write_everywhere(store)

        async def twice(connection):
            for _ in range(2):
                await connection.execute(people.insert().values(
                    ref="r", chat_id_enc=b"MARKER-4711", language_chosen=False, state_enc=b"MARKER-4711",
                    unprompted_ok=False, created_at=store._clock(), last_seen=store._clock(),
                ))  # fmt: skip

        with pytest.raises(IntegrityError) as refused:
            await store._database.write(twice)
    assert "MARKER-4711" not in str(refused.value) and "hidden" in str(refused.value)
    assert str(CHAT) not in caplog.text
    # What a driver logs at debug level is ciphertext; the one exception is our own raw row above.
    assert "паспорт" not in caplog.text


async def test_folder_and_files_are_for_their_owner_only(settings: Settings) -> None:
    settings.home.mkdir(parents=True)
    settings.home.chmod(0o755)
    async with await Store.open(settings) as store:
        await write_everywhere(store)
        files = list(settings.home.iterdir())
        assert {path.name for path in files} >= {"secret.key"}
        assert [path.name for path in files if mode(path) != 0o600] == []
        assert mode(settings.home) == 0o700
    settings.secret_key_file.chmod(0o644)
    async with await Store.open(settings):
        assert mode(settings.secret_key_file) == 0o600


async def test_the_store_opens_again_with_its_key(settings: Settings) -> None:
    async with await Store.open(settings) as store:
        await write_everywhere(store)
    async with await Store.open(settings) as store:
        assert (await store.people.get(store.people.ref(CHAT))).city == WORDS


async def test_without_its_key_a_database_with_data_is_refused(settings: Settings) -> None:
    async with await Store.open(settings) as store:
        await write_everywhere(store)
    settings.secret_key_file.rename(settings.home / "elsewhere")
    with pytest.raises(MissingKeyError, match="PRISTAN_SECRET_KEY_FILE") as refused:
        await Store.open(settings)
    assert str(settings.secret_key_file) in str(refused.value)
    assert not settings.secret_key_file.exists()  # no new key that would make the loss look like a success


async def test_the_key_of_another_database_is_refused(settings: Settings) -> None:
    async with await Store.open(settings):
        pass
    settings.secret_key_file.write_bytes(base64.b64encode(new_key()))
    with pytest.raises(WrongKeyError, match="another database"):
        await Store.open(settings)


@pytest.mark.parametrize("content", [b"", b"not a key", base64.b64encode(b"short"), b"\xff\xfe"])
async def test_a_file_that_is_no_key_is_refused(settings: Settings, content: bytes) -> None:
    settings.home.mkdir(parents=True)
    settings.secret_key_file.write_bytes(content)
    with pytest.raises(KeyFileError, match="is not a key"):
        await Store.open(settings)
    assert settings.secret_key_file.read_bytes() == content


async def test_a_place_that_cannot_be_used_is_named(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="PRISTAN_HOME"):
        await Store.open(dataclasses.replace(settings, home=tmp_path / "file" / "home"))
    with pytest.raises(KeyFileError, match="PRISTAN_SECRET_KEY_FILE"):
        await Store.open(dataclasses.replace(settings, secret_key_file=tmp_path / "file" / "secret.key"))


async def test_a_value_copied_from_another_person_does_not_open(store: Store) -> None:
    for chat_id in (101, 102):
        async with store.turn(chat_id) as turn:
            turn.person.city = "Izmir"
    mine, other = store.people.ref(101), store.people.ref(102)

    async def swap(connection):
        row = (await connection.execute(select(people).where(people.c.ref == other))).first()
        wrapped = (await connection.execute(select(person_keys.c.wrapped).where(person_keys.c.ref == other))).scalar()
        await connection.execute(update(people).where(people.c.ref == mine).values(state_enc=row.state_enc))
        return wrapped

    wrapped = await store._database.write(swap)
    with pytest.raises(DamagedDataError) as refused:
        await store.people.get(mine)
    assert mine not in str(refused.value)

    async def steal_key(connection):
        await connection.execute(update(person_keys).where(person_keys.c.ref == mine).values(wrapped=wrapped))

    await store._database.write(steal_key)
    with pytest.raises(DamagedDataError):
        await store.people.get(mine)
    assert (await store.people.get(other)).city == "Izmir"


def test_a_ciphertext_opens_only_with_its_key_and_at_its_place() -> None:
    key = new_key()
    sealed = seal(key, b"text", "table.column/1")
    assert unseal(key, sealed, "table.column/1") == b"text"
    assert seal(key, b"text", "table.column/1") != sealed
    for wrong_key, value, place in (
        (new_key(), sealed, "table.column/1"),
        (key, sealed, "table.column/2"),
        (key, sealed[:-1] + bytes([sealed[-1] ^ 1]), "table.column/1"),
        (key, b"", "table.column/1"),
    ):
        with pytest.raises(DamagedDataError):
            unseal(wrong_key, value, place)


def test_references_depend_on_the_master_key_and_tell_nothing() -> None:
    one, other = Keyring(b"1" * 32), Keyring(b"2" * 32)
    assert one.person_ref(101) == Keyring(b"1" * 32).person_ref(101)
    assert len({one.person_ref(101), one.person_ref(102), other.person_ref(101)}) == 3
    assert repr(one) == "Keyring(...)"


async def test_every_person_has_a_key_of_their_own(store: Store) -> None:
    for chat_id in (101, 102):
        async with store.turn(chat_id):
            pass
    async with store._database.reading() as connection:
        rows = (await connection.execute(select(person_keys))).all()
    keys = {store._keyring.unwrap(row.wrapped, row.ref) for row in rows}
    assert len(keys) == 2 and {len(key) for key in keys} == {32}


async def test_sqlite_is_set_up_to_lose_nothing_and_to_erase(store: Store, file_bytes) -> None:
    expected = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1, "temp_store": 2}
    async with store._database.reading() as connection:
        found = {name: (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar() for name in expected}
        await connection.execute(select(counters))
    assert found == expected
