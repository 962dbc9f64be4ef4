"""People and staff for tests and tools: write, press, wait for the bot's reply, over the sandbox's control side."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

import httpx

#: Seconds a request may take beyond the wait it asks for.
_SLACK_SECONDS = 10


class SandboxError(Exception):
    """The control side refused; the text says why."""


class NoReply(AssertionError):
    """The bot did not say what was waited for. The text lists what it said meanwhile, shortened."""


@dataclass(frozen=True)
class Seen:
    """A message as somebody sees it.

    Attributes:
        chat_id: where.
        message_id: its id.
        change: grows with every new or edited message; for ``since``.
        from_bot: the bot wrote it.
        text: text or caption.
        topic: number of its topic, if any.
        seen: the bot has taken it in (two ticks).
        buttons: labels of its inline buttons, row by row.
        markup: the whole keyboard.
        message: the Bot API's Message object.
    """

    chat_id: int
    message_id: int
    change: int
    from_bot: bool
    text: str
    topic: int | None
    seen: bool
    markup: dict[str, Any] | None
    message: dict[str, Any] = field(repr=False)

    @property
    def buttons(self) -> list[list[str]]:
        """Labels of the inline buttons, row by row."""
        return [[button["text"] for button in row] for row in self._rows()]

    @property
    def labels(self) -> list[str]:
        """Labels of the inline buttons in one list."""
        return [label for row in self.buttons for label in row]

    def data_of(self, label_or_data: str) -> str | None:
        """Callback data of the button with this label (whole, else as part of it) or this data."""
        every = [button for row in self._rows() for button in row if "callback_data" in button]
        for fits in (
            lambda b: b["callback_data"] == label_or_data,
            lambda b: b["text"] == label_or_data,
            lambda b: label_or_data.casefold() in b["text"].casefold(),
        ):
            for button in every:
                if fits(button):
                    return str(button["callback_data"])
        return None

    def _rows(self) -> list[list[dict[str, Any]]]:
        rows: list[list[dict[str, Any]]] = (self.markup or {}).get("inline_keyboard", [])
        return rows

    @classmethod
    def of(cls, view: dict[str, Any]) -> Seen:
        """From the control side's JSON."""
        return cls(**{name: view[name] for name in cls.__dataclass_fields__})


