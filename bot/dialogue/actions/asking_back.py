"""Unsure what was meant: look at the conversation first, then ask back with the likeliest meanings."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from bot.dialogue.actions.answers import HUMAN, say_more
from bot.dialogue.actions.reading import FALLBACK, Event, entity_of, leave_form
from bot.dialogue.actions.safety import likely_emergency

MEANINGS = 2
"""How many meanings are offered."""


def likely_meanings(tracker: Tracker) -> list[str]:
    """The meanings to offer, an emergency first; `out_of_scope` only when it is the likeliest."""
    ranking = [meaning["name"] for meaning in tracker.latest_message.get("intent_ranking") or []]
    real = [name for name in ranking if name != FALLBACK]
    offered = [name for index, name in enumerate(real) if name != "out_of_scope" or index == 0][:MEANINGS]
    emergency = likely_emergency(tracker)
    return list(dict.fromkeys([*([emergency] if emergency else []), *offered]))


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
        meanings = likely_meanings(tracker)
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
