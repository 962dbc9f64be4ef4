"""Fits the encoder's adapter to the training examples: ``python -m bot.encoders.fit_adapter``.

This is the slow part of learning how people write (about an hour on two cores, docs/development.md), so it is not part
of ``pristan train``: its result, two megabytes, is kept in the repository. Fit it again after the examples have grown
by a tenth or more; until then new examples count through the intent reader alone.

The upper layers learn to tell the intents apart and, beside that, which red flags a passage of an offer shows
(cross-entropy over the mean state, with linear readers that are thrown away), by low-rank adaptation (Hu et al. 2021)
with AdamW (Loshchilov and Hutter 2019); examples are varied with typing mistakes.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from bot.content.latin_typed import readings
from bot.content.normalise import HAN
from bot.encoders.adapter import ADAPTER, read_adapter
from bot.encoders.dialogue_vectors import LONGEST
from bot.encoders.e5 import weight_path
from bot.encoders.e5_network import NORMS, PROJECTIONS, Layer, Network, layer_weights, mean_state, norm_weights, project
from bot.encoders.e5_weights import Shape, WeightFile
from bot.encoders.embeddings import Embeddings, of_similar_length, padded
from bot.encoders.fitted import keep_fitted
from bot.screening.labelled_passages import Passage, read_labelled_passages

EXAMPLES = Path(__file__).resolve().parents[2] / "nlu_data"
#: Layers below this one stay as published: their states are computed once a round.
FIRST_LAYER = 3
RANK = 16
#: How much the product of the thin matrices counts while it is learned.
_STRENGTH = 2.0
_PIECES = 64
_PIECES_A_BATCH = 2048
_BATCH = 32
_SMOOTHING = 0.1
_DROPOUT = 0.1
_WARM_UP = 0.06
_WIDTH = 3.0
_ENTITY = re.compile(r"\[([^\]]+)\](?:\{[^}]*\}|\([^)]*\))")
_KEYS_NEARBY = {"cyrillic": "аеиоуыянтсрвлкмд", "latin": "aeiostnrlhd"}


@dataclass(frozen=True)
class Example:
    """A training example without its entity marks."""

    text: str
    intent: str


def read_examples(folder: Path) -> list[Example]:
    """All examples of the four languages.

    Args:
        folder: ``nlu_data``, with a folder a language.
    """
    found = []
    for path in sorted(folder.glob("??/*.yml")):
        for item in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)["nlu"]:
            if "intent" in item:
                found += [Example(_ENTITY.sub(r"\1", text), item["intent"]) for text in _texts(item["examples"])]
    return found


def _texts(examples: str | list[dict[str, str]]) -> Iterator[str]:
    if not isinstance(examples, str):
        yield from (one["text"] for one in examples)
        return
    for part in re.split(r"^- ", examples, flags=re.MULTILINE)[1:]:
        yield "\n".join(line.strip() for line in part.strip().splitlines())


def mistyped(text: str, chance: random.Random) -> str:
    """A text with one or two slips of the finger."""
    letters = list(text)
    for _ in range(1 + (len(letters) > 30)):
        place, slip = chance.randrange(len(letters)), chance.random()
        if not letters[place].isalpha():
            continue
        if slip < 0.3 and place + 1 < len(letters):
            letters[place], letters[place + 1] = letters[place + 1], letters[place]
        elif slip < 0.6:
            letters[place] = ""
        elif slip < 0.75:
            letters[place] *= 2
        elif not HAN.search(text):
            cyrillic = "а" <= letters[place][:1].lower() <= "я"
            letters[place] = chance.choice(_KEYS_NEARBY["cyrillic" if cyrillic else "latin"])
    return "".join(letters) or text


def varied(text: str, chance: random.Random) -> str:
    """A text as somebody else might have typed it."""
    if len(text) > 8 and chance.random() < 0.2:
        text = mistyped(text, chance)
    if chance.random() < 0.15:
        text = text.lower()
    return text.rstrip(".?!。？！") or text if chance.random() < 0.1 else text


class Fitting:
    """The network with thin matrices beside its upper layers, and the reader on top.

    Args:
        file: The weights as published.
        classes: How many intents there are.
        flags: How many red flags there are.
        start: An adapter to go on from.
    """

    def __init__(self, file: WeightFile, classes: int, flags: int, start: Mapping[str, np.ndarray] | None) -> None:
        import tensorflow as tf

        self._file, shape = file, file.shape
        self._embeddings = Embeddings(file, _PIECES)
        self._first_norm = tuple(tf.constant(weights) for weights in norm_weights(file, "emb.ln"))
        self._published = [layer_weights(file, index) for index in range(shape.layers)]
        self._lower = [_constant(layer) for layer in self._published[:FIRST_LAYER]]
        tf.keras.utils.set_random_seed(1)
        self._thin = {index: _thin_matrices(shape, index, start) for index in range(FIRST_LAYER, shape.layers)}
        self._reader = tf.Variable(tf.zeros([shape.hidden, classes])), tf.Variable(tf.zeros([classes]))
        # Most passages do not show most flags.
        self._flags = tf.Variable(tf.zeros([shape.hidden, flags])), tf.Variable(tf.fill([flags], -4.0))
        self._plain = Network(shape)
        self._network = Network(shape, _project_with_thin, _DROPOUT)
        signature = [tf.TensorSpec([None, None, shape.hidden], tf.float32), tf.TensorSpec([None], tf.int32)]
        self._bottom = tf.function(self._below, input_signature=signature)
        self.variables = [one for thin in self._thin.values() for one in thin.values()]

    def _below(self, states: Any, lengths: Any) -> Any:
        return self._plain.through(self._plain.norm(states, self._first_norm), lengths, self._lower)[-1]

    def lower_states(self, texts: Sequence[str]) -> list[np.ndarray]:
        """What the unchanged layers make of texts: float16 of shape (pieces, hidden) each."""
        pieces = [self._embeddings.pieces(readings(text[:LONGEST])[0][0]) for text in texts]
        states: list[np.ndarray] = [np.empty(0)] * len(texts)
        for batch in of_similar_length(list(map(len, pieces)), _PIECES_A_BATCH):
            embedded, lengths = self._embeddings.states([pieces[index] for index in batch])
            made = self._bottom(embedded, lengths).numpy()
            for row, index in enumerate(batch):
                states[index] = made[row, : lengths[row]].astype(np.float16)
        return states

    def scores(self, states: Any, lengths: Any, reader: Sequence[Any]) -> Any:
        """What a reader says of lower states: (batch, its columns)."""
        import tensorflow as tf

        layers = [_with_thin(self._published[index], thin) for index, thin in self._thin.items()]
        mean = mean_state(self._network.through(states, lengths, layers)[-1], lengths) * _WIDTH
        return tf.matmul(tf.nn.dropout(mean, _DROPOUT), reader[0]) + reader[1]

    def fit(
        self,
        examples: Sequence[Example],
        intents: Sequence[str],
        passages: Sequence[Passage],
        rounds: int,
        rate: float,
        share: float,
    ) -> None:
        """Learn; says how far it is on stderr.

        Args:
            examples: What people write.
            intents: Names of the classes, in the order of the reader.
            passages: Of offers.
            rounds: How often they are seen.
            rate: The learning rate at its highest.
            share: Of examples and passages seen in a round, drawn anew for each; 0 to 1.
        """
        import tensorflow as tf

        labels = np.array([intents.index(example.intent) for example in examples], dtype=np.int32)
        counts = np.bincount(labels, minlength=len(intents)).clip(1)
        # Rare intents count more, by the square root of how rare they are.
        weights = tf.constant(np.sqrt(len(labels) / (len(intents) * counts)).astype(np.float32))
        # Two kinds of batches go through one network: the labels say which.
        seen = [int(share * len(examples)), int(share * len(passages))]
        steps = rounds * sum(-(-number // _BATCH) for number in seen)
        readers = [*self._reader, *self._flags]
        optimizer = tf.keras.optimizers.AdamW(_rising_and_falling(rate, steps), weight_decay=0.01, global_clipnorm=1.0)
        reader_optimizer = tf.keras.optimizers.AdamW(
            _rising_and_falling(10 * rate, steps), weight_decay=0.01, global_clipnorm=1.0
        )
        for chosen, variables in ((optimizer, self.variables), (reader_optimizer, readers)):
            chosen.build(list(variables))
        hidden, flags = self._file.shape.hidden, self._flags[1].shape[0]
        read = [tf.TensorSpec([None, None, hidden], tf.float32), tf.TensorSpec([None], tf.int32)]

        def learner(reader: Sequence[Any], labels: Any, loss_of: Callable[[Any, Any], Any]) -> Any:
            """A step of learning: what a reader says is compared with labels of this form."""

            @tf.function(input_signature=[*read, labels], autograph=False)
            def learn(states: Any, lengths: Any, wanted: Any) -> Any:
                with tf.GradientTape() as tape:
                    loss = loss_of(self.scores(states, lengths, reader), wanted)
                slopes = tape.gradient(loss, [*self.variables, *reader])
                count = len(self.variables)
                optimizer.apply_gradients(_pairs(slopes[:count], self.variables))
                reader_optimizer.apply_gradients(_pairs(slopes[count:], reader))
                return loss

            return learn

        def loss_of_intents(said: Any, wanted: Any) -> Any:
            targets = tf.one_hot(wanted, len(intents)) * (1 - _SMOOTHING) + _SMOOTHING / len(intents)
            losses = tf.nn.softmax_cross_entropy_with_logits(targets, said)
            shares = tf.gather(weights, wanted)
            return tf.reduce_sum(losses * shares) / tf.reduce_sum(shares)

        def loss_of_flags(said: Any, wanted: Any) -> Any:
            losses = tf.nn.sigmoid_cross_entropy_with_logits(tf.maximum(wanted, 0.0), said)
            known = tf.cast(wanted >= 0.0, tf.float32)
            return tf.reduce_sum(losses * known) / tf.cast(tf.shape(wanted)[0], tf.float32)

        learn_intents = learner(self._reader, tf.TensorSpec([None], tf.int32), loss_of_intents)
        learn_flags = learner(self._flags, tf.TensorSpec([None, flags], tf.float32), loss_of_flags)
        signs = np.array([passage.signs for passage in passages], dtype=np.float32)
        chance, order, started = random.Random(7), np.random.default_rng(0), time.monotonic()
        for number in range(1, rounds + 1):
            drawn = [
                np.sort(order.permutation(len(them))[:some])
                for them, some in zip((examples, passages), seen, strict=True)
            ]
            texts = [varied(examples[index].text, chance) for index in drawn[0]]
            texts += [passages[index].text for index in drawn[1]]
            states = self.lower_states(texts)
            lengths = np.array([len(state) for state in states])
            batches = [(learn_intents, labels[drawn[0][batch]], batch) for batch in _batches(lengths[: seen[0]], order)]
            batches += [
                (learn_flags, signs[drawn[1][batch]], batch + seen[0]) for batch in _batches(lengths[seen[0] :], order)
            ]
            lost = {learn_intents: [0.0], learn_flags: [0.0]}
            for done, turn in enumerate(order.permutation(len(batches)), start=1):
                learn, wanted, batch = batches[turn]
                together, long = padded([states[index] for index in batch])
                lost[learn].append(float(learn(together, long, wanted)))
                if done % 50 == 0 or done == len(batches):
                    now = ", ".join(f"{np.mean(losses[-100:]):.3f}" for losses in lost.values())
                    say = f"round {number} of {rounds}: {done} of {len(batches)}, losses {now}"
                    print(f"adapter: {say}, {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)

    def adapter(self) -> dict[str, np.ndarray]:
        """What was learned, as :func:`bot.encoders.adapter.adapted` reads it; half precision."""
        found = {}
        for index, thin in self._thin.items():
            for name, variable in thin.items():
                values = variable.numpy() * (_STRENGTH if name.endswith(".out") else 1.0)
                found[f"l{index}.{name}"] = values.astype(np.float16)
        return found


def _constant(layer: Mapping[str, tuple[np.ndarray, np.ndarray]]) -> Layer:
    import tensorflow as tf

    return {name: (tf.constant(one), tf.constant(other)) for name, (one, other) in layer.items()}


def _thin_matrices(shape: Shape, index: int, start: Mapping[str, np.ndarray] | None) -> dict[str, Any]:
    import tensorflow as tf

    hidden, inner = shape.hidden, shape.inner
    sizes = {"qkv": (hidden, 3 * hidden), "out": (hidden, hidden), "up": (hidden, inner), "down": (inner, hidden)}
    made: dict[str, Any] = {}
    for name in PROJECTIONS:
        entering, leaving = sizes[name]
        made[f"{name}.in"] = tf.Variable(tf.random.normal([entering, RANK]) * entering**-0.5)
        made[f"{name}.out"] = tf.Variable(tf.zeros([RANK, leaving]))
        made[f"{name}.bias"] = tf.Variable(tf.zeros([leaving]))
    for name in NORMS:
        made[f"{name}.scale"] = tf.Variable(tf.zeros([hidden]))
        made[f"{name}.shift"] = tf.Variable(tf.zeros([hidden]))
    if start is not None:
        for name, variable in made.items():
            variable.assign(start[f"l{index}.{name}"] / (_STRENGTH if name.endswith(".out") else 1.0))
    return made


def _with_thin(layer: Mapping[str, tuple[np.ndarray, np.ndarray]], thin: Mapping[str, Any]) -> Layer:
    """A layer's published weights beside its thin matrices, for :func:`_project_with_thin`."""
    combined: dict[str, tuple[Any, Any]] = {}
    for name in PROJECTIONS:
        matrix, bias = layer[name]
        combined[name] = (matrix, bias + thin[f"{name}.bias"])
        combined[f"{name}.thin"] = (thin[f"{name}.in"], thin[f"{name}.out"])
    for name in NORMS:
        scale, shift = layer[name]
        combined[name] = (scale + thin[f"{name}.scale"], shift + thin[f"{name}.shift"])
    return combined


