"""The examples the reader of needs learns from: what is wrong is named by file and line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.directory.need_examples import (
    NeedExample,
    NeedExampleError,
    all_need_example_problems,
    need_example_problems,
    read_need_examples,
)
from bot.directory.need_reader import ENCODERS_READ, NeedReader, NeedReaderMissing, together


def test_the_examples_that_are_shipped_are_right() -> None:
    assert all_need_example_problems() == []


def test_what_is_wrong_is_named_by_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "needs.jsonl"
    wrong = [
        '{"text": "no bed for tonight", "need": "shelter", "also": ["violence"]}',
        "not json",
        '{"text": "hm", "need": "house"}',
        '{"text": "thanks", "need": "none", "also": ["legal"]}',
        '{"text": "no bed for tonight", "need": "shelter"}',
        '{"text": "who can help", "need": "hotline", "note": "x"}',
        '{"text": " ", "need": "hotline"}',
        "[1]",
    ]
    path.write_text("\n".join(wrong) + "\n", encoding="utf-8")
    problems = need_example_problems(path)
    assert [problem.split(": ")[0] for problem in problems] == [f"{path}:{line}" for line in range(2, 9)]
    with pytest.raises(NeedExampleError, match=":2: "):
        read_need_examples(path)
    path.write_text(wrong[0], encoding="utf-8")
    assert read_need_examples(path) == [NeedExample("no bed for tonight", "shelter", ("violence",))]
    assert need_example_problems(tmp_path / "missing.jsonl")[0].startswith(f"{tmp_path / 'missing.jsonl'}:1: ")


def test_a_reader_of_other_vectors_is_refused(tmp_path: Path) -> None:
    weights = {"encoders": np.array(["one", "two"])}
    with pytest.raises(NeedReaderMissing, match="fit_need_reader"):
        NeedReader(weights, ["one", "newer"])
    (tmp_path / "need_reader.npz").write_bytes(b"PK broken")
    with pytest.raises(NeedReaderMissing, match="missing or broken"):
        NeedReader.load(tmp_path / "need_reader.npz")


def test_a_sentence_of_a_long_story_is_heard() -> None:
    whole, asking = np.array([0.1, 0.2]), np.array([0.9, 0.0])
    assert together(whole[np.newaxis]).tolist() == whole.tolist()
    heard = together(np.stack([whole, np.array([0.0, 0.1]), asking]))
    assert heard[0] > heard[1]
    assert len(ENCODERS_READ) == 2
