"""Words run together: «паспортсдаёте», «ЗвонитеСейчас»."""

from __future__ import annotations

import itertools

from bot.content.misspelt.rule_words import RuleWords
from bot.content.normalise import Normalised

#: Shortest words run together, longest, and the shortest word of the rules that must be among them.
SHORTEST_GLUED, _LONGEST_GLUED, _TELLING = 8, 48, 4
#: Short words that may stand among others run together.
SMALL = {
    "ru": frozenset(
        ["а", "в", "и", "к", "о", "с", "у", "я", "без", "во", "все", "вы", "да", "до", "если", "за", "из", "или", "ко",
         "на", "не", "нет", "но", "об", "от", "по", "под", "при", "со", "то", "что", "мы", "ты", "их", "наш", "твой"]
    ),
    "bg": frozenset(
        ["а", "в", "и", "с", "без", "ако", "ви", "във", "да", "до", "е", "за", "из", "или", "к", "на", "не", "ни", "но",
         "от", "по", "под", "при", "са", "се", "си", "със", "то", "ти", "че", "ще", "го", "ги", "я", "им"]
    ),
}  # fmt: skip


class RunTogether:
    """Parts what is written without blanks.

    Args:
        language: "ru" or "bg".
        words: of its rules.
    """

    def __init__(self, language: str, words: RuleWords) -> None:
        self._small = SMALL[language]
        self._words = words

    def parted(self, text: Normalised, start: int, end: int) -> str | None:
        """The words that stand between two places of a text, with blanks; None where they are not all words."""
        word = text.text[start:end]
        if len(word) > _LONGEST_GLUED:
            return None
        original = [text.original[text.offsets[at]] for at in range(start, end)]
        capitals = [at for at in range(1, len(word)) if original[at].isupper() and original[at - 1].islower()]
        if capitals:
            parts = [word[begin:stop] for begin, stop in itertools.pairwise([0, *capitals, len(word)])]
            if any(len(part) >= _TELLING and self._words.known(part) for part in parts):
                return " ".join(parts)
        found = self._words_of(word)
        return " ".join(found) if found is not None else None

    def _words_of(self, letters: str) -> list[str] | None:
        """The words that letters without blanks are, or None where they are not all words."""
        size = len(letters)
        #: Place -> fewest words up to it, and where the last of them begins.
        best: dict[int, tuple[int, int]] = {0: (0, 0)}
        for start in range(size):
            if start not in best:
                continue
            count = best[start][0]
            for end in range(start + 1, min(size, start + 18) + 1):
                part = letters[start:end]
                if part in self._small or (
                    end - start > 2 and (part in self._words.whole or (end == size and self._words.known(part)))
                ):
                    # Short words are dearer: letters would soon fall into them.
                    cost = count + (2 if end - start >= _TELLING else 3)
                    if end not in best or cost < best[end][0]:
                        best[end] = (cost, start)
        if size not in best:
            return None
        parts: list[str] = []
        end = size
        while end:
            start = best[end][1]
            parts.append(letters[start:end])
            end = start
        parts.reverse()
        telling = sum(len(part) for part in parts if len(part) >= _TELLING)
        # Many words begin as with a small word before them: it must be one that stands so in the rules.
        if len(parts) < 2 or telling * 3 < size * 2 or len(parts[-1]) < 3:
            return None
        pairs = itertools.pairwise(parts)
        return parts if all(len(one) > 3 or (one, other) in self._words.pairs for one, other in pairs) else None
