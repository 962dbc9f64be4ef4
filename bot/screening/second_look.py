"""A learned second look at an offer: passages that read like a red flag although no rule names their words.

Each passage's sentence vector, beside the mean of the whole text, goes through a small perceptron with one output a
flag (:mod:`bot.screening.fit_second_look` fits it to ``nlu_data/<language>/offers.jsonl``). What it finds is shown as
doubt, never as certainty; rules come first. Knows nothing of Telegram or Rasa.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.content.latin_typed import readings
from bot.encoders import SentenceEncoder, shared_encoder
from bot.screening.detect import Finding
from bot.screening.segments import segments

WEIGHTS = Path(__file__).with_name("second_look.npz")
#: Characters of a passage, and of the beginning of a text, that are read.
PASSAGE_CHARACTERS, BEGINNING_CHARACTERS = 300, 600


class SecondLookMissing(Exception):
    """There is no second look; the message says why and what to do. Screening goes on by rules alone."""


@dataclass(frozen=True)
class Look:
    """What the second look saw in one text.

    Args:
        offer: chance that the text is an offer, 0 to 1.
        findings: the likeliest passage of each flag that passed its threshold.
    """

    offer: float
    findings: tuple[Finding, ...]


class SecondLook:
    """The fitted perceptron and the encoder it was fitted with.

    Args:
        weights: what :func:`bot.screening.fit_second_look.fit` returns.
        encoder: turns passages into vectors.

    Raises:
        SecondLookMissing: the weights were fitted with another encoder.
    """

    def __init__(self, weights: dict[str, np.ndarray], encoder: SentenceEncoder) -> None:
        if str(weights["encoder"]) != encoder.version:
            raise SecondLookMissing(
                f"{WEIGHTS.name} was fitted with another encoder; fit it again: python -m bot.screening.fit_second_look"
            )
        self._encoder = encoder
        self._flags = [str(flag) for flag in weights["flags"]]
        self._thresholds = weights["thresholds"].astype(np.float32)
        self._weights = {name: weights[name].astype(np.float32) for name in ("inner", "outer", "offer")}
        self._biases = {name: weights[f"{name}_bias"].astype(np.float32) for name in ("inner", "outer", "offer")}

    @classmethod
    def load(cls, path: Path = WEIGHTS) -> SecondLook:
        """Read the weights and load the encoder (seconds, and some hundred megabytes with TensorFlow).

        Raises:
            SecondLookMissing: no weights, broken ones, or none for this encoder.
            EncoderMissing: the encoder's package is not installed.
        """
        try:
            with np.load(path, allow_pickle=False) as stored:
                weights = {name: stored[name] for name in stored.files}
        except (OSError, ValueError, KeyError) as error:
            raise SecondLookMissing(
                f"{path.name} is missing or broken: python -m bot.screening.fit_second_look"
            ) from error
        return cls(weights, shared_encoder("e5"))

    def look(self, text: str) -> Look:
        """Look at a text. Takes some milliseconds a passage: not for the event loop.

        Args:
            text: the offer as it came.
        """
        places = segments(text)
        if not places:
            return Look(0.0, ())
        vectors = passage_vectors(text, places, self._encoder)
        inner = _gelu(vectors @ self._weights["inner"] + self._biases["inner"])
        chances = _sigmoid(inner @ self._weights["outer"] + self._biases["outer"])
        beginning = beginning_vector(text, self._encoder)
        offer = float(_sigmoid(beginning @ self._weights["offer"] + self._biases["offer"])[0])
        best = chances.argmax(axis=0)
        findings = [
            Finding(flag, start, end, text[start:end], learned=True)
            for number, flag in enumerate(self._flags)
            if chances[best[number], number] >= self._thresholds[number]
            for start, end in (places[best[number]],)
        ]
        return Look(offer, tuple(findings))


def passage_vectors(text: str, places: Iterable[tuple[int, int]], encoder: SentenceEncoder) -> np.ndarray:
    """A row for each passage: its vector and the mean of all, (passages, 2 * dimensions).

    Args:
        text: the offer.
        places: see :func:`bot.screening.segments.segments`.
        encoder: of the vectors.
    """
    passages = [in_its_own_letters(text[start : min(end, start + PASSAGE_CHARACTERS)]) for start, end in places]
    vectors = encoder.encode(passages)
    return np.concatenate([vectors, np.broadcast_to(vectors.mean(axis=0), vectors.shape)], axis=1)


def beginning_vector(text: str, encoder: SentenceEncoder) -> np.ndarray:
    """The vector of a text's beginning, (dimensions,): enough to tell an offer from a question or a story."""
    vector: np.ndarray = encoder.encode([in_its_own_letters(text[:BEGINNING_CHARACTERS])])[0]
    return vector


def in_its_own_letters(text: str) -> str:
    """Latin-typed Russian and Bulgarian in Cyrillic, in its likeliest reading."""
    return readings(text)[0][0]


def _gelu(values: np.ndarray) -> np.ndarray:
    curved: np.ndarray = 0.5 * values * (1.0 + np.tanh(0.7978845608 * (values + 0.044715 * values**3)))
    return curved


def _sigmoid(values: np.ndarray) -> np.ndarray:
    squashed: np.ndarray = 1.0 / (1.0 + np.exp(-values))
    return squashed
