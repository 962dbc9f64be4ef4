"""Backup and restore, on which a wipe holds.

**What is in a backup.** One sealed record for each person: what is remembered of them, their talks with staff and the
numbers of the chat's messages; and one for the house: counters and the audit. Not in it: people's keys, the dialogue,
and whatever waits to be worked on or sent, since after a restore that would be a message out of the blue.

**Why a wipe holds.** A person's record is sealed with their own key and stands under a name made from that key. The key
is in no backup. Once it is destroyed (`/forget`, `/hide` without a case, 90 days of silence), the record cannot be
opened, nor even be recognised as theirs by somebody who has the master key and knows the chat. Records are padded and
stand in the order of their names, which is random.

**What a restore needs.** The backup, the master key, and the keys: those in the copy (`bot.store.keys_copy`). A record
without a key stays closed. Who is restored is silent: what they did after the backup is not known, perhaps they hid the
chat, so nothing is sent to them until they write, and a talk with staff goes on when they ask for a person again.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
import secrets
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Table, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.settings import Settings
from bot.store.clock import Clock, utc_now
from bot.store.counters import IDENTITY, NOTES
from bot.store.engine import insert_if_absent
from bot.store.errors import DamagedDataError, StoreError
from bot.store.keys import Keyring, seal, sync_folder, unseal
from bot.store.keys_copy import KeysCopy
from bot.store.models import (
    UtcDateTime,
    audit,
    case_messages,
    cases,
    counters,
    dialogues,
    inbox,
    outbox,
    people,
    person_keys,
    sent_messages,
)
from bot.store.people import load_person, save_person
from bot.store.person_keys import ONCE
from bot.store.sealed_columns import sealed_table
from bot.store.store import Store
from bot.store.wipe import HIDDEN

_FORMAT = "pristan backup 1"
#: A record is filled up to a multiple of this, bytes: its length shall not tell how much somebody wrote.
_PAGE = 4096
#: A person's tables, in the order in which they can be written again.
_OF_PERSON: tuple[Table, ...] = (people, cases, case_messages, sent_messages)


class BackupError(StoreError):
    """A backup cannot be written, read or restored; the text says why and what to do."""


@dataclass(frozen=True)
class BackedUp:
    """What a backup holds."""

    people: int
    cases: int
    keys_copied: bool


@dataclass(frozen=True)
class Restored:
    """What a restore brought back.

    Args:
        people: records that were opened.
        closed: records without a key: erased since the backup, or made after the last copy of the keys.
    """

    people: int
    closed: int


# --- writing ---------------------------------------------------------------------------------------------------------


async def back_up(settings: Settings, file: Path, clock: Clock = utc_now) -> BackedUp:
    """Write a backup; the bot may run meanwhile.

    Args:
        settings: where the data is, and the copy of the keys.
        file: a path where nothing is yet.

    Raises:
        BackupError: the file is there already or cannot be written.
        KeysCopyError: the copy of people's keys cannot be written.
    """
    _must_be_new(file)
    async with await Store.open(settings, clock) as store:
        async with store.database.reading() as connection:
            records, number = await _records(connection, store.keyring)
            house = await _house(connection)
        identifier = secrets.token_hex(16)
        header = {"format": _FORMAT, "id": identifier, "made_at": clock().isoformat(), "people": len(records)}
        lines = [json.dumps(header), _encoded(seal(_house_key(store.keyring), _packed(house), f"backup/{identifier}"))]
        named = {_name(key, identifier): _sealed(key, record, identifier) for key, record in records}
        lines += [json.dumps({"name": name, "sealed": named[name]}) for name in sorted(named)]
        lines.append(_authenticated(store.keyring, lines))
        _write_new(file, ("\n".join(lines) + "\n").encode())
        copied = await store.renew_keys_copy()
    return BackedUp(len(records), number, copied)


async def _records(connection: AsyncConnection, keyring: Keyring) -> tuple[list[tuple[bytes, dict[str, Any]]], int]:
    """Each person's key and rows, opened, in one consistent state; and the number of cases."""
    records: list[tuple[bytes, dict[str, Any]]] = []
    number = 0
    for row in (await connection.execute(select(person_keys).where(person_keys.c.ref.not_like(f"{ONCE}%")))).all():
        try:
            key = keyring.unwrap(row.wrapped, row.ref)
            record = {table.name: await _opened(connection, table, row.ref, key) for table in _OF_PERSON}
        except DamagedDataError:
            continue  # what cannot be read cannot be saved; the bot says so in its log when it meets it
        if record["people"]:
            records.append((key, record))
            number += len(record["cases"])
    return records, number


