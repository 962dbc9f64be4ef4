"""Unsure what was meant: look at the conversation first, then ask back with the likeliest meanings."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from bot.dialogue.actions.answers import HUMAN, say_more
from bot.dialogue.actions.reading import FALLBACK, Event, entity_of, leave_form
from bot.dialogue.actions.safety import KIND_OF_INTENT

MEANINGS = 2
"""How many meanings are offered."""
EMERGENCY_COUNTS = 0.1
"""An emergency this likely is offered even when two other meanings are likelier, and first."""


def likely_meanings(ranking: list[dict[str, Any]]) -> list[str]:
    """The meanings to offer, an emergency first; `out_of_scope` only when it is the likeliest."""
    real = [intent for intent in ranking if intent["name"] != FALLBACK]
    offered = [intent["name"] for index, intent in enumerate(real) if intent["name"] != "out_of_scope" or index == 0][
        :MEANINGS
    ]
    alarms = [
        intent["name"]
        for intent in real
        if intent["name"] in KIND_OF_INTENT and intent["confidence"] >= EMERGENCY_COUNTS
    ]
    return list(dict.fromkeys([*alarms[:1], *offered]))


class ActionAskBack(Action):
    """For `nlu_fallback`."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_ask_back"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[Event]:
        """A bare place starts a search, "why?" gives more, anything else is asked back as `do:<intent>` buttons."""
        if entity_of(tracker, "follow_up"):
            say_more(dispatcher, tracker.get_slot("last_topic"))
            return [SlotSet("pending", None)]
        country = entity_of(tracker, "country")
        certain = (tracker.latest_message.get("intent") or {}).get("confidence") == 1.0
        if country and certain:
            wanted = {"need": tracker.get_slot("need"), "country": country, "city": entity_of(tracker, "city")}
            dispatcher.utter_message(json_message={"find": wanted})
            return [SlotSet("pending", None)]
        meanings = likely_meanings(tracker.latest_message.get("intent_ranking") or [])
        if not meanings:
            dispatcher.utter_message(json_message={"menu": "doubt.rephrase"})
            return []
        dispatcher.utter_message(
            response="doubt.ask",
            labelled=[
                *((f"meaning.{intent}", f"do:{intent}", None) for intent in meanings),
                ("doubt.none", "menu:", None),
                HUMAN,
            ],
        )
        return [SlotSet("pending", "meaning"), *leave_form(tracker)]
