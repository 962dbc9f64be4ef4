"""Counts which Chinese characters stand beside each other: ``python -m bot.content.count_han_pairs DICTIONARY``.

The dictionary is ``dict.txt`` of the Python package jieba (MIT): a word, how often it is used, and its kind, a line. To
these are added the project's own examples of messages and offers, by which the words of today's offers are known. The
result is kept in the repository; count again when examples of many new words were added.
"""

from __future__ import annotations

import itertools
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from bot.content.han_pairs import FIRST, LAST, PAIRS, STEPS
from bot.content.normalise import HAN_RUN, normalise

PROJECT = Path(__file__).resolve().parents[2]
#: The project's examples are few beside the dictionary's millions, and nearer to what is read.
_WEIGHT, _LEAST_EXAMPLES = 30, 2
_LEAST_CHARACTER, _LEAST_PAIR = 30, 10
_EXAMPLES = ("nlu_data/zh/*", "locales/zh/needs.yml", "locales/zh/safety.yml", "locales/zh/offer_talk.yml")


def _count(words: Iterable[tuple[str, int]], singles: Counter[str], pairs: Counter[str]) -> None:
    for word, often in words:
        for character in word:
            singles[character] += often
        for first, second in itertools.pairwise(word):
            pairs[first + second] += often


def _examples(project: Path) -> Iterable[tuple[str, int]]:
    for pattern in _EXAMPLES:
        for path in sorted(project.glob(pattern)):
            for run in HAN_RUN.findall(normalise(path.read_text(encoding="utf-8")).text):
                yield run, 1


def count(dictionary: Path, project: Path = PROJECT) -> None:
    """Count and write the file.

    Args:
        dictionary: words with how often they are used.
        project: whose examples are counted besides.
    """
    singles: Counter[str] = Counter()
    pairs: Counter[str] = Counter()
    lines = map(str.split, dictionary.read_text(encoding="utf-8").splitlines())
    _count(((word, int(often)) for word, often, *_ in lines if HAN_RUN.fullmatch(word)), singles, pairs)
    own_singles: Counter[str] = Counter()
    own_pairs: Counter[str] = Counter()
    _count(_examples(project), own_singles, own_pairs)
    for character, often in own_singles.items():
        singles[character] += often * _WEIGHT
    for pair, often in own_pairs.items():
        if often >= _LEAST_EXAMPLES:
            pairs[pair] += often * _WEIGHT
    known = sorted(
        character
        for character, often in singles.items()
        if often >= _LEAST_CHARACTER and FIRST <= ord(character) <= LAST
    )
    numbers = {character: number for number, character in enumerate(known, 1)}
    size = len(known) + 1
    kept = sorted(
        (numbers[pair[0]] * size + numbers[pair[1]], often)
        for pair, often in pairs.items()
        if often >= _LEAST_PAIR and pair[0] in numbers and pair[1] in numbers
    )
    keys = np.array([key for key, _ in kept], dtype=np.int64)
    np.savez_compressed(
        PAIRS,
        characters=np.array("".join(known)),
        often=np.log10([singles[character] for character in known]).astype(np.float16),
        steps=np.diff(keys, prepend=0).astype(np.int32),
        seen=np.minimum(np.rint(STEPS * np.log10([often for _, often in kept])), 255).astype(np.uint8),
    )


if __name__ == "__main__":
    count(Path(sys.argv[1]))
