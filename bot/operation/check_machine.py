"""Checks of the machine: folders, disk, memory, clock."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterable, Iterator
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx

from bot.operation.findings import Finding, ok, warn, wrong
from bot.settings import CONFIG_VARIABLE, Settings
from bot.store.clock import utc_now

#: Free space below which nothing can soon be written, and below which one should act, bytes.
DISK_WRONG, DISK_WARN = 100_000_000, 1_000_000_000
#: Memory a start needs with the model, bytes.
MEMORY_NEEDED = 900_000_000
#: How far the clock may be off, seconds: expiry, safe hours and staff hours follow it.
CLOCK_WARN, CLOCK_WRONG = 30.0, 300.0
#: No machine that runs this is older.
_EARLIEST = datetime(2026, 1, 1, tzinfo=timezone.utc)


def check_config_file(settings: Settings) -> Iterator[Finding]:
    """The file of settings, which may hold the token."""
    named = os.environ.get(CONFIG_VARIABLE)
    if not named:
        yield ok("settings", "read from the environment.")
        return
    mode = stat.S_IMODE(Path(named).expanduser().stat().st_mode)
    if mode & 0o077:
        yield warn("settings", f"{named} can be read by others on this machine.", f"chmod 600 {named}")
    else:
        yield ok("settings", f"read from {named} and the environment.")


def check_home(settings: Settings) -> Iterator[Finding]:
    """The state folder."""
    home = settings.home
    if not home.exists():
        above = next(folder for folder in home.parents if folder.exists())
        if os.access(above, os.W_OK | os.X_OK):
            yield ok("state folder", f"{home} is made at the first start.")
        else:
            yield wrong("state folder", f"{home} cannot be made.", f"Give the bot's account the right to {above}.")
        return
    state = home.stat()
    if not os.access(home, os.R_OK | os.W_OK | os.X_OK):
        yield wrong(
            "state folder", f"{home} cannot be written.", "Give it to the account the bot runs as: chown, chmod 700."
        )
    elif stat.S_IMODE(state.st_mode) & 0o077:
        yield warn("state folder", f"{home} is open to others on this machine.", f"chmod 700 {home}")
    elif state.st_uid != os.geteuid():
        yield warn(
            "state folder",
            f"{home} belongs to another account.",
            "Run the doctor as the account the bot runs as, so that what it says is true for the bot.",
        )
    else:
        yield ok("state folder", f"{home}, readable by its owner only.")


def check_disk(settings: Settings) -> Iterator[Finding]:
    """Free space and file entries where the database stands."""
    folder = next(folder for folder in (settings.home, *settings.home.parents) if folder.exists())
    free = shutil.disk_usage(folder).free
    entries = os.statvfs(folder)
    said = f"{free / 1e9:.1f} GB free at {folder}."
    mend = "Free space or give it a larger disk: on a full disk only emergencies are answered."
    if free < DISK_WRONG:
        yield wrong("disk", said, mend)
    elif free < DISK_WARN or (entries.f_files and entries.f_favail < 1000):
        yield warn("disk", said, mend)
    else:
        yield ok("disk", said)


def check_memory(settings: Settings) -> Iterator[Finding]:
    """Memory a start would have."""
    free = available_memory()
    if free is None:
        return
    said = f"{free / 1e9:.1f} GB available."
    if free < MEMORY_NEEDED:
        mend = "A start needs 0.9 GB (a bot that runs already has its share). Stop something, or add memory."
        yield warn("memory", said, mend)
    else:
        yield ok("memory", said)


def available_memory() -> int | None:
    """Bytes the system could give to a new process, None where it does not say."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    named = dict(line.split(":", 1) for line in lines if ":" in line)
    return int(named["MemAvailable"].split()[0]) * 1024 if "MemAvailable" in named else None


async def check_clock(settings: Settings) -> Iterable[Finding]:
    """This machine's clock, beside that of the Bot API server."""
    mend = "Switch on time synchronisation: timedatectl set-ntp true"
    if utc_now() < _EARLIEST:
        return [wrong("clock", f"says {utc_now():%Y-%m-%d}.", mend)]
    if settings.telegram_bot_token is None:
        return [ok("clock", f"says {utc_now():%Y-%m-%d %H:%M} UTC; not compared, since there is no token.")]
    try:
        async with httpx.AsyncClient(timeout=10) as client:
            answer = await client.head(settings.telegram_api_url)
        theirs = parsedate_to_datetime(answer.headers["date"])
    except (httpx.HTTPError, KeyError, ValueError):
        return [warn("clock", f"says {utc_now():%Y-%m-%d %H:%M} UTC; nobody to compare with.", "See «telegram».")]
    off = abs((utc_now() - theirs).total_seconds())
    if off > CLOCK_WRONG:
        return [wrong("clock", f"is {off:.0f} seconds off the server's.", mend)]
    if off > CLOCK_WARN:
        return [warn("clock", f"is {off:.0f} seconds off the server's.", mend)]
    return [ok("clock", "agrees with the Bot API server's.")]
