"""The bot as it is run, but for two things that would only make tests slow. Not a test.

The dialogue model stays "still loading": what is tried here must hold without it. And the pace Telegram wants in a
group (20 messages a minute) is not kept towards the staff's group of the sandbox.
"""

from __future__ import annotations

import asyncio
import sys

from bot.assembly import ModelLoader
from bot.cli import main
from bot.telegram import delivery


async def still_loading(self: ModelLoader) -> None:
    await asyncio.Event().wait()


if __name__ == "__main__":
    ModelLoader.run = still_loading  # type: ignore[method-assign]
    delivery.MESSAGES_PER_MINUTE_PER_GROUP = 6000
    sys.exit(main(["run"]))
