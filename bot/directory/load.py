"""Reads the directory files, fast, and says in which line of which file something is wrong.

The whole directory is some 450 entries in 80 files. Emergency numbers must be ready before anything else, so
``Directory.load_emergency`` reads only the entries an alarm can need.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from bot.directory import find as finder
from bot.directory.model import INTERNATIONAL, Entry

logger = logging.getLogger(__name__)

try:
    from yaml import CSafeLoader as _SafeLoader
except ImportError:  # PyYAML built without libyaml: the same result, several times slower
    from yaml import SafeLoader as _SafeLoader  # type: ignore[assignment]

#: Folder of the entries inside ``locales/``.
FOLDER = "directory"
_ENTRY_START = re.compile(r"^- ", re.MULTILINE)
_ALARM_ENTRY = re.compile(r"^ *(kind: (emergency|child_helpline)|- suicide_prevention)\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Problem:
    """Something wrong in a file, where an editor finds it.

    Args:
        file: the file's path.
        line: line number, from 1.
        message: what is wrong, in words for somebody who does not program.
        entry_id: id of the entry, if known.
    """

    file: Path
    line: int
    message: str
    entry_id: str | None = None

    def __str__(self) -> str:
        about = f"{self.entry_id}: " if self.entry_id else ""
        return f"{self.file}:{self.line}: {about}{self.message}"


class DirectoryError(Exception):
    """The directory cannot be used as it is; ``problems`` say why, one line each."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass(frozen=True)
class Origin:
    """Where an entry stands: file and line (from 1) of its ``- id:``."""

    file: Path
    line: int


def _line_of(node: yaml.Node, path: tuple[str | int, ...]) -> int:
    """The line (from 1) of the field at ``path`` below ``node``; of the nearest parent if the field is missing."""
    line = node.start_mark.line
    for step in path:
        found: yaml.Node | None = None
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == step:
                    line, found = key.start_mark.line, value
                    break
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            found = node.value[step]
            line = found.start_mark.line
        if found is None:
            break
        node = found
    return line + 1


def _duplicate_keys(node: yaml.Node) -> Iterator[yaml.Node]:
    """Keys that stand twice in one mapping: YAML would silently drop the first."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    yield key
                seen.add(key.value)
            yield from _duplicate_keys(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _duplicate_keys(item)


def _explain(raw: Any, error: ValidationError, block: str, file: Path, first_line: int) -> list[Problem]:
    root = yaml.compose(block, Loader=_SafeLoader)
    entry_node = root.value[0] if isinstance(root, yaml.SequenceNode) else yaml.ScalarNode("", "")
    entry_id = str(raw.get("id")) if isinstance(raw, Mapping) else None
    problems = []
    for detail in error.errors():
        path = tuple(step for step in detail["loc"] if step != "__root__")
        path = tuple("for" if step == "for_" else step for step in path)
        field = ".".join(str(step) for step in path)
        message = f"{field}: {detail['msg']}" if field else detail["msg"]
        problems.append(Problem(file, first_line + _line_of(entry_node, path) - 1, message, entry_id))
    return problems


def _blocks(text: str) -> Iterator[tuple[int, str]]:
    """Each entry's text with the line (from 1) it begins at. An entry begins with ``- `` at the margin."""
    starts = [match.start() for match in _ENTRY_START.finditer(text)]
    line, counted = 1, 0
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        line += text.count("\n", counted, start)
        counted = start
        yield line, text[start:end]


def _strange_text(text: str, file: Path) -> list[Problem]:
    """Text at the margin that belongs to no entry: reading entry by entry would pass over it."""
    before = text[: match.start()] if (match := _ENTRY_START.search(text)) else text
    return [
        Problem(file, number, 'this line belongs to no entry; an entry begins with "- id:" at the left margin')
        for number, line in enumerate(before.splitlines(), 1)
        if line.strip() and not line.lstrip().startswith(("#", "---"))
    ]


