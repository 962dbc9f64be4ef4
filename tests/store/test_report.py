"""What an operator is told about what is held, and that the documents say the same."""

import json
import os
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import polib
import pytest

from bot.settings import Settings
from bot.store import Store
from bot.store.report import privacy_report
from bot.store.retention import RETENTION, retention_table
from tests.store.test_wipe import LONG, live

ROOT = Path(__file__).resolve().parents[2]
CHAT = 7_000_000_001


async def test_the_report_counts_and_names_nobody(settings: Settings, clock) -> None:
    async with await Store.open(settings, clock) as store:
        case = await live(store, CHAT, 100)
        ref = store.people.ref(CHAT)
    clock.forward(hours=36)
    report = await privacy_report(settings, clock)
    assert {kind: held.rows for kind, held in report.held.items() if held.rows} == {
        "inbox.waiting": 1, "inbox.done": 1, "outbox.unsent": 2, "outbox.finished": 1, "dialogues": 1,
        "sent_messages": 2, "cases.alive": 1, "people": 1, "audit": 1,
    }  # fmt: skip
    assert report.held["people"].oldest_days == 1.5 and report.held["people"].kept_days == 90
    assert report.people_keys == 1 and report.case_messages == 1 and report.keys_copy == "none"
    for shown in (report.as_text(), json.dumps(report.as_json())):
        assert not any(secret in shown for secret in (str(CHAT), ref, ref[:12], case, LONG[:5], "TR"))


def told(settings: Settings, *arguments: str) -> str:
    variables = dict(os.environ) | {"PRISTAN_HOME": str(settings.home)}
    if settings.database_url:
        variables["PRISTAN_DATABASE_URL"] = settings.database_url
    command = [sys.executable, "-m", "bot", "privacy", "report", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


async def test_the_command(settings: Settings, clock) -> None:
    async with await Store.open(settings) as store:
        await live(store, CHAT, 100)
    json.loads(told(settings, "--format", "json"))
    assert "1 keys of people" in told(settings)


async def test_every_kind_of_the_table_is_swept_and_counted(store: Store) -> None:
    from bot.store import report, retention

    assert set(report._COUNTED) == set(RETENTION)
    swept = {kind.split(".")[0] for kind in retention._KINDS} - {"person_keys"}
    assert swept == {kind.split(".")[0] for kind in RETENTION}
    assert retention.keep("people") == timedelta(days=90)


def test_the_document_shows_the_table() -> None:
    assert retention_table() in (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("language", ["ru", "en", "bg", "zh"])
def test_what_people_are_told_about_days_is_so(language: str) -> None:
    path = ROOT / "locales" / language / "LC_MESSAGES" / "answers.po"
    texts = {entry.msgctxt: entry.msgid if language == "en" else entry.msgstr for entry in polib.pofile(str(path))}
    first, more = texts["topic.privacy_question"], texts["topic.privacy_question.more"]
    days = {int(number) for number in re.findall(r"\d+", first)}
    assert days == {RETENTION["dialogues"].days, RETENTION["people"].days, 48}
    assert RETENTION["sent_messages"].days * 24 == 48
    assert (
        str(RETENTION["cases.alive"].days) in more and RETENTION["cases.closed"].days == RETENTION["cases.alive"].days
    )
