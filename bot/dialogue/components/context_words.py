"""Messages that mean nothing without what was said before: "why?", "tell me more", a bare place name.

A classifier can only guess at them. They become `nlu_fallback` with an entity that tells what they are, and
`action_ask_back` decides from the conversation. The words stand in nlu_data/follow_up.yml as lookup tables.
"""

from __future__ import annotations

import json
import re
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.dialogue.components.tokenizer import spans

FOLLOW_UPS = ("more", "why", "nearest", "offer_safe")
FILLER = "place_filler"
_NOT_WORDS = re.compile(r"[\W_]+")


def bare(text: str) -> str:
    """Lower case, words separated by one blank, no punctuation."""
    return _NOT_WORDS.sub(" ", text.lower()).strip()


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class ContextWords(GraphComponent, IntentClassifier):
    """Turns context-only messages into `nlu_fallback`. Comes last in the pipeline."""

    def __init__(self, words: dict[str, list[str]], model_storage: ModelStorage, resource: Resource) -> None:
        self._words = {name: frozenset(map(bare, values)) for name, values in words.items()}
        self._model_storage = model_storage
        self._resource = resource

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ContextWords:
        """Made by Rasa's graph."""
        return cls({}, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Reads the lookup tables."""
        words = {
            table["name"]: list(table["elements"])
            for table in training_data.lookup_tables
            if table["name"] in (*FOLLOW_UPS, FILLER)
        }
        with self._model_storage.write_to(self._resource) as folder:
            (folder / "words.json").write_text(json.dumps(words, ensure_ascii=False), encoding="utf-8")
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> ContextWords:
        """Made by Rasa's graph from a trained model."""
        with model_storage.read_from(resource) as folder:
            words = json.loads((folder / "words.json").read_text(encoding="utf-8"))
        return cls(words, model_storage, resource)

    def process(self, messages: list[Message]) -> list[Message]:
        """Marks messages that need the conversation to be understood."""
        for message in messages:
            text = message.get(TEXT) or ""
            follow_up = next((name for name in FOLLOW_UPS if bare(text) in self._words.get(name, ())), None)
            if follow_up:
                entity = {
                    "entity": "follow_up",
                    "value": follow_up,
                    "start": 0,
                    "end": len(text),
                    "extractor": type(self).__name__,
                }
                message.set(ENTITIES, [*message.get(ENTITIES, []), entity], add_to_output=True)
            if follow_up or self._only_a_place(message, text):
                _mark(message)
        return messages

    def _only_a_place(self, message: Message, text: str) -> bool:
        places = [entity for entity in message.get(ENTITIES, []) if entity["entity"] in ("country", "city")]
        if not places:
            return False
        covered = [(place["start"], place["end"]) for place in places]
        filler = self._words.get(FILLER, frozenset())
        return all(
            any(start < end_place and end > start_place for start_place, end_place in covered)
            or bare(text[start:end]) in filler
            for start, end in spans(text)
        )


def _mark(message: Message) -> None:
    """Puts `nlu_fallback` on top; the ranking of real intents stays below it."""
    unsure = {"name": DEFAULT_NLU_FALLBACK_INTENT_NAME, "confidence": 1.0}
    ranking = [
        intent for intent in message.get(INTENT_RANKING_KEY, []) if intent["name"] != DEFAULT_NLU_FALLBACK_INTENT_NAME
    ]
    message.set(INTENT, dict(unsure), add_to_output=True)
    message.set(INTENT_RANKING_KEY, [unsure, *ranking], add_to_output=True)
