"""Forgetting a person: everything (a wipe), or what shows in the chat (hiding).

**Wipe** destroys the person's key, and with it all meaning of what was written under it, then every row that is theirs.
What was received but not yet worked on when they asked is a new conversation and is kept, under a new key. Numbers of
finished updates stay, without a person, so that Telegram's repetition of one is recognised.

**Hide** is for the moment when somebody may look at the phone. The next message must be met as a stranger's, so the
dialogue, the remembered messages, what was still to be sent, and the person's row go. An exception is a case that is
not closed: the person asked for people's help, and a glance at the phone must not cost them that. Then the row stays
with no more than the chat id and their consent, silent from now on, so that staff replies wait until they come back.
Another is what they chose beforehand: who has a cover keeps it (see `bot.conversation.cover`).
Closed cases stay under their own expiry.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.counters import PURGE_DUE, set_counter
from bot.store.inbox import ONLY_THE_NUMBER, open_payload
from bot.store.keys import Keyring, seal_json
from bot.store.models import audit, cases, dialogues, inbox, outbox, people, sent_messages
from bot.store.outbox import hold
from bot.store.people import Person, load_person, save_person
from bot.store.person_keys import destroy_key, load_key, load_or_create_key

#: A bot can delete messages of a private chat for this long (https://core.telegram.org/bots/api#deletemessage).
DELETABLE_FOR = timedelta(hours=48)

#: Field of a person who hid the chat while a case was open: no turn may end their silence but one in which they ask for
#: a person again, since whoever holds the phone may be the one who writes.
HIDDEN = "hidden"


@dataclass(frozen=True)
class Erased:
    """What must now be removed at Telegram's side.

    Args:
        message_ids: messages of the person's chat, both sides, that can still be deleted; ascending.
        topic_ids: topics of the staff group that show the person's cases.
    """

    message_ids: tuple[int, ...] = ()
    topic_ids: tuple[int, ...] = ()


async def find_traces(connection: AsyncConnection, person_ref: str, now: datetime) -> Erased:
    """What a wipe of this person must remove at Telegram's side."""
    messages = await connection.execute(
        select(sent_messages.c.message_id)
        .where(sent_messages.c.person_ref == person_ref, sent_messages.c.at >= now - DELETABLE_FOR)
        .order_by(sent_messages.c.message_id)
    )
    topics = await connection.execute(
        select(cases.c.topic_id).where(cases.c.person_ref == person_ref, cases.c.topic_id.is_not(None)).distinct()
    )
    return Erased(tuple(row.message_id for row in messages), tuple(sorted(row.topic_id for row in topics)))


async def erase_person(
    connection: AsyncConnection, keyring: Keyring, person_ref: str, asked_in: int | None = None
) -> None:
    """Wipe a person in the transaction at hand; `Database.purge` must follow its commit.

    The update that asked must be marked done before, so that its row is no longer theirs.

    Args:
        connection: a write transaction.
        keyring: the store's keys.
        person_ref: who.
        asked_in: update that asked for it; updates that came after it are kept for a new conversation.
    """
    later = []
    if asked_in is not None:
        rows = await connection.execute(
            select(inbox).where(inbox.c.person_ref == person_ref, inbox.c.state == "new", inbox.c.update_id > asked_in)
        )
        later = [(row.update_id, await open_payload(connection, keyring, row)) for row in rows.all()]

    await destroy_key(connection, person_ref)
    theirs = select(cases.c.id).where(cases.c.person_ref == person_ref)
    await connection.execute(update(audit).where(audit.c.case_id.in_(theirs)).values(case_id=None))
    await connection.execute(delete(outbox).where(or_(outbox.c.person_ref == person_ref, outbox.c.case_id.in_(theirs))))
    # Their messages go with the cases, by the foreign key.
    await connection.execute(delete(cases).where(cases.c.person_ref == person_ref))
    await _erase_conversation(connection, person_ref)
    await connection.execute(delete(people).where(people.c.ref == person_ref))
    if later:
        key = await load_or_create_key(connection, keyring, person_ref)
        for update_id, payload in later:
            await connection.execute(
                update(inbox)
                .where(inbox.c.update_id == update_id)
                .values(payload_enc=seal_json(key, payload, f"inbox.payload/{update_id}"))
            )
    await _forget_updates(connection, person_ref, except_for=[update_id for update_id, _ in later])
    await set_counter(connection, PURGE_DUE, 1)


