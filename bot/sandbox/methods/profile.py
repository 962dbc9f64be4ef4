"""The bot itself: name, descriptions, command menus, the menu button."""

from __future__ import annotations

from typing import Any

from bot.sandbox.commands import checked_language, scope_key
from bot.sandbox.errors import bad_request
from bot.sandbox.limits import DESCRIPTION_MAX, NAME_MAX, SHORT_DESCRIPTION_MAX
from bot.sandbox.methods.place import known_chat
from bot.sandbox.methods.registry import MethodList
from bot.sandbox.params import Params
from bot.sandbox.world import World

methods = MethodList()


@methods.add("getMe")
async def get_me(world: World, params: Params) -> Any:
    """https://core.telegram.org/bots/api#getme."""
    return world.me()


def _set(texts: dict[str, str], params: Params, name: str, longest: int) -> bool:
    text = params.text(name)
    language = checked_language(params.text("language_code"))
    if len(text) > longest:
        raise bad_request(f"bot {name.replace('_', ' ')} is too long")
    if text:
        texts[language] = text
    else:
        texts.pop(language, None)
    return True


def _changed(world: World) -> None:
    world.journal.record("bot")


def _texts(texts: dict[str, str], params: Params, name: str, default: str = "") -> dict[str, str]:
    language = checked_language(params.text("language_code"))
    return {name: texts.get(language) or texts.get("") or default}


@methods.add("setMyName")
async def set_my_name(world: World, params: Params) -> Any:
    """https://core.telegram.org/bots/api#setmyname."""
    done = _set(world.names, params, "name", NAME_MAX)
    _changed(world)
    return done


@methods.add("getMyName")
async def get_my_name(world: World, params: Params) -> Any:
    """https://core.telegram.org/bots/api#getmyname."""
    return {"name": world.bot_name(checked_language(params.text("language_code")))}


@methods.add("setMyDescription")
async def set_my_description(world: World, params: Params) -> Any:
    """https://core.telegram.org/bots/api#setmydescription."""
    done = _set(world.descriptions, params, "description", DESCRIPTION_MAX)
    _changed(world)
    return done


@methods.add("getMyDescription")
async def get_my_description(world: World, params: Params) -> Any:
    """https://core.telegram.org/bots/api#getmydescription."""
    return _texts(world.descriptions, params, "description")


@methods.add("setMyShortDescription")
async def set_my_short_description(world: World, params: Params) -> Any:
    """https://core.telegram.org/bots/api#setmyshortdescription."""
    done = _set(world.short_descriptions, params, "short_description", SHORT_DESCRIPTION_MAX)
    _changed(world)
    return done


@methods.add("getMyShortDescription")
async def get_my_short_description(world: World, params: Params) -> Any:
    """https://core.telegram.org/bots/api#getmyshortdescription."""
    return _texts(world.short_descriptions, params, "short_description")


@methods.add("setMyCommands")
async def set_my_commands(world: World, params: Params) -> Any:
    """https://core.telegram.org/bots/api#setmycommands."""
    key = scope_key(params.object("scope", "BotCommandScope"))
    language = checked_language(params.text("language_code"))
    world.menus.set(params.object("commands", "commands") or [], key, language)
    _changed(world)
    return True


@methods.add("deleteMyCommands")
async def delete_my_commands(world: World, params: Params) -> Any:
    """https://core.telegram.org/bots/api#deletemycommands."""
    key = scope_key(params.object("scope", "BotCommandScope"))
    world.menus.delete(key, checked_language(params.text("language_code")))
    _changed(world)
    return True


@methods.add("getMyCommands")
async def get_my_commands(world: World, params: Params) -> Any:
    """https://core.telegram.org/bots/api#getmycommands."""
    key = scope_key(params.object("scope", "BotCommandScope"))
    return world.menus.get(key, checked_language(params.text("language_code")))


@methods.add("setChatMenuButton")
async def set_chat_menu_button(world: World, params: Params) -> Any:
    """https://core.telegram.org/bots/api#setchatmenubutton."""
    button = params.object("menu_button", "MenuButton") or {"type": "default"}
    if not isinstance(button, dict) or button.get("type") not in ("default", "commands", "web_app"):
        raise bad_request("can't parse MenuButton: Unsupported type specified")
    if params.has("chat_id"):
        chat = known_chat(world, params)
        if not chat.private:
            raise bad_request("chat not found")
        chat.menu_button = None if button["type"] == "default" else button
    else:
        world.menu_button = button
    _changed(world)
    return True


@methods.add("getChatMenuButton")
async def get_chat_menu_button(world: World, params: Params) -> Any:
    """https://core.telegram.org/bots/api#getchatmenubutton."""
    if params.has("chat_id"):
        return known_chat(world, params).menu_button or world.menu_button
    return world.menu_button