async def _opened(connection: AsyncConnection, table: Table, ref: str, key: bytes) -> list[dict[str, Any]]:
    described = sealed_table(table)
    found: list[dict[str, Any]] = []
    query = select(table)
    if table is people:
        query = query.where(people.c.ref == ref)
    elif table is case_messages:
        query = query.join(cases, cases.c.id == case_messages.c.case_id).where(cases.c.person_ref == ref)
    else:
        query = query.where(table.c.person_ref == ref)
    for row in (await connection.execute(query.order_by(*table.primary_key.columns))).mappings():
        values: dict[str, Any] = {}
        for column in table.columns:
            value = row[column.name]
            if column.name in described.refs:
                continue  # a reference can be recognised by whoever has the master key
            if column.name in described.places and value is not None:
                opened = unseal(key, value, described.places[column.name]({**row, "person_ref": ref}))
                value = base64.b64encode(opened).decode()
            values[column.name] = value.isoformat() if isinstance(value, datetime) else value
        found.append(values)
    return found


async def _house(connection: AsyncConnection) -> dict[str, Any]:
    rows = (await connection.execute(select(audit.c.at, audit.c.event, audit.c.detail).order_by(audit.c.id))).all()
    numbers = (await connection.execute(select(counters).where(counters.c.name.not_in(NOTES)))).all()
    return {
        # Without the case: its name would tie an event to a person.
        "audit": [[row.at.isoformat(), row.event, row.detail] for row in rows],
        "counters": {row.name: row.value for row in numbers},
    }


def _house_key(keyring: Keyring) -> bytes:
    return hmac.new(keyring.house, b"pristan/1/backup", hashlib.sha256).digest()


def _name(key: bytes, identifier: str) -> str:
    """What a person's record is called in one backup: only their key tells."""
    return hmac.new(key, f"pristan/1/backup name/{identifier}".encode(), hashlib.sha256).hexdigest()


def _packed(record: Mapping[str, Any]) -> bytes:
    packed = zlib.compress(json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode())
    size = len(packed).to_bytes(8, "big")
    return size + packed + b"\0" * (-(len(packed) + 8) % _PAGE)


def _unpacked(plain: bytes) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(zlib.decompress(plain[8 : 8 + int.from_bytes(plain[:8], "big")]))
    return record


def _sealed(key: bytes, record: Mapping[str, Any], identifier: str) -> str:
    return base64.b64encode(seal(key, _packed(record), f"backup/{identifier}")).decode()


def _encoded(sealed: bytes) -> str:
    return json.dumps({"house": base64.b64encode(sealed).decode()})


def _authenticated(keyring: Keyring, lines: list[str]) -> str:
    """The last line: shows that nothing is missing and nothing was changed, and by which master key it was made."""
    return json.dumps({"whole": hmac.new(_house_key(keyring), "\n".join(lines).encode(), hashlib.sha256).hexdigest()})


def _must_be_new(file: Path) -> None:
    if file.exists():
        raise BackupError(f"{file} is there already. Name a new file: a backup is never overwritten.")


def _write_new(file: Path, content: bytes) -> None:
    draft = file.with_name(f".{file.name}.draft")
    try:
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.link(draft, file)
        draft.unlink()
        sync_folder(file.parent)
    except OSError as error:
        raise BackupError(
            f"{file} cannot be written ({error.strerror}). Name a file in a folder you may write to."
        ) from None


# --- reading ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Backup:
    """A backup that was read and found whole."""

    identifier: str
    house: dict[str, Any]
    sealed: dict[str, bytes]

    def record(self, key: bytes) -> dict[str, Any] | None:
        """The record of the person with this key, or None."""
        sealed = self.sealed.get(_name(key, self.identifier))
        return None if sealed is None else _unpacked(unseal(key, sealed, f"backup/{self.identifier}"))


