"""Which of thousands of phrases can stand in a text: looked up by the pieces of the text, not tried one by one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from bot.content.normalise import Normalised, Reach, Stretch
from bot.content.patterns import Phrase, Rule
from bot.content.rule_files import RulesOfLanguages

#: Number of a phrase, and groups of pieces of each of which it needs one besides.
_Entry = tuple[int, tuple[frozenset[str], ...]]


class _OfReach:
    """The phrases of one reach, by the piece of text that each cannot do without.

    Args:
        phrases: with their numbers; each has literals.
    """

    def __init__(self, phrases: Sequence[tuple[int, Phrase]]) -> None:
        common = Counter(piece for _, phrase in phrases for group in phrase.literals for piece in group)
        groups: dict[frozenset[str], frozenset[str]] = {}
        self._by_piece: dict[str, list[_Entry]] = {}
        for number, phrase in phrases:
            # What stands in many phrases stands in many texts.
            rarest, *others = sorted(phrase.keys, key=lambda group: sum(common[piece] / len(piece) for piece in group))
            entry = (number, tuple(groups.setdefault(group, group) for group in others))
            for piece in rarest:
                self._by_piece.setdefault(piece, []).append(entry)
        self._known = frozenset(self._by_piece)

    def possible(self, text: Normalised, reach: Reach) -> Iterator[tuple[int, Stretch, set[int]]]:
        """Place and stretch of a text, and the numbers of the phrases that it may hold."""
        known = self._known & text.pieces
        for begin, stretch in text.stretches(reach) if known else ():
            held = stretch.holds.get(self)
            if held is None:
                held = stretch.holds[self] = self._held(known & stretch.pieces, stretch.pieces)
            if held:
                yield begin, stretch, held

    def _held(self, known: Iterable[str], pieces: frozenset[str]) -> set[int]:
        held = set()
        for piece in known:
            for number, others in self._by_piece[piece]:
                for group in others:
                    if group.isdisjoint(pieces):
                        break
                else:
                    held.add(number)
        return held


class Possible:
    """A phrase that may stand in a text, and where."""

    __slots__ = ("_number", "_stretches", "_text", "phrase", "rule")

    def __init__(self, rule: Rule, phrase: Phrase, number: int, text: Normalised) -> None:
        self.rule = rule
        self.phrase = phrase
        self._number = number
        self._text = text
        self._stretches: list[tuple[int, Stretch, set[int]]] = []

    def add(self, place: tuple[int, Stretch, set[int]]) -> None:
        """One more stretch in which it may stand."""
        self._stretches.append(place)

    def search(self) -> Iterator[re.Match[str]]:
        """Its matches in the text."""
        if not self._stretches or not self.phrase.anchors:
            yield from self.phrase.search(self._text)
            return
        for begin, stretch, held in self._stretches:
            found = None
            for found in self.phrase.search_stretch(self._text, begin, stretch):
                yield found
            if found is None:
                # It need not be tried in the next reading that has the same sentence.
                held.discard(self._number)


class PhraseIndex:
    """Phrases of rules by the pieces of text that each cannot do without.

    Args:
        rules: in the order in which matches are wanted.
    """

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._phrases = [(rule, phrase) for rule in rules for phrase in rule.any]
        self._always: list[int] = []
        by_reach: dict[Reach, list[tuple[int, Phrase]]] = {}
        for number, (_, phrase) in enumerate(self._phrases):
            if phrase.literals:
                by_reach.setdefault(phrase.reach, []).append((number, phrase))
            else:
                self._always.append(number)
        self._by_reach = [(reach, _OfReach(phrases)) for reach, phrases in by_reach.items()]

    def possible(self, text: Normalised) -> list[Possible]:
        """The phrases that may stand in a text, with their rules, in the order of the rules."""
        found = {number: Possible(*self._phrases[number], number, text) for number in self._always}
        for reach, phrases in self._by_reach:
            for place in phrases.possible(text, reach):
                for number in place[2]:
                    if number not in found:
                        found[number] = Possible(*self._phrases[number], number, text)
                    found[number].add(place)
        return [found[number] for number in sorted(found)]


def indexes(rules: RulesOfLanguages) -> dict[str, PhraseIndex]:
    """An index a language, over the rules of all its sections."""
    return {
        language: PhraseIndex(rule for of_section in sections.values() for rule in of_section)
        for language, sections in rules.items()
    }
