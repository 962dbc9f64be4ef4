"""What people do in Telegram: write, forward, edit, press buttons, block the bot, run a group."""

from __future__ import annotations

import copy
import re
from typing import Any

from bot.sandbox.entities import units, with_automatic
from bot.sandbox.errors import ApiError, SandboxRefusal
from bot.sandbox.limits import (
    CAPTION_MAX_UNITS,
    DEEP_LINK_MAX,
    GENERAL_TOPIC,
    LATITUDE_MAX,
    LONGITUDE_MAX,
    TEXT_MAX_UNITS,
    TOPIC_COLOURS,
    TOPIC_NAME_MAX,
)
from bot.sandbox.model import ADMIN_RIGHTS, BOT_ID, BOT_USERNAME, Chat, Payload, Person, StoredMessage, Topic
from bot.sandbox.world import World

_DEEP_LINK = re.compile(rf"[A-Za-z0-9_-]{{1,{DEEP_LINK_MAX}}}")


class PeopleSide:
    """Acts for people on a world, and tells the bot what Telegram would tell it."""

    def __init__(self, world: World) -> None:
        self._world = world

    # -- writing -------------------------------------------------------------------------------------------

    def say(
        self,
        person: Person,
        chat: Chat,
        text: str,
        *,
        topic: int | None = None,
        reply_to: int | None = None,
        origin: Payload | None = None,
    ) -> StoredMessage:
        """Send a text.

        Args:
            person: who writes.
            chat: their private chat with the bot or a group they are in.
            text: 1 to 4096 UTF-16 units; surrounding blanks are dropped, as Telegram's apps do.
            topic: number of a forum topic; nothing is General.
            reply_to: id of the message it answers.
            origin: MessageOrigin, when it is forwarded from elsewhere.
        """
        text = text.strip()
        if not text:
            raise SandboxRefusal("a message needs a text")
        if units(text) > TEXT_MAX_UNITS:
            raise SandboxRefusal(f"a message has at most {TEXT_MAX_UNITS} characters; Telegram's apps send two then")
        content: Payload = {"text": text}
        found = with_automatic(text)
        if found:
            content["entities"] = found
        return self.send(person, chat, content, topic=topic, reply_to=reply_to, origin=origin)

    def send(
        self,
        person: Person,
        chat: Chat,
        content: Payload,
        *,
        topic: int | None = None,
        reply_to: int | None = None,
        origin: Payload | None = None,
        caption: str = "",
        album: str = "",
    ) -> StoredMessage:
        """Send any content: a text, a photo, a location, a document, a voice message, a sticker; one of an album."""
        world = self._world
        topic = self._checked_place(person, chat, topic)
        if reply_to is not None and reply_to not in chat.messages:
            raise SandboxRefusal("the message to answer is not there any more", 404)
        if caption:
            if units(caption) > CAPTION_MAX_UNITS:
                raise SandboxRefusal(f"a caption has at most {CAPTION_MAX_UNITS} characters")
            content = {**content, "caption": caption}
            found = with_automatic(caption)
            if found:
                content["caption_entities"] = found
        if origin is not None:
            content = {**content, "forward_origin": origin}
        if album:
            content = {**content, "media_group_id": album}
        stored = world.add_message(chat, person.as_user(), content, thread_id=topic, reply_to=reply_to)
        if chat.private and not person.started:
            person.started = True
            world.journal.record("person", person=world.person_view(person))
        if chat.reply_keyboard and chat.reply_keyboard.get("one_time_keyboard"):
            chat.reply_keyboard = None
            world.journal.record("keyboard", chat_id=chat.id, keyboard=None)
        if self._bot_reads(chat, stored):
            world.tell_bot("message", stored.payload, stored)
        return stored

    def _checked_place(self, person: Person, chat: Chat, topic: int | None) -> int | None:
        if chat.private:
            if chat.id != person.id:
                raise SandboxRefusal("this is another person's chat", 403)
            if person.blocked:
                raise SandboxRefusal("this person has blocked the bot; unblock it first", 409)
            return None
        if chat.members.get(person.id) not in ("creator", "administrator", "member"):
            raise SandboxRefusal("this person is not in the group", 403)
        if topic in (None, GENERAL_TOPIC):
            return None
        if topic not in chat.topics:
            raise SandboxRefusal("no such topic", 404)
        if chat.topics[topic].closed and chat.members[person.id] == "member":
            raise SandboxRefusal("this topic is closed", 409)
        return topic

    def _bot_reads(self, chat: Chat, stored: StoredMessage) -> bool:
        """Privacy mode (https://core.telegram.org/bots/features#privacy-mode): in groups a bot that is no administrator
        sees commands, answers to it, its own name and service messages only."""
        if chat.private or chat.bot_status == "administrator":
            return True
        if chat.bot_status != "member":
            return False
        payload = stored.payload
        if payload.get("reply_to_message", {}).get("from", {}).get("id") == BOT_ID:
            return True
        mention = f"@{BOT_USERNAME}".lower()
        for entity in [*payload.get("entities", []), *payload.get("caption_entities", [])]:
            encoded = stored.text.encode("utf-16-le")
            start = entity["offset"] * 2
            found = encoded[start : start + entity["length"] * 2].decode("utf-16-le").lower()
            if entity["type"] == "bot_command" and ("@" not in found or found.endswith(mention)):
                return True
            if entity["type"] == "mention" and found == mention:
                return True
        return False

    def start(self, person: Person, payload: str = "") -> StoredMessage:
        """Press Start, or follow a deep link with a payload."""
        if payload and not _DEEP_LINK.fullmatch(payload):
            raise SandboxRefusal(f"a deep link carries 1 to {DEEP_LINK_MAX} of A-Z a-z 0-9 _ -")
        if person.blocked:
            self.unblock(person)
        return self.say(person, self._world.chats[person.id], f"/start {payload}".strip())

    def origin(self, kind: str, name: str, person_id: int | None = None) -> Payload:
        """Where a forwarded message comes from: a hidden account (the usual case), a person, or a channel."""
        date = int(self._world.now()) - 3600
        if kind == "hidden_user":
            return {"type": "hidden_user", "date": date, "sender_user_name": name}
        if kind == "user" and person_id is not None:
            return {"type": "user", "date": date, "sender_user": self._world.person(person_id).as_user()}
        if kind == "channel":
            chat = {"id": -1000000999999, "type": "channel", "title": name}
            return {"type": "channel", "date": date, "chat": chat, "message_id": 1}
        raise SandboxRefusal("a forward comes from hidden_user, user (with person_id) or channel")

    def location(self, latitude: float, longitude: float) -> Payload:
        """Content of a location message; degrees of WGS 84."""
        if abs(latitude) > LATITUDE_MAX or abs(longitude) > LONGITUDE_MAX:
            raise SandboxRefusal("latitude is -90 to 90, longitude -180 to 180 degrees")
        return {"location": {"latitude": latitude, "longitude": longitude}}

    def photo(self, content: bytes) -> Payload:
        """Content of a photo message."""
        try:
            return {"photo": self._world.files.add_photo(content)}
        except ApiError as refusal:
            raise SandboxRefusal(f"this is no picture Telegram would take ({refusal.description})") from None

    def document(self, content: bytes, name: str, mime_type: str | None) -> Payload:
        """Content of a document message."""
        try:
            return {"document": self._world.files.add_document(content, name, mime_type)}
        except ApiError as refusal:
            raise SandboxRefusal(refusal.description) from None

    def voice(self, content: bytes, duration: int, mime_type: str | None = None) -> Payload:
        """Content of a voice message of ``duration`` seconds."""
        try:
            return {"voice": self._world.files.add_voice(content, duration, mime_type)}
        except ApiError as refusal:
            raise SandboxRefusal(refusal.description) from None

    def sticker(self, emoji: str) -> Payload:
        """Content of a sticker message."""
        return {"sticker": self._world.files.add_sticker(emoji)}

    def edit(self, person: Person, chat: Chat, message_id: int, text: str) -> StoredMessage:
        """Change one's own text."""
        stored = self._message(chat, message_id)
        if stored.payload["from"]["id"] != person.id:
            raise SandboxRefusal("people edit only what they wrote", 403)
        text = text.strip()
        key = "text" if "text" in stored.payload else "caption"
        if not text or stored.payload.get(key) == text:
            raise SandboxRefusal("the text must be another one, and not empty")
        if units(text) > (TEXT_MAX_UNITS if key == "text" else CAPTION_MAX_UNITS):
            raise SandboxRefusal("the text is too long")
        stored.payload[key] = text
        entities = "entities" if key == "text" else "caption_entities"
        stored.payload.pop(entities, None)
        found = with_automatic(text)
        if found:
            stored.payload[entities] = found
        stored.payload["edit_date"] = int(self._world.now())
        self._world.changed(chat, stored)
        if self._bot_reads(chat, stored):
            self._world.tell_bot("edited_message", stored.payload)
        return stored

    def delete(self, chat: Chat, message_ids: list[int]) -> list[int]:
        """Delete messages for both sides. Telegram does not tell the bot."""
        return self._world.remove_messages(chat, message_ids)

    def press(
        self, person: Person, chat: Chat, message_id: int, data: str, *, inaccessible: bool = False
    ) -> tuple[str, StoredMessage]:
        """Press an inline button by its callback data.

        Args:
            person: who presses.
            chat: where the message is.
            message_id: the message with the button.
            data: its ``callback_data``.
            inaccessible: tell the bot of the message only by its id, as Telegram may do with an old one.

        Returns:
            Id of the callback query, and the message.
        """
        world = self._world
        if chat.private and person.blocked:
            raise SandboxRefusal("this person has blocked the bot; unblock it first", 409)
        stored = self._message(chat, message_id)
        rows = stored.payload.get("reply_markup", {}).get("inline_keyboard", [])
        if not any(button.get("callback_data") == data for row in rows for button in row):
            raise SandboxRefusal("the message has no such button", 404)
        query_id = world.press(person, chat, stored)
        message = copy.deepcopy(stored.payload)
        if inaccessible:
            message = {"chat": stored.payload["chat"], "message_id": stored.id, "date": 0}
        query = {
            "id": query_id,
            "from": person.as_user(),
            "message": message,
            "chat_instance": str(abs(chat.id) * 7919),
            "data": data,
        }
        world.tell_bot("callback_query", query)
        return query_id, stored

    def _message(self, chat: Chat, message_id: int) -> StoredMessage:
        stored = chat.messages.get(message_id)
        if stored is None:
            raise SandboxRefusal("this message is not there (any more)", 404)
        return stored

    # -- blocking, groups, topics ------------------------------------------------------------------------------

    def block(self, person: Person) -> None:
        """Block the bot (Telegram: my_chat_member, member becomes kicked)."""
        self._set_blocked(person, True)

    def unblock(self, person: Person) -> None:
        """Take the block back."""
        self._set_blocked(person, False)

    def _set_blocked(self, person: Person, blocked: bool) -> None:
        if person.blocked == blocked:
            return
        chat = self._world.chats[person.id]
        old = self._bot_member(chat)
        person.blocked = blocked
        chat.bot_status = "kicked" if blocked else "member"
        self._member_update(person, chat, old)
        self._world.journal.record("person", person=self._world.person_view(person))

    def _bot_member(self, chat: Chat) -> Payload:
        return self._world.member_object(chat, BOT_ID)

    def _member_update(self, person: Person, chat: Chat, old: Payload) -> None:
        world = self._world
        content = {
            "chat": world.chat_object(chat),
            "from": person.as_user(),
            "date": int(world.now()),
            "old_chat_member": old,
            "new_chat_member": self._bot_member(chat),
        }
        world.tell_bot("my_chat_member", content)

    def set_bot_status(self, person: Person, chat: Chat, status: str, rights: dict[str, bool] | None = None) -> None:
        """Add the bot to a group, make it an administrator, or throw it out.

        Args:
            person: who does it.
            chat: the group.
            status: member, administrator, left or kicked.
            rights: for an administrator, rights that differ from the usual ones.
        """
        if chat.private or status not in ("member", "administrator", "left", "kicked"):
            raise SandboxRefusal("status is member, administrator, left or kicked, in a group")
        old = self._bot_member(chat)
        was_in = chat.bot_status in ("member", "administrator")
        chat.bot_status = status
        chat.bot_rights = {**ADMIN_RIGHTS, **(rights or {})} if status == "administrator" else {}
        self._member_update(person, chat, old)
        if not was_in and status in ("member", "administrator"):
            joined = self._world.add_message(chat, person.as_user(), {"new_chat_members": [self._world.bot()]})
            self._world.tell_bot("message", joined.payload, joined)
        self._world.journal.record("chat", chat=self._world.chat_view(chat))

    def set_member(self, chat: Chat, person: Person, status: str) -> None:
        """Put a person into a group with a status, or out of it (``left``)."""
        if chat.private or status not in ("creator", "administrator", "member", "left"):
            raise SandboxRefusal("status is creator, administrator, member or left, in a group")
        chat.members[person.id] = status
        self._world.journal.record("chat", chat=self._world.chat_view(chat))

    def create_topic(self, person: Person, chat: Chat, name: str) -> Topic:
        """Open a topic by hand."""
        name = name.strip()
        if not chat.is_forum or not 1 <= len(name) <= TOPIC_NAME_MAX:
            raise SandboxRefusal(f"topics exist in forums and have names of 1 to {TOPIC_NAME_MAX} characters")
        self._checked_place(person, chat, None)
        return open_topic(self._world, chat, person.as_user(), name, tell_bot=True)[0]

    def change_topic(self, person: Person, chat: Chat, topic_id: int, action: str, name: str = "") -> None:
        """Close, reopen, rename or delete a topic by hand.

        A deleted topic is gone with its messages, and the bot is not told: it finds out when it next writes there.
        """
        topic = chat.topics.get(topic_id)
        if topic is None:
            raise SandboxRefusal("no such topic", 404)
        self._checked_place(person, chat, None)
        if action == "delete":
            remove_topic(self._world, chat, topic)
            return
        if action in ("close", "reopen"):
            if topic.closed == (action == "close"):
                raise SandboxRefusal("the topic is like that already", 409)
            topic.closed = action == "close"
            content: Payload = {"forum_topic_closed" if topic.closed else "forum_topic_reopened": {}}
        elif action == "rename" and 1 <= len(name.strip()) <= TOPIC_NAME_MAX:
            topic.name = name.strip()
            content = {"forum_topic_edited": {"name": topic.name}}
        else:
            raise SandboxRefusal("a topic can be closed, reopened, renamed (with a name) or deleted")
        stored = self._world.add_message(chat, person.as_user(), content, thread_id=topic_id)
        if self._bot_is_in(chat):
            self._world.tell_bot("message", stored.payload, stored)
        self._world.journal.record("chat", chat=self._world.chat_view(chat))

    def _bot_is_in(self, chat: Chat) -> bool:
        return chat.bot_status in ("member", "administrator")


