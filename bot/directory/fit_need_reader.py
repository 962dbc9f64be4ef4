"""Fits the reader of needs to labelled messages: ``python -m bot.directory.fit_need_reader``.

Learns from ``nlu_data/<language>/needs.jsonl``. Takes a minute or two, most of it for sentence vectors, which are kept.
The result stands in the repository; fit it again when these examples or the encoder's adapter changed. With
``--left-out`` it says how well needs are heard in messages left out of the fitting.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bot.directory.need_examples import EXAMPLES, FILE, NeedExample, NeedExampleError, read_need_examples
from bot.directory.need_reader import ANY, WEIGHTS
from bot.directory.needs import URGENCY
from bot.encoders import shared_encoder
from bot.encoders.dialogue_vectors import ENCODERS_READ, dialogue_vectors
from bot.encoders.fitted import keep_fitted
from bot.encoders.perceptron import fit_signs, scores, sigmoid
from bot.encoders.vector_store import VectorStore

#: What the perceptron has an output for.
SIGNS: tuple[str, ...] = (*URGENCY, ANY)
#: How surely a message looks for what would help as well.
_ALSO = 0.5
_FOLDS = 5
_HIDDEN = 96
_ROUNDS = 30


def vectors_of(texts: Sequence[str]) -> np.ndarray:
    """Sentence vectors as the dialogue model sees them: (texts, columns of all encoders read)."""
    return dialogue_vectors([text.strip() for text in texts], lambda encoder: VectorStore(encoder).vectors)


def labels_of(examples: Sequence[NeedExample]) -> np.ndarray:
    """What each message looks for, last whether it looks for help at all: 0 to 1, (messages, needs + 1)."""
    labels = np.zeros((len(examples), len(SIGNS)), dtype=np.float32)
    for row, example in enumerate(examples):
        labels[row, SIGNS.index(ANY)] = float(example.need is not None)
        for need in example.also:
            labels[row, SIGNS.index(need)] = _ALSO
        if example.need is not None:
            labels[row, SIGNS.index(example.need)] = 1.0
    return labels


def fit(vectors: np.ndarray, labels: np.ndarray) -> dict[str, np.ndarray]:
    """The perceptron's weights."""
    return fit_signs(vectors, labels, hidden=_HIDDEN, epochs=_ROUNDS)


def left_out(vectors: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Chances of each message, read by a reader that was fitted without it."""
    fold = np.random.default_rng(0).permutation(len(vectors)) % _FOLDS
    chances = np.zeros(labels.shape, dtype=np.float32)
    for number in range(_FOLDS):
        held = fold == number
        chances[held] = sigmoid(scores(fit(vectors[~held], labels[~held]), vectors[held]))
        _say(f"fold {number + 1} of {_FOLDS}")
    return chances


def _say_left_out(examples: Sequence[NeedExample], chances: np.ndarray) -> None:
    best = [SIGNS[column] for column in chances[:, : len(URGENCY)].argmax(axis=1)]
    for need in URGENCY:
        own = [row for row, example in enumerate(examples) if example.need == need]
        right = sum(best[row] == need or best[row] in examples[row].also for row in own)
        _say(f"{need:<14}{right / max(1, len(own)):.3f} of {len(own)}")
    for sure in (0.5, 0.6, 0.7, 0.8, 0.9):
        said = chances[:, SIGNS.index(ANY)] >= sure
        wanted = np.array([example.need is not None for example in examples])
        shares = f"{(said & wanted).sum() / wanted.sum():.3f} of those that look for help"
        _say(f"from {sure}: heard {shares}, {(said & ~wanted).sum() / max(1, (~wanted).sum()):.3f} of the others")


def _say(line: str) -> None:
    print(f"need reader: {line}", file=sys.stderr, flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Command line: fits the reader and puts it in place."""
    parser = argparse.ArgumentParser(
        prog="python -m bot.directory.fit_need_reader", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--examples", type=Path, default=EXAMPLES, help=f"folder with <language>/{FILE}")
    parser.add_argument("--output", type=Path, default=WEIGHTS, help="where the weights are put")
    parser.add_argument("--left-out", action="store_true", help="only say how well needs are heard if left out")
    options = parser.parse_args(arguments)
    try:
        found = [read_need_examples(path) for path in sorted(options.examples.glob(f"??/{FILE}"))]
    except NeedExampleError as error:
        print(error, file=sys.stderr)
        return 2
    examples = [example for one in found for example in one]
    if not examples:
        print(f"{options.examples}: there is no <language>/{FILE}", file=sys.stderr)
        return 2
    _say(f"{len(examples)} messages")
    vectors, labels = vectors_of([example.text for example in examples]), labels_of(examples)
    if options.left_out:
        _say_left_out(examples, left_out(vectors, labels))
        return 0
    weights = fit(vectors, labels)
    fitted = {name: values.astype(np.float16) for name, values in weights.items()}
    fitted["signs"] = np.array(SIGNS)
    fitted["encoders"] = np.array([shared_encoder(name).version for name in ENCODERS_READ])
    keep_fitted(options.output, fitted)
    _say(f"fitted: {options.output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
