"""Pictures and documents a person sent, downloaded within bounds and kept in memory only."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from telegram import Bot, Message
from telegram.error import TelegramError

from bot.screening.ocr import MAX_BYTES

#: Of the sizes Telegram offers of a photo, none wider or higher than this is needed to read it, pixels.
_LONG_SIDE = 2600
#: So many of people's files may wait their turn; who comes after that is asked to send it again later.
_WAITING = 40


class FileGate:
    """Bounds the files of all people together that are in memory at one time.

    Args:
        at_once: files read side by side; one more is fetched meanwhile.
    """

    def __init__(self, at_once: int) -> None:
        self._places = asyncio.Semaphore(at_once + 1)
        self._waiting = 0

    @asynccontextmanager
    async def place(self) -> AsyncIterator[bool]:
        """Wait for a place; False at once where too many wait already."""
        if self._waiting >= _WAITING:
            yield False
            return
        self._waiting += 1
        try:
            await self._places.acquire()
        finally:
            self._waiting -= 1
        try:
            yield True
        finally:
            self._places.release()


async def attachment(bot: Bot, message: Message) -> bytes | None:
    """The bytes of the picture or document of a message, or None where it is too big or cannot be had.

    Args:
        bot: to download with.
        message: has a photo or a file.
    """
    if message.photo:
        fitting = [size for size in message.photo if max(size.width, size.height) <= _LONG_SIDE] or message.photo[:1]
        best = max(fitting, key=lambda size: size.width * size.height)
        file_id, size = best.file_id, best.file_size
    elif message.document is not None:
        file_id, size = message.document.file_id, message.document.file_size
    else:
        return None
    if size is not None and size > MAX_BYTES:
        return None
    try:
        file = await bot.get_file(file_id)
        if file.file_size is not None and file.file_size > MAX_BYTES:
            return None
        return bytes(await file.download_as_bytearray())
    except TelegramError:
        return None
