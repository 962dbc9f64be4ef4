"""Editing and deleting messages."""

from __future__ import annotations

from typing import Any

from bot.sandbox.errors import NOT_MODIFIED, bad_request
from bot.sandbox.keyboards import checked_markup
from bot.sandbox.limits import BULK_MAX, DELETE_WINDOW_SECONDS
from bot.sandbox.methods.messages import caption_content, text_content
from bot.sandbox.methods.place import known_chat, message_at, writable_chat
from bot.sandbox.methods.registry import MethodList
from bot.sandbox.model import Chat, Payload, StoredMessage
from bot.sandbox.params import Params
from bot.sandbox.world import SERVICE_FIELDS, World

methods = MethodList()

_UNDELETABLE = frozenset({"forum_topic_created", "supergroup_chat_created", "group_chat_created"})


def _editable(world: World, params: Params) -> tuple[Chat, StoredMessage]:
    chat = writable_chat(world, params)
    stored = message_at(chat, params, "message to edit not found")
    other_keyboard = stored.markup is not None and "inline_keyboard" not in stored.markup
    if not stored.from_bot or SERVICE_FIELDS & stored.payload.keys() or other_keyboard:
        raise bad_request("message can't be edited")
    return chat, stored


def _inline(params: Params) -> Payload | None:
    markup = checked_markup(params.object("reply_markup", "reply keyboard markup"))
    if markup is not None and "inline_keyboard" not in markup:
        raise bad_request("inline keyboard expected")
    return markup


def _apply(world: World, chat: Chat, stored: StoredMessage, replaced: tuple[str, ...], content: Payload,
           markup: Payload | None) -> Payload:  # fmt: skip
    before = {key: stored.payload.get(key) for key in (*replaced, "reply_markup")}
    after = {**dict.fromkeys(replaced), **content, "reply_markup": markup}
    if before == after:
        raise bad_request(NOT_MODIFIED)
    for key, value in after.items():
        if value is None:
            stored.payload.pop(key, None)
        else:
            stored.payload[key] = value
    stored.markup = markup
    stored.payload["edit_date"] = int(world.now())
    world.changed(chat, stored)
    return stored.payload


@methods.add("editMessageText")
async def edit_message_text(world: World, params: Params) -> Any:
    """https://core.telegram.org/bots/api#editmessagetext. Without a keyboard the message loses the one it had."""
    content = text_content(params)
    chat, stored = _editable(world, params)
    if "text" not in stored.payload:
        raise bad_request("there is no text in the message to edit")
    fields = ("text", "entities", "link_preview_options")
    return _apply(world, chat, stored, fields, content, _inline(params))


@methods.add("editMessageCaption")
async def edit_message_caption(world: World, params: Params) -> Any:
    """https://core.telegram.org/bots/api#editmessagecaption."""
    content = caption_content(params)
    chat, stored = _editable(world, params)
    if not {"photo", "document", "voice"} & stored.payload.keys():
        raise bad_request("there is no caption in the message to edit")
    return _apply(world, chat, stored, ("caption", "caption_entities"), content, _inline(params))


@methods.add("editMessageReplyMarkup")
async def edit_message_reply_markup(world: World, params: Params) -> Any:
    """https://core.telegram.org/bots/api#editmessagereplymarkup."""
    chat, stored = _editable(world, params)
    return _apply(world, chat, stored, (), {}, _inline(params))


def _check_deletable(world: World, chat: Chat, stored: StoredMessage) -> None:
    if _UNDELETABLE & stored.payload.keys():
        raise bad_request("message can't be deleted")
    if world.now() - stored.payload["date"] > DELETE_WINDOW_SECONDS:
        raise bad_request("message can't be deleted for everyone")
    if not chat.private and not stored.from_bot and not chat.may("can_delete_messages"):
        raise bad_request("message can't be deleted")


@methods.add("deleteMessage")
async def delete_message(world: World, params: Params) -> Any:
    """https://core.telegram.org/bots/api#deletemessage."""
    chat = known_chat(world, params)
    stored = message_at(chat, params, "message to delete not found")
    _check_deletable(world, chat, stored)
    world.remove_messages(chat, [stored.id])
    return True


@methods.add("deleteMessages")
async def delete_messages(world: World, params: Params) -> Any:
    """https://core.telegram.org/bots/api#deletemessages. What is not there is skipped; one too old refuses all."""
    chat = known_chat(world, params)
    wanted = params.object("message_ids", "message identifiers")
    if not isinstance(wanted, list) or not wanted:
        raise bad_request("message identifiers are not specified")
    if len(wanted) > BULK_MAX:
        raise bad_request("too many message identifiers specified")
    found = [chat.messages[int(i)] for i in wanted if str(i).lstrip("-").isdigit() and int(i) in chat.messages]
    for stored in found:
        _check_deletable(world, chat, stored)
    world.remove_messages(chat, [stored.id for stored in found])
    return True
