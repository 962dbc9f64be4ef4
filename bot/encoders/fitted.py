"""Fitted numbers in a file of the repository: plain arrays (npz), no pickle, put in place whole or not at all."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np


class FittedMissing(Exception):
    """The file is not there, or cannot be read."""


def read_fitted(path: Path) -> dict[str, np.ndarray]:
    """Every array of a file by its name.

    Raises:
        FittedMissing: there is no such file, or it is broken.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise FittedMissing(f"{path.name} is missing or broken") from error


def keep_fitted(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Put arrays in place of what was fitted before; whoever reads meanwhile has the old ones whole.

    Raises:
        OSError: the folder cannot be written to.
    """
    part = path.with_suffix(".part.npz")
    np.savez_compressed(part, **arrays)
    part.replace(path)
