"""Reading the files: all of them, and what an editor is told about a mistake."""

import datetime
import logging
from pathlib import Path

import phonenumbers
import pytest

from bot.directory.load import Directory, DirectoryError, read_file
from bot.directory.model import Entry, Phone

ENTRY = """\
# comment
- id: xx-line
  country: "BG"
  city: null
  name: {en: "A line"}
  operator: null
  kind: hotline
  services: [trafficking]
  serves: [anyone]
  phones:
    - number: "0000 000"
      e164: null
  languages: []
  hours: null
  timezone: Europe/Sofia
  sources:
    - url: https://example.org/
      says: "the number"
      page_date: "2025-01"
  confidence: confirmed
"""


def _write(tmp_path: Path, text: str, name: str = "bg.yml") -> Path:
    (tmp_path / "directory").mkdir(exist_ok=True)
    file = tmp_path / "directory" / name
    file.write_text(text, encoding="utf-8")
    return file


def test_every_collected_entry_is_there(directory: Directory) -> None:
    assert len(directory.entries) + len(directory.withheld) == 451
    assert len(directory.countries) == 78
    assert not directory.problems


def test_imported_entries_are_not_said_to_be_verified(directory: Directory) -> None:
    for entry in directory:
        assert (entry.verified is None) == (entry.verified_by is None)


def test_every_shown_entry_names_its_sources(directory: Directory) -> None:
    for entry in directory:
        assert entry.sources
        for source in entry.sources:
            assert source.url.startswith(("http://", "https://"))
            assert source.says


def test_international_numbers_are_numbers(directory: Directory) -> None:
    for entry in directory:
        for phone in entry.phones:
            if phone.e164:
                assert phonenumbers.is_possible_number(phonenumbers.parse(phone.e164)), entry.id


def test_numbers_stay_text_as_written(directory: Directory) -> None:
    number = directory.get("es-024-suicide-line")
    assert number is not None
    assert [str(line) for line in number.phone_lines()] == ["024"], "the leading 0 is part of the number"
    norway = directory.of_country("NO")
    assert norway, "NO is a country, not the YAML word for false"


def test_withheld_entries_are_out_of_reach(directory: Directory) -> None:
    assert len(directory.withheld) == 4
    for entry in directory.withheld:
        assert directory.get(entry.id) is None
        assert entry not in directory.entries
        assert entry.id not in {shown.id for shown in directory.of_country(entry.country)}
        assert entry.notes


def test_emergency_only_gives_the_same_alarm_numbers(directory: Directory, locales: Path) -> None:
    small = Directory.load_emergency(locales)
    assert len(small) < len(directory) / 2
    for country in (None, *directory.countries):
        for need in ("danger", "medical", "suicide", "child"):
            assert small.emergency(country, need) == directory.emergency(country, need)


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("kind: hotline", "kind: hot", 7, "kind"),
        ('country: "BG"', "country: NO", 3, "country"),
        ('country: "BG"', 'country: "XQ"', 3, "two-letter country code"),
        ("services: [trafficking]", "services: []", 8, "at least one"),
        ("services: [trafficking]", "services: [trafficing]", 8, "services.0"),
        ('    - number: "0000 000"\n      e164: null', '    - number: "0000 000"\n      e164: "0000"', 12, "e164"),
        ('number: "0000 000"', "number: call us", 11, "a number begins"),
        ("timezone: Europe/Sofia", "timezone: Europe/Sofi", 15, "time zone"),
        ("https://example.org/", "ftp://example.org/", 17, "http"),
        ("https://example.org/", "javascript:alert(1)", 17, "http"),
        ("languages: []", "languages: [Russian]", 13, "language code"),
        ("confidence: confirmed", "confidence: sure", 20, "confidence"),
        ("confidence: confirmed", "confidence: confirmed\n  withhold: true", 2, "says why"),
        ("confidence: confirmed", "confidence: confirmed\n  verified: 2026-01-01", 2, "verified_by"),
        ("confidence: confirmed", "confidence: confirmed\n  phone: 1", 21, "phone"),
        ("kind: hotline", "kind: emergency", 2, "what it is for"),
        ("kind: hotline", "kind: consular", 2, "citizens_of"),
        ("  hours: null", "\thours: null", 14, "not readable as YAML"),
        ("  hours: null", "  hours: 'open", 14, "not readable as YAML"),
    ],
)
def test_a_mistake_names_file_and_line(tmp_path: Path, old: str, new: str, line: int, words: str) -> None:
    assert old in ENTRY
    file = _write(tmp_path, ENTRY.replace(old, new))
    with pytest.raises(DirectoryError) as caught:
        Directory.load(tmp_path)
    problem = caught.value.problems[0]
    assert problem.file == file
    assert words in problem.message
    assert abs(problem.line - line) <= (1 if "YAML" in words else 0) or words == "not readable as YAML"
    assert f"{file}:{problem.line}: " in str(caught.value)


