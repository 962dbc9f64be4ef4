"""Where a process of a test stands still until it is killed. Not a test."""

from __future__ import annotations

import os
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine


def die_here() -> None:
    """Tell the parent that the point is reached, then stand still until it kills us."""
    os.write(1, b"here\n")
    os.read(0, 1)
    raise SystemExit("the parent went away instead of killing this process")


def die_before(beginning: str) -> None:
    """Stand still just before a statement that begins like this."""

    def look(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith(beginning):
            die_here()

    event.listen(Engine, "before_cursor_execute", look)


def die_before_commit() -> None:
    """Stand still just before the next commit."""
    event.listen(Engine, "commit", lambda _connection: die_here())