def _project_with_thin(states: Any, layer: Layer, name: str) -> Any:
    import tensorflow as tf

    entering, leaving = layer[f"{name}.thin"]
    return project(states, layer, name) + tf.matmul(tf.matmul(states, entering), leaving) * _STRENGTH


def _batches(lengths: np.ndarray, chance: np.random.Generator) -> list[np.ndarray]:
    """Batches of texts of similar length, in a random order."""
    order = np.argsort(lengths + chance.uniform(0, 6, len(lengths)))
    batches = [order[start : start + _BATCH] for start in range(0, len(order), _BATCH)]
    chance.shuffle(batches)
    return batches


def _pairs(slopes: Sequence[Any], variables: Sequence[Any]) -> list[tuple[Any, Any]]:
    """Outside of the traced function: TensorFlow's own ``zip`` knows no ``strict``."""
    return list(zip(slopes, variables, strict=True))


def _rising_and_falling(rate: float, steps: int) -> Any:
    """A rate that rises for the first steps and then falls to nothing."""
    import tensorflow as tf

    class RisingAndFalling(tf.keras.optimizers.schedules.LearningRateSchedule):
        def __call__(self, step: Any) -> Any:
            done = tf.cast(step, tf.float32) + 1.0
            return rate * tf.minimum(done / (_WARM_UP * steps), 1.0) * tf.maximum(0.0, (steps - done) / steps)

    return RisingAndFalling()


