"""Chinese words written with other characters of the same sound: 户罩 for 护照.

Any two characters sound like some word; told apart from what is meant as it stands by how unlikely it is that somebody
writes them beside each other, and how likely that the other word is meant.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property

import numpy as np

from bot.content.han_pairs import FIRST, LAST, HanPairs, points_of
from bot.content.han_words import pairs_of

#: As often as this a pair of the rules counts as seen at least: the examples may never have had it.
_PAIR_OF_RULES = 2.5
#: So much more often, as a logarithm, the pair that is meant was seen than the one that stands there ...
_MORE_OFTEN = 1.0
#: ... and so much more likely it stands there, for each character that is another.
_MORE_LIKELY = 1.6
#: So much likelier the words that are meant are in a whole text before it is read by its sound, ...
SUSPICIOUS = 3.0
#: ... and so much a phrase of a rule, at least, and for each character that is another; less is enough where what
#: stands beside it shows that it is written so.
_AT_LEAST, _EACH = 3.0, 1.2
_DISGUISED, _AT_LEAST_DISGUISED, _EACH_DISGUISED = 4.5, 1.5, 0.7
_MOST = 200


class Homophones:
    """Finds where the words of rules stand in other characters.

    Args:
        runs: Chinese characters that stand beside each other in the rules.
        sound: a character's sound, as it is heard.
    """

    def __init__(self, runs: Iterable[str], sound: Callable[[str], str]) -> None:
        self._pairs = pairs_of(runs)
        self._sound = sound
        self._characters = HanPairs.load()

    @cached_property
    def _by_sound(self) -> dict[tuple[str, str], list[str]]:
        found: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for pair in sorted(self._pairs):
            found[self._sound(pair[0]), self._sound(pair[1])].append(pair)
        return dict(found)

    @cached_property
    def _sounds(self) -> tuple[np.ndarray, np.ndarray]:
        """For each code point the number of its sound; for each two sounds how often a pair of the rules is seen."""
        heard = [self._sound(chr(point)) for point in range(FIRST, LAST + 1)]
        # What has no sound is no pair's: the number 0.
        numbers = {sound: number for number, sound in enumerate(["", *sorted(set(heard) - {""})])}
        of_points = np.zeros(LAST + 2, dtype=np.int32)
        of_points[FIRST : LAST + 1] = [numbers[sound] for sound in heard]
        best = np.zeros((len(numbers), len(numbers)), dtype=np.float32)
        for (first, second), pairs in self._by_sound.items():
            if first in numbers and second in numbers:
                best[numbers[first], numbers[second]] = max(map(self._often, pairs)) - _MORE_OFTEN
        return of_points, best

    def _often(self, pair: str) -> float:
        return max(self._characters.strength(*pair), _PAIR_OF_RULES)

    def found(self, text: str) -> Iterator[tuple[int, float]]:
        """Where two characters stand that most likely mean others of the same sound, and how much likelier these are.

        Args:
            text: normalised.
        """
        points = points_of(text)
        if len(points) < 2:
            return
        of_points, best = self._sounds
        heard = of_points[np.minimum(points, LAST + 1)]
        seen = self._characters.around(points)
        other = best[heard[:-1], heard[1:]]
        # A character that makes a word with its neighbour on the other side is meant as it stands.
        unlikely = (other > seen[1:-1]) & (other > np.minimum(seen[:-2], seen[2:]))
        for place in unlikely.nonzero()[0][:_MOST].tolist():
            gain = self._gain(text, place)
            if gain >= _MORE_LIKELY:
                yield place, gain

    def nearer(self, one: str, other: str, run: Sequence[str], at: int) -> bool:
        """Whether a character is likelier than another in a place of a run."""
        before, after = "".join(run[max(0, at - 1) : at]), "".join(run[at + 1 : at + 2])
        return self.likelier(before, other, one, after) > 0

    def meant(self, written: str, meant: str, others: Sequence[int], beside: float) -> bool:
        """Whether characters of the same sound are meant by those that are written.

        Args:
            written: with a character before and after.
            meant: as many.
            others: the places where they differ.
            beside: how much likelier others of the same sound are around these, as a logarithm.
        """
        gain = self.likelier("", written, meant, "")
        least, each = (_AT_LEAST, _EACH) if beside < _DISGUISED else (_AT_LEAST_DISGUISED, _EACH_DISGUISED)
        return bool(others) and gain >= max(least, each * len(others))

    def _gain(self, text: str, place: int) -> float:
        """How much likelier the best other two characters stand in a place, as a logarithm, for each other one."""
        pair = text[place : place + 2]
        if pair in self._pairs:
            return 0.0
        before, after = text[max(0, place - 1) : place], text[place + 2 : place + 3]
        others = self._by_sound.get((self._sound(pair[0]), self._sound(pair[1])), ())
        return max(
            (self.likelier(before, pair, other, after) / sum(map(str.__ne__, pair, other)) for other in others),
            default=0.0,
        )

    def likelier(self, before: str, written: str, meant: str, after: str) -> float:
        """How much likelier characters stand between two others than those that are written, as a logarithm.

        Args:
            before: the character before, if any.
            written: what stands there.
            meant: as many characters.
            after: the character after, if any.
        """
        likelihood = self._characters.likelihood
        return likelihood(before + meant + after) - likelihood(before + written + after)
