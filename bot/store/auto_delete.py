"""Messages that are deleted by themselves, both sides', after the time a person picked.

The longest time is a day, so there is always a day left before Telegram refuses (48 hours): a bot that was down for
less than that still deletes everything when it is up again. A message is forgotten here only once the call that deletes
it was made; a call that was given up, or dropped because the person hid the chat meanwhile, is asked for again.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.clock import Clock
from bot.store.engine import Database
from bot.store.errors import DamagedDataError
from bot.store.keys import Keyring, seal_json
from bot.store.models import outbox, people, sent_messages
from bot.store.outbox import Outbox, payload_place
from bot.store.people import load_person
from bot.store.person_keys import load_key
from bot.store.wipe import DELETABLE_FOR

#: What a person may pick, hours.
AUTO_DELETE_HOURS = (1, 6, 24)
#: Messages deleted by one call (https://core.telegram.org/bots/api#deletemessages).
_AT_ONCE = 100
#: Messages looked at in one transaction; the next sweep takes the rest.
_LIMIT = 5000


class AutoDelete:
    """Asks for what is due to be deleted."""

    def __init__(self, database: Database, keyring: Keyring, clock: Clock, calls: Outbox) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock
        self._calls = calls

    async def sweep(self) -> int:
        """Have what is due deleted.

        Returns:
            How many messages that is.
        """
        number = await self._database.write(self._sweep)
        if number:
            await self._calls.announce()
        return number

    async def _sweep(self, connection: AsyncConnection) -> int:
        made = select(outbox.c.id).where(outbox.c.state == "sent")
        await connection.execute(delete(sent_messages).where(sent_messages.c.deleted_by.in_(made)))
        number = 0
        for ref, messages in (await self._due(connection)).items():
            try:
                key = await load_key(connection, self._keyring, ref)
                person = None if key is None else await load_person(connection, key, ref)
            except DamagedDataError:
                continue  # said at the person's next message
            if key is None or person is None:
                continue
            for start in range(0, len(messages), _AT_ONCE):
                await self._ask(connection, key, ref, person.chat_id, messages[start : start + _AT_ONCE])
            number += len(messages)
        return number

    async def _due(self, connection: AsyncConnection) -> dict[str, list[int]]:
        now = self._clock()
        under_way = select(outbox.c.id).where(outbox.c.state.in_(("pending", "sending")))
        due = or_(
            *(
                (people.c.delete_after_hours == hours) & (sent_messages.c.at <= now - timedelta(hours=hours))
                for hours in AUTO_DELETE_HOURS
            )
        )
        rows = await connection.execute(
            select(sent_messages.c.person_ref, sent_messages.c.message_id)
            .join(people, people.c.ref == sent_messages.c.person_ref)
            .where(due, sent_messages.c.at > now - DELETABLE_FOR)
            .where(sent_messages.c.deleted_by.is_(None) | sent_messages.c.deleted_by.not_in(under_way))
            .order_by(sent_messages.c.at)
            .limit(_LIMIT)
        )
        found: dict[str, list[int]] = defaultdict(list)
        for row in rows:
            found[row.person_ref].append(row.message_id)
        return found

    async def _ask(self, connection: AsyncConnection, key: bytes, ref: str, chat_id: int, messages: list[int]) -> None:
        params = {"chat_id": chat_id, "message_ids": messages}
        written = await connection.execute(
            insert(outbox).values(
                lane=ref,
                person_ref=ref,
                key_ref=ref,
                purpose="auto_delete",
                unprompted=False,  # nothing appears on the phone
                method="deleteMessages",
                payload_enc=seal_json(key, params, payload_place(ref, "deleteMessages")),
                state="pending",
                attempts=0,
                doubtful=False,
                created_at=self._clock(),
            )
        )
        await connection.execute(
            update(sent_messages)
            .where(sent_messages.c.person_ref == ref, sent_messages.c.message_id.in_(messages))
            .values(deleted_by=written.inserted_primary_key[0])
        )
