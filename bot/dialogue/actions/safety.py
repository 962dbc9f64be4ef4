"""Emergencies the model hears, and the way out of the chat."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from bot.dialogue.actions.reading import Event, entity_of, intent_of, leave_form
from bot.dialogue.taxonomy import EMERGENCY_OF_INTENT

EMERGENCY_COUNTS = 0.1
"""An emergency this likely is offered as a button, whatever else was understood."""


def likely_emergency(tracker: Tracker) -> str | None:
    """The likeliest emergency among the meanings of the latest message that were not taken, if it is likely enough.

    A person may say two things at once: for those, help is one press away and stands first.
    """
    ranking = tracker.latest_message.get("intent_ranking") or []
    return next(
        (
            str(meaning["name"])
            for meaning in ranking
            if meaning["name"] in EMERGENCY_OF_INTENT and meaning["confidence"] >= EMERGENCY_COUNTS
        ),
        None,
    )


class ActionEmergency(Action):
    """Asks the conversation for the emergency answer. Any form is left: nothing is asked in between."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_emergency"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[Event]:
        """Marker `{"emergency": kind, "country": code named in this message or None}`."""
        kind = EMERGENCY_OF_INTENT.get(intent_of(tracker), "danger")
        dispatcher.utter_message(json_message={"emergency": kind, "country": entity_of(tracker, "country")})
        return [SlotSet("pending", None), *leave_form(tracker)]


class ActionQuickExit(Action):
    """Asks the conversation to clear the chat. Says nothing."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_quick_exit"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[Event]:
        """Marker `{"exit": True}`."""
        dispatcher.utter_message(json_message={"exit": True})
        return [SlotSet("pending", None), SlotSet("last_topic", None), *leave_form(tracker)]
