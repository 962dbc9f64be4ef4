"""The lines of a file in which each line is a record of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path


def numbered_lines(path: Path) -> Iterator[tuple[str, bytes]]:
    """Place (``file:line``) and content of each line that is not blank.

    Args:
        path: the file. Lines end with a line feed only: texts may hold other separators.

    Raises:
        OSError: there is no such file.
    """
    for number, line in enumerate(path.read_bytes().split(b"\n"), start=1):
        if line.strip():
            yield f"{path}:{number}", line