def read_backup(file: Path, keyring: Keyring) -> Backup:
    """Read a backup and check that it is whole.

    Raises:
        BackupError: it cannot be read, was cut off or changed, or was made under another master key.
    """
    damaged = BackupError(
        f"{file} is no whole backup of this database: it is damaged, or was made under another master key "
        "(a backup from before «pristan keys rotate» cannot be restored). Try another backup, or the key file it "
        "was made with."
    )
    try:
        *lines, last = file.read_text(encoding="utf-8").splitlines()
        if not hmac.compare_digest(json.loads(_authenticated(keyring, lines))["whole"], json.loads(last)["whole"]):
            raise damaged
        header = json.loads(lines[0])
        if header["format"] != _FORMAT:
            raise damaged
        identifier = str(header["id"])
        house = unseal(_house_key(keyring), base64.b64decode(json.loads(lines[1])["house"]), f"backup/{identifier}")
        sealed = {row["name"]: base64.b64decode(row["sealed"]) for row in map(json.loads, lines[2:])}
        return Backup(identifier, _unpacked(house), sealed)
    except OSError as error:
        raise BackupError(f"{file} cannot be read ({error.strerror}).") from None
    except (ValueError, KeyError, TypeError, IndexError, binascii.Error, zlib.error, DamagedDataError):
        raise damaged from None


async def restore(settings: Settings, file: Path, clock: Clock = utc_now) -> Restored:
    """Fill an empty database from a backup; the bot must not run.

    The key file must be back in its place before. Without a database there is none to say which key is right: the
    backup itself does.

    Raises:
        InUse: the bot runs.
        BackupError: there is data already, no copy of the keys is named, or the backup cannot be used.
        KeysCopyError: the copy of the keys cannot be used.
    """
    if settings.keys_copy is None:
        raise BackupError("Name the copy of people's keys by PRISTAN_KEYS_COPY: without it no record can be opened.")
    _must_have_key(settings.secret_key_file)
    async with await Store.open(settings, clock, exclusive=True) as store:
        keyring = store.keyring
        backup = read_backup(file, keyring)
        identity, keys = KeysCopy(settings.keys_copy, keyring).read()

        async def work(connection: AsyncConnection) -> int:
            await _must_be_empty(connection)
            count = 0
            for ref, key in keys.items():
                record = backup.record(key)
                if record is not None:
                    await _bring_back(connection, keyring, ref, key, record, clock())
                    count += 1
            await _bring_back_house(connection, backup.house)
            await insert_if_absent(connection, counters, {"name": IDENTITY, "value": identity})
            return count

        count = await store.database.write(work)
        await store.retention.sweep()
    return Restored(count, len(backup.sealed) - count)


def _must_have_key(file: Path) -> None:
    if not file.exists():
        raise BackupError(
            f"The key file {file} is missing. Put it back from your copy first: "
            "without it neither the backup nor the keys can be read."
        )


async def _must_be_empty(connection: AsyncConnection) -> None:
    for table in (people, person_keys, cases, dialogues, inbox, outbox, sent_messages):
        if (await connection.execute(select(func.count()).select_from(table))).scalar():
            raise BackupError(
                "The database holds data already. A backup is restored into an empty one only: move the database "
                "(pristan.sqlite and what begins with that name) away, or name another by PRISTAN_DATABASE_URL."
            )


async def _bring_back(
    connection: AsyncConnection, keyring: Keyring, ref: str, key: bytes, record: Mapping[str, Any], now: datetime
) -> None:
    await connection.execute(insert(person_keys).values(ref=ref, wrapped=keyring.wrap(key, ref)))
    for table in _OF_PERSON:
        for values in _written(table, record[table.name], ref, key):
            await connection.execute(insert(table).values(**values))
    person = await load_person(connection, key, ref)
    assert person is not None, "a record without a person is never written"  # noqa: S101
    last_seen, person.silent_since = person.last_seen, now
    if any(case["state"] != "closed" for case in record["cases"]):
        person.fields[HIDDEN] = True
    await save_person(connection, key, person, last_seen or now, hidden=last_seen is None)


def _written(table: Table, rows: list[dict[str, Any]], ref: str, key: bytes) -> Iterator[dict[str, Any]]:
    described = sealed_table(table)
    for row in rows:
        values = {**row, **dict.fromkeys(described.refs, ref)}
        for column in table.columns:
            value = values.get(column.name)
            if value is None:
                continue
            if isinstance(column.type, UtcDateTime):
                values[column.name] = datetime.fromisoformat(value)
            elif column.name in described.places:
                place = described.places[column.name]({**values, "person_ref": ref})
                values[column.name] = seal(key, base64.b64decode(value), place)
        if table is case_messages:
            # The calls were not backed up, and all numbers are given anew.
            values["outbox_id"] = None
            del values["id"]
        yield values


async def _bring_back_house(connection: AsyncConnection, house: Mapping[str, Any]) -> None:
    for at, event, detail in house["audit"]:
        await connection.execute(insert(audit).values(at=datetime.fromisoformat(at), event=event, detail=detail))
    for name, value in house["counters"].items():
        await insert_if_absent(connection, counters, {"name": name, "value": value})
