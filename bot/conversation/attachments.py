"""Pictures and files a person sent, read off the event loop, and said back: what was read, and how surely."""

from __future__ import annotations

import asyncio
import html
from collections import OrderedDict
from dataclasses import dataclass

from bot.content.catalogues import Catalogues
from bot.conversation.messages import Inbound
from bot.screening.documents import DocumentRefused, read_document
from bot.screening.ocr import PictureRefused, read_picture

#: Read side by side: a flood of them must leave threads and cores to everybody else.
AT_ONCE = 2
#: Albums remembered at once, and most parts of one: Telegram's have up to ten.
ALBUMS, ALBUM_PARTS = 50, 10
#: So much of what was read is shown, characters: enough to see whether it is right.
SHOWN = 700
#: Most of what is said back of an album, characters; a message of Telegram holds 4,096.
MESSAGE = 3500

_PICTURE_TEXTS = {"too_big": "media.too_big", "ocr_missing": "media.ocr_missing"}


@dataclass(frozen=True)
class ReadAttachment:
    """What came out of a picture or file.

    Args:
        text: caption and what was read; empty where nothing was.
        said: what the person is told of it, in the HTML subset of a reply.
    """

    text: str
    said: str


class Attachments:
    """Reads pictures and documents within bounds.

    Args:
        catalogues: for what is said of them.
        at_once: so many are read side by side.
    """

    def __init__(self, catalogues: Catalogues, at_once: int = AT_ONCE) -> None:
        self._catalogues = catalogues
        self._reading = asyncio.Semaphore(at_once)
        #: Album -> message -> what came out of it, in memory only, until its last part is answered.
        self._albums: OrderedDict[tuple[str, str], dict[int, ReadAttachment]] = OrderedDict()

    def forget_albums(self, person: str, but: str | None) -> None:
        """Drop what was read of a person's albums: with their next message, a wipe included, it is gone.

        Args:
            person: whose.
            but: the album that is being sent.
        """
        for key in [key for key in self._albums if key[0] == person and key[1] != but]:
            del self._albums[key]

    async def read_album(self, inbound: Inbound, person: str, language: str) -> ReadAttachment | None:
        """All parts of an album that have come so far, as one; None while more of it is waiting.

        Args:
            inbound: a part of it; what is no album is a whole of its own.
            person: whose it is: an album's name is a stranger's input.
            language: the person's.
        """
        read = await self.read(inbound, language)
        if inbound.album is None:
            return read
        parts = self._albums.setdefault((person, inbound.album), {})
        self._albums.move_to_end((person, inbound.album))
        if len(parts) < ALBUM_PARTS:
            parts[inbound.message_id or 0] = read
        while len(self._albums) > ALBUMS:
            self._albums.popitem(last=False)
        if inbound.album_goes_on():
            return None
        # Not dropped yet: a turn may have to be decided again, and a part may come late.
        return _together([parts[number] for number in sorted(parts)])

    async def read(self, inbound: Inbound, language: str) -> ReadAttachment:
        """The text of what was sent; where there is none, ``said`` tells why and what to do instead.

        Args:
            inbound: of kind ``photo`` or ``document``; its bytes are dropped with it.
            language: the person's, looked for first and answered in.
        """
        say = self._catalogues.text
        if inbound.image is None:
            return ReadAttachment("", say("media.too_big" if inbound.kind == "photo" else "document.too_big", language))
        try:
            async with self._reading:
                if inbound.kind == "document":
                    text = await asyncio.to_thread(read_document, inbound.image)
                    heading = "document.read"
                else:
                    picture = await asyncio.to_thread(read_picture, inbound.image, language)
                    text, heading = picture.text, "picture.unsure" if picture.unsure else "media.ocr_read"
        except PictureRefused as refused:
            return ReadAttachment("", say(_PICTURE_TEXTS.get(refused.reason, "media.ocr_failed"), language))
        except DocumentRefused as refused:
            return ReadAttachment("", say(f"document.{refused.reason}", language))
        if not text:
            return ReadAttachment("", say("media.ocr_failed", language))
        text = "\n".join(part for part in (inbound.text, text) if part.strip())
        shown = text if len(text) <= SHOWN else text[:SHOWN] + "…"
        return ReadAttachment(text, f"{say(heading, language)}\n<i>{html.escape(shown, quote=False)}</i>")


def _together(parts: list[ReadAttachment]) -> ReadAttachment:
    """Parts as one; parts that could not be read are told of once, and only where none could."""
    read = [part for part in parts if part.text]
    if not read:
        return parts[0]
    # Markup must not be cut in two: whole parts are shown, as many as one message holds.
    said = [part.said for part in read]
    return ReadAttachment("\n".join(part.text for part in read), "\n\n".join(said[: _fitting(said)]))


def _fitting(said: list[str]) -> int:
    """How many of these a message holds, at least one."""
    length = 0
    for number, part in enumerate(said):
        length += len(part) + 2
        if length > MESSAGE:
            return max(1, number)
    return len(said)
