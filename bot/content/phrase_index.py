"""Which of thousands of phrases can stand in a text: looked up by the pieces of the text, not tried one by one."""

from __future__ import annotations

from collections.abc import Iterable

from bot.content.normalise import Normalised
from bot.content.patterns import Phrase, Rule
from bot.content.rule_files import RulesOfLanguages


class PhraseIndex:
    """Phrases of rules by the piece of text that each cannot do without.

    Args:
        rules: in the order in which matches are wanted.
    """

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._phrases = [(rule, phrase) for rule in rules for phrase in rule.any]
        self._by_piece: dict[str, list[int]] = {}
        self._always: list[int] = []
        for number, (_, phrase) in enumerate(self._phrases):
            if not phrase.keys:
                self._always.append(number)
            for piece in phrase.keys[0] if phrase.keys else ():
                self._by_piece.setdefault(piece, []).append(number)

    def possible(self, text: Normalised) -> list[tuple[Rule, Phrase]]:
        """The phrases that may stand in a text, with their rules, in the order of the rules."""
        pieces = text.pieces
        numbers = set(self._always)
        for piece in pieces & self._by_piece.keys():
            numbers.update(self._by_piece[piece])
        return [
            self._phrases[number]
            for number in sorted(numbers)
            if not any(keys.isdisjoint(pieces) for keys in self._phrases[number][1].keys[1:])
        ]


def indexes(rules: RulesOfLanguages) -> dict[str, PhraseIndex]:
    """An index a language, over the rules of all its sections."""
    return {
        language: PhraseIndex(rule for of_section in sections.values() for rule in of_section)
        for language, sections in rules.items()
    }
