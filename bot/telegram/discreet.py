"""Discreet messages: a neutral line first, the rest covered until touched, no sound.

A notification and the list of chats show the beginning of a message. Telegram's apps show covered text (the entity
``spoiler``, https://telegram.org/blog/reactions-spoilers-translations) in neither; on an app too old for it the neutral
line is what stands first. Numbers of an emergency are left as they are: they must be read at once, and the person is
looking at the chat.

Messages are not made unforwardable (``protect_content``): somebody must be able to pass a number on, and to keep proof.
"""

from __future__ import annotations

from typing import Any

from bot.telegram.limits import MESSAGE_UTF16_UNITS
from bot.telegram.rendering import utf16_length
from bot.telegram.sending import EMERGENCY, marked_up

#: Purposes of messages that are left as they are.
AS_THEY_ARE = (EMERGENCY, "hide", "wipe")


def veil(params: dict[str, Any], line: str) -> dict[str, Any]:
    """A message with a neutral line before it and its text covered.

    Args:
        params: of ``sendMessage``.
        line: what stands first; left out where the message has no room for it.
    """
    ready = marked_up(params)
    text = str(ready["text"])
    lead = f"{line}\n\n"
    if utf16_length(lead + text) > MESSAGE_UTF16_UNITS:
        lead = ""
    start = utf16_length(lead)
    moved = [{**entity, "offset": entity["offset"] + start} for entity in ready.get("entities", [])]
    cover = {"type": "spoiler", "offset": start, "length": utf16_length(text)}
    return {**ready, "text": lead + text, "entities": [cover, *moved], "disable_notification": True}
