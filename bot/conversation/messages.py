"""What comes in and what goes out of a turn, free of Telegram's and Rasa's own types."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from bot.conversation.searching import Search

#: Longest callback data a button may carry, in bytes of UTF-8 (https://core.telegram.org/bots/api#inlinekeyboardbutton).
CALLBACK_DATA_MAX_BYTES = 64

InboundKind = Literal["text", "command", "button", "location", "photo", "document", "unreadable"]


@dataclass(frozen=True)
class Button:
    """One inline button.

    Args:
        label: what the person reads, already in their language.
        data: what comes back when it is pressed, ``verb:argument``, at most 64 bytes of UTF-8.
    """

    label: str
    data: str

    def __post_init__(self) -> None:
        if not 1 <= len(self.data.encode()) <= CALLBACK_DATA_MAX_BYTES:
            raise ValueError(f"callback data must be 1 to {CALLBACK_DATA_MAX_BYTES} bytes of UTF-8")


@dataclass(frozen=True)
class Reply:
    """One message of the bot.

    Args:
        text: HTML subset (``<b> <i> <code> <blockquote>``); everything else in it is escaped already.
        buttons: rows of inline buttons.
        ask_location: also offer Telegram's "share my location" keyboard button.
        urgent: numbers of an emergency: nothing may stand before them or cover them.
        plain: sent as it is, without a way to hide the chat under it.
        search: the search this message answers or asks the place of; for the evaluation, nothing is sent of it.
        instead_of: number of the bot's message whose place it takes, so that steps of a form do not pile up.
    """

    text: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    ask_location: bool = False
    urgent: bool = False
    plain: bool = False
    search: Search | None = field(default=None, repr=False)
    instead_of: int | None = None


@dataclass(frozen=True)
class Location:
    """A shared place, degrees of WGS 84."""

    latitude: float
    longitude: float


@dataclass(frozen=True)
class Inbound:
    """What a person sent, bounded and stripped of everything the turn does not need.

    Args:
        kind: what sort of thing it is.
        text: message text or caption, command argument, or callback data.
        command: the command without its slash, for ``kind == "command"``.
        language_code: Telegram's IETF tag of the person's app, a hint only.
        forwarded: the message was forwarded from somebody else.
        edited: it replaces an earlier message of the person.
        attached: there is more to it than its text (a voice, a file, a contact).
        location: for ``kind == "location"``.
        image: bytes of what was sent, for ``kind`` ``photo`` or ``document``; None where it is too big or lost.
        message_id: the number of the message in the chat; None for a button of an unknown message.
        album: what the parts of one album have in common; None where it is none.
        album_goes_on: whether another part of it is waiting; asked once this one was read.
    """

    kind: InboundKind
    text: str = ""
    command: str = ""
    language_code: str | None = None
    forwarded: bool = False
    edited: bool = False
    attached: bool = False
    location: Location | None = None
    image: bytes | None = field(default=None, repr=False)
    message_id: int | None = None
    album: str | None = None
    album_goes_on: Callable[[], bool] = field(default=lambda: False, repr=False, compare=False)
