"""The command line's answers, and the check an editor runs."""

import argparse
import datetime
import io
import json
from pathlib import Path

import pytest

from bot.directory.check import check, coverage_table
from bot.directory.commands import add_find_arguments, country_code, find_json, find_text, run_check, run_find
from bot.directory.load import Directory

TODAY = datetime.date(2026, 11, 22)


def _args(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_find_arguments(parser)
    return parser.parse_args(words)


def test_json_is_a_list_with_the_emergency_entry_first_and_sources(directory: Directory) -> None:
    found = find_json(directory, _args("--country", "TR", "--language", "ru", "--need", "shelter", "--serves", "women"))
    assert found[0]["id"] == "tr-emergency"
    assert found[0]["kind"] == "emergency"
    assert found[0]["phones"][0]["for"] == "all"
    for entry in found:
        assert entry["sources"][0]["url"].startswith("http")
        assert entry["verified"] is None
    json.dumps(found)


def test_a_country_may_be_named_in_any_language(directory: Directory) -> None:
    assert {country_code(name) for name in ("TR", "tr", "Турция", "Turkey", "Турцию", "土耳其")} == {"TR"}
    with pytest.raises(ValueError):
        country_code("nowhere")
    by_city = find_json(directory, {"country": "BG", "city": "Варна", "need": "shelter"})
    assert by_city[1]["city"] == "Varna"


def test_the_text_begins_with_digits(directory: Directory, locales: Path) -> None:
    text = find_text(directory, _args("--country", "TR"))
    assert text.startswith("112\n")
    assert "No confirmed anti-trafficking line" in find_text(directory, {"country": "CN"})
    out, err = io.StringIO(), io.StringIO()
    assert run_find(locales, _args("--country", "nowhere", "--format", "json"), out, err) == 2
    assert out.getvalue() == ""
    assert "TR" in err.getvalue()
    assert run_find(locales, _args("--country", "TR", "--format", "json"), out, err) == 0
    assert json.loads(out.getvalue())[0]["emergency"]


def test_the_shipped_directory_has_no_errors(locales: Path) -> None:
    report = check(locales, today=TODAY)
    assert [str(finding) for finding in report.findings if finding.severity == "error"] == []
    assert report.exit_code == 0
    assert len(report.coverage) == 78
    assert all(row.emergency for row in report.coverage)
    assert len(coverage_table(report.coverage).splitlines()) == 79
    withheld = [finding.entry_id for finding in report.findings if "withheld" in finding.message]
    assert len(withheld) == 4


@pytest.fixture
def copied(tmp_path: Path, locales: Path) -> Path:
    (tmp_path / "directory").mkdir()
    for name in ("tr", "bg", "ru"):
        text = (locales / "directory" / f"{name}.yml").read_text(encoding="utf-8")
        (tmp_path / "directory" / f"{name}.yml").write_text(text, encoding="utf-8")
    for language in ("ru", "en", "bg", "zh"):
        (tmp_path / language).mkdir()
        text = (locales / language / "places.yml").read_text(encoding="utf-8")
        (tmp_path / language / "places.yml").write_text(text, encoding="utf-8")
    return tmp_path


def _edit(root: Path, name: str, old: str, new: str) -> tuple[Path, int]:
    file = root / "directory" / name
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    return file, text[: text.index(old)].count("\n") + 1


def test_a_clean_copy_has_no_error(copied: Path) -> None:
    assert check(copied, today=TODAY).exit_code == 0


@pytest.mark.parametrize(
    ("name", "old", "new", "severity", "words", "shift"),
    [
        ("bg.yml", 'e164: "+35980020100"', 'e164: "+35980020000"', "error", "not the same number", 0),
        ("tr.yml", "  hours: null\n", "  hours: null\n  hours: 24/7\n", "error", "written twice", 1),
        ("tr.yml", "kind: emergency", "kind: hotline", "error", "TR has no emergency number", None),
        ("tr.yml", 'country: "TR"', 'country: "BG"', "error", "belongs into bg.yml", 0),
        ("tr.yml", "timezone: Europe/Istanbul", "timezone: Europe/Nowhere", "error", "time zone", 0),
        ("bg.yml", 'city: "Varna"', 'city: "Varnaville"', "warning", "Varnaville", 0),
        (
            "tr.yml",
            "  verified: null\n  verified_by: null",
            '  verified: 2025-01-01\n  verified_by: "me"',
            "warning",
            "days ago",
            0,
        ),
        (
            "tr.yml",
            "  verified: null\n  verified_by: null",
            '  verified: 2027-01-01\n  verified_by: "me"',
            "error",
            "future",
            0,
        ),
    ],
)
def test_the_check_names_file_and_line(
    copied: Path, name: str, old: str, new: str, severity: str, words: str, shift: int | None
) -> None:
    file, line = _edit(copied, name, old, new)
    report = check(copied, today=TODAY)
    found = [finding for finding in report.findings if words in finding.message]
    assert len(found) == 1, [str(finding) for finding in report.findings if finding.severity != "note"]
    assert found[0].severity == severity
    assert found[0].file == file
    if shift is not None:
        assert found[0].line == line + shift
    assert report.exit_code == (1 if severity == "error" else 0)


def test_run_check_prints_findings_and_counts(copied: Path) -> None:
    _edit(copied, "tr.yml", "kind: emergency", "kind: emergenzy")
    out = io.StringIO()
    assert run_check(copied, out) == 1
    assert "tr.yml:" in out.getvalue()
    assert "note:" not in out.getvalue()
    assert "1 errors" in out.getvalue() or "2 errors" in out.getvalue()
