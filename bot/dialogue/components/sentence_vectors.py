"""Puts the vector of a message's meaning on the message, one component for each encoder."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.content.latin_typed import readings
from bot.encoders import ENCODERS, EncoderMissing, SentenceEncoder, shared_encoder
from bot.encoders.mixed import Ways, mixed_vectors
from bot.encoders.vector_store import VectorStore

#: A message's own note for the components that come after: how it may be read.
_WAYS = "ways_to_read"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceVectors(DenseFeaturizer, GraphComponent):
    """Dense sentence features of one encoder.

    Config:
        encoder: `use` or `e5`.
        longest: Characters of a message that are read; the rest is dropped (a pasted page must not cost seconds).
        required: False: where the encoder's package is missing, say so on stderr and go on without its features.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        """Comes after a tokenizer."""
        return [Tokenizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """See the class."""
        return {**DenseFeaturizer.get_default_config(), "encoder": "use", "longest": 300, "required": False}

    def __init__(self, config: dict[str, Any], name: str) -> None:
        super().__init__(name, config)
        self._encoder: SentenceEncoder | None = None
        try:
            self._encoder = shared_encoder(config["encoder"])
        except EncoderMissing as problem:
            if config["required"]:
                raise
            print(f"intents are understood less well: {problem}", file=sys.stderr)

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceVectors:
        """Made by Rasa's graph."""
        return cls(config, execution_context.node_name)

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Refuses an unknown encoder by name."""
        if config["encoder"] not in ENCODERS:
            raise ValueError(f"config.yml: encoder {config['encoder']!r} is unknown; one of {', '.join(ENCODERS)}")

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Vectors of all examples, from disk where they were computed before."""
        if self._encoder is None:
            return training_data
        messages = [message for message in training_data.training_examples if message.get(TEXT)]
        store = VectorStore(self._encoder)
        for message, vector in zip(messages, self._mean(messages, store.vectors), strict=True):
            self._add(message, vector)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """The vector of each message that has text. Nothing is stored."""
        readable = [message for message in messages if message.get(TEXT)]
        if self._encoder is None or not readable:
            return messages
        for message, vector in zip(readable, self._mean(readable, self._encoder.encode), strict=True):
            self._add(message, vector)
        return messages

    def _mean(self, messages: list[Message], encode: Callable[[list[str]], np.ndarray]) -> np.ndarray:
        return mixed_vectors([self._ways(message) for message in messages], encode)

    def _ways(self, message: Message) -> Ways:
        """How a message may be read; told apart once for all encoders, for it takes longer than anything but them."""
        longest = self._config["longest"]
        known: Ways | None = message.get(f"{_WAYS}_{longest}")
        if known is None:
            known = readings(str(message.get(TEXT))[:longest])
            message.set(f"{_WAYS}_{longest}", known)
        return known

    def _add(self, message: Message, vector: np.ndarray) -> None:
        message.add_features(Features(vector[np.newaxis, :], FEATURE_TYPE_SENTENCE, TEXT, self._identifier))
