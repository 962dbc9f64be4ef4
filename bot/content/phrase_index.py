"""Which of thousands of phrases can stand in a text: looked up by the pieces of the text, not tried one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from bot.content.normalise import Normalised, Reach
from bot.content.patterns import Phrase, Rule
from bot.content.rule_files import RulesOfLanguages

#: Number of a phrase, how far it reaches, and what else it needs.
_Entry = tuple[int, Reach, tuple[frozenset[str], ...]]


class PhraseIndex:
    """Phrases of rules by the piece of text that each cannot do without.

    Args:
        rules: in the order in which matches are wanted.
    """

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._phrases = [(rule, phrase) for rule in rules for phrase in rule.any]
        common = Counter(piece for _, phrase in self._phrases for group in phrase.literals for piece in group)
        self._always: list[int] = []
        self._by_piece: dict[str, list[_Entry]] = {}
        for number, (_, phrase) in enumerate(self._phrases):
            if not phrase.literals:
                self._always.append(number)
                continue
            # What stands in many phrases stands in many texts.
            rarest, *others = sorted(phrase.keys, key=lambda group: sum(common[piece] / len(piece) for piece in group))
            entry = (number, phrase.reach, tuple(others))
            for piece in rarest:
                self._by_piece.setdefault(piece, []).append(entry)

    def possible(self, text: Normalised) -> list[tuple[Rule, Phrase]]:
        """The phrases that may stand in a text, with their rules, in the order of the rules."""
        numbers = set(self._always)
        for piece in text.pieces & self._by_piece.keys():
            holding: dict[Reach, list[frozenset[str]]] = {}
            for number, reach, others in self._by_piece[piece]:
                if number in numbers:
                    continue
                if reach not in holding:
                    holding[reach] = [stretch for stretch in text.stretches(reach) if piece in stretch]
                if _one_has_all(holding[reach], others):
                    numbers.add(number)
        return [self._phrases[number] for number in sorted(numbers)]


def _one_has_all(stretches: Iterable[frozenset[str]], needed: tuple[frozenset[str], ...]) -> bool:
    """Whether one of the stretches has a piece of each group."""
    for stretch in stretches:
        for group in needed:
            if group.isdisjoint(stretch):
                break
        else:
            return True
    return False


def indexes(rules: RulesOfLanguages) -> dict[str, PhraseIndex]:
    """An index a language, over the rules of all its sections."""
    return {
        language: PhraseIndex(rule for of_section in sections.values() for rule in of_section)
        for language, sections in rules.items()
    }
