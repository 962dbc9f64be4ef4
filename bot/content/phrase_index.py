"""Which of thousands of phrases can stand in a text: looked up by the pieces of the text, not tried one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from bot.content.normalise import Held, Normalised, Reach, Stretch
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

    def any_in(self, pieces: frozenset[str]) -> bool:
        """Whether a text with these pieces can hold any of the phrases."""
        return not self._known.isdisjoint(pieces)

    def held(self, pieces: frozenset[str]) -> Held:
        """The numbers of the phrases that a stretch with these pieces may hold."""
        held: Held = {}
        for piece in self._known & pieces:
            for number, others in self._by_piece[piece]:
                for group in others:
                    if group.isdisjoint(pieces):
                        break
                else:
                    held[number] = None
        return held


class Possible:
    """A phrase that may stand in a text, and where.

    Args:
        rule: whose phrase it is.
        phrase: it.
        number: its own among those held.
        text: normalised.
        places: beginning of each stretch that may hold it, the stretch, and what that holds; none: it may be anywhere.
    """

    __slots__ = ("_number", "_places", "_text", "phrase", "rule")

    def __init__(
        self, rule: Rule, phrase: Phrase, number: int, text: Normalised, places: Sequence[tuple[int, Stretch, Held]]
    ) -> None:
        self.rule = rule
        self.phrase = phrase
        self._number = number
        self._text = text
        self._places = places

    def search(self) -> list[tuple[int, int]]:
        """Beginning and end of its matches in the text."""
        phrase, number, text = self.phrase, self._number, self._text
        if not self._places or not phrase.anchors:
            return [found.span() for found in phrase.search(text)]
        spans = []
        for begin, stretch, held in self._places:
            known = held.get(number)
            if known is None:
                known = phrase.search_stretch(text, begin, stretch)
                if known:
                    held[number] = known
                else:
                    # It need not be tried in the next reading that has the same sentence.
                    held.pop(number, None)
            for start, end in known:
                spans.append((begin + start, begin + end))
        return spans


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
        found: dict[int, list[tuple[int, Stretch, Held]]] = {number: [] for number in self._always}
        for reach, phrases in self._by_reach:
            if not phrases.any_in(text.pieces):
                continue
            for begin, stretch in text.stretches(reach):
                held = stretch.holds.get(phrases)
                if held is None:
                    held = stretch.holds[phrases] = phrases.held(stretch.pieces)
                for number in held:
                    if number in found:
                        found[number].append((begin, stretch, held))
                    else:
                        found[number] = [(begin, stretch, held)]
        return [Possible(*self._phrases[number], number, text, found[number]) for number in sorted(found)]


def indexes(rules: RulesOfLanguages) -> dict[str, PhraseIndex]:
    """An index a language, over the rules of all its sections."""
    return {
        language: PhraseIndex(rule for of_section in sections.values() for rule in of_section)
        for language, sections in rules.items()
    }
