"""Snapshots of conversations: opaque bytes of the dialogue engine, compressed and encrypted, one a person."""

from __future__ import annotations

import zlib
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.keys import seal, unseal
from bot.store.models import dialogues


async def load_dialogue(connection: AsyncConnection, key: bytes, ref: str) -> bytes | None:
    """The snapshot of a person, or None.

    Raises:
        DamagedDataError: it does not open with the key.
    """
    sealed = (await connection.execute(select(dialogues.c.snapshot_enc).where(dialogues.c.person_ref == ref))).scalar()
    return None if sealed is None else zlib.decompress(unseal(key, sealed, f"dialogues.snapshot/{ref}"))


async def save_dialogue(
    connection: AsyncConnection, key: bytes, ref: str, snapshot: bytes | None, now: datetime
) -> None:
    """Replace the snapshot of a person; None forgets it."""
    if snapshot is None:
        await connection.execute(delete(dialogues).where(dialogues.c.person_ref == ref))
        return
    values = {"snapshot_enc": seal(key, zlib.compress(snapshot, 1), f"dialogues.snapshot/{ref}"), "updated_at": now}
    changed = await connection.execute(update(dialogues).where(dialogues.c.person_ref == ref).values(**values))
    if changed.rowcount == 0:
        await connection.execute(insert(dialogues).values(person_ref=ref, **values))
