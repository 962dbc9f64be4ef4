"""The Bot API's methods, by what they are about. ``METHODS`` finds one by its name in lower case."""

from __future__ import annotations

from bot.sandbox.methods import chats, editing, media, messages, profile, receiving, topics
from bot.sandbox.methods.registry import Method

METHODS: dict[str, Method] = {
    method.name.lower(): method
    for module in (receiving, messages, media, editing, topics, chats, profile)
    for method in module.methods.all
}

__all__ = ["METHODS"]
