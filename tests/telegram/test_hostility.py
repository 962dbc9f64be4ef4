"""A small sample of tests/soak/hostile.py: what strangers with a changed client can send breaks no turn."""

from __future__ import annotations

from pathlib import Path

from tests.soak.hostility import endure


async def test_hostile_updates_break_nothing(tmp_path: Path) -> None:
    endured = await endure(tmp_path, updates=120, seed=20261122)
    assert not endured.complaints, endured.complaints[:5]
