"""A learned second look at an offer: passages that read like a red flag although no rule names their words.

Each passage's sentence vector, beside the mean of the whole text, goes through a small perceptron with one output a
flag (:mod:`bot.screening.fit_second_look` fits it to ``nlu_data/<language>/offers.jsonl``). What it finds is shown as
doubt, never as certainty; what a rule finds and it sees next to no chance of ("we never keep your passport") is left
out. Knows nothing of Telegram or Rasa.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bot.content.latin_typed import readings
from bot.content.normalise import Normalised
from bot.encoders import EncoderMissing, SentenceEncoder, shared_encoder
from bot.encoders.fitted import FittedMissing, read_fitted
from bot.encoders.perceptron import scores, sigmoid
from bot.screening.detect import Finding
from bot.screening.flags import FLAGS
from bot.screening.score import SUSPECT
from bot.screening.segments import segments

WEIGHTS = Path(__file__).with_name("second_look.npz")
#: Characters of a passage, and of the beginning of a text, that are read.
PASSAGE_CHARACTERS, BEGINNING_CHARACTERS = 300, 600
#: From this chance on a flag is said (in an offer that is suspect as a whole from the lower one), and below this one a
#: rule's finding is not. Chosen on one half of the offers in tests/screening/development and measured on the other
#: (docs/decisions.md, 73).
SURE, SURE_OF_SUSPECT, NEXT_TO_NONE = 0.7, 0.4, 0.003
#: The perceptron of the flags; the lines between offers and everything else, and between bad offers and honest ones.
WEIGHT_NAMES = ("inner", "inner_bias", "outer", "outer_bias", "offer", "offer_bias", "whole", "whole_bias")


class SecondLookMissing(Exception):
    """There is no second look; the message says why and what to do. Screening goes on by rules alone."""


@dataclass(frozen=True)
class Look:
    """What the second look saw in one text.

    Args:
        offer: chance that the text is an offer, 0 to 1.
        whole: chance that, if it is one, it is a bad one as a whole.
        findings: the likeliest passage of each flag that is likely enough.
        places: start and end of each passage looked at.
        chances: flag -> its chance in each of them.
    """

    offer: float
    whole: float
    findings: tuple[Finding, ...]
    places: tuple[tuple[int, int], ...] = ()
    chances: Mapping[str, np.ndarray] = field(default_factory=dict)

    def doubts(self, finding: Finding) -> bool:
        """Whether a rule's finding is next to impossible by what stands around its words.

        Never of a critical flag: "hand your passport to the administrator" was once held for impossible.
        """
        if not finding.by_words or finding.id not in self.chances or FLAGS[finding.id] == "critical":
            return False
        around = [
            chance
            for (start, end), chance in zip(self.places, self.chances[finding.id], strict=True)
            if start < finding.end and finding.start < end
        ]
        return bool(around and max(around) < NEXT_TO_NONE)


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
        self._weights = {name: weights[name].astype(np.float32) for name in WEIGHT_NAMES}

    @classmethod
    def load(cls, path: Path = WEIGHTS) -> SecondLook:
        """Read the weights and load the encoder (seconds, and some hundred megabytes with TensorFlow).

        Raises:
            SecondLookMissing: no weights, broken ones, or none for this encoder.
            EncoderMissing: the encoder's package is not installed.
        """
        try:
            return cls(read_fitted(path), shared_encoder("e5"))
        except (FittedMissing, KeyError) as error:
            raise SecondLookMissing(
                f"{path.name} is missing or broken: python -m bot.screening.fit_second_look"
            ) from error

    def look(self, text: Normalised) -> Look:
        """Look at a text. Takes some milliseconds a passage: not for the event loop.

        Args:
            text: the offer without its disguise (:attr:`bot.screening.screen.ReadOffer.uncovered`); the places that are
                returned are those of the text as it came.
        """
        passed = segments(text.text)
        if not passed:
            return Look(0.0, 0.0, ())
        vectors = self._encoder.encode([*passages(text.text, passed), beginning(text.text)])
        chances = sigmoid(scores(self._weights, beside_the_whole(vectors[:-1])))
        offer = float(sigmoid(vectors[-1] @ self._weights["offer"] + self._weights["offer_bias"])[0])
        text_vector = of_the_whole(vectors[:-1], chances)
        whole = float(sigmoid(text_vector @ self._weights["whole"] + self._weights["whole_bias"])[0])
        sure = SURE_OF_SUSPECT if whole >= SUSPECT else SURE
        best = chances.argmax(axis=0)
        places = [text.span(start, end) for start, end in passed]
        findings = [
            Finding(flag, start, end, text.original[start:end], learned=True, by_words=False)
            for number, flag in enumerate(self._flags)
            if chances[best[number], number] >= sure
            for start, end in (places[best[number]],)
        ]
        by_flag = {flag: chances[:, number] for number, flag in enumerate(self._flags)}
        return Look(offer, whole, tuple(findings), tuple(places), by_flag)


def passages(text: str, places: Iterable[tuple[int, int]]) -> list[str]:
    """The passages of an offer as they are encoded.

    Args:
        text: the offer, normalised and without its disguise.
        places: see :func:`bot.screening.segments.segments`.
    """
    return [_in_its_own_letters(text[start : min(end, start + PASSAGE_CHARACTERS)]) for start, end in places]


def beginning(text: str) -> str:
    """A text's beginning as it is encoded: enough to tell an offer from a question or a story."""
    return _in_its_own_letters(text[:BEGINNING_CHARACTERS])


def beside_the_whole(vectors: np.ndarray) -> np.ndarray:
    """Each passage's vector beside the mean of all of its text: (passages, columns) -> (passages, 2 * columns)."""
    return np.concatenate([vectors, np.broadcast_to(vectors.mean(axis=0), vectors.shape)], axis=1)


def of_the_whole(vectors: np.ndarray, chances: np.ndarray) -> np.ndarray:
    """A text as one vector: the mean of its passages, the most of each column, the greatest chance of each flag.

    Args:
        vectors: of its passages, (passages, columns).
        chances: of the flags in them, (passages, flags).

    Returns:
        (2 * columns + flags,).
    """
    return np.concatenate([vectors.mean(axis=0), vectors.max(axis=0), chances.max(axis=0)])


def _in_its_own_letters(text: str) -> str:
    """Latin-typed Russian and Bulgarian in Cyrillic, in its likeliest reading."""
    return readings(text)[0][0]


def load_second_look(say: Callable[[str], None]) -> SecondLook | None:
    """The second look, or None where it cannot be had: offers are then screened by rules alone.

    Args:
        say: told why, for an operator.
    """
    try:
        return SecondLook.load()
    except (SecondLookMissing, EncoderMissing) as problem:
        say(f"offers are screened by rules alone: {problem}")
        return None
