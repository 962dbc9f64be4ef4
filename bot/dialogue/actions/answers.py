"""Answers to questions and situations, and more about them."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from bot.dialogue.actions.reading import Event, intent_of, interrupt_form
from bot.dialogue.actions.safety import likely_emergency

NOT_COVERED = "topic.not_covered"

OTHER_TEXTS = {"self_check": "selfcheck.brief"}
"""Intents whose answer is not `topic.<intent>`."""

HUMAN = ("button.human", "do:talk_to_human", None)
SERVICES = ("button.services", "need:", None)


def text_of(intent: str) -> str:
    """Catalogue id of the answer to an intent."""
    return OTHER_TEXTS.get(intent, f"topic.{intent}")


def say_answer(dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
    """Utters the answer to the latest intent, with buttons: an emergency that may be meant too, more, help."""
    intent = intent_of(tracker)
    more = f"{text_of(intent)}.more"
    emergency = likely_emergency(tracker)
    alarm = [(f"meaning.{emergency}", f"do:{emergency}", None)] if emergency else []
    dispatcher.utter_message(
        response=text_of(intent),
        otherwise=[NOT_COVERED],
        labelled=[*alarm, ("button.more", f"more:{intent}", more), SERVICES, HUMAN],
        topic=intent,
    )


def say_more(dispatcher: CollectingDispatcher, topic: str | None) -> None:
    """Utters the longer text on a topic; without one, offers a person and services."""
    if topic is None:
        dispatcher.utter_message(json_message={"menu": "doubt.rephrase"})
        return
    dispatcher.utter_message(
        response=f"{text_of(topic)}.more", otherwise=[NOT_COVERED], labelled=[SERVICES, HUMAN], topic=topic
    )


class ActionAnswerTopic(Action):
    """Answers the latest intent."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_answer_topic"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[Event]:
        """Utters `topic.<intent>`; "yes" then means "tell me more"."""
        intent = intent_of(tracker)
        say_answer(dispatcher, tracker)
        pending = "handoff" if intent == "self_check" else "more"
        return [SlotSet("last_topic", intent), SlotSet("pending", pending), *interrupt_form(tracker)]


class ActionMore(Action):
    """Says more about the last topic ("why?", "tell me more", yes after an answer)."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_more"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[Event]:
        """Utters `topic.<last topic>.more`."""
        say_more(dispatcher, tracker.get_slot("last_topic"))
        return [SlotSet("pending", None)]
