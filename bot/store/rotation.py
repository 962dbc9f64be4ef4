"""A new master key: every reference, every person's key and everything under them is made anew, in one transaction.

Only wrapping the old keys anew would be cheaper, but whoever once had the old master key and a copy of the database
would go on reading what is written later, and recognise people by their references.

Nothing is ever between two keys. The new key waits in a file of its own (`pending_key_file`) until the transaction has
committed; the database says by its fingerprint which of the two files is the right one. A process that dies before the
commit leaves the old key valid and the next start removes the new one; a process that dies after it leaves the new one
valid and the next start puts it into its place (`bot.store.store`). Either way, running the command again is all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.settings import Settings
from bot.store.counters import PURGE_DUE, set_counter
from bot.store.errors import DamagedDataError
from bot.store.keys import Keyring, adopt_pending_key, load_master_key, new_key, pending_key_file, seal, unseal
from bot.store.models import case_messages, cases, key_check, person_keys, sent_messages
from bot.store.people import load_person
from bot.store.person_keys import ONCE
from bot.store.sealed_columns import SEALED_TABLES, SealedTable
from bot.store.store import Store

#: Rows read at once.
_BATCH = 200


@dataclass
class Rotated:
    """What a rotation did.

    Args:
        people: people who got a new reference and a new key.
        values: ciphertexts made anew.
        unreadable: ciphertexts that opened under no key; they are left as they are.
    """

    people: int = 0
    values: int = 0
    unreadable: int = 0


@dataclass(frozen=True)
class _Renewed:
    """A person, or a one-off key, before and after."""

    old_key: bytes
    new_key: bytes
    new_ref: str


async def rotate_master_key(settings: Settings) -> Rotated:
    """Exchange the master key; the bot must not run.

    Raises:
        InUse: it runs.
        KeyFileError: a key file cannot be read or written.
    """
    async with await Store.open(settings, exclusive=True) as store:
        file = settings.secret_key_file
        new = Keyring(load_master_key(pending_key_file(file), may_create=True))
        old = store.keyring

        async def work(connection: AsyncConnection) -> Rotated:
            return await _renew(connection, old, new)

        done = await store.database.write(work)
        adopt_pending_key(file)
        store.use_keyring(new)
        await store.purge_if_due()
    return done


async def _renew(connection: AsyncConnection, old: Keyring, new: Keyring) -> Rotated:
    done = Rotated()
    renewed = await _renew_keys(connection, old, new, done)
    # Messages of cases before the cases, which name their owner.
    for described in reversed(SEALED_TABLES):
        if described.table is sent_messages:
            for ref, change in renewed.items():
                if change.new_ref != ref:
                    await connection.execute(
                        update(sent_messages).where(sent_messages.c.person_ref == ref).values(person_ref=change.new_ref)
                    )
        else:
            await _renew_table(connection, described, renewed, old, new, done)
    await connection.execute(update(key_check).values(fingerprint=new.fingerprint))
    await set_counter(connection, PURGE_DUE, 1)
    return done


async def _renew_keys(connection: AsyncConnection, old: Keyring, new: Keyring, done: Rotated) -> dict[str, _Renewed]:
    renewed: dict[str, _Renewed] = {}
    for row in (await connection.execute(select(person_keys))).all():
        try:
            key = old.unwrap(row.wrapped, row.ref)
        except DamagedDataError:
            done.unreadable += 1
            continue
        if row.ref.startswith(ONCE):
            renewed[row.ref] = _Renewed(key, key, row.ref)
        else:
            renewed[row.ref] = _Renewed(key, new_key(), await _new_ref(connection, new, key, row.ref, done))
            done.people += 1
    await connection.execute(person_keys.delete())
    for change in renewed.values():
        wrapped = new.wrap(change.new_key, change.new_ref)
        await connection.execute(insert(person_keys).values(ref=change.new_ref, wrapped=wrapped))
    return renewed


async def _new_ref(connection: AsyncConnection, new: Keyring, key: bytes, ref: str, done: Rotated) -> str:
    """The person's reference under the new master key.

    Somebody of whom only an update waits keeps the old one: their chat is named in that update alone, and it goes with
    it at the next start.
    """
    try:
        person = await load_person(connection, key, ref)
    except DamagedDataError:
        done.unreadable += 1
        return ref
    return ref if person is None else new.person_ref(person.chat_id)


async def _renew_table(
    connection: AsyncConnection,
    described: SealedTable,
    renewed: Mapping[str, _Renewed],
    old: Keyring,
    new: Keyring,
    done: Rotated,
) -> None:
    table = described.table
    [number] = table.primary_key.columns
    numbers = (await connection.execute(select(number).order_by(number))).scalars().all()
    for start in range(0, len(numbers), _BATCH):
        for row in await _rows(connection, described, number, numbers[start : start + _BATCH]):
            values = _renewed_values(described, row, renewed, old, new, done)
            if values:
                await connection.execute(update(table).where(number == row[number.name]).values(**values))


async def _rows(
    connection: AsyncConnection, described: SealedTable, number: Any, numbers: Sequence[Any]
) -> list[dict[str, Any]]:
    query = select(described.table).where(number.in_(numbers))
    if described.table is case_messages:
        query = query.add_columns(cases.c.person_ref).join(cases, cases.c.id == case_messages.c.case_id)
    return [dict(row) for row in (await connection.execute(query)).mappings()]


def _renewed_values(
    described: SealedTable,
    row: dict[str, Any],
    renewed: Mapping[str, _Renewed],
    old: Keyring,
    new: Keyring,
    done: Rotated,
) -> dict[str, Any]:
    """The columns of one row that change."""
    refs = {column: renewed[row[column]].new_ref for column in described.refs if row[column] in renewed}
    after = {**row, **refs}
    values: dict[str, Any] = {column: ref for column, ref in refs.items() if ref != row[column]}
    owner = described.owner(row) if described.owner is not None else None
    change = None if owner is None else renewed.get(owner)
    if owner is not None and change is None:
        done.unreadable += sum(row[column] is not None for column in described.places)
        return values
    keys = (old.house, new.house) if change is None else (change.old_key, change.new_key)
    for column, place in described.places.items():
        if row[column] is None:
            continue
        try:
            plain = unseal(keys[0], row[column], place(row))
        except DamagedDataError:
            done.unreadable += 1
            continue
        values[column] = seal(keys[1], plain, place(after))
        done.values += 1
    return values
