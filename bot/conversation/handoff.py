"""A person from the team: the consent card, waiting, a wish to be called, and the end.

The card shows every line that staff would see; each can be struck out. Only its "Yes" opens a case.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from babel.dates import format_date

from bot.content.catalogues import Catalogues
from bot.conversation.forms.state import Form, get_form, put_form
from bot.conversation.forms.words import Words
from bot.conversation.menus import Menus
from bot.conversation.messages import Button, Reply
from bot.directory.places import country_name
from bot.handoff.relay import Relay
from bot.handoff.safe_hours import SAFE_HOURS
from bot.handoff.staff_hours import zone_of
from bot.store.clock import Clock
from bot.store.turn import Turn
from bot.store.wipe import HIDDEN

#: What the card may show, in its order.
LINES = ("language", "place", "need", "signs", "offer", "report")
#: Words to agree on, neutral ones; their texts are ``codeword.<number>``.
CODE_WORDS = 16
#: A telephone number, as people write it.
_NUMBER = re.compile(r"\+?\d[\d\s().-]{4,20}\d")
#: Longest wish to be called that is kept.
_CALLBACK_CHARACTERS = 300


class HandoffTalk:
    """What the bot says around a case.

    Args:
        no_staff: what to answer where no staff is connected.
    """

    def __init__(
        self,
        catalogues: Catalogues,
        words: Words,
        relay: Relay,
        clock: Clock,
        no_staff: Callable[[Turn, str], list[Reply]],
    ) -> None:
        self._catalogues = catalogues
        self._words = words
        self._relay = relay
        self._clock = clock
        self._no_staff = no_staff
        self._menus = Menus(catalogues)

    # The card

    async def offer(self, turn: Turn, language: str) -> list[Reply]:
        """Ask whether a person shall join, and show what they would see."""
        say = self._catalogues.text
        if not self._relay.available:
            return self._no_staff(turn, language)
        case = await turn.current_case()
        if case is not None and not turn.person.fields.get(HIDDEN):
            return [Reply(say("handoff.already", language), self._case_buttons(language))]
        turn.talk.setdefault("card", {"struck": [], "hours": "any", "first": True, "word": _any_word()})
        return [self._card(turn, language)]

    async def press(self, argument: str, turn: Turn, language: str, message_id: int | None) -> list[Reply] | None:
        """A button of the card or of a case; None for data it never made."""
        if argument.startswith("callback"):
            return await self._callback_button(argument, turn, language)
        card = turn.talk.get("card")
        if not isinstance(card, dict) or (await turn.current_case() is not None and not turn.person.fields.get(HIDDEN)):
            return None
        what, _, value = argument.partition(":")
        if what == "x" and value in LINES:
            struck = card["struck"]
            card["struck"] = [line for line in struck if line != value] if value in struck else [*struck, value]
        elif what == "h" and value in SAFE_HOURS:
            card["hours"] = value
        elif what == "f":
            card["first"] = not card["first"]
        elif what == "w":
            card["word"] = (card["word"] + 1) % CODE_WORDS
        else:
            return None
        card_again = self._card(turn, language)
        return [Reply(card_again.text, card_again.buttons, instead_of=message_id)]

    def _known(self, turn: Turn, language: str) -> dict[str, str]:
        """Line -> what it says, in a language; only lines there is something for."""
        say, person, talk = self._catalogues.text, turn.person, turn.talk
        known: dict[str, str] = {"language": say(f"card.language.{person.language or 'en'}", language)}
        form = get_form(turn)
        search = form.slots if form is not None and form.name == "find_help" else {}
        country = person.country or search.get("country")
        if country:
            town = person.city if person.country else search.get("city")
            known["place"] = ", ".join(part for part in (town, country_name(str(country), language)) if part)
        need = search.get("need")
        if need and self._catalogues.has(f"need.{need}"):
            known["need"] = say(f"need.{need}", language)
        signs = talk.get("signs") or []
        if signs:
            known["signs"] = " ".join(say(f"check.sign.{sign}", language) for sign in signs)
        flags = person.fields.get("offer_flags") or []
        if flags:
            known["offer"] = "; ".join(say(f"flag.{flag}.title", language) for flag in flags[:5])
        if talk.get("report"):
            known["report"] = str(talk["report"])
        return known

    def _card(self, turn: Turn, language: str) -> Reply:
        say = self._catalogues.text
        card = turn.talk["card"]
        known = self._known(turn, language)
        card["shown"] = known
        lines = [
            f"{'✗' if line in card['struck'] else '✓'} {say(f'card.line.{line}', language, what=known[line])}"
            for line in LINES
            if line in known
        ]
        if "place" not in known:
            lines.append("· " + say("card.no_place", language))
        parts = [
            say("card.title", language),
            f"{say('card.sees', language)}\n" + "\n".join(lines),
            say("card.sees_not", language),
            say("card.where", language),
        ]
        queue = self._queue(turn, language)
        if queue:
            parts.append(queue)
        parts.append(
            say(
                "card.wishes",
                language,
                hours=say(f"card.hours.{card['hours']}", language),
                first=say("card.first" if card["first"] else "card.only_answer", language),
            )
        )
        parts.append(say("card.word", language, word=say(f"codeword.{card['word']}", language)))
        parts.append(say("card.ask", language))
        strike = [
            Button(
                say(
                    "card.put_back" if line in card["struck"] else "card.strike",
                    language,
                    what=say(f"card.short.{line}", language),
                ),
                f"card:x:{line}",
            )
            for line in LINES
            if line in known
        ]
        hours = [
            Button(say(f"card.hours_button.{name}", language), f"card:h:{name}")
            for name in SAFE_HOURS
            if name != card["hours"]
        ]
        first = Button(say("card.make_only_answer" if card["first"] else "card.make_first", language), "card:f")
        rows = (
            (Button(say("button.yes", language), "handoff:yes"), Button(say("button.no", language), "handoff:no")),
            *(tuple(strike[at : at + 2]) for at in range(0, len(strike), 2)),
            tuple(hours),
            (first, Button(say("card.other_word", language), "card:w")),
        )
        return Reply("\n\n".join(parts), rows)

    # The case

    async def answer(self, answer: str, turn: Turn, language: str) -> list[Reply]:
        """Yes, no, or the end of the talk."""
        say = self._catalogues.text
        person = turn.person
        case = await turn.current_case()
        if answer == "no":
            turn.talk.pop("card", None)
            return [Reply(say("handoff.declined", language), self._menus.help_buttons(language))]
        if answer == "end":
            # After hiding, whoever holds the phone must not learn from this that there is a case.
            if case is None or person.fields.get(HIDDEN):
                return [Reply(say("handoff.none_open", language), self._menus.main_buttons(language))]
            self._relay.close(turn, case, "person")
            return [Reply(say("handoff.ended", language), self._menus.main_buttons(language))]
        if answer != "yes" or not self._relay.available:
            return [self._menus.main(language, "button.stale")]
        if case is not None:
            hidden = person.fields.pop(HIDDEN, None)
            person.silent_since = None
            if hidden:
                self._relay.heard(turn)
                self._relay.note(turn, case, "staff.returned")
                return [Reply(say("handoff.resumed", language), self._case_buttons(language))]
            return [Reply(say("handoff.already", language), self._case_buttons(language))]
        card = turn.talk.get("card")
        if not isinstance(card, dict) or card.get("shown") != self._known(turn, language):
            return await self.offer(turn, language)  # an old card: consent is for what was shown
        turn.talk.pop("card")
        person.fields.pop(HIDDEN, None)
        person.silent_since = None
        await self._relay.open(turn, self._summary(turn, card))
        self._relay.heard(turn)
        parts = [say("handoff.waiting", language)]
        queue = self._queue(turn, language)
        if queue:
            parts.append(queue)
        parts.append(say("card.word_agreed", language, word=say(f"codeword.{card['word']}", language)))
        return [Reply("\n\n".join(parts), self._case_buttons(language, meanwhile=True))]

    def _summary(self, turn: Turn, card: dict[str, Any]) -> dict[str, Any]:
        """What staff get: the lines that were not struck out, in their language."""
        staff = self._relay.language
        say = self._catalogues.text
        known = {line: what for line, what in self._known(turn, staff).items() if line not in card["struck"]}
        lines = [say(f"card.staff.{line}", staff, what=known[line])
                 for line in ("place", "need", "signs", "offer", "report") if line in known]  # fmt: skip
        lines.append(say("card.staff.hours", staff, hours=say(f"card.hours.{card['hours']}", staff)))
        language = turn.person.language or "en"
        word, here = say(f"codeword.{card['word']}", language), say(f"codeword.{card['word']}", staff)
        lines.append(say("card.staff.word", staff, word=word if word == here else f"{word} ({here})"))
        shown_place = "place" in known
        zone = zone_of(turn.person.country, turn.person.city, self._clock())
        return {
            "language": turn.person.language if "language" in known else None,
            "country": turn.person.country if shown_place else None,
            "zone": zone.key if zone is not None else None,
            "lines": lines,
            "hours": card["hours"],
            "first": card["first"],
            "word": word,
        }

    def _case_buttons(self, language: str, *, meanwhile: bool = False) -> tuple[tuple[Button, ...], ...]:
        say = self._catalogues.text
        end = Button(say("button.end_case", language), "handoff:end")
        callback = Button(say("callback.button", language), "card:callback")
        if not meanwhile:
            return ((end,), (callback,))
        return ((Button(say("button.services", language), "find:"), callback), (end,))

    def _queue(self, turn: Turn, language: str) -> str:
        """When somebody is there, on the person's clock; nothing where the staff's hours are not known."""
        hours = self._relay.hours
        if hours is None:
            return ""
        say = self._catalogues.text
        now = self._clock()
        zone = zone_of(turn.person.country, turn.person.city, now)
        until = hours.open_until(now)
        if until is not None:
            if until - now > timedelta(hours=23):
                return say("queue.always", language)
            return say("queue.open", language, time=self._time(until, zone, now, language))
        return say("queue.closed", language, time=self._time(hours.next_opening(now), zone, now, language))

    def _time(self, moment: datetime, zone: Any, now: datetime, language: str) -> str:
        say = self._catalogues.text
        if zone is None:
            left = max(1, round((moment - now).total_seconds() / 3600))
            return say("queue.hours", language, number=left)
        local = moment.astimezone(zone)
        clock = f"{local.hour:02d}:{local.minute:02d}"
        days = (local.date() - now.astimezone(zone).date()).days
        if days == 0:
            return say("queue.today", language, clock=clock)
        if days == 1:
            return say("queue.tomorrow", language, clock=clock)
        day = format_date(local.date(), "EEEE", locale="zh_Hans" if language == "zh" else language)
        return say("queue.day", language, clock=clock, day=day)

    # A wish to be called

    async def _callback_button(self, argument: str, turn: Turn, language: str) -> list[Reply] | None:
        say = self._catalogues.text
        case = await turn.current_case()
        if case is None or turn.person.fields.get(HIDDEN):
            return None
        cancel = ((Button(say("callback.cancel", language), "card:callback_no"),),)
        form = get_form(turn)
        if argument == "callback":
            put_form(turn, Form("callback", step="number"))
            return [Reply(say("callback.ask", language), cancel)]
        if form is None or form.name != "callback":
            return None
        put_form(turn, None)
        if argument == "callback_no" or not form.slots.get("wish"):
            return [Reply(say("callback.dropped", language), self._case_buttons(language))]
        if argument == "callback_yes":
            case.summary["callback"] = form.slots["wish"]
            turn.change_case(case)
            self._relay.note(turn, case, "callback.staff", wish=form.slots["wish"])
            return [Reply(say("callback.passed", language), self._case_buttons(language))]
        return None

    def read_callback(self, text: str, turn: Turn, language: str) -> list[Reply] | None:
        """The number somebody was asked for; None where the text holds none: it is for the agent then."""
        say = self._catalogues.text
        form = get_form(turn)
        if form is None or form.name != "callback" or form.step != "number":
            return None
        if self._words.whole("stop", text) or self._words.answer(text) == "no":
            put_form(turn, None)
            return [Reply(say("callback.dropped", language), self._case_buttons(language))]
        if not _NUMBER.search(text) or len(text) > _CALLBACK_CHARACTERS:
            put_form(turn, None)
            return None
        form.slots["wish"] = text
        put_form(turn, form)
        buttons = (
            (
                Button(say("callback.yes", language), "card:callback_yes"),
                Button(say("callback.cancel", language), "card:callback_no"),
            ),
        )
        return [Reply(say("callback.check", language, wish=text), buttons)]


def _any_word() -> int:
    return secrets.randbelow(CODE_WORDS)
