"""How much one person may send before they are asked, once and kindly, to wait.

A flood costs everybody else time. Somebody who is afraid may write fast, too, and forward a whole chat: so the limits
are wide, hiding and erasing and emergencies never fall under them (the caller sees to that), and who is over a limit is
told when they are read again. Counted in memory only, by a person's reference; nothing of it is stored.
"""

from __future__ import annotations

import math
import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from time import monotonic

#: First pause, seconds; each further one within the hour is twice as long, up to the longest.
FIRST_PAUSE, LONGEST_PAUSE = 120.0, 1800.0
#: A talk with staff is people writing to people: limits are so many times wider there.
TALK_FACTOR = 4
#: People counted at once. Whoever is forgotten first wrote least recently.
PEOPLE = 20_000
#: Longest list of ignored messages kept for a person, numbers only, so that hiding the chat reaches them.
IGNORED = 1_000

_MINUTE, _HOUR = 60.0, 3600.0
_RATE = re.compile(r"(\d{1,6}) ?/ ?minute ?, ?(\d{1,6}) ?/ ?hour")


@dataclass(frozen=True)
class Rate:
    """How many of one kind.

    Args:
        minute: at most so many within a minute.
        hour: and within an hour.
    """

    minute: int
    hour: int

    @classmethod
    def parse(cls, written: str) -> Rate:
        """Read ``40/minute, 400/hour``.

        Raises:
            ValueError: it is written otherwise; says how to write it.
        """
        found = _RATE.fullmatch(written.strip())
        if found is None or not 1 <= int(found[1]) <= int(found[2]):
            raise ValueError("must be two numbers, the second not smaller, written like 40/minute, 400/hour.")
        return cls(int(found[1]), int(found[2]))


@dataclass(frozen=True)
class Limits:
    """The limits of one person.

    Args:
        messages: everything they send.
        offers: of these, forwarded or long texts, which are read more closely.
        files: of these, pictures and documents.
    """

    messages: Rate = Rate(40, 400)
    offers: Rate = Rate(20, 150)
    files: Rate = Rate(15, 60)

    def of(self, kind: Kind) -> Rate:
        """The rate of a kind; pressed buttons are counted apart, so that they go on working while texts must wait."""
        rates = {Kind.OFFERS: self.offers, Kind.FILES: self.files}
        return rates.get(kind, self.messages)


class Kind(Enum):
    """What is counted."""

    MESSAGES = "messages"
    OFFERS = "offers"
    FILES = "files"
    PRESSES = "presses"


class Verdict(Enum):
    """What becomes of a message."""

    READ = "read"
    #: Not read; the person is told, this once.
    TELL = "tell"
    #: Not read, nothing is said.
    IGNORE = "ignore"


@dataclass
class _Count:
    """Sliding windows by two fixed ones: the last one counts by the share of it that still lies in the window."""

    windows: dict[float, tuple[int, int, int]] = field(default_factory=dict)

    def number(self, seconds: float, now: float) -> float:
        index, last, this = self._at(seconds, now)
        return this + last * (1 - (now / seconds - index))

    def add(self, now: float) -> None:
        for seconds in (_MINUTE, _HOUR):
            index, last, this = self._at(seconds, now)
            self.windows[seconds] = (index, last, this + 1)

    def _at(self, seconds: float, now: float) -> tuple[int, int, int]:
        current = math.floor(now / seconds)
        index, last, this = self.windows.get(seconds, (current, 0, 0))
        if index == current:
            return index, last, this
        return current, this if index == current - 1 else 0, 0


@dataclass
class _Sender:
    counts: dict[Kind, _Count] = field(default_factory=dict)
    paused_until: dict[Kind, float] = field(default_factory=dict)
    pauses: int = 0
    last_pause: float = -math.inf
    ignored: list[int] = field(default_factory=list)


class SenderLimits:
    """Counts what people send.

    Args:
        limits: of one person.
        clock: seconds that never go backwards.
    """

    def __init__(self, limits: Limits, clock: Callable[[], float] = monotonic) -> None:
        self._limits = limits
        self._clock = clock
        self._senders: OrderedDict[str, _Sender] = OrderedDict()

    def would_pause(self, ref: str, kinds: frozenset[Kind]) -> bool:
        """Whether `judge` would not read the next message of these kinds; counts nothing."""
        sender = self._senders.get(ref)
        now = self._clock()
        return sender is not None and any(
            now < sender.paused_until.get(kind, -math.inf) or self._is_over(sender, kind, now, 1) for kind in kinds
        )

    def judge(self, ref: str, kinds: frozenset[Kind], *, in_talk: bool = False) -> tuple[Verdict, Kind, int]:
        """What becomes of a message; counts it if it is read.

        Args:
            ref: the person's reference.
            kinds: what it counts as.
            in_talk: whether the person talks with staff.

        Returns:
            the verdict; the kind whose limit was reached; whole minutes until they are read again.
        """
        sender = self._senders.setdefault(ref, _Sender())
        self._senders.move_to_end(ref)
        while len(self._senders) > PEOPLE:
            self._senders.popitem(last=False)
        now = self._clock()
        factor = TALK_FACTOR if in_talk else 1
        for kind in Kind:
            if kind in kinds and now < sender.paused_until.get(kind, -math.inf):
                return Verdict.IGNORE, kind, self._minutes(sender.paused_until[kind] - now)
        for kind in Kind:
            if kind in kinds and self._is_over(sender, kind, now, factor):
                seconds = self._pause(sender, kind, now)
                return Verdict.TELL, kind, self._minutes(seconds)
        for kind in kinds:
            sender.counts.setdefault(kind, _Count()).add(now)
        return Verdict.READ, Kind.MESSAGES, 0

    def ignore(self, ref: str, message_id: int) -> None:
        """Note the number of a message that was not read."""
        sender = self._senders.setdefault(ref, _Sender())
        if len(sender.ignored) < IGNORED:
            sender.ignored.append(message_id)

    def ignored(self, ref: str) -> tuple[int, ...]:
        """Numbers of messages of a person that were not read and not remembered yet."""
        sender = self._senders.get(ref)
        return tuple(sender.ignored) if sender is not None else ()

    def remembered(self, ref: str, numbers: tuple[int, ...]) -> None:
        """These are remembered elsewhere now."""
        sender = self._senders.get(ref)
        if sender is not None:
            done = set(numbers)
            sender.ignored = [number for number in sender.ignored if number not in done]

    def _is_over(self, sender: _Sender, kind: Kind, now: float, factor: int) -> bool:
        count = sender.counts.get(kind)
        if count is None:
            return False
        rate = self._limits.of(kind)
        return count.number(_MINUTE, now) >= rate.minute * factor or count.number(_HOUR, now) >= rate.hour * factor

    def _pause(self, sender: _Sender, kind: Kind, now: float) -> float:
        if now - sender.last_pause > _HOUR:
            sender.pauses = 0
        seconds = min(LONGEST_PAUSE, FIRST_PAUSE * 2**sender.pauses)
        sender.pauses += 1
        sender.last_pause = now
        sender.paused_until[kind] = now + seconds
        return seconds

    @staticmethod
    def _minutes(seconds: float) -> int:
        return max(1, math.ceil(seconds / 60))
