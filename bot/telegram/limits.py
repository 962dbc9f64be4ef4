"""The Bot API's limits Pristan works within (https://core.telegram.org/bots/api, https://core.telegram.org/bots/faq)."""

from __future__ import annotations

from telegram.constants import FloodLimit, MessageLimit

#: Longest text of one message, UTF-16 code units after entities are parsed.
MESSAGE_UTF16_UNITS: int = MessageLimit.MAX_TEXT_LENGTH
#: Messages deleted by one ``deleteMessages`` call.
DELETE_MESSAGES_AT_ONCE = 100
#: Hours for which a bot may delete messages of a private chat, both sides'.
DELETE_WITHIN_HOURS = 48
#: Messages a second over all chats.
MESSAGES_PER_SECOND: int = FloodLimit.MESSAGES_PER_SECOND
#: Messages a minute in one group.
MESSAGES_PER_MINUTE_PER_GROUP: int = FloodLimit.MESSAGES_PER_MINUTE_PER_GROUP
#: Longest name of a forum topic, characters.
TOPIC_NAME_CHARACTERS = 128
#: Largest file a bot may download, bytes.
DOWNLOAD_BYTES = 20_000_000
#: Longest payload of a deep link, characters.
DEEP_LINK_CHARACTERS = 64
