"""Limits of one sender: wide, told once, quiet for a while, then open again."""

from __future__ import annotations

import pytest

from bot.safety.limits import FIRST_PAUSE, LONGEST_PAUSE, PEOPLE, Kind, Limits, Rate, SenderLimits, Verdict

MESSAGE = frozenset((Kind.MESSAGES,))
FILE = frozenset((Kind.MESSAGES, Kind.FILES))


class Time:
    """Seconds that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def limits(time: Time) -> SenderLimits:
    return SenderLimits(Limits(messages=Rate(10, 30), offers=Rate(2, 4), files=Rate(3, 6)), time)


def read(limits: SenderLimits, ref: str = "ann", kinds: frozenset[Kind] = MESSAGE, **named: bool) -> Verdict:
    return limits.judge(ref, kinds, **named)[0]


def test_a_flood_is_told_once_then_ignored_then_read_again(limits: SenderLimits, time: Time) -> None:
    assert [read(limits) for _ in range(13)] == [Verdict.READ] * 10 + [Verdict.TELL] + [Verdict.IGNORE] * 2
    assert read(limits, "mei") is Verdict.READ, "nobody else is meant"
    time.now += FIRST_PAUSE
    assert read(limits) is Verdict.READ


def test_the_pause_is_told_in_minutes_and_doubles(limits: SenderLimits, time: Time) -> None:
    told = []
    for _ in range(8):
        while True:
            verdict, _, minutes = limits.judge("ann", MESSAGE)
            if verdict is Verdict.TELL:
                break
            assert verdict is Verdict.READ
        told.append(minutes)
        assert limits.judge("ann", MESSAGE)[0] is Verdict.IGNORE
        time.now += minutes * 60
    assert told[:3] == [2, 4, 8]
    assert max(told) * 60 == LONGEST_PAUSE
    time.now += 3 * 3600
    assert [read(limits) for _ in range(10)] == [Verdict.READ] * 10, "a day later all is forgotten"


def test_ignored_messages_do_not_lengthen_the_pause(limits: SenderLimits, time: Time) -> None:
    for _ in range(11):
        read(limits)
    for _ in range(500):
        assert read(limits) is Verdict.IGNORE
    time.now += FIRST_PAUSE
    assert read(limits) is Verdict.READ


def test_steady_writing_at_the_limit_is_not_stopped_by_the_border_of_a_minute(limits: SenderLimits, time: Time) -> None:
    """Nine in the last seconds of a minute and nine in the next are eighteen within a minute."""
    time.now = 1019.0
    for _ in range(9):
        assert read(limits) is Verdict.READ
    time.now = 1021.0
    assert [read(limits) for _ in range(4)][-1] is not Verdict.READ


def test_pictures_stop_and_words_go_on(limits: SenderLimits) -> None:
    assert [read(limits, kinds=FILE) for _ in range(4)][-1] is Verdict.TELL
    assert read(limits, kinds=FILE) is Verdict.IGNORE
    assert read(limits) is Verdict.READ


def test_a_talk_with_staff_is_wider(limits: SenderLimits) -> None:
    assert [read(limits, in_talk=True) for _ in range(30)] == [Verdict.READ] * 30


def test_looking_counts_nothing(limits: SenderLimits) -> None:
    assert not limits.would_pause("ann", MESSAGE)
    for _ in range(10):
        assert not limits.would_pause("ann", MESSAGE)
        read(limits)
    assert limits.would_pause("ann", MESSAGE)
    assert read(limits) is Verdict.TELL


def test_numbers_of_what_was_not_read_are_kept_until_they_are_remembered(limits: SenderLimits) -> None:
    for number in range(2000):
        limits.ignore("ann", number)
    kept = limits.ignored("ann")
    assert kept == tuple(range(1000)), "bounded"
    limits.ignore("mei", 7)
    limits.remembered("ann", kept[:999])
    assert (limits.ignored("ann"), limits.ignored("mei")) == ((999,), (7,))


def test_memory_is_bounded(limits: SenderLimits) -> None:
    for number in range(PEOPLE + 500):
        read(limits, str(number))
    assert len(limits._senders) == PEOPLE


@pytest.mark.parametrize("written", ["40", "40/minute", "0/minute, 5/hour", "9/minute, 3/hour", "x/minute, y/hour"])
def test_a_rate_that_is_none(written: str) -> None:
    with pytest.raises(ValueError, match="40/minute, 400/hour"):
        Rate.parse(written)


def test_a_rate() -> None:
    assert Rate.parse(" 5/minute, 50/hour ") == Rate(5, 50)
