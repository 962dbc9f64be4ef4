"""What goes into the network of multilingual-e5-small: texts as padded rows of piece embeddings, in thrifty batches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from bot.encoders.e5_weights import WeightFile, dequantise

PREFIX = "query: "
"""The model was trained with this prefix for symmetric tasks (model card of intfloat/multilingual-e5-small)."""


class Embeddings:
    """The network's first layer.

    Args:
        file: The weights.
        most_pieces: Pieces of a text that are read.
    """

    def __init__(self, file: WeightFile, most_pieces: int) -> None:
        shape = file.shape
        self._tokenizer = file.tokenizer
        self._most = most_pieces
        self._words = file.blocks("emb.word", shape.vocabulary, shape.hidden)
        places = file.floats("emb.pos").reshape(-1, shape.hidden)[: shape.positions]
        kinds = file.floats("emb.type").reshape(-1, shape.hidden)
        self._offsets = places[:most_pieces] + kinds[0]

    def pieces(self, text: str) -> list[int]:
        """The numbers of a text's pieces."""
        return self._tokenizer.encode(PREFIX + text, self._most)

    def states(self, batch: Sequence[Sequence[int]]) -> tuple[np.ndarray, np.ndarray]:
        """Padded rows and their lengths: see :func:`padded`.

        Args:
            batch: Pieces of each text.
        """
        return padded([dequantise(self._words[list(ids)]) + self._offsets[: len(ids)] for ids in batch])


def padded(rows: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Rows of (pieces, hidden) as one float32 array of (rows, longest, hidden), and how long each is."""
    lengths = np.array([len(row) for row in rows], dtype=np.int32)
    together = np.zeros((len(rows), int(lengths.max()), rows[0].shape[1]), dtype=np.float32)
    for number, row in enumerate(rows):
        together[number, : len(row)] = row
    return together, lengths


def of_similar_length(lengths: Sequence[int], pieces_a_batch: int) -> Iterator[list[int]]:
    """Numbers of the texts of each batch: texts of similar length share one, so that little is computed for padding."""
    order = sorted(range(len(lengths)), key=lambda index: lengths[index])
    position = 0
    while position < len(order):
        batch = order[position : position + max(1, pieces_a_batch // lengths[order[position]])]
        position += len(batch)
        yield batch
