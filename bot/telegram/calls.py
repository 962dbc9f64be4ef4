"""Calls of the Bot API as the outbox keeps them, made through python-telegram-bot."""

from __future__ import annotations

import contextlib
from typing import Any

from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeChat,
    InlineKeyboardMarkup,
    KeyboardButton,
    LinkPreviewOptions,
    MessageEntity,
    ReplyKeyboardMarkup,
)
from telegram.error import BadRequest, InvalidToken

from bot.telegram.sending import marked_up


class UnknownMethod(Exception):
    """The outbox asks for a method this program never writes."""


def _keyboard(markup: dict[str, Any] | None, bot: Bot) -> InlineKeyboardMarkup | ReplyKeyboardMarkup | None:
    if markup is None:
        return None
    if "inline_keyboard" in markup:
        return InlineKeyboardMarkup.de_json(markup, bot)
    return ReplyKeyboardMarkup(
        [
            [KeyboardButton(button["text"], request_location=bool(button.get("request_location"))) for button in row]
            for row in markup["keyboard"]
        ],
        resize_keyboard=True,
        one_time_keyboard=True,
    )


async def _delete(bot: Bot, chat_id: int, message_ids: list[int]) -> None:
    """Delete together, or one by one where a single message too old makes Telegram refuse them all.

    A server that does not know a method answers 404, which the library takes for a wrong token.
    """
    try:
        await bot.delete_messages(chat_id=chat_id, message_ids=message_ids)
    except (BadRequest, InvalidToken):
        for message_id in message_ids:
            with contextlib.suppress(BadRequest):
                await bot.delete_message(chat_id=chat_id, message_id=message_id)


async def _edit(bot: Bot, params: dict[str, Any]) -> int | None:
    """Put a text into the place of an older message; where that is gone or too old, send it as a new one."""
    ready = marked_up(params)
    content = {
        "text": ready["text"],
        "entities": [MessageEntity(**entity) for entity in ready.get("entities", [])],
        "reply_markup": _keyboard(ready.get("reply_markup"), bot),
        "link_preview_options": LinkPreviewOptions(is_disabled=True),
    }
    try:
        await bot.edit_message_text(chat_id=ready["chat_id"], message_id=ready["message_id"], **content)
    except (BadRequest, InvalidToken) as error:
        if "not modified" in str(error).lower():
            return None
        return (await bot.send_message(chat_id=ready["chat_id"], **content)).message_id
    return None


async def make(bot: Bot, method: str, params: dict[str, Any]) -> int | None:
    """Make one call.

    Args:
        bot: whose call it is.
        method: method of the Bot API.
        params: its parameters as JSON; ``markup`` stands for text and entities.

    Returns:
        the number of the message or topic it made, if any.

    Raises:
        telegram.error.TelegramError: it failed.
        UnknownMethod: not a method of ours.
    """
    if method == "sendMessage":
        ready = marked_up(params)
        message = await bot.send_message(
            chat_id=ready["chat_id"],
            text=ready["text"],
            entities=[MessageEntity(**entity) for entity in ready.get("entities", [])],
            reply_markup=_keyboard(ready.get("reply_markup"), bot),
            message_thread_id=ready.get("message_thread_id"),
            link_preview_options=LinkPreviewOptions(is_disabled=True),
            disable_notification=ready.get("disable_notification"),
        )
        return message.message_id
    if method == "editMessageText":
        return await _edit(bot, params)
    if method == "copyMessage":
        copied = await bot.copy_message(
            chat_id=params["chat_id"],
            from_chat_id=params["from_chat_id"],
            message_id=params["message_id"],
            message_thread_id=params.get("message_thread_id"),
        )
        return copied.message_id
    if method == "createForumTopic":
        topic = await bot.create_forum_topic(chat_id=params["chat_id"], name=params["name"])
        return topic.message_thread_id
    if method == "closeForumTopic":
        await bot.close_forum_topic(chat_id=params["chat_id"], message_thread_id=params["message_thread_id"])
        return None
    if method == "deleteForumTopic":
        await bot.delete_forum_topic(chat_id=params["chat_id"], message_thread_id=params["message_thread_id"])
        return None
    if method == "deleteMessages":
        await _delete(bot, params["chat_id"], params["message_ids"])
        return None
    if method == "setMyCommands":
        await bot.set_my_commands(
            [BotCommand(item["command"], item["description"]) for item in params["commands"]],
            scope=BotCommandScopeChat(params["scope"]["chat_id"]),
        )
        return None
    raise UnknownMethod(method)
