"""The other side of the sandbox, under ``/sandbox/``: what people and staff do, what can be seen, what a test arranges.

The page and ``SandboxClient`` use the same calls. Bodies and answers are JSON, except uploads (multipart) and files.
"""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.sandbox.errors import SandboxRefusal
from bot.sandbox.faults import Fault
from bot.sandbox.flood import MODES
from bot.sandbox.model import Chat, Payload, Person, StoredMessage
from bot.sandbox.people import PeopleSide
from bot.sandbox.world import World

#: Longest wait of one request for a message, seconds.
WAIT_MAX_SECONDS = 60
#: Seconds between signs of life on the event stream.
STREAM_PULSE_SECONDS = 3
#: Picture types the page may show; anything else is handed out as a download only.
_SHOWN = frozenset({"image/jpeg", "image/png", "image/webp"})

Action = Callable[[Request], Awaitable[Response]]


class _Body:
    """A request's fields and uploads, with refusals that name the field."""

    def __init__(self, values: dict[str, Any], upload: UploadFile | None, content: bytes) -> None:
        self._values = values
        self.upload = upload
        self.content = content

    @classmethod
    async def read(cls, request: Request) -> _Body:
        if request.headers.get("content-type", "").startswith("multipart/form-data"):
            async with request.form() as form:
                upload = form.get("file")
                values = {key: value for key, value in form.items() if isinstance(value, str)}
                if isinstance(upload, UploadFile):
                    return cls(values, upload, await upload.read())
                return cls(values, None, b"")
        raw = await request.body()
        try:
            values = json.loads(raw) if raw else {}
        except ValueError:
            raise SandboxRefusal("the body is not JSON") from None
        if not isinstance(values, dict):
            raise SandboxRefusal("the body must be a JSON object")
        return cls(values, None, b"")

    def text(self, name: str, default: str | None = None) -> str:
        value = self._values.get(name, default)
        if not isinstance(value, str):
            raise SandboxRefusal(f"{name}: a text is needed")
        return value

    def optional_text(self, name: str) -> str | None:
        value = self._values.get(name)
        return str(value) if value not in (None, "") else None

    def integer(self, name: str) -> int:
        value = self.optional_integer(name)
        if value is None:
            raise SandboxRefusal(f"{name}: a whole number is needed")
        return value

    def optional_integer(self, name: str) -> int | None:
        value = self._values.get(name)
        if value in (None, ""):
            return None
        try:
            return int(str(value))
        except ValueError:
            raise SandboxRefusal(f"{name}: a whole number is needed") from None

    def number(self, name: str, default: float | None = None) -> float:
        value = self._values.get(name, default)
        try:
            return float(value)  # type: ignore[arg-type]  # None is refused just below
        except (TypeError, ValueError):
            raise SandboxRefusal(f"{name}: a number is needed") from None

    def flag(self, name: str) -> bool:
        return str(self._values.get(name, "")).lower() in ("true", "1")

    def raw(self, name: str) -> Any:
        return self._values.get(name)

    def integers(self, name: str) -> list[int]:
        value = self._values.get(name)
        if not isinstance(value, list) or not all(isinstance(item, int) for item in value):
            raise SandboxRefusal(f"{name}: a list of whole numbers is needed")
        return value

    def file(self) -> bytes:
        if not self.content:
            raise SandboxRefusal("file: an upload is needed")
        return self.content


