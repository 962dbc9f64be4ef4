"""People write while everything fails at random; then all is healed, and each answer is looked for. Not a test."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import os
import random
import resource
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from bot.sandbox.client import PersonClient, SandboxClient
from bot.sandbox.server import SandboxServer
from tests import waiting
from tests.bot_process import BotProcess

PROGRAM = (str(Path(__file__).with_name("storm_bot.py")),)
#: What people send -> words of the one answer to it.
ASKED = {"/check": "Send me the offer", "/language": "Choose a language", "/report": "30 days"}
ALARM, NUMBER = "he is beating me help", "112"
#: Wide enough that nobody here is asked to wait.
WIDE = {"PRISTAN_LIMIT_MESSAGES": "900000/minute, 900000/hour"}
#: In an alarm's way lies nothing that its answer cannot pass: the server's own failures hit other chats.
_API = ("429", "500", "502", "drop_before", "drop_after", "slow")
#: So long nothing comes any more before what is missing counts as lost.
HEALED_SECONDS = 120


@dataclass
class Figures:
    """What came out.

    Args:
        sent: what people and staff sent, by what it was.
        lost: answers that never came.
        missing: the same by the words that were looked for.
        doubled: answers that came more often than they were asked for.
        alarms_doubled: the same of numbers: given while nothing could be written, forgotten by a kill, given anew.
        doubtful: sends whose outcome was unknown, as the bot counted them.
        alarms: seconds from cry to number, while the bot ran.
        hindered: the same where the bot was dead or the server did not give it the message.
        faults: what was done to it.
        settled: seconds from the end of the faults to the last answer.
    """

    sent: Counter[str] = field(default_factory=Counter)
    lost: int = 0
    missing: Counter[str] = field(default_factory=Counter)
    doubled: int = 0
    alarms_doubled: int = 0
    doubtful: int = 0
    alarms: list[float] = field(default_factory=list)
    hindered: list[float] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    settled: float = 0.0

    def __str__(self) -> str:
        slowest = max(self.alarms, default=0.0)
        middle = sorted(self.alarms)[len(self.alarms) // 2] if self.alarms else 0.0
        return (
            f"{sum(self.sent.values())} messages ({dict(self.sent)}); faults {dict(self.faults)}; "
            f"lost {self.lost} {dict(self.missing) or ''}, the last answer {self.settled:.0f} s after the last fault, "
            f"doubled {self.doubled} of {self.doubtful} doubtful, {self.alarms_doubled} numbers "
            f"given again; {len(self.alarms)} alarms answered in "
            f"{middle:.2f} s (median), {slowest:.2f} s (slowest); {len(self.hindered)} while the bot was dead or "
            f"the server failed, slowest {max(self.hindered, default=0.0):.1f} s"
        )


class Storm:
    """One run.

    Args:
        server: the Bot API server.
        client: plays people.
        bot: the process.
        people: how many write.
        chance: decides everything.
        kinds: names of the faults that may happen, of the methods below.
    """

    def __init__(
        self,
        server: SandboxServer,
        client: SandboxClient,
        bot: BotProcess,
        people: int,
        chance: random.Random,
        kinds: tuple[str, ...],
    ) -> None:
        self.server, self.client, self.bot = server, client, bot
        self._number = people
        self._chance = chance
        self._kinds = kinds
        self.figures = Figures()
        self._people: list[PersonClient] = []
        self._wanted: Counter[tuple[int, str]] = Counter()
        self._hindered_until = 0.0
        self._watching: set[asyncio.Task[None]] = set()
        self._fault: asyncio.Task[None] | None = None

    async def play(self, turns: int, pause: float = 0.02) -> Figures:
        """Let people write so often, then heal everything and count."""
        for number in range(self._number):
            self._people.append(await self.client.person(f"P{number}", language_code="en"))
        await warm(self.client)
        storm = asyncio.create_task(self._storm())
        try:
            for _ in range(turns):
                await self._turn()
                await asyncio.sleep(pause)
        finally:
            storm.cancel()
            await asyncio.gather(storm, return_exceptions=True)
        if self._fault is not None:
            await self._fault
        await self.client.clear_faults()
        await self._settle()
        await asyncio.gather(*self._watching)
        self._count()
        return self.figures

    async def _settle(self) -> None:
        """Wait for the answers that are due, as long as they keep coming; what never came is counted afterwards."""
        healed = time.monotonic()
        due = self._due()
        while due:
            before = due
            with contextlib.suppress(AssertionError):
                due = await waiting.until(functools.partial(self._fewer_due, before), "nothing comes", HEALED_SECONDS)
            if due == before:
                break
            due = self._due()
        self.figures.settled = time.monotonic() - healed

    # People

    async def _turn(self) -> None:
        place = self._chance.randrange(len(self._people))
        person = self._people[place]
        if place % 4 == 0:  # these chats meet no failure of the server
            already = self._seen(person.id, NUMBER)
            if already < self._wanted[person.id, NUMBER]:
                return  # the last cry is not answered yet
            await self._say(person, ALARM, NUMBER, "alarm")
            task = asyncio.create_task(self._watch(person.id, already))
            self._watching.add(task)
            task.add_done_callback(self._watching.discard)
            return
        said = self._chance.choice(sorted(ASKED))
        await self._say(person, said, ASKED[said], "question")

    async def _say(self, person: PersonClient, text: str, answer: str, kind: str) -> None:
        self._wanted[person.id, answer] += 1
        self.figures.sent[kind] += 1
        await person.say(text)

    async def _watch(self, chat: int, already: int) -> None:
        began = time.monotonic()
        hindered = began < self._hindered_until
        while self._seen(chat, NUMBER) <= already and time.monotonic() - began < HEALED_SECONDS:
            hindered = hindered or time.monotonic() < self._hindered_until
            await asyncio.sleep(0.01)
        (self.figures.hindered if hindered else self.figures.alarms).append(time.monotonic() - began)

    def _seen(self, chat: int, words: str) -> int:
        messages = self.server.world.chats[chat].messages.values() if chat in self.server.world.chats else ()
        return sum(message.from_bot and words in message.text for message in messages)

    def _due(self) -> int:
        return sum(max(0, number - self._seen(chat, words)) for (chat, words), number in self._wanted.items())

    async def _fewer_due(self, before: int) -> int | None:
        await asyncio.sleep(0.2)
        due = self._due()
        return (due or -1) if due < before else None

    def _count(self) -> None:
        for (chat, words), number in self._wanted.items():
            seen = self._seen(chat, words)
            self.figures.lost += max(0, number - seen)
            if seen < number:
                self.figures.missing[words] += number - seen
            if words == NUMBER:
                self.figures.alarms_doubled += max(0, seen - number)
            else:
                self.figures.doubled += max(0, seen - number)
        file = self.bot.home / "pristan.sqlite"
        with contextlib.closing(sqlite3.connect(file, timeout=30)) as database:
            row = database.execute("SELECT value FROM counters WHERE name = 'outbox.doubtful'").fetchone()
            self.figures.doubtful = row[0] if row else 0

    # What fails

    async def _storm(self) -> None:
        while True:
            await asyncio.sleep(self._chance.random())
            kind = self._chance.choice(self._kinds)
            happens: Callable[[], Awaitable[None]] = getattr(self, kind)
            self.figures.faults[kind] += 1
            # Not cut in the middle: what was broken must be mended.
            self._fault = asyncio.ensure_future(happens())  # type: ignore[arg-type]
            await asyncio.shield(self._fault)

    async def _while(self, seconds: float) -> None:
        await asyncio.sleep(seconds * (0.5 + self._chance.random()))

    async def api(self) -> None:
        """The server fails, or the line drops before or after the effect, for one chat."""
        place = self._chance.randrange(len(self._people))
        if place % 4:
            kind = self._chance.choice(_API)
            await self.client.fault("sendMessage", kind, times=1, seconds=1, chat_id=self._people[place].id)

    async def polling(self) -> None:
        """Asking for updates fails."""
        self._hindered_until = time.monotonic() + 8
        await self.client.fault("getUpdates", self._chance.choice(("500", "502", "drop_before", "slow")), seconds=1)
        await self._while(2)

    async def repeated(self) -> None:
        """The server gives an update once more."""
        queue = self.server.world.updates._queue
        if queue:
            queue.append(queue[-1])

    async def malformed(self) -> None:
        """The server gives updates nobody can read."""
        for broken in ({"message_id": 1}, {"message_id": "x", "date": "y", "chat": []}, "text", None):
            self.server.world.updates.add("message", broken)  # type: ignore[arg-type]

    async def locked(self) -> None:
        """Another program holds the database."""
        file = self.bot.home / "pristan.sqlite"

        def take() -> sqlite3.Connection:
            other = sqlite3.connect(file, isolation_level=None, timeout=30, check_same_thread=False)
            with contextlib.suppress(sqlite3.OperationalError):
                other.execute("BEGIN IMMEDIATE")
            return other

        other = await asyncio.to_thread(take)
        await self._while(2)
        other.close()

    async def full(self) -> None:
        """Not one byte more can be written."""
        pid = self._pid()
        hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)[1]
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, hard))
        await self._while(2)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))

    async def read_only(self) -> None:
        """The database can only be read."""
        os.kill(self._pid(), signal.SIGUSR2)
        await self._while(2)
        os.kill(self._pid(), signal.SIGUSR2)

    async def clock(self) -> None:
        """The clock jumps, and is set right again."""
        file = self.bot.home / "clock"
        for seconds in (self._chance.choice((-90_000, -3_600, 3_600, 20_000)), 0):
            file.write_text(str(seconds))
            os.kill(self._pid(), signal.SIGUSR1)
            await self._while(2)

    async def killed(self) -> None:
        """The process ends as by a power cut, and is started again."""
        self._hindered_until = time.monotonic() + 120
        await self.bot.kill()
        self.bot = await BotProcess(
            self.server, self.bot.home, program=PROGRAM, environment=environment(self.bot.home)
        ).start()
        await warm(self.client)
        self._hindered_until = time.monotonic() + 2

    def _pid(self) -> int:
        assert self.bot.process is not None
        return self.bot.process.pid


async def warm(client: SandboxClient) -> None:
    """Have a bot that has just started read everything it reads once: that takes it seconds on a busy machine."""
    person = await client.person("Early", language_code="en")
    for cry in (ALARM, "меня бьют помогите", "бият ме помощ", "老板打我救命"):
        await person.say(cry)
        await person.wait_reply(NUMBER, timeout=120)


def environment(home: Path) -> dict[str, str]:
    """Of a bot that can be shaken."""
    return {**WIDE, "STORM_CLOCK": str(home / "clock")}
