"""When staff are there, and on whose clock it is told."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from bot.handoff.safe_hours import may_arrive
from bot.handoff.staff_hours import HoursError, StaffHours, zone_of

#: A Sunday, 12:00 in Sofia.
SUNDAY = datetime(2026, 11, 22, 10, 0, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("hours", "opens"),
    [
        ("Mo-Fr 09:00-18:00", "2026-11-23 09:00"),
        ("Mo-Fr 09:00-18:00; Sa,Su 14:00-16:00", "2026-11-22 14:00"),
        ("Mo-Su 08:00-20:00; Su off", "2026-11-23 08:00"),
        ("We 10:00-12:00, 15:00-17:00", "2026-11-25 10:00"),
        ("Sa-Mo 22:00-06:00", "2026-11-22 22:00"),
        ("Fr-Tu 08:00-11:00", "2026-11-23 08:00"),
    ],
)
def test_the_next_opening(hours: str, opens: str) -> None:
    moment = StaffHours.parse(hours, "Europe/Sofia").next_opening(SUNDAY)
    assert f"{moment:%Y-%m-%d %H:%M}" == opens


def test_who_is_there_now() -> None:
    assert StaffHours.parse("Su 09:00-18:00", "Europe/Sofia").open_until(SUNDAY) == SUNDAY + timedelta(hours=6)
    night = StaffHours.parse("Sa 22:00-13:00", "Europe/Sofia").open_until(SUNDAY)
    assert night == SUNDAY + timedelta(hours=1), "the night of Saturday goes on into Sunday"
    always = StaffHours.parse("24/7").open_until(SUNDAY)
    assert always is not None and always - SUNDAY > timedelta(days=7)
    assert StaffHours.parse("Mo-Fr 09:00-18:00").open_until(SUNDAY) is None


def test_a_change_of_clocks_keeps_the_hour() -> None:
    before = datetime(2026, 10, 24, 20, 0, tzinfo=timezone.utc)  # clocks go back in the night
    assert StaffHours.parse("09:00-18:00", "Europe/Sofia").next_opening(before).hour == 9


@pytest.mark.parametrize(
    "hours",
    ["", "off", "Mo-Fr", "Mo 25:00-26:00", "Mon-Fri 9-18", "Xx 09:00-18:00", "sunrise-sunset", "PH off", "9-18"],
)
def test_hours_that_cannot_be_read_are_refused(hours: str) -> None:
    if hours == "Mo-Fr":
        assert StaffHours.parse(hours).open_until(SUNDAY) is None
        return
    with pytest.raises(HoursError):
        StaffHours.parse(hours)


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(HoursError, match="no time zone"):
        StaffHours.parse("24/7", "Europe/Nowhere")


def test_the_zone_comes_from_the_place_and_is_not_guessed() -> None:
    turkey, germany = zone_of("TR", None, SUNDAY), zone_of("DE", "Munich", SUNDAY)
    assert turkey is not None and turkey.utcoffset(SUNDAY.replace(tzinfo=None)) == timedelta(hours=3)
    assert germany is not None and germany.utcoffset(SUNDAY.replace(tzinfo=None)) == timedelta(hours=1)
    assert zone_of("RU", None, SUNDAY) is None
    assert str(zone_of("RU", "Vladivostok", SUNDAY)) == "Asia/Vladivostok"
    assert zone_of(None, None, SUNDAY) is None


@pytest.mark.parametrize(
    ("wish", "wrote", "may"),
    [
        ({}, None, True),
        ({"first": False}, None, False),
        ({"first": False}, timedelta(minutes=5), True),
        ({"first": False}, timedelta(hours=2), False),
        ({"hours": "day", "zone": "Europe/Sofia"}, None, True),
        ({"hours": "evening", "zone": "Europe/Sofia"}, None, False),
        ({"hours": "evening", "zone": "Asia/Vladivostok"}, None, True),
        ({"hours": "evening", "zone": None}, None, False),
    ],
)
def test_when_staffs_words_may_reach_the_phone(wish: dict, wrote: timedelta | None, may: bool) -> None:
    assert may_arrive(wish, SUNDAY - wrote if wrote is not None else None, SUNDAY) is may
