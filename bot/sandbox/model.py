"""The things of the simulated Telegram: people, chats, topics, messages, files."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.limits import GENERAL_TOPIC

Payload = dict[str, Any]

#: The bot's own account. The token below names no account, so that nobody takes it for a real secret.
BOT_ID = 1000
BOT_USERNAME = "pristan_sandbox_bot"
BOT_NAME = "Pristan"
#: Well-formed (number, colon, 35 characters), and plainly no secret.
SANDBOX_TOKEN = "000000:SANDBOX" + "0" * 28
#: The staff's forum group.
STAFF_CHAT_ID = -1000000000001

#: Rights of the bot in a group where it is an administrator (Bot API, ChatMemberAdministrator).
ADMIN_RIGHTS: dict[str, bool] = {
    "can_manage_chat": True,
    "can_delete_messages": True,
    "can_manage_video_chats": False,
    "can_restrict_members": False,
    "can_promote_members": False,
    "can_change_info": False,
    "can_invite_users": False,
    "can_post_stories": False,
    "can_edit_stories": False,
    "can_delete_stories": False,
    "can_pin_messages": True,
    "can_manage_topics": True,
}


@dataclass
class Person:
    """Somebody with a Telegram account.

    Attributes:
        language_code: IETF tag of their Telegram app, or nothing.
        started: they have written to the bot, so it may write to them.
        blocked: they blocked the bot.
        staff: they belong to the staff group.
        hidden_forwards: their privacy setting hides the account when their messages are forwarded.
    """

    id: int
    first_name: str
    language_code: str | None = None
    last_name: str | None = None
    username: str | None = None
    started: bool = False
    blocked: bool = False
    staff: bool = False
    hidden_forwards: bool = False

    def as_user(self) -> Payload:
        """The Bot API's User object."""
        user: Payload = {"id": self.id, "is_bot": False, "first_name": self.first_name}
        if self.last_name:
            user["last_name"] = self.last_name
        if self.username:
            user["username"] = self.username
        if self.language_code:
            user["language_code"] = self.language_code
        return user

    def full_name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}" if self.last_name else self.first_name


def bot_user(name: str = BOT_NAME) -> Payload:
    """The bot's own User object, as it stands in messages."""
    return {"id": BOT_ID, "is_bot": True, "first_name": name, "username": BOT_USERNAME}


@dataclass
class Topic:
    """A topic of a forum group. Its number is the id of the message that announced it."""

    thread_id: int
    name: str
    icon_color: int
    icon_custom_emoji_id: str | None = None
    closed: bool = False

    def as_forum_topic(self) -> Payload:
        """The Bot API's ForumTopic object."""
        topic: Payload = {"message_thread_id": self.thread_id, "name": self.name, "icon_color": self.icon_color}
        if self.icon_custom_emoji_id:
            topic["icon_custom_emoji_id"] = self.icon_custom_emoji_id
        return topic


@dataclass
class StoredMessage:
    """A message and what only the sandbox knows of it.

    Attributes:
        payload: the Bot API's Message object.
        change: grows with every new or edited message of the whole sandbox; tells new from seen.
        markup: the whole keyboard; ``payload`` carries inline keyboards only, as Telegram does.
        update_id: of the update that told the bot, for messages of people.
        seen: the bot confirmed that update.
    """

    payload: Payload
    change: int
    markup: Payload | None = None
    update_id: int | None = None
    seen: bool = False

    @property
    def id(self) -> int:
        """The message_id."""
        return int(self.payload["message_id"])

    @property
    def from_bot(self) -> bool:
        """The bot sent it."""
        return bool(self.payload.get("from", {}).get("id") == BOT_ID)

    @property
    def thread_id(self) -> int | None:
        """Number of its topic, if any."""
        return self.payload.get("message_thread_id")

    @property
    def text(self) -> str:
        """Text or caption."""
        return str(self.payload.get("text") or self.payload.get("caption") or "")

    def as_view(self) -> Payload:
        """What the page and the tests are told."""
        return {
            "chat_id": self.payload["chat"]["id"],
            "message_id": self.id,
            "change": self.change,
            "from_bot": self.from_bot,
            "topic": self.thread_id,
            "text": self.text,
            "seen": self.seen,
            "markup": self.markup,
            "message": self.payload,
        }


@dataclass
class Chat:
    """A private chat with a person, a group, or a forum group.

    Attributes:
        bot_status: the bot's place in it: member, administrator, left, kicked.
        members: people in a group and their status (creator, administrator, member, left).
        reply_keyboard: the keyboard that replaces the person's own, if any.
        menu_button: what stands beside the text field, set for this chat alone.
    """

    id: int
    type: str
    title: str | None = None
    is_forum: bool = False
    bot_status: str = "member"
    bot_rights: dict[str, bool] = field(default_factory=dict)
    members: dict[int, str] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)
    messages: dict[int, StoredMessage] = field(default_factory=dict)
    reply_keyboard: Payload | None = None
    menu_button: Payload | None = None
    general_closed: bool = False

    @property
    def private(self) -> bool:
        """A chat between one person and the bot."""
        return self.type == "private"

    def may(self, right: str) -> bool:
        """Whether the bot has an administrator's right here."""
        return self.bot_status == "administrator" and bool(self.bot_rights.get(right))

    def topic_name(self, thread_id: int | None) -> str:
        """Name of a topic, "General" for none."""
        if thread_id is None or thread_id == GENERAL_TOPIC:
            return "General"
        topic = self.topics.get(thread_id)
        return topic.name if topic else ""
