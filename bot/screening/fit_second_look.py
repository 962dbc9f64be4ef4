"""Fits the second look to labelled offers: ``python -m bot.screening.fit_second_look``.

Learns from ``nlu_data/<language>/offers.jsonl`` (whole offers, every red flag labelled with its quote), from the
examples beside the rules in ``locales/<language>/red_flags.yml`` (which say something about one flag only), and, to
tell offers from what people write about themselves, from the examples of the dialogue. Takes minutes, most of them for
sentence vectors, which are kept. The result is kept in the repository; fit it again when offers, rules' examples or the
encoder's adapter changed. With ``--left-out`` it says how well flags are seen in offers left out of the fitting: what
:data:`bot.screening.second_look.SURE` was chosen by.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.encoders import shared_encoder
from bot.encoders.fit_adapter import Example, read_examples
from bot.encoders.fitted import keep_fitted
from bot.encoders.perceptron import fit_signs, scores, sigmoid
from bot.encoders.vector_store import VectorStore
from bot.evaluation.labelled import LabelError
from bot.evaluation.offers import LabelledOffer
from bot.screening.labelled_passages import (
    NAMES,
    RuleExample,
    Uncover,
    passages_of_examples,
    passages_of_offers,
    read_training_offers,
    rule_examples,
    uncovering,
)
from bot.screening.second_look import WEIGHTS, beginning, beside_the_whole, of_the_whole

PROJECT = Path(__file__).resolve().parents[2]
_FOLDS = 5
_HIDDEN = 256
_ROUNDS = 25
#: Examples of each intent that show how people write who do not paste an offer.
_OTHERS_AN_INTENT = 60
_OFFER_INTENT = "job_offer_text"

#: Texts -> vectors, (texts, columns).
Encode = Callable[[Sequence[str]], np.ndarray]


@dataclass(frozen=True)
class Passages:
    """What flags are learned from.

    Args:
        vectors: (passages, columns).
        labels: 0, 1 or :data:`UNKNOWN`, (passages, flags).
        offers: number of the offer each row belongs to; -1: a rule's example.
    """

    vectors: np.ndarray
    labels: np.ndarray
    offers: np.ndarray


def read_passages(
    offers: Sequence[LabelledOffer], examples: Sequence[RuleExample], uncover: Uncover, encode: Encode
) -> Passages:
    """Passages of offers, and each example of a rule as a passage of its own."""
    texts = [*passages_of_offers(offers, uncover), *passages_of_examples(examples, uncover)]
    vectors = encode([passage for written, _ in texts for passage in written])
    ends = np.cumsum([len(written) for written, _ in texts])
    split = [own for own in np.split(vectors, ends[:-1]) if len(own)]
    labels = [labels for _, labels in texts]
    owners = [number for number, own in enumerate(labels[: len(offers)]) for _ in own] + [-1] * len(examples)
    return Passages(np.concatenate(list(map(beside_the_whole, split))), np.concatenate(labels), np.array(owners))


def fit_flags(known: Passages, rows: np.ndarray | None = None) -> dict[str, np.ndarray]:
    """The perceptron of the flags, from all passages or from some rows."""
    rows = np.arange(len(known.offers)) if rows is None else rows
    return fit_signs(known.vectors[rows], known.labels[rows], hidden=_HIDDEN, epochs=_ROUNDS)


def say_left_out(known: Passages) -> None:
    """How well flags are seen in offers left out of the fitting, by the chance from which they are said; on stderr."""
    rows = np.flatnonzero(known.offers >= 0)
    chances = np.zeros(known.labels.shape, dtype=np.float32)
    for fold in range(_FOLDS):
        held = rows[known.offers[rows] % _FOLDS == fold]
        learned = np.setdiff1d(np.arange(len(known.offers)), held)
        chances[held] = sigmoid(scores(fit_flags(known, learned), known.vectors[held]))
        print(f"second look: fold {fold + 1} of {_FOLDS}", file=sys.stderr, flush=True)
    owners = known.offers[rows]
    seen = np.zeros((owners.max() + 1, len(NAMES)))
    meant = np.zeros_like(seen)
    np.maximum.at(seen, owners, chances[rows])
    np.maximum.at(meant, owners, known.labels[rows])
    for sure in np.arange(0.05, 0.96, 0.05):
        said = seen >= sure
        right = float((said & (meant > 0)).sum())
        figure = 2 * right / float(said.sum() + meant.sum())
        shares = f"precision {right / max(1.0, float(said.sum())):.3f}, recall {right / float(meant.sum()):.3f}"
        print(f"second look: from {sure:.2f} F1 {figure:.3f}, {shares}", file=sys.stderr, flush=True)


def fit_whole(
    known: Passages, offers: Sequence[LabelledOffer], flags: Mapping[str, np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """A line between bad offers and honest ones, from the whole of each.

    Args:
        known: passages of the offers.
        offers: the offers.
        flags: the perceptron of the flags, whose chances count as well.

    Returns:
        weights (2 * columns + flags, 1) and bias (1,).
    """
    columns = known.vectors.shape[1] // 2
    chances = sigmoid(scores(flags, known.vectors))
    rows = [(number, np.flatnonzero(known.offers == number)) for number in range(len(offers))]
    vectors = np.array([of_the_whole(known.vectors[own, :columns], chances[own]) for _, own in rows if len(own)])
    return _line(vectors, [offers[number].suspicious for number, own in rows if len(own)], softness=0.01)


def _line(vectors: np.ndarray, wanted: Sequence[bool], softness: float) -> tuple[np.ndarray, np.ndarray]:
    from sklearn.linear_model import LogisticRegression

    mean, spread = vectors.mean(axis=0), vectors.std(axis=0) + 1e-6
    line = LogisticRegression(C=softness, max_iter=500).fit((vectors - mean) / spread, wanted)
    weights = (line.coef_[0] / spread)[:, np.newaxis]
    return weights.astype(np.float32), (line.intercept_ - mean @ weights).astype(np.float32)


def fit_offer(
    offers: Sequence[LabelledOffer], examples: Sequence[Example], uncover: Uncover, encode: Encode
) -> tuple[np.ndarray, np.ndarray]:
    """A line between offers and everything else people write: weights (columns, 1) and bias (1,)."""
    texts, wanted, counts = [offer.text for offer in offers], [True] * len(offers), Counter[str]()
    for index in np.random.default_rng(0).permutation(len(examples)):
        example = examples[index]
        counts[example.intent] += 1
        if example.intent == _OFFER_INTENT or counts[example.intent] <= _OTHERS_AN_INTENT:
            texts.append(example.text)
            wanted.append(example.intent == _OFFER_INTENT)
    return _line(encode([beginning(uncover(text).text) for text in texts]), wanted, softness=0.01)


def main(arguments: list[str] | None = None) -> int:
    """Command line: fits the second look and puts it in place."""
    parser = argparse.ArgumentParser(
        prog="python -m bot.screening.fit_second_look", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument(
        "--examples", type=Path, default=PROJECT / "nlu_data", help="folder with <language>/offers.jsonl"
    )
    parser.add_argument(
        "--locales", type=Path, default=PROJECT / "locales", help="folder with <language>/red_flags.yml"
    )
    parser.add_argument("--output", type=Path, default=WEIGHTS, help="where the weights are put")
    parser.add_argument("--left-out", action="store_true", help="only say how well flags are seen in offers left out")
    options = parser.parse_args(arguments)
    try:
        offers = read_training_offers(options.examples)
    except LabelError as error:
        print(error, file=sys.stderr)
        return 2
    encoder = shared_encoder("e5")
    encode = VectorStore(encoder).vectors
    uncover = uncovering(options.locales)
    known = read_passages(offers, rule_examples(options.locales), uncover, encode)
    print(f"second look: {len(known.labels)} passages of {len(offers)} offers", file=sys.stderr, flush=True)
    if options.left_out:
        say_left_out(known)
        return 0
    weights = fit_flags(known)
    weights["offer"], weights["offer_bias"] = fit_offer(offers, read_examples(options.examples), uncover, encode)
    weights["whole"], weights["whole_bias"] = fit_whole(known, offers, weights)
    fitted = {name: values.astype(np.float16) for name, values in weights.items()}
    keep_fitted(options.output, {**fitted, "flags": np.array(NAMES), "encoder": np.array(encoder.version)})
    print(f"second look: {options.output}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
