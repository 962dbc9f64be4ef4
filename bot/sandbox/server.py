"""The sandbox as a server on loopback."""

from __future__ import annotations

import asyncio
from importlib import resources
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.http_port import HttpPort
from bot.sandbox import guard, webhook
from bot.sandbox.bot_api import DROP_CONNECTION, BotApi, ConnectionDropped
from bot.sandbox.control import Control
from bot.sandbox.errors import not_found
from bot.sandbox.model import SANDBOX_TOKEN, STAFF_CHAT_ID
from bot.sandbox.world import World

HOST = "127.0.0.1"

_PAGE = {
    "": ("index.html", "text/html; charset=utf-8"),
    "page.css": ("page.css", "text/css; charset=utf-8"),
    "page.js": ("page.js", "text/javascript; charset=utf-8"),
    "words.js": ("words.js", "text/javascript; charset=utf-8"),
    "icon.svg": ("icon.svg", "image/svg+xml"),
}
_PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


class SandboxServer:
    """A Telegram Bot API server with a page, in this process and this event loop.

    Point python-telegram-bot at ``base_url`` and ``base_file_url`` with ``token``. Nothing is kept when it stops.

    Args:
        staff_chat_id: id of the staff's forum group, a negative number below -1000000000000.
    """

    def __init__(self, staff_chat_id: int = STAFF_CHAT_ID) -> None:
        self.world = World(staff_chat_id)
        self._control = Control(self.world)
        self._bot_api = BotApi(self.world, SANDBOX_TOKEN)
        self._http: HttpPort | None = None
        self._webhook: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        """The port that was taken; 0 before the start."""
        return self._http.number if self._http is not None else 0

    @property
    def token(self) -> str:
        """The sandbox's bot token: well-formed, fixed, no secret."""
        return SANDBOX_TOKEN

    @property
    def staff_chat_id(self) -> int:
        """Id of the staff's forum group, in which the bot is an administrator."""
        return self.world.staff_chat_id

    @property
    def url(self) -> str:
        """Address of the page and of the control side."""
        return f"http://{HOST}:{self.port}"

    @property
    def base_url(self) -> str:
        """``base_url`` for python-telegram-bot."""
        return f"{self.url}/bot"

    @property
    def base_file_url(self) -> str:
        """``base_file_url`` for python-telegram-bot."""
        return f"{self.url}/file/bot"

    async def start(self, port: int = 8080) -> None:
        """Listen on 127.0.0.1.

        Args:
            port: 0 takes any free one; see ``port`` afterwards.

        Raises:
            OSError: the port is taken.
        """
        self._http = HttpPort(self._app(), "sandbox", keep_alive=75)
        await self._http.open(HOST, port)
        self._webhook = asyncio.create_task(webhook.deliver(self.world), name="sandbox-webhook")

    async def stop(self) -> None:
        """Close every connection and forget everything. Harmless when it is not running."""
        if self._http is None:
            return
        self._control.closing.set()
        self.world.signal.ring()
        if self._webhook is not None:
            self._webhook.cancel()
            await asyncio.gather(self._webhook, return_exceptions=True)
        await self._http.close()
        self._webhook = None

    def _app(self) -> ASGIApp:
        routes = [
            Route("/", _page, methods=["GET"]),
            Route("/page/{name}", _page, methods=["GET"]),
            Route("/bot{token}/{method}", self._bot_api.call, methods=["GET", "POST"]),
            Route("/file/bot{token}/{path:path}", self._bot_api.download, methods=["GET"]),
            *self._control.routes(),
        ]
        return _Door(Starlette(routes=routes, exception_handlers={404: _nothing_here}))


async def _page(request: Request) -> Response:
    """The page and its parts."""
    known = _PAGE.get(request.path_params.get("name", ""))
    if known is None:
        return await _nothing_here(request, Exception())
    name, media_type = known
    content = resources.files("bot.sandbox.page").joinpath(name).read_bytes()
    return Response(content, media_type=media_type, headers=_PAGE_HEADERS)


async def _nothing_here(request: Request, error: Exception) -> Response:
    return JSONResponse(not_found().as_json(), 404)


class _Door:
    """Lets in only who may come in, and lets planned failures close the line."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        refused = guard.refusal(scope["method"], scope["path"], headers)
        if refused is not None:
            await PlainTextResponse(refused, 403)(scope, receive, send)
            return
        scope[DROP_CONNECTION] = _Dropper(receive, send)
        try:
            await self._app(scope, receive, send)
        except ConnectionDropped:
            return


class _Dropper:
    """Closes the connection of one request without an answer.

    ASGI has no word for it, so this reaches for uvicorn's transport through the ``send`` it hands out.
    """

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._transport: Any = getattr(getattr(send, "__self__", None), "transport", None)

    async def __call__(self) -> None:
        if self._transport is None:
            return
        self._transport.abort()
        message: Message = {"type": ""}
        while message["type"] != "http.disconnect":
            message = await self._receive()