def read_file(file: Path, alarm_only: bool = False) -> tuple[list[tuple[Entry, int]], list[Problem]]:
    """Read one country file.

    Args:
        file: a ``.yml`` file of the directory.
        alarm_only: only emergency numbers, suicide lines and child helplines.

    Returns:
        the valid entries with their line, and what is wrong with the others.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        return [], [Problem(file, 1, "the file is not saved as UTF-8")]
    entries: list[tuple[Entry, int]] = []
    problems = _strange_text(text, file)
    for line, block in _blocks(text):
        if alarm_only and not _ALARM_ENTRY.search(block):
            continue
        try:
            loaded = yaml.load(block, Loader=_SafeLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            problems.append(Problem(file, line + (mark.line if mark else 0), f"not readable as YAML: {error.problem}"))
            continue
        except (yaml.YAMLError, ValueError) as error:
            # ValueError: an impossible date such as 2026-13-01
            problems.append(Problem(file, line, f"not readable as YAML: {error}"))
            continue
        raw = loaded[0]
        try:
            entries.append((Entry.parse_obj(raw), line))
        except ValidationError as error:
            problems.extend(_explain(raw, error, block, file, line))
    return entries, problems


def duplicate_keys(file: Path) -> list[Problem]:
    """Fields written twice in one entry. Slow; for the check, not for starting up."""
    problems = []
    for line, block in _blocks(file.read_text(encoding="utf-8-sig")):
        try:
            root = yaml.compose(block, Loader=_SafeLoader)
        except yaml.YAMLError:
            continue
        for key in _duplicate_keys(root) if root else ():
            problems.append(Problem(file, line + key.start_mark.line, f"{key.value} is written twice in this entry"))
    return problems


class Directory:
    """The services that may be shown, and what finds them.

    Args:
        entries: valid entries, withheld ones included.
        origins: where each entry stands, by id.
        problems: what was wrong in the files that were read; those entries are left out.
    """

    def __init__(
        self, entries: Iterable[Entry], origins: Mapping[str, Origin] | None = None, problems: Iterable[Problem] = ()
    ) -> None:
        everything = tuple(entries)
        #: Every entry that may be shown. Withheld ones are never in here.
        self.entries: tuple[Entry, ...] = tuple(entry for entry in everything if not entry.withhold)
        #: Kept for the check only; never show one of these.
        self.withheld: tuple[Entry, ...] = tuple(entry for entry in everything if entry.withhold)
        self.origins: Mapping[str, Origin] = dict(origins or {})
        self.problems: tuple[Problem, ...] = tuple(problems)
        self._by_id = {entry.id: entry for entry in self.entries}
        self._by_country: dict[str, list[Entry]] = {}
        for entry in self.entries:
            self._by_country.setdefault(entry.country, []).append(entry)

    @classmethod
    def load(cls, locales_dir: Path | str, strict: bool = False) -> Directory:
        """Read every country file.

        Args:
            locales_dir: the folder ``locales``; the files are in ``directory/`` below it.
            strict: raise if anything is wrong. Otherwise the bad entries are left out and logged, so that one
                mistake in one file takes no number away from people in other countries.

        Raises:
            DirectoryError: no entry at all could be read; or ``strict`` and something is wrong.
        """
        return cls._load(Path(locales_dir), alarm_only=False, strict=strict)

    @classmethod
    def load_emergency(cls, locales_dir: Path | str) -> Directory:
        """Read only emergency numbers, suicide lines and child helplines: what ``emergency()`` needs, at once.

        Raises:
            DirectoryError: no entry at all could be read.
        """
        return cls._load(Path(locales_dir), alarm_only=True, strict=False)

    @classmethod
    def _load(cls, locales_dir: Path, alarm_only: bool, strict: bool) -> Directory:
        folder = locales_dir / FOLDER
        entries: dict[str, Entry] = {}
        origins: dict[str, Origin] = {}
        problems: list[Problem] = []
        for file in sorted(folder.glob("*.yml")):
            read, wrong = read_file(file, alarm_only)
            problems.extend(wrong)
            for entry, line in read:
                if entry.id in entries:
                    first = origins[entry.id]
                    problems.append(Problem(file, line, f"the same id stands in {first.file}:{first.line}", entry.id))
                    continue
                entries[entry.id] = entry
                origins[entry.id] = Origin(file, line)
        if not entries:
            problems.append(Problem(folder, 1, "no entry could be read from this folder"))
        if not entries or (strict and problems):
            raise DirectoryError(problems)
        for problem in problems:
            logger.error("directory entry left out: %s", problem)
        return cls(entries.values(), origins, problems)

    def __len__(self) -> int:
        return len(self.entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def get(self, entry_id: str) -> Entry | None:
        """The entry of an id, or None if there is none or it is withheld."""
        return self._by_id.get(entry_id)

    @property
    def countries(self) -> tuple[str, ...]:
        """Codes of the countries with at least one entry to show, sorted; without the international ``ZZ``."""
        return tuple(sorted(set(self._by_country) - {INTERNATIONAL}))

    def of_country(self, country: str) -> tuple[Entry, ...]:
        """The entries of one country, in the file's order. ``ZZ``: the international ones."""
        return tuple(self._by_country.get(country.upper(), ()))

    def find(
        self,
        country: str | None,
        city: str | None = None,
        language: str | None = None,
        need: str | None = None,
        serves: str | None = None,
        nationality: str | None = None,
        limit: int = finder.DEFAULT_LIMIT,
    ) -> finder.FindResult:
        """The services to show for a need in a place, the emergency entry first; see ``bot.directory.find``."""
        return finder.find(self, country, city, language, need, serves, nationality, limit)

    def search(
        self,
        country: str | None,
        city: str | None = None,
        wanted: finder.Criteria | None = None,
        limit: int = finder.DEFAULT_LIMIT,
    ) -> finder.FindResult:
        """The services to show by all criteria; see ``bot.directory.find``."""
        return finder.search(self, country, city, wanted, limit)

    def emergency(
        self, country: str | None, need: str = "danger", language: str | None = None, serves: str | None = None
    ) -> finder.EmergencyNumbers:
        """The digits for an alarm, in the order to show them; see ``bot.directory.find``."""
        return finder.emergency(self, country, need, language, serves)
