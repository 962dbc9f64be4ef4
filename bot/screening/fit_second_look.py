"""Fits the second look to labelled offers: ``python -m bot.screening.fit_second_look``.

Learns from ``nlu_data/<language>/offers.jsonl`` (whole offers, every red flag labelled with its quote), from the
examples beside the rules in ``locales/<language>/red_flags.yml`` (which say something about one flag only), and, to
tell offers from what people write about themselves, from the examples of the dialogue. Takes minutes, most of them for
sentence vectors, which are kept. The result is kept in the repository; fit it again when offers, rules' examples or the
encoder's adapter changed.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bot.content.languages import LANGUAGES
from bot.content.patterns import read_rules
from bot.encoders import SentenceEncoder, shared_encoder
from bot.encoders.fit_adapter import read_examples
from bot.encoders.vector_store import VectorStore
from bot.screening.flags import FLAGS
from bot.screening.second_look import (
    BEGINNING_CHARACTERS,
    WEIGHTS,
    beginning_vector,
    in_its_own_letters,
    passage_vectors,
)
from bot.screening.segments import segments

PROJECT = Path(__file__).resolve().parents[2]
#: A passage shows a flag when this share of the shorter of the two, passage and quote, is common to both.
OVERLAP = 0.4
UNKNOWN = -1.0
_FOLDS = 5
_HIDDEN = 256
_ROUNDS = 25
#: Examples of each intent that show how people write who do not paste an offer.
_OTHERS_AN_INTENT = 60
_OFFER_INTENT = "job_offer_text"


@dataclass(frozen=True)
class LabelledOffer:
    """An offer and where each of its red flags stands.

    Args:
        text: the offer.
        flags: flag, start and end in code points.
    """

    text: str
    flags: tuple[tuple[str, int, int], ...]


class OfferFileError(ValueError):
    """A line that is no labelled offer; the message names file and line."""


def read_offers(path: Path) -> list[LabelledOffer]:
    """Labelled offers, one JSON object a line.

    Raises:
        OfferFileError: a line is no such object, names an unknown flag, or quotes words that are not in its text.
    """
    offers = []
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
            text, flags = str(value["text"]), [(str(one["id"]), str(one["quote"])) for one in value["flags"]]
        except (ValueError, KeyError, TypeError) as error:
            raise OfferFileError(f"{path}:{number}: a line needs text and flags with id and quote") from error
        for flag, quote in flags:
            if flag not in FLAGS:
                raise OfferFileError(f"{path}:{number}: «{flag}» is no red flag")
            if not quote or quote not in text:
                raise OfferFileError(f"{path}:{number}: the quote «{quote[:40]}» of {flag} does not stand in the text")
        places = tuple((flag, text.index(quote), text.index(quote) + len(quote)) for flag, quote in flags)
        offers.append(LabelledOffer(text, places))
    return offers


def labels_of(offer: LabelledOffer, places: Sequence[tuple[int, int]]) -> np.ndarray:
    """Which flags each passage shows: 0 or 1, (passages, flags)."""
    names = list(FLAGS)
    labels = np.zeros((len(places), len(names)), dtype=np.float32)
    for flag, start, end in offer.flags:
        for row, (first, last) in enumerate(places):
            common = min(end, last) - max(start, first)
            if common > 0 and common >= OVERLAP * min(end - start, last - first):
                labels[row, names.index(flag)] = 1.0
    return labels


@dataclass(frozen=True)
class Passages:
    """What is learned from: rows of vectors and labels, and the offer each row belongs to (-1: a rule's example)."""

    vectors: np.ndarray
    labels: np.ndarray
    offers: np.ndarray


def _passages(offers: Sequence[LabelledOffer], locales: Path, encoder: SentenceEncoder) -> Passages:
    vectors, labels, owners = [], [], []
    for number, offer in enumerate(offers):
        places = segments(offer.text)
        if places:
            vectors.append(passage_vectors(offer.text, places, encoder))
            labels.append(labels_of(offer, places))
            owners += [number] * len(places)
    names = list(FLAGS)
    for text, flag, shown in _rule_examples(locales):
        places = [(0, len(text))]
        vectors.append(passage_vectors(text, places, encoder))
        row = np.full((1, len(names)), UNKNOWN, dtype=np.float32)
        row[0, names.index(flag)] = float(shown)
        labels.append(row)
        owners.append(-1)
    return Passages(np.concatenate(vectors), np.concatenate(labels), np.array(owners))


def _rule_examples(locales: Path) -> list[tuple[str, str, bool]]:
    return [
        (text, flag, shown)
        for language in LANGUAGES
        for flag, rules in read_rules(locales / language / "red_flags.yml").items()
        for rule in rules
        for shown, texts in ((True, rule.match), (False, rule.no_match))
        for text in texts
    ]


class _Kept:
    """An encoder whose vectors are kept on disk: nothing but labelled offers and examples comes here."""

    def __init__(self, encoder: SentenceEncoder) -> None:
        self.name, self.version, self.dimensions = encoder.name, encoder.version, encoder.dimensions
        self._store = VectorStore(encoder)
        self._known: dict[str, np.ndarray] = {}

    def prepare(self, texts: Sequence[str]) -> None:
        """Compute what is not kept, with progress."""
        self._known.update(zip(texts, self._store.vectors(texts), strict=True))

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """As the encoder does."""
        missing = [text for text in texts if text not in self._known]
        if missing:
            self.prepare(missing)
        return np.stack([self._known[text] for text in texts])


class _Asked:
    """Stands in for an encoder to learn which texts will be asked for."""

    def __init__(self, encoder: SentenceEncoder) -> None:
        self.name, self.version, self.dimensions = encoder.name, encoder.version, encoder.dimensions
        self.texts: dict[str, None] = {}

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Nothing but zeros."""
        self.texts.update(dict.fromkeys(texts))
        return np.zeros((len(texts), self.dimensions), dtype=np.float32)


def fit_flags(vectors: np.ndarray, labels: np.ndarray, seed: int = 1) -> dict[str, np.ndarray]:
    """A perceptron with one hidden layer and an output a flag; unknown labels teach nothing.

    Args:
        vectors: (rows, columns).
        labels: 0, 1 or :data:`UNKNOWN`, (rows, flags).
        seed: of the random numbers.

    Returns:
        ``inner`` (columns, hidden), ``outer`` (hidden, flags) and their ``_bias``; for raw vectors.
    """
    import tensorflow as tf

    tf.keras.utils.set_random_seed(seed)
    mean, spread = vectors.mean(axis=0), vectors.std(axis=0) + 1e-6

    def loss(wanted: Any, scores: Any) -> Any:
        known = tf.cast(wanted >= 0.0, tf.float32)
        losses = tf.nn.sigmoid_cross_entropy_with_logits(tf.maximum(wanted, 0.0), scores)
        return tf.reduce_sum(losses * known, axis=-1)

    inner = tf.keras.layers.Dense(_HIDDEN, activation=lambda values: tf.nn.gelu(values, approximate=True))
    outer = tf.keras.layers.Dense(labels.shape[1], bias_initializer=tf.keras.initializers.Constant(-3.0))
    model = tf.keras.Sequential([tf.keras.layers.Dropout(0.3), inner, tf.keras.layers.Dropout(0.5), outer])
    schedule = tf.keras.optimizers.schedules.PolynomialDecay(1e-3, _ROUNDS * (len(vectors) // 64 + 1), 0.0)
    model.compile(tf.keras.optimizers.AdamW(schedule, weight_decay=1e-3), loss=loss)
    model.fit(((vectors - mean) / spread).astype(np.float32), labels, batch_size=64, epochs=_ROUNDS, verbose=0)
    matrix = inner.kernel.numpy() / spread[:, np.newaxis]
    return {
        "inner": matrix.astype(np.float32),
        "inner_bias": (inner.bias.numpy() - mean @ matrix).astype(np.float32),
        "outer": outer.kernel.numpy(),
        "outer_bias": outer.bias.numpy(),
    }


def chances(weights: dict[str, np.ndarray], vectors: np.ndarray) -> np.ndarray:
    """Chance of each flag in each passage, (rows, flags)."""
    values = vectors @ weights["inner"] + weights["inner_bias"]
    inner = 0.5 * values * (1.0 + np.tanh(0.7978845608 * (values + 0.044715 * values**3)))
    found: np.ndarray = 1.0 / (1.0 + np.exp(-(inner @ weights["outer"] + weights["outer_bias"])))
    return found


def threshold(passages: Passages) -> float:
    """The chance from which a flag is said: the best micro-F1 over flags of offers left out of the fitting."""
    rows = np.flatnonzero(passages.offers >= 0)
    left_out = np.zeros(passages.labels.shape, dtype=np.float32)
    for fold in range(_FOLDS):
        held = rows[passages.offers[rows] % _FOLDS == fold]
        learned = np.setdiff1d(np.arange(len(passages.offers)), held)
        left_out[held] = chances(fit_flags(passages.vectors[learned], passages.labels[learned]), passages.vectors[held])
        print(f"second look: fold {fold + 1} of {_FOLDS}", file=sys.stderr, flush=True)
    owners = passages.offers[rows]
    seen = np.zeros((owners.max() + 1, passages.labels.shape[1]))
    meant = np.zeros_like(seen)
    np.maximum.at(seen, owners, left_out[rows])
    np.maximum.at(meant, owners, passages.labels[rows])
    best, chosen = 0.0, 0.5
    for candidate in np.arange(0.05, 0.6, 0.025):
        said = seen >= candidate
        right = float((said & (meant > 0)).sum())
        figure = 2 * right / float(said.sum() + meant.sum())
        shares = f"precision {right / max(1.0, float(said.sum())):.3f}, recall {right / float(meant.sum()):.3f}"
        print(f"second look: from {candidate:.3f} F1 {figure:.3f}, {shares}", file=sys.stderr, flush=True)
        if figure > best:
            best, chosen = figure, float(candidate)
    return chosen


def _fit_offer(offers: Sequence[LabelledOffer], examples: Path, encoder: _Kept) -> tuple[np.ndarray, np.ndarray]:
    """A line between offers and everything else people write: weights (columns, 1) and bias (1,)."""
    from sklearn.linear_model import LogisticRegression

    texts, wanted, counts = [offer.text for offer in offers], [1] * len(offers), dict[str, int]()
    chance = np.random.default_rng(0)
    found = read_examples(examples)
    for index in chance.permutation(len(found)):
        example = found[index]
        counts[example.intent] = counts.get(example.intent, 0) + 1
        if example.intent == _OFFER_INTENT or counts[example.intent] <= _OTHERS_AN_INTENT:
            texts.append(example.text)
            wanted.append(int(example.intent == _OFFER_INTENT))
    encoder.prepare([in_its_own_letters(text[:BEGINNING_CHARACTERS]) for text in texts])
    vectors = np.stack([beginning_vector(text, encoder) for text in texts])
    mean, spread = vectors.mean(axis=0), vectors.std(axis=0) + 1e-6
    line = LogisticRegression(C=0.01, max_iter=400).fit((vectors - mean) / spread, wanted)
    weights = (line.coef_[0] / spread)[:, np.newaxis]
    return weights.astype(np.float32), (line.intercept_ - mean @ weights).astype(np.float32)


def fit(
    offers: Sequence[LabelledOffer],
    examples: Path,
    locales: Path,
    encoder: SentenceEncoder,
    sure_from: float | None = None,
) -> dict[str, np.ndarray]:
    """Everything :class:`bot.screening.second_look.SecondLook` needs.

    Args:
        offers: labelled offers of all languages.
        examples: ``nlu_data``.
        locales: ``locales``, for the rules' examples.
        encoder: turns passages into vectors.
        sure_from: the chance from which a flag is said; None: found by leaving offers out, which takes minutes.
    """
    asked = _Asked(encoder)
    _passages(offers, locales, asked)
    kept = _Kept(encoder)
    kept.prepare(list(asked.texts))
    passages = _passages(offers, locales, kept)
    print(f"second look: {len(passages.labels)} passages of {len(offers)} offers", file=sys.stderr, flush=True)
    chosen = threshold(passages) if sure_from is None else sure_from
    weights = fit_flags(passages.vectors, passages.labels)
    weights["offer"], weights["offer_bias"] = _fit_offer(offers, examples, kept)
    return {
        **{name: values.astype(np.float16) for name, values in weights.items()},
        "flags": np.array(list(FLAGS)),
        "thresholds": np.full(len(FLAGS), chosen, dtype=np.float32),
        "encoder": np.array(encoder.version),
    }


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
    parser.add_argument("--sure-from", type=float, help="chance from which a flag is said; found out by default")
    options = parser.parse_args(arguments)
    try:
        offers = [one for path in sorted(options.examples.glob("??/offers.jsonl")) for one in read_offers(path)]
    except OfferFileError as error:
        print(error, file=sys.stderr)
        return 2
    weights = fit(offers, options.examples, options.locales, shared_encoder("e5"), options.sure_from)
    part = options.output.with_suffix(".part.npz")
    np.savez_compressed(part, **weights)
    part.replace(options.output)
    print(f"second look: {options.output}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
