"""Checks of the master key file and of the copy of people's keys."""

from __future__ import annotations

import base64
import binascii
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from bot.operation.findings import Finding, ok, warn, wrong
from bot.settings import Settings
from bot.store.keys import KEY_BYTES, pending_key_file


def read_key(file: Path) -> bytes | None:
    """The master key as it stands in its file, or None where that is no key; nothing is changed.

    Raises:
        OSError: the file cannot be read.
    """
    try:
        key = base64.b64decode(file.read_bytes().strip(), validate=True)
    except (binascii.Error, ValueError):
        return None
    return key if len(key) == KEY_BYTES else None


def check_key(settings: Settings) -> Iterator[Finding]:
    """The key file: there, readable by its owner only, and a key."""
    file = settings.secret_key_file
    if pending_key_file(file).exists():
        yield warn(
            "key", "a change of the master key was cut off.", "Start the bot once: it finishes or undoes the change."
        )
    if not file.exists():
        yield from _missing(settings)
        return
    try:
        key = read_key(file)
    except OSError as error:
        yield wrong(
            "key", f"{file} cannot be read ({error.strerror}).", "Give it to the account the bot runs as, mode 600."
        )
        return
    if key is None:
        yield wrong(
            "key", f"{file} is not a key of Pristan.", "Put the right file back from your copy, or correct the setting."
        )
    elif stat.S_IMODE(file.stat().st_mode) & 0o077 and not _handed_over(file):
        yield wrong("key", f"{file} can be read by others on this machine.", f"chmod 600 {file}")
    else:
        yield ok("key", f"{file}, readable by its owner only. Keep a copy of it apart from the database.")


def _handed_over(file: Path) -> bool:
    """Whether systemd handed the file over (LoadCredential); its access list shows as rights of a group."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    return bool(folder) and file.is_relative_to(str(folder))


def _missing(settings: Settings) -> Iterator[Finding]:
    file = settings.secret_key_file
    new = settings.database_url is None and not (settings.home / "pristan.sqlite").exists()
    if new:
        yield ok("key", f"{file} is made at the first start.")
    else:
        yield wrong(
            "key",
            f"{file} is missing.",
            "Put it back from your copy or correct PRISTAN_SECRET_KEY_FILE; without it nothing stored can be read.",
        )


def check_keys_copy(settings: Settings) -> Iterator[Finding]:
    """The copy of people's keys on another disk."""
    copy = settings.keys_copy
    if copy is None:
        yield warn(
            "keys copy",
            "is not kept, so a backup brings back no people.",
            "Name a file on another disk in PRISTAN_KEYS_COPY (docs/privacy.md).",
        )
        return
    folder = copy.parent
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        yield wrong("keys copy", f"{folder} cannot be written.", "Mount that disk, or correct PRISTAN_KEYS_COPY.")
        return
    if settings.home.exists() and folder.stat().st_dev == settings.home.stat().st_dev:
        yield warn("keys copy", f"{copy} is on the database's own disk.", "Put it on another disk: both die together.")
    elif not copy.exists():
        yield warn("keys copy", f"{copy} is not there yet.", "Start the bot, or run «pristan backup».")
    else:
        yield ok("keys copy", f"{copy}.")