async def hide_person(
    connection: AsyncConnection, keyring: Keyring, person_ref: str, now: datetime, kept: Person | None = None
) -> None:
    """Make a person a stranger in the transaction at hand, except for a case that is not closed.

    Args:
        connection: a write transaction.
        keyring: the store's keys.
        person_ref: who.
        now: the moment.
        kept: what they chose beforehand to have remembered all the same (a cover, and what goes with it).
    """
    await _erase_conversation(connection, person_ref)
    waiting = select(inbox.c.update_id).where(inbox.c.person_ref == person_ref, inbox.c.state == "new")
    await _forget_updates(connection, person_ref, except_for=(await connection.execute(waiting)).scalars().all())
    await set_counter(connection, PURGE_DUE, 1)
    calls = delete(outbox).where(outbox.c.person_ref == person_ref)
    alive = (cases.c.person_ref == person_ref) & (cases.c.state != "closed")
    key = await load_key(connection, keyring, person_ref)
    person = None if key is None else await load_person(connection, key, person_ref)
    has_case = (await connection.execute(select(cases.c.id).where(alive))).first() is not None
    if key is None or person is None or not (has_case or kept is not None):
        # A report on its way to staff goes on: it was sent before, and says nothing to whoever holds the phone.
        await connection.execute(calls.where(or_(outbox.c.case_id.is_(None), outbox.c.lane == person_ref)))
        await connection.execute(delete(people).where(people.c.ref == person_ref))
        await destroy_key_if_unused(connection, person_ref)
        return
    # Replies to what they wrote go; what belongs to the case stays, and waits if it would go to their phone.
    await connection.execute(calls.where(outbox.c.case_id.is_(None)))
    await connection.execute(calls.where(outbox.c.lane == person_ref, outbox.c.unprompted.is_(False)))
    rest = kept or Person(person_ref, person.chat_id)
    rest.unprompted_ok, rest.silent_since = person.unprompted_ok, now
    if has_case:
        rest.fields[HIDDEN] = True
    await save_person(connection, key, rest, now, hidden=True)
    if rest.silent:
        await hold(connection, person_ref)


async def destroy_key_if_unused(connection: AsyncConnection, person_ref: str) -> bool:
    """Destroy the key of a person of whom no row is left.

    Returns:
        Whether it was destroyed.
    """
    for table, owner, column in (
        (people, people.c.ref, people.c.ref),
        (inbox, inbox.c.person_ref, inbox.c.update_id),
        (outbox, outbox.c.key_ref, outbox.c.id),
        (dialogues, dialogues.c.person_ref, dialogues.c.person_ref),
        (cases, cases.c.person_ref, cases.c.id),
    ):
        if (await connection.execute(select(column).select_from(table).where(owner == person_ref).limit(1))).first():
            return False
    await destroy_key(connection, person_ref)
    return True


async def _erase_conversation(connection: AsyncConnection, person_ref: str) -> None:
    await connection.execute(delete(dialogues).where(dialogues.c.person_ref == person_ref))
    await connection.execute(delete(sent_messages).where(sent_messages.c.person_ref == person_ref))


async def _forget_updates(connection: AsyncConnection, person_ref: str, except_for: list[int]) -> None:
    """Leave of a person's updates only their numbers, so that Telegram's repetition of one is recognised."""
    await connection.execute(
        update(inbox)
        .where(inbox.c.person_ref == person_ref, inbox.c.update_id.not_in(except_for))
        .values(ONLY_THE_NUMBER)
    )
