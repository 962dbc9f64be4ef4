"""Opening hours as the directory writes them, in the syntax of OpenStreetMap: is a service open at a moment?

The part of the syntax that services need: ``24/7``, days and ranges of days, several times a day, times past midnight,
several rules (a later one replaces an earlier one for its days), ``off``
(https://wiki.openstreetmap.org/wiki/Key:opening_hours). What holds on public holidays (``PH off``) is passed over:
which days those are is not known here, and the answer says that hours are those of ordinary days. Weeks of the year
and sunset are not read: hours that hold them are unknown, and unknown hours are never open.
"""

from __future__ import annotations

import datetime
import re
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale

_DAYS = ("mo", "tu", "we", "th", "fr", "sa", "su")
_DAY = r"(?:mo|tu|we|th|fr|sa|su)[a-z]{0,7}"
_DAYS_PART = re.compile(rf"{_DAY}(?:\s*-\s*{_DAY})?(?:\s*,\s*{_DAY}(?:\s*-\s*{_DAY})?)*", re.IGNORECASE)
_HOLIDAYS = re.compile(r"(?:PH|SH)\b(?!\s*-)", re.IGNORECASE)
_TIME = re.compile(r"(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})")
_MINUTES_A_DAY = 24 * 60

#: Open spans of each day of the week, Monday first, in minutes from its midnight; an end may lie in the next day.
Week = tuple[tuple[tuple[int, int], ...], ...]


class HoursError(ValueError):
    """Hours that cannot be read; the message quotes the part and says what is expected."""


def _day_numbers(part: str) -> list[int]:
    numbers: list[int] = []
    for piece in part.lower().split(","):
        first, _, last = (side.strip()[:2] for side in piece.partition("-"))
        start = _DAYS.index(first)
        end = _DAYS.index(last) if last else start
        numbers.extend((start + step) % 7 for step in range((end - start) % 7 + 1))
    return numbers


def _spans(part: str, rule: str) -> tuple[tuple[int, int], ...]:
    if part.lower() in ("off", "closed"):
        return ()
    if part in ("", "24/7"):
        return ((0, _MINUTES_A_DAY),)
    spans = []
    for piece in part.split(","):
        match = _TIME.fullmatch(piece.strip())
        if match is None:
            raise HoursError(f"«{rule}» is not read; write for example Mo-Fr 09:00-12:30,13:30-17:00; Sa off")
        hour, minute, last_hour, last_minute = map(int, match.groups())
        start, end = hour * 60 + minute, last_hour * 60 + last_minute
        if hour > 24 or last_hour > 48 or minute > 59 or last_minute > 59:
            raise HoursError(f"«{piece.strip()}» is no time of day")
        spans.append((start, end if end > start else end + _MINUTES_A_DAY))
    return tuple(spans)


@lru_cache(maxsize=512)
def parse_hours(written: str) -> Week:
    """Opening hours as spans by day of the week.

    Args:
        written: such as ``24/7`` or ``Mo-Fr 09:00-17:00; Sa 10:00-14:00``.

    Raises:
        HoursError: the hours cannot be read; says which part.
    """
    week: list[tuple[tuple[int, int], ...]] = [()] * 7
    rules = [rule.strip() for rule in written.split(";") if rule.strip() and not _HOLIDAYS.match(rule.strip())]
    if not rules:
        raise HoursError("hours are empty; null means unknown")
    for rule in rules:
        days = _DAYS_PART.match(rule)
        spans = _spans(rule[days.end() :].strip() if days else rule, rule)
        for day in _day_numbers(days.group()) if days else range(7):
            week[day] = spans
    return tuple(week)


def is_open(written: str | None, timezone: str, at: datetime.datetime) -> bool | None:
    """Whether a service is open at a moment, in its own time zone; None where nobody knows.

    Args:
        written: opening hours, or None.
        timezone: of the service, IANA name.
        at: the moment, with a time zone.
    """
    if written is None:
        return None
    try:
        week = parse_hours(written)
    except HoursError:
        return None
    local = at.astimezone(ZoneInfo(timezone))
    minute = local.hour * 60 + local.minute
    today, yesterday = week[local.weekday()], week[local.weekday() - 1]
    return any(start <= minute < end for start, end in today) or any(
        minute < end - _MINUTES_A_DAY for _, end in yesterday
    )


def _clock(minute: int) -> str:
    hour, rest = divmod(minute, 60)
    return f"{hour if hour <= 24 else hour - 24:02}:{rest:02}"


def say_hours(written: str, language: str) -> str:
    """Opening hours as people of a language read them: ``пн–пт 09:00–17:00``; as written where they cannot be read."""
    try:
        week = parse_hours(written)
    except HoursError:
        return written
    everything = ((0, _MINUTES_A_DAY),)
    if all(spans == everything for spans in week):
        return "24/7"
    names = Locale("zh", script="Hans") if language == "zh" else Locale(language)
    short = names.days["stand-alone"]["abbreviated"]
    parts: list[str] = []
    day = 0
    while day < 7:
        last = day
        while last < 6 and week[last + 1] == week[day]:
            last += 1
        if week[day]:
            times = ", ".join(f"{_clock(start)}–{_clock(end)}" for start, end in week[day])
            days = short[day] if last == day else f"{short[day]}–{short[last]}"
            parts.append(times if (day, last) == (0, 6) else f"{days} {times}")
        day = last + 1
    return "; ".join(parts)
