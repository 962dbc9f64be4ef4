"""The rows that hold people's keys: made at a person's first message, destroyed at a wipe."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from sqlalchemy import bindparam, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.engine import insert_if_absent
from bot.store.keys import Keyring, new_key
from bot.store.models import outbox, person_keys

_WRAPPED = select(person_keys.c.wrapped).where(person_keys.c.ref == bindparam("of"))
#: Keys of several; made once, like the one above.
_WRAPPED_OF_MANY = select(person_keys.c.ref, person_keys.c.wrapped).where(
    person_keys.c.ref.in_(bindparam("of", expanding=True))
)

#: Begins the name of a one-off key, which belongs to no person and dies with the last message under it.
ONCE = "once:"


def once_ref() -> str:
    """A fresh random name for a one-off key; tells nothing about whom it is for."""
    return ONCE + secrets.token_hex(16)


async def load_key(connection: AsyncConnection, keyring: Keyring, ref: str) -> bytes | None:
    """The key of ``ref``, or None when there is none (a stranger, or wiped).

    Raises:
        DamagedDataError: the row does not open with the master key.
    """
    wrapped = (await connection.execute(_WRAPPED, {"of": ref})).scalar()
    return None if wrapped is None else keyring.unwrap(wrapped, ref)


async def load_or_create_keys(connection: AsyncConnection, keyring: Keyring, refs: Iterable[str]) -> dict[str, bytes]:
    """The keys of several people, made now where there are none. Needs a write transaction."""
    wanted = list(dict.fromkeys(refs))
    if not wanted:
        return {}
    rows = await connection.execute(_WRAPPED_OF_MANY, {"of": wanted})
    keys = {row.ref: keyring.unwrap(row.wrapped, row.ref) for row in rows}
    for ref in wanted:
        if ref not in keys:
            keys[ref] = await load_or_create_key(connection, keyring, ref)
    return keys


async def load_or_create_key(connection: AsyncConnection, keyring: Keyring, ref: str) -> bytes:
    """The key of ``ref``, made now if there is none. Needs a write transaction."""
    key = await load_key(connection, keyring, ref)
    if key is not None:
        return key
    fresh = new_key()
    if await insert_if_absent(connection, person_keys, {"ref": ref, "wrapped": keyring.wrap(fresh, ref)}):
        return fresh
    stored = await load_key(connection, keyring, ref)
    assert stored is not None, "a key row that could not be inserted must exist"  # noqa: S101
    return stored


async def destroy_key(connection: AsyncConnection, ref: str) -> None:
    """Make everything under the key of ``ref`` unreadable for ever."""
    await connection.execute(delete(person_keys).where(person_keys.c.ref == ref))


async def destroy_once_key_if_unused(connection: AsyncConnection, ref: str) -> bool:
    """Destroy a one-off key when the last message under it is gone.

    Returns:
        Whether it was destroyed.
    """
    left = (await connection.execute(select(outbox.c.id).where(outbox.c.key_ref == ref).limit(1))).first()
    if left is None:
        await destroy_key(connection, ref)
    return left is None
