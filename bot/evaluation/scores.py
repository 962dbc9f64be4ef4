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
#: Steps of confidence that are looked at apart.
CONFIDENCE_STEPS = 10


@dataclass(frozen=True)
class Understood:
    """A labelled message and what the bot made of it.

    Args:
        meant: the message with its label.
        intent: what was understood.
        emergency: the alarm that was raised, or None.
        language: the language it was taken for.
        confidence: chance of the intent, 0 to 1.
        sure: it would have been answered; otherwise the bot asks back.
        other: the meaning offered under the answer in case it is the wrong one, or None.
    """

    meant: Labelled
    intent: str
    emergency: str | None
    language: str
    confidence: float = 1.0
    sure: bool = True
    other: str | None = None

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


@dataclass(frozen=True)
class Reliability:
    """Messages understood with about the same confidence.

    Args:
        messages: how many.
        confidence: mean of theirs.
        right: share of them that were understood rightly.
    """

    messages: int
    confidence: float
    right: float


def reliability(understood: Sequence[Understood]) -> list[Reliability]:
    """How often each of ten steps of confidence is right; steps without messages are left out."""
    steps: dict[int, list[Understood]] = {}
    for one in understood:
        steps.setdefault(min(CONFIDENCE_STEPS - 1, int(one.confidence * CONFIDENCE_STEPS)), []).append(one)
    return [
        Reliability(len(own), sum(one.confidence for one in own) / len(own), sum(one.right for one in own) / len(own))
        for _, own in sorted(steps.items())
    ]


def calibration_error(understood: Sequence[Understood]) -> float | None:
    """Expected calibration error: how far confidence is from being right, mean over messages (Naeini et al. 2015)."""
    if not understood:
        return None
    steps = reliability(understood)
    return sum(step.messages * abs(step.confidence - step.right) for step in steps) / len(understood)


def figures(understood: Sequence[Understood]) -> dict[str, Any]:
    """All figures of one group of messages.

    Returns:
        ``messages``; ``macro_f1`` and ``accuracy`` of the intents; ``emergencies`` with ``recall`` (an alarm of any
        kind was raised for an emergency), ``right_kind`` and ``false_alarms`` (share of other messages with an
        alarm); ``language`` (share recognised); ``calibration_error``; ``sure_and_wrong`` (share answered as something
        else than was meant), ``wrong_alone`` (the same, and no other meaning was offered under the answer) and
        ``asked_back``. A share of nothing is None.
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
        "calibration_error": calibration_error(understood),
        "sure_and_wrong": _share(one.sure and not one.right for one in understood),
        "wrong_alone": _share(one.sure and not one.right and one.other is None for one in understood),
        "asked_back": _share(not one.sure for one in understood),
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
        found["calibration_error"],
        found["sure_and_wrong"],
        found["wrong_alone"],
        found["asked_back"],
    )
    return f"{name:<20}{found['messages']:>6}  " + "  ".join(f"{_figure(value):>9}" for value in cells)


def table(found: dict[str, Any]) -> str:
    """A report as text for a terminal."""
    heads = (
        "macro-F1", "accuracy", "em.recall", "em.kind", "em.false", "language", "calibr.", "sure+wrong", "alone",
        "asked",
    )  # fmt: skip
    lines = [f"{'':<20}{'n':>6}  " + "  ".join(f"{head:>9}" for head in heads)]
    for language, own in found["languages"].items():
        lines.append(_line(language, own))
        lines += [_line(f"  {style}", figured) for style, figured in own["styles"].items()]
    lines.append(_line("all", found["all"]))
    for language, own in found["languages"].items():
        lines.append(f"\n{language}, confused most:")
        lines += [f"  {count:>3}  {meant} taken for {taken}" for meant, taken, count in own["confused"]]
    return "\n".join(lines)
