"""Check the keyboards a bot attaches to a message, and refuse what Telegram refuses."""

from __future__ import annotations

from typing import Any

from bot.sandbox.entities import checked_link
from bot.sandbox.errors import bad_request
from bot.sandbox.limits import CALLBACK_DATA_MAX_BYTES, INLINE_BUTTONS_MAX, INLINE_BUTTONS_PER_ROW

Markup = dict[str, Any]
_ACTIONS = (
    "url", "callback_data", "web_app", "login_url", "switch_inline_query", "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat", "copy_text", "callback_game", "pay",
)  # fmt: skip


def checked_markup(markup: Any, *, private: bool = True) -> Markup | None:
    """Return the keyboard as Telegram keeps it, or nothing when there is none.

    Args:
        markup: the decoded ``reply_markup``.
        private: the message goes to a private chat; only there may a button ask for a location or a phone number.

    Raises:
        ApiError: 400, with Telegram's words.
    """
    if markup is None or markup == "":
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in markup:
        return _inline(markup["inline_keyboard"])
    if "keyboard" in markup:
        return _reply_keyboard(markup, private)
    if markup.get("remove_keyboard"):
        return {"remove_keyboard": True}
    if markup.get("force_reply"):
        return {key: markup[key] for key in ("force_reply", "input_field_placeholder") if key in markup}
    return None


def _rows(rows: Any, what: str) -> list[list[Any]]:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request(f"can't parse {what}: Field must be of type Array")
    return rows


def _inline(rows: Any) -> Markup | None:
    kept = []
    total = 0
    for row in _rows(rows, "inline keyboard"):
        buttons = [_inline_button(button) for button in row[:INLINE_BUTTONS_PER_ROW]]
        total += len(buttons)
        if buttons:
            kept.append(buttons)
    if total > INLINE_BUTTONS_MAX:
        raise bad_request("reply markup is too long")
    return {"inline_keyboard": kept} if kept else None


def _inline_button(button: Any) -> dict[str, Any]:
    if not isinstance(button, dict):
        raise bad_request("can't parse inline keyboard button: expected an Object")
    text = button.get("text")
    if not isinstance(text, str):
        raise bad_request("can't parse inline keyboard button: Can't find field \"text\"")
    if not text.strip():
        raise bad_request("inline keyboard button text must be non-empty")
    if not any(button.get(action) is not None for action in _ACTIONS):
        raise bad_request("text buttons are unallowed in the inline keyboard")
    url = button.get("url")
    if url is not None:
        if checked_link(str(url)) is None:
            raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
        return {**button, "url": checked_link(str(url))}
    data = button.get("callback_data")
    if data is not None and (not isinstance(data, str) or not 1 <= len(data.encode()) <= CALLBACK_DATA_MAX_BYTES):
        raise bad_request("BUTTON_DATA_INVALID")
    return dict(button)


def _reply_keyboard(markup: Markup, private: bool) -> Markup | None:
    kept = []
    for row in _rows(markup["keyboard"], "keyboard"):
        buttons = []
        for button in row:
            described = {"text": button} if isinstance(button, str) else button
            if not isinstance(described, dict) or not isinstance(described.get("text"), str):
                raise bad_request("can't parse keyboard button: Can't find field \"text\"")
            if not described["text"].strip():
                raise bad_request("keyboard button text must be non-empty")
            if not private and (described.get("request_location") or described.get("request_contact")):
                what = "location" if described.get("request_location") else "phone number"
                raise bad_request(f"{what} can be requested in private chats only")
            buttons.append(dict(described))
        if buttons:
            kept.append(buttons)
    if not kept:
        return None
    options = ("resize_keyboard", "one_time_keyboard", "is_persistent", "input_field_placeholder", "selective")
    return {"keyboard": kept, **{key: markup[key] for key in options if markup.get(key) is not None}}
