"""Labelled searches by people who know nothing of the rules: words alone must not fall below what they reached."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.evaluation.searches import SEARCHES, evaluate_searches
from bot.settings import Settings

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("sets", "messages", "both", "country"),
    [
        (lambda name: not name.endswith("_third"), 619, 0.80, 0.95),
        (lambda name: name.endswith("_third"), 160, 0.54, 0.78),
    ],
    ids=["older sets", "third blind set"],
)
def test_searches_by_words_alone(sets: Callable[[str], bool], messages: int, both: float, country: float) -> None:
    files = sorted(path for path in (ROOT / SEARCHES).glob("*.jsonl") if sets(path.stem))
    scored = [one.right for one in evaluate_searches(Settings.from_environment(), files, True, lambda line: None)]
    assert len(scored) == messages
    assert sum(one["country and need"] for one in scored) / len(scored) >= both
    assert sum(one["country"] for one in scored) / len(scored) >= country
