"""The whole simulated Telegram in memory, and the few operations everything else is made of."""

from __future__ import annotations

import copy
import itertools
import time
from dataclasses import dataclass

from bot.sandbox.commands import CommandMenus
from bot.sandbox.errors import SandboxRefusal
from bot.sandbox.faults import Faults
from bot.sandbox.files import FileStore
from bot.sandbox.flood import Flood
from bot.sandbox.journal import Journal
from bot.sandbox.limits import CHAT_ACTION_SECONDS
from bot.sandbox.model import (
    ADMIN_RIGHTS,
    BOT_ID,
    BOT_NAME,
    BOT_USERNAME,
    STAFF_CHAT_ID,
    Chat,
    Payload,
    Person,
    StoredMessage,
    bot_user,
)
from bot.sandbox.signal import Signal
from bot.sandbox.updates import UpdateQueue

#: Fields of a message by which Telegram tells bots of an event; such messages cannot be copied or edited.
SERVICE_FIELDS = frozenset(
    {
        "forum_topic_created", "forum_topic_closed", "forum_topic_reopened", "forum_topic_edited",
        "new_chat_members", "left_chat_member", "group_chat_created", "supergroup_chat_created",
    }
)  # fmt: skip


@dataclass
class Press:
    """A button press that waits for its answer."""

    person_id: int
    chat_id: int
    message_id: int
    at: float
    answered: bool = False
    text: str = ""
    alert: bool = False


