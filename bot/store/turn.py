"""A turn: everything one update causes, written in one transaction with the update being done, or not at all."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store import cases as case_rows
from bot.store import outbox as outbox_rows
from bot.store.cases import Case, CaseMessage, Direction
from bot.store.clock import Clock
from bot.store.counters import count
from bot.store.dialogues import load_dialogue, pack, save_dialogue, unpack
from bot.store.engine import Database, insert_if_absent, to_the_end
from bot.store.errors import CaseAlreadyOpen, TurnConflict
from bot.store.inbox import STAFF_LANE, Inbox, check_lane, finish
from bot.store.keys import Keyring, seal_json
from bot.store.models import audit, outbox, sent_messages
from bot.store.outbox import Outbox
from bot.store.people import Person, is_silent, load_person, save_person
from bot.store.person_keys import load_key, load_or_create_key, once_ref
from bot.store.retention import keep
from bot.store.wipe import Erased, erase_person, find_traces, hide_person

#: Made once: making a statement takes longer than running it.
_NEW_CALL = insert(outbox)

#: Longest JSON of an audit event's detail, characters.
AUDIT_DETAIL_MAX = 1000


@dataclass
class Draft:
    """A call of the Bot API that the turn wants made; `id` is known after the commit."""

    method: str
    params: dict[str, Any] = field(repr=False)
    purpose: str
    lane: str
    person_ref: str | None
    key_ref: str | None
    unprompted: bool
    case_id: str | None
    not_before: datetime | None
    hold: bool = False
    id: int | None = None


class Turn:
    """One unit of work; made by `Store.turn`, used as an asynchronous context manager.

    Everything is kept in memory until the block ends normally. An exception inside the block leaves the store as it
    was, but for the number of attempts at the update.
    """

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        clock: Clock,
        inbox: Inbox,
        outbox: Outbox,
        purge: Callable[[], Awaitable[None]],
        chat_id: int | None,
        inbox_id: int | None,
    ) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock
        self._inbox = inbox
        self._outbox = outbox
        self._purge = purge
        self._chat_id = chat_id
        #: The update this turn works on, None for a turn that nobody asked for (an expiry warning, say).
        self.inbox_id = inbox_id
        #: After a failure: the update was tried too often and will not be tried again.
        self.gave_up = False
        self._person: Person | None = None
        self._known_key: bytes | None = None
        self._snapshot: bytes | None = None
        self._snapshot_loaded = False
        self._snapshot_changed = False
        self._talk: dict[str, Any] = {}
        self._talk_before = "{}"
        #: What was held back for the person stays held at the end of this turn: it is not theirs.
        self.keep_held = False
        self._drafts: list[Draft] = []
        self._new_cases: list[Case] = []
        self._changed_cases: list[Case] = []
        self._case_messages: list[tuple[CaseMessage, Draft | None]] = []
        self._remembered: list[tuple[int, Direction]] = []
        self._audit: list[tuple[str, str | None, str]] = []
        self._counts: list[tuple[str, int]] = []
        self._erased: Erased | None = None
        self._wiped = False
        self._kept: Person | None = None
        self._once: str | None = None

    # --- reading -----------------------------------------------------------------------------------------------------

    @property
    def person(self) -> Person:
        """The person whose turn it is; change it freely, it is written at the end.

        Raises:
            LookupError: this is a turn of staff or of the house.
        """
        if self._person is None:
            raise LookupError("this turn belongs to no person")
        return self._person

    async def load_dialogue(self) -> bytes | None:
        """The dialogue's snapshot, as last saved in this turn or before it."""
        if not self._snapshot_loaded:
            if self._known_key is not None and self._erased is None:
                key, ref = self._known_key, self.person.ref
                stored = await self._database.read(lambda connection: load_dialogue(connection, key, ref))
                self._snapshot, self._talk = unpack(stored)
                self._talk_before = json.dumps(self._talk, sort_keys=True)
            self._snapshot_loaded = True
        return self._snapshot

    @property
    def talk(self) -> dict[str, Any]:
        """The open form and what was told: change it freely, made of what JSON knows; it is written at the end.

        It is there once `load_dialogue` was awaited, and is erased and expires with the dialogue's snapshot.
        """
        return self._talk

    async def current_case(self) -> Case | None:
        """The person's case that is not closed, also one opened or changed in this turn."""
        mine = (*self._new_cases, *self._changed_cases)
        for case in mine:
            if case.person_ref == self.person.ref and case.state != "closed":
                return case
        if self._wiped:
            return None
        ref = self.person.ref
        stored = await self._database.read(lambda connection: case_rows.load_open_case(connection, self._keyring, ref))
        return None if stored is None or stored.id in {case.id for case in mine} else stored

    # --- writing -----------------------------------------------------------------------------------------------------

    def save_dialogue(self, snapshot: bytes | None) -> None:
        """Replace the dialogue's snapshot; None forgets it. What was told stays, where it was loaded before."""
        self._snapshot, self._snapshot_loaded, self._snapshot_changed = snapshot, True, True

    def send(
        self,
        method: str,
        params: dict[str, Any],
        purpose: str = "reply",
        lane: str | None = None,
        unprompted: bool = False,
        case_id: str | None = None,
        to: str | None = None,
        not_before: datetime | None = None,
        hold: bool = False,
    ) -> Draft:
        """Have a call of the Bot API made after this turn, in the order of asking within its lane.

        After `wipe` or `hide`, calls go under a one-off key in a one-off lane, and leave no trace once made.

        Args:
            method: method of the Bot API.
            params: its parameters, made of what JSON knows.
            purpose: why it is sent, a short code.
            lane: None for the person's chat (of staff, in a turn without a person). A call to the staff group on a
                person's behalf names a lane of its own, such as ``staff``; its message is then not taken for one of
                the person's chat.
            unprompted: the person did not ask for it now; it is held while they are silent.
            case_id: the case it belongs to.
            to: reference of the person whose data it carries, in a turn of staff; the turn's own person by default.
            not_before: when to send it; calls behind it in the lane wait too.
            hold: keep it back until the person's next turn; calls behind it in the lane do not wait.

        Raises:
            TypeError: the parameters are not made of what JSON knows.
        """
        json.dumps(params)  # fail here, where the mistake is, and not at the end of the turn
        ref = to if to is not None else self._person.ref if self._person is not None else None
        key_ref = ref
        name = check_lane(lane or ref or STAFF_LANE)
        if self._erased is not None:
            self._once = self._once or once_ref()
            name, ref, key_ref, case_id = (check_lane(lane) if lane else self._once), None, self._once, None
        draft = Draft(method, params, purpose, name, ref, key_ref, unprompted, case_id, not_before, hold)
        self._drafts.append(draft)
        return draft

    async def open_case(self, kind: str, summary: dict[str, Any]) -> Case:
        """Open a case for the person, waiting for staff.

        Args:
            kind: why, a short code.
            summary: what staff see at once, made of what JSON knows.

        Raises:
            CaseAlreadyOpen: there is one that is not closed.
        """
        present = await self.current_case()
        if present is not None:
            raise CaseAlreadyOpen(present.id)
        now = self._clock()
        case = Case(
            id=case_rows.new_case_id(),
            person_ref=self.person.ref,
            state="waiting",
            kind=kind,
            summary=summary,
            opened_at=now,
            expires_at=now + keep("cases.alive"),
        )
        self._new_cases.append(case)
        return case

    def file_report(self, summary: dict[str, Any]) -> Case:
        """Keep a report for staff: a case that is closed from the start, so that nothing is passed on either way.

        Args:
            summary: what was reported, made of what JSON knows.
        """
        now = self._clock()
        case = Case(
            id=case_rows.new_case_id(),
            person_ref=self.person.ref,
            state="closed",
            kind=case_rows.REPORT,
            summary=summary,
            opened_at=now,
            closed_at=now,
            expires_at=now + keep("cases.closed"),
        )
        self._new_cases.append(case)
        return case

    def change_case(self, case: Case) -> None:
        """Write the changed fields of a case at the end, if nobody changes it before.

        The end of the turn raises `TurnConflict` if somebody does; read the case and decide anew then.
        """
        if not any(known is case for known in (*self._new_cases, *self._changed_cases)):
            self._changed_cases.append(case)

    def close_case(self, case: Case) -> None:
        """Close a case; its messages stay until it expires."""
        now = self._clock()
        case.state, case.closed_at, case.expires_at = "closed", now, now + keep("cases.closed")
        self.change_case(case)

    def add_case_message(
        self,
        case: Case,
        direction: Direction,
        staff_message_id: int | None = None,
        person_message_id: int | None = None,
        text: str | None = None,
        relay: Draft | None = None,
    ) -> None:
        """Note a relayed message, and move the case's expiry on.

        Args:
            case: a case that is not closed.
            direction: ``in`` from the person, ``out`` from staff.
            staff_message_id: its number in the staff group, where known.
            person_message_id: its number in the person's chat, where known.
            text: what it says, where the case needs it; stored encrypted.
            relay: the call that carries it across; the number at the far side is filled in when it was sent.
        """
        message = CaseMessage(case.id, direction, self._clock(), staff_message_id, person_message_id, text)
        self._case_messages.append((message, relay))

    def remember_message(self, message_id: int, direction: Direction) -> None:
        """Note a message of the person's chat so that it can be deleted for 48 hours; ``in`` is the person's own."""
        self._remembered.append((message_id, direction))

    def audit(self, event: str, case_id: str | None = None, **detail: str | int | float | bool | None) -> None:
        """Note what happened. Never anything a person wrote, no name, no chat id: codes and numbers only."""
        text = json.dumps(detail, separators=(",", ":"))
        if len(text) > AUDIT_DETAIL_MAX:
            raise ValueError("the detail of an audit event is too long")
        self._audit.append((event, case_id, text))

    def count(self, name: str, by: int = 1) -> None:
        """Add to a counter at the end of the turn."""
        self._counts.append((name, by))

    async def wipe(self) -> Erased:
        """Forget the person altogether at the end of the turn (see `bot.store.wipe`).

        Whatever this turn wanted to write before is dropped; send the confirmation and the deletions afterwards.

        Returns:
            What the caller must have deleted at Telegram's side.
        """
        return await self._erase(wipe=True)

    async def hide(self, kept: Person | None = None) -> Erased:
        """Make the person a stranger at the end of the turn, but for a case that is not closed (see `bot.store.wipe`).

        Args:
            kept: what the person chose beforehand to have remembered all the same.

        Returns:
            What the caller must have deleted at Telegram's side; never topics.
        """
        self._kept = kept
        return await self._erase(wipe=False)

    async def _erase(self, wipe: bool) -> Erased:
        person = self.person
        async with self._database.reading() as connection:
            traces = await find_traces(connection, person.ref, self._clock())
        own = {message_id for message_id, _ in self._remembered}
        self._erased = Erased(tuple(sorted({*traces.message_ids, *own})), traces.topic_ids if wipe else ())
        self._wiped = self._wiped or wipe
        self._drafts = [draft for draft in self._drafts if draft.person_ref != person.ref]
        self._remembered = []
        self._new_cases, self._changed_cases, self._case_messages = [], [], []
        self._snapshot, self._snapshot_loaded, self._snapshot_changed = None, True, False
        self._talk, self._talk_before = {}, "{}"
        if wipe:
            self._audit = [(event, None, detail) for event, _, detail in self._audit]
        self._person = Person(person.ref, person.chat_id)
        return self._erased

    # --- the end -----------------------------------------------------------------------------------------------------

    async def __aenter__(self) -> Turn:
        if self.inbox_id is not None:
            await self._inbox.begin(self.inbox_id)
        if self._chat_id is not None:
            try:
                self._person = await self._load_person(self._chat_id)
            except Exception:
                await self._failed()
                raise
        return self

    async def _load_person(self, chat_id: int) -> Person:
        ref = self._keyring.person_ref(chat_id)

        async def work(connection: AsyncConnection) -> Person | None:
            self._known_key = await load_key(connection, self._keyring, ref)
            return None if self._known_key is None else await load_person(connection, self._known_key, ref)

        return await self._database.read(work) or Person(ref, chat_id)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            await to_the_end(self._finish())
        elif not isinstance(error, asyncio.CancelledError):
            await self._failed()

    async def _finish(self) -> None:
        try:
            await self._database.write(self._commit)
        except Exception:
            await self._failed()
            raise
        if self.inbox_id is not None:
            self._inbox.forget(self.inbox_id)
        await self._outbox.announce()
        if self._wiped:
            await self._purge()

    async def _failed(self) -> None:
        if self.inbox_id is not None:
            with suppress(SQLAlchemyError):  # the error that brought us here tells more
                self.gave_up = await self._inbox.attempt_failed(self.inbox_id)

    async def _commit(self, connection: AsyncConnection) -> None:
        now = self._clock()
        if self.inbox_id is not None:
            await finish(connection, self.inbox_id)
        if self._person is not None:
            await self._write_person(connection, self._person, now)
        for case in self._new_cases:
            await case_rows.insert_case(connection, await self._key(connection, case.person_ref), case)
        for draft in self._drafts:
            await self._write_draft(connection, draft, now)
        await self._write_case_messages(connection, now)
        for case in self._changed_cases:
            await case_rows.update_case(connection, await self._key(connection, case.person_ref), case)
        for event, case_id, detail in self._audit:
            await connection.execute(insert(audit).values(at=now, event=event, case_id=case_id, detail=detail))
        for name, by in self._counts:
            await count(connection, name, by)

    async def _write_person(self, connection: AsyncConnection, person: Person, now: datetime) -> None:
        if self._erased is not None:
            await self._write_erasure(connection, person, now)
            return
        key = await load_or_create_key(connection, self._keyring, person.ref)
        await save_person(connection, key, person, now)
        if self._snapshot_changed or json.dumps(self._talk, sort_keys=True) != self._talk_before:
            await save_dialogue(connection, key, person.ref, pack(self._snapshot, self._talk), now)
        for message_id, direction in self._remembered:
            values = {"person_ref": person.ref, "message_id": message_id, "direction": direction, "at": now}
            await insert_if_absent(connection, sent_messages, values)
        if person.silent:
            await outbox_rows.hold(connection, person.ref)
        elif not self.keep_held:
            await outbox_rows.release(connection, person.ref)

    async def _write_erasure(self, connection: AsyncConnection, person: Person, now: datetime) -> None:
        assert self._erased is not None  # noqa: S101 - the caller has looked
        present = await find_traces(connection, person.ref, now)
        promised = set(self._erased.message_ids), set(self._erased.topic_ids)
        if not promised[0].issuperset(present.message_ids):
            # A reply went out since: its number must reach the caller, or it stays in the chat for ever.
            raise TurnConflict("a message was sent meanwhile")
        if self._wiped:
            if not promised[1].issuperset(present.topic_ids):
                raise TurnConflict("a topic was made meanwhile")
            await erase_person(connection, self._keyring, person.ref, self.inbox_id)
        else:
            await hide_person(connection, self._keyring, person.ref, now, self._kept)

    async def _write_draft(self, connection: AsyncConnection, draft: Draft, now: datetime) -> None:
        key = await self._key(connection, draft.key_ref)
        held = draft.hold or (
            draft.unprompted
            and draft.person_ref is not None
            and draft.lane == draft.person_ref
            and await is_silent(connection, draft.person_ref)
        )
        written = await connection.execute(
            _NEW_CALL,
            {
                "lane": draft.lane,
                "person_ref": draft.person_ref,
                "key_ref": draft.key_ref,
                "case_id": draft.case_id,
                "purpose": draft.purpose,
                "unprompted": draft.unprompted,
                "method": draft.method,
                "payload_enc": seal_json(key, draft.params, outbox_rows.payload_place(draft.key_ref, draft.method)),
                "state": "held" if held else "pending",
                "attempts": 0,
                "not_before": draft.not_before,
                "doubtful": False,
                "created_at": now,
            },
        )
        draft.id = written.inserted_primary_key[0]

    async def _write_case_messages(self, connection: AsyncConnection, now: datetime) -> None:
        owners = {case.id: case.person_ref for case in (*self._new_cases, *self._changed_cases)}
        for message, relay in self._case_messages:
            owner = owners.get(message.case_id)
            if owner is None:
                owner = await self._owner(connection, message.case_id)
            await case_rows.add_message(
                connection,
                await self._key(connection, owner),
                message,
                None if relay is None else relay.id,
                now + keep("cases.alive"),
            )

    async def _owner(self, connection: AsyncConnection, case_id: str) -> str:
        query = select(case_rows.cases.c.person_ref).where(case_rows.cases.c.id == case_id)
        owner: str | None = (await connection.execute(query)).scalar()
        if owner is None:
            raise TurnConflict("the case is gone")
        return owner

    async def _key(self, connection: AsyncConnection, ref: str | None) -> bytes:
        """The key under ``ref``, read again in this transaction: it may have been destroyed since the turn began."""
        if ref is None:
            return self._keyring.house
        if ref == self._once:
            return await load_or_create_key(connection, self._keyring, ref)
        key = await load_key(connection, self._keyring, ref)
        if key is None:
            raise TurnConflict("the person is gone")
        return key
