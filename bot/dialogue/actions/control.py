"""Control of the conversation: menus, language, a person, erasing, yes and no."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from bot.dialogue.actions.answers import say_more
from bot.dialogue.actions.asking_back import ask_back, sounds_worried
from bot.dialogue.actions.reading import Event, in_form, intent_of, leave_form

REMEMBERED = ("need", "last_topic", "pending", "offer_level")
"""What "start over" forgets. Country and language stay: they are about the person, not about this talk."""


class ActionOfferPerson(Action):
    """Offers a live person; only the consent button of the conversation opens a case."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_offer_person"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[Event]:
        """Marker `{"handoff": "offer"}`."""
        dispatcher.utter_message(json_message={"handoff": "offer"})
        return [SlotSet("pending", "handoff"), *leave_form(tracker)]


class ActionForget(Action):
    """Asks whether everything shall be erased; only the button of the conversation erases."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_forget"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[Event]:
        """Marker `{"forget": "ask"}`."""
        dispatcher.utter_message(json_message={"forget": "ask"})
        return [SlotSet("pending", "forget"), *leave_form(tracker)]


class ActionChooseLanguage(Action):
    """Shows the languages."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_choose_language"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[Event]:
        """Marker `{"language": "ask"}`."""
        dispatcher.utter_message(json_message={"language": "ask"})
        return leave_form(tracker)


class ActionMenu(Action):
    """Greets, or shows what the bot can do."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_menu"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[Event]:
        """Marker `{"menu": text id}`."""
        greeted = intent_of(tracker) == "greet"
        if not greeted and sounds_worried(tracker):
            return ask_back(dispatcher, tracker)  # "I don't know what to do, all is wrong here" wants more than a menu
        text_id = "start.hello" if greeted else "menu.title"
        dispatcher.utter_message(json_message={"menu": text_id})
        return [SlotSet("pending", None), *leave_form(tracker)]


class ActionStartOver(Action):
    """Forgets what this talk was about and shows the menu."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_start_over"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[Event]:
        """Marker `{"menu": "menu.title"}`."""
        dispatcher.utter_message(json_message={"menu": "menu.title"})
        return [*(SlotSet(slot, None) for slot in REMEMBERED), *leave_form(tracker)]


class ActionAffirm(Action):
    """Yes: to what was offered last. Never an error."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_affirm"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[Event]:
        """Carries out what `pending` holds. Consent and erasing are only asked again: a button must be pressed."""
        pending = tracker.get_slot("pending")
        if in_form(tracker):
            return []  # the form asks again for the country by itself
        if pending == "more":
            say_more(dispatcher, tracker.get_slot("last_topic"))
        elif pending == "handoff":
            dispatcher.utter_message(json_message={"handoff": "offer"})
            return []
        elif pending == "forget":
            dispatcher.utter_message(json_message={"forget": "ask"})
            return []
        elif pending == "offer":
            dispatcher.utter_message(json_message={"ask_offer": True})
            return []
        elif pending == "meaning":
            dispatcher.utter_message(json_message={"menu": "doubt.rephrase"})
        else:
            dispatcher.utter_message(json_message={"menu": "control.affirm"})
        return [SlotSet("pending", None)]


class ActionDeny(Action):
    """No: drops what was offered last, and leaves the question for the country."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_deny"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[Event]:
        """Marker `{"menu": ...}`: what else there is."""
        unsure = tracker.get_slot("pending") == "meaning"
        dispatcher.utter_message(json_message={"menu": "doubt.rephrase" if unsure else "control.deny"})
        return [SlotSet("pending", None), *leave_form(tracker)]
