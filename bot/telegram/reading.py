"""From a Telegram update to what the turn needs of it; everything in an update is a stranger's input."""

from __future__ import annotations

import re

from telegram import Message, Update
from telegram.ext import filters

from bot.content.keyboard_layout import as_meant
from bot.conversation.menus import COMMANDS
from bot.conversation.messages import Inbound, InboundKind, Location
from bot.safety.limits import Kind
from bot.telegram.limits import DEEP_LINK_CHARACTERS

#: Longest text read of one message, characters; Telegram sends no longer ones.
TEXT_CHARACTERS = 8192
#: Contracts come as these; what such a file really is, its first bytes tell.
DOCUMENT_TYPES = frozenset(
    ("application/pdf", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "application/msword")
)
_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@\w{1,64})?(?:\s+(.*))?\Z", re.DOTALL)
_COMMANDS = frozenset((*COMMANDS, "end"))
#: Longer texts count as offers where a sender is asked to wait: they are read more closely.
_LONG_TEXT = 600
#: Commands and beginnings of buttons' data that no flood may stand before: hiding, erasing, the country of an alarm.
_ALWAYS_COMMANDS, _ALWAYS_BUTTONS = frozenset(("hide", "forget")), ("hide:", "forget:", "sos:")
_DEEP_LINK = re.compile(rf"[A-Za-z0-9_-]{{1,{DEEP_LINK_CHARACTERS}}}")


def person_message(update: Update) -> Message | None:
    """The message or edited message of a private chat, or None."""
    message = update.message or update.edited_message
    return message if message is not None and message.chat.type == "private" else None


def inbound(update: Update) -> Inbound | None:
    """What a person sent, or None for updates that are no turn of a person."""
    query = update.callback_query
    if query is not None:
        if query.message is None or query.message.chat.type != "private":
            return None
        return Inbound(
            "button",
            text=(query.data or "")[:64],
            language_code=query.from_user.language_code,
            message_id=query.message.message_id,
        )
    message = person_message(update)
    if message is not None and message.from_user is not None and message.from_user.is_bot:
        return None  # a person is never a bot
    if message is None or filters.StatusUpdate.ALL.check_update(update):
        return None  # somebody pinned a message or set a timer: nothing was said
    code = message.from_user.language_code if message.from_user else None
    return _of_message(message, code, edited=update.edited_message is not None)


def _location(latitude: float, longitude: float) -> Location | None:
    """A shared place, None where there is no such place on Earth."""
    return Location(latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None


def never_limited(update: Update) -> bool:
    """Whether an update is read however much its sender sends."""
    found = inbound(update)
    if found is None:
        return True  # nothing is made of it anyway
    if found.kind == "command":
        return found.command in _ALWAYS_COMMANDS
    if found.kind == "button":
        return found.text.startswith(_ALWAYS_BUTTONS)
    return found.kind == "location"


def counts_as(update: Update) -> frozenset[Kind]:
    """What an update counts as where it is measured how much its sender sends."""
    if update.callback_query is not None:
        return frozenset((Kind.PRESSES,))
    kinds = {Kind.MESSAGES}
    message = person_message(update)
    if message is not None:
        if message.photo or message.document:
            kinds.add(Kind.FILES)
        elif message.forward_origin is not None or len(message.text or "") > _LONG_TEXT:
            kinds.add(Kind.OFFERS)
    return frozenset(kinds)


def _of_message(message: Message, code: str | None, *, edited: bool) -> Inbound:
    # A lone surrogate cannot be written as UTF-8, nor understood.
    text = (message.text or message.caption or "")[:TEXT_CHARACTERS].encode("utf-8", "replace").decode("utf-8")
    forwarded = message.forward_origin is not None
    number = message.message_id
    place = message.location or (message.venue.location if message.venue else None)
    if place is not None:
        return Inbound(
            "location",
            language_code=code,
            location=_location(place.latitude, place.longitude),
            message_id=number,
            edited=edited,
        )
    command = _COMMAND.match(text) if message.text and not forwarded else None
    if command is not None and command.group(1).lower() in _COMMANDS:
        argument = (command.group(2) or "").strip()
        name = command.group(1).lower()
        if name == "start" and not _DEEP_LINK.fullmatch(argument):
            argument = ""
        return Inbound("command", text=argument, command=name, language_code=code, message_id=number)
    if command is not None and "{" not in text:
        # An unknown command is a wish for the menu, not a text to understand.
        # What follows it is kept: it may be a cry for help.
        return Inbound("command", text=text, command="help", language_code=code, message_id=number)
    kind: InboundKind
    file_type = (message.document.mime_type or "") if message.document else ""
    if message.photo or file_type.startswith("image/"):
        kind = "photo"
    elif file_type in DOCUMENT_TYPES:
        kind = "document"
    else:
        kind = "text" if text else "unreadable"
    if kind == "text" and not forwarded:
        text = as_meant(text)
    return Inbound(
        kind,
        text,
        language_code=code,
        forwarded=forwarded,
        edited=edited,
        attached=message.text is None,
        message_id=number,
        album=message.media_group_id,
    )
