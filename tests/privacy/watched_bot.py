"""Runs the bot and reports every address it looks up or connects to. Not a test; run by test_privacy.py.

With ``unprotected`` as the first argument the protection (bot/quiet.py) is taken away: what the test looks for must
then be found, or the test could not fail.
"""

from __future__ import annotations

import logging
import os
import sys
import types


def report(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.getaddrinfo":
        os.write(2, f"LOOKUP {arguments[0]}\n".encode())
    elif event == "socket.connect" and isinstance(arguments[1], tuple):
        os.write(2, f"CONNECT {arguments[1][0]} {arguments[1][1]}\n".encode())


def take_protection_away() -> None:
    import structlog

    open_module = types.ModuleType("bot.quiet")
    open_module.setup_logging = lambda level="DEBUG": logging.basicConfig(level=logging.DEBUG, force=True)  # type: ignore[attr-defined]
    sys.modules["bot.quiet"] = open_module
    import bot

    bot.quiet = open_module  # type: ignore[attr-defined]
    logging.basicConfig(level=logging.DEBUG)
    structlog.configure(logger_factory=structlog.stdlib.LoggerFactory())


if __name__ == "__main__":
    sys.addaudithook(report)
    if "unprotected" in sys.argv:
        take_protection_away()
    from bot.cli import main

    sys.exit(main(["--verbose", "run"]))
