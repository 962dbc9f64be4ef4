"""Checks the directory before an editor's change goes live: ``pristan directory check``.

An error keeps a change from going live; a warning is something a person should look at; a note is how things stand.
Every finding names file and line.
"""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from babel import Locale

from bot.directory.find import has_dedicated_line
from bot.directory.load import FOLDER, Directory, DirectoryError, Origin, Problem, duplicate_keys
from bot.directory.model import Entry
from bot.directory.places import Gazetteer, PlacesError

Severity = Literal["error", "warning", "note"]
#: Days after which an entry that a person verified wants a new look.
DEFAULT_MAX_AGE_DAYS = 180


@dataclass(frozen=True)
class Finding:
    """One thing to look at.

    Args:
        severity: ``error`` stops a change, ``warning`` wants a look, ``note`` is how things stand.
        file: where; ``line`` from 1.
        message: what, in words for somebody who does not program.
        entry_id: id of the entry, if it is about one.
    """

    severity: Severity
    file: Path
    line: int
    message: str
    entry_id: str | None = None

    def __str__(self) -> str:
        about = f"{self.entry_id}: " if self.entry_id else ""
        return f"{self.severity}: {self.file}:{self.line}: {about}{self.message}"


@dataclass(frozen=True)
class Coverage:
    """How well a country is covered.

    Args:
        country: ISO code.
        entries: entries that may be shown.
        confirmed: of these, by two sources.
        single_source: by one source.
        weak: rest on weak sources.
        verified: checked by a person, ever.
        emergency: has an emergency number.
        dedicated_line: has a confirmed anti-trafficking line with a number.
        shelter: some entry offers a shelter.
        suicide_line: has a confirmed suicide line.
        child_line: has a confirmed child helpline.
    """

    country: str
    entries: int
    confirmed: int
    single_source: int
    weak: int
    verified: int
    emergency: bool
    dedicated_line: bool
    shelter: bool
    suicide_line: bool
    child_line: bool


@dataclass(frozen=True)
class Report:
    """What the check found, worst first, and how each country is covered."""

    findings: tuple[Finding, ...]
    coverage: tuple[Coverage, ...]

    @property
    def exit_code(self) -> int:
        """1 if there is an error, else 0."""
        return int(any(finding.severity == "error" for finding in self.findings))

    def count(self, severity: Severity) -> int:
        """How many findings are of a severity."""
        return sum(finding.severity == severity for finding in self.findings)


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _numbers_agree(dialled: str, e164: str) -> bool:
    """Whether the number people dial ends like the international one; a leading 0 or 8 or country code may differ."""
    local, world = _digits(dialled), _digits(e164)
    trunk_free = local.lstrip("0")
    return world.endswith(trunk_free) or world.endswith(local[1:]) or trunk_free.endswith(world)


def _about_entry(entry: Entry, today: datetime.date, max_age_days: int) -> Iterator[tuple[Severity, str, str]]:
    """Findings about one entry: severity, message, text of the line they are about."""
    for phone in entry.phones:
        if phone.e164 and not _numbers_agree(phone.dialled, phone.e164):
            yield "error", f"number {phone.number} and e164 {phone.e164} are not the same number", phone.e164
    if entry.verified:
        if entry.verified > today:
            yield "error", f"verified {entry.verified} is in the future", "verified:"
        age = (today - entry.verified).days
        if age > max_age_days:
            yield "warning", f"last verified {age} days ago: check it again", "verified:"
    if entry.confidence == "confirmed" and len({source.url for source in entry.sources}) < 2:
        yield "note", "confirmed by one link only", "confidence:"
    if not entry.phones and not entry.messengers and not entry.website and not entry.email:
        yield "warning", "no number, no account, no website, no e-mail: nobody can reach it", "phones:"
    for language in ("bg", "zh"):
        if getattr(entry.name, language) is None:
            yield "note", f"no name in {language}: the native name is shown", "name:"


def _line_below(origin: Origin, needle: str) -> int:
    """The first line of the entry that holds ``needle``; the entry's own line if none does."""
    lines = origin.file.read_text(encoding="utf-8-sig").splitlines()
    for number in range(origin.line, len(lines) + 1):
        if number > origin.line and lines[number - 1].startswith("- "):
            break
        if needle in lines[number - 1]:
            return number
    return origin.line


def _unknown_cities(directory: Directory, gazetteer: Gazetteer) -> Iterator[Entry]:
    for entry in directory.entries:
        if entry.city and not any(
            place.country == entry.country and place.city == entry.city
            for place in gazetteer.find(f"in {entry.city}", "en")
        ):
            yield entry


