"""The systemd unit: systemd understands it, finds it closed enough, and it hands over every secret as a file."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from bot.settings import SETTING_NAMES
from tests.bot_process import ROOT

UNIT = ROOT / "deploy" / "pristan.service"
#: systemd's own figure, 0 (closed) to 10 (open).
EXPOSURE = 2.0
#: Known to newer versions only; older ones pass over them.
NEWER = ("RestartSteps", "RestartMaxDelaySec")


def test_it_names_settings_there_are() -> None:
    text = UNIT.read_text(encoding="utf-8")
    script = (ROOT / "deploy" / "as-bot").read_text(encoding="utf-8")
    for where in (text, script):
        assert set(re.findall(r"\b((?:PRISTAN|TELEGRAM)_[A-Z_]+)=", where)) <= set(SETTING_NAMES)
    assert "TELEGRAM_BOT_TOKEN=" not in text, "an environment can be read by others"


def test_operators_are_told_of_every_setting() -> None:
    told = "".join((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "docs/operations.md"))
    later = {"PRISTAN_REDIS_URL", "PRISTAN_WEBHOOK_URL", "PRISTAN_DESK_URL"}
    assert {name for name in SETTING_NAMES if f"`{name}`" not in told} <= later


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here")
def test_systemd_understands_it_and_finds_it_closed(tmp_path: Path) -> None:
    copy = tmp_path / UNIT.name
    # The program is not where it will be; nothing else is changed.
    here = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", UNIT.read_text(encoding="utf-8"), flags=re.MULTILINE)
    copy.write_text(here, encoding="utf-8")
    verified = subprocess.run(["systemd-analyze", "verify", copy], capture_output=True, text=True, check=False)
    complaints = [line for line in verified.stderr.splitlines() if UNIT.name in line]
    assert not [line for line in complaints if not any(name in line for name in NEWER)], complaints
    command = ["systemd-analyze", "security", "--offline=true", copy]
    judged = subprocess.run(command, capture_output=True, text=True, check=False)
    if judged.returncode != 0 and "offline" in judged.stderr:
        pytest.skip("this systemd cannot judge a file")
    [exposure] = re.findall(r"exposure level for \S+: ([0-9.]+)", judged.stdout)
    assert float(exposure) <= EXPOSURE
