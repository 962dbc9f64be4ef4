"""Reads the intent off a message's sentence vectors: a perceptron with one hidden layer.

Rasa's own LogisticRegressionClassifier copies its coefficient matrix for every message; here a message costs two small
matrix products, and the trained weights are plain numbers (npz), no pickle.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.encoders.perceptron import fit_classes, scores

FILE = "intent_reader.npz"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class IntentReader(GraphComponent, IntentClassifier):
    """A perceptron over dense sentence features.

    Config:
        hidden: Width of the hidden layer.
        epochs: How often training sees all examples.
        ranking_length: How many intents the ranking keeps.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        """Comes after featurizers."""
        return [Featurizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """See the class."""
        return {"hidden": 768, "epochs": 12, "ranking_length": 10}

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        weights: dict[str, np.ndarray] | None = None,
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._weights = weights
        self._intents: list[str] = [str(name) for name in weights["intents"]] if weights else []
        self._origins: list[str] = [str(name) for name in weights["origins"]] if weights else []

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> IntentReader:
        """Made by Rasa's graph."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Fits the perceptron and keeps its weights."""
        examples = [m for m in training_data.intent_examples if m.get(INTENT) and m.get(TEXT)]
        blocks = [sentence_blocks(message) for message in examples]
        origins = sorted(blocks[0]) if blocks else []
        if not origins:
            raise ValueError("config.yml: IntentReader needs a SentenceVectors component before it")
        features = np.stack([np.concatenate([found[origin] for origin in origins]) for found in blocks])
        intents = sorted({str(message.get(INTENT)) for message in examples})
        labels = np.array([intents.index(message.get(INTENT)) for message in examples])
        weights = fit_classes(
            features,
            labels,
            len(intents),
            hidden=self._config["hidden"],
            epochs=self._config["epochs"],
            say=lambda line: print(f"intents: {line}", file=sys.stderr, flush=True),
        )
        weights["intents"] = np.array(intents, dtype=np.str_)
        weights["origins"] = np.array(origins, dtype=np.str_)
        with self._model_storage.write_to(self._resource) as folder:
            np.savez(folder / FILE, **weights)
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> IntentReader:
        """Made by Rasa's graph from a trained model."""
        with model_storage.read_from(resource) as folder, np.load(folder / FILE, allow_pickle=False) as stored:
            weights = {name: stored[name] for name in stored.files}
        return cls(config, model_storage, resource, weights)

    def process(self, messages: list[Message]) -> list[Message]:
        """Puts the likeliest intent and the ranking on each message."""
        for message in messages:
            ranking = self._rank(message)
            best = dict(ranking[0]) if ranking else {"name": None, "confidence": 0.0}
            message.set(INTENT, best, add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking[: self._config["ranking_length"]], add_to_output=True)
        return messages

    def _rank(self, message: Message) -> list[dict[str, Any]]:
        blocks = sentence_blocks(message)
        if self._weights is None or not blocks:
            return []
        missing = [origin for origin in self._origins if origin not in blocks]
        if missing:
            raise ValueError(
                f"the model was trained with the encoder(s) {', '.join(missing)}, which are not installed here; "
                "install them or train again (python -m bot.dialogue.train)"
            )
        vector = np.concatenate([blocks[origin] for origin in self._origins])
        said = scores(self._weights, vector)
        odds = np.exp(said - said.max())
        chances = odds / odds.sum()
        order = np.argsort(-chances)
        return [{"name": self._intents[index], "confidence": float(chances[index])} for index in order]


def sentence_blocks(message: Message) -> dict[str, np.ndarray]:
    """Sentence features of a message by the featurizer they come from."""
    return {
        str(features.origin): np.asarray(features.features)[-1]
        for features in message.features
        if features.type == FEATURE_TYPE_SENTENCE and features.attribute == TEXT and features.is_dense()
    }
