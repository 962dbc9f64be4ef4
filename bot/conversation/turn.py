"""One turn: what a person sent, and what the bot does about it.

The order is the promise: the safety net first, before any model; then a talk with staff that is going on; then the
offer or the place the bot just asked for; then the dialogue. Each step may end the turn. What a turn changes is
written with it in one piece (see :mod:`bot.store.turn`).
"""

from __future__ import annotations

import asyncio
import dataclasses
import html
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from bot.content.catalogues import Catalogues
from bot.content.languages import LANGUAGES, choose, identify, only_frames
from bot.conversation.countries import ask_country, country_buttons
from bot.conversation.forms.find_help import FindHelp
from bot.conversation.forms.forms import Forms
from bot.conversation.forms.report import ReportForm
from bot.conversation.forms.self_check import SelfCheck, note_told
from bot.conversation.forms.state import get_form
from bot.conversation.forms.words import Words
from bot.conversation.handoff import HandoffTalk
from bot.conversation.menus import Menus
from bot.conversation.messages import Button, Inbound, Reply
from bot.conversation.offers import OfferAnswer, by_weight
from bot.conversation.services import ServicesAnswer
from bot.conversation.sources import Sources
from bot.dialogue.taxonomy import EMERGENCY_OF_INTENT, FALLBACK
from bot.dialogue.wishes import TROUBLES
from bot.directory.find import NEEDS
from bot.directory.load import Directory
from bot.directory.model import INTERNATIONAL, is_country
from bot.directory.places import Place, countries_near, country_name, find_places, here
from bot.handoff.relay import Relay
from bot.safety.emergency import EmergencyAnswer
from bot.safety.net import EMERGENCIES, Alarm, AlarmKind, Emergency, SafetyNet
from bot.safety.quick_exit import hide
from bot.safety.wipe import forget
from bot.screening.ocr import PictureRefused, read_picture
from bot.screening.screen import Screener
from bot.store.cases import Case
from bot.store.clock import Clock
from bot.store.turn import Turn
from bot.store.wipe import HIDDEN

#: A country named this soon after an alarm is answered with that country's numbers.
ALARM_LASTS = timedelta(hours=2)
#: After this a question of the bot's is not waited for any more; what it was about stays known.
TALK_LASTS = timedelta(hours=8)
#: Longest text understood; a longer one is read as an offer or cut.
UNDERSTOOD_CHARACTERS = 4096
#: A message this short that names a place, right after the bot asked for one, is only the place.
PLACE_ANSWER_CHARACTERS = 60
#: A place told in a longer text is left to the dialogue.
TOLD_CHARACTERS = 200
#: The answer to "send me the offer" is an offer from this length on, unless it is surely something else.
AWAITED_OFFER_CHARACTERS = 25
#: A shorter text is hardly an offer that was pasted.
OFFER_CHARACTERS = 60
#: Below this confidence the words of an offer count more than what the model took a text for.
SURE = 0.6

#: Words before a place that say that it is somebody else's.
_ABOUT_OTHERS = re.compile(
    r"\b(?:famil\w*|mother|mom|mum|father|dad|parents|brother|sister|cousin|friend|wife|husband|son|daughter|he|she|they)\b"
    r"|\b(?:мам|мать|отец|отц|пап|родител|брат|сестр|подруг|друг|друз|жен|муж|сын|доч|семь|родн|тёт|тет|дяд"
    r"|майк|баща|татко|приятел|съпруг|дъщер|син|семейств|братовчед|он|она|они|той|тя|те)\w*"
    r"|[她他]|我[妈媽爸哥姐弟妹老]|家里|家裡|家人|父母|朋友|同乡|亲戚"
)
#: Below this an alarm in Russian or Bulgarian is answered in both: «спасите» alone is taken for Bulgarian at 0.80.
SURE_OF_LANGUAGE = 0.9
#: Pictures read side by side: a flood of them must leave threads and cores to everybody else.
PICTURES_AT_ONCE = 2

#: Id of the answer whose place the self-check takes.
SELF_CHECK = "selfcheck.brief"
#: Wishes after which a report to the team is offered.
REPORTING = frozenset(("report_recruiter", "report_situation"))
#: Beginnings of the data of buttons that belong to forms.
FORM_VERBS = frozenset(("find", "form", "fneed", "fwho", "sc", "rep", "recovery"))

_DEEP_LINKS = {"check": "check", "human": "human", "services": "services", "help": "help"}


