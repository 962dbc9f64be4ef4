"""Posting updates to the bot's webhook, when it has set one."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

from bot.sandbox.limits import WEBHOOK_TIMEOUT_SECONDS
from bot.sandbox.world import World

#: Seconds between attempts to deliver an update the webhook refused.
RETRY_SECONDS = 1.0


async def deliver(world: World) -> None:
    """Post updates one by one, oldest first, until cancelled. A refused one is tried again and holds the rest."""
    async with httpx.AsyncClient(timeout=WEBHOOK_TIMEOUT_SECONDS, trust_env=False) as client:
        while True:
            update = await world.signal.until(lambda: _next(world), seconds=3600)
            if update is None:
                continue
            webhook = world.updates.webhook
            headers = {"X-Telegram-Bot-Api-Secret-Token": webhook.secret} if webhook.secret else {}
            try:
                response = await client.post(webhook.url, json=update, headers=headers)
                problem = "" if response.is_success else f"Wrong response from the webhook: {response.status_code}"
            except httpx.HTTPError as error:
                problem = f"Connection failed: {type(error).__name__}"
            if not problem:
                world.updates.confirm(update["update_id"] + 1)
                continue
            webhook.last_error, webhook.last_error_date = problem, int(world.now())
            await asyncio.sleep(RETRY_SECONDS)


def _next(world: World) -> dict[str, Any] | None:
    if not world.updates.webhook.url:
        return None
    pending = world.updates.pending()
    return pending[0] if pending else None
