"""Topics of a forum group."""

from __future__ import annotations

from typing import Any

from bot.sandbox.errors import bad_request
from bot.sandbox.limits import TOPIC_COLOURS, TOPIC_NAME_MAX
from bot.sandbox.methods.place import writable_chat
from bot.sandbox.methods.registry import MethodList
from bot.sandbox.model import Chat, Payload, Topic
from bot.sandbox.params import Params
from bot.sandbox.people import open_topic, remove_topic
from bot.sandbox.world import World

methods = MethodList()


def _forum(world: World, params: Params, right: str = "can_manage_topics", doing: str = "manage a topic") -> Chat:
    chat = writable_chat(world, params)
    if not chat.is_forum:
        raise bad_request("the chat is not a forum")
    if not chat.may(right):
        raise bad_request(f"not enough rights to {doing}")
    return chat


def _topic(chat: Chat, params: Params) -> Topic:
    topic = chat.topics.get(params.integer("message_thread_id") or 0)
    if topic is None:
        raise bad_request("TOPIC_ID_INVALID")
    return topic


def _name(params: Params) -> str:
    name = params.text("name").strip()
    if not name:
        raise bad_request("TOPIC_TITLE_EMPTY")
    # Telegram cuts a long name short; a bot that relies on it is likelier wrong than not.
    if len(name) > TOPIC_NAME_MAX:
        raise bad_request("topic name is too long")
    return name


def _announce(world: World, chat: Chat, topic: Topic, content: Payload) -> None:
    world.add_message(chat, world.bot(), content, thread_id=topic.thread_id)
    world.journal.record("chat", chat=world.chat_view(chat))


@methods.add("createForumTopic", sends=True)
async def create_forum_topic(world: World, params: Params) -> Any:
    """https://core.telegram.org/bots/api#createforumtopic."""
    name = _name(params)
    chat = _forum(world, params, doing="create a topic")
    colour = params.integer("icon_color")
    if colour is not None and colour not in TOPIC_COLOURS:
        raise bad_request("TOPIC_ICON_COLOR_INVALID")
    topic, _ = open_topic(world, chat, world.bot(), name, colour, params.text("icon_custom_emoji_id") or None)
    return topic.as_forum_topic()


@methods.add("editForumTopic")
async def edit_forum_topic(world: World, params: Params) -> Any:
    """https://core.telegram.org/bots/api#editforumtopic."""
    chat = _forum(world, params)
    topic = _topic(chat, params)
    about: Payload = {}
    if params.text("name").strip():
        name = _name(params)
        if name != topic.name:
            about["name"] = topic.name = name
    if params.has("icon_custom_emoji_id"):
        emoji = params.text("icon_custom_emoji_id") or None
        if emoji != topic.icon_custom_emoji_id:
            topic.icon_custom_emoji_id = emoji
            about["icon_custom_emoji_id"] = emoji or ""
    if not about:
        raise bad_request("TOPIC_NOT_MODIFIED")
    _announce(world, chat, topic, {"forum_topic_edited": about})
    return True


async def _set_closed(world: World, params: Params, closed: bool) -> Any:
    chat = _forum(world, params)
    topic = _topic(chat, params)
    if topic.closed == closed:
        raise bad_request("TOPIC_NOT_MODIFIED")
    topic.closed = closed
    _announce(world, chat, topic, {"forum_topic_closed" if closed else "forum_topic_reopened": {}})
    return True


@methods.add("closeForumTopic")
async def close_forum_topic(world: World, params: Params) -> Any:
    """https://core.telegram.org/bots/api#closeforumtopic."""
    return await _set_closed(world, params, True)


@methods.add("reopenForumTopic")
async def reopen_forum_topic(world: World, params: Params) -> Any:
    """https://core.telegram.org/bots/api#reopenforumtopic."""
    return await _set_closed(world, params, False)


@methods.add("deleteForumTopic")
async def delete_forum_topic(world: World, params: Params) -> Any:
    """https://core.telegram.org/bots/api#deleteforumtopic. It needs the right to delete messages."""
    chat = _forum(world, params, "can_delete_messages", "delete a topic")
    remove_topic(world, chat, _topic(chat, params))
    return True
