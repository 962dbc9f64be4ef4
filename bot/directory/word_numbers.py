"""Words with numbers, as one sorted array: tens of thousands of small objects would take ten times as much memory."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Hashable, Iterable, Iterator

import numpy as np

#: So many low bits of a packed number hold the number, the others a part of what the word hashes to.
_NUMBER_BITS = 20
NUMBERS_MOST = 1 << _NUMBER_BITS
_HASH = (1 << 43) - 1


class WordNumbers:
    """Numbers by words, or by other things that can be hashed.

    Two words that hash alike are not told apart: whoever asks compares what the number stands for.

    Args:
        words: each with the number it is found by, below :data:`NUMBERS_MOST`.
    """

    def __init__(self, words: Iterable[tuple[Hashable, int]]) -> None:
        packed = array("Q", (_packed(word, number) for word, number in words))
        kept = np.frombuffer(packed, dtype=np.uint64) if packed else np.empty(0, dtype=np.uint64)
        self._packed = array("Q", np.unique(kept).tobytes())

    def of(self, word: Hashable) -> Iterator[int]:
        """The numbers of a word, each once, the lowest first."""
        first = _packed(word, 0)
        at = bisect_left(self._packed, first)
        while at < len(self._packed) and self._packed[at] >> _NUMBER_BITS == first >> _NUMBER_BITS:
            yield self._packed[at] & (NUMBERS_MOST - 1)
            at += 1


def _packed(word: Hashable, number: int) -> int:
    return (hash(word) & _HASH) << _NUMBER_BITS | number
