"""A TCP port on loopback that nobody listens on."""

from __future__ import annotations

import socket


def free_port() -> int:
    """The number of one that was free a moment ago."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])
