"""Pictures of what is confused with what."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bot.evaluation.scores import Understood

DOTS_PER_INCH = 110
#: Square of one intent, inches.
_SQUARE = 0.21


def draw_confusion(understood: Sequence[Understood], intents: Sequence[str], title: str, path: Path) -> None:
    """Write a confusion matrix as PNG: rows are what was meant, columns what was understood, in the order given.

    Args:
        understood: the messages of one language.
        intents: all names, in the order of the taxonomy, so that neighbours stand together.
        title: above the picture.
        path: the file; its folder exists.
    """
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    place = {intent: index for index, intent in enumerate(intents)}
    counts = np.zeros((len(intents), len(intents)))
    for one in understood:
        if one.intent in place:
            counts[place[one.meant.intent], place[one.intent]] += 1
    totals = counts.sum(axis=1, keepdims=True)
    shares = np.divide(counts, totals, out=np.zeros_like(counts), where=totals > 0)

    side = 3.2 + _SQUARE * len(intents)
    figure, axes = pyplot.subplots(figsize=(side, side), dpi=DOTS_PER_INCH)
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
    figure.tight_layout()
    figure.savefig(path)
    pyplot.close(figure)
