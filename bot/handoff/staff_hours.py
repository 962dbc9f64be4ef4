"""When staff are there: a setting in OpenStreetMap's opening_hours syntax with a time zone.

The part of the syntax that rotas need (https://wiki.openstreetmap.org/wiki/Key:opening_hours): ``24/7``, weekdays and
ranges of them, several times a day, times past midnight, ``off``, rules parted by ``;`` of which a later one wins.
Anything else is refused at the start, never guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.core import get_global

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_DAY_MINUTES = 24 * 60
_RULE = re.compile(r"(?:(?P<days>[A-Z][a-z](?:[-,][A-Z][a-z])*)\s*)?(?P<times>off|closed|[\d:,\-\s]+)?\Z")
_TIMES = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")
#: How far ahead an opening is looked for.
_AHEAD_DAYS = 8


class HoursError(ValueError):
    """Hours or a zone that cannot be read; the text says what to do."""


@dataclass(frozen=True)
class StaffHours:
    """Hours of a week in a time zone.

    Args:
        week: for each day from Monday, spans of minutes from its midnight; an end may lie on the next day.
        zone: where the staff's clock stands.
    """

    week: tuple[tuple[tuple[int, int], ...], ...]
    zone: ZoneInfo

    @classmethod
    def parse(cls, written: str, zone: str = "UTC") -> StaffHours:
        """Read hours such as ``Mo-Fr 09:00-18:00; Sa 10:00-14:00``.

        Raises:
            HoursError: the hours or the zone cannot be read.
        """
        try:
            clock = ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError):
            raise HoursError(f"{zone} is no time zone. Write one like Europe/Sofia.") from None
        week: list[tuple[tuple[int, int], ...]] = [()] * len(DAYS)
        for rule in written.split(";"):
            if not rule.strip():
                continue
            days, spans = _read_rule(rule.strip())
            for day in days:
                week[day] = spans
        if not any(week):
            raise HoursError("these hours are never open. Write them like Mo-Fr 09:00-18:00, or 24/7.")
        return cls(tuple(week), clock)

    def open_until(self, now: datetime) -> datetime | None:
        """The end of the hours that run now (in the staff's zone), None where nobody is there."""
        until = None
        for start, end in sorted(self._spans(now, back=1, ahead=_AHEAD_DAYS)):
            if start <= (until or now) < end:
                until = end  # one span goes over into the next
        return until

    def next_opening(self, now: datetime) -> datetime:
        """The next moment somebody is there; now, where somebody is."""
        if self.open_until(now) is not None:
            return now
        return min(start for start, _ in self._spans(now, back=0, ahead=_AHEAD_DAYS) if start > now)

    def _spans(self, now: datetime, back: int, ahead: int) -> list[tuple[datetime, datetime]]:
        today = now.astimezone(self.zone).date()
        days = [today + timedelta(days=offset) for offset in range(-back, ahead + 1)]
        return [
            (self._moment(day, start), self._moment(day, end))
            for day in days
            for start, end in self.week[day.weekday()]
        ]

    def _moment(self, day: date, minutes: int) -> datetime:
        later, minute = divmod(minutes, _DAY_MINUTES)
        day = day + timedelta(days=later)
        return datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=self.zone)


def _read_rule(rule: str) -> tuple[list[int], tuple[tuple[int, int], ...]]:
    if rule == "24/7":
        return list(range(len(DAYS))), ((0, _DAY_MINUTES),)
    found = _RULE.match(rule)
    if found is None or not (found["days"] or found["times"]):
        raise HoursError(f"«{rule}» cannot be read. Write hours like Mo-Fr 09:00-18:00; Sa 10:00-14:00.")
    days = _read_days(found["days"]) if found["days"] else list(range(len(DAYS)))
    if found["times"] in ("off", "closed"):
        return days, ()
    if not found["times"]:
        return days, ((0, _DAY_MINUTES),)
    spans = []
    for span in found["times"].split(","):
        times = _TIMES.fullmatch(span.strip())
        if times is None:
            raise HoursError(f"«{span.strip()}» is no span of time. Write it like 09:00-18:00.")
        hour, minute, end_hour, end_minute = map(int, times.groups())
        start, end = hour * 60 + minute, end_hour * 60 + end_minute
        if max(minute, end_minute) > 59 or start >= _DAY_MINUTES or end > 2 * _DAY_MINUTES:
            raise HoursError(f"«{span.strip()}» is no time of day. Write it like 09:00-18:00.")
        spans.append((start, end if end > start else end + _DAY_MINUTES))
    return days, tuple(spans)


def _read_days(written: str) -> list[int]:
    days: list[int] = []
    for part in written.split(","):
        names = part.split("-")
        if len(names) > 2 or any(name not in DAYS for name in names):
            raise HoursError(f"«{part}» is no weekday. There is {', '.join(DAYS)}.")
        first, last = DAYS.index(names[0]), DAYS.index(names[-1])
        days += [day % len(DAYS) for day in range(first, last + 1 if last >= first else last + len(DAYS) + 1)]
    return days


def zone_of(country: str | None, city: str | None, now: datetime) -> ZoneInfo | None:
    """The person's time zone, from the place they named; None where a country has several and the town tells none.

    Args:
        country: ISO code.
        city: in English as in the directory.
        now: zones that show the same time now are one.
    """
    if country is None:
        return None
    names = sorted(zone for zone, code in get_global("zone_territories").items() if code == country and "/" in zone)
    zones = []
    for name in names:
        try:
            zones.append((name, ZoneInfo(name)))
        except (ZoneInfoNotFoundError, ValueError):
            continue  # a zone Babel knows and the system's data does not
    if city:
        wanted = city.replace(" ", "_").casefold()
        for name, zone in zones:
            if name.rpartition("/")[2].casefold() == wanted:
                return zone
    offsets = {zone.utcoffset(now) for _, zone in zones}
    return zones[0][1] if len(offsets) == 1 else None
