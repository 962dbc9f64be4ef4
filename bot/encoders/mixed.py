"""One vector for a text that can be read in two ways: Russian or Bulgarian typed with Latin letters."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

#: The ways a text may be read, each with its share (:func:`bot.content.latin_typed.readings`).
Ways = Sequence[tuple[str, float]]


def mixed_vectors(ways: Sequence[Ways], encode: Callable[[list[str]], np.ndarray]) -> np.ndarray:
    """The vector of each text; of one that can be read in two ways, the mean by their shares.

    Args:
        ways: of each text.
        encode: texts -> vectors, (texts, columns).

    Returns:
        float32 of (texts, columns).
    """
    vectors = encode([text for read in ways for text, _ in read])
    shares = np.array([share for read in ways for _, share in read], dtype=np.float32)
    first = np.cumsum([0, *(len(read) for read in ways[:-1])])
    mixed: np.ndarray = np.add.reduceat(vectors * shares[:, np.newaxis], first, axis=0)
    return mixed