class World:
    """People, chats, files, menus and the bot's updates.

    Args:
        staff_chat_id: id of the staff's forum group.
    """

    def __init__(self, staff_chat_id: int = STAFF_CHAT_ID) -> None:
        self.signal = Signal()
        self.staff_chat_id = staff_chat_id
        self.clear()

    def clear(self) -> None:
        """Start from nothing: the staff group with two people in it and the bot as its administrator."""
        self._shift = 0.0
        self._changes = itertools.count(1)
        self._shared_ids = itertools.count(1)
        self._own_ids: dict[int, itertools.count[int]] = {}
        self._group_ids = itertools.count(1)
        self._person_ids = itertools.count(7_000_000_001)  # as today's: more than 32 bits hold
        self._query_ids = itertools.count(10_000_000_000_000_001)
        self.people: dict[int, Person] = {}
        self.chats: dict[int, Chat] = {}
        self.files = FileStore()
        self.menus = CommandMenus()
        self.journal = Journal(self.signal)
        self.updates = UpdateQueue(self.signal, self.now, self._confirmed)
        self.flood = Flood(self.now)
        self.faults = Faults()
        self.presses: dict[str, Press] = {}
        self.typing: dict[tuple[int, int | None], float] = {}
        self.names: dict[str, str] = {}
        self.descriptions: dict[str, str] = {}
        self.short_descriptions: dict[str, str] = {}
        self.menu_button: Payload = {"type": "default"}
        self._update_owner: dict[int, tuple[int, int]] = {}
        staff = self.add_group("Pristan · staff", is_forum=True, chat_id=self.staff_chat_id)
        staff.bot_status, staff.bot_rights = "administrator", dict(ADMIN_RIGHTS)
        for name, status in (("Maria", "creator"), ("Petar", "administrator")):
            member = self.add_person(name, staff=True)
            staff.members[member.id] = status

    # -- time ----------------------------------------------------------------------------------------------------

    def now(self) -> float:
        """Seconds since 1970 on the sandbox's own clock."""
        return time.time() + self._shift

    def advance(self, seconds: float) -> None:
        """Move the clock forward, to reach what expires."""
        self._shift += seconds
        self.signal.ring()

    # -- people and chats ------------------------------------------------------------------------------------------

    def add_person(
        self,
        first_name: str,
        language_code: str | None = None,
        *,
        person_id: int | None = None,
        last_name: str | None = None,
        username: str | None = None,
        staff: bool = False,
        hidden_forwards: bool = False,
    ) -> Person:
        """Give somebody a Telegram account, and with it a private chat with the bot that is still empty."""
        if person_id is None:
            person_id = next(i for i in self._person_ids if i not in self.people)
        if person_id in self.people or person_id <= 0 or person_id == BOT_ID:
            raise SandboxRefusal("this id is taken or is no person's", 409)
        person = Person(
            person_id, first_name, language_code, last_name, username, staff=staff, hidden_forwards=hidden_forwards
        )
        self.people[person_id] = person
        self.chats[person_id] = Chat(person_id, "private")
        self.journal.record("person", person=self.person_view(person))
        return person

    def add_group(
        self, title: str, *, is_forum: bool = False, supergroup: bool = False, chat_id: int | None = None
    ) -> Chat:
        """Make a group; a forum is always a supergroup."""
        number = next(self._group_ids)
        kind = "supergroup" if is_forum or supergroup else "group"
        if chat_id is None:
            chat_id = -1000000000000 - 1000 - number if kind == "supergroup" else -2000 - number
        chat = Chat(chat_id, kind, title, is_forum=is_forum, bot_status="left")
        self.chats[chat_id] = chat
        self.journal.record("chat", chat=self.chat_view(chat))
        return chat

    def person(self, person_id: int) -> Person:
        """The person, or a refusal."""
        if person_id not in self.people:
            raise SandboxRefusal("no such person", 404)
        return self.people[person_id]

    def chat(self, chat_id: int) -> Chat:
        """The chat, or a refusal."""
        if chat_id not in self.chats:
            raise SandboxRefusal("no such chat", 404)
        return self.chats[chat_id]

    def bot_name(self, language_code: str | None = None) -> str:
        """The bot's name as somebody with this language sees it."""
        return self.names.get((language_code or "")[:2]) or self.names.get("") or BOT_NAME

    def bot(self) -> Payload:
        """The bot's User object in messages."""
        return bot_user(self.bot_name())

    def me(self) -> Payload:
        """What getMe answers."""
        return {
            **self.bot(),
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
            "can_connect_to_business": False,
            "has_main_web_app": False,
            "has_topics_enabled": False,
        }

    def chat_object(self, chat: Chat) -> Payload:
        """The Bot API's Chat object."""
        if chat.private:
            person = self.people[chat.id]
            found: Payload = {"id": chat.id, "type": "private", "first_name": person.first_name}
            if person.last_name:
                found["last_name"] = person.last_name
            if person.username:
                found["username"] = person.username
            return found
        found = {"id": chat.id, "type": chat.type, "title": chat.title}
        if chat.is_forum:
            found["is_forum"] = True
        return found

    def member_object(self, chat: Chat, user_id: int) -> Payload:
        """The Bot API's ChatMember object of a person or of the bot."""
        if user_id == BOT_ID:
            status, user = chat.bot_status, self.bot()
        else:
            status, user = chat.members.get(user_id, "left"), self.people[user_id].as_user()
        member: Payload = {"user": user, "status": status}
        if status == "creator":
            member["is_anonymous"] = False
        elif status == "administrator":
            rights = chat.bot_rights if user_id == BOT_ID else ADMIN_RIGHTS
            member.update(
                {"can_be_edited": False, "is_anonymous": False, **dict.fromkeys(ADMIN_RIGHTS, False), **rights}
            )
        elif status == "kicked":
            member["until_date"] = 0
        return member

    # -- messages ----------------------------------------------------------------------------------------------------

    def next_message_id(self, chat: Chat) -> int:
        """Supergroups count their own messages; private chats and small groups share the account's counter."""
        if chat.type == "supergroup":
            return next(self._own_ids.setdefault(chat.id, itertools.count(2)))
        return next(self._shared_ids)

    def add_message(
        self,
        chat: Chat,
        sender: Payload,
        content: Payload,
        *,
        thread_id: int | None = None,
        reply_to: int | None = None,
        markup: Payload | None = None,
    ) -> StoredMessage:
        """Put a message into a chat.

        Args:
            chat: where.
            sender: User object of the person or the bot.
            content: the fields that make it what it is (text, photo, location, …).
            thread_id: number of the topic, for a forum.
            reply_to: id of the message it answers.
            markup: keyboard.
        """
        payload: Payload = {
            "message_id": self.next_message_id(chat),
            "from": sender,
            "chat": self.chat_object(chat),
            "date": int(self.now()),
        }
        if thread_id is not None:
            payload["message_thread_id"] = thread_id
            payload["is_topic_message"] = True
        answered = chat.messages.get(reply_to) if reply_to is not None else None
        if answered is None and thread_id is not None and "forum_topic_created" not in content:
            # Telegram shows every message of a topic as an answer to the message that opened the topic.
            answered = chat.messages.get(thread_id)
        if answered is not None:
            payload["reply_to_message"] = {
                key: value for key, value in answered.payload.items() if key != "reply_to_message"
            }
        payload.update(content)
        if markup and "inline_keyboard" in markup:
            payload["reply_markup"] = markup
        stored = StoredMessage(payload, next(self._changes), markup)
        chat.messages[stored.id] = stored
        if markup and chat.private:
            self._replace_keyboard(chat, markup)
        self.typing.pop((chat.id, thread_id), None)
        self.journal.record("message", chat_id=chat.id, message=stored.as_view())
        return stored

    def _replace_keyboard(self, chat: Chat, markup: Payload) -> None:
        if "keyboard" in markup:
            chat.reply_keyboard = markup
        elif markup.get("remove_keyboard"):
            chat.reply_keyboard = None
        else:
            return
        self.journal.record("keyboard", chat_id=chat.id, keyboard=chat.reply_keyboard)

    def changed(self, chat: Chat, stored: StoredMessage) -> None:
        """Say that a message was edited."""
        stored.change = next(self._changes)
        self.journal.record("edited", chat_id=chat.id, message=stored.as_view())

    def remove_messages(self, chat: Chat, message_ids: list[int]) -> list[int]:
        """Delete messages for everybody, with files nothing else shows; returns the ids that existed."""
        gone = [chat.messages.pop(i) for i in message_ids if i in chat.messages]
        if gone:
            still_shown = {f for c in self.chats.values() for m in c.messages.values() for f in _file_ids(m.payload)}
            self.files.forget([f for m in gone for f in _file_ids(m.payload) if f not in still_shown])
            self.journal.record("deleted", chat_id=chat.id, message_ids=[m.id for m in gone])
        return [m.id for m in gone]

    def tell_bot(self, kind: str, content: Payload, stored: StoredMessage | None = None) -> int | None:
        """Queue an update; with a message, remember which one it was to show when the bot has seen it."""
        update_id = self.updates.add(kind, copy.deepcopy(content))
        if stored is not None and update_id is not None:
            stored.update_id = update_id
            self._update_owner[update_id] = (stored.payload["chat"]["id"], stored.id)
        return update_id

    def _confirmed(self, update_id: int) -> None:
        chat_id, message_id = self._update_owner.pop(update_id, (0, 0))
        stored = self.chats[chat_id].messages.get(message_id) if chat_id in self.chats else None
        if stored is not None and not stored.seen:
            stored.seen = True
            self.journal.record("seen", chat_id=chat_id, message_id=message_id)

    def press(self, person: Person, chat: Chat, stored: StoredMessage) -> str:
        """Note a button press; returns the id of its callback query."""
        query_id = str(next(self._query_ids))
        self.presses[query_id] = Press(person.id, chat.id, stored.id, self.now())
        return query_id

    def start_typing(self, chat: Chat, thread_id: int | None, action: str) -> None:
        """Show that the bot is busy, for a few seconds or until its next message."""
        self.typing[chat.id, thread_id] = self.now() + CHAT_ACTION_SECONDS
        self.journal.record("typing", chat_id=chat.id, topic=thread_id, action=action, seconds=CHAT_ACTION_SECONDS)

    # -- views for the page and for tests ----------------------------------------------------------------------------

    def person_view(self, person: Person) -> Payload:
        """A person as the page knows them."""
        return {
            "id": person.id,
            "first_name": person.first_name,
            "last_name": person.last_name,
            "language_code": person.language_code,
            "started": person.started,
            "blocked": person.blocked,
            "staff": person.staff,
        }

    def chat_view(self, chat: Chat) -> Payload:
        """A chat as the page knows it, without its messages."""
        return {
            "id": chat.id,
            "type": chat.type,
            "title": chat.title,
            "is_forum": chat.is_forum,
            "bot": {"status": chat.bot_status, "rights": chat.bot_rights},
            "members": {str(key): value for key, value in chat.members.items()},
            "topics": [{**t.as_forum_topic(), "closed": t.closed} for t in chat.topics.values()],
            "reply_keyboard": chat.reply_keyboard,
            "menu_button": chat.menu_button or self.menu_button,
        }

    def commands_for(self, chat: Chat, person: Person) -> list[Payload]:
        """The command menu this person sees in this chat."""
        admin = chat.members.get(person.id) in ("creator", "administrator")
        return self.menus.seen_by(chat.id, person.id, person.language_code, private=chat.private, admin=admin)

    def about(self, person: Person) -> Payload:
        """The bot as this person sees it before pressing Start."""
        code = (person.language_code or "")[:2]
        return {
            "name": self.bot_name(code),
            "username": BOT_USERNAME,
            "description": self.descriptions.get(code) or self.descriptions.get("") or "",
            "short_description": self.short_descriptions.get(code) or self.short_descriptions.get("") or "",
        }


def _file_ids(payload: Payload) -> list[str]:
    """Ids of the files a message shows."""
    found = [size["file_id"] for size in payload.get("photo", [])]
    found += [payload[kind]["file_id"] for kind in ("document", "voice", "sticker") if kind in payload]
    return found
