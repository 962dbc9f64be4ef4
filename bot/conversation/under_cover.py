"""A turn of somebody who has the cover on: whoever holds the phone meets a converter of units."""

from __future__ import annotations

from bot.content.catalogues import Catalogues
from bot.conversation.countries import country_buttons
from bot.conversation.cover import CoverAnswer, is_word, lift_cover
from bot.conversation.menus import Menus
from bot.conversation.messages import Inbound, Reply
from bot.directory.model import is_country
from bot.directory.places import countries_near, here
from bot.safety.emergency import EmergencyAnswer
from bot.safety.net import EMERGENCIES, Emergency
from bot.safety.wipe import forget
from bot.store.turn import Turn


class UnderCover:
    """Answers under the cover.

    Args:
        catalogues: the texts.
        emergency: the numbers.
        menus: what is shown once the word was said.
        staff_chat_id: the group whose topics a wipe deletes.
    """

    def __init__(
        self, catalogues: Catalogues, emergency: EmergencyAnswer, menus: Menus, staff_chat_id: int | None
    ) -> None:
        self._catalogues = catalogues
        self._answer = CoverAnswer(catalogues)
        self._emergency = emergency
        self._menus = menus
        self._staff_chat_id = staff_chat_id

    async def respond(self, inbound: Inbound, turn: Turn, alarm: Emergency | None) -> list[Reply]:
        """Decide one turn in which nothing new is alarming.

        Args:
            inbound: what was sent.
            turn: the person's unit of work.
            alarm: an emergency they wrote of not long ago, to which a place may be the answer.
        """
        person = turn.person
        language = person.language or "en"
        if inbound.kind == "command" and inbound.command == "forget":
            say = self._catalogues.text
            await forget(turn, say("forget.done", language), say("command.start", language), self._staff_chat_id)
            return []
        if inbound.kind == "text" and not inbound.forwarded and is_word(person, inbound.text):
            return [self._lift(inbound, turn, language)]
        country = self._place(inbound, alarm)
        if alarm is not None and country is not None:
            person.country = country
            return [self.numbers(alarm, language, country)]
        return [self._answer.reply(inbound, language)]

    def numbers(self, kind: Emergency, language: str, country: str | None) -> Reply:
        """Numbers of an emergency, and countries to choose from where the place is not known; nothing else."""
        known = self._emergency.place_known(country)
        buttons = () if known else country_buttons(language, f"sos:{kind}")
        return self._answer.emergency(self._emergency.numbers(kind, language, country), buttons)

    def _lift(self, inbound: Inbound, turn: Turn, language: str) -> Reply:
        lift_cover(turn.person)
        turn.person.fields["menu_language"] = None
        delete_message(turn, inbound)
        return self._menus.main(language, "start.hello")

    def _place(self, inbound: Inbound, alarm: Emergency | None) -> str | None:
        if inbound.kind == "location" and inbound.location is not None:
            codes = countries_near(inbound.location.latitude, inbound.location.longitude)
            return codes[0] if len(codes) == 1 else None
        if inbound.kind == "button":
            verb, _, rest = inbound.text.partition(":")
            kind, _, code = rest.partition(":")
            return code if verb == "sos" and kind in EMERGENCIES and is_country(code) else None
        place = here(inbound.text) if alarm is not None and inbound.kind == "text" else None
        return None if place is None else place.country


def delete_message(turn: Turn, inbound: Inbound) -> None:
    """Take a message that holds the person's word out of the chat at once."""
    if inbound.message_id is not None:
        params = {"chat_id": turn.person.chat_id, "message_ids": [inbound.message_id]}
        turn.send("deleteMessages", params, purpose="hide")
