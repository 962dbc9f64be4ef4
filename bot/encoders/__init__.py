"""Sentence encoders: text to vectors, offline, weights from installed packages. They know nothing of Rasa."""

from __future__ import annotations

from functools import lru_cache

from bot.encoders.base import EncoderMissing, SentenceEncoder
from bot.encoders.e5 import E5Encoder
from bot.encoders.use import UseEncoder

__all__ = ["ENCODERS", "EncoderMissing", "SentenceEncoder", "shared_encoder"]

ENCODERS: dict[str, type[UseEncoder] | type[E5Encoder]] = {"use": UseEncoder, "e5": E5Encoder}


@lru_cache(maxsize=len(ENCODERS))
def shared_encoder(name: str) -> SentenceEncoder:
    """One encoder a process, however many models are loaded (a reload must not cost its memory again).

    Raises:
        EncoderMissing: If its package is not installed.
    """
    return ENCODERS[name]()
