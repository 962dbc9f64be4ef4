"""What a person is shown, with the real directory: in every country and for every need."""

from collections.abc import Iterator

import pytest

from bot.directory.find import ALARMS, NEEDS, FindResult
from bot.directory.load import Directory

# No confirmed national anti-trafficking line was found there when the facts were collected.
NO_DEDICATED_LINE = (
    "RU", "TJ", "TM", "AM", "AZ", "UZ", "IL", "KW", "JO", "LB", "SA", "HK", "IN", "MM", "CN", "FR", "CH", "CY", "RS",
    "KZ", "KG", "BY", "LA", "DE",
)  # fmt: skip


def _every_result(directory: Directory) -> Iterator[tuple[str, str | None, str | None, FindResult]]:
    for country in directory.countries:
        for need in (None, *NEEDS):
            for serves in (None, "men", "women", "children"):
                yield country, need, serves, directory.find(country, need=need, serves=serves)


def test_rules_that_hold_in_every_country_for_every_need(directory: Directory) -> None:
    withheld = {entry.id for entry in directory.withheld}
    checked = 0
    for country, need, serves, result in _every_result(directory):
        where = (country, need, serves)
        assert result[0].emergency, where
        assert result[0].entry.country == country, where
        services = [found for found in result if not found.emergency]
        emergencies = [found for found in result if found.emergency]
        assert list(result) == [*emergencies, *services], where
        assert not {found.entry.id for found in result} & withheld, where
        assert len({found.entry.id for found in result}) == len(result), where
        assert len(result) <= 8, where
        for found in result:
            assert found.entry.sources, where
            assert found.weak == (found.entry.confidence == "weak"), where
            assert found.entry.suits(serves) or found.emergency, where
        if services and any(found.entry.confidence != "weak" for found in services):
            assert not services[0].weak, where
        for found in services:
            assert found.entry.kind != "consular" or need in ("embassy", "return"), where
            if found.entry.country not in (country, "ZZ"):
                pytest.fail(f"{where}: {found.entry.id} is of another country")
        checked += 1
    assert checked == len(directory.countries) * (len(NEEDS) + 1) * 4


def test_weak_entries_stand_behind_all_surer_ones_that_fit(directory: Directory) -> None:
    for country, need, _, result in _every_result(directory):
        fitting = [found.weak for found in result if not found.emergency and not found.fallback and found.fit >= 40]
        assert fitting == sorted(fitting), (country, need)


def test_a_medical_or_suicide_need_is_not_led_by_a_police_number(directory: Directory) -> None:
    for country in directory.countries:
        for need in ("medical", "suicide", "psychological"):
            first = directory.find(country, need=need)[0].phone_lines()[0]
            known = {
                phone.for_
                for entry in directory.of_country(country)
                if entry.kind == "emergency"
                for phone in entry.phones
            }
            if known & {"all", "ambulance"}:
                assert first.for_ in ("all", "ambulance"), (country, need)


def test_alarm_numbers_in_every_country(directory: Directory) -> None:
    only_police = set()
    for country in directory.countries:
        for alarm in ALARMS:
            numbers = directory.emergency(country, alarm)
            assert numbers, (country, alarm)
            assert len(set(numbers.digits)) == len(numbers.digits)
            first = numbers.lines[0]
            if alarm in ("medical", "suicide"):
                if numbers.only_police:
                    only_police.add(country)
                else:
                    assert not first.police_only, (country, alarm)
            if alarm == "danger":
                assert first.reaches in ("all", "police"), (country, alarm)
            if alarm == "medical":
                assert first.reaches in ("all", "ambulance") or numbers.only_police, (country, alarm)
            if first.reaches in ("suicide", "child") and not first.weak:
                assert first.entry.around_the_clock
                assert first.entry.confidence == "confirmed"
            for line in numbers.lines:
                assert line.entry.sources
                assert line.reaches != "suicide" or "anyone" in line.entry.serves
    assert only_police == {"LB"}, "where only the police is known the answer says so"


def test_known_alarms_by_hand(directory: Directory) -> None:
    assert directory.emergency("TR", "danger").digits == ("112",)
    assert directory.emergency("RU", "medical").digits == ("103", "112")
    assert directory.emergency("UA", "suicide").digits == ("7333", "103")
    assert directory.emergency("BG", "child").digits == ("116 111", "112")
    assert directory.emergency("CN", "danger").digits[:2] == ("110", "12110"), "a text line for who cannot speak"
    assert directory.emergency("GB", "danger").digits == ("999",), "101 is for reports that can wait"
    assert directory.emergency("gb", "suicide").digits == ("999", "116 123"), "unknown hours stand behind"


