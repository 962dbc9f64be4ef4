"""What tests of all parts share."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
#: Files that wait for many answers one after the other.
LONGEST = ("test_forgetting.py", "test_conversations.py")


@pytest.hookimpl(tryfirst=True)  # before the groups are read
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that need the model come last: in a fresh clone it is being trained while the others run.

    Those of one folder stay in one process, which starts the bot and loads the model once for all of them. What takes
    longest begins first, or all would wait for it at the end.
    """
    items.sort(key=lambda item: (_needs_model(item), item.path.name not in LONGEST))
    for item in items:
        if _needs_model(item) and item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.path.parent.name))


def _needs_model(item: pytest.Item) -> bool:
    return "trained_model" in getattr(item, "fixturenames", ())


@pytest.fixture(scope="session")
def locales() -> Path:
    """The texts and rules that are shipped."""
    return ROOT / "locales"


@pytest.fixture(scope="session")
def trained_model() -> Path:
    """The model of what is shipped; trained only if there is no current one."""
    done = subprocess.run(
        [sys.executable, "-m", "bot", "train"], cwd=ROOT, capture_output=True, text=True, timeout=900, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return Path(done.stderr.strip().splitlines()[-1].removeprefix("model: ").strip())