class Decision(Protocol):
    """What the dialogue model decided; see :class:`bot.dialogue.engine.DialogueResult`."""

    @property
    def outputs(self) -> list[dict[str, Any]]:
        """Texts with buttons, and markers for the conversation, in order."""

    @property
    def tracker_state(self) -> bytes:
        """What the model must be given with the next turn."""

    @property
    def intent(self) -> str:
        """The best name of the taxonomy."""

    @property
    def confidence(self) -> float:
        """Its probability."""

    @property
    def also(self) -> tuple[str, ...]:
        """Other things the message was about."""


class Dialogue(Protocol):
    """What a turn needs of the dialogue model; see :class:`bot.dialogue.engine.DialogueEngine`."""

    async def handle(
        self, sender: str, text: str, language: str, tracker_state: bytes | None, **slots: str | None
    ) -> Decision:
        """Understand a text and act on it."""

    async def trigger(
        self,
        sender: str,
        intent: str,
        language: str,
        tracker_state: bytes | None,
        entities: Sequence[Mapping[str, Any]] = (),
        **slots: str | None,
    ) -> Decision:
        """Act as if the person had said a thing of this intent."""

    async def more(
        self, sender: str, topic: str, language: str, tracker_state: bytes | None, **slots: str | None
    ) -> Decision:
        """Say more about a topic."""

    def set_slots(self, tracker_state: bytes | None, **slots: str | None) -> bytes:
        """The state with other facts; None forgets one."""


