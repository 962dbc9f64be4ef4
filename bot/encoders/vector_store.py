"""Keeps vectors of training examples on disk, so that training again costs seconds.

Only training examples come here, never what a person writes: the component that calls it does so while training only.
Keys are hashes of the encoder's version and the text.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from bot.encoders.base import SentenceEncoder

BATCH = 256
"""Texts between two lines of progress."""


def default_folder() -> Path:
    """`$PRISTAN_HOME/vectors`, else `.rasa/vectors` below the working folder."""
    home = os.environ.get("PRISTAN_HOME")
    return (Path(home) if home else Path(".rasa")) / "vectors"


def say_progress(name: str, done: int, total: int) -> None:
    """One line on stderr; on a terminal the same line is written over."""
    end = "\r" if sys.stderr.isatty() and done < total else "\n"
    print(f"sentence vectors ({name}): {done} of {total}", file=sys.stderr, end=end, flush=True)


class VectorStore:
    """Vectors of one encoder in one `.npz` file.

    Args:
        encoder: Computes what is not stored yet.
        folder: Where the file lives; made when needed. A folder that cannot be written costs time, nothing else.
    """

    def __init__(self, encoder: SentenceEncoder, folder: Path | None = None) -> None:
        self._encoder = encoder
        slug = encoder.version.replace("/", "-")
        self._path = (folder or default_folder()) / f"{slug}.npz"

    def vectors(self, texts: Sequence[str], progress: Callable[[str, int, int], None] = say_progress) -> np.ndarray:
        """Vectors of all texts, computed where they are not stored.

        Args:
            texts: Training examples.
            progress: Called with encoder name, number done and number to do while vectors are computed.

        Returns:
            float32 array of shape (len(texts), dimensions).
        """
        known = self._read()
        keys = [self._key(text) for text in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if missing:
            # Longest last: the first counts come quickly, and texts of one length share a batch.
            todo = sorted(missing, key=lambda key: len(missing[key]))
            batches = [todo[start : start + BATCH] for start in range(0, len(todo), BATCH)]
            done = 0
            # A batch for each core is quicker than each batch on all of them.
            with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
                computed = pool.map(lambda batch: self._encoder.encode_many([missing[key] for key in batch]), batches)
                for batch, vectors in zip(batches, computed, strict=True):
                    known.update(zip(batch, vectors.astype(np.float16), strict=True))
                    done += len(batch)
                    progress(self._encoder.name, done, len(todo))
            self._write(known)
        if not keys:
            return np.zeros((0, self._encoder.dimensions), dtype=np.float32)
        return np.stack([known[key] for key in keys]).astype(np.float32)

    def _key(self, text: str) -> bytes:
        return hashlib.sha256(f"{self._encoder.version}\n{text}".encode()).digest()[:16]

    def _read(self) -> dict[bytes, np.ndarray]:
        try:
            with np.load(self._path, allow_pickle=False) as stored:
                keys, vectors = stored["keys"], stored["vectors"]
        except (OSError, KeyError, ValueError, zipfile.BadZipFile):
            return {}
        if vectors.ndim != 2 or vectors.shape[1] != self._encoder.dimensions or len(keys) != len(vectors):
            return {}
        return {key.tobytes(): vector for key, vector in zip(keys, vectors, strict=True)}

    def _write(self, known: dict[bytes, np.ndarray]) -> None:
        keys = np.frombuffer(b"".join(known), dtype=np.uint8).reshape(len(known), -1)
        vectors = np.stack(list(known.values()))
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self._path.parent, suffix=".part", delete=False) as file:
                np.savez(file, keys=keys, vectors=vectors)
            Path(file.name).replace(self._path)
        except OSError as error:
            print(f"sentence vectors are not kept: {self._path.parent}: {error.strerror}", file=sys.stderr)
