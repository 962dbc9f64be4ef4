"""The transformer of multilingual-e5-small, layer by layer, in TensorFlow: to read texts, and to fit an adapter.

The arithmetic is BERT's (Devlin et al. 2019): attention, then two dense layers, each followed by a sum and a norm.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bot.encoders.e5_weights import Shape, WeightFile

#: Projections of a layer, and its two norms.
PROJECTIONS = ("qkv", "out", "up", "down")
NORMS = ("norm1", "norm2")

#: Name -> matrix of shape (in, out) and biases; or of a norm: scale and shift.
Layer = Mapping[str, tuple[Any, Any]]
#: States of shape (rows, in), the layer, the name of a projection -> states of shape (rows, out).
Project = Callable[[Any, Layer, str], Any]


def layer_weights(file: WeightFile, index: int) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """The weights of one layer as float32 arrays.

    Args:
        file: The weight file.
        index: The layer, from 0.
    """
    shape, prefix = file.shape, f"l{index}"

    def linear(*names: str, inner: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
        matrices = [file.matrix(f"{prefix}.{name}.w", *inner).T for name in names]
        biases = [file.floats(f"{prefix}.{name}.b") for name in names]
        return np.concatenate(matrices, axis=1), np.concatenate(biases)

    hidden = shape.hidden
    return {
        "qkv": linear("q", "k", "v", inner=(hidden, hidden)),
        "out": linear("ao", inner=(hidden, hidden)),
        "norm1": norm_weights(file, f"{prefix}.aln"),
        "up": linear("fi", inner=(shape.inner, hidden)),
        "down": linear("fo", inner=(hidden, shape.inner)),
        "norm2": norm_weights(file, f"{prefix}.oln"),
    }


def norm_weights(file: WeightFile, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Scale and shift of a norm."""
    return file.floats(f"{name}.w"), file.floats(f"{name}.b")


def project(states: Any, layer: Layer, name: str) -> Any:
    """A plain dense layer."""
    import tensorflow as tf

    return tf.nn.bias_add(tf.matmul(states, layer[name][0]), layer[name][1])


def project_roughly(states: Any, layer: Layer, name: str) -> Any:
    """The same, multiplied in bfloat16 (8 bits of precision) and summed up in float32."""
    import tensorflow as tf

    half, (matrix, bias) = tf.bfloat16, layer[name]
    product = tf.matmul(tf.cast(states, half), tf.cast(matrix, half))
    return tf.nn.bias_add(tf.cast(product, tf.float32), bias)


@dataclass(frozen=True)
class Network:
    """The arithmetic, for any number of its layers.

    Args:
        shape: Sizes of the network.
        project: How a projection is computed.
        dropout: Share of values left out at random, while fitting.
    """

    shape: Shape
    project: Project = project
    dropout: float = 0.0

    def norm(self, states: Any, weights: tuple[Any, Any]) -> Any:
        """Each row centred, scaled to a spread of one, then scaled and shifted by the weights."""
        import tensorflow as tf

        mean, variance = tf.nn.moments(states, axes=[-1], keepdims=True)
        return (states - mean) * tf.math.rsqrt(variance + self.shape.epsilon) * weights[0] + weights[1]

    def through(self, states: Any, lengths: Any, layers: Sequence[Layer]) -> list[Any]:
        """What stands after each layer.

        Args:
            states: (batch, pieces, hidden), padded.
            lengths: Pieces of each text, (batch,).
            layers: The layers to go through.

        Returns:
            One (batch, pieces, hidden) a layer.
        """
        import tensorflow as tf

        hidden, heads = self.shape.hidden, self.shape.heads
        width = hidden // heads
        batch, pieces = tf.shape(states)[0], tf.shape(states)[1]
        present = tf.sequence_mask(lengths, pieces, dtype=tf.float32)
        hide = (1.0 - present)[:, None, None, :] * -1e9
        rows = tf.reshape(states, [-1, hidden])
        after = []
        for layer in layers:
            split = tf.transpose(
                tf.reshape(self.project(rows, layer, "qkv"), [batch, pieces, 3, heads, width]), [2, 0, 3, 1, 4]
            )
            scores = tf.matmul(split[0], split[1], transpose_b=True) * (width**-0.5) + hide
            mixed = tf.matmul(self._drop(tf.nn.softmax(scores)), split[2])
            joined = tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [-1, hidden])
            rows = self.norm(rows + self._drop(self.project(joined, layer, "out")), layer["norm1"])
            inner = tf.nn.gelu(self.project(rows, layer, "up"))
            rows = self.norm(rows + self._drop(self.project(inner, layer, "down")), layer["norm2"])
            after.append(tf.reshape(rows, [batch, pieces, hidden]))
        return after

    def _drop(self, values: Any) -> Any:
        import tensorflow as tf

        return tf.nn.dropout(values, self.dropout) if self.dropout else values


def mean_state(states: Any, lengths: Any) -> Any:
    """The mean over a text's own pieces: (batch, pieces, hidden) -> (batch, hidden)."""
    import tensorflow as tf

    present = tf.sequence_mask(lengths, tf.shape(states)[1], dtype=tf.float32)
    return tf.reduce_sum(states * present[:, :, None], axis=1) / tf.cast(lengths, tf.float32)[:, None]
