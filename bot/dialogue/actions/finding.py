"""Who can help, and where: the form around the country, and the search."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActionExecutionRejected, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from bot.dialogue.actions.answers import country_line, more_of, text_of
from bot.dialogue.actions.reading import FORM, Event, confidence_of, in_form, intent_of
from bot.dialogue.taxonomy import FALLBACK
from bot.dialogue.wishes import NEED_OF_INTENT

SURE = 0.5
"""From this confidence on, a message with a place in it is a question of its own and not just the place."""


class ActionIntroduceNeed(Action):
    """Says what is good to know before the list, where there is such a text."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_introduce_need"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[Event]:
        """Utters `topic.<intent>` if it exists, else nothing."""
        intent = intent_of(tracker)
        dispatcher.utter_message(
            response=text_of(intent),
            optional=True,
            labelled=[("button.more", f"more:{intent}", more_of(intent))],
            appended=country_line(intent, tracker.get_slot("country")),
            topic=intent,
        )
        need = NEED_OF_INTENT.get(intent)
        return [SlotSet("need", need), SlotSet("last_topic", intent), SlotSet("pending", None)]


class ActionAskCountry(Action):
    """The form's question."""

    def name(self) -> str:
        """Name Rasa's form looks for."""
        return "action_ask_country"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[Event]:
        """Text for a plain channel; the marker `find` without a country makes the conversation ask with buttons."""
        marker = {"find": {"need": tracker.get_slot("need"), "country": None, "city": None}}
        dispatcher.utter_message(response="services.ask_country", json_message=marker)
        return []


class ValidateFindHelpForm(Action):
    """Tells the answer to "in which country?" from a new question."""

    def name(self) -> str:
        """Name Rasa's form looks for."""
        return "validate_find_help_form"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[Event]:
        """Accepts the country, or lets the form be interrupted."""
        intent = intent_of(tracker)
        answer = intent == FALLBACK or intent in NEED_OF_INTENT or confidence_of(tracker) < SURE
        # Only the first look at a message may refuse it: after the answer in between the form takes over again.
        if in_form(tracker) and not answer and not _answered_already(tracker):
            return [ActionExecutionRejected(FORM)]
        country = tracker.get_slot("country")
        return [SlotSet("country", country)] if country else []


def _answered_already(tracker: Tracker) -> bool:
    """Whether an action other than the form has run since the person's last message."""
    for event in reversed(tracker.events):
        if event["event"] == "user":
            return False
        if event["event"] == "action" and event["name"] not in (FORM, "action_listen"):
            return True
    return False


class ActionFindServices(Action):
    """The search itself."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_find_services"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[Event]:
        """Marker `{"find": {"need", "country", "city"}}`."""
        wanted = {name: tracker.get_slot(name) for name in ("need", "country", "city")}
        dispatcher.utter_message(json_message={"find": wanted})
        return [SlotSet("pending", None), SlotSet("interruptions", None)]
