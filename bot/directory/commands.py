"""What ``pristan directory find`` and ``pristan directory check`` do; the command line only calls these."""

from __future__ import annotations

import argparse
import datetime
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO, get_args

from bot.directory.check import check, coverage_table
from bot.directory.find import NEEDS, Criteria, FindResult, Found
from bot.directory.load import Directory
from bot.directory.model import Group
from bot.directory.places import LANGUAGES, country_name, find_places

#: How many entries ``pristan directory find`` prints unless told otherwise: everything that fits.
COMMAND_LIMIT = 50


def add_find_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``pristan directory find``."""
    parser.add_argument(
        "--country", help="two-letter code or a name in any of the four languages, such as TR or Turkey"
    )
    parser.add_argument("--city", help="puts services of this city first; misspelt and inflected names are understood")
    parser.add_argument("--language", choices=LANGUAGES, help="the person's language")
    parser.add_argument("--need", choices=NEEDS, help="what is needed")
    parser.add_argument(
        "--serves",
        choices=get_args(Group),
        action="append",
        help="for whom; men, women, children: leave out what does not let them in; may be given several times",
    )
    parser.add_argument("--open-now", action="store_true", help="only what is known to be open now, in its time zone")
    parser.add_argument("--free", action="store_true", help="only what a source calls free")
    parser.add_argument("--from-abroad", action="store_true", help="only what can be reached from another country")
    parser.add_argument("--nationality", help="two-letter code: adds the person's own embassy")
    parser.add_argument(
        "--limit", type=int, default=COMMAND_LIMIT, help="at most so many entries (default: %(default)s)"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text")


def country_code(written: str) -> str:
    """A country code from a code or a name in any of the four languages.

    Raises:
        ValueError: no country is recognised.
    """
    plain = written.strip()
    if len(plain) == 2 and plain.isascii() and plain.isalpha() and country_name(plain.upper(), "en") != plain.upper():
        return plain.upper()
    countries = {place.country for place in find_places(plain)}
    if len(countries) != 1:
        raise ValueError(f"which country is {plain!r}? Give its two-letter code, such as TR")
    return countries.pop()


def _city(written: str | None, country: str | None) -> str | None:
    """The city in English as in the directory, from any way to write it."""
    if not written:
        return None
    found = [*find_places(f"in {written}"), *find_places(f"в {written}"), *find_places(written)]
    cities = [place.city for place in found if place.city and (country is None or place.country == country)]
    return cities[0] if cities else written


def _find(directory: Directory, args: Mapping[str, Any]) -> FindResult:
    country = country_code(args["country"]) if args.get("country") else None
    nationality = args.get("nationality")
    serves = args.get("serves") or ()
    wanted = Criteria(
        need=args.get("need"),
        groups=(serves,) if isinstance(serves, str) else tuple(serves),  # type: ignore[arg-type]
        nationality=country_code(nationality) if nationality else None,
        language=args.get("language"),
        at=datetime.datetime.now(datetime.timezone.utc) if args.get("open_now") else None,
        only_open=bool(args.get("open_now")),
        only_free=bool(args.get("free")),
        from_abroad=bool(args.get("from_abroad")),
    )
    city = _city(args.get("city"), country)
    return directory.search(country, city, wanted, COMMAND_LIMIT if args.get("limit") is None else args["limit"])


def entry_json(found: Found, result: FindResult) -> dict[str, Any]:
    """One found entry as JSON data: every field of the file, sources included, and why it is shown."""
    entry: dict[str, Any] = json.loads(found.entry.json(by_alias=True, exclude={"withhold"}))
    entry["emergency"] = found.emergency
    entry["weak"] = found.weak
    entry["fallback"] = found.fallback
    entry["fit"] = found.fit
    entry["show"] = [str(line) for line in found.phones]
    entry["open_now"] = found.open
    entry["km"] = found.km
    entry["no_dedicated_line"] = result.no_dedicated_line
    return entry


def find_json(directory: Directory, args: Mapping[str, Any] | argparse.Namespace) -> list[dict[str, Any]]:
    """What ``pristan directory find --format json`` prints: a list, the emergency entry first.

    Args:
        directory: what is known.
        args: ``country``, ``city``, ``language``, ``need``, ``serves``, ``nationality``, ``limit``; all may be missing.

    Raises:
        ValueError: an unknown country or need: bad usage.
    """
    result = _find(directory, vars(args) if isinstance(args, argparse.Namespace) else args)
    return [entry_json(found, result) for found in result]


def find_text(directory: Directory, args: Mapping[str, Any] | argparse.Namespace) -> str:
    """The same for a person at a terminal: digits first.

    Raises:
        ValueError: an unknown country or need: bad usage.
    """
    options = vars(args) if isinstance(args, argparse.Namespace) else args
    result = _find(directory, options)
    language = options.get("language") or "en"
    today = datetime.date.today()
    blocks = []
    if result.no_emergency_number:
        blocks.append("The directory has no emergency number of this country.")
    if result.no_dedicated_line and options.get("country"):
        blocks.append("No confirmed anti-trafficking line is known for this country.")
    for found in result:
        entry = found.entry
        marks = [entry.kind, entry.country, *([entry.city] if entry.city else []), entry.confidence]
        if entry.check_before_relying(today):
            marks.append("check before relying on it")
        lines = [", ".join(str(line) for line in found.phones) or "(no number)", f"    {entry.name_in(language)}"]
        lines.append(f"    {' · '.join(marks)}")
        if entry.hours:
            lines.append(f"    hours: {entry.hours}")
        if entry.website:
            lines.append(f"    {entry.website}")
        lines.append(
            f"    verified: {entry.verified or 'never'}; sources: {len(entry.sources)}, first {entry.sources[0].url}"
        )
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) or "Nothing found."


def run_find(locales_dir: Path, args: argparse.Namespace, out: TextIO, err: TextIO) -> int:
    """``pristan directory find``: print and return the exit code, 2 for bad usage."""
    directory = Directory.load(locales_dir)
    try:
        if args.format == "json":
            print(json.dumps(find_json(directory, args), ensure_ascii=False, indent=2), file=out)
        else:
            print(find_text(directory, args), file=out)
    except ValueError as error:
        print(error, file=err)
        return 2
    return 0


def run_check(
    locales_dir: Path, out: TextIO, max_age_days: int | None = None, notes: bool = False, table: bool = True
) -> int:
    """``pristan directory check``: print findings and the coverage, return 1 if there is an error, else 0."""
    report = check(locales_dir) if max_age_days is None else check(locales_dir, max_age_days=max_age_days)
    shown: Sequence[Any] = [finding for finding in report.findings if notes or finding.severity != "note"]
    for finding in shown:
        print(finding, file=out)
    if table and report.coverage:
        print(("\n" if shown else "") + coverage_table(report.coverage), file=out)
    counts = f"{report.count('error')} errors, {report.count('warning')} warnings, {report.count('note')} notes"
    print(f"\n{counts}" + ("" if notes else " (show them with --notes)"), file=out)
    return report.exit_code
