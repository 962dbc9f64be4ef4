"""Responses from the catalogues: an action names text ids, this class finds the words in the person's language."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rasa.core.nlg.generator import NaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot.content.catalogues import Catalogues

logger = logging.getLogger(__name__)

DEFAULT_LANGUAGE = "en"
LAST_RESORT = "doubt.rephrase"
"""Said when not one of the ids exists: a person always gets an answer."""


def locales_folder() -> Path:
    """`$PRISTAN_LOCALES`, else `locales` of the repository."""
    named = os.environ.get("PRISTAN_LOCALES")
    return Path(named) if named else Path(__file__).resolve().parents[2] / "locales"


class CatalogueResponses(NaturalLanguageGenerator):
    """Rasa's response generator over the catalogues.

    Args:
        endpoint_config: As Rasa's stock commands pass it (endpoints.yml); unused.
        domain: Its responses name catalogue ids (`utter_thank` is `control.thank`).
        catalogues: The texts; by default read from the locales folder.
    """

    def __init__(
        self,
        endpoint_config: EndpointConfig | None = None,
        domain: Domain | None = None,
        catalogues: Catalogues | None = None,
    ) -> None:
        self._catalogues = catalogues or Catalogues.load(locales_folder())
        self.domain = domain

    async def generate(
        self,
        utter_action: str,
        tracker: DialogueStateTracker,
        output_channel: str,
        **kwargs: Any,
    ) -> dict[str, Any]:
        """One response.

        Args:
            utter_action: A response of the domain, or a catalogue id.
            tracker: Its slot `language` decides the language.
            output_channel: Unused; all channels say the same.
            kwargs: `otherwise`: ids tried in order where the first does not exist. `optional`: say nothing where none
                exists. `appended`: ids of texts that follow in the same message where they exist. `parameters`: values
                of the text's places. `labelled`: buttons as (catalogue id, data, id that must exist or None).
                `alarm`: kind of the emergency the message may also be; its numbers are shown above.
        """
        language = tracker.get_slot("language") or DEFAULT_LANGUAGE
        ids = [self._catalogue_id(utter_action), *kwargs.get("otherwise", ())]
        if not kwargs.get("optional"):
            ids.append(LAST_RESORT)
        found = next((text_id for text_id in ids if self._catalogues.has(text_id)), None)
        if found is None and kwargs.get("optional"):
            return {}
        if found is None:
            logger.error("no text %s and no %s in the catalogues", ids[0], LAST_RESORT)
            return {"text": "", "custom": {"menu": "menu.title"}}
        if found == LAST_RESORT and ids[0] != LAST_RESORT:
            logger.error("no text %s in the catalogues", ids[0])
        added = [text_id for text_id in kwargs.get("appended", ()) if self._catalogues.has(text_id)]
        said = [self._catalogues.text(found, language, **kwargs.get("parameters", {}))]
        said += [self._catalogues.text(text_id, language) for text_id in added]
        buttons = self._buttons(kwargs.get("labelled", ()), language)
        # The last id names the sources of all: those of a country's line come on top of its topic's.
        alarm = {"alarm": kwargs["alarm"]} if kwargs.get("alarm") else {}
        return {"text": "\n\n".join(said), "buttons": buttons, "text_id": added[-1] if added else found, **alarm}

    def _catalogue_id(self, name: str) -> str:
        responses = self.domain.responses if self.domain else {}
        variations = responses.get(name)
        return str(variations[0]["text"]) if variations else name

    def _buttons(self, labelled: Iterable[Any], language: str) -> list[dict[str, str]]:
        return [
            {"title": self._catalogues.text(label, language), "payload": data}
            for label, data, needed in labelled
            if self._catalogues.has(label) and (needed is None or self._catalogues.has(needed))
        ]
