"""The operator's commands: ``pristan doctor``, ``keys rotate``, ``backup``, ``restore``, ``privacy report``."""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bot.operation.commands import add_doctor, run_doctor
from bot.settings import Settings


def add_operator_commands(commands: Any) -> None:
    """Add them to a parser's commands."""
    add_doctor(commands)
    keys = commands.add_parser("keys", help="the master key")
    keys_action = keys.add_subparsers(dest="action", required=True, metavar="ACTION")
    keys_action.add_parser(
        "rotate", help="exchange it and write everything anew under the new one; stop the bot before"
    )

    backup = commands.add_parser("backup", help="write a backup on which erasing holds; the bot may run")
    backup.add_argument("file", type=Path, help="a new file")

    restore = commands.add_parser("restore", help="fill an empty database from a backup; stop the bot before")
    restore.add_argument("file", type=Path, help="a file written by «pristan backup»")

    privacy = commands.add_parser("privacy", help="what is held about people")
    privacy_action = privacy.add_subparsers(dest="action", required=True, metavar="ACTION")
    report = privacy_action.add_parser("report", help="what is held, of how many, how long; no personal data")
    report.add_argument("--format", choices=("text", "json"), default="text")
    privacy_action.add_parser("retention", help="the table of docs/privacy.md: how long each kind is kept")


def _keys(settings: Settings, options: argparse.Namespace) -> int:
    from bot.store.rotation import rotate_master_key

    done = asyncio.run(rotate_master_key(settings))
    print(f"The master key was exchanged: {done.people} people, {done.values} values written anew.")
    if done.unreadable:
        print(f"{done.unreadable} values could not be read before either and were left as they are.")
    print(
        "Copy the new key file to where you keep it. Backups made before cannot be restored any more: make a new one "
        "now (pristan backup), and destroy the old ones and the old key."
    )
    return 0


def _backup(settings: Settings, options: argparse.Namespace) -> int:
    from bot.store.backup import back_up

    done = asyncio.run(back_up(settings, options.file))
    print(f"{options.file}: {done.people} people, {done.cases} talks with staff.")
    if not done.keys_copied:
        print(
            "No copy of people's keys is kept (PRISTAN_KEYS_COPY). If the database is lost, this backup brings back "
            "counters and the audit only. Name a file on another disk: see docs/privacy.md."
        )
    return 0


def _restore(settings: Settings, options: argparse.Namespace) -> int:
    from bot.store.backup import restore

    done = asyncio.run(restore(settings, options.file))
    print(f"{done.people} people were brought back; nothing is sent to them until they write.")
    if done.closed:
        print(f"{done.closed} records stayed closed: those people were erased, or are newer than the copy of the keys.")
    return 0


def _privacy(settings: Settings, options: argparse.Namespace) -> int:
    if options.action == "retention":
        from bot.store.retention import retention_table

        print(retention_table())
        return 0
    from bot.store.report import privacy_report

    report = asyncio.run(privacy_report(settings))
    print(json.dumps(report.as_json(), ensure_ascii=False, indent=2) if options.format == "json" else report.as_text())
    return 0


OPERATOR_COMMANDS: dict[str, Callable[[Settings, argparse.Namespace], int]] = {
    "doctor": run_doctor,
    "keys": _keys,
    "backup": _backup,
    "restore": _restore,
    "privacy": _privacy,
}
