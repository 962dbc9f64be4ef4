"""How likely Chinese characters stand beside each other: 户罩 is no Chinese, 护照 is.

The counts are of the words of jieba's dictionary (MIT), each as often as it is used, and of the project's own examples
of what people write; :mod:`bot.content.count_han_pairs` makes the file.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from functools import lru_cache
from pathlib import Path

import numpy as np

PAIRS = Path(__file__).with_name("han_pairs.npz")
#: Where the characters begin and end that may be known.
FIRST, LAST = 0x4E00, 0x9FFF
#: Counts are kept as so many times their logarithm.
STEPS = 20
#: Of all places, so many are between two words: there, any two characters may meet.
_BETWEEN_WORDS = 0.3


def points_of(text: str) -> np.ndarray:
    """The code points of a text."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.int32)


@lru_cache(maxsize=1)
def common() -> frozenset[str]:
    """The characters of every day: the first level of GB 2312."""
    return frozenset(bytes((row, cell)).decode("gb2312", "ignore") for row in range(0xB0, 0xD8)
                     for cell in range(0xA1, 0xFF))  # fmt: skip


class HanPairs:
    """What is known of characters and pairs of them.

    Args:
        characters: those that are known, in their order.
        often: for each, the logarithm of how often it was seen.
        keys: of each pair its first character's number times their count plus the second's, sorted; a number is that
            of the place among the characters, from 1.
        seen: for each pair :data:`STEPS` times the logarithm of how often it was seen.
    """

    def __init__(self, characters: str, often: np.ndarray, keys: np.ndarray, seen: np.ndarray) -> None:
        self._size = len(characters) + 1
        self._number = {character: number for number, character in enumerate(characters, 1)}
        self._numbers = np.zeros(LAST + 2, dtype=np.int32)
        self._numbers[[ord(character) for character in characters]] = np.arange(1, self._size)
        counts = 10.0 ** often.astype(float)
        self._count = [1.0, *counts.tolist()]
        self._all = float(counts.sum())
        self._keys = array("i", keys.astype(np.int32).tobytes())
        self._seen = array("B", seen.astype(np.uint8).tobytes())

    @classmethod
    @lru_cache(maxsize=1)
    def load(cls) -> HanPairs:
        """Those of the file, read once."""
        with np.load(PAIRS) as kept:
            keys = np.cumsum(kept["steps"], dtype=np.int64)
            return cls(str(kept["characters"]), kept["often"], keys, kept["seen"])

    def around(self, points: np.ndarray) -> np.ndarray:
        """Before each character of a text, and after its last, how often the two there were seen beside each other.

        Args:
            points: its code points, (characters,); at least two.

        Returns:
            Logarithms, 0 for never and at both ends: (characters + 1,).
        """
        numbers = self._numbers[np.minimum(points, LAST + 1)]
        keys = np.frombuffer(self._keys, dtype=np.int32)
        seen = np.frombuffer(self._seen, dtype=np.uint8)
        sought = numbers[:-1] * self._size + numbers[1:]
        places = np.minimum(keys.searchsorted(sought), len(keys) - 1)
        strengths = np.zeros(len(points) + 1)
        strengths[1:-1] = (keys[places] == sought) * seen[places] / STEPS
        return strengths

    def strength(self, first: str, second: str) -> float:
        """The logarithm of how often two characters were seen beside each other, 0 for never."""
        key = self._number.get(first, 0) * self._size + self._number.get(second, 0)
        place = bisect_left(self._keys, key)
        return self._seen[place] / STEPS if place < len(self._keys) and self._keys[place] == key else 0.0

    def likelihood(self, run: str) -> float:
        """The logarithm of how likely characters are to stand in this order."""
        total, before = 0.0, ""
        for character in run:
            alone = self._count[self._number.get(character, 0)] / self._all
            if before:
                strength = self.strength(before, character)
                together = 10.0**strength if strength else 0.0
                alone = alone * _BETWEEN_WORDS + together / max(self._count[self._number.get(before, 0)], together, 1.0)
            total += math.log10(alone)
            before = character
        return total
