"""Replies as calls of the Bot API, written to the outbox with the turn that wants them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.content.catalogues import Catalogues
from bot.conversation.menus import COMMANDS
from bot.conversation.messages import Button, Reply
from bot.store.turn import Turn
from bot.telegram.rendering import parse, pieces

#: Purpose of a message whose numbers nothing may stand before (see `bot.telegram.discreet`).
EMERGENCY = "emergency"
_NO_PREVIEW = {"is_disabled": True}


def messages(reply: Reply, chat_id: int) -> list[dict[str, Any]]:
    """The ``sendMessage`` parameters of a reply: as many as its length needs, buttons under the last one."""
    found = [
        {"chat_id": chat_id, "text": text, "entities": entities, "link_preview_options": _NO_PREVIEW}
        for text, entities in pieces(reply.text)
    ]
    if found and reply.buttons:
        found[-1]["reply_markup"] = {
            "inline_keyboard": [
                [{"text": button.label, "callback_data": button.data} for button in row] for row in reply.buttons if row
            ]
        }
    return found


def location_keyboard(chat_id: int, catalogues: Catalogues, language: str) -> dict[str, Any]:
    """The button that shares a location; it cannot stand under the same message as inline buttons."""
    return {
        "chat_id": chat_id,
        "text": parse(catalogues.text("services.location_hint", language))[0],
        "reply_markup": {
            "keyboard": [[{"text": catalogues.text("button.location", language), "request_location": True}]],
            "resize_keyboard": True,
            "one_time_keyboard": True,
        },
    }


def marked_up(params: dict[str, Any]) -> dict[str, Any]:
    """Parameters whose ``markup`` (HTML subset of a catalogue) is turned into text and entities."""
    if "markup" not in params:
        return params
    rest = {name: value for name, value in params.items() if name != "markup"}
    text, entities = next(pieces(params["markup"]), ("", []))
    return {**rest, "text": text, "entities": entities, "link_preview_options": _NO_PREVIEW}


def commands(catalogues: Catalogues, language: str) -> list[dict[str, str]]:
    """The command menu in a language (https://core.telegram.org/bots/api#botcommand)."""
    return [
        {"command": name, "description": parse(catalogues.text(f"command.{name}", language))[0]} for name in COMMANDS
    ]


def with_way_out(replies: list[Reply], catalogues: Catalogues, language: str) -> list[Reply]:
    """The replies of a turn, with a button that hides the chat under the last one where they offer none.

    Somebody who looks up from the phone has one tap, whatever the bot just asked.
    """
    if not replies or any(reply.plain for reply in replies):
        return replies
    if any("/hide" in reply.text or any(b.data == "hide:" for row in reply.buttons for b in row) for reply in replies):
        return replies
    row = (Button(catalogues.text("menu.hide", language), "hide:"),)
    return [*replies[:-1], replace(replies[-1], buttons=(*replies[-1].buttons, row))]


def enqueue(turn: Turn, replies: list[Reply], catalogues: Catalogues, language: str) -> None:
    """Have replies sent to the person of a turn, in order."""
    chat_id = turn.person.chat_id
    for reply in with_way_out(replies, catalogues, language):
        made = messages(reply, chat_id)
        purpose = EMERGENCY if reply.urgent else "reply"
        if reply.instead_of is not None and len(made) == 1:
            turn.send("editMessageText", {**made[0], "message_id": reply.instead_of}, purpose=purpose)
            made = []
        for params in made:
            turn.send("sendMessage", params, purpose=purpose)
        if reply.ask_location:
            turn.send("sendMessage", location_keyboard(chat_id, catalogues, language))
