"""The HTTP face of the Bot API: ``/bot<token>/<method>`` and ``/file/bot<token>/<path>``."""

from __future__ import annotations

import asyncio
import hmac
import re
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.sandbox.errors import ApiError, bad_request, forbidden, not_found, too_many_requests, unauthorized
from bot.sandbox.faults import Fault
from bot.sandbox.methods import METHODS
from bot.sandbox.methods.registry import Method
from bot.sandbox.params import Params
from bot.sandbox.world import World

_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]{20,}")

#: Put into the ASGI scope by the server: closes the connection without an answer.
DROP_CONNECTION = "sandbox.drop_connection"


class ConnectionDropped(Exception):
    """The connection was closed on purpose; nothing can be answered any more."""


class BotApi:
    """Answers a bot's calls on a world.

    Args:
        world: the state.
        token: the only token that is somebody's.
    """

    def __init__(self, world: World, token: str) -> None:
        self._world = world
        self._token = token

    def _check(self, token: str) -> None:
        if not _TOKEN.fullmatch(token):
            raise not_found()
        if not hmac.compare_digest(token.encode(), self._token.encode()):
            raise unauthorized()

    async def call(self, request: Request) -> Response:
        """One call of a method."""
        try:
            self._check(request.path_params["token"])
            method = METHODS.get(request.path_params["method"].lower())
            if method is None:
                raise not_found()
            params = await Params.read(request)
        except ApiError as refusal:
            return JSONResponse(refusal.as_json(), refusal.code)
        entry = self._world.journal.call(method.name, params.logged())
        try:
            return await self._carry_out(method, params, entry, request)
        finally:
            self._world.signal.ring()

    async def _carry_out(self, method: Method, params: Params, entry: dict[str, Any], request: Request) -> Response:
        chat_id = params.integer("chat_id")
        fault = self._world.faults.take(method.name, chat_id)
        try:
            if fault is not None:
                await self._before(fault, request)
            if method.sends:
                self._count(chat_id, params)
            result = await method.handle(self._world, params)
        except ApiError as refusal:
            entry["outcome"] = refusal.code
            return JSONResponse(refusal.as_json(), refusal.code)
        except ConnectionDropped:
            entry["outcome"] = "drop_before"
            raise
        if fault is not None and fault.kind == "drop_after":
            entry["outcome"] = "drop_after"
            await _drop(request)
        entry["outcome"] = "ok"
        return JSONResponse({"ok": True, "result": result})

    def _count(self, chat_id: int | None, params: Params) -> None:
        chat = self._world.chats.get(chat_id or 0)
        if chat is None:
            return
        media = params.json("media")
        self._world.flood.take(chat.id, not chat.private, len(media) if isinstance(media, list) else 1)

    async def _before(self, fault: Fault, request: Request) -> None:
        """The part of a failure that comes before the call has any effect."""
        if fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        elif fault.kind == "drop_before":
            await _drop(request)
        elif fault.kind in _ANSWERS:
            raise _ANSWERS[fault.kind](fault)

    async def download(self, request: Request) -> Response:
        """A file by the path getFile named."""
        try:
            self._check(request.path_params["token"])
            stored = self._world.files.at(request.path_params["path"])
            if stored is None:
                raise not_found()
        except ApiError as refusal:
            return JSONResponse(refusal.as_json(), refusal.code)
        entry = self._world.journal.call("file", {"path": stored.path})
        fault = self._world.faults.take("file", None)
        try:
            if fault is not None:
                await self._before(fault, request)
        except ApiError as refusal:
            entry["outcome"] = refusal.code
            return JSONResponse(refusal.as_json(), refusal.code)
        entry["outcome"] = "ok"
        headers = {"Content-Disposition": "attachment"}
        return Response(stored.content, media_type="application/octet-stream", headers=headers)


_ANSWERS: dict[str, Callable[[Fault], ApiError]] = {
    "400": lambda fault: bad_request("planned by a test"),
    "403": lambda fault: forbidden("bot was blocked by the user"),
    "404": lambda fault: not_found(),
    "429": lambda fault: too_many_requests(max(1, round(fault.seconds))),
    "500": lambda fault: ApiError(500, "Internal Server Error"),
    "502": lambda fault: ApiError(502, "Bad Gateway"),
}


async def _drop(request: Request) -> None:
    drop: Callable[[], Awaitable[None]] | Any = request.scope.get(DROP_CONNECTION)
    if drop is not None:
        await drop()
    raise ConnectionDropped
