"""``make soak``: 50,000 hostile updates and callbacks (PRISTAN_SOAK_UPDATES, SOAK_SEED)."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from tests.soak.hostility import endure

pytestmark = pytest.mark.soak

UPDATES = int(os.environ.get("PRISTAN_SOAK_UPDATES", "50000"))


async def test_no_error_and_flat_memory(tmp_path: Path) -> None:
    seed = int(os.environ.get("SOAK_SEED", str(random.randrange(10**6))))
    print(f"SOAK_SEED={seed}")
    endured = await endure(tmp_path, UPDATES, seed)
    print(endured)
    assert not endured.complaints, endured.complaints[:20]
    assert endured.growth < 25  # megabytes; it goes up and down by ten
    assert max(endured.answered) < 10  # each stands behind 200 others that were there first