class SandboxClient:
    """The control side of a running sandbox.

    Use it as ``async with SandboxClient(server.url) as sandbox``.

    Args:
        url: address of the sandbox, ``http://127.0.0.1:8080``.
    """

    def __init__(self, url: str = "http://127.0.0.1:8080") -> None:
        self._http = httpx.AsyncClient(base_url=url.rstrip("/"), timeout=_SLACK_SECONDS, trust_env=False)
        self.staff = StaffClient(self)

    async def __aenter__(self) -> SandboxClient:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connection."""
        await self._http.aclose()

    async def get(self, path: str, wait: float = 0, **query: Any) -> dict[str, Any]:
        """GET below ``/sandbox``.

        Args:
            path: below ``/sandbox/``.
            wait: seconds the answer may legitimately take.
            query: parameters; those that are nothing are left out.
        """
        params = {key: value for key, value in query.items() if value is not None}
        return _answer(await self._http.get(f"/sandbox/{path}", params=params, timeout=wait + _SLACK_SECONDS))

    async def post(self, path: str, **body: Any) -> dict[str, Any]:
        """POST JSON below ``/sandbox``."""
        return _answer(await self._http.post(f"/sandbox/{path}", json=body))

    async def upload(self, path: str, name: str, content: bytes, mime_type: str, **fields: Any) -> dict[str, Any]:
        """POST a file below ``/sandbox``."""
        data = {key: str(value) for key, value in fields.items() if value is not None}
        files = {"file": (name, content, mime_type)}
        return _answer(await self._http.post(f"/sandbox/{path}", data=data, files=files))

    async def person(
        self,
        first_name: str = "Anna",
        *,
        language_code: str | None = None,
        person_id: int | None = None,
        hidden_forwards: bool = False,
        staff: bool = False,
    ) -> PersonClient:
        """A new person with a Telegram account in this app language."""
        made = await self.post(
            "people",
            first_name=first_name,
            language_code=language_code,
            id=person_id,
            hidden_forwards=hidden_forwards,
            staff=staff,
        )
        return PersonClient(self, made["id"], made["first_name"])

    async def state(self, person_id: int | None = None) -> dict[str, Any]:
        """Everything the page starts from."""
        return await self.get("state", person_id=person_id)

    async def messages(self, chat_id: int, **query: Any) -> list[Seen]:
        """Messages of a chat, oldest first.

        Args:
            chat_id: the chat.
            query: ``after`` (message_id), ``since`` (change), ``topic`` (0 is General), ``sender`` ("bot" or "people"),
                ``containing`` (any case), ``timeout`` (seconds to wait for at least one).
        """
        query = {("from" if key == "sender" else key): value for key, value in query.items()}
        found = await self.get(f"chats/{chat_id}/messages", wait=float(query.get("timeout") or 0), **query)
        return [Seen.of(view) for view in found["messages"]]

    async def calls(self, method: str | None = None, after: int = 0, timeout: float = 0) -> list[dict[str, Any]]:
        """The bot's finished calls: ``n``, ``method``, ``params``, ``outcome`` ("ok", an error code, "drop_…")."""
        found = await self.get("calls", wait=timeout, method=method, after=after, timeout=timeout)
        calls: list[dict[str, Any]] = found["calls"]
        return calls

    async def fault(
        self, method: str, kind: str, *, times: int = 1, seconds: float = 1.0, chat_id: int | None = None
    ) -> None:
        """Plan a failure of a method (``*`` is any but getUpdates); kinds as in ``bot.sandbox.faults``."""
        await self.post("faults", method=method, kind=kind, times=times, seconds=seconds, chat_id=chat_id)

    async def clear_faults(self) -> None:
        """Plan no failure any more."""
        _answer(await self._http.delete("/sandbox/faults"))

    async def flood(self, mode: str) -> None:
        """Choose the flood limits: off, generous (at the start), telegram."""
        await self.post("flood", mode=mode)

    async def advance(self, seconds: float) -> None:
        """Move the sandbox's clock forward."""
        await self.post("clock", seconds=seconds)

    async def reset(self) -> None:
        """Forget everybody and everything, updates and faults too."""
        await self.post("reset")

    async def group(
        self, title: str, members: list[PersonClient], *, is_forum: bool = False, supergroup: bool = False
    ) -> GroupClient:
        """A group of these people, the first of whom made it; the bot is not in it yet."""
        status = {str(m.id): "creator" if index == 0 else "member" for index, m in enumerate(members)}
        made = await self.post("groups", title=title, is_forum=is_forum, supergroup=supergroup, members=status)
        return GroupClient(self, made["id"])


def _answer(response: httpx.Response) -> dict[str, Any]:
    try:
        body: dict[str, Any] = response.json()
    except ValueError:
        raise SandboxError(f"HTTP {response.status_code}: {response.text[:200]}") from None
    if response.is_error:
        raise SandboxError(str(body.get("error", response.status_code)))
    return body


async def _wait(
    client: SandboxClient, chat_id: int, containing: str | None, timeout: float, mark: int, topic: int | None = None
) -> Seen:
    """The first message of the bot, new or edited since ``mark``, that contains the words."""
    deadline = time.monotonic() + timeout
    while True:
        left = max(deadline - time.monotonic(), 0)
        found = await client.messages(
            chat_id, since=mark, sender="bot", containing=containing, topic=topic, timeout=min(left, 30)
        )
        if found:
            return min(found, key=lambda seen: seen.change)
        if left <= 0:
            said = await client.messages(chat_id, since=mark, sender="bot", topic=topic)
            listing = "; ".join(repr(seen.text[:120]) for seen in said) or "nothing"
            wanted = f" with {containing!r}" if containing else ""
            raise NoReply(f"no message of the bot{wanted} within {timeout:g} s; it said: {listing}")