class Conversation:
    """Decides turns. Everything it needs is loaded before the model, and works without it.

    Args:
        dialogue: returns the dialogue model, or None while it is loading or after it failed.
        dialogue_failed: whether it will not come.
    """

    def __init__(
        self,
        *,
        catalogues: Catalogues,
        net: SafetyNet,
        screener: Screener,
        directory: Directory,
        sources: Sources,
        words: Words,
        relay: Relay,
        dialogue: Callable[[], Dialogue | None],
        dialogue_failed: Callable[[], bool],
        clock: Clock,
    ) -> None:
        self.catalogues = catalogues
        self.net = net
        self.screener = screener
        self.relay = relay
        self.menus = Menus(catalogues)
        self._emergency = EmergencyAnswer(catalogues, directory)
        self._offers = OfferAnswer(catalogues)
        self._services = ServicesAnswer(catalogues, directory)
        self._sources = sources
        self.forms = Forms(
            catalogues,
            words,
            FindHelp(catalogues, words, directory, self._emergency),
            SelfCheck(catalogues, words, self._emergency, sources),
            ReportForm(catalogues, words, self._services, relay, clock),
        )
        self._handoff = HandoffTalk(catalogues, words, relay, clock, self._no_staff)
        self._dialogue = dialogue
        self._dialogue_failed = dialogue_failed
        self._clock = clock
        self._reading = asyncio.Semaphore(PICTURES_AT_ONCE)

    # The turn

    async def respond(self, inbound: Inbound, turn: Turn, *, alarm_answered: bool = False) -> list[Reply]:
        """Decide one turn.

        Args:
            inbound: what the person sent.
            turn: their unit of work; language, place, cases and deletions are written through it.
            alarm_answered: the safety net already answered this message out of turn.
        """
        person = turn.person
        alarm = self.alarm(inbound)
        if alarm is not None and alarm.kind == "quick_exit":
            await self._hide(turn)
            return []
        language = self._language(inbound, turn)
        await turn.load_dialogue()
        case = await turn.current_case()
        if person.silent_since is not None and not person.fields.get(HIDDEN):
            person.silent_since = None
        if alarm is not None:
            return await self._alarm(alarm, inbound, turn, answered=alarm_answered)
        if inbound.kind == "command":
            person.fields.pop("alarm", None)
            return await self._command(inbound, turn, language)
        if inbound.kind == "button":
            return await self._button(inbound, turn, language)
        if inbound.kind == "location":
            return self._location(inbound, turn, language, case)
        if case is not None and not person.fields.get(HIDDEN):
            for_bot = self._handoff.read_callback(inbound.text, turn, language) if inbound.kind == "text" else None
            if for_bot is None:
                self._pass_on(inbound, turn, case)
            return for_bot or []
        if inbound.kind != "text":
            answered = self.forms.answer(inbound, turn, language, away=self._away(turn), model=False)
            if answered is not None:
                return answered
        if inbound.kind == "photo":
            return await self._photo(inbound, turn, language)
        if inbound.kind == "unreadable":
            return [Reply(self.catalogues.text("media.unreadable", language), self.menus.help_buttons(language))]
        return await self._text(inbound, turn, language)

    def alarm(self, inbound: Inbound) -> Alarm | None:
        """What the safety net sees in a message, also in what follows a command; buttons raise none."""
        if inbound.command == "start":
            return None  # what follows is a link's, not the person's
        if inbound.kind in ("text", "command", "photo", "unreadable") and inbound.text:
            return look_for_alarm(inbound.text, self.net, self.screener)
        return None

    def alarm_replies(self, alarm: Alarm, inbound: Inbound, chosen: str | None, country: str | None) -> list[Reply]:
        """The answer to an alarm: no model, no database, so that it can be given when both are gone."""
        kind = alarm.emergency
        if kind is None:
            return []
        place = here(inbound.text)
        country = place.country if place else country
        return [
            Reply(self._emergency.text(kind, language, country), self._alarm_buttons(kind, language, country))
            for language in self._alarm_languages(alarm, inbound, chosen)
        ]

    # Language

    def _language(self, inbound: Inbound, turn: Turn) -> str:
        person = turn.person
        spoken = inbound.text if inbound.kind == "text" and not inbound.forwarded else ""
        if person.language and len(spoken) >= OFFER_CHARACTERS and self.screener.screen(spoken).is_offer:
            spoken = ""  # an offer's language is the recruiter's, not the person's
        language = choose(
            spoken,
            chosen=person.language if person.language_chosen else None,
            current=person.language,
            language_code=inbound.language_code,
        )
        person.language = language
        return language

    def _alarm_languages(self, alarm: Alarm, inbound: Inbound, chosen: str | None) -> list[str]:
        found = identify(inbound.text)
        languages = [found.language or alarm.language]
        if found.language in ("ru", "bg") and found.confidence < SURE_OF_LANGUAGE:
            languages.append("bg" if found.language == "ru" else "ru")
        if chosen in LANGUAGES and chosen not in languages:
            languages.append(str(chosen))
        return languages

    # Safety

    async def _alarm(self, alarm: Alarm, inbound: Inbound, turn: Turn, *, answered: bool) -> list[Reply]:
        person = turn.person
        place = here(inbound.text)
        if place is not None:
            person.country, person.city = place.country, place.city
        self._mark_alarm(turn, alarm.kind)
        after = self.forms.alarmed(inbound, alarm.kind, turn, person.language or "en")
        case = await turn.current_case()
        if case is not None and not person.fields.get(HIDDEN):
            self._pass_on(inbound, turn, case)
            kind = self.catalogues.text(f"kind.{alarm.kind}", self.relay.language)
            self.relay.note(turn, case, "staff.alarm", kind=kind)
        if answered:
            return after
        chosen = person.language if person.language_chosen else None
        return [*self.alarm_replies(alarm, inbound, chosen, person.country), *after]

    def _mark_alarm(self, turn: Turn, kind: AlarmKind) -> None:
        turn.person.silent_since = self._clock()
        turn.person.fields["alarm"] = {"kind": kind, "at": self._clock().isoformat()}
        turn.audit(f"alarm.{kind}")

    def _alarm_buttons(self, kind: Emergency, language: str, country: str | None) -> tuple[tuple[Button, ...], ...]:
        say = self.catalogues.text
        last = (
            Button(say("button.human", language), "do:talk_to_human"),
            Button(say("button.hide", language), "hide:"),
        )
        if self._emergency.place_known(country):
            return (last,)
        return (*country_buttons(language, f"sos:{kind}"), last)

    def _emergency_reply(self, kind: Emergency, turn: Turn, language: str) -> Reply:
        self._mark_alarm(turn, kind)
        country = turn.person.country
        return Reply(self._emergency.text(kind, language, country), self._alarm_buttons(kind, language, country))

    def _recent_alarm(self, turn: Turn) -> Emergency | None:
        alarm = turn.person.fields.get("alarm")
        if not isinstance(alarm, dict) or alarm.get("kind") not in EMERGENCIES:
            return None
        if self._clock() - datetime.fromisoformat(str(alarm["at"])) > ALARM_LASTS:
            return None
        kind: Emergency = alarm["kind"]
        return kind

    async def _hide(self, turn: Turn) -> None:
        case = await turn.current_case()
        await hide(turn, self.catalogues.text("command.start", turn.person.language or "en"))
        if case is not None and case.topic_id is not None:  # without a topic it would stand in General, of nobody
            self.relay.note(turn, case, "staff.hidden")

    # A talk with staff

    def _pass_on(self, inbound: Inbound, turn: Turn, case: Case) -> None:
        if inbound.message_id is None:
            return
        self.relay.heard(turn)
        if not inbound.attached and inbound.text:
            self.relay.from_person(turn, case, inbound.text, inbound.message_id, edited=inbound.edited)
            return
        if inbound.edited:
            self.relay.note(turn, case, "staff.edited", text="")
        self.relay.copy_from_person(turn, case, inbound.message_id)

    def _no_staff(self, turn: Turn, language: str) -> list[Reply]:
        say = self.catalogues.text
        person = turn.person
        if person.country:
            services = self._services.reply(person.country, "hotline", language)
            return [Reply(say("handoff.unavailable", language)), services]
        person.fields.update(expecting="country", need="hotline")
        text, buttons = ask_country(self.catalogues, language)
        return [Reply(say("handoff.unavailable", language)), Reply(text, buttons, ask_location=True)]

    def _away(self, turn: Turn) -> bool:
        """Whether the person comes back after so long that old questions are not waited for any more."""
        seen = turn.person.last_seen
        return seen is not None and self._clock() - seen > TALK_LASTS

    # Commands and buttons

    async def _command(self, inbound: Inbound, turn: Turn, language: str) -> list[Reply]:
        command = inbound.command
        if command == "start" and inbound.text:
            command = _DEEP_LINKS.get(inbound.text, "start")
            code = inbound.text.removeprefix("lang_")
            if code in LANGUAGES:
                return self._set_language(code, turn)
        if command == "hide":
            await self._hide(turn)
            return []
        if command == "forget":
            return [self._ask_forget(language)]
        if command == "start":
            hello = [self.menus.main(language, "start.hello")]
            return self.forms.greet(hello, turn, language, away=self._away(turn))
        if command == "check":
            return self._ask_offer(turn, language)
        if command == "services":
            return self.forms.find_help.begin(turn, language)
        if command == "human":
            return await self._handoff.offer(turn, language)
        if command == "report":
            return await self._button(Inbound("button", "rep:start"), turn, language)
        if command == "language":
            return [self.menus.languages(language)]
        if command == "end":
            return await self._handoff.answer("end", turn, language)
        return [self.menus.main(language)]

    async def _button(self, inbound: Inbound, turn: Turn, language: str) -> list[Reply]:
        verb, _, argument = inbound.text.partition(":")
        stale = [self.menus.main(language, "button.stale")]
        if verb == "menu":
            return [self.menus.main(language)]
        if verb == "questions":
            return [self.menus.questions(language)]
        if verb == "lang":
            return self._set_language(argument, turn) if argument in LANGUAGES else stale
        if verb == "hide":
            await self._hide(turn)
            return []
        if verb == "forget":
            return await self._forget(argument, turn, language)
        if verb == "handoff":
            return await self._handoff.answer(argument, turn, language)
        if verb == "card":
            return await self._handoff.press(argument, turn, language, inbound.message_id) or stale
        if verb == "rep" and argument == "start" and not turn.person.fields.get(HIDDEN) and await turn.current_case():
            return [Reply(self.catalogues.text("report.in_case", language))]
        if verb in FORM_VERBS:
            return self.forms.press(verb, argument, turn, language, inbound.message_id) or stale
        if verb == "offer":
            if argument == "do":
                return [self._offers.what_to_do(language)]
            return [self._offers.all_signs(turn.person.fields.get("offer_flags", []), language)]
        if verb == "source":
            return [self._sources.reply(argument, self.catalogues, language)]
        if verb == "country":
            return self._country_button(argument, turn, language) or stale
        if verb == "need":
            if argument and argument not in NEEDS:
                return stale
            dialogue = self._dialogue()
            if dialogue is not None:  # "and in Milan?" then means this need
                turn.save_dialogue(dialogue.set_slots(await turn.load_dialogue(), need=argument or None))
            if not argument:
                return self.forms.find_help.begin(turn, language)
            return self._find(turn, language, need=argument, country=None)
        if verb == "sos":
            kind, _, code = argument.partition(":")
            if kind not in EMERGENCIES or not is_country(code):
                return stale
            turn.person.country = code
            return [self._emergency_reply(kind, turn, language)]
        if verb == "more" and self.catalogues.has(f"topic.{argument}.more"):
            return await self._more(argument, turn, language)
        if verb == "do" and f"meaning.{argument}" in self.catalogues.ids:
            if argument in EMERGENCY_OF_INTENT:
                return [self._emergency_reply(EMERGENCY_OF_INTENT[argument], turn, language)]
            return await self._trigger(argument, turn, language)
        return stale

    def _set_language(self, code: str, turn: Turn) -> list[Reply]:
        turn.person.language, turn.person.language_chosen = code, True
        turn.person.fields["menu_language"] = None
        return [self.menus.main(code, "language.set")]

    def _ask_offer(self, turn: Turn, language: str) -> list[Reply]:
        turn.person.fields["expecting"] = "offer"
        return [Reply(self.catalogues.text("screen_offer.ask", language))]

    def _ask_forget(self, language: str) -> Reply:
        say = self.catalogues.text
        yes = Button(say("menu.forget", language), "forget:yes")
        return Reply(say("forget.ask", language), ((yes, Button(say("button.no", language), "forget:no")),))

    async def _forget(self, answer: str, turn: Turn, language: str) -> list[Reply]:
        if answer != "yes":
            return [Reply(self.catalogues.text("forget.kept", language), self.menus.main_buttons(language))]
        say = self.catalogues.text
        await forget(turn, say("forget.done", language), say("command.start", language), self.relay.staff_chat_id)
        return []

    # Places and services

    def _country_button(self, code: str, turn: Turn, language: str) -> list[Reply]:
        if not code:
            turn.person.fields["expecting"] = "country"
            text, buttons = ask_country(self.catalogues, language)
            return [Reply(text, buttons, ask_location=True)]
        if not is_country(code):
            return []
        return self._find_at(code, None, turn, language)

    def _location(self, inbound: Inbound, turn: Turn, language: str, case: Case | None) -> list[Reply]:
        say = self.catalogues.text
        alarm = self._recent_alarm(turn)
        if inbound.edited:
            return []  # a live location moves on every few seconds
        if inbound.location is None:
            return [Reply(say("location.unknown", language))]
        if case is not None and not turn.person.fields.get(HIDDEN) and turn.person.fields.get("expecting") != "country":
            # Nobody but the agent can have asked for it.
            self._pass_on(inbound, turn, case)
            if alarm is None:
                return []
        codes = countries_near(inbound.location.latitude, inbound.location.longitude)
        if len(codes) > 1:
            verb = f"sos:{alarm}" if alarm else "country"
            row = tuple(Button(country_name(code, language), f"{verb}:{code}") for code in codes[:4])
            return [Reply(say("location.choose", language), (row,))]
        if not codes:
            turn.person.fields["expecting"] = "country"
            return [Reply(say("location.unknown", language), country_buttons(language))]
        turn.person.country, turn.person.city = codes[0], None
        if alarm:
            return [self._emergency_reply(alarm, turn, language)]
        return self._find_at(codes[0], None, turn, language)

    def _find(
        self,
        turn: Turn,
        language: str,
        *,
        need: str | None,
        country: str | None,
        city: str | None = None,
        said: str = "",
    ) -> list[Reply]:
        return self.forms.find_help.find(turn, language, need=need, country=country, city=city, said=said)

    def _find_there(self, place: Place, turn: Turn, language: str) -> list[Reply]:
        """What was looked for when the bot asked for the place."""
        return self._find_at(place.country, place.city, turn, language)

    def _find_at(self, country: str, city: str | None, turn: Turn, language: str) -> list[Reply]:
        need = turn.person.fields.pop("need", None)
        form = get_form(turn)
        if form is not None and form.name == "find_help":
            form.slots.update(country=country, city=city)
            return self.forms.find_help.go_on(form, turn, language)
        return self._find(turn, language, need=need, country=country, city=city)

    def _nearest(self, need: str, turn: Turn, language: str) -> Reply:
        """Which service is nearest: known once the town is."""
        person = turn.person
        if person.country and person.city:
            return self._find(turn, language, need=need or None, country=person.country, city=person.city)[0]
        person.fields["expecting"] = "country"
        if need:
            person.fields["need"] = need
        return Reply(self.catalogues.text("place.nearest", language))

    # Pictures and offers

    async def _photo(self, inbound: Inbound, turn: Turn, language: str) -> list[Reply]:
        say = self.catalogues.text
        if inbound.image is None:
            return [Reply(say("media.too_big", language))]
        try:
            async with self._reading:
                text = await asyncio.to_thread(read_picture, inbound.image, language)
        except PictureRefused as refused:
            key = {"too_big": "media.too_big", "ocr_missing": "media.ocr_missing"}.get(
                refused.reason, "media.ocr_failed"
            )
            return [Reply(say(key, language), self.menus.help_buttons(language))]
        text = "\n".join(part for part in (inbound.text, text) if part.strip())
        if not text:
            return [Reply(say("media.ocr_failed", language), self.menus.help_buttons(language))]
        read = say("media.ocr_read", language) + "\n<i>" + html.escape(text[:700], quote=False) + "</i>"
        alarm = self.net.look(text)
        screened = self._screen(text, turn, language, surely=alarm is None)
        if alarm is not None and alarm.emergency and not self.screener.screen(text).is_offer:
            return [self._emergency_reply(alarm.emergency, turn, language), Reply(read)]
        return [Reply(read), *screened]

    def _screen(self, text: str, turn: Turn, language: str, *, surely: bool) -> list[Reply]:
        turn.person.fields.pop("expecting", None)
        screening = self.screener.screen(text, surely_offer=surely)
        if not screening.is_offer:
            say = self.catalogues.text
            return [Reply(say("answer.not_offer", language), self.menus.help_buttons(language))]
        turn.person.fields["offer_flags"] = [finding.id for finding in by_weight(screening.findings)]
        return [self._offers.reply(screening, language)]

    # Words

    async def _text(self, inbound: Inbound, turn: Turn, language: str) -> list[Reply]:
        text, person = inbound.text, turn.person
        expecting = person.fields.get("expecting")
        place = here(text, language) if len(text) <= PLACE_ANSWER_CHARACTERS else None
        alarm = self._recent_alarm(turn)
        if place is not None and alarm is not None:
            person.country, person.city = place.country, place.city
            return [self._emergency_reply(alarm, turn, language)]
        person.fields.pop("alarm", None)
        dialogue = self._dialogue()
        told = None
        if not inbound.forwarded and len(text) <= TOLD_CHARACTERS:
            told = self._told_place(text, turn, language)
        away = self._away(turn)
        answered = self.forms.answer(inbound, turn, language, away=away, model=dialogue is not None)
        if answered is not None:
            await self._tell_dialogue(turn)
            return answered
        asked = place if expecting == "country" else None
        if asked is not None and (told is not None or dialogue is None):
            person.country, person.city = asked.country, asked.city
            return self._find_there(asked, turn, language)
        if told is not None:
            return await self._place_alone(told, turn, language)
        if inbound.forwarded and self.screener.screen(text).is_offer:
            return self._screen(text, turn, language, surely=True)
        awaited = expecting == "offer" and len(text) > AWAITED_OFFER_CHARACTERS
        if dialogue is None and awaited:
            return self._screen(text, turn, language, surely=True)
        if dialogue is None:
            return self._without_model(text, turn, language)
        if len(text) > UNDERSTOOD_CHARACTERS:
            return self._screen(text, turn, language, surely=False)
        state = await turn.load_dialogue()
        if away:
            # A "yes" the next day does not answer what was asked yesterday.
            state = dialogue.set_slots(state, pending=None)
        result = await dialogue.handle(person.ref, text, language, state, **self._slots(turn))
        answered = self.forms.understood(result.intent, result.confidence >= SURE, turn, language)
        if answered is not None:
            turn.save_dialogue(result.tracker_state)
            return answered
        if asked is not None and result.confidence < SURE:
            # A place among words that say nothing else for sure is the answer.
            turn.save_dialogue(result.tracker_state)
            return self._find_there(asked, turn, language)
        if self._is_offer(result, text, awaited=awaited):
            return self._screen(text, turn, language, surely=True)
        state = result.tracker_state
        if result.intent == "job_offer_text":
            # The country of an offer is where the recruiter wants them, not where they are.
            state = dialogue.set_slots(state, country=person.country, city=person.city)
        else:
            self._remember_place(text, turn, language)
        turn.save_dialogue(state)
        if result.confidence >= SURE and not inbound.forwarded:
            note_told(turn, result.intent, text)
        replies = await self._outputs(result, text, turn, language)
        return self.forms.interrupted(replies, result.intent, turn, language, away=away)

    async def _tell_dialogue(self, turn: Turn) -> None:
        """What a search found out, or that it was left, ends the model's own question for the country."""
        dialogue, form = self._dialogue(), get_form(turn)
        if dialogue is None or (form is not None and (form.name != "find_help" or form.open)):
            return
        slots = form.slots if form is not None else {}
        person = turn.person
        state = await turn.load_dialogue()
        state = dialogue.set_slots(state, country=slots.get("country") or INTERNATIONAL, need=slots.get("need"))
        if not slots.get("country") or slots["country"] != person.country:
            state = dialogue.set_slots(state, country=person.country, city=person.city)
        turn.save_dialogue(state)

    def _is_offer(self, result: Decision, text: str, *, awaited: bool) -> bool:
        """Whether a text that the model took for something else is an offer all the same."""
        if result.intent == "job_offer_text" or result.intent in TROUBLES or result.intent in EMERGENCY_OF_INTENT:
            return False
        sure = result.confidence >= SURE and result.intent not in ("out_of_scope", "screen_offer")
        if awaited and not sure:
            return True
        return not sure and len(text) >= OFFER_CHARACTERS and self.screener.screen(text).is_offer

    def _remember_place(self, text: str, turn: Turn, language: str) -> None:
        """Keep where a person says they are, in whatever they tell: an alarm later must know the numbers there.

        A place in a question ("and how is it in England?") is only asked about.
        """
        place = here(text, language)
        if place is None or place.role != "in" or any(mark in text for mark in "?？"):
            return
        if _ABOUT_OTHERS.search(text[: place.start].lower()):
            return  # "my family in Kenya"
        person = turn.person
        if place.country != person.country or place.city:
            person.country, person.city = place.country, place.city

    def _told_place(self, text: str, turn: Turn, language: str) -> Place | None:
        """Keep where a person says they come from; the place, if a message says nothing but where they are."""
        places = find_places(text, language)
        origin = next((place.country for place in places if place.role == "from"), None)
        if origin is not None:
            turn.person.fields["nationality"] = origin
        place = here(text, language)
        if place is None or place.role == "to":
            return None
        rest = text
        for found in sorted(places, key=lambda found: found.start, reverse=True):
            rest = rest[: found.start] + " " + rest[found.end :]
        return place if only_frames(rest) else None

    async def _place_alone(self, place: Place, turn: Turn, language: str) -> list[Reply]:
        """Answer a message that is but a place: what the talk was about, there."""
        dialogue = self._dialogue()
        if dialogue is None or turn.person.fields.get("need"):
            return self._find_there(place, turn, language)
        named = [{"entity": "country", "value": place.country}]
        named += [{"entity": "city", "value": place.city}] if place.city else []
        result = await dialogue.trigger(
            turn.person.ref, FALLBACK, language, await turn.load_dialogue(), named, **self._slots(turn)
        )
        turn.save_dialogue(result.tracker_state)
        return await self._outputs(result, "", turn, language)

    def _slots(self, turn: Turn) -> dict[str, str | None]:
        return {"country": turn.person.country, "city": turn.person.city}

    def _without_model(self, text: str, turn: Turn, language: str) -> list[Reply]:
        if self.screener.screen(text).is_offer:
            return self._screen(text, turn, language, surely=True)
        places = [place for place in find_places(text, language) if place.role not in ("from", "not")]
        if places:
            return self._find(turn, language, need=None, country=places[0].country, city=places[0].city)
        return [self.menus.main(language, "degraded" if self._dialogue_failed() else "starting")]

    async def _trigger(self, intent: str, turn: Turn, language: str) -> list[Reply]:
        dialogue = self._dialogue()
        if intent == "screen_offer":
            return self._ask_offer(turn, language)
        if intent == "talk_to_human":
            return await self._handoff.offer(turn, language)
        if intent == "change_language":
            return [self.menus.languages(language)]
        if intent == "self_check":
            return self.forms.self_check.begin(turn, language)
        if dialogue is None:
            if self.catalogues.has(f"topic.{intent}"):
                return [Reply(self.catalogues.text(f"topic.{intent}", language), self.menus.help_buttons(language))]
            return [self.menus.main(language, "degraded" if self._dialogue_failed() else "starting")]
        result = await dialogue.trigger(
            turn.person.ref, intent, language, await turn.load_dialogue(), (), **self._slots(turn)
        )
        turn.save_dialogue(result.tracker_state)
        replies = await self._outputs(result, "", turn, language)
        return self.forms.interrupted(replies, intent, turn, language, away=False)

    async def _more(self, topic: str, turn: Turn, language: str) -> list[Reply]:
        dialogue = self._dialogue()
        if dialogue is None:
            return [Reply(self.catalogues.text(f"topic.{topic}.more", language), self.menus.help_buttons(language))]
        result = await dialogue.more(turn.person.ref, topic, language, await turn.load_dialogue(), **self._slots(turn))
        turn.save_dialogue(result.tracker_state)
        replies = await self._outputs(result, "", turn, language)
        return self.forms.interrupted(replies, topic, turn, language, away=False)

    async def _outputs(self, result: Decision, text: str, turn: Turn, language: str) -> list[Reply]:
        replies: list[Reply] = []
        for output in result.outputs:
            custom = output.get("custom")
            if custom and custom.get("exit"):
                await self._hide(turn)
                return []  # not a word into the emptied chat
            if custom:
                replies += await self._marker(custom, text, turn, language)
            elif output.get("text_id") == SELF_CHECK:
                head, *rest = self.forms.self_check.begin(turn, language)
                alarm = self._soft_alarm(output, turn, language)
                replies += [dataclasses.replace(head, text=alarm + head.text), *rest]
            elif output.get("text"):
                buttons = tuple(
                    tuple(Button(str(button["title"]), str(button["payload"])) for button in row)
                    for row in _rows(output.get("buttons") or [])
                )
                text_id = str(output.get("text_id") or "")
                if text_id == "out_of_scope":
                    buttons = self.menus.main_buttons(language)
                if self._sources.of(text_id):
                    sources = Button(self.catalogues.text("button.sources", language), f"source:{text_id}")
                    buttons = (*buttons, (sources,))
                replies.append(Reply(self._soft_alarm(output, turn, language) + str(output["text"]), buttons))
        if any(".in." in str(output.get("text_id")) for output in result.outputs):
            self.forms.set_aside(turn)  # "and in Italy?" was about the topic
        replies = replies or [self.menus.main(language, "doubt.rephrase")]
        if result.intent in REPORTING and self.relay.available:
            replies.append(self.forms.report.offer(language))
        if result.also:
            replies[-1] = self._offer_others(replies[-1], result.also, language)
        return replies

    def _offer_others(self, reply: Reply, intents: Sequence[str], language: str) -> Reply:
        """The other things a message was about, one press away."""
        say = self.catalogues.text
        rows = tuple((Button(say(f"meaning.{intent}", language), f"do:{intent}"),) for intent in intents)
        offered = {f"do:{intent}" for intent in intents}
        others = [tuple(button for button in row if button.data not in offered) for row in reply.buttons]
        text = f"{reply.text}\n\n{say('also.title', language)}"
        return dataclasses.replace(reply, text=text, buttons=(*rows, *(row for row in others if row)))

    def _soft_alarm(self, output: Mapping[str, Any], turn: Turn, language: str) -> str:
        """The numbers above an answer to a message that may also be an emergency."""
        kind = output.get("alarm")
        return self._emergency.numbers(kind, language, turn.person.country) + "\n\n" if kind in EMERGENCIES else ""

    async def _marker(self, marker: dict[str, Any], text: str, turn: Turn, language: str) -> list[Reply]:
        """What an action asked for that only the conversation can do."""
        if marker.get("emergency") in EMERGENCIES:
            if marker.get("country"):
                turn.person.country = str(marker["country"])
            return [self._emergency_reply(marker["emergency"], turn, language)]
        if marker.get("screen"):
            return self._screen(text, turn, language, surely=True) if text else self._ask_offer(turn, language)
        if marker.get("ask_offer"):
            return self._ask_offer(turn, language)
        if "find" in marker:
            wanted = marker["find"]
            country = wanted.get("country")
            city = wanted.get("city")
            return self._find(turn, language, need=wanted.get("need"), country=country, city=city, said=text)
        if "nearest" in marker:
            return [self._nearest(str(marker["nearest"]), turn, language)]
        if marker.get("offer_again"):
            flags = turn.person.fields.get("offer_flags")
            return self._ask_offer(turn, language) if flags is None else [self._offers.never_safe(language)]
        if marker.get("handoff"):
            return await self._handoff.offer(turn, language)
        if marker.get("forget"):
            return [self._ask_forget(language)]
        if marker.get("language"):
            return [self.menus.languages(language)]
        if "menu" in marker:
            text_id = marker["menu"] if self.catalogues.has(str(marker["menu"])) else "menu.title"
            return [self.menus.main(language, str(text_id))]
        return []


def look_for_alarm(text: str, net: SafetyNet, screener: Screener) -> Alarm | None:
    """What the safety net sees in a text.

    An offer that invites minors has a critical flag, but is not a child who writes. All other alarms stand even where
    a text looks like an offer: somebody may tell in one message what they were promised and what happens now.
    """
    alarm = net.look(text)
    if alarm is not None and alarm.kind == "child" and screener.screen(text).is_offer:
        return None
    return alarm


def _rows(buttons: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Two short buttons a row, a long one alone."""
    rows: list[list[dict[str, Any]]] = []
    for button in buttons:
        short = len(str(button["title"])) <= 18
        if rows and short and len(rows[-1]) == 1 and len(str(rows[-1][0]["title"])) <= 18:
            rows[-1].append(button)
        else:
            rows.append([button])
    return rows
