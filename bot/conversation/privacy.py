"""*Who can see this?*: plain words, and what a person can set for the phone they hold."""

from __future__ import annotations

from bot.content.catalogues import Catalogues
from bot.conversation.cover import AWAITED_WORD, choose_word, drop_cover, fits_as_word, has_cover
from bot.conversation.messages import Button, Inbound, Reply
from bot.store.auto_delete import AUTO_DELETE_HOURS
from bot.store.people import Person

#: Field of a person who wants no telling word in a notification.
DISCREET = "discreet"

Rows = tuple[tuple[Button, ...], ...]


def is_discreet(person: Person) -> bool:
    """Whether messages to this person begin with a neutral line and are covered until touched."""
    return bool(person.fields.get(DISCREET))


class PrivacySettings:
    """The menu, and what its buttons do. Callback data: ``privacy:WHAT:VALUE``."""

    def __init__(self, catalogues: Catalogues) -> None:
        self._catalogues = catalogues

    def menu_row(self, language: str) -> tuple[Button, ...]:
        """The way to the menu, as a row of buttons."""
        return (Button(self._catalogues.text("menu.privacy", language), "privacy:"),)

    def menu(self, person: Person, language: str, lead: str = "") -> Reply:
        """Who can see what, how the settings stand, and a button for each.

        Args:
            person: whose settings.
            language: to answer in.
            lead: id of a text about what was just changed.
        """
        say = self._catalogues.text
        chosen = "on" if is_discreet(person) else "off"
        hours = person.delete_after_hours or 0
        team = "now" if person.unprompted_ok else "wait"
        state = say(
            "privacy.state",
            language,
            discreet=say(f"privacy.{chosen}", language),
            delete=say(f"privacy.delete.{hours}", language),
            team=say(f"privacy.team.{team}", language),
            cover=say("privacy.on" if has_cover(person) else "privacy.off", language),
        )
        first = say(lead, language) if lead else say("privacy.who", language)
        rows = (
            (
                Button(say("privacy.button.words", language), "do:privacy_question"),
                Button(say("privacy.button.discreet", language), "privacy:discreet"),
            ),
            (
                Button(say("privacy.button.delete", language), "privacy:delete"),
                Button(say("privacy.button.cover", language), "privacy:cover"),
            ),
            (Button(say("privacy.button.team", language), "privacy:team"),),
            (Button(say("menu.hide", language), "hide:"), Button(say("button.menu", language), "menu:")),
        )
        return Reply(f"{first}\n\n{state}", rows)

    def press(self, argument: str, person: Person, language: str) -> Reply | None:
        """A button of the menu: explains a setting, or changes it; None for one that does not exist."""
        what, _, value = argument.partition(":")
        if not what:
            return self.menu(person, language)
        if what == "discreet":
            return self._switch(person, what, value, language)
        if what == "team":
            return self._team(person, value, language)
        if what == "delete":
            return self._delete(person, value, language)
        if what == "cover":
            return self._cover(person, value, language)
        return None

    def word_chosen(self, inbound: Inbound, person: Person, language: str) -> Reply:
        """The answer to a message that should be the person's word; the caller deletes that from the chat."""
        say = self._catalogues.text
        if not fits_as_word(inbound.text):
            return Reply(say("cover.bad_word", language), self._back(language))
        person.fields.pop("expecting", None)
        choose_word(person, inbound.text)
        drop = (Button(say("cover.button.off", language), "privacy:cover:off"),)
        return Reply(say("cover.ready", language), ((Button(say("menu.hide", language), "hide:"),), drop))

    def _switch(self, person: Person, what: str, value: str, language: str) -> Reply | None:
        if value == "on":
            person.fields[DISCREET] = True
            return self.menu(person, language, "discreet.done_on")
        if value == "off":
            person.fields.pop(DISCREET, None)
            return self.menu(person, language, "discreet.done_off")
        return None if value else self._explained("discreet.explain", what, ("on", "off"), language)

    def _team(self, person: Person, value: str, language: str) -> Reply | None:
        if value in ("now", "wait"):
            person.unprompted_ok = value == "now"
            return self.menu(person, language, "privacy.changed")
        return None if value else self._explained("team.explain", "team", ("now", "wait"), language)

    def _delete(self, person: Person, value: str, language: str) -> Reply | None:
        choices = [*map(str, AUTO_DELETE_HOURS), "0"]
        if value in choices:
            person.delete_after_hours = int(value) or None
            return self.menu(person, language, "privacy.changed" if value == "0" else "delete.done")
        return None if value else self._explained("delete.explain", "delete", choices, language)

    def _cover(self, person: Person, value: str, language: str) -> Reply | None:
        if value == "off":
            drop_cover(person)
            person.fields.pop("expecting", None)
            return self.menu(person, language, "privacy.changed")
        if value:
            return None
        person.fields["expecting"] = AWAITED_WORD
        say = self._catalogues.text
        drop = (Button(say("cover.button.off", language), "privacy:cover:off"),)
        return Reply(say("cover.explain", language), (drop, *self._back(language)))

    def _explained(self, text_id: str, what: str, choices: list[str] | tuple[str, ...], language: str) -> Reply:
        say = self._catalogues.text
        buttons = [Button(say(f"privacy.{what}.{choice}", language), f"privacy:{what}:{choice}") for choice in choices]
        rows = tuple(tuple(buttons[start : start + 2]) for start in range(0, len(buttons), 2))
        return Reply(say(text_id, language), (*rows, *self._back(language)))

    def _back(self, language: str) -> Rows:
        return ((Button(self._catalogues.text("privacy.button.back", language), "privacy:"),),)
