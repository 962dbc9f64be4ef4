"""What a conversation stands at, compressed and encrypted, one row a person.

Two parts that live and expire together: the snapshot (opaque bytes of the dialogue engine) and the talk (the open form
and what was told, made of what JSON knows).
"""

from __future__ import annotations

import json
import zlib
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.keys import seal, unseal
from bot.store.models import dialogues

#: Begins a row that holds a talk besides the snapshot; a row without it is a snapshot alone.
_WITH_TALK = b"\x00talk1\x00"
_LENGTH_BYTES = 4

# Made once: making a statement takes longer than running it.
_MINE = dialogues.c.person_ref == bindparam("of")
_SNAPSHOT = select(dialogues.c.snapshot_enc).where(_MINE)
_CHANGE, _NEW, _FORGET = update(dialogues).where(_MINE), insert(dialogues), delete(dialogues).where(_MINE)


def pack(snapshot: bytes | None, talk: dict[str, Any]) -> bytes | None:
    """Both parts as one value; None where there is neither."""
    if not talk:
        return snapshot
    written = json.dumps(talk, ensure_ascii=False, separators=(",", ":")).encode()
    head = _WITH_TALK + len(written).to_bytes(_LENGTH_BYTES, "big") + written
    return head if snapshot is None else head + b"\x01" + snapshot


def unpack(value: bytes | None) -> tuple[bytes | None, dict[str, Any]]:
    """The parts of a value of :func:`pack`."""
    if value is None or not value.startswith(_WITH_TALK):
        return value, {}
    start = len(_WITH_TALK) + _LENGTH_BYTES
    end = start + int.from_bytes(value[len(_WITH_TALK) : start], "big")
    return value[end + 1 :] if value[end : end + 1] else None, json.loads(value[start:end])


async def load_dialogue(connection: AsyncConnection, key: bytes, ref: str) -> bytes | None:
    """The snapshot of a person, or None.

    Raises:
        DamagedDataError: it does not open with the key.
    """
    sealed = (await connection.execute(_SNAPSHOT, {"of": ref})).scalar()
    return None if sealed is None else zlib.decompress(unseal(key, sealed, f"dialogues.snapshot/{ref}"))


async def save_dialogue(
    connection: AsyncConnection, key: bytes, ref: str, snapshot: bytes | None, now: datetime
) -> None:
    """Replace the snapshot of a person; None forgets it."""
    if snapshot is None:
        await connection.execute(_FORGET, {"of": ref})
        return
    values = {"snapshot_enc": seal(key, zlib.compress(snapshot, 1), f"dialogues.snapshot/{ref}"), "updated_at": now}
    changed = await connection.execute(_CHANGE, {"of": ref, **values})
    if changed.rowcount == 0:
        await connection.execute(_NEW, {"person_ref": ref, **values})
