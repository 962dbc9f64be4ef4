"""Cases: one handoff of a person to staff, from waiting to closed, with an expiry."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.engine import Database
from bot.store.errors import CaseAlreadyOpen, DamagedDataError, TurnConflict
from bot.store.keys import Keyring, seal, seal_json, unseal, unseal_json
from bot.store.models import case_messages, cases
from bot.store.person_keys import load_key

CaseState = Literal["waiting", "open", "closed"]
#: ``in``: from the person to staff; ``out``: from staff to the person.
Direction = Literal["in", "out"]

#: Kind of a case that only reports something: nobody writes back in it.
REPORT = "report"

#: Crockford's base 32: no letter that is read or heard as another (https://www.crockford.com/base32.html).
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ID_LENGTH = 6


def new_case_id() -> str:
    """A random short name that staff can say aloud; unlike a number it does not tell how many cases there are."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_ID_LENGTH))


#: Made once: making a statement takes longer than running it.
_OPEN_CASE = select(cases).where(cases.c.person_ref == bindparam("of"), cases.c.state != "closed")


@dataclass
class Case:
    """One handoff.

    Args:
        id: short random name.
        person_ref: whose it is.
        state: ``waiting`` for staff, ``open`` with an agent, or ``closed``.
        kind: why it was opened, a short code.
        summary: what staff see at once, made of what JSON knows; encrypted.
        topic_id: topic of the staff group, once there is one.
        opened_at: when it was opened.
        closed_at: when it was closed.
        expires_at: when it is erased; moved on by every message.
        version: grows with each change; a change based on an older version is refused.
    """

    id: str
    person_ref: str
    state: CaseState
    kind: str
    summary: dict[str, Any] = field(repr=False)
    opened_at: datetime
    expires_at: datetime
    topic_id: int | None = None
    closed_at: datetime | None = None
    version: int = 0


@dataclass(frozen=True)
class CaseMessage:
    """One relayed message of a case."""

    case_id: str
    direction: Direction
    at: datetime
    staff_message_id: int | None = None
    person_message_id: int | None = None
    text: str | None = field(default=None, repr=False)


class Cases:
    """Reading cases; turns change them."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    async def get(self, case_id: str) -> Case | None:
        """A case by its short name."""
        return await self._one(cases.c.id == case_id)

    async def by_topic(self, topic_id: int) -> Case | None:
        """The latest case of a topic of the staff group."""
        return await self._one(cases.c.topic_id == topic_id)

    async def of_person(self, person_ref: str) -> Case | None:
        """The case of a person that is not closed."""
        return await self._one((cases.c.person_ref == person_ref) & (cases.c.state != "closed"))

    async def queue(self) -> list[Case]:
        """Cases that are not closed, the oldest first."""
        return await self._many(cases.c.state != "closed")

    async def expiring(self, before: datetime) -> list[Case]:
        """Cases that are not closed and expire before a moment: people should be told."""
        return await self._many((cases.c.state != "closed") & (cases.c.expires_at < before))

    async def messages(self, case_id: str) -> list[CaseMessage]:
        """The messages of a case in their order; empty for an unknown case."""
        async with self._database.reading() as connection:
            owner = (await connection.execute(select(cases.c.person_ref).where(cases.c.id == case_id))).scalar()
            key = None if owner is None else await load_key(connection, self._keyring, owner)
            if key is None:
                return []
            query = select(case_messages).where(case_messages.c.case_id == case_id).order_by(case_messages.c.id)
            return [_message(row, key) for row in await connection.execute(query)]

    async def message_of_staff(self, case_id: str, staff_message_id: int) -> CaseMessage | None:
        """The relayed message that has this number in the staff group."""
        return next((m for m in await self.messages(case_id) if m.staff_message_id == staff_message_id), None)

    async def message_of_person(self, case_id: str, person_message_id: int) -> CaseMessage | None:
        """The relayed message that has this number in the person's chat."""
        return next((m for m in await self.messages(case_id) if m.person_message_id == person_message_id), None)

    async def _one(self, condition: Any) -> Case | None:
        async with self._database.reading() as connection:
            query = select(cases).where(condition).order_by(cases.c.opened_at.desc()).limit(1)
            row = (await connection.execute(query)).first()
            return None if row is None else await _case(connection, self._keyring, row)

    async def _many(self, condition: Any) -> list[Case]:
        async with self._database.reading() as connection:
            rows = await connection.execute(select(cases).where(condition).order_by(cases.c.opened_at))
            return [await _case(connection, self._keyring, row) for row in rows]


