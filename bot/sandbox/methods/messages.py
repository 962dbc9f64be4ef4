"""Sending texts, copying, forwarding, "typing…", and answers to button presses."""

from __future__ import annotations

import copy
from typing import Any

from bot.sandbox.entities import parse, units
from bot.sandbox.errors import QUERY_TOO_OLD, bad_request
from bot.sandbox.keyboards import checked_markup
from bot.sandbox.limits import (
    CALLBACK_ANSWER_MAX,
    CALLBACK_QUERY_SECONDS,
    CAPTION_MAX_UNITS,
    CHAT_ACTIONS,
    TEXT_MAX_UNITS,
)
from bot.sandbox.methods.place import answered, known_chat, message_at, thread, writable_chat
from bot.sandbox.methods.registry import MethodList
from bot.sandbox.model import Chat, Payload, StoredMessage
from bot.sandbox.params import Params
from bot.sandbox.world import SERVICE_FIELDS, World

methods = MethodList()

#: What makes a message what it is; copied by copyMessage and forwardMessage.
CONTENT_FIELDS = (
    "text", "entities", "caption", "caption_entities", "photo", "document", "voice", "location", "sticker",
    "link_preview_options",
)  # fmt: skip


def text_content(params: Params) -> Payload:
    """Content of a text message.

    Raises:
        ApiError: 400 for bad markup, an empty text or one of more than 4096 UTF-16 units after parsing.
    """
    text, entities = parse(
        params.text("text"), params.text("parse_mode") or None, params.object("entities", "entities")
    )
    if not text:
        raise bad_request("message text is empty")
    if units(text) > TEXT_MAX_UNITS:
        raise bad_request("message is too long")
    content: Payload = {"text": text}
    if entities:
        content["entities"] = entities
    preview = params.object("link_preview_options", "link preview options")
    if isinstance(preview, dict) and preview:
        content["link_preview_options"] = preview
    return content


def caption_content(params: Params) -> Payload:
    """Caption of a photo, document or voice message; nothing when there is none.

    Raises:
        ApiError: 400 for bad markup or more than 1024 UTF-16 units after parsing.
    """
    caption, entities = parse(
        params.text("caption"), params.text("parse_mode") or None, params.object("caption_entities", "entities")
    )
    if units(caption) > CAPTION_MAX_UNITS:
        raise bad_request("message caption is too long")
    if not caption:
        return {}
    return {"caption": caption, "caption_entities": entities} if entities else {"caption": caption}


def send(world: World, chat: Chat, params: Params, content: Payload) -> Payload:
    """Put the bot's message into a chat and return it, with all the checks every send method shares."""
    thread_id = thread(chat, params)
    reply_to = answered(chat, params)
    markup = checked_markup(params.object("reply_markup", "reply keyboard markup"), private=chat.private)
    if params.boolean("protect_content"):
        content = {**content, "has_protected_content": True}
    stored = world.add_message(chat, world.bot(), content, thread_id=thread_id, reply_to=reply_to, markup=markup)
    return stored.payload


@methods.add("sendMessage", sends=True)
async def send_message(world: World, params: Params) -> Any:
    """https://core.telegram.org/bots/api#sendmessage."""
    content = text_content(params)
    return send(world, writable_chat(world, params), params, content)


@methods.add("sendChatAction")
async def send_chat_action(world: World, params: Params) -> Any:
    """https://core.telegram.org/bots/api#sendchataction."""
    action = params.text("action")
    if action not in CHAT_ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat = writable_chat(world, params)
    world.start_typing(chat, thread(chat, params), action)
    return True


def _source(world: World, params: Params, missing: str) -> tuple[Chat, StoredMessage]:
    source = known_chat(world, params, "from_chat_id")
    return source, message_at(source, params, missing)


@methods.add("copyMessage", sends=True)
async def copy_message(world: World, params: Params) -> Any:
    """https://core.telegram.org/bots/api#copymessage."""
    chat = writable_chat(world, params)
    _, stored = _source(world, params, "message to copy not found")
    if SERVICE_FIELDS & stored.payload.keys():
        raise bad_request("message can't be copied")
    content = {key: copy.deepcopy(stored.payload[key]) for key in CONTENT_FIELDS if key in stored.payload}
    if params.has("caption") and "text" not in content:
        content.pop("caption", None)
        content.pop("caption_entities", None)
        content.update(caption_content(params))
    return {"message_id": send(world, chat, params, content)["message_id"]}


@methods.add("forwardMessage", sends=True)
async def forward_message(world: World, params: Params) -> Any:
    """https://core.telegram.org/bots/api#forwardmessage.

    The copy shows whose message it was (unless that person hides it) - which is why a relay should not forward.
    """
    chat = writable_chat(world, params)
    _, stored = _source(world, params, "message to forward not found")
    if SERVICE_FIELDS & stored.payload.keys() or stored.payload.get("has_protected_content"):
        raise bad_request("message can't be forwarded")
    content = {key: copy.deepcopy(stored.payload[key]) for key in CONTENT_FIELDS if key in stored.payload}
    content["forward_origin"] = stored.payload.get("forward_origin") or _origin(world, stored)
    return send(world, chat, params, content)


def _origin(world: World, stored: StoredMessage) -> Payload:
    sender = stored.payload["from"]
    person = world.people.get(sender["id"])
    if person is not None and person.hidden_forwards:
        return {"type": "hidden_user", "date": stored.payload["date"], "sender_user_name": person.full_name()}
    return {"type": "user", "date": stored.payload["date"], "sender_user": sender}


@methods.add("answerCallbackQuery")
async def answer_callback_query(world: World, params: Params) -> Any:
    """https://core.telegram.org/bots/api#answercallbackquery."""
    text = params.text("text")
    if len(text) > CALLBACK_ANSWER_MAX:
        raise bad_request("MESSAGE_TOO_LONG")
    press = world.presses.get(params.text("callback_query_id"))
    if press is None or press.answered or world.now() - press.at > CALLBACK_QUERY_SECONDS:
        raise bad_request(QUERY_TOO_OLD)
    press.answered, press.text, press.alert = True, text, params.boolean("show_alert")
    world.journal.record(
        "answer",
        chat_id=press.chat_id,
        message_id=press.message_id,
        person_id=press.person_id,
        query_id=params.text("callback_query_id"),
        text=text,
        alert=params.boolean("show_alert"),
    )
    return True
