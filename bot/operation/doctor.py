"""``pristan doctor``: what is wrong with this installation, and how to mend it. It changes nothing."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Iterable

from bot.operation.check_database import check_database, check_redis
from bot.operation.check_machine import check_clock, check_config_file, check_disk, check_home, check_memory
from bot.operation.check_parts import check_content, check_directory, check_health_port, check_model, check_pictures
from bot.operation.check_secrets import check_key, check_keys_copy
from bot.operation.check_telegram import check_telegram
from bot.operation.findings import Finding, wrong
from bot.settings import Settings

#: A check that takes longer is stuck, seconds (texts that were never compiled take half a minute); the model may need
#: more.
_SECONDS = 120.0
_MODEL_SECONDS = 300.0

_Check = Callable[[Settings], Iterable[Finding] | Awaitable[Iterable[Finding]]]

#: In the order in which a start would meet them.
_CHECKS: dict[str, _Check] = {
    "settings": check_config_file,
    "state folder": check_home,
    "disk": check_disk,
    "memory": check_memory,
    "key": check_key,
    "keys copy": check_keys_copy,
    "database": check_database,
    "redis": check_redis,
    "telegram": check_telegram,
    "clock": check_clock,
    "pictures": check_pictures,
    "directory": check_directory,
    "health port": check_health_port,
}


async def examine(settings: Settings, *, thorough: bool = True) -> list[Finding]:
    """Look at everything.

    Args:
        settings: of the installation.
        thorough: also check every text, and load the dialogue model: a minute, and 600 MB for a moment.
    """

    def texts(_: Settings) -> Iterable[Finding]:
        return check_content(settings, thorough=thorough)

    async def model(_: Settings) -> Iterable[Finding]:
        return await check_model(settings, load=thorough)

    findings: list[Finding] = []
    for name, check in {**_CHECKS, "texts": texts, "model": model}.items():
        try:
            found = await asyncio.wait_for(_run(check, settings), _MODEL_SECONDS if name == "model" else _SECONDS)
        except asyncio.TimeoutError:
            found = [wrong(name, "took too long to look at.", "Try again; if it stays so, look at disk and network.")]
        except Exception as error:  # a check that breaks must not hide the others
            found = [wrong(name, f"could not be looked at ({type(error).__name__}).", "Report this to the developers.")]
        findings += found
    return findings


async def _run(check: _Check, settings: Settings) -> list[Finding]:
    if inspect.iscoroutinefunction(check):
        return list(await check(settings))
    return list(await asyncio.to_thread(lambda: list(check(settings))))  # type: ignore[arg-type]
