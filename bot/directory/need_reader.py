"""Reads off a message's sentence vectors which help it looks for, also where no word of ``needs.yml`` stands in it.

A small perceptron with one output a need, and one for any (:mod:`bot.directory.fit_need_reader` fits it to
``nlu_data/<language>/needs.jsonl``), over the vectors the dialogue model computed anyway. What it says is one voice
beside the words and the model's intents: :func:`bot.directory.needs.choose_need`. Knows nothing of Telegram or Rasa.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from bot.encoders import EncoderMissing, shared_encoder
from bot.encoders.dialogue_vectors import ENCODERS_READ
from bot.encoders.fitted import FittedMissing, read_fitted
from bot.encoders.perceptron import scores, sigmoid

WEIGHTS = Path(__file__).with_name("need_reader.npz")
#: Beside the needs: that help is looked for at all.
ANY = "any"
WEIGHT_NAMES = ("inner", "inner_bias", "outer", "outer_bias")
#: What a sentence of a message says counts this much beside the message as a whole.
SENTENCE_SHARE = 0.3
_FIT_AGAIN = "python -m bot.directory.fit_need_reader"


class NeedReaderMissing(Exception):
    """There is no reader of needs; the message says why and what to do. Needs are then found by words and intents."""


class NeedReader:
    """The fitted perceptron.

    Args:
        weights: what :mod:`bot.directory.fit_need_reader` keeps.
        versions: version of each encoder of :data:`ENCODERS_READ` whose vectors will be read.

    Raises:
        NeedReaderMissing: the weights were fitted to vectors of other encoders.
    """

    def __init__(self, weights: Mapping[str, np.ndarray], versions: Sequence[str]) -> None:
        if [str(version) for version in weights["encoders"]] != list(versions):
            raise NeedReaderMissing(f"{WEIGHTS.name} was fitted with another encoder; fit it again: {_FIT_AGAIN}")
        self._signs = [str(sign) for sign in weights["signs"]]
        self._weights = {name: weights[name].astype(np.float32) for name in WEIGHT_NAMES}

    @classmethod
    def load(cls, path: Path = WEIGHTS) -> NeedReader:
        """Read the weights. The encoders are the dialogue model's: load that first.

        Raises:
            NeedReaderMissing: no weights, broken ones, or none for these encoders.
            EncoderMissing: an encoder's package is not installed.
        """
        try:
            return cls(read_fitted(path), [shared_encoder(name).version for name in ENCODERS_READ])
        except (FittedMissing, KeyError) as error:
            raise NeedReaderMissing(f"{path.name} is missing or broken: {_FIT_AGAIN}") from error

    def read(self, messages: Sequence[Mapping[str, np.ndarray]]) -> dict[str, float]:
        """Need -> chance (0 to 1) that it is looked for; several may be likely, or none. :data:`ANY` -> any help is.

        Args:
            messages: vectors of the whole message by the name of their encoder, then those of its sentences.
        """
        if not messages or any(name not in vectors for vectors in messages for name in ENCODERS_READ):
            return {}
        rows = np.stack([np.concatenate([vectors[name] for name in ENCODERS_READ]) for vectors in messages])
        return dict(zip(self._signs, map(float, together(sigmoid(scores(self._weights, rows)))), strict=True))


def together(chances: np.ndarray) -> np.ndarray:
    """What a message says, of its whole and its sentences: (1 + sentences, needs) -> (needs,)."""
    whole: np.ndarray = chances[0]
    if len(chances) == 1:
        return whole
    mixed: np.ndarray = (1.0 - SENTENCE_SHARE) * whole + SENTENCE_SHARE * chances[1:].max(axis=0)
    return mixed


def load_need_reader(say: Callable[[str], None]) -> NeedReader | None:
    """The reader, or None where it cannot be had: needs are then found by words and intents alone.

    Args:
        say: told why, for an operator.
    """
    try:
        return NeedReader.load()
    except (NeedReaderMissing, EncoderMissing) as problem:
        say(f"needs are found by words alone: {problem}")
        return None