def main(arguments: list[str] | None = None) -> int:
    """Command line: fits the adapter and puts it in place."""
    parser = argparse.ArgumentParser(
        prog="python -m bot.encoders.fit_adapter", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--examples", type=Path, default=EXAMPLES, help="folder with a folder of examples a language")
    parser.add_argument("--output", type=Path, default=ADAPTER, help="where the adapter is put")
    parser.add_argument("--rounds", type=int, default=3, help="how often all examples are seen")
    parser.add_argument("--rate", type=float, default=5e-4, help="learning rate at its highest")
    parser.add_argument("--go-on", action="store_true", help="start from the adapter that is there")
    parser.add_argument("--share", type=float, default=1.0, help="of the examples that a round sees, 0 to 1")
    parser.add_argument(
        "--locales", type=Path, default=EXAMPLES.parent / "locales", help="folder with <language>/red_flags.yml"
    )
    options = parser.parse_args(arguments)
    examples = read_examples(options.examples)
    passages = read_labelled_passages(options.examples, options.locales)
    intents = sorted({example.intent for example in examples})
    say = f"{len(examples)} examples of {len(intents)} intents, {len(passages)} passages of offers"
    print(f"adapter: {say}", file=sys.stderr, flush=True)
    start = read_adapter(options.output) if options.go_on else None
    fitting = Fitting(WeightFile(weight_path()), len(intents), len(passages[0].signs), start)
    fitting.fit(examples, intents, passages, options.rounds, options.rate, options.share)
    keep_fitted(options.output, fitting.adapter())
    print(f"adapter: {options.output}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
