"""What a check of ``pristan doctor`` says, and how it is shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

Level = Literal["ok", "warn", "wrong"]


@dataclass(frozen=True)
class Finding:
    """One line.

    Args:
        check: what was looked at, a short name.
        level: ``ok``; ``warn``: the bot works, but look at it; ``wrong``: people or staff are not served
            safely.
        said: what was found; never a token, an address with a password, or anything about a person.
        mend: what to do about it; empty where all is well.
    """

    check: str
    level: Level
    said: str
    mend: str = ""

    def as_json(self) -> dict[str, Any]:
        """For ``--json``."""
        return asdict(self)

    def __str__(self) -> str:
        line = f"{self.level:<5}  {self.check:<12} {self.said}"
        return f"{line} {self.mend}" if self.mend else line


def ok(check: str, said: str) -> Finding:
    """All is well."""
    return Finding(check, "ok", said)


def warn(check: str, said: str, mend: str) -> Finding:
    """Works, but look at it."""
    return Finding(check, "warn", said, mend)


def wrong(check: str, said: str, mend: str) -> Finding:
    """Does not work."""
    return Finding(check, "wrong", said, mend)


def summary(findings: Iterable[Finding]) -> str:
    """How many of each."""
    levels = [finding.level for finding in findings]
    return f"{levels.count('wrong')} wrong, {levels.count('warn')} to look at, {levels.count('ok')} ok"