def coverage(directory: Directory) -> tuple[Coverage, ...]:
    """How well each country is covered, by country code."""
    rows = []
    for country in directory.countries:
        entries = directory.of_country(country)
        confidence = [entry.confidence for entry in entries]
        sure = [entry for entry in entries if entry.confidence == "confirmed"]
        rows.append(
            Coverage(
                country=country,
                entries=len(entries),
                confirmed=confidence.count("confirmed"),
                single_source=confidence.count("single_source"),
                weak=confidence.count("weak"),
                verified=sum(entry.verified is not None for entry in entries),
                emergency=any(entry.kind == "emergency" for entry in entries),
                dedicated_line=has_dedicated_line(entries),
                shelter=any("shelter" in entry.services for entry in entries),
                suicide_line=any("suicide_prevention" in entry.services and entry.phones for entry in sure),
                child_line=any(entry.kind == "child_helpline" and entry.phones for entry in sure),
            )
        )
    return tuple(rows)


def coverage_table(rows: Iterable[Coverage]) -> str:
    """The coverage as a table for a terminal."""
    names = Locale("en").territories
    lines = [
        f"{'country':<24} {'entries':>7} {'conf.':>5} {'single':>6} {'weak':>4} {'verified':>8}  "
        "emergency  line  shelter  suicide  child"
    ]
    for row in rows:
        marks = (row.emergency, row.dedicated_line, row.shelter, row.suicide_line, row.child_line)
        emergency, line, shelter, suicide, child = ("yes" if mark else "-" for mark in marks)
        name = f"{row.country} {names.get(row.country, '')}"[:24]
        lines.append(
            f"{name:<24} {row.entries:>7} {row.confirmed:>5} {row.single_source:>6} {row.weak:>4} {row.verified:>8}  "
            f"{emergency:<9}  {line:<4}  {shelter:<7}  {suicide:<7}  {child}"
        )
    return "\n".join(lines)


def check(
    locales_dir: Path | str, today: datetime.date | None = None, max_age_days: int = DEFAULT_MAX_AGE_DAYS
) -> Report:
    """Check every file of the directory, and the place names that lead to it.

    Args:
        locales_dir: the folder ``locales``.
        today: the day to count ages from; the machine's date if None.
        max_age_days: verified entries older than this want a new look.

    Returns:
        findings, errors first, and the coverage by country. A folder that cannot be read is one error.
    """
    day = today or datetime.date.today()
    root = Path(locales_dir)
    folder = root / FOLDER
    findings: list[Finding] = []
    for file in sorted(folder.glob("*.yml")):
        findings.extend(Finding("error", p.file, p.line, p.message, p.entry_id) for p in _readable_keys(file))
    try:
        directory = Directory.load(root)
    except DirectoryError as error:
        findings.extend(Finding("error", p.file, p.line, p.message, p.entry_id) for p in error.problems)
        return Report(_worst_first(findings), ())
    findings.extend(Finding("error", p.file, p.line, p.message, p.entry_id) for p in directory.problems)

    never_verified: dict[Path, int] = defaultdict(int)
    for entry in (*directory.entries, *directory.withheld):
        origin = directory.origins[entry.id]
        expected = "international" if entry.international else entry.country.lower()
        if origin.file.stem != expected:
            findings.append(_at(origin, "error", entry, f"belongs into {expected}.yml", "country:"))
        if entry.withhold:
            findings.append(_at(origin, "note", entry, "withheld: never shown", "withhold:"))
            continue
        never_verified[origin.file] += entry.verified is None
        for severity, message, needle in _about_entry(entry, day, max_age_days):
            findings.append(_at(origin, severity, entry, message, needle))
    for file, count in sorted(never_verified.items()):
        if count:
            findings.append(Finding("note", file, 1, f"{count} entries were never verified by a person"))
    for country in directory.countries:
        if not any(entry.kind == "emergency" for entry in directory.of_country(country)):
            file = directory.origins[directory.of_country(country)[0].id].file
            findings.append(Finding("error", file, 1, f"{country} has no emergency number"))
    findings.extend(_check_places(root, directory))
    return Report(_worst_first(findings), coverage(directory))


def _readable_keys(file: Path) -> list[Problem]:
    try:
        return duplicate_keys(file)
    except (UnicodeDecodeError, OSError):
        return []  # reading the entries reports it


def _check_places(root: Path, directory: Directory) -> Iterator[Finding]:
    try:
        gazetteer = Gazetteer(root)
    except PlacesError as error:
        yield Finding("error", error.file, error.line, error.message)
        return
    for entry in _unknown_cities(directory, gazetteer):
        origin = directory.origins[entry.id]
        yield _at(origin, "warning", entry, f"{entry.city} is not in en/places.yml: nobody is led to it", "city:")


def _at(origin: Origin, severity: Severity, entry: Entry, message: str, needle: str) -> Finding:
    return Finding(severity, origin.file, _line_below(origin, needle), message, entry.id)


def _worst_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    order = {"error": 0, "warning": 1, "note": 2}
    return tuple(sorted(findings, key=lambda finding: (order[finding.severity], str(finding.file), finding.line)))
