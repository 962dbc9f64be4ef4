"""``pristan doctor`` names what was broken, one thing at a time, and what to do; it tells no secret."""

from __future__ import annotations

import asyncio
import dataclasses
import gzip
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path

import pytest

from bot.operation import doctor
from bot.operation.check_database import check_database, check_redis
from bot.operation.check_machine import check_clock, check_disk, check_home
from bot.operation.check_parts import check_content, check_health_port, check_model, check_pictures
from bot.operation.check_secrets import check_key, check_keys_copy
from bot.operation.check_telegram import check_telegram
from bot.operation.findings import Finding, Level
from bot.sandbox.server import SandboxServer
from bot.settings import Settings
from bot.store.store import Store
from tests.bot_process import ROOT, sandbox

TOKEN = "123456:" + "A" * 35


@pytest.fixture
async def settings(tmp_path: Path) -> Settings:
    """An installation in order, with a database, on a disk of its own as far as a test can have one."""
    made = Settings.from_environment({"PRISTAN_HOME": str(tmp_path / "home")})
    async with await Store.open(made):
        pass
    return made


def levels(findings: Iterable[Finding]) -> list[Level]:
    return [finding.level for finding in findings]


def only(findings: Iterable[Finding], level: Level, *words: str) -> None:
    """Exactly one finding, of this level, that says these words."""
    [found] = list(findings)
    assert found.level == level, found
    assert level == "ok" or found.mend, "says what to do"
    for word in words:
        assert word in str(found)


async def test_an_installation_in_order(settings: Settings) -> None:
    for findings in (
        check_home(settings),
        check_key(settings),
        check_disk(settings),
        await check_database(settings),
        check_content(settings, thorough=False),
    ):
        only(findings, "ok")


async def test_before_the_first_start_nothing_is_made(tmp_path: Path) -> None:
    fresh = Settings.from_environment({"PRISTAN_HOME": str(tmp_path / "home")})
    only(check_home(fresh), "ok", "first start")
    only(check_key(fresh), "ok", "first start")
    only(await check_database(fresh), "ok", "first start")
    assert not fresh.home.exists()


async def test_the_key_file(settings: Settings, tmp_path: Path) -> None:
    file = settings.secret_key_file
    file.chmod(0o644)
    only(check_key(settings), "wrong", "chmod 600")
    assert file.stat().st_mode & 0o777 == 0o644, "looks, and changes nothing"
    file.chmod(0o600)
    kept = file.read_bytes()
    file.write_bytes(b"no key")
    only(check_key(settings), "wrong", "not a key")
    file.unlink()
    only(check_key(settings), "wrong", "missing")
    os.environ["CREDENTIALS_DIRECTORY"] = str(tmp_path)
    try:  # what systemd hands over has an access list, which shows as rights of a group
        handed = tmp_path / "key"
        handed.write_bytes(kept)
        handed.chmod(0o440)
        only(check_key(dataclasses.replace(settings, secret_key_file=handed)), "ok")
    finally:
        del os.environ["CREDENTIALS_DIRECTORY"]


async def test_another_databases_key(settings: Settings, tmp_path: Path) -> None:
    other = Settings.from_environment({"PRISTAN_HOME": str(tmp_path / "other")})
    async with await Store.open(other):
        pass
    shutil.copy(other.secret_key_file, settings.secret_key_file)
    only(await check_database(settings), "wrong", "another key")


async def test_a_locked_a_damaged_an_older_and_a_newer_database(settings: Settings) -> None:
    file = settings.home / "pristan.sqlite"
    with sqlite3.connect(file, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        only(await check_database(settings), "warn", "locked")
        other.execute("ROLLBACK")
        other.execute("UPDATE alembic_version SET version_num = '0001'")
        only(await check_database(settings), "warn", "0001")
        other.execute("UPDATE alembic_version SET version_num = '9999'")
        only(await check_database(settings), "wrong", "newer Pristan")
    other.close()
    file.write_bytes(b"not a database at all" * 1000)
    only(await check_database(settings), "wrong", "restore")


async def test_what_waits_too_long(settings: Settings) -> None:
    async with await Store.open(settings) as store:
        await store.inbox.receive(1, None, 42, {"text": "secret words"})
    with sqlite3.connect(settings.home / "pristan.sqlite") as other:
        other.execute("UPDATE inbox SET received_at = '2026-01-01 00:00:00.000000'")
    other.close()
    findings = list(await check_database(settings))
    only(findings, "wrong", "1 messages", "Is the bot running?")
    assert "secret" not in str(findings)


async def test_a_folder_open_to_others(settings: Settings) -> None:
    settings.home.chmod(0o755)
    only(check_home(settings), "warn", "chmod 700")


async def test_a_full_disk(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**12, 10**12 - 10**6, 10**6))
    only(check_disk(settings), "wrong", "Free space")


def test_the_copy_of_keys(settings: Settings, tmp_path: Path) -> None:
    only(check_keys_copy(settings), "warn", "PRISTAN_KEYS_COPY")
    only(check_keys_copy(dataclasses.replace(settings, keys_copy=tmp_path / "copy")), "warn", "own disk")
    only(check_keys_copy(dataclasses.replace(settings, keys_copy=Path("/nowhere/copy"))), "wrong", "Mount")


def on(server: SandboxServer, settings: Settings, **changed: object) -> Settings:
    """Connected to a sandbox."""
    connected: dict[str, object] = {
        "telegram_bot_token": server.token,
        "telegram_api_url": server.url,
        "staff_chat_id": server.staff_chat_id,
    }
    return dataclasses.replace(settings, **{**connected, **changed})  # type: ignore[arg-type]


