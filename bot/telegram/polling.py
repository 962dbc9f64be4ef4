"""Long polling that one unreadable update cannot stop, and that knows when the server last answered."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Iterator
from time import monotonic
from typing import Any

from telegram import ChatMember, Message, Update
from telegram.request import HTTPXRequest

from bot.telegram.reading import inbound

_log = logging.getLogger("bot.telegram.polling")

#: Pause after an answer in which nothing could be read or confirmed, seconds.
_PAUSE = 1.0
#: Largest number of an update (a signed 64-bit integer; Telegram's own are far smaller).
_LARGEST_ID = 2**63 - 1


class PollingRequest(HTTPXRequest):
    """Fetches updates.

    The library reads a batch as a whole: one update it cannot read makes it fetch the same batch for ever, and nobody
    is answered any more. Here such an update is replaced by an empty one of the same number, which can be confirmed.

    Args:
        unreadable: called for each update that cannot be read.
        arrived: called with the number of the last of the updates that came together, before the first is put.
    """

    def __init__(self, *, unreadable: Callable[[], None], arrived: Callable[[int], None], **options: Any) -> None:
        super().__init__(**options)
        self._unreadable = unreadable
        self._arrived = arrived
        #: When the server last answered well, on the clock of `time.monotonic`; None: not yet.
        self.answered: float | None = None

    async def do_request(self, *arguments: Any, **options: Any) -> tuple[int, bytes]:
        """One call; see the library."""
        code, payload = await super().do_request(*arguments, **options)
        if code != 200:
            return code, payload
        self.answered = monotonic()
        cleaned, unread, numbers = readable(payload)
        for _ in range(unread):
            _log.error("an update cannot be read and is passed over")
            self._unreadable()
        if unread and cleaned == _NOTHING:
            await asyncio.sleep(_PAUSE)
        if numbers:
            self._arrived(numbers[-1])
        return code, cleaned


_NOTHING = b'{"ok":true,"result":[]}'


def readable(payload: bytes) -> tuple[bytes, int, list[int]]:
    """The server's answer with every update that cannot be read replaced by an empty one.

    Args:
        payload: JSON of getUpdates' answer; anything else is returned as it is.

    Returns:
        the answer, how many updates could not be read, and the numbers of all that are in the answer.
    """
    try:
        answer = json.loads(payload)
        updates = answer["result"] if isinstance(answer, dict) else None
    except (ValueError, KeyError, RecursionError):
        return payload, 0, []
    if not isinstance(updates, list):
        return payload, 0, []
    kept: list[Any] = []
    unread = 0
    for update in updates:
        if _is_readable(update):
            kept.append(update)
            continue
        unread += 1
        number = update.get("update_id") if isinstance(update, dict) else None
        if isinstance(number, int) and not isinstance(number, bool) and 0 <= number <= _LARGEST_ID:
            kept.append({"update_id": number})
    numbers = [update["update_id"] for update in kept]
    if not unread:
        return payload, 0, numbers
    return json.dumps({"ok": True, "result": kept}, separators=(",", ":")).encode(), unread, numbers


def _is_readable(update: Any) -> bool:
    try:
        read = Update.de_json(update, None)
        read.to_dict()
        inbound(read)
        return all(isinstance(value, kind) for value, kind in _leaves(read)) and all(
            abs(value) <= _LARGEST_ID for value, _ in _leaves(read) if isinstance(value, (int, float))
        )
    except Exception:  # whatever a stranger's JSON makes the library raise
        return False


def _leaves(update: Update) -> Iterator[tuple[Any, type | tuple[type, ...]]]:
    """The values the bot looks at, and what they must be: the library takes any JSON for them."""
    text, number = (str, type(None)), (int, type(None))
    yield update.update_id, int
    chat, user, message = update.effective_chat, update.effective_user, update.effective_message
    if chat is not None:
        yield chat.id, int
        yield chat.type, str
    if user is not None:
        yield user.id, int
        yield user.language_code, text
    if update.callback_query is not None:
        yield update.callback_query.id, str
        yield update.callback_query.data, text
    if update.my_chat_member is not None:
        yield update.my_chat_member.new_chat_member, ChatMember
        yield update.my_chat_member.new_chat_member.status, str
    if message is None:
        return
    yield message.message_id, int
    if not isinstance(message, Message):  # too old to be shown: a number and a chat
        return
    yield message.message_thread_id, number
    yield message.text, text
    yield message.caption, text
    yield message.media_group_id, text
    for size in message.photo:
        yield from ((size.file_id, str), (size.width, int), (size.height, int), (size.file_size, number))
    if message.document is not None:
        file = message.document
        yield from ((file.file_id, str), (file.mime_type, text), (file.file_size, number))
    if message.location is not None:
        yield message.location.latitude, (int, float)
        yield message.location.longitude, (int, float)