class PersonClient:
    """One person. Replies are waited for from the last thing the person did.

    Attributes:
        id: of the person and of their private chat.
        mark: ``change`` up to which the bot's messages count as read; ``wait_reply`` moves it.
    """

    def __init__(self, client: SandboxClient, person_id: int, first_name: str) -> None:
        self._client = client
        self.id = person_id
        self.first_name = first_name
        self.mark = 0

    async def _act(self, action: str, **body: Any) -> dict[str, Any]:
        return await self._client.post(f"people/{self.id}/{action}", **body)

    async def _sent(self, view: dict[str, Any]) -> Seen:
        seen = Seen.of(view)
        if seen.chat_id == self.id:
            self.mark = seen.change
        return seen

    async def say(self, text: str, *, chat_id: int | None = None, topic: int | None = None,
                  reply_to: int | None = None) -> Seen:  # fmt: skip
        """Write a text (a command too), in the private chat or in a group."""
        return await self._sent(await self._act("say", text=text, chat_id=chat_id, topic=topic, reply_to=reply_to))

    async def start(self, payload: str = "") -> Seen:
        """Press Start, or follow a deep link."""
        return await self._sent(await self._act("start", payload=payload))

    async def forward(self, text: str, *, name: str = "Agency", type: str = "hidden_user",
                      person_id: int | None = None) -> Seen:  # fmt: skip
        """Forward a text somebody else wrote.

        Args:
            text: what they wrote.
            name: whom it came from, as shown.
            type: hidden_user, user (with ``person_id``) or channel.
            person_id: the author, for ``user``.
        """
        origin = {"type": type, "name": name, "person_id": person_id}
        return await self._sent(await self._act("say", text=text, forward=origin))

    async def photo(self, content: bytes, *, caption: str = "", name: str = "photo.jpg", album: str = "") -> Seen:
        """Send a picture; with ``album``, a number that all pictures sent together share, as one of an album."""
        path = f"people/{self.id}/photo"
        fields = {"caption": caption, "album": album}
        return await self._sent(await self._client.upload(path, name, content, "image/jpeg", **fields))

    async def document(
        self, content: bytes, *, name: str = "offer.pdf", mime_type: str = "application/pdf", caption: str = ""
    ) -> Seen:
        """Send a file."""
        path = f"people/{self.id}/document"
        return await self._sent(await self._client.upload(path, name, content, mime_type, caption=caption))

    async def voice(self, content: bytes = b"OggS", *, duration: int = 3) -> Seen:
        """Send a voice message."""
        path = f"people/{self.id}/voice"
        return await self._sent(await self._client.upload(path, "voice.ogg", content, "audio/ogg", duration=duration))

    async def location(self, latitude: float, longitude: float) -> Seen:
        """Share a place, degrees."""
        return await self._sent(await self._act("location", latitude=latitude, longitude=longitude))

    async def sticker(self, emoji: str = "👍") -> Seen:
        """Send a sticker."""
        return await self._sent(await self._act("sticker", emoji=emoji))

    async def edit(self, message_id: int, text: str) -> Seen:
        """Change a text of one's own."""
        return await self._sent(await self._act("edit", message_id=message_id, text=text))

    async def delete(self, *message_ids: int) -> None:
        """Delete messages on both sides."""
        await self._act("delete", message_ids=list(message_ids))

    async def press(self, label_or_data: str, *, on: Seen | None = None, inaccessible: bool = False) -> str:
        """Press an inline button.

        Args:
            label_or_data: the button's data, its label, or a part of its label.
            on: the message; by default the newest one that has such a button.
            inaccessible: the bot is told only the message's id, as Telegram may do with old ones.

        Returns:
            Id of the callback query, for ``wait_answer``.
        """
        for seen in [on] if on else reversed(await self.messages()):
            data = seen.data_of(label_or_data)
            if data is not None:
                self.mark = max(self.mark, max((m.change for m in await self.messages()), default=0))
                done = await self._act("press", message_id=seen.message_id, data=data, inaccessible=inaccessible)
                return str(done["query_id"])
        offered = [label for seen in await self.messages() for label in seen.labels]
        raise SandboxError(f"no button {label_or_data!r}; there are {offered}")

    async def wait_answer(self, query_id: str, timeout: float = 10) -> str:
        """Wait until the bot has answered a button press (the spinner stops); returns the text it showed, if any."""
        done = await self._client.get(f"presses/{query_id}", wait=timeout, timeout=timeout)
        if not done["answered"]:
            raise NoReply(f"the button press was not answered within {timeout:g} s")
        return str(done["text"])

    async def wait_reply(self, containing: str | None = None, timeout: float = 10) -> Seen:
        """The bot's next message (or edit) after the last thing this person did or the last reply waited for.

        Args:
            containing: words it must contain, any case; others are passed over.
            timeout: seconds.

        Raises:
            NoReply: it did not come.
        """
        seen = await _wait(self._client, self.id, containing, timeout, self.mark)
        self.mark = seen.change
        return seen

    async def messages(self, **query: Any) -> list[Seen]:
        """Messages of the private chat; see ``SandboxClient.messages``."""
        return await self._client.messages(self.id, **query)

    async def commands(self) -> list[dict[str, str]]:
        """The command menu this person sees."""
        found: list[dict[str, str]] = (await self._client.get(f"chats/{self.id}/commands"))["commands"]
        return found

    async def keyboard(self) -> dict[str, Any] | None:
        """The keyboard that replaces the person's own, if any."""
        found: dict[str, Any] | None = (await self._client.get(f"chats/{self.id}"))["reply_keyboard"]
        return found

    async def block(self) -> None:
        """Block the bot."""
        await self._act("block")

    async def unblock(self) -> None:
        """Take the block back."""
        await self._act("unblock")

    async def language(self, language_code: str | None) -> None:
        """Change the language of the Telegram app; the bot learns it with the next message."""
        await self._act("language", language_code=language_code)