async def load_open_case(connection: AsyncConnection, keyring: Keyring, person_ref: str) -> Case | None:
    """The case of a person that is not closed, read in the transaction at hand."""
    row = (await connection.execute(_OPEN_CASE, {"of": person_ref})).first()
    return None if row is None else await _case(connection, keyring, row)


async def insert_case(connection: AsyncConnection, key: bytes, case: Case) -> None:
    """Write a new case.

    Raises:
        CaseAlreadyOpen: the person has one that is not closed.
    """
    try:
        await connection.execute(insert(cases).values(id=case.id, person_ref=case.person_ref, **_values(key, case)))
    except IntegrityError:
        raise CaseAlreadyOpen from None


async def update_case(connection: AsyncConnection, key: bytes, case: Case) -> None:
    """Write a changed case, if nobody changed it since it was read.

    Raises:
        TurnConflict: somebody did, or the case is gone.
    """
    expected, case.version = case.version, case.version + 1
    values = _values(key, case)
    if case.state != "closed":
        del values["expires_at"]  # messages move it on without a new version: ours may be older
    changed = await connection.execute(
        update(cases).where(cases.c.id == case.id, cases.c.version == expected).values(**values)
    )
    if changed.rowcount == 0:
        raise TurnConflict("the case was changed meanwhile")


async def add_message(
    connection: AsyncConnection, key: bytes, message: CaseMessage, outbox_id: int | None, expires_at: datetime
) -> None:
    """Write a message of a case that is not closed and move the case's expiry on.

    Raises:
        TurnConflict: the case was closed meanwhile or is gone.
    """
    alive = await connection.execute(
        update(cases).where(cases.c.id == message.case_id, cases.c.state != "closed").values(expires_at=expires_at)
    )
    if alive.rowcount == 0:
        raise TurnConflict("the case was closed meanwhile")
    sealed = None if message.text is None else seal(key, message.text.encode(), _text_place(message))
    await connection.execute(
        insert(case_messages).values(
            case_id=message.case_id,
            direction=message.direction,
            staff_message_id=message.staff_message_id,
            person_message_id=message.person_message_id,
            outbox_id=outbox_id,
            text_enc=sealed,
            at=message.at,
        )
    )


def _text_place(row: Any) -> str:
    return f"case_messages.text/{row.case_id}/{row.direction}"


def _message(row: Any, key: bytes) -> CaseMessage:
    text = None if row.text_enc is None else unseal(key, row.text_enc, _text_place(row)).decode()
    return CaseMessage(row.case_id, row.direction, row.at, row.staff_message_id, row.person_message_id, text)


def _values(key: bytes, case: Case) -> dict[str, Any]:
    return {
        "state": case.state,
        "kind": case.kind,
        "topic_id": case.topic_id,
        "summary_enc": seal_json(key, case.summary, f"cases.summary/{case.id}"),
        "version": case.version,
        "opened_at": case.opened_at,
        "closed_at": case.closed_at,
        "expires_at": case.expires_at,
    }


async def _case(connection: AsyncConnection, keyring: Keyring, row: Any) -> Case:
    key = await load_key(connection, keyring, row.person_ref)
    if key is None:
        raise DamagedDataError("the key of a case is gone")
    return Case(
        id=row.id,
        person_ref=row.person_ref,
        state=row.state,
        kind=row.kind,
        summary=unseal_json(key, row.summary_enc, f"cases.summary/{row.id}"),
        opened_at=row.opened_at,
        expires_at=row.expires_at,
        topic_id=row.topic_id,
        closed_at=row.closed_at,
        version=row.version,
    )
