"""Chats and who is in them."""

from __future__ import annotations

from typing import Any

from bot.sandbox.errors import bad_request, forbidden
from bot.sandbox.methods.place import known_chat
from bot.sandbox.methods.registry import MethodList
from bot.sandbox.model import BOT_ID, Chat
from bot.sandbox.params import Params
from bot.sandbox.world import World

methods = MethodList()

_NO_GIFTS = {
    "unlimited_gifts": False,
    "limited_gifts": False,
    "unique_gifts": False,
    "premium_subscription": False,
    "gifts_from_channels": False,
}


def _group(world: World, params: Params) -> Chat:
    chat = known_chat(world, params)
    if not chat.private and chat.bot_status in ("left", "kicked"):
        raise forbidden(f"bot is not a member of the {chat.type} chat")
    return chat


@methods.add("getChat")
async def get_chat(world: World, params: Params) -> Any:
    """https://core.telegram.org/bots/api#getchat."""
    chat = _group(world, params)
    return {
        **world.chat_object(chat),
        "accent_color_id": chat.id % 7 if chat.id > 0 else 0,
        "max_reaction_count": 11,
        "accepted_gift_types": _NO_GIFTS,
    }


@methods.add("getChatMember")
async def get_chat_member(world: World, params: Params) -> Any:
    """https://core.telegram.org/bots/api#getchatmember."""
    chat = _group(world, params)
    user_id = params.integer("user_id")
    if user_id != BOT_ID and user_id not in world.people:
        raise bad_request("invalid user_id specified")
    if chat.private:
        user = world.bot() if user_id == BOT_ID else world.people[user_id].as_user()
        if user_id not in (BOT_ID, chat.id):
            raise bad_request("member not found")
        return {"user": user, "status": "member"}
    return world.member_object(chat, user_id)


@methods.add("getChatAdministrators")
async def get_chat_administrators(world: World, params: Params) -> Any:
    """https://core.telegram.org/bots/api#getchatadministrators."""
    chat = _group(world, params)
    if chat.private:
        raise bad_request("there are no administrators in the private chat")
    ids = [i for i, status in chat.members.items() if status in ("creator", "administrator")]
    if chat.bot_status == "administrator":
        ids.append(BOT_ID)
    return [world.member_object(chat, i) for i in ids]


@methods.add("getChatMemberCount")
async def get_chat_member_count(world: World, params: Params) -> Any:
    """https://core.telegram.org/bots/api#getchatmembercount."""
    chat = _group(world, params)
    if chat.private:
        return 2
    return 1 + sum(1 for status in chat.members.values() if status != "left")


@methods.add("leaveChat")
async def leave_chat(world: World, params: Params) -> Any:
    """https://core.telegram.org/bots/api#leavechat."""
    chat = _group(world, params)
    if chat.private:
        raise bad_request("chat member status can't be changed in private chats")
    chat.bot_status, chat.bot_rights = "left", {}
    world.add_message(chat, world.bot(), {"left_chat_member": world.bot()})
    world.journal.record("chat", chat=world.chat_view(chat))
    return True
