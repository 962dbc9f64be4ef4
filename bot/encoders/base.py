"""What a sentence encoder is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np


class EncoderMissing(Exception):
    """The package with an encoder's weights is not installed. Said in words; the pipeline goes on without it."""


class SentenceEncoder(Protocol):
    """Turns texts into vectors whose nearness is nearness in meaning, across languages."""

    name: str
    """Short name used in config.yml."""
    version: str
    """Changes whenever the vectors change: part of the key of the vector store."""
    dimensions: int

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of shape (len(texts), dimensions), float32."""
        ...

    def encode_many(self, texts: Sequence[str]) -> np.ndarray:
        """The same for training: may take more memory to be quick, and round a little more coarsely.

        Calls of several threads may run beside each other.
        """
        ...
