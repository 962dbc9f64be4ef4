"""Figures over understood messages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sklearn.metrics import f1_score

from bot.dialogue.taxonomy import EMERGENCY_OF_INTENT
from bot.evaluation.labelled import Labelled

#: Confused pairs that a report names.
PAIRS_NAMED = 15


@dataclass(frozen=True)
class Understood:
    """A labelled message and what the bot made of it.

    Args:
        meant: the message with its label.
        intent: what was understood.
        emergency: the alarm that was raised, or None.
        language: the language it was taken for.
    """

    meant: Labelled
    intent: str
    emergency: str | None
    language: str

    @property
    def right(self) -> bool:
        """Whether the intent is the labelled one."""
        return self.intent == self.meant.intent


def macro_f1(understood: Sequence[Understood]) -> float:
    """Mean F1 over the intents that were meant at least once (scikit-learn's macro average over those labels)."""
    meant = [one.meant.intent for one in understood]
    return float(
        f1_score(meant, [one.intent for one in understood], labels=sorted(set(meant)), average="macro", zero_division=0)
    )


def _share(part: Iterable[bool]) -> float | None:
    values = list(part)
    return sum(values) / len(values) if values else None


def figures(understood: Sequence[Understood]) -> dict[str, Any]:
    """All figures of one group of messages.

    Returns:
        ``messages``; ``macro_f1`` and ``accuracy`` of the intents; ``emergencies`` with ``recall`` (an alarm of any
        kind was raised for an emergency), ``right_kind`` and ``false_alarms`` (share of other messages with an
        alarm); ``language`` (share recognised). A share of nothing is None.
    """
    urgent = [one for one in understood if one.meant.intent in EMERGENCY_OF_INTENT]
    calm = [one for one in understood if one.meant.intent not in EMERGENCY_OF_INTENT]
    return {
        "messages": len(understood),
        "macro_f1": macro_f1(understood),
        "accuracy": _share(one.right for one in understood),
        "emergencies": {
            "recall": _share(one.emergency is not None for one in urgent),
            "right_kind": _share(one.emergency == EMERGENCY_OF_INTENT[one.meant.intent] for one in urgent),
            "false_alarms": _share(one.emergency is not None for one in calm),
        },
        "language": _share(one.language == one.meant.language for one in understood),
    }


def report(understood: Sequence[Understood]) -> dict[str, Any]:
    """Figures of all messages, of each language, and of each style within a language; the pairs confused most."""
    languages: dict[str, Any] = {}
    for language in dict.fromkeys(one.meant.language for one in understood):
        own = [one for one in understood if one.meant.language == language]
        styles = sorted({one.meant.style for one in own})
        by_style = {style: figures([one for one in own if one.meant.style == style]) for style in styles}
        intents = sorted({one.meant.intent for one in own})
        by_intent = {intent: _share(one.right for one in own if one.meant.intent == intent) for intent in intents}
        confused = Counter((one.meant.intent, one.intent) for one in own if not one.right)
        languages[language] = {
            **figures(own),
            "styles": by_style,
            "intents": by_intent,
            "confused": [[meant, taken, count] for (meant, taken), count in confused.most_common(PAIRS_NAMED)],
        }
    return {"all": figures(understood), "languages": languages}


def _figure(value: float | None) -> str:
    return "    -" if value is None else f"{value:5.3f}"


def _line(name: str, found: dict[str, Any]) -> str:
    urgent = found["emergencies"]
    cells = (
        found["macro_f1"],
        found["accuracy"],
        urgent["recall"],
        urgent["right_kind"],
        urgent["false_alarms"],
        found["language"],
    )
    return f"{name:<20}{found['messages']:>6}  " + "  ".join(f"{_figure(value):>9}" for value in cells)


def table(found: dict[str, Any]) -> str:
    """A report as text for a terminal."""
    heads = ("macro-F1", "accuracy", "em.recall", "em.kind", "em.false", "language")
    lines = [f"{'':<20}{'n':>6}  " + "  ".join(f"{head:>9}" for head in heads)]
    for language, own in found["languages"].items():
        lines.append(_line(language, own))
        lines += [_line(f"  {style}", figured) for style, figured in own["styles"].items()]
    lines.append(_line("all", found["all"]))
    for language, own in found["languages"].items():
        lines.append(f"\n{language}, confused most:")
        lines += [f"  {count:>3}  {meant} taken for {taken}" for meant, taken, count in own["confused"]]
    return "\n".join(lines)
