"""A dead disk: what a backup brings back, to whom, and what it never brings back."""

import dataclasses
import json
from pathlib import Path

import pytest

from bot.settings import Settings
from bot.store import KeyFileError, Store
from bot.store.backup import BackupError, back_up, read_backup, restore
from bot.store.exclusive import InUse
from bot.store.keys import Keyring, load_master_key
from bot.store.keys_copy import KeysCopy, KeysCopyError
from bot.store.rotation import rotate_master_key
from bot.store.wipe import HIDDEN
from tests.store.test_keys import mode
from tests.store.test_wipe import LONG, deliver, live

STAYS, GOES, HIDES = 7_000_000_001, 7_000_000_002, 7_000_000_003


@pytest.fixture
def kept(settings: Settings, tmp_path: Path) -> Settings:
    """With a copy of the keys on another disk."""
    (tmp_path / "other").mkdir()
    return dataclasses.replace(settings, keys_copy=tmp_path / "other" / "people.keys")


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    return tmp_path / "pristan.backup"


def lines_of(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def harm_file(file: Path, harm: str) -> None:
    text = lines_of(file)
    lines = text.splitlines()
    harmed = {
        "cut": text[:-300],
        "last line gone": "\n".join(lines[:-1]),
        "record gone": "\n".join((*lines[:2], *lines[3:])),
        "header": "\n".join((json.dumps({**json.loads(lines[0]), "people": 9}), *lines[1:])),
        "empty": "",
        "no text": "\udc80",
    }[harm]
    file.write_bytes(harmed.encode("utf-8", "surrogateescape"))


def new_disk(settings: Settings) -> Settings:
    """The database is lost; the key file was put back."""
    if settings.database_url:
        pytest.skip("moves an SQLite file away")
    for file in settings.home.glob("pristan.sqlite*"):
        file.unlink()
    return settings


async def lived(settings: Settings) -> dict[int, str]:
    async with await Store.open(settings) as store:
        cases = {chat: await live(store, chat, 100 * number) for number, chat in enumerate((STAYS, GOES), start=1)}
        async with store.turn(HIDES) as turn:
            turn.person.language, turn.person.country = "bg", "IT"
        await store.counters.add("something", 5)
    return cases


async def wiped(settings: Settings, chat: int) -> None:
    async with await Store.open(settings) as store, store.turn(chat) as turn:
        await turn.wipe()


async def test_people_and_talks_come_back_and_nothing_is_sent_to_them(kept: Settings, backup: Path) -> None:
    cases = await lived(kept)
    done = await back_up(kept, backup)
    assert (done.people, done.cases, done.keys_copied) == (3, 2, True)
    assert mode(backup) == mode(kept.keys_copy) == 0o600
    brought = await restore(new_disk(kept), backup)
    assert (brought.people, brought.closed) == (3, 0)
    async with await Store.open(kept) as store:
        ref = store.people.ref(STAYS)
        person = await store.people.get(ref)
        assert person.chat_id == STAYS and (person.language, person.country) == ("ru", "TR")
        assert person.silent and person.fields[HIDDEN]
        case = await store.cases.of_person(ref)
        assert case.id == cases[STAYS] and case.summary == {"words": LONG} and case.topic_id == 50_100
        assert [message.text for message in await store.cases.messages(case.id)] == [LONG]
        assert await store.inbox.waiting() == []
        async with store.turn(None) as staff:  # an agent writes: it must wait for the person
            staff.send("sendMessage", {"text": "hello?"}, to=ref, unprompted=True, case_id=case.id)
        assert await deliver(store) == []
        async with store.turn(STAYS) as turn:
            assert await turn.load_dialogue() is None
            assert (await turn.wipe()).message_ids == (100, 10_100)  # those still can be deleted
        hides = await store.people.get(store.people.ref(HIDES))
        assert hides.country == "IT" and HIDDEN not in hides.fields
        assert (await store.counters.read())["something"] == 5


async def test_who_was_erased_after_the_backup_stays_erased(kept: Settings, backup: Path) -> None:
    cases = await lived(kept)
    await back_up(kept, backup)
    keyring = Keyring(load_master_key(kept.secret_key_file, may_create=False))
    _, keys = KeysCopy(kept.keys_copy, keyring).read()
    read = read_backup(backup, keyring)
    theirs = read.record(keys[keyring.person_ref(GOES)])
    assert theirs["cases"][0]["id"] == cases[GOES]  # so there is something to find
    await wiped(kept, GOES)
    async with await Store.open(kept) as store:
        async with store.turn(HIDES) as turn:
            await turn.hide()
        await store.purge_if_due()  # as when the calls that empty the chat were made
    # With every key that is left, the record opens under none and cannot be told from the others.
    _, left = KeysCopy(kept.keys_copy, keyring).read()
    assert set(left) == {keyring.person_ref(STAYS)}
    assert [read.record(key)["people"][0]["language"] for key in left.values()] == ["ru"]
    for mark in (keyring.person_ref(GOES), str(GOES), cases[GOES], "лодка", '"TR"'):
        assert mark not in lines_of(backup)
    brought = await restore(new_disk(kept), backup)
    assert (brought.people, brought.closed) == (1, 2)
    async with await Store.open(kept) as store:
        assert await store.people.get(store.people.ref(GOES)) is None
        assert await store.people.get(store.people.ref(HIDES)) is None
        assert await store.cases.get(cases[GOES]) is None
        assert await store.people.get(store.people.ref(STAYS)) is not None


async def test_a_wipe_while_the_copy_is_away_reaches_it_later(kept: Settings, backup: Path, caplog) -> None:
    await lived(kept)
    await back_up(kept, backup)
    away = kept.keys_copy.parent.with_name("away")
    kept.keys_copy.parent.rename(away)
    await wiped(kept, GOES)
    assert "PRISTAN_KEYS_COPY" in caplog.text
    away.rename(kept.keys_copy.parent)
    async with await Store.open(kept) as store:
        assert set(KeysCopy(kept.keys_copy, store.keyring).read()[1]) == {
            store.people.ref(STAYS), store.people.ref(HIDES),
        }  # fmt: skip


async def test_a_backup_of_a_year_ago_brings_back_nobody(kept: Settings, backup: Path, clock) -> None:
    async with await Store.open(kept, clock) as store:
        await live(store, STAYS, 100)
    await back_up(kept, backup, clock)
    clock.forward(days=365)
    await restore(new_disk(kept), backup, clock)
    async with await Store.open(kept, clock) as store:
        assert await store.people.get(store.people.ref(STAYS)) is None
        assert await store.cases.queue() == []
        assert KeysCopy(kept.keys_copy, store.keyring).read()[1] == {}


async def test_a_new_database_never_overwrites_the_keys_of_the_lost_one(kept: Settings, backup: Path, caplog) -> None:
    await lived(kept)
    await back_up(kept, backup)
    before = kept.keys_copy.read_bytes()
    await wiped(new_disk(kept), 7_000_000_042)  # the bot was started before the restore, and somebody erased
    assert kept.keys_copy.read_bytes() == before and "another database" in caplog.text
    with pytest.raises(KeysCopyError, match="another database"):
        await back_up(kept, backup.with_name("second"))
    assert (await restore(new_disk(kept), backup)).people == 3
    await wiped(kept, GOES)
    assert kept.keys_copy.read_bytes() != before


async def test_what_is_refused(kept: Settings, settings: Settings, backup: Path) -> None:
    await lived(kept)
    await back_up(kept, backup)
    with pytest.raises(BackupError, match="never overwritten"):
        await back_up(kept, backup)
    with pytest.raises(BackupError, match="cannot be written"):
        await back_up(kept, backup.with_name("nowhere") / "file")
    with pytest.raises(BackupError, match="PRISTAN_KEYS_COPY"):
        await restore(settings, backup)
    with pytest.raises(BackupError, match="holds data already"):
        await restore(kept, backup)
    async with await Store.open(kept):
        with pytest.raises(InUse):
            await restore(kept, backup)
    key = kept.secret_key_file.read_bytes()
    kept.secret_key_file.unlink()
    with pytest.raises(BackupError, match="key file"):
        await restore(new_disk(kept), backup)
    kept.secret_key_file.write_bytes(b"x")
    with pytest.raises(KeyFileError):
        await restore(kept, backup)
    kept.secret_key_file.write_bytes(key)
    content = kept.keys_copy.read_bytes()
    kept.keys_copy.write_bytes(content[:-20])
    with pytest.raises(KeysCopyError, match="damaged"):
        await restore(kept, backup)
    kept.keys_copy.write_bytes(content)
    assert (await restore(kept, backup)).people == 3


@pytest.mark.parametrize("harm", ["cut", "last line gone", "record gone", "header", "empty", "no text"])
async def test_a_harmed_backup_is_refused(kept: Settings, backup: Path, harm: str) -> None:
    await lived(kept)
    await back_up(kept, backup)
    harm_file(backup, harm)
    with pytest.raises(BackupError, match="no whole backup"):
        await restore(new_disk(kept), backup)


async def test_a_backup_from_before_a_rotation_is_dead(kept: Settings, backup: Path) -> None:
    await lived(kept)
    await back_up(kept, backup)
    await rotate_master_key(kept)
    second = backup.with_name("second")
    await back_up(kept, second)
    with pytest.raises(BackupError, match="another master key"):
        await restore(new_disk(kept), backup)
    assert (await restore(kept, second)).people == 3


async def test_a_record_does_not_tell_how_much_somebody_wrote(kept: Settings, backup: Path) -> None:
    async with await Store.open(kept) as store:
        for chat, words in ((STAYS, 0), (GOES, 400)):
            async with store.turn(chat) as turn:
                turn.person.fields["offer_flags"] = ["x"] * words
    await back_up(kept, backup)
    lengths = {len(json.loads(line)["sealed"]) for line in lines_of(backup).splitlines()[2:-1]}
    assert len(lengths) == 1