def open_topic(
    world: World, chat: Chat, sender: Payload, name: str, colour: int | None = None, emoji: str | None = None,
    *, tell_bot: bool = False,
) -> tuple[Topic, StoredMessage]:  # fmt: skip
    """Open a topic for a person or for the bot; its number is the id of the message that announces it."""
    colour = TOPIC_COLOURS[len(chat.topics) % len(TOPIC_COLOURS)] if colour is None else colour
    about: dict[str, Any] = {"name": name, "icon_color": colour}
    if emoji:
        about["icon_custom_emoji_id"] = emoji
    stored = world.add_message(chat, sender, {"forum_topic_created": about})
    stored.payload.update({"message_thread_id": stored.id, "is_topic_message": True})
    topic = Topic(stored.id, name, colour, emoji)
    chat.topics[stored.id] = topic
    world.changed(chat, stored)
    world.journal.record("chat", chat=world.chat_view(chat))
    if tell_bot and chat.bot_status in ("member", "administrator"):
        world.tell_bot("message", stored.payload, stored)
    return topic, stored


def remove_topic(world: World, chat: Chat, topic: Topic) -> None:
    """Delete a topic with all its messages."""
    del chat.topics[topic.thread_id]
    inside = [m.id for m in chat.messages.values() if m.thread_id == topic.thread_id]
    world.remove_messages(chat, inside)
    world.journal.record("chat", chat=world.chat_view(chat))
