"""Figures of the bot's work, for Prometheus: what happened how often, without anything about anybody.

Whoever sees a counter rise sees that somebody wrote just now; beside a person's phone that can be enough. So activity
is shown as of the last full minute, no figure has a label for a language, a country or a kind of alarm, and alarms are
not counted at all: only the urgent answers that could not be sent, because somebody must act on those.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from time import monotonic

#: Activity is shown as it was at the last renewal, seconds.
RENEWED = 60.0
#: Upper bounds of the histogram of turns, seconds.
BOUNDS = (0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)


@dataclass(frozen=True)
class Family:
    """A counter.

    Args:
        text: what it counts.
        label: what its values differ by.
        values: every value the label may have; nothing else can be counted, so no name of anybody can slip in.
    """

    text: str
    label: str
    values: tuple[str, ...]


FAMILIES: Mapping[str, Family] = {
    "updates": Family("Updates received.", "kind", ("message", "button", "member", "other", "unreadable")),
    "turns": Family("Turns of people and staff.", "outcome", ("done", "failed")),
    "limited": Family(
        "Messages not read because one sender sent too many.", "kind", ("messages", "offers", "files", "presses")
    ),
    "files_refused": Family("Pictures and documents not read because too many waited.", "why", ("busy",)),
    "sends": Family("Calls of the Bot API.", "outcome", ("sent", "again", "doubtful", "failed")),
    "urgent_failed": Family("Urgent answers (alarms, apologies) that could not be sent at once.", "why", ("send",)),
}

_Counts = dict[tuple[str, str], int]


@dataclass(frozen=True)
class Gauge:
    """A figure as it is now.

    Args:
        name: without the prefix.
        text: what it is.
        value: it.
    """

    name: str
    text: str
    value: float


class Metrics:
    """Counts; one for the process.

    Args:
        clock: seconds that never go backwards.
        renewed: how old shown activity may be, seconds.
    """

    def __init__(self, clock: Callable[[], float] = monotonic, renewed: float = RENEWED) -> None:
        self._clock = clock
        self._renewed = renewed
        self._counts: _Counts = {(name, value): 0 for name, family in FAMILIES.items() for value in family.values}
        self._turns = [0] * (len(BOUNDS) + 1)
        self._turn_seconds = 0.0
        self._show()

    def count(self, name: str, value: str) -> None:
        """Count one.

        Raises:
            KeyError: no such counter, or no such value of its label.
        """
        self._counts[name, value] += 1

    def turn_took(self, seconds: float) -> None:
        """A person's turn was decided so long after their message arrived."""
        self._turns[next((at for at, bound in enumerate(BOUNDS) if seconds <= bound), len(BOUNDS))] += 1
        self._turn_seconds += seconds

    def _show(self) -> None:
        self._shown = dict(self._counts), list(self._turns), self._turn_seconds
        self._shown_at = self._clock()

    def exposition(self, gauges: Iterable[Gauge]) -> str:
        """The text Prometheus reads (https://prometheus.io/docs/instrumenting/exposition_formats/).

        Args:
            gauges: what is known only when asked.
        """
        if self._clock() - self._shown_at >= self._renewed:
            self._show()
        counts, turns, seconds = self._shown
        lines = []
        for name, family in FAMILIES.items():
            lines += [f"# HELP pristan_{name}_total {family.text}", f"# TYPE pristan_{name}_total counter"]
            for value in family.values:
                lines.append(f'pristan_{name}_total{{{family.label}="{value}"}} {counts[name, value]}')
        lines += [
            "# HELP pristan_turn_seconds From a message's arrival to its answer being decided.",
            "# TYPE pristan_turn_seconds histogram",
        ]
        total = 0
        for bound, number in zip((*BOUNDS, "+Inf"), turns, strict=True):
            total += number
            lines.append(f'pristan_turn_seconds_bucket{{le="{bound}"}} {total}')
        lines += [f"pristan_turn_seconds_sum {seconds:.3f}", f"pristan_turn_seconds_count {total}"]
        for gauge in gauges:
            lines += [f"# HELP pristan_{gauge.name} {gauge.text}", f"# TYPE pristan_{gauge.name} gauge"]
            lines.append(f"pristan_{gauge.name} {gauge.value:g}")
        return "\n".join(lines) + "\n"
