"""Job offers: screened by the conversation, which has the text."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from bot.dialogue.actions.reading import Event, leave_form


class ActionScreenOffer(Action):
    """The message is an offer: screen it."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_screen_offer"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[Event]:
        """Marker `{"screen": True}`."""
        dispatcher.utter_message(json_message={"screen": True})
        return [SlotSet("pending", None), SlotSet("last_topic", "ask_warning_signs"), *leave_form(tracker)]


class ActionAskOffer(Action):
    """Wants an offer checked: ask for it."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_ask_offer"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[Event]:
        """Marker `{"ask_offer": True}`."""
        dispatcher.utter_message(json_message={"ask_offer": True})
        return [SlotSet("pending", "offer"), *leave_form(tracker)]
