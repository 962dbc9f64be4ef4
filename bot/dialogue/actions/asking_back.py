"""Unsure what was meant: look at the conversation first, then ask back with the likeliest meanings."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from bot.dialogue.actions.answers import HUMAN, SERVICES, country_line, say_more
from bot.dialogue.actions.reading import Event, entity_of, leave_form
from bot.dialogue.actions.safety import likely_emergency
from bot.dialogue.taxonomy import EMERGENCY_OF_INTENT, FALLBACK
from bot.dialogue.wishes import TROUBLES

NEAREST, OFFER_SAFE = "nearest", "offer_safe"
MEANINGS = 2
"""How many meanings are offered."""
WORRIED = 0.35
"""From this chance on a message is taken for one about trouble."""


def likely_meanings(tracker: Tracker) -> list[str]:
    """The meanings to offer, an emergency first; `out_of_scope` only when it is the likeliest."""
    ranking = [meaning["name"] for meaning in tracker.latest_message.get("intent_ranking") or []]
    real = [name for name in ranking if name != FALLBACK]
    offered = [name for index, name in enumerate(real) if name != "out_of_scope" or index == 0][:MEANINGS]
    emergency = likely_emergency(tracker)
    return list(dict.fromkeys([*([emergency] if emergency else []), *offered]))


def sounds_worried(tracker: Tracker) -> bool:
    """Whether the message is probably about something bad, whatever it is."""
    ranking = tracker.latest_message.get("intent_ranking") or []
    bad = TROUBLES | EMERGENCY_OF_INTENT.keys()
    return sum(float(meaning["confidence"]) for meaning in ranking if meaning["name"] in bad) >= WORRIED


def ask_back(dispatcher: CollectingDispatcher, tracker: Tracker) -> list[Event]:
    """Utters the question with the likeliest meanings as buttons, and always with people who can help.

    Returns:
        Events of the action that asks.
    """
    meanings = likely_meanings(tracker)
    if not meanings:
        dispatcher.utter_message(json_message={"menu": "doubt.rephrase"})
        return []
    dispatcher.utter_message(
        response="doubt.worried" if sounds_worried(tracker) else "doubt.ask",
        alarm=next((EMERGENCY_OF_INTENT[intent] for intent in meanings if intent in EMERGENCY_OF_INTENT), None),
        labelled=[
            *((f"meaning.{intent}", f"do:{intent}", None) for intent in meanings),
            ("doubt.none", "menu:", None),
            SERVICES,
            HUMAN,
        ],
    )
    return [SlotSet("pending", "meaning"), *leave_form(tracker)]


class ActionOutOfScope(Action):
    """Nothing the bot can help with; but a message that sounds worried is asked back."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_out_of_scope"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[Event]:
        """Utters `out_of_scope`, or the question back."""
        if sounds_worried(tracker) or likely_emergency(tracker):
            return ask_back(dispatcher, tracker)
        dispatcher.utter_message(response="out_of_scope")
        return [SlotSet("pending", None)]


class ActionAskBack(Action):
    """For `nlu_fallback`."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_ask_back"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[Event]:
        """A bare place starts a search, "why?" gives more, anything else is asked back as `do:<intent>` buttons."""
        follow_up = entity_of(tracker, "follow_up")
        if follow_up == OFFER_SAFE:
            dispatcher.utter_message(json_message={"offer_again": True})
            return [SlotSet("pending", None)]
        if follow_up == NEAREST:
            dispatcher.utter_message(json_message={"nearest": tracker.get_slot("need") or ""})
            return [SlotSet("pending", None)]
        if follow_up:
            say_more(dispatcher, tracker.get_slot("last_topic"))
            return [SlotSet("pending", None)]
        country = entity_of(tracker, "country")
        certain = (tracker.latest_message.get("intent") or {}).get("confidence") == 1.0
        if country and certain:
            wanted = {"need": tracker.get_slot("need"), "country": country, "city": entity_of(tracker, "city")}
            # "And in Germany?" after an answer: first what is different there.
            line = country_line(str(tracker.get_slot("last_topic")), country)[0]
            dispatcher.utter_message(response=line, optional=True, topic=tracker.get_slot("last_topic"))
            dispatcher.utter_message(json_message={"find": wanted})
            return [SlotSet("pending", None)]
        return ask_back(dispatcher, tracker)
