"""The command ``pristan doctor``."""

from __future__ import annotations

import argparse
import asyncio
import json
from typing import Any

from bot.settings import Settings


def add_doctor(commands: Any) -> None:
    """Add it to a parser's commands."""
    doctor = commands.add_parser("doctor", help="what is wrong with this installation, and how to mend it")
    doctor.add_argument("--json", action="store_true", help="a JSON list instead of lines")
    doctor.add_argument("--quick", action="store_true", help="without checking every text and loading the model")


def run_doctor(settings: Settings, options: argparse.Namespace) -> int:
    """Print a line a check; 1 where something is wrong."""
    from bot.operation.doctor import examine
    from bot.operation.findings import summary

    findings = asyncio.run(examine(settings, thorough=not options.quick))
    if options.json:
        print(json.dumps([finding.as_json() for finding in findings], ensure_ascii=False, indent=2))
    else:
        for finding in findings:
            print(finding)
        print(summary(findings))
    return 1 if any(finding.level == "wrong" for finding in findings) else 0
