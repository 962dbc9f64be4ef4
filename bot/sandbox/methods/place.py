"""Where a call wants to act: its chat, its topic, its message - or the refusal Telegram would give."""

from __future__ import annotations

from bot.sandbox.errors import THREAD_NOT_FOUND, bad_request, forbidden
from bot.sandbox.model import Chat, StoredMessage
from bot.sandbox.params import Params
from bot.sandbox.world import World


def known_chat(world: World, params: Params, name: str = "chat_id") -> Chat:
    """A chat the bot knows of.

    Raises:
        ApiError: 400 "chat not found" for one it has never met, 400 "chat_id is empty".
    """
    if not params.has(name) or params.text(name) == "":
        raise bad_request(f"{name} is empty")
    chat_id = params.integer(name)
    if chat_id is None:
        wanted = params.text(name).removeprefix("@").lower()
        for person in world.people.values():
            if person.username and person.username.lower() == wanted:
                chat_id = person.id
    chat = world.chats.get(chat_id) if chat_id is not None else None
    if chat is None:
        raise bad_request("chat not found")
    if chat.private and not world.people[chat.id].started and not chat.messages:
        raise bad_request("chat not found")
    return chat


def writable_chat(world: World, params: Params) -> Chat:
    """A chat the bot may write to now.

    Raises:
        ApiError: 403 when the person blocked it or never started it, or it is not in the group; else as `known_chat`.
    """
    chat_id = params.integer("chat_id")
    if chat_id is not None and chat_id in world.people:
        person = world.people[chat_id]
        if person.blocked:
            raise forbidden("bot was blocked by the user")
        if not person.started:
            raise forbidden("bot can't initiate conversation with a user")
    chat = known_chat(world, params)
    if chat.private:
        return chat
    if chat.bot_status == "kicked":
        raise forbidden(f"bot was kicked from the {chat.type} chat")
    if chat.bot_status == "left":
        raise forbidden(f"bot is not a member of the {chat.type} chat")
    return chat


def thread(chat: Chat, params: Params) -> int | None:
    """The topic a message goes to; nothing is General, or a chat without topics.

    General has number 1 among the topics, but Telegram does not take it here: leave message_thread_id out.

    Raises:
        ApiError: 400 "message thread not found"; 400 "TOPIC_CLOSED" where the bot may not write into a closed topic.
    """
    thread_id = params.integer("message_thread_id")
    if not thread_id:
        return None
    topic = chat.topics.get(thread_id)
    if topic is None:
        raise bad_request(THREAD_NOT_FOUND)
    if topic.closed and not chat.may("can_manage_topics"):
        raise bad_request("TOPIC_CLOSED")
    return thread_id


def answered(chat: Chat, params: Params) -> int | None:
    """The message a new one answers (``reply_parameters``, or the older ``reply_to_message_id``).

    Raises:
        ApiError: 400 when it is not there and ``allow_sending_without_reply`` is not set.
    """
    reply = params.object("reply_parameters", "reply parameters")
    allow = params.boolean("allow_sending_without_reply")
    message_id = params.integer("reply_to_message_id")
    if isinstance(reply, dict):
        raw = reply.get("message_id")
        message_id = int(raw) if raw is not None else None
        allow = bool(reply.get("allow_sending_without_reply"))
    if message_id is None:
        return None
    if message_id not in chat.messages:
        if allow:
            return None
        raise bad_request("message to be replied not found")
    return message_id


def message_at(chat: Chat, params: Params, missing: str, name: str = "message_id") -> StoredMessage:
    """The message a call is about.

    Args:
        chat: where it should be.
        params: of the call.
        missing: Telegram's words when it is not there.
        name: parameter that carries its id.
    """
    message_id = params.integer(name)
    if not message_id:
        raise bad_request("message identifier is not specified")
    stored = chat.messages.get(message_id)
    if stored is None:
        raise bad_request(missing)
    return stored
