"""Pictures and documents a person sent, downloaded within bounds and kept in memory only."""

from __future__ import annotations

from telegram import Bot, Message
from telegram.error import TelegramError

from bot.screening.ocr import MAX_BYTES

#: Of the sizes Telegram offers of a photo, none wider or higher than this is needed to read it, pixels.
_LONG_SIDE = 2600


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
