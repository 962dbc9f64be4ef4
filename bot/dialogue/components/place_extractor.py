"""Finds countries and cities with the gazetteer of `bot.directory.places`. Needs no training."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.content.languages import identify
from bot.directory.places import Place, find_places

ROLES = ("from", "to")
"""Roles that are shown; a place without one is where the person is, or asks about."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class PlaceExtractor(GraphComponent, EntityExtractorMixin):
    """Entities `country` (value: ISO 3166 code) and `city` (value: its name in the gazetteer), with offsets."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> PlaceExtractor:
        """Made by Rasa's graph."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds the places of each message, the likeliest whereabouts last (Rasa's slots take the last value)."""
        for message in messages:
            text = message.get(TEXT) or ""
            named = [place for place in find_places(text, identify(text).language) if place.role != "not"]
            places = sorted(named, key=lambda place: place.role == "in")
            found = [entity for place in places for entity in _entities(place)]
            if found:
                message.set(ENTITIES, [*message.get(ENTITIES, []), *found], add_to_output=True)
        return messages


def _entities(place: Place) -> list[dict[str, Any]]:
    common: dict[str, Any] = {"start": place.start, "end": place.end, "extractor": PlaceExtractor.__name__}
    if place.role in ROLES:
        common["role"] = place.role
    elif place.kind in ("adjective", "people"):
        common["role"] = "from"  # "the Bulgarian embassy": whose, not where
    found = [{"entity": "country", "value": place.country, **common}]
    if place.city:
        found.append({"entity": "city", "value": place.city, **common})
    return found
