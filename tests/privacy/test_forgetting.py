"""After /forget nothing of a person is left anywhere, and whoever leaves out one deletion is caught.

The same search that finds nothing after a wipe must find the person before it, must find a control person afterwards,
and must find something again whenever one of the deletions is left out.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import pytest_asyncio

from bot.sandbox.client import PersonClient, SandboxClient
from tests.bot_process import ROOT, BotProcess, sandbox
from tests.privacy.finder import Finder, Traces
from tests.waiting import until

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("forgetting")]

PROGRAM = str(Path(__file__).with_name("forgetting_bot.py"))
SECONDS = 40

BREAKS = "breaks-the-turn"
#: What is said and a word of the answer; {0} and the like are words nobody else uses.
CONVERSATIONS = (
    ("/start", "Hello"),
    ("my boss {0} took my passport in Turkey", "passport"),
    ("/services", "112"),
    ("they do not pay me {0}", ""),
    ("Hiring {1}! 5000 USD monthly, passport kept by the boss, write @nobody_0000 today", ""),
    ("he is beating me {2}", "112"),
    ("/report", ""),
    ("who reads what I write about {2}", ""),
    ("I am afraid of {3}", ""),
    ("/check", "offer"),
)

#: What a wipe changes rows with -> where it is noticed if that is left out.
STATEMENTS = {
    "delete person_keys": "database",
    "update audit": "database",
    "delete outbox": "database",
    "delete cases": "database",
    "delete dialogues": "database",
    "delete sent_messages": "database",
    "delete people": "database",
    "update inbox": "database",
}
#: What else belongs to a wipe -> where it is noticed.
AFTERWARDS = {
    "clean the files": "files",
    "cut the journal": "files",
    "renew the copy of the keys": "keys copy",
    "destroy the one-off key": "one-off key",
    "deleteForumTopic": "topics",
    "deleteMessages": "chat",
    "forget in memory": "memory",
}


class Watched:
    """A bot with its state folder, a backup, and everything its tests look into."""

    def __init__(self, folder: Path, client: SandboxClient, process: BotProcess) -> None:
        self.folder, self.client, self.process = folder, client, process
        self.number = 0
        self.backups: list[Path] = []

    @property
    def finder(self) -> Finder:
        return Finder(self.process.home, self.backups, self.folder / "people.keys")

    def leave_out(self, what: str) -> None:
        (self.folder / "left_out").write_text(what)

    def statements(self) -> set[str]:
        return set((self.folder / "statements").read_text().split("\n")) - {""}

    def back_up(self) -> None:
        file = self.folder / f"backup{len(self.backups)}"
        environment = {"PRISTAN_HOME": str(self.process.home), "PRISTAN_KEYS_COPY": str(self.folder / "people.keys")}
        command = [sys.executable, "-m", "bot", "backup", str(file)]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        self.backups.append(file)

    async def memory(self, traces: Traces) -> list[str]:
        """What holds a word or the number of a person in the process's memory."""
        marks = {"ending": [traces.words[0][-4:-2], traces.words[0][-2:]], "number": str(traces.chat_id)}
        (self.folder / "marks").write_text(json.dumps(marks))
        result = self.folder / "memory"
        result.unlink(missing_ok=True)
        assert self.process.process is not None
        self.process.process.send_signal(signal.SIGUSR1)

        async def looked() -> str:
            return result.read_text() if result.exists() else ""

        found: list[str] = json.loads(await until(looked, "the bot did not look into its memory", 120))
        return found

    async def live(self, *, conversations: int, trouble: bool = True) -> tuple[PersonClient, Traces]:
        """Somebody who talks to the bot and to staff, and is remembered wherever it remembers.

        Args:
            conversations: how many of `CONVERSATIONS`; the first two leave a trace wherever the others do.
            trouble: one message cannot be worked on, so that it stays in the inbox.
        """
        self.number += 1
        words = [f"{animal}{self.number:03}q" for animal in ("marmot", "quokka", "tamarin", "axolotl", "pangolin")]
        person = await self.client.person(f"Zed{self.number}", language_code="en")
        for said, answer in CONVERSATIONS[:conversations]:
            await person.say(said.format(*words))
            await person.wait_reply(answer or None, timeout=SECONDS)
        await person.say("/human")
        await person.wait_reply("can join", timeout=SECONDS)
        await person.press("handoff:yes")
        await person.wait_reply("/services", timeout=SECONDS)
        await person.say(f"please {words[3]}")
        topic = (await self.client.staff.wait_reply(words[3], timeout=SECONDS)).topic
        await self.client.staff.say(topic, f"we hear you {words[4]}")
        await person.wait_reply(words[4], timeout=SECONDS)
        if trouble:
            await person.say(f"{words[2]} {BREAKS}")
            await person.wait_reply("went wrong", timeout=SECONDS)
        traces = Traces(person.id, words)
        await self.quiet()
        self.finder.take_traces(traces)
        return person, traces

    async def quiet(self) -> None:
        """Wait until no answer is on its way, so that what is stored does not change under the search."""

        async def still() -> bool:
            before = await self.client.calls()
            # The bot always waits for updates: that call began before the last that ended, and is not waited for.
            await self.client.calls(timeout=0.3, after=max((call["n"] for call in before), default=0))
            return before == await self.client.calls()

        await until(still, "the bot does not come to rest", SECONDS)

    async def forget(self, person: PersonClient) -> None:
        await person.say("/forget")
        await person.wait_reply("erase", timeout=SECONDS)
        await person.press("forget:yes")
        await person.wait_reply("Done.", timeout=SECONDS)

    async def find(self, traces: Traces) -> set[str]:
        """Every place in which something of a person is left; memory is looked through by `memory`."""
        found = self.finder.find(traces)
        chat = await self.client.staff.chat_id()
        shown = json.dumps([seen.message for seen in await self.client.messages(chat)], ensure_ascii=False)
        topics = json.dumps(await self.client.staff.topics(), ensure_ascii=False)
        if any(word in shown for word in traces.words) or (traces.case_id and traces.case_id in topics):
            found.add("topics")
        left = [seen.text for seen in await self.client.messages(traces.chat_id)]
        if left not in (["Done."], []):
            found.add("chat")
        if any(mark in self.process.log for mark in (*traces.words, str(traces.chat_id))):
            found.add("log")
        if self.finder.one_off_keys():
            found.add("one-off key")
        return found


