"""Pictures and files a person sent, read off the event loop, and said back: what was read, and how surely."""

from __future__ import annotations

import asyncio
import html
from dataclasses import dataclass

from bot.content.catalogues import Catalogues
from bot.conversation.messages import Inbound
from bot.screening.documents import DocumentRefused, read_document
from bot.screening.ocr import PictureRefused, read_picture

#: Read side by side: a flood of them must leave threads and cores to everybody else.
AT_ONCE = 2
#: So much of what was read is shown, characters: enough to see whether it is right.
SHOWN = 700

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
    """Reads pictures and documents within bounds."""

    def __init__(self, catalogues: Catalogues) -> None:
        self._catalogues = catalogues
        self._reading = asyncio.Semaphore(AT_ONCE)

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
