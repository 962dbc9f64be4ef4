"""``python -m bot.sandbox``: the sandbox alone, for a bot that runs elsewhere on this machine."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys

from bot.sandbox.server import SandboxServer


async def _serve(port: int) -> int:
    server = SandboxServer()
    try:
        await server.start(port)
    except OSError:
        print(f"Port {port} is taken. Choose another one: python -m bot.sandbox --port 8081", file=sys.stderr)
        return 1
    print(f"Page:          {server.url}")
    print(f"Bot API:       TELEGRAM_API_URL={server.url}")
    print(f"Token:         TELEGRAM_BOT_TOKEN={server.token}")
    print(f"Staff group:   PRISTAN_STAFF_CHAT_ID={server.staff_chat_id}")
    print("Stop with Ctrl+C. Nothing is kept.", flush=True)
    try:
        await asyncio.Event().wait()
    finally:
        await server.stop()
    return 0


def main() -> int:
    """Parse the arguments and serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m bot.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=8080, help="port on 127.0.0.1 (8080; 0 takes a free one)")
    with contextlib.suppress(KeyboardInterrupt):
        return asyncio.run(_serve(parser.parse_args().port))
    return 0


if __name__ == "__main__":
    sys.exit(main())
