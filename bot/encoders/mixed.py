"""One vector for a text that can be read in two ways: Russian or Bulgarian typed with Latin letters."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from bot.content.latin_typed import readings


def mixed_vectors(texts: Sequence[str], encode: Callable[[list[str]], np.ndarray]) -> np.ndarray:
    """The vector of each text; of one that can be read in two ways, the mean by their shares.

    Args:
        texts: as they were written.
        encode: texts -> vectors, (texts, columns).

    Returns:
        float32 of (texts, columns).
    """
    ways = [readings(text) for text in texts]
    vectors = encode([text for read in ways for text, _ in read])
    shares = np.array([share for read in ways for _, share in read], dtype=np.float32)
    first = np.cumsum([0, *(len(read) for read in ways[:-1])])
    mixed: np.ndarray = np.add.reduceat(vectors * shares[:, np.newaxis], first, axis=0)
    return mixed