class Control:
    """Routes of the control side.

    Args:
        world: the state.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._people = PeopleSide(world)
        self.closing = asyncio.Event()

    def routes(self) -> list[Route]:
        """Everything under ``/sandbox/``."""
        table: list[tuple[str, str, Action]] = [
            ("GET", "/sandbox/state", self._state),
            ("GET", "/sandbox/events", self._events),
            ("GET", "/sandbox/calls", self._calls),
            ("GET", "/sandbox/presses/{query_id}", self._press),
            ("GET", "/sandbox/files/{file_id}", self._file),
            ("GET", "/sandbox/people", self._list_people),
            ("POST", "/sandbox/people", self._add_person),
            ("POST", "/sandbox/people/{person}/{action}", self._act),
            ("POST", "/sandbox/groups", self._add_group),
            ("POST", "/sandbox/groups/{chat}/bot", self._set_bot),
            ("POST", "/sandbox/groups/{chat}/members", self._set_member),
            ("GET", "/sandbox/chats/{chat}", self._chat),
            ("GET", "/sandbox/chats/{chat}/messages", self._messages),
            ("GET", "/sandbox/chats/{chat}/commands", self._commands),
            ("POST", "/sandbox/chats/{chat}/topics", self._add_topic),
            ("POST", "/sandbox/chats/{chat}/topics/{topic}/{action}", self._change_topic),
            ("GET", "/sandbox/faults", self._list_faults),
            ("POST", "/sandbox/faults", self._plan_fault),
            ("DELETE", "/sandbox/faults", self._clear_faults),
            ("POST", "/sandbox/flood", self._set_flood),
            ("POST", "/sandbox/clock", self._advance),
            ("POST", "/sandbox/reset", self._reset),
        ]
        return [Route(path, _guarded(action), methods=[verb]) for verb, path, action in table]

    # -- what one can see --------------------------------------------------------------------------------------

    async def _state(self, request: Request) -> Response:
        world = self._world
        person_id = _query_integer(request, "person_id")
        found: Payload = {
            "seq": world.journal.last,
            "bot_online": world.updates.bot_is_there(),
            "staff_chat_id": world.staff_chat_id,
            "people": [world.person_view(p) for p in world.people.values()],
            "chats": [world.chat_view(c) for c in world.chats.values() if not c.private],
            "flood": world.flood.mode,
        }
        if person_id is not None:
            person = world.person(person_id)
            chat = world.chats[person_id]
            found["person"] = world.person_view(person)
            found["about"] = world.about(person)
            found["chat"] = world.chat_view(chat)
            found["commands"] = world.commands_for(chat, person)
        return JSONResponse(found)

    async def _chat(self, request: Request) -> Response:
        return JSONResponse(self._world.chat_view(self._chat_of(request)))

    async def _commands(self, request: Request) -> Response:
        chat = self._chat_of(request)
        person_id = _query_integer(request, "person_id") or chat.id
        return JSONResponse({"commands": self._world.commands_for(chat, self._world.person(person_id))})

    async def _messages(self, request: Request) -> Response:
        """Messages of a chat; with ``timeout`` it waits until there is one that fits."""
        chat = self._chat_of(request)
        after = _query_integer(request, "after") or 0
        since = _query_integer(request, "since") or 0
        topic = _query_integer(request, "topic")
        sender = request.query_params.get("from")
        containing = request.query_params.get("containing")

        def fits(stored: StoredMessage) -> bool:
            return (
                stored.id > after
                and stored.change > since
                and (topic is None or (stored.thread_id or 0) == topic)
                and (sender is None or stored.from_bot == (sender == "bot"))
                and (containing is None or containing.casefold() in stored.text.casefold())
            )

        def look() -> list[Payload] | None:
            return [stored.as_view() for stored in chat.messages.values() if fits(stored)] or None

        seconds = min(_query_number(request, "timeout"), WAIT_MAX_SECONDS)
        found = await self._world.signal.until(look, seconds)
        return JSONResponse({"messages": found or [], "chat": self._world.chat_view(chat)})

    async def _events(self, request: Request) -> Response:
        """Server-sent events from number ``from`` on."""
        position = _query_integer(request, "from")
        header = request.headers.get("last-event-id", "")
        start = int(header) if header.isdigit() else (self._world.journal.last if position is None else position)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(self._stream(start), media_type="text/event-stream", headers=headers)

    async def _stream(self, position: int) -> AsyncIterator[str]:
        journal = self._world.journal
        yield "retry: 1000\n\n"
        online: bool | None = None
        while not self.closing.is_set():
            now_online = self._world.updates.bot_is_there()
            if now_online != online:
                online = now_online
                yield f"data: {json.dumps({'type': 'online', 'online': online})}\n\n"
            if journal is not self._world.journal:
                yield 'data: {"type": "reload"}\n\n'
                return

            def look(position: int = position) -> list[Payload] | None:
                return journal.since(position) or ([] if self.closing.is_set() else None)

            for event in await self._world.signal.until(look, STREAM_PULSE_SECONDS) or []:
                position = event["seq"]
                yield f"id: {position}\ndata: {json.dumps(event, ensure_ascii=False)}\n\n"
            yield ": \n\n"

    async def _calls(self, request: Request) -> Response:
        after = _query_integer(request, "after") or 0
        method = request.query_params.get("method")

        def look() -> list[Payload] | None:
            return [c for c in self._world.journal.calls(method, after) if c["outcome"] is not None] or None

        seconds = min(_query_number(request, "timeout"), WAIT_MAX_SECONDS)
        found = await self._world.signal.until(look, seconds)
        return JSONResponse({"calls": found or [], "last": self._world.journal.last_call})

    async def _press(self, request: Request) -> Response:
        """How a button press was answered; with ``timeout`` it waits for the answer."""
        press = self._world.presses.get(request.path_params["query_id"])
        if press is None:
            raise SandboxRefusal("no such button press", 404)
        seconds = min(_query_number(request, "timeout"), WAIT_MAX_SECONDS)
        await self._world.signal.until(lambda: press.answered or None, seconds)
        return JSONResponse({"answered": press.answered, "text": press.text, "alert": press.alert})

    async def _file(self, request: Request) -> Response:
        stored = self._world.files.find(request.path_params["file_id"])
        if stored is None:
            raise SandboxRefusal("no such file", 404)
        shown = stored.mime_type in _SHOWN and stored.path.startswith("photos/")
        headers = {"Content-Security-Policy": "sandbox", "Cache-Control": "no-store"}
        if not shown:
            headers["Content-Disposition"] = "attachment"
        media_type = stored.mime_type if shown else "application/octet-stream"
        return Response(stored.content, media_type=media_type, headers=headers)

    # -- what people do --------------------------------------------------------------------------------------

    async def _list_people(self, request: Request) -> Response:
        return JSONResponse({"people": [self._world.person_view(p) for p in self._world.people.values()]})

    async def _add_person(self, request: Request) -> Response:
        body = await _Body.read(request)
        person = self._world.add_person(
            body.text("first_name").strip()[:64] or "Anna",
            body.optional_text("language_code"),
            person_id=body.optional_integer("id"),
            last_name=body.optional_text("last_name"),
            username=body.optional_text("username"),
            staff=body.flag("staff"),
            hidden_forwards=body.flag("hidden_forwards"),
        )
        if person.staff:
            self._people.set_member(self._world.chats[self._world.staff_chat_id], person, "member")
        return JSONResponse(self._world.person_view(person))

    async def _act(self, request: Request) -> Response:
        person = self._world.person(_path_integer(request, "person"))
        action = request.path_params["action"]
        body = await _Body.read(request)
        chat_id = body.optional_integer("chat_id")
        chat = self._world.chat(person.id if chat_id is None else chat_id)
        if action == "say":
            origin = self._origin(body)
            return self._sent(
                self._people.say(
                    person, chat, body.text("text"), topic=body.optional_integer("topic"),
                    reply_to=body.optional_integer("reply_to"), origin=origin,
                )
            )  # fmt: skip
        if action in ("photo", "document", "voice", "location", "sticker"):
            content = self._content(action, body)
            return self._sent(
                self._people.send(
                    person, chat, content, topic=body.optional_integer("topic"), caption=body.text("caption", ""),
                    reply_to=body.optional_integer("reply_to"), origin=self._origin(body), album=body.text("album", ""),
                )
            )  # fmt: skip
        if action == "start":
            return self._sent(self._people.start(person, body.text("payload", "")))
        if action == "press":
            query_id, stored = self._people.press(
                person, chat, body.integer("message_id"), body.text("data"), inaccessible=body.flag("inaccessible")
            )
            return JSONResponse({"query_id": query_id, "message_id": stored.id, "change": stored.change})
        if action == "edit":
            return self._sent(self._people.edit(person, chat, body.integer("message_id"), body.text("text")))
        if action == "delete":
            return JSONResponse({"deleted": self._people.delete(chat, body.integers("message_ids"))})
        if action == "language":
            person.language_code = body.optional_text("language_code")
        elif action == "block":
            self._people.block(person)
        elif action == "unblock":
            self._people.unblock(person)
        else:
            raise SandboxRefusal("a person has no such action", 404)
        return JSONResponse(self._world.person_view(person))

    def _origin(self, body: _Body) -> Payload | None:
        forward = body.raw("forward")
        if not forward:
            return None
        if not isinstance(forward, dict):
            forward = {"name": str(forward)}
        person_id = forward.get("person_id")
        return self._people.origin(
            str(forward.get("type", "hidden_user")),
            str(forward.get("name") or "Deleted Account"),
            int(person_id) if person_id is not None else None,
        )

    def _content(self, kind: str, body: _Body) -> Payload:
        if kind == "location":
            return self._people.location(body.number("latitude"), body.number("longitude"))
        if kind == "sticker":
            return self._people.sticker(body.text("emoji", "👍"))
        if kind == "photo":
            return self._people.photo(body.file())
        mime_type = body.upload.content_type if body.upload else None
        if kind == "voice":
            return self._people.voice(body.file(), int(body.number("duration", 3)), mime_type)
        name = (body.upload.filename if body.upload else None) or "file"
        return self._people.document(body.file(), name, mime_type)

    def _sent(self, stored: StoredMessage) -> Response:
        return JSONResponse(stored.as_view())

    async def _add_group(self, request: Request) -> Response:
        body = await _Body.read(request)
        chat = self._world.add_group(
            body.text("title").strip() or "Group", is_forum=body.flag("is_forum"), supergroup=body.flag("supergroup")
        )
        members = body.raw("members")
        for person_id, status in members.items() if isinstance(members, dict) else ():
            self._people.set_member(chat, self._world.person(int(person_id)), str(status))
        return JSONResponse(self._world.chat_view(chat))

    async def _set_bot(self, request: Request) -> Response:
        body = await _Body.read(request)
        chat = self._chat_of(request)
        rights = body.raw("rights")
        self._people.set_bot_status(
            self._somebody(body, chat), chat, body.text("status"), rights if isinstance(rights, dict) else None
        )
        return JSONResponse(self._world.chat_view(chat))

    async def _set_member(self, request: Request) -> Response:
        body = await _Body.read(request)
        chat = self._chat_of(request)
        self._people.set_member(chat, self._world.person(body.integer("person_id")), body.text("status", "member"))
        return JSONResponse(self._world.chat_view(chat))

    async def _add_topic(self, request: Request) -> Response:
        body = await _Body.read(request)
        chat = self._chat_of(request)
        topic = self._people.create_topic(self._somebody(body, chat), chat, body.text("name"))
        return JSONResponse(topic.as_forum_topic())

    async def _change_topic(self, request: Request) -> Response:
        body = await _Body.read(request)
        chat = self._chat_of(request)
        topic_id = _path_integer(request, "topic")
        action = request.path_params["action"]
        self._people.change_topic(self._somebody(body, chat), chat, topic_id, action, body.text("name", ""))
        return JSONResponse(self._world.chat_view(chat))

    def _somebody(self, body: _Body, chat: Chat) -> Person:
        """The person named, or the one who runs the group."""
        person_id = body.optional_integer("person_id")
        if person_id is not None:
            return self._world.person(person_id)
        for member, status in chat.members.items():
            if status in ("creator", "administrator"):
                return self._world.person(member)
        raise SandboxRefusal("person_id: who does it? The group has no administrator yet")

    # -- what a test arranges ----------------------------------------------------------------------------------

    async def _list_faults(self, request: Request) -> Response:
        return JSONResponse({"faults": [vars(fault) for fault in self._world.faults.planned]})

    async def _plan_fault(self, request: Request) -> Response:
        body = await _Body.read(request)
        fault = Fault(
            body.text("method"),
            body.text("kind"),
            body.optional_integer("times") or 1,
            body.number("seconds", 1.0),
            body.optional_integer("chat_id"),
        )
        try:
            self._world.faults.plan(fault)
        except ValueError as error:
            raise SandboxRefusal(str(error)) from None
        return JSONResponse({"ok": True})

    async def _clear_faults(self, request: Request) -> Response:
        self._world.faults.clear()
        return JSONResponse({"ok": True})

    async def _set_flood(self, request: Request) -> Response:
        mode = (await _Body.read(request)).text("mode")
        if mode not in MODES:
            raise SandboxRefusal(f"mode: one of {', '.join(MODES)}")
        self._world.flood.set_mode(mode)
        return JSONResponse({"mode": mode})

    async def _advance(self, request: Request) -> Response:
        self._world.advance((await _Body.read(request)).number("seconds"))
        return JSONResponse({"now": self._world.now()})

    async def _reset(self, request: Request) -> Response:
        self._world.clear()
        self._world.signal.ring()
        return JSONResponse({"ok": True})

    def _chat_of(self, request: Request) -> Chat:
        return self._world.chat(_path_integer(request, "chat"))


def _query_number(request: Request, name: str) -> float:
    value = request.query_params.get(name)
    if value in (None, ""):
        return 0.0
    try:
        number = float(str(value))
    except ValueError:
        raise SandboxRefusal(f"{name}: a number is needed") from None
    if not math.isfinite(number):
        raise SandboxRefusal(f"{name}: a number is needed")
    return number


def _query_integer(request: Request, name: str) -> int | None:
    if request.query_params.get(name) in (None, ""):
        return None
    return round(_query_number(request, name))


def _path_integer(request: Request, name: str) -> int:
    try:
        return int(request.path_params[name])
    except ValueError:
        raise SandboxRefusal(f"{name}: a whole number is needed", 404) from None


def _guarded(action: Action) -> Action:
    """Turn refusals into answers."""

    async def answer(request: Request) -> Response:
        try:
            return await action(request)
        except SandboxRefusal as refusal:
            return JSONResponse({"error": refusal.description}, refusal.status)

    return answer