async def test_telegram(settings: Settings) -> None:
    only(await check_telegram(settings), "warn", "TELEGRAM_BOT_TOKEN")
    async with sandbox() as (server, _):
        group = server.world.chats[server.staff_chat_id]
        found = list(await check_telegram(on(server, settings)))
        assert "wrong" not in levels(found), found
        assert any(finding.check == "staff group" and finding.level == "ok" for finding in found)
        only(await check_clock(on(server, settings)), "ok", "agrees")

        async def staff(**changed: object) -> list[Finding]:
            found = await check_telegram(on(server, settings, **changed))
            return [finding for finding in found if finding.check == "staff group"]

        only(await staff(staff_chat_id=None), "warn", "PRISTAN_STAFF_CHAT_ID")
        only(await staff(staff_chat_id=-1009999), "wrong", "Add the bot")
        group.bot_rights = {**group.bot_rights, "can_manage_topics": False}
        only(await staff(), "wrong", "manage topics")
        group.bot_rights = {**group.bot_rights, "can_manage_topics": True, "can_delete_messages": False}
        only(await staff(), "wrong", "delete messages")
        group.bot_status = "member"
        only(await staff(), "wrong", "no administrator")

        only(await check_telegram(on(server, settings, telegram_bot_token=TOKEN)), "wrong", "@BotFather")
        gone = on(server, settings)
    only(await check_telegram(gone), "wrong", "TELEGRAM_API_URL")
    only(await check_clock(gone), "warn", "nobody to compare with")


async def test_a_clock_that_is_wrong(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import datetime, timedelta, timezone

    from bot.operation import check_machine

    async with sandbox() as (server, _):
        behind = datetime.now(timezone.utc) - timedelta(minutes=10)
        monkeypatch.setattr(check_machine, "utc_now", lambda: behind)
        only(await check_clock(on(server, settings)), "wrong", "set-ntp")
        monkeypatch.setattr(check_machine, "utc_now", lambda: datetime(1970, 1, 1, tzinfo=timezone.utc))
        only(await check_clock(on(server, settings)), "wrong", "1970")


async def test_the_model(settings: Settings, tmp_path: Path) -> None:
    none = dataclasses.replace(settings, model_dir=tmp_path)
    only(await check_model(none, load=True), "warn", "pristan train")
    (tmp_path / "pristan-0000000000000000.tar.gz").write_bytes(gzip.compress(b"cut off")[:10])
    found = await check_model(none, load=False)
    assert levels(found) == ["warn", "wrong"]
    assert "damaged" in str(found[1])


def test_without_tesseract(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    only(check_pictures(settings), "warn", "apt-get install tesseract-ocr")


def test_texts_that_do_not_load(settings: Settings, tmp_path: Path, locales: Path) -> None:
    copy = tmp_path / "locales"
    shutil.copytree(locales, copy)
    (copy / "ru" / "safety.yml").write_text("danger: [", encoding="utf-8")
    only(check_content(dataclasses.replace(settings, locales=copy), thorough=False), "wrong", "safety.yml")


async def test_redis_that_is_away(settings: Settings) -> None:
    assert await check_redis(settings) == []
    address = "redis://:geheim@127.0.0.1:1/0"
    found = await check_redis(dataclasses.replace(settings, redis_url=address))
    only(found, "wrong", "PRISTAN_REDIS_URL")
    assert "geheim" not in str(found)


async def test_the_health_port(settings: Settings) -> None:
    assert await check_health_port(settings) == []
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        only(
            await check_health_port(dataclasses.replace(settings, health_port=taken.getsockname()[1])),
            "wrong",
            "another",
        )


async def test_a_database_server_that_is_away_keeps_its_password(settings: Settings) -> None:
    url = "postgresql+asyncpg://pristan:geheim@127.0.0.1:1/pristan"
    found = await check_database(dataclasses.replace(settings, database_url=url))
    only(found, "wrong", "PRISTAN_DATABASE_URL")
    assert "geheim" not in str(list(found))


async def test_a_check_that_breaks_does_not_hide_the_others(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(_: Settings) -> Iterable[Finding]:
        raise RuntimeError("words nobody may read")

    checks: dict[str, Callable[[Settings], Iterable[Finding] | Awaitable[Iterable[Finding]]]] = {
        "first": breaks,
        "key": check_key,
    }
    monkeypatch.setattr(doctor, "_CHECKS", checks)
    found = await doctor.examine(settings, thorough=False)
    assert {finding.check: finding.level for finding in found}["first"] == "wrong"
    assert {finding.check: finding.level for finding in found}["key"] == "ok"
    assert "nobody" not in str(found)


async def test_the_command(settings: Settings) -> None:
    """Exit code 1 where something is wrong; JSON where it is wanted; no token in either."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PRISTAN_", "TELEGRAM_"))}
    environment |= {
        "PRISTAN_HOME": str(settings.home),
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "TELEGRAM_API_URL": "http://127.0.0.1:1",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "doctor", "--quick", "--json",
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    said, complained = await process.communicate()
    assert process.returncode == 1, complained
    findings = json.loads(said)
    assert {"check", "level", "said", "mend"} == set(findings[0])
    assert [f["check"] for f in findings if f["level"] == "wrong"] == ["telegram"]
    assert TOKEN not in (said + complained).decode()
