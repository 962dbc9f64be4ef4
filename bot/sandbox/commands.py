"""Command menus: what the bot set for whom, and what one person therefore sees."""

from __future__ import annotations

import re
from typing import Any

from bot.sandbox.errors import bad_request
from bot.sandbox.limits import COMMAND_DESCRIPTION_MAX, COMMAND_MAX, COMMANDS_MAX

Payload = dict[str, Any]
Scope = tuple[str, int | None, int | None]

_COMMAND = re.compile(rf"[a-z0-9_]{{1,{COMMAND_MAX}}}")
_LANGUAGE = re.compile(r"[a-z]{2}")
_SCOPES = {
    "default": (),
    "all_private_chats": (),
    "all_group_chats": (),
    "all_chat_administrators": (),
    "chat": ("chat_id",),
    "chat_administrators": ("chat_id",),
    "chat_member": ("chat_id", "user_id"),
}


def checked_language(language_code: str) -> str:
    """A two-letter code or nothing; Telegram refuses the rest."""
    if language_code and not _LANGUAGE.fullmatch(language_code):
        raise bad_request("invalid language code specified")
    return language_code


def scope_key(scope: Any) -> Scope:
    """The scope as a key.

    Raises:
        ApiError: 400 for an unknown scope.
    """
    if not scope:
        return ("default", None, None)
    if not isinstance(scope, dict) or scope.get("type") not in _SCOPES:
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    needed = _SCOPES[scope["type"]]
    numbers: list[int | None] = [None, None]
    for index, name in enumerate(needed):
        try:
            numbers[index] = int(scope[name])
        except (KeyError, TypeError, ValueError):
            raise bad_request("chat not found") from None
    return (scope["type"], numbers[0], numbers[1])


class CommandMenus:
    """Command lists by scope and language."""

    def __init__(self) -> None:
        self._lists: dict[tuple[Scope, str], list[Payload]] = {}

    def set(self, commands: Any, scope: Scope, language_code: str) -> None:
        """Replace a list. An empty one is the same as deleting it: wider scopes show through again."""
        if not isinstance(commands, list):
            raise bad_request("can't parse commands: expected an Array of BotCommand")
        if len(commands) > COMMANDS_MAX:
            raise bad_request("too many commands specified")
        kept = []
        for command in commands:
            name = str(command.get("command", "")).removeprefix("/")
            description = str(command.get("description", "")).strip()
            if not _COMMAND.fullmatch(name):
                raise bad_request("BOT_COMMAND_INVALID")
            if not description:
                raise bad_request("command description must be non-empty")
            if len(description) > COMMAND_DESCRIPTION_MAX:
                raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
            kept.append({"command": name, "description": description})
        if kept:
            self._lists[scope, language_code] = kept
        else:
            self.delete(scope, language_code)

    def delete(self, scope: Scope, language_code: str) -> None:
        """Forget a list."""
        self._lists.pop((scope, language_code), None)

    def get(self, scope: Scope, language_code: str) -> list[Payload]:
        """Exactly this list, empty when it was not set."""
        return self._lists.get((scope, language_code), [])

    def seen_by(
        self, chat_id: int, user_id: int, language_code: str | None, *, private: bool, admin: bool
    ) -> list[Payload]:
        """The menu a person sees, by the Bot API's order of scopes ("Determining list of commands")."""
        language = (language_code or "")[:2].lower()
        if private:
            order: list[Scope] = [("chat", chat_id, None), ("all_private_chats", None, None)]
        else:
            order = [("chat_member", chat_id, user_id)]
            if admin:
                order.append(("chat_administrators", chat_id, None))
            order.append(("chat", chat_id, None))
            if admin:
                order.append(("all_chat_administrators", None, None))
            order.append(("all_group_chats", None, None))
        order.append(("default", None, None))
        for scope in order:
            for code in (language, ""):
                commands = self._lists.get((scope, code))
                if commands:
                    return commands
        return []
