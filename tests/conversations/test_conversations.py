"""Conversations as files that read like a chat: ``<language>/*.yml``, played against a real bot process.

person: what the person writes · forward: what they forward · photo: a screenshot of a text · press: the button
they press (label or data) · location: [latitude, longitude] · bot: what the bot's next message must contain (a list:
all of it) · bot_not: what it must not contain · staff_sees / staff: in the case's topic · staff_not: what stands
nowhere there · silent: nothing comes back · empty: the chat has been cleared (a number of messages may stay) ·
away: the person comes back after so many hours.
"""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import yaml

from bot.sandbox.client import NoReply, PersonClient, SandboxClient, SandboxError
from bot.store.keys import Keyring, load_master_key
from tests.bot_process import BotProcess, sandbox
from tests.telegram.chats import picture_of
from tests.waiting import until

SCRIPTS = {
    path: yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(Path(__file__).parent.glob("*/*.yml"))
}
#: A turn takes far less; the machine that runs the tests may be busy.
SECONDS = 30


PROGRAM = (str(Path(__file__).with_name("unpaced_bot.py")),)
#: How many people write at once.
AT_ONCE = 4


pytestmark = pytest.mark.asyncio(loop_scope="module")


class Stage:
    """A bot and the scripts that are played with it: several at once, but one after another those the staff are in.

    Args:
        client: the sandbox.
        home: the bot's state folder.
    """

    def __init__(self, client: SandboxClient, home: Path) -> None:
        self._client = client
        self._home = home
        self._free = asyncio.Semaphore(AT_ONCE)
        self._staff = asyncio.Lock()
        self._plays: dict[Path, asyncio.Task[None]] = {}

    async def played(self, path: Path, of: list[Path]) -> None:
        """Wait until a script has been played.

        Args:
            path: the script.
            of: all of the run; what has not begun yet begins.

        Raises:
            AssertionError: the bot did not follow it.
        """
        for one in of:
            if one not in self._plays:
                self._plays[one] = asyncio.create_task(self._play(one))
        await self._plays[path]

    async def end(self) -> None:
        """End what nobody waits for any more."""
        for play in self._plays.values():
            play.cancel()
        await asyncio.gather(*self._plays.values(), return_exceptions=True)

    async def _play(self, path: Path) -> None:
        staff = any(action.startswith("staff") for step in SCRIPTS[path]["conversation"] for action in step)
        async with self._staff if staff else self._free:
            await self._play_alone(path)

    async def _play_alone(self, path: Path) -> None:
        script = SCRIPTS[path]
        person = await self._client.person(script["name"], language_code=script["telegram_language"])
        player = Player(self._client, person, self._home)
        for number, step in enumerate(script["conversation"], start=1):
            try:
                await player.play(step)
            except (AssertionError, NoReply) as error:
                shown = [f"{'bot' if m.from_bot else 'person'}: {m.text[:200]}" for m in await person.messages()]
                raise AssertionError(f"{path.name}, step {number} {step}: {error}\n" + "\n".join(shown[-6:])) from error


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory, trained_model):  # type: ignore[no-untyped-def]
    async with sandbox() as (server, client):
        home = tmp_path_factory.mktemp("conversations") / "home"
        process = BotProcess(server, home, program=PROGRAM, environment={"PRISTAN_STAFF_HOURS": "24/7"})
        await process.start()
        await process.wait_model()
        stage = Stage(client, home)
        yield stage
        await stage.end()
        assert await process.stop() == 0


class Player:
    """Plays one script."""

    def __init__(self, client: SandboxClient, person: PersonClient, home: Path) -> None:
        self.client = client
        self.person = person
        self.home = home
        self.topic: int | None = None

    async def play(self, step: dict[str, Any]) -> None:
        for action, value in sorted(step.items(), key=lambda item: item[0] == "bot_not"):
            if action == "bot_not" and "bot" not in step:
                self.last = await self.person.wait_reply(timeout=SECONDS)
            await getattr(self, f"do_{action}")(value)

    async def do_person(self, text: str) -> None:
        await self.person.say(text)

    async def do_forward(self, text: str) -> None:
        await self.person.forward(text)

    async def do_photo(self, text: str) -> None:
        await self.person.photo(picture_of(text))

    async def do_away(self, hours: int) -> None:
        """The bot reads the time of the last turn from its database; nothing else there tells the time of a talk."""
        moment = datetime.now(timezone.utc) - timedelta(hours=hours)
        ref = Keyring(load_master_key(self.home / "secret.key", may_create=False)).person_ref(self.person.id)
        with sqlite3.connect(self.home / "pristan.sqlite", timeout=SECONDS) as database:
            values = (moment.strftime("%Y-%m-%d %H:%M:%S.%f"), ref)
            assert database.execute("UPDATE people SET last_seen = ? WHERE ref = ?", values).rowcount == 1

    async def do_press(self, button: str) -> None:
        async def pressed() -> bool:
            try:
                await self.person.press(button)
            except SandboxError:  # its message is still on its way
                return False
            return True

        await until(pressed, f"there is no button «{button}»", SECONDS)

    async def do_location(self, place: list[float]) -> None:
        await self.person.location(place[0], place[1])

    async def do_bot(self, words: str | list[str]) -> None:
        wanted = [words] if isinstance(words, str) else words
        clock = asyncio.get_running_loop().time
        end = clock() + SECONDS
        # The second message of an answer before this one may hold the first word too.
        while True:
            seen = await self.person.wait_reply(wanted[0], timeout=max(1, end - clock()))
            missing = [word for word in wanted if word.lower() not in seen.text.lower()]
            if not missing:
                break
            assert clock() < end, f"«{missing[0]}» is missing in:\n{seen.text}"
        self.last = seen

    async def do_bot_not(self, words: str | list[str]) -> None:
        for word in [words] if isinstance(words, str) else words:
            assert word.lower() not in self.last.text.lower(), f"«{word}» stands in:\n{self.last.text}"

    async def do_staff_sees(self, words: str) -> None:
        seen = await self.client.staff.wait_reply(words, timeout=SECONDS)
        self.topic = seen.topic

    async def do_staff_not(self, words: str | list[str]) -> None:
        shown = "\n".join(seen.text for seen in await self.client.staff.messages(topic=self.topic))
        for word in [words] if isinstance(words, str) else words:
            assert word.lower() not in shown.lower(), f"staff read «{word}»"

    async def do_staff(self, text: str) -> None:
        assert self.topic is not None, "staff has seen nothing yet"
        await self.client.staff.say(self.topic, text)

    async def do_silent(self, _: bool) -> None:
        """What was said has reached its goal already (staff saw it), so an answer of the bot would be under way."""
        with pytest.raises(NoReply):
            await self.person.wait_reply(timeout=1)

    async def do_empty(self, left: int) -> None:
        async def emptied() -> bool:
            return len(await self.person.messages()) <= left

        await until(emptied, "the chat still shows messages", SECONDS)


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, id=f"{path.parent.name}-{path.stem}", marks=pytest.mark.xdist_group(group))
        for path in SCRIPTS
        for group in ["conversations " + ("in Cyrillic" if path.parent.name in ("bg", "ru") else "in other scripts")]
    ],
)
async def test_conversation(stage: Stage, path: Path, request: pytest.FixtureRequest) -> None:
    own = request.node.get_closest_marker("xdist_group").args
    together = [
        item.callspec.params["path"]  # type: ignore[attr-defined]
        for item in request.session.items
        if item.path == request.node.path and item.get_closest_marker("xdist_group").args == own  # type: ignore[union-attr]
    ]
    await stage.played(path, together)