def test_an_unknown_place_gets_112_as_what_it_is(directory: Directory) -> None:
    for alarm in ALARMS:
        numbers = directory.emergency(None, alarm)
        assert numbers.digits == ("112",)
        assert numbers.ask_country
        assert {"BG", "DE", "TR", "RU", "HR"} <= set(numbers.countries_112)
        assert not {"CN", "US", "UA", "TH", "BY", "KW"} & set(numbers.countries_112)


def test_a_country_the_directory_does_not_know(directory: Directory) -> None:
    assert not directory.emergency("NG", "danger")
    assert directory.emergency("NG", "danger").countries_112
    assert directory.find("NG").no_emergency_number
    assert directory.emergency("HR", "danger").digits == ("112",), "112 works in the whole EU"
    assert directory.find("HR")[0].entry.id == "zz-eu-112"
    assert not directory.find("HR").no_emergency_number
    assert not {"zz-eu-116000", "zz-eu-116111"} & {found.entry.id for found in directory.find("NG", need="child")}


def test_a_missing_dedicated_line_is_said(directory: Directory) -> None:
    none_known = {c for c in directory.countries if directory.find(c, need="hotline").no_dedicated_line}
    for country in NO_DEDICATED_LINE:
        assert country in none_known, country
        ids = [found.entry.id for found in directory.find(country, need="hotline")]
        assert "zz-iom" in ids, country
    for country in ("BG", "TR", "MD", "UA", "IT", "GB", "PL", "RO", "GE", "TH", "NL", "US", "ES"):
        assert country not in none_known, country


def test_shelter_for_a_man(directory: Directory) -> None:
    result = directory.find("AT", need="shelter", serves="men")
    assert "at-men-via" in [found.entry.id for found in result]
    for found in directory.find("BG", need="shelter", serves="men", limit=50):
        assert {"men", "anyone"} & set(found.entry.serves) or not {"women", "children"} & set(found.entry.serves)


def test_city_and_language_decide_among_equals(directory: Directory) -> None:
    in_varna = directory.find("BG", city="varna", need="shelter")
    assert in_varna[1].entry.city == "Varna"
    assert "bg-animus-crisis-centre-sofia" in [found.entry.id for found in in_varna], "other cities stay"
    first = directory.find("DE", need="labour", language="bg")[1]
    assert "bg" in first.entry.languages


def test_embassies_only_for_who_they_serve(directory: Directory) -> None:
    asked = directory.find("TH", need="embassy")
    assert asked.ask_nationality
    assert [f.entry.citizens_of for f in asked if f.entry.kind == "consular"] == ["CN"], "one a state until we know"
    chinese = directory.find("TH", need="embassy", nationality="CN")
    assert not chinese.ask_nationality
    assert {"th-cn-embassy", "cn-mfa-12308"} <= {found.entry.id for found in chinese}
    bulgarian = directory.find("TH", need="return", nationality="BG")
    assert "bg-mfa-situation-centre" in [found.entry.id for found in bulgarian]
    assert not [found for found in bulgarian if found.entry.citizens_of not in (None, "BG")]
    assert not [found for found in directory.find("TH", need="shelter") if found.entry.kind == "consular"]
    any_need = directory.find("MM", need="hotline", nationality="CN")
    assert "mm-cn-embassy" in [found.entry.id for found in any_need]


def test_who_is_far_from_home_sees_their_own_state_once(directory: Directory) -> None:
    for need in ("labour", "shelter", "hotline"):
        found = directory.find("TH", need=need, nationality="CN", limit=6)
        own = [(one.entry.kind, one.home_country) for one in found if one.entry.citizens_of == "CN"]
        assert 1 <= len(own) <= 2, need
        assert len([one for one in own if not one[1]]) <= 1, need
        assert found[1].entry.citizens_of is None, "the country they are in comes first"
    assert len([one for one in directory.find("TH", need="embassy", nationality="CN") if not one.home_country]) > 3


def test_limits_and_bad_needs(directory: Directory) -> None:
    assert len(directory.find("BG", limit=1)) == 1
    assert directory.find("BG", limit=1)[0].emergency
    assert len(directory.find("BG", limit=50)) > 8
    with pytest.raises(ValueError):
        directory.find("BG", need="pizza")
    with pytest.raises(ValueError):
        directory.emergency("BG", "pizza")


def test_no_place_shows_what_works_across_borders(directory: Directory) -> None:
    result = directory.find(None, need="hotline")
    assert result[0].entry.id == "zz-eu-112"
    assert {found.entry.country for found in result} == {"ZZ"}