def empty(*files: Path) -> None:
    for file in files:
        file.write_text("")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def watched(tmp_path_factory, trained_model):  # type: ignore[no-untyped-def]
    folder = tmp_path_factory.mktemp("forgetting")
    files = {f"TEST_{name.upper()}": folder / name for name in ("left_out", "statements", "marks", "memory")}
    empty(*files.values())
    environment = {name: str(file) for name, file in files.items()}
    environment["PRISTAN_KEYS_COPY"] = str(folder / "people.keys")
    async with sandbox() as (server, client):
        process = BotProcess(server, folder / "home", program=(PROGRAM,), environment=environment)
        await process.start()
        await process.wait_model()
        found = Watched(folder, client, process)
        found.back_up()  # makes the copy of the keys
        yield found
        assert await process.stop() == 0


async def test_after_ten_conversations_and_a_wipe_nothing_is_left_and_others_are_whole(watched: Watched) -> None:
    person, traces = await watched.live(conversations=10)
    stays, control = await watched.live(conversations=2)
    watched.back_up()
    everywhere = {"database", "files", "keys copy", "backup", "topics", "chat"}
    assert await watched.find(traces) == everywhere
    assert await watched.find(control) == everywhere
    await watched.forget(person)
    await watched.quiet()
    assert await watched.find(traces) == set()
    in_memory = await watched.memory(traces)
    assert not in_memory, "\n".join(in_memory)
    assert await watched.find(control) == everywhere
    kept = watched.finder.kept(control.chat_id)
    assert kept["people"] and kept["cases"] and kept["dialogues"] and kept["person_keys"]
    await stays.say(f"still here {control.words[3]}")  # the talk with staff goes on, both ways
    seen = await watched.client.staff.wait_reply(f"still here {control.words[3]}", timeout=SECONDS)
    await watched.client.staff.say(seen.topic, "so are we")
    await stays.wait_reply("so are we", timeout=SECONDS)
    # Every statement of a wipe is tried below; a new one must be added there.
    assert watched.statements() == {*STATEMENTS, "update counters"}


#: Left out in every test run; the others take minutes together and belong to ``make soak``.
ALWAYS = next(iter(STATEMENTS))


@pytest.mark.parametrize(
    "left_out",
    [pytest.param(name, marks=() if name == ALWAYS else pytest.mark.soak) for name in (*STATEMENTS, *AFTERWARDS)],
)
async def test_a_deletion_that_is_left_out_is_noticed(watched: Watched, left_out: str) -> None:
    if left_out == "forget in memory":
        watched.leave_out(left_out)
    person, traces = await watched.live(conversations=2, trouble=left_out == "update inbox")
    if left_out == "renew the copy of the keys":
        watched.back_up()  # so that their key is in the copy
    watched.leave_out(left_out)
    await watched.forget(person)
    await watched.quiet()
    watched.leave_out("")
    where = {**STATEMENTS, **AFTERWARDS}[left_out]
    assert where in await watched.find(traces) or (where == "memory" and await watched.memory(traces))
