"""Fitted numbers: kept whole, and missed in one way however they are broken."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.encoders.fitted import FittedMissing, keep_fitted, read_fitted


def test_what_was_kept_is_read_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "one.npz"
    keep_fitted(path, {"weights": np.arange(3.0)})
    keep_fitted(path, {"weights": np.arange(4.0), "names": np.array(["a"])})
    stored = read_fitted(path)
    assert stored["weights"].tolist() == [0.0, 1.0, 2.0, 3.0]
    assert stored["names"].tolist() == ["a"]
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("content", [b"", b"no numbers", b"PK\x03\x04 cut off"])
def test_a_broken_file_is_missed_like_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "one.npz"
    with pytest.raises(FittedMissing, match=r"one\.npz"):
        read_fitted(path)
    path.write_bytes(content)
    with pytest.raises(FittedMissing, match=r"one\.npz"):
        read_fitted(path)
