"""Opening hours: open now, in the service's own time zone; unknown is not open."""

from datetime import datetime, timezone

import pytest

from bot.directory.hours import HoursError, is_open, parse_hours, say_hours
from bot.directory.load import Directory

# A Wednesday, 12:00 UTC.
NOON = datetime(2026, 11, 18, 12, 0, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("hours", "zone", "expected"),
    [
        ("24/7", "Europe/Sofia", True),
        (None, "Europe/Sofia", None),
        ("by appointment", "Europe/Sofia", None),
        ("Mo-Fr 09:00-17:00", "Europe/Sofia", True),
        ("Mo-Fr 09:00-17:00", "Asia/Shanghai", False),
        ("Mo-Fr 09:00-12:30,13:30-17:00", "Europe/London", True),
        ("Mo-Tu 10:00-16:00; We off; Th 10:00-16:00", "Europe/London", False),
        ("Fr-Mo 00:00-24:00", "Europe/London", False),
        ("20:00-06:00", "Asia/Bangkok", False),
        ("18:00-13:00", "Europe/London", True),
    ],
)
def test_is_open(hours: str | None, zone: str, expected: bool | None) -> None:
    assert is_open(hours, zone, NOON) is expected


def test_times_past_midnight_belong_to_the_day_they_began() -> None:
    early_saturday = datetime(2026, 11, 21, 3, 0, tzinfo=timezone.utc)
    assert is_open("Fr 22:00-04:00", "UTC", early_saturday)
    assert not is_open("Sa 22:00-04:00", "UTC", early_saturday)


def test_all_hours_of_the_directory_are_read(directory: Directory) -> None:
    for entry in directory:
        if entry.hours:
            assert parse_hours(entry.hours), entry.id


def test_hours_that_make_no_sense_are_refused() -> None:
    for written in ("", "Mo-Fr", "99:00-17:00", "Mo-Fr 9-17"):
        if written == "Mo-Fr":
            assert parse_hours(written)[0] == ((0, 1440),)
            continue
        with pytest.raises(HoursError):
            parse_hours(written)


def test_holidays_leave_the_other_days_as_they_are() -> None:
    assert parse_hours("Mo-Fr 09:00-17:00; PH off") == parse_hours("Mo-Fr 09:00-17:00")
    assert say_hours("Mo-Fr 09:00-17:00; PH off", "bg") == say_hours("Mo-Fr 09:00-17:00", "bg")
    with pytest.raises(HoursError):
        parse_hours("PH off")


def test_hours_are_said_in_the_persons_language() -> None:
    assert say_hours("Mo-Fr 09:00-17:00", "ru") == "пн–пт 09:00–17:00"
    assert say_hours("Mo-Fr 09:00-17:00", "zh") == "周一–周五 09:00–17:00"
    assert say_hours("24/7", "bg") == "24/7"
