"""Answers to questions and situations, and more about them."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from bot.dialogue.actions.next_steps import next_steps
from bot.dialogue.actions.reading import Event, intent_of, interrupt_form
from bot.dialogue.actions.safety import likely_emergency
from bot.dialogue.taxonomy import EMERGENCY_OF_INTENT

NOT_COVERED = "topic.not_covered"

OTHER_TEXTS = {"self_check": "selfcheck.brief"}
"""Intents whose answer is not `topic.<intent>`."""

HUMAN = ("button.human", "do:talk_to_human", None)
SERVICES = ("button.services", "need:", None)


def text_of(intent: str) -> str:
    """Catalogue id of the answer to an intent."""
    return OTHER_TEXTS.get(intent, f"topic.{intent}")


def more_of(intent: str) -> str:
    """Catalogue id of what else there is to say on an intent."""
    return f"topic.{intent}.more"


def country_line(intent: str, country: str | None) -> list[str]:
    """Catalogue id of what is different about a topic in a country; it may not exist."""
    return [f"topic.{intent}.in.{country}"] if country else []


def say_answer(dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
    """Utters the answer to the latest intent.

    With it what is different in the person's country, and buttons: an emergency that may be meant too, more, what
    people mostly need next, help.
    """
    intent = intent_of(tracker)
    more = more_of(intent)
    emergency = likely_emergency(tracker)
    alarm = [(f"meaning.{emergency}", f"do:{emergency}", None)] if emergency else []
    dispatcher.utter_message(
        response=text_of(intent),
        otherwise=[NOT_COVERED],
        labelled=[*alarm, ("button.more", f"more:{intent}", more), *next_steps(intent), SERVICES, HUMAN],
        appended=country_line(intent, tracker.get_slot("country")),
        alarm=EMERGENCY_OF_INTENT.get(emergency or ""),
        topic=intent,
    )


def say_more(dispatcher: CollectingDispatcher, topic: str | None) -> None:
    """Utters the longer text on a topic; without one, offers a person and services."""
    if topic is None:
        dispatcher.utter_message(json_message={"menu": "doubt.rephrase"})
        return
    dispatcher.utter_message(
        response=more_of(topic),
        otherwise=[text_of(topic), NOT_COVERED],
        labelled=[*next_steps(topic), SERVICES, HUMAN],
        topic=topic,
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
