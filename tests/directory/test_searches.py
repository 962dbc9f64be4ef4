"""Labelled searches by people who know nothing of the rules: words alone must not fall below what they reached."""

from pathlib import Path

from bot.evaluation.searches import SEARCHES, evaluate_searches
from bot.settings import Settings

ROOT = Path(__file__).parents[2]


def test_searches_by_words_alone() -> None:
    files = sorted((ROOT / SEARCHES).glob("*.jsonl"))
    scored = [one.right for one in evaluate_searches(Settings.from_environment(), files, True, lambda line: None)]
    assert len(scored) == 779
    assert sum(one["country and need"] for one in scored) / len(scored) >= 0.75
    assert sum(one["country"] for one in scored) / len(scored) >= 0.93