class GroupClient:
    """A group the bot may be added to."""

    def __init__(self, client: SandboxClient, chat_id: int) -> None:
        self._client = client
        self.id = chat_id

    async def bot(self, status: str = "member", **rights: bool) -> None:
        """Add the bot (member, administrator with rights) or throw it out (left, kicked)."""
        await self._client.post(f"groups/{self.id}/bot", status=status, rights=rights or None)

    async def messages(self, **query: Any) -> list[Seen]:
        """Messages of the group; see ``SandboxClient.messages``."""
        return await self._client.messages(self.id, **query)

    async def wait_reply(self, containing: str | None = None, timeout: float = 10, since: int = 0) -> Seen:
        """A message of the bot in the group, changed since ``since``."""
        return await _wait(self._client, self.id, containing, timeout, since)


class StaffClient:
    """The staff's forum group: Maria, who made it, and whoever else is named."""

    def __init__(self, client: SandboxClient) -> None:
        self._client = client
        self._chat: int | None = None

    async def chat_id(self) -> int:
        """Id of the staff group."""
        if self._chat is None:
            self._chat = int((await self._client.state())["staff_chat_id"])
        return self._chat

    async def _member(self, name: str | None) -> int:
        chat = await self.view()
        people = (await self._client.get("people"))["people"]
        for person in people:
            if str(person["id"]) in chat["members"] and name in (None, person["first_name"]):
                return int(person["id"])
        raise SandboxError(f"nobody called {name} in the staff group")

    async def view(self) -> dict[str, Any]:
        """The group: topics, members, the bot's status and rights."""
        return await self._client.get(f"chats/{await self.chat_id()}")

    async def topics(self) -> list[dict[str, Any]]:
        """Topics, oldest first: message_thread_id, name, icon_color, closed."""
        found: list[dict[str, Any]] = (await self.view())["topics"]
        return found

    async def wait_topic(self, containing: str | None = None, timeout: float = 10) -> dict[str, Any]:
        """The newest topic, waited for, whose name contains these words."""
        deadline = time.monotonic() + timeout
        while True:
            for topic in reversed(await self.topics()):
                if containing is None or containing.casefold() in topic["name"].casefold():
                    return topic
            left = deadline - time.monotonic()
            if left <= 0:
                raise NoReply(f"no such topic within {timeout:g} s")
            newest = max((m.change for m in await self.messages()), default=0)
            await self.messages(since=newest, timeout=min(left, 2))

    async def say(self, topic: int | None, text: str, *, reply_to: int | None = None, by: str | None = None) -> Seen:
        """Write into a topic by its number (nothing: General), as the member called ``by`` (by default the first)."""
        member = await self._member(by)
        view = await self._client.post(
            f"people/{member}/say", chat_id=await self.chat_id(), topic=topic, text=text, reply_to=reply_to
        )
        return Seen.of(view)

    async def edit(self, message_id: int, text: str, *, by: str | None = None) -> Seen:
        """Change a text the member wrote."""
        member = await self._member(by)
        body = {"chat_id": await self.chat_id(), "message_id": message_id, "text": text}
        return Seen.of(await self._client.post(f"people/{member}/edit", **body))

    async def photo(self, topic: int | None, content: bytes, *, caption: str = "", by: str | None = None) -> Seen:
        """Send a picture into a topic."""
        member = await self._member(by)
        path = f"people/{member}/photo"
        fields = {"chat_id": await self.chat_id(), "topic": topic, "caption": caption}
        return Seen.of(await self._client.upload(path, "photo.jpg", content, "image/jpeg", **fields))

    async def press(self, label_or_data: str, *, on: Seen | None = None, by: str | None = None) -> str:
        """Press an inline button in the group; the newest message that has it, unless ``on`` names one."""
        member = await self._member(by)
        for seen in [on] if on else reversed(await self.messages()):
            data = seen.data_of(label_or_data)
            if data is not None:
                body = {"chat_id": await self.chat_id(), "message_id": seen.message_id, "data": data}
                return str((await self._client.post(f"people/{member}/press", **body))["query_id"])
        raise SandboxError(f"no button {label_or_data!r} in the staff group")

    async def topic(self, topic: int, action: str, *, name: str = "", by: str | None = None) -> None:
        """Close, reopen, rename (with ``name``) or delete a topic."""
        path = f"chats/{await self.chat_id()}/topics/{topic}/{action}"
        await self._client.post(path, person_id=await self._member(by), name=name)

    async def close(self, topic: int, *, by: str | None = None) -> None:
        """Close a topic; the bot gets the service message."""
        await self.topic(topic, "close", by=by)

    async def messages(self, **query: Any) -> list[Seen]:
        """Messages of the group; see ``SandboxClient.messages`` (``topic`` 0 is General)."""
        return await self._client.messages(await self.chat_id(), **query)

    async def wait_reply(
        self, containing: str | None = None, timeout: float = 10, *, topic: int | None = None, since: int = 0
    ) -> Seen:
        """A message of the bot in the group, new or edited since ``since``."""
        return await _wait(self._client, await self.chat_id(), containing, timeout, since, topic)

    async def bot(self, status: str = "administrator", **rights: bool) -> None:
        """Change the bot's place and rights, for example ``can_manage_topics=False``."""
        await self._client.post(f"groups/{await self.chat_id()}/bot", status=status, rights=rights or None)
