"""A word that is written by ear, or with a slip of the finger: «пашпарт», «бизплатно», «рабтоа»."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

from bot.content.misspelt.rule_words import LONGEST_ENDING, RuleWords
from bot.content.misspelt.sounds import NEIGHBOURS, sound, sounds_heard, unlike

#: Shortest word read otherwise, shortest sound with a letter wrong, shortest such that raises a flag alone.
SHORTEST, _SHORTEST_SLIP, _SHORTEST_ALONE = 4, 5, 6
_LONGEST = 24
#: As many letters of a sound's beginning are looked up.
_BEGINNING = 7
#: Longest ending after what a rule names where that raises a flag alone.
_ENDING_ALONE = 2
#: How much a word may differ from one of so many letters, and from a longer one.
_MOST_UNLIKE, _MOST_UNLIKE_LONG = {4: 0.8, 5: 1.1, 6: 1.1, 7: 1.4}, 1.7
#: The same for a word that raises a flag alone.
_MOST_UNLIKE_ALONE = 1.2


class ByEar:
    """Reads one word as one of the rules.

    Args:
        language: "ru" or "bg".
        words: of its rules.
    """

    def __init__(self, language: str, words: RuleWords) -> None:
        self._language = language
        self._words = words

    @cached_property
    def _sounds(self) -> tuple[dict[str, tuple[str, ...]], dict[str, list[tuple[str, str, bool, bool]]]]:
        """What to look up: beginnings of sounds less a letter -> those beginnings; those -> words that begin so.

        Of each word its sound, itself, whether it is only a beginning, and whether it raises a flag alone.
        """
        near: dict[str, set[str]] = defaultdict(set)
        by_beginning: dict[str, list[tuple[str, str, bool, bool]]] = defaultdict(list)
        for written in self._words.phrase_words:
            word = written.rstrip("*")
            if written.startswith("*") or not "а" <= word[:1] <= "я" or len(word) < SHORTEST:
                continue
            heard = sound(word, self._language)
            if len(heard) >= SHORTEST - (len(word) > SHORTEST):
                by_beginning[heard[:_BEGINNING]].append(
                    (heard, word, written.endswith("*"), written in self._words.alone)
                )
        for beginning in by_beginning:
            for key in _less_one(beginning) if len(beginning) >= _SHORTEST_SLIP else (beginning,):
                near[key].add(beginning)
        return {key: tuple(sorted(found)) for key, found in near.items()}, dict(by_beginning)

    def read(self, word: str) -> str | None:
        """The word of the rules that a word most likely is, if there is one that near; its ending stays.

        Args:
            word: one that is no word.
        """
        if not SHORTEST <= len(word) <= _LONGEST:
            return None
        heard = sound(word, self._language)
        near, by_beginning = self._sounds
        beginnings: set[str] = set()
        for length in range(SHORTEST, min(_BEGINNING, len(heard) + 1) + 1):
            for key in _less_one(heard[:length]) if length >= _SHORTEST_SLIP else (heard[:length],):
                if key in near:
                    beginnings.update(near[key])
        best: tuple[float, int, str] | None = None
        chosen = None
        for beginning in beginnings:
            # A first letter that is wrong makes another word too easily; one too many may stand before it.
            if beginning[0] != heard[0] and heard[1:3] != beginning[:2]:
                continue
            for sought, target, stem, alone in by_beginning[beginning]:
                size = sounds_heard(heard, sought, stem)
                if size is None or len(heard) - size > LONGEST_ENDING:
                    continue
                if alone and (len(word) < _SHORTEST_ALONE or len(heard) - size > _ENDING_ALONE):
                    continue
                if heard[:size] != sought and not self._slip(heard, sought, size, stem, alone):
                    continue
                difference = unlike(word, target, stem)
                if difference > (_MOST_UNLIKE.get(len(target), _MOST_UNLIKE_LONG) if not alone else _MOST_UNLIKE_ALONE):
                    continue
                rest = len(heard) - size
                rank = (difference, -self._words.weights[target], target)
                if best is None or rank < best:
                    best, chosen = rank, target + (word[-rest:] if rest else "")
        return chosen if chosen != word else None

    def _slip(self, heard: str, sought: str, size: int, stem: bool, alone: bool) -> bool:
        """Whether a word with one sound wrong is more likely a slip than another word."""
        if len(sought) < _SHORTEST_SLIP or (alone and len(sought) < _SHORTEST_ALONE):
            return False
        if size != len(sought) or sorted(heard[:size]) == sorted(sought):
            # A letter too many or too few, or two that changed places: nobody inflects so but at the end.
            return size == len(sought) or (heard[:-1] != sought and heard != sought[:-1])
        at = next(place for place in range(size) if heard[place] != sought[place])
        # A letter for another: its neighbour on the keyboard, and not at the end, where words are inflected.
        return not alone and at < size - 1 and heard[at] in NEIGHBOURS[self._language].get(sought[at], "")


def _less_one(letters: str) -> Iterator[str]:
    """Letters, and each way to leave one of them out."""
    yield letters
    for at in range(len(letters)):
        yield letters[:at] + letters[at + 1 :]
