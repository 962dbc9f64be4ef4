"""Who can help, where, with what, for whom: asks only what is missing, and takes answers in any order.

Only the country stands between a person and the numbers. Where the need is open it is asked under the emergency number;
who it is for and the town are asked under the list, where they would change it. The place of somebody else ("my brother
is in Izmir") is searched, but never becomes the person's own: an alarm must know the numbers where they are.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.content.catalogues import Catalogues
from bot.content.languages import only_frames
from bot.conversation.countries import ask_country
from bot.conversation.forms.state import SHOWN, Form, get_form, put_form
from bot.conversation.forms.words import ANSWER_CHARACTERS, Words
from bot.conversation.messages import Button, Reply
from bot.directory.cities import Point, city_point
from bot.directory.find import NEEDS
from bot.directory.load import Directory
from bot.directory.model import Group
from bot.directory.places import country_name, find_places, here
from bot.directory.towns import town_point
from bot.safety.emergency import EmergencyAnswer
from bot.store.turn import Turn

#: Needs offered as buttons, the most frequent first.
OFFERED = ("hotline", "shelter", "legal", "medical", "psychological", "embassy", "return", "recovery")
#: Who help may be for, and the word of the directory for it.
SERVES: dict[str, Group] = {"woman": "women", "man": "men", "child": "children"}
#: In a longer text somebody is named for many reasons.
STORY_CHARACTERS = 200
#: Needs for which places let in some people and not others.
_FOR_SOME = frozenset(("shelter", "recovery", "psychological", "medical"))
#: Needs with topics of their own under the list.
_TOPICS = {
    "recovery": ("recovery:training", "recovery:compensation", "recovery:home"),
    "return": ("more:return_home", "recovery:compensation"),
}


@dataclass(frozen=True)
class LookUp:
    """What the form asks of the directory.

    Args:
        country: ISO code.
        city: in English as in the directory, if known.
        need: one of the directory's needs; None means all.
        groups: for whom, where it was said in the form.
        for_other: it is for somebody else, somewhere else.
        near: where the person is, if they shared it.
        before: a line above the list.
    """

    country: str
    city: str | None
    need: str | None
    groups: tuple[Group, ...] = ()
    for_other: bool = False
    near: Point | None = None
    before: str = ""


class FindHelp:
    """The form.

    Args:
        catalogues: texts.
        words: what answers of people mean.
        directory: to know whether it matters who the help is for.
        emergency: numbers above a question.
        look_up: makes the list for a form whose country is known.
    """

    def __init__(
        self,
        catalogues: Catalogues,
        words: Words,
        directory: Directory,
        emergency: EmergencyAnswer,
        look_up: Callable[[LookUp, Turn, str], Reply],
    ) -> None:
        self._catalogues = catalogues
        self._words = words
        self._directory = directory
        self._emergency = emergency
        self._look_up = look_up

    # Beginning and going on

    def begin(self, turn: Turn, language: str, *, country: str | None = None) -> list[Reply]:
        """From the menu: nothing but perhaps the country is known."""
        form = Form("find_help", slots={"ask_need": True, "country": country or turn.person.country})
        form.slots["city"] = turn.person.city if form.slots["country"] == turn.person.country else None
        return self.go_on(form, turn, language)

    def find(
        self,
        turn: Turn,
        language: str,
        *,
        need: str | None,
        country: str | None,
        city: str | None = None,
        said: str = "",
        near: Point | None = None,
        before: str = "",
        other: bool = False,
    ) -> list[Reply]:
        """A search whose need is settled (None means all).

        Args:
            turn: the person's turn.
            language: of the answer.
            need: one of the directory's needs.
            country: ISO code where it was said, else what is known already counts.
            city: in English as in the directory.
            said: the words that asked for it; they may tell who it is for.
            near: where the person is, if they shared it.
            before: a line above the list.
            other: the place is somebody else's.
        """
        person = turn.person
        earlier = get_form(turn)
        form = earlier if earlier is not None and earlier.name == "find_help" else Form("find_help")
        slots = form.slots
        if said and len(said) <= STORY_CHARACTERS and self._words.found("who_for", said):
            # "My husband took my passport" names somebody, too: only who it is said to be for counts here.
            self._for(slots, self._words.who(said) or "other")
            slots["other"] = True
        if other:
            slots["other"] = True
        known = slots.get("country") or person.country
        slots["country"] = country or known
        if country and country != known:
            slots["city"] = None
        if city and (near is not None or _is_town_of(slots["country"], city)):
            slots["city"] = city  # not the town of a country they have left
        elif not slots.get("city") and slots["country"] == person.country:
            slots["city"] = person.city
        slots["need"] = need if need in NEEDS else None
        slots["ask_need"] = False
        form.between = 0
        replies = self.go_on(form, turn, language, near=near, before=before)
        if earlier is None and need is None and not form.open:
            put_form(turn, None)  # a place named by the way: what is said next is not a correction of a search
        return replies

    def go_on(
        self, form: Form, turn: Turn, language: str, *, near: Point | None = None, before: str = ""
    ) -> list[Reply]:
        """Ask what is missing, or show what was found.

        Args:
            form: with what is known.
            turn: the person's turn.
            language: of the answer.
            near: where the person is, if they shared it just now.
            before: a line above the list.
        """
        slots, person = form.slots, turn.person
        country = slots.get("country")
        if not country:
            form.step = "country"
            put_form(turn, form)
            person.fields["expecting"] = "country"
            if slots.get("need"):
                person.fields["need"] = slots["need"]
            return [self._ask_country(form, language)]
        if turn.talk.get("minor") and not slots.get("other") and not slots.get("who"):
            self._for(slots, "child")
        if person.fields.get("expecting") == "country":
            person.fields.pop("expecting")
        if not slots.get("other"):
            person.city = slots.get("city") or (person.city if country == person.country else None)
            person.country = country
        if not slots.get("need") and slots.get("ask_need"):
            form.step = "need"
            put_form(turn, form)
            return [self._ask_need(form, language)]
        form.step = SHOWN
        put_form(turn, form)
        return [self._found(form, turn, language, near, before)]

    # Answers

    def read(self, form: Form, text: str, language: str) -> tuple[dict[str, Any], bool] | None:
        """What a text answers.

        Returns:
            the slots with it, and whether the text told nothing else; None where it told nothing.
        """
        if len(text) > ANSWER_CHARACTERS:
            return None
        slots = dict(form.slots)
        told = []
        who = self._words.who(text)
        if who is not None:
            told.append(f"who_{who}")
            self._for(slots, who)
            if self._words.found("who_other", text):
                told.append("who_other")
                slots["other"] = True
        places = find_places(text, language)
        place = here(text, language)
        if place is not None:
            slots["country"], slots["city"] = place.country, place.city
        need = self._words.need(text)
        if need is not None:
            told.append(f"need_{need}")
            slots["need"], slots["ask_need"] = need, False
        if not told and place is None:
            return None
        rest = self._words.without(text, (*told, "filler"))
        for found in sorted(places, key=lambda found: found.start, reverse=True):
            rest = rest[: found.start] + " " * (found.end - found.start) + rest[found.end :]
        return slots, only_frames(rest)

    def take(self, form: Form, slots: dict[str, Any], turn: Turn, language: str) -> list[Reply]:
        """Go on with what :meth:`read` understood."""
        form.slots, form.between = slots, 0
        return self.go_on(form, turn, language)

    def decline(self, form: Form, turn: Turn, language: str) -> list[Reply]:
        """Nothing must be said: without a country, what is sure everywhere; without a need, everything."""
        if form.slots.get("country"):
            form.slots["ask_need"] = False
            return self.go_on(form, turn, language)
        put_form(turn, None)
        turn.person.fields.pop("expecting", None)
        # Numbers are marked up already; a text's places would escape them.
        say = self._catalogues.text
        where = self._directory.emergency(None, "danger").countries_112
        names = ", ".join(sorted(country_name(code, language) for code in where))
        numbers = f"{say('emergency.unknown_place', language)}\n{say('emergency.list_112', language, countries=names)}"
        text = say("find.no_country", language).replace("{numbers}", numbers)
        rows = (
            (Button(say("button.human", language), "do:talk_to_human"),),
            (Button(say("button.other_country", language), "country:"), Button(say("button.menu", language), "menu:")),
        )
        return [Reply(text, rows)]

    def press(self, verb: str, argument: str, turn: Turn, language: str) -> list[Reply] | None:
        """A button of the form; None for data it never made."""
        form = get_form(turn)
        if form is None or form.name != "find_help":
            form = Form("find_help", slots={"country": turn.person.country, "city": turn.person.city})
        if verb == "fneed" and (argument in NEEDS or argument == "all"):
            form.slots["need"] = None if argument == "all" else argument
            form.slots["ask_need"] = False
            return self.go_on(form, turn, language)
        if verb == "fwho" and argument in (*SERVES, "other", "skip"):
            if argument == "skip":
                form.slots["who_asked"] = True
            else:
                self._for(form.slots, argument)
            return self.go_on(form, turn, language)
        return None

    def _for(self, slots: dict[str, Any], who: str) -> None:
        if who == "self":
            slots["other"] = False
            return
        slots["who_asked"] = True
        if who == "other":
            slots["other"] = True
        else:
            slots["who"] = who

    # Texts

    def what(self, form: Form, language: str) -> str:
        """What the form is about, in a few words; for the offer to go on."""
        say = self._catalogues.text
        need = form.slots.get("need")
        return (
            say(f"need.{need}", language)
            if need and self._catalogues.has(f"need.{need}")
            else say("menu.services", language)
        )

    def _ask_country(self, form: Form, language: str) -> Reply:
        if form.slots.get("other"):
            _, buttons = ask_country(self._catalogues, language)
            return Reply(self._catalogues.text("find.ask_country_other", language), buttons)
        text, buttons = ask_country(self._catalogues, language)
        return Reply(text, buttons, ask_location=True)

    def _ask_need(self, form: Form, language: str) -> Reply:
        say = self._catalogues.text
        country = str(form.slots["country"])
        numbers = self._emergency.numbers("danger", language, country)
        text = say("find.ask_need", language, country=country_name(country, language))
        buttons = [Button(say(f"fneed.{need}", language), f"fneed:{need}") for need in OFFERED]
        rows = [tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)]
        rows.append((Button(say("find.show_all", language), "fneed:all"),))
        rows.append((Button(say("button.other_country", language), "country:"),))
        return Reply(f"{numbers}\n\n{text}", tuple(rows))

    def _found(self, form: Form, turn: Turn, language: str, near: Point | None, before: str) -> Reply:
        say = self._catalogues.text
        slots = form.slots
        need, who = slots.get("need"), slots.get("who")
        if who == "child" and need in (None, "hotline"):
            need = "child"
        groups = (SERVES[who],) if who in SERVES else ()
        lookup = LookUp(
            slots["country"], slots.get("city"), need, groups, bool(slots.get("other")), near=near, before=before
        )
        reply = self._look_up(lookup, turn, language)
        text, rows = reply.text, list(reply.buttons)
        if slots.get("other"):
            text = f"{text}\n\n{say('find.for_other', language)}"
        for data in reversed(_TOPICS.get(str(need), ())):
            label = "button.more" if data.startswith("more:") else f"button.{data.replace(':', '.')}"
            rows.insert(0, (Button(say(label, language), data),))
        if need in _FOR_SOME and not slots.get("who_asked") and self._who_matters(slots["country"], str(need)):
            text = f"{text}\n\n{say('find.ask_who', language)}"
            who_buttons = [Button(say(f"fwho.{who}", language), f"fwho:{who}") for who in (*SERVES, "other")]
            rows = [tuple(who_buttons[:2]), tuple(who_buttons[2:]), *rows]
        return dataclasses.replace(reply, text=text, buttons=tuple(rows))

    def _who_matters(self, country: str, need: str) -> bool:
        found = {
            serves: {found.entry.id for found in self._directory.find(country, need=need, serves=serves, limit=12)}
            for serves in ("men", "women")
        }
        return found["men"] != found["women"]


def _is_town_of(country: str | None, city: str) -> bool:
    """Whether a country has such a town, as far as is known."""
    if country and (city_point(country, city) or town_point(country, city)):
        return True
    return any(place.country == country for place in find_places(city))
