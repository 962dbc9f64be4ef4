"""People, as far as the bot must remember them: language, place, consent. Chat ids and places are stored encrypted."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.engine import Database
from bot.store.keys import Keyring, seal_json, unseal_json
from bot.store.models import people
from bot.store.person_keys import load_key

# Made once: making a statement takes longer than running it.
_MINE = people.c.ref == bindparam("of")
_PERSON = select(people).where(_MINE)
_SILENCE = select(people.c.silent_since, people.c.unprompted_ok).where(_MINE)
_CHANGE = update(people).where(_MINE)
_NEW = insert(people)


@dataclass
class Person:
    """One person, to be read and changed during a turn.

    Args:
        ref: keyed hash of the chat id; the only name of a person outside of encrypted columns.
        chat_id: Telegram's id of the private chat.
        language: code the bot speaks to them, None while unknown.
        language_chosen: they chose it themselves; no message changes it then.
        country: ISO 3166 alpha-2, from their words or a shared location only.
        city: as they named it.
        unprompted_ok: they agreed beforehand to messages they did not ask for.
        silent_since: moment of an alarm or quick exit; nothing unprompted is sent while it is set.
        delete_after_hours: after so long each message of the chat, theirs and ours, is deleted; None: never.
        fields: anything else to remember, made of what JSON knows.
        last_seen: their previous turn, None for a stranger and after hiding.
    """

    ref: str
    chat_id: int = field(repr=False)
    language: str | None = None
    language_chosen: bool = False
    country: str | None = field(default=None, repr=False)
    city: str | None = field(default=None, repr=False)
    unprompted_ok: bool = False
    silent_since: datetime | None = None
    delete_after_hours: int | None = None
    fields: dict[str, Any] = field(default_factory=dict, repr=False)
    last_seen: datetime | None = None

    @property
    def silent(self) -> bool:
        """Whether nothing may be sent to them unprompted now."""
        return self.silent_since is not None and not self.unprompted_ok

    @property
    def is_stranger(self) -> bool:
        """Whether nothing is remembered about them."""
        return self.last_seen is None


class People:
    """Reading people outside of a turn; a turn changes them."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    def ref(self, chat_id: int) -> str:
        """The reference of a chat; also the name of its lane."""
        return self._keyring.person_ref(chat_id)

    async def get(self, ref: str) -> Person | None:
        """A person by reference, or None when nothing is remembered about them."""

        async def work(connection: AsyncConnection) -> Person | None:
            key = await load_key(connection, self._keyring, ref)
            return None if key is None else await load_person(connection, key, ref)

        return await self._database.read(work)

    async def chat_id(self, ref: str) -> int | None:
        """The chat of a person, or None when nothing is remembered about them."""
        person = await self.get(ref)
        return None if person is None else person.chat_id


async def load_person(connection: AsyncConnection, key: bytes, ref: str) -> Person | None:
    """Read one person.

    Raises:
        DamagedDataError: the row does not open with the key.
    """
    row = (await connection.execute(_PERSON, {"of": ref})).first()
    if row is None:
        return None
    state = unseal_json(key, row.state_enc, f"people.state/{ref}")
    return Person(
        ref=ref,
        chat_id=unseal_json(key, row.chat_id_enc, f"people.chat_id/{ref}"),
        language=row.language,
        language_chosen=row.language_chosen,
        country=state["country"],
        city=state["city"],
        unprompted_ok=row.unprompted_ok,
        silent_since=row.silent_since,
        delete_after_hours=row.delete_after_hours,
        fields=state["fields"],
        last_seen=None if state["hidden"] else row.last_seen,
    )


async def save_person(
    connection: AsyncConnection, key: bytes, person: Person, now: datetime, hidden: bool = False
) -> None:
    """Write one person.

    Args:
        connection: a write transaction.
        key: the person's key.
        person: what to remember.
        now: the moment they were last seen.
        hidden: the next turn shall meet them as a stranger.
    """
    state = {"country": person.country, "city": person.city, "fields": person.fields, "hidden": hidden}
    values = {
        "chat_id_enc": seal_json(key, person.chat_id, f"people.chat_id/{person.ref}"),
        "language": person.language,
        "language_chosen": person.language_chosen,
        "state_enc": seal_json(key, state, f"people.state/{person.ref}"),
        "unprompted_ok": person.unprompted_ok,
        "silent_since": person.silent_since,
        "delete_after_hours": person.delete_after_hours,
        "last_seen": now,
    }
    changed = await connection.execute(_CHANGE, {"of": person.ref, **values})
    if changed.rowcount == 0:
        await connection.execute(_NEW, {"ref": person.ref, "created_at": now, **values})


async def is_silent(connection: AsyncConnection, ref: str) -> bool:
    """Whether nothing may be sent to this person unprompted now, read in the transaction at hand."""
    row = (await connection.execute(_SILENCE, {"of": ref})).first()
    return row is not None and row.silent_since is not None and not row.unprompted_ok
