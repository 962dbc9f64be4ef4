"""Pictures of what is confused with what, how far confidence can be trusted, and what more examples bring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bot.evaluation.scores import Reliability, Understood

DOTS_PER_INCH = 110
#: Square of one intent, inches.
_SQUARE = 0.21


def pyplot() -> Any:
    """matplotlib's figures, drawn without a screen; read only where a picture is asked for."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as figures

    return figures


def keep_picture(figure: Any, path: Path) -> None:
    """Write a figure and let go of it."""
    figure.tight_layout()
    figure.savefig(path)
    pyplot().close(figure)


def draw_confusion(understood: Sequence[Understood], intents: Sequence[str], title: str, path: Path) -> None:
    """Write a confusion matrix as PNG: rows are what was meant, columns what was understood, in the order given.

    Args:
        understood: the messages of one language.
        intents: all names, in the order of the taxonomy, so that neighbours stand together.
        title: above the picture.
        path: the file; its folder exists.
    """
    place = {intent: index for index, intent in enumerate(intents)}
    counts = np.zeros((len(intents), len(intents)))
    for one in understood:
        if one.intent in place:
            counts[place[one.meant.intent], place[one.intent]] += 1
    totals = counts.sum(axis=1, keepdims=True)
    shares = np.divide(counts, totals, out=np.zeros_like(counts), where=totals > 0)

    side = 3.2 + _SQUARE * len(intents)
    figure, axes = pyplot().subplots(figsize=(side, side), dpi=DOTS_PER_INCH)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(len(intents)), intents, rotation=90, fontsize=7)
    axes.set_yticks(range(len(intents)), intents, fontsize=7)
    axes.set_xlabel("understood")
    axes.set_ylabel("meant")
    axes.set_title(title)
    for row, column in zip(*np.nonzero(counts), strict=True):
        # Right ones stand dark on the diagonal; a number there would only be noise.
        if row != column:
            axes.text(column, row, f"{counts[row, column]:.0f}", ha="center", va="center", fontsize=6, color="#b00020")
    axes.grid(False)
    keep_picture(figure, path)


def draw_reliability(steps: Sequence[Reliability], title: str, path: Path) -> None:
    """Write a reliability curve as PNG: how often messages of each confidence are right; the diagonal is honest.

    Args:
        steps: of :func:`bot.evaluation.scores.reliability`.
        title: above the picture.
        path: the file; its folder exists.
    """
    figure, (curve, amounts) = pyplot().subplots(
        2, 1, figsize=(5, 6), dpi=DOTS_PER_INCH, sharex=True, gridspec_kw={"height_ratios": (3, 1)}
    )
    curve.plot((0, 1), (0, 1), linestyle="--", color="#888888", label="honest")
    curve.plot([step.confidence for step in steps], [step.right for step in steps], marker="o", label="measured")
    curve.set_ylabel("share understood rightly")
    curve.set_ylim(0, 1)
    curve.legend(loc="upper left")
    curve.set_title(title)
    amounts.bar([step.confidence for step in steps], [step.messages for step in steps], width=0.06)
    amounts.set_ylabel("messages")
    amounts.set_xlabel("confidence")
    amounts.set_xlim(0, 1)
    keep_picture(figure, path)


def draw_learning(measured: Mapping[str, Sequence[tuple[int, float]]], path: Path) -> None:
    """Write learning curves as PNG: macro-F1 by the number of examples.

    Args:
        measured: language -> examples of all languages together, and macro-F1 in this one.
        path: the file; its folder exists.
    """
    figure, axes = pyplot().subplots(figsize=(7, 4.5), dpi=DOTS_PER_INCH)
    for language, points in measured.items():
        axes.plot([count for count, _ in points], [value for _, value in points], marker="o", label=language)
    axes.set_xscale("log", base=2)
    counts = sorted({count for points in measured.values() for count, _ in points})
    axes.set_xticks(counts, [str(count) for count in counts])
    axes.minorticks_off()
    axes.set_xlabel("examples, all languages")
    axes.set_ylabel("macro-F1")
    axes.legend()
    axes.grid(visible=True, alpha=0.3)
    keep_picture(figure, path)
