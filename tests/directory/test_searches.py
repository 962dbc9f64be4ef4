"""Labelled searches by people who know nothing of the rules: words alone must not fall below what they reached."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.evaluation.searches import SEARCHES, evaluate_searches
from bot.settings import Settings

ROOT = Path(__file__).parents[2]
#: Endings of the names of sets that rules were hardly made by.
NEWER = ("_third", "_fourth", "_fifth", "_sixth")


@pytest.mark.parametrize(
    ("sets", "every", "both", "country"),
    [
        (lambda name: not name.endswith(NEWER), 3, 0.76, 0.94),
        (lambda name: name.endswith(NEWER), 3, 0.54, 0.78),
    ],
    ids=["older sets", "third to sixth blind set"],
)
def test_searches_by_words_alone(
    sets: Callable[[str], bool], every: int, both: float, country: float, tmp_path: Path
) -> None:
    """A sample: all of them, with the model, are measured by ``pristan evaluate searches``."""
    files = []
    for path in sorted((ROOT / SEARCHES).glob("*.jsonl")):
        if sets(path.stem):
            files.append(tmp_path / path.name)
            files[-1].write_text("\n".join(path.read_text(encoding="utf-8").splitlines()[::every]), encoding="utf-8")
    scored = [one.right for one in evaluate_searches(Settings.from_environment(), files, True, lambda line: None)]
    assert len(scored) >= 180
    assert sum(one["country and need"] for one in scored) / len(scored) >= both
    assert sum(one["country"] for one in scored) / len(scored) >= country
