"""Numbers that people said do not work: counted by entry, nothing about who said it.

People press "A number does not work" or say so; the count waits here until an editor has called the number, corrected
or withheld the entry, and cleared the count (``pristan directory failures --clear ID``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.directory.load import Directory, Origin
from bot.directory.model import Entry

#: Beginning of the counters' names; the entry's id follows.
PREFIX = "directory.failed."


def counter_of(entry_id: str) -> str:
    """Name of the counter of an entry."""
    return PREFIX + entry_id


@dataclass(frozen=True)
class Failure:
    """An entry people could not reach.

    Args:
        entry: the service; None if it was withheld or removed meanwhile.
        entry_id: its id.
        times: how many people said so since the count was last cleared.
        origin: where it stands.
    """

    entry: Entry | None
    entry_id: str
    times: int
    origin: Origin | None

    def __str__(self) -> str:
        place = f"{self.origin.file}:{self.origin.line}: " if self.origin else ""
        if self.entry is None:
            return f"{place}{self.entry_id}: {self.times} times (no longer shown)"
        digits = ", ".join(line.digits for line in self.entry.phone_lines()) or "no number"
        return f"{place}{self.entry_id}: {self.times} times ({digits}; last verified: {self.entry.verified or 'never'})"


def failures(directory: Directory, counters: Mapping[str, int]) -> tuple[Failure, ...]:
    """Entries people could not reach, the commonest first.

    Args:
        directory: what is shown now.
        counters: every counter by name.
    """
    found = [
        Failure(directory.get(entry_id), entry_id, times, directory.origins.get(entry_id))
        for name, times in counters.items()
        if times > 0 and name.startswith(PREFIX)
        for entry_id in (name[len(PREFIX) :],)
    ]
    return tuple(sorted(found, key=lambda failure: (-failure.times, failure.entry_id)))