def test_one_bad_entry_takes_no_other_away(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    second = ENTRY.replace("xx-line", "xx-other").split("# comment\n")[1]
    file = _write(tmp_path, ENTRY.replace("kind: hotline", "kind: hot") + second)
    with caplog.at_level(logging.ERROR):
        directory = Directory.load(tmp_path)
    assert [entry.id for entry in directory] == ["xx-other"]
    assert f"{file}:7" in caplog.text
    with pytest.raises(DirectoryError):
        Directory.load(tmp_path, strict=True)


def test_the_same_id_twice_is_reported_with_both_places(tmp_path: Path) -> None:
    first = _write(tmp_path, ENTRY)
    second = _write(tmp_path, ENTRY, "de.yml")
    directory = Directory.load(tmp_path)
    assert len(directory) == 1
    assert directory.problems[0].file == second
    assert f"{first}:2" in directory.problems[0].message


def test_text_outside_entries_is_not_passed_over(tmp_path: Path) -> None:
    file = _write(tmp_path, "id: xx-lost\n" + ENTRY)
    _, problems = read_file(file)
    assert problems[0].line == 1
    assert "belongs to no entry" in problems[0].message


def test_a_file_saved_by_windows_notepad_is_read(tmp_path: Path) -> None:
    file = _write(tmp_path, "")
    file.write_bytes(b"\xef\xbb\xbf" + ENTRY.replace("\n", "\r\n").encode())
    assert [entry.id for entry in Directory.load(tmp_path)] == ["xx-line"]
    file.write_bytes("имя: ы".encode("cp1251"))
    _, problems = read_file(file)
    assert "UTF-8" in problems[0].message


def test_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DirectoryError):
        Directory.load(tmp_path)


def _entry(directory: Directory, entry_id: str) -> Entry:
    entry = directory.get(entry_id)
    assert entry is not None
    return entry


def test_names_fall_back_to_a_script_that_is_read_then_english(directory: Directory) -> None:
    entry = _entry(directory, "ru-unhcr-hotline")
    assert entry.name_in("zh") == entry.name.zh
    assert entry.name.bg is None
    assert entry.name_in("bg") == entry.name.native  # Cyrillic, which Bulgarians read
    for native in (None, "شرطة دبي"):
        other = entry.copy(update={"name": entry.name.copy(update={"native": native})})
        assert other.name_in("bg") == entry.name.en


def test_remarks_are_kept_apart_from_digits(directory: Directory) -> None:
    lines = _entry(directory, "ru-cn-embassy").phone_lines()
    assert [line.note for line in lines][1] == "St Petersburg"
    for line in lines:
        assert line.digits.startswith("+7")
        assert not any(letter.isalpha() for letter in line.digits)
    area_code = Phone.parse_obj({"number": "+0 (000) 000", "e164": None})
    assert (area_code.dialled, area_code.note) == ("+0 (000) 000", "")


def test_anyone_includes_men(directory: Directory) -> None:
    assert _entry(directory, "bg-a21-national-hotline").suits("men")
    assert not _entry(directory, "ru-women-helpline-88007000600").suits("men")
    assert _entry(directory, "tr-yimer-157").suits("men"), "foreigners says nothing of sex"
    assert not _entry(directory, "ru-child-helpline-8800").suits("men")


def test_unknown_hours_are_not_open(directory: Directory) -> None:
    for entry in directory:
        if entry.hours is None:
            assert not entry.around_the_clock


def test_old_and_weak_entries_ask_to_be_checked(directory: Directory) -> None:
    today = datetime.date(2026, 11, 22)
    assert _entry(directory, "kg-189-hotline").check_before_relying(today)
    old = _entry(directory, "mk-open-gate-sos")
    assert old.check_before_relying(today)
    verified = old.copy(update={"verified": datetime.date(2026, 11, 1), "verified_by": "somebody"})
    assert not verified.check_before_relying(today)
    assert verified.check_before_relying(datetime.date(2029, 11, 22))
