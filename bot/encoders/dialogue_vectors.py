"""Messages as the dialogue model's pipeline sees them (``config.yml``), for what is fitted or measured beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from bot.content.latin_typed import readings
from bot.encoders import SentenceEncoder, shared_encoder
from bot.encoders.mixed import mixed_vectors

#: The encoders whose vectors stand beside each other, by their names in config.yml, in this order.
ENCODERS_READ = ("e5", "use")
#: Characters of a message that are read.
LONGEST = 300


def dialogue_vectors(
    texts: Sequence[str], encode: Callable[[SentenceEncoder], Callable[[list[str]], np.ndarray]]
) -> np.ndarray:
    """Vectors of messages: (texts, columns of all encoders read).

    Args:
        texts: as they were written.
        encode: how texts become vectors of an encoder: by itself, or from what is kept of it.
    """
    ways = [readings(text[:LONGEST]) for text in texts]
    return np.concatenate([mixed_vectors(ways, encode(shared_encoder(name))) for name in ENCODERS_READ], axis=1)
