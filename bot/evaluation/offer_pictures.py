"""A picture of how a language's offers are screened: levels given against labelled ones, and each flag."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from bot.evaluation.offers import LEVELS
from bot.evaluation.pictures import DOTS_PER_INCH, keep_picture, pyplot


def draw_screening(own: dict[str, Any], title: str, path: Path) -> None:
    """Write one PNG.

    Args:
        own: figures of one language, of :func:`bot.evaluation.offer_scores.report`.
        title: above the picture.
        path: the file; its folder exists.
    """
    counts = np.zeros((len(LEVELS), len(LEVELS)))
    for figured in own["sets"].values():
        for row, meant in enumerate(LEVELS):
            for column, given in enumerate(LEVELS):
                counts[row, column] += figured["confusion"][meant][given]
    totals = counts.sum(axis=1, keepdims=True)
    shares = np.divide(counts, totals, out=np.zeros_like(counts), where=totals > 0)
    flags = list(own["flags"])
    figure, (left, right) = pyplot().subplots(
        1, 2, figsize=(11, 2.5 + 0.2 * max(len(flags), 8)), dpi=DOTS_PER_INCH, gridspec_kw={"width_ratios": (1, 2)}
    )
    left.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    left.set_xticks(range(len(LEVELS)), LEVELS)
    left.set_yticks(range(len(LEVELS)), LEVELS)
    left.set_xlabel("level given")
    left.set_ylabel("labelled level")
    for row, column in np.ndindex(counts.shape):
        colour = "white" if shares[row, column] > 0.6 else "black"
        left.text(column, row, f"{counts[row, column]:.0f}", ha="center", va="center", color=colour)
    places = np.arange(len(flags))
    for offset, name, colour in ((-0.2, "recall", "#2b6cb0"), (0.2, "precision", "#a0aec0")):
        values = [own["flags"][flag][name] or 0 for flag in flags]
        right.barh(places + offset, values, height=0.38, label=name, color=colour)
    right.set_yticks(places, [f"{flag} ({own['flags'][flag]['meant']})" for flag in flags], fontsize=7)
    right.set_xlim(0, 1)
    right.invert_yaxis()
    right.legend(loc="lower left", fontsize=7)
    figure.suptitle(title)
    keep_picture(figure, path)
