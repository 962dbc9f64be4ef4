"""Updates: long polling and webhooks, and closing down."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from bot.sandbox.errors import bad_request
from bot.sandbox.limits import UPDATES_MAX, WEBHOOK_SECRET_MAX
from bot.sandbox.methods.registry import MethodList
from bot.sandbox.params import Params
from bot.sandbox.updates import Webhook
from bot.sandbox.world import World

methods = MethodList()

_SECRET = re.compile(rf"[A-Za-z0-9_-]{{0,{WEBHOOK_SECRET_MAX}}}")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@methods.add("getUpdates")
async def get_updates(world: World, params: Params) -> Any:
    """https://core.telegram.org/bots/api#getupdates."""
    if params.has("allowed_updates"):
        world.updates.allow(params.object("allowed_updates", "allowed updates"))
    offset = params.integer("offset") or 0
    limit = params.integer("limit") or UPDATES_MAX
    return await world.updates.fetch(offset, limit, params.number("timeout") or 0)


@methods.add("setWebhook")
async def set_webhook(world: World, params: Params) -> Any:
    """https://core.telegram.org/bots/api#setwebhook.

    As a local Bot API server, the sandbox takes plain http; as a sandbox, it posts to this machine and nowhere else.
    """
    url = params.text("url").strip()
    if url:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise bad_request("bad webhook: invalid URL specified")
        if parts.hostname not in _LOOPBACK:
            raise bad_request("bad webhook: the sandbox delivers to this machine only")
    secret = params.text("secret_token")
    if not _SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    if params.has("allowed_updates"):
        world.updates.allow(params.object("allowed_updates", "allowed updates"))
    if params.boolean("drop_pending_updates"):
        world.updates.drop()
    connections = params.integer("max_connections") or 40
    world.updates.set_webhook(Webhook(url, secret, connections) if url else Webhook())
    return True


@methods.add("deleteWebhook")
async def delete_webhook(world: World, params: Params) -> Any:
    """https://core.telegram.org/bots/api#deletewebhook."""
    if params.boolean("drop_pending_updates"):
        world.updates.drop()
    world.updates.set_webhook(Webhook())
    return True


@methods.add("getWebhookInfo")
async def get_webhook_info(world: World, params: Params) -> Any:
    """https://core.telegram.org/bots/api#getwebhookinfo."""
    webhook = world.updates.webhook
    info: dict[str, Any] = {
        "url": webhook.url,
        "has_custom_certificate": False,
        "pending_update_count": len(world.updates.pending()),
    }
    if webhook.url:
        info["max_connections"] = webhook.max_connections
        info["ip_address"] = "127.0.0.1"
    if webhook.last_error:
        info["last_error_date"] = webhook.last_error_date
        info["last_error_message"] = webhook.last_error
    if world.updates.allowed is not None:
        info["allowed_updates"] = sorted(world.updates.allowed)
    return info


@methods.add("logOut")
async def log_out(world: World, params: Params) -> Any:
    """https://core.telegram.org/bots/api#logout; there is no other server to move to."""
    return True


@methods.add("close")
async def close(world: World, params: Params) -> Any:
    """https://core.telegram.org/bots/api#close."""
    return True
