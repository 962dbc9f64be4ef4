"""One turn: what a person sent, and what the bot does about it.

The order is the promise: the safety net first, before any model; then a talk with staff that is going on; then the
offer or the place the bot just asked for; then the dialogue. Each step may end the turn. What a turn changes is
written with it in one piece (see :mod:`bot.store.turn`).
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from bot.content.catalogues import Catalogues
from bot.content.languages import LANGUAGES, choose, identify, only_frames
from bot.content.rule_files import RulesOfLanguages
from bot.conversation.attachments import AT_ONCE, Attachments
from bot.conversation.countries import ask_country, country_buttons
from bot.conversation.cover import AWAITED_WORD, is_covered, kept_under_cover, may_be_word
from bot.conversation.forms.find_help import FindHelp, LookUp
from bot.conversation.forms.forms import Forms
from bot.conversation.forms.report import ReportForm
from bot.conversation.forms.self_check import SelfCheck, note_told
from bot.conversation.forms.state import get_form
from bot.conversation.forms.words import Words
from bot.conversation.handoff import HandoffTalk
from bot.conversation.menus import Menus
from bot.conversation.messages import Button, Inbound, Reply
from bot.conversation.offer_talk import OfferTalk
from bot.conversation.offers import OfferAnswer, by_weight
from bot.conversation.privacy import PrivacySettings
from bot.conversation.searching import Search, Searching
from bot.conversation.services import ServicesAnswer
from bot.conversation.sources import Sources
from bot.conversation.under_cover import UnderCover, delete_message
from bot.dialogue.taxonomy import EMERGENCY_OF_INTENT, FALLBACK
from bot.dialogue.wishes import TROUBLES, other_meaning
from bot.directory.cities import Point, nearest_city
from bot.directory.failures import counter_of
from bot.directory.find import NEEDS, Criteria
from bot.directory.load import Directory
from bot.directory.model import INTERNATIONAL, is_country
from bot.directory.needs import NeedWords, Wish
from bot.directory.place_of_help import is_about_others
from bot.directory.places import Place, countries_near, country_name, find_places, here
from bot.handoff.relay import Relay
from bot.safety.emergency import EmergencyAnswer
from bot.safety.net import EMERGENCIES, Alarm, AlarmKind, Emergency, SafetyNet
from bot.safety.quick_exit import hide
from bot.safety.wipe import forget
from bot.screening.examine import Examiner
from bot.screening.screen import Screener, Screening
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
#: A shorter text is hardly an offer that was pasted,
OFFER_CHARACTERS = 60
#: nor one that was retold with what matters in it.
TOLD_OFFER_CHARACTERS = 40
#: Below this confidence the words of an offer count more than what the model took a text for.
SURE = 0.6

#: The help offered under the numbers of an alarm.
_NEED_OF_ALARM = {"danger": "hotline", "suicide": "psychological", "medical": "medical", "child": "child"}
#: Below this an alarm in Russian or Bulgarian is answered in both: «спасите» alone is taken for Bulgarian at 0.80.
SURE_OF_LANGUAGE = 0.9

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

    @property
    def ranking(self) -> tuple[tuple[str, float], ...]:
        """The likeliest intents with their chances."""

    @property
    def needs(self) -> Mapping[str, float]:
        """Need of the directory -> chance that it is looked for, as it was learned; empty where it was not."""


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
        files_at_once: pictures and documents read side by side.
    """

    def __init__(
        self,
        *,
        catalogues: Catalogues,
        net: SafetyNet,
        examiner: Examiner,
        directory: Directory,
        sources: Sources,
        needs: NeedWords,
        words: Words,
        offer_talk: RulesOfLanguages,
        relay: Relay,
        dialogue: Callable[[], Dialogue | None],
        dialogue_failed: Callable[[], bool],
        clock: Clock,
        files_at_once: int = AT_ONCE,
    ) -> None:
        self.catalogues = catalogues
        self.net = net
        self.screener = examiner.screener
        self._examiner = examiner
        self.relay = relay
        self.menus = Menus(catalogues)
        self._emergency = EmergencyAnswer(catalogues, directory)
        self._privacy = PrivacySettings(catalogues)
        self._under_cover = UnderCover(catalogues, self._emergency, self.menus, relay.staff_chat_id)
        self._offers = OfferAnswer(catalogues)
        self._offer_talk = OfferTalk(catalogues, self._offers, offer_talk)
        self._services = ServicesAnswer(catalogues, directory)
        self._sources = sources
        self._searching = Searching(needs)
        self.forms = Forms(
            catalogues,
            words,
            FindHelp(catalogues, words, directory, self._emergency, self._look_up),
            SelfCheck(catalogues, words, self._emergency, sources),
            ReportForm(catalogues, words, self._services, relay, clock),
        )
        self._handoff = HandoffTalk(catalogues, words, relay, clock, self._no_staff)
        self._dialogue = dialogue
        self._dialogue_failed = dialogue_failed
        self._clock = clock
        self._attachments = Attachments(catalogues, files_at_once)

    # The turn

    async def respond(self, inbound: Inbound, turn: Turn, *, alarm_answered: bool = False) -> list[Reply]:
        """Decide one turn.

        Args:
            inbound: what the person sent.
            turn: their unit of work; language, place, cases and deletions are written through it.
            alarm_answered: the safety net already answered this message out of turn.
        """
        person = turn.person
        self._attachments.forget_albums(person.ref, inbound.album)
        alarm = self.alarm(inbound)
        if alarm is not None and alarm.kind == "quick_exit":
            await self._hide(turn)
            return []
        if is_covered(person):
            return await self._covered(alarm, inbound, turn, answered=alarm_answered)
        if person.fields.get("expecting") == AWAITED_WORD and alarm is None:
            if may_be_word(inbound):
                delete_message(turn, inbound)
                return [self._privacy.word_chosen(inbound, person, person.language or "en")]
            person.fields.pop("expecting")
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
        if inbound.kind in ("photo", "document"):
            return await self._attachment(inbound, turn, language)
        if inbound.kind == "unreadable":
            return [Reply(self.catalogues.text("media.unreadable", language), self.menus.help_buttons(language))]
        return await self._text(inbound, turn, language)

    def alarm(self, inbound: Inbound) -> Alarm | None:
        """What the safety net sees in a message, also in what follows a command; buttons raise none."""
        if inbound.command == "start":
            return None  # what follows is a link's, not the person's
        if inbound.kind in ("text", "command", "photo", "document", "unreadable") and inbound.text:
            return look_for_alarm(inbound.text, self.net, self.screener)
        return None

    def alarm_replies(
        self, alarm: Alarm, inbound: Inbound, chosen: str | None, country: str | None, *, covered: bool = False
    ) -> list[Reply]:
        """The answer to an alarm: no model, no database, so that it can be given when both are gone."""
        kind = alarm.emergency
        if kind is None:
            return []
        place = self._searching.place(inbound.text, None, None)
        country = place.country if place else country
        city = place.city if place else None
        languages = self._alarm_languages(alarm, inbound, chosen)
        if covered:
            return [self._under_cover.numbers(kind, language, country) for language in languages]
        wish = self._searching.wish(inbound.text)
        others = self._searching.countries(inbound.text, None, but=country)
        return [self._alarm_reply(kind, language, country, city, wish, others) for language in languages]

    def _alarm_reply(
        self,
        kind: Emergency,
        language: str,
        country: str | None,
        city: str | None,
        wish: Wish,
        others: Sequence[str],
    ) -> Reply:
        need = self._searching.need(wish) or _NEED_OF_ALARM[kind]
        return Reply(
            self._emergency.text(kind, language, country),
            self._alarm_buttons(kind, language, country, need, others),
            urgent=True,
            search=Search(country, city, Criteria(need=need, groups=wish.groups)),
        )

    # Language

    def _language(self, inbound: Inbound, turn: Turn) -> str:
        person = turn.person
        spoken = inbound.text if inbound.kind == "text" and not inbound.forwarded else ""
        if person.language and len(spoken) >= OFFER_CHARACTERS and self.screener.screen(spoken).is_offer:
            spoken = ""  # an offer's language is the recruiter's, not the person's
        if person.language and spoken.isascii() and (places := find_places(spoken)) and _only_places(spoken, places):
            spoken = ""  # «bulgaria» is Bulgaria in every language that can be typed in these letters
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
        place = _stays_in(inbound.text)
        if place is not None:
            person.country, person.city = place.country, place.city
        self._searching.wait(person.fields, self._searching.wish(inbound.text))
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

    def _alarm_buttons(
        self, kind: Emergency, language: str, country: str | None, need: str, others: Sequence[str]
    ) -> tuple[tuple[Button, ...], ...]:
        say = self.catalogues.text
        known = self._emergency.place_known(country)
        named = tuple(
            self._country_choice(code, country if known else None, f"sos:{kind}:{code}", language) for code in others
        )
        rows = (named,) if named else ()
        find = (Button(say(f"button.{need}", language), f"need:{need}"),)
        last = (
            Button(say("button.human", language), "do:talk_to_human"),
            Button(say("button.hide", language), "hide:"),
        )
        if known:
            return (*rows, find, last)
        return (*rows, *country_buttons(language, f"sos:{kind}"), last)

    def _emergency_reply(self, kind: Emergency, turn: Turn, language: str, text: str = "") -> Reply:
        self._mark_alarm(turn, kind)
        wish = self._searching.wish(text)
        self._searching.wait(turn.person.fields, wish)
        place = self._searching.place(text, language, None)
        country, city = (place.country, place.city) if place else (turn.person.country, turn.person.city)
        others = self._searching.countries(text, None, but=country)
        return self._alarm_reply(kind, language, country, city, wish, others)

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
        start = self.catalogues.text("command.start", turn.person.language or "en")
        await hide(turn, start, kept_under_cover(turn.person))
        if case is not None and case.topic_id is not None:  # without a topic it would stand in General, of nobody
            self.relay.note(turn, case, "staff.hidden")

    async def _covered(self, alarm: Alarm | None, inbound: Inbound, turn: Turn, *, answered: bool) -> list[Reply]:
        if (inbound.kind == "command" and inbound.command == "hide") or inbound.text == "hide:":
            await self._hide(turn)
            return []
        if alarm is None:
            return await self._under_cover.respond(inbound, turn, self._recent_alarm(turn))
        place = _stays_in(inbound.text)
        if place is not None:
            turn.person.country = place.country
        self._mark_alarm(turn, alarm.kind)
        return [] if answered else self.alarm_replies(alarm, inbound, None, turn.person.country, covered=True)

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
            services = self._find(turn, language, need="hotline", country=person.country, city=person.city)
            return [Reply(say("handoff.unavailable", language)), *services]
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
            if argument == "forget":
                turn.person.fields.pop("offer_flags", None)
                return [self._offers.forgotten(language)]
            return [self._offers.all_signs(turn.person.fields.get("offer_flags", []), language)]
        if verb == "privacy":
            reply = self._privacy.press(argument, turn.person, language)
            return stale if reply is None else [reply]
        if verb == "source":
            return [self._sources.reply(argument, self.catalogues, language)]
        if verb == "country":
            return self._country_button(argument, turn, language) or stale
        if verb == "needs":
            return [self._services.all_needs(language)]
        if verb == "dead":
            return self._number_failed(argument, turn, language)
        if verb == "origin":
            return [self._services.origins(self._shown(turn), language)]
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
        if need := self._last_list(turn).get("need"):
            turn.person.fields.setdefault("need", need)  # the same help, in another country
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
        point = (inbound.location.latitude, inbound.location.longitude)
        turn.person.country, turn.person.city = codes[0], nearest_city(codes[0], point)
        if alarm:
            return [self._emergency_reply(alarm, turn, language)]
        return self._find_at(codes[0], turn.person.city, turn, language, near=point)

    def _find(
        self,
        turn: Turn,
        language: str,
        *,
        need: str | None,
        country: str | None,
        city: str | None = None,
        wish: Wish | None = None,
        near: Point | None = None,
        before: str = "",
        said: str = "",
        other: bool = False,
    ) -> list[Reply]:
        """The form's search: what is missing is asked, what was found is shown.

        Args:
            turn: the person's turn.
            language: of the answer.
            need: one of the directory's needs, or None for all.
            country: ISO code where it was said, else what is known already counts.
            city: in English as in the directory.
            wish: what the words of this message say, if it has any.
            near: where the person is, if they shared it.
            before: a line above the list.
            said: the words that asked for it.
            other: the place is somebody else's.
        """
        person = turn.person
        self._searching.wait(person.fields, wish)
        replies = self.forms.find_help.find(
            turn, language, need=need, country=country, city=city, said=said, near=near, before=before, other=other
        )
        if person.fields.get("expecting") == "country":
            wanted = self._searching.criteria(person.fields, need, wish, language, self._clock(), near)
            replies[0] = dataclasses.replace(replies[0], search=Search(None, None, wanted))
        return replies

    def _look_up(self, lookup: LookUp, turn: Turn, language: str) -> Reply:
        """What the directory has for a form whose country is known."""
        person = turn.person
        wanted = self._searching.criteria(person.fields, lookup.need, None, language, self._clock(), lookup.near)
        if lookup.groups:
            wanted = dataclasses.replace(wanted, groups=lookup.groups)
        if lookup.for_other:
            wanted = dataclasses.replace(wanted, nationality=None)
        search = Search(lookup.country, lookup.city, wanted)
        result = self._services.find(search)
        self._searching.done(person.fields, None)
        person.fields["shown"] = {"need": wanted.need, "ids": [found.entry.id for found in result]}
        if result.ask_nationality and not lookup.for_other:
            person.fields["expecting"] = "nationality"
        return self._services.reply(search, result, language, lookup.before)

    def _find_in_words(
        self,
        text: str,
        turn: Turn,
        language: str,
        need: str | None,
        wish: Wish,
        place: Place | None,
        marker: Mapping[str, Any] | None = None,
    ) -> list[Reply]:
        """The search a text asks for: its own place before what the model or an earlier message said.

        Args:
            text: what the person wrote; empty for a button.
            turn: theirs.
            language: of the answer.
            need: what to look for.
            wish: what its words say.
            place: where help is looked for, as far as it says.
            marker: country and city as the model has them.
        """
        origin = self._searching.nationality(text, language, need)
        if origin:
            turn.person.fields["nationality"] = origin
        known = marker or {}
        country = place.country if place else known.get("country") or turn.person.country
        city = place.city if place else known.get("city")
        other, own = self._searching.own_place(text, language, place) if place else (False, None)
        if own is not None:
            turn.person.country, turn.person.city = own.country, own.city
        replies = self._find(turn, language, need=need, country=country, city=city, wish=wish, said=text, other=other)
        return [self._with_countries(reply, text, language) for reply in replies]

    def _with_countries(self, reply: Reply, text: str, language: str) -> Reply:
        """The answer of a search, with the other countries the person named one press away: a guess may be wrong."""
        if reply.search is None or not (others := self._searching.countries(text, language, but=reply.search.country)):
            return reply
        row = tuple(self._country_choice(code, reply.search.country, f"country:{code}", language) for code in others)
        return dataclasses.replace(reply, buttons=(row, *reply.buttons))

    def _country_choice(self, code: str, chosen: str | None, data: str, language: str) -> Button:
        name = country_name(code, language)
        return Button(
            name if chosen is None else self.catalogues.text("button.rather_in", language, country=name), data
        )

    def _shown(self, turn: Turn) -> list[str]:
        """Ids of the entries the person was shown last."""
        return [str(entry_id) for entry_id in self._last_list(turn).get("ids", ())]

    def _last_list(self, turn: Turn) -> Mapping[str, Any]:
        """The last list the person was shown: its need and the ids of its entries; empty where there was none."""
        shown = turn.person.fields.get("shown")
        return shown if isinstance(shown, dict) else {}

    def _number_failed(self, entry_id: str, turn: Turn, language: str) -> list[Reply]:
        """A number did not work: count it, nothing about the person, and show the next best."""
        person, say = turn.person, self.catalogues.text
        entry = self._services.entry(entry_id) if entry_id else None
        if entry is None:
            return [self._services.which_failed(self._shown(turn), language)]
        if self._searching.failed(person.fields, entry.id):
            turn.count(counter_of(entry.id))
        before = say("services.failed.emergency" if entry.kind == "emergency" else "services.failed.noted", language)
        need = self._last_list(turn).get("need")
        country = person.country or (None if entry.international else entry.country)
        return self._find(turn, language, need=need, country=country, city=person.city, before=before)

    def _nationality_told(self, text: str, turn: Turn, language: str) -> list[Reply] | None:
        """The answer to "from which country is your passport?": whose embassy to show as well."""
        person = turn.person
        person.fields.pop("expecting", None)
        places = find_places(text, language)
        if len(text) > PLACE_ANSWER_CHARACTERS or not places or any(place.role in ("in", "to") for place in places):
            return None
        person.fields["nationality"] = places[0].country
        return self._find(turn, language, need=person.fields.get("shown", {}).get("need"), country=person.country)

    def _find_there(self, place: Place, turn: Turn, language: str) -> list[Reply]:
        """What was looked for when the bot asked for the place."""
        return self._find_at(place.country, place.city, turn, language)

    def _find_at(
        self, country: str, city: str | None, turn: Turn, language: str, near: Point | None = None
    ) -> list[Reply]:
        need = turn.person.fields.pop("need", None)
        form = get_form(turn)
        if form is not None and form.name == "find_help":
            form.slots.update(country=country, city=city)
            return self.forms.find_help.go_on(form, turn, language, near=near)
        return self._find(turn, language, need=need, country=country, city=city, near=near)

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

    async def _attachment(self, inbound: Inbound, turn: Turn, language: str) -> list[Reply]:
        read = await self._attachments.read_album(inbound, turn.person.ref, language)
        if read is None:
            return []  # the last part of the album answers for all
        if not read.text and self.screener.screen(inbound.text).is_offer:
            # The file could not be opened, but what is written under it is an offer.
            return [*await self._screen(inbound.text, turn, language, surely=True), Reply(read.said)]
        if not read.text:
            return [Reply(read.said, self.menus.help_buttons(language))]
        alarm = self.net.look(read.text)
        screened = await self._screen(read.text, turn, language, surely=alarm is None)
        if alarm is not None and alarm.emergency and not self.screener.screen(read.text).is_offer:
            return [self._emergency_reply(alarm.emergency, turn, language), Reply(read.said)]
        return [Reply(read.said), *screened]

    async def _screen(self, text: str, turn: Turn, language: str, *, surely: bool) -> list[Reply]:
        turn.person.fields.pop("expecting", None)
        screening = await asyncio.to_thread(self._examiner.examine, text, surely_offer=surely)
        if not screening.is_offer:
            say = self.catalogues.text
            return [Reply(say("answer.not_offer", language), self.menus.help_buttons(language))]
        return [self._screened(screening, turn, language)]

    def _screened(self, screening: Screening, turn: Turn, language: str, *, told: bool = False) -> Reply:
        """The answer to an offer, whose flags are kept for the talk that goes on about it."""
        turn.person.fields["offer_flags"] = [finding.id for finding in by_weight(screening.findings)]
        return self._offers.reply(screening, language, told=told)

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
        if expecting == "nationality" and (answer := self._nationality_told(text, turn, language)):
            return answer
        if self._shown(turn) and not inbound.forwarded and self._searching.wish(text).failed:
            return self._number_failed("", turn, language)
        about_offer = self._offer_talk.reply(text, person.fields.get("offer_flags"), language)
        if about_offer is not None:
            return [about_offer]
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
            return await self._screen(text, turn, language, surely=True)
        awaited = expecting == "offer" and len(text) > AWAITED_OFFER_CHARACTERS
        if dialogue is None and awaited:
            return await self._screen(text, turn, language, surely=True)
        if dialogue is None:
            return self.forms.interrupted(
                await self._without_model(text, turn, language), "", turn, language, away=away
            )
        if len(text) > UNDERSTOOD_CHARACTERS:
            return await self._screen(text, turn, language, surely=False)
        state = await turn.load_dialogue()
        if away:
            # A "yes" the next day does not answer what was asked yesterday.
            state = dialogue.set_slots(state, pending=None)
        said = plain_words(text, self.net, self.screener)
        result = await dialogue.handle(person.ref, said, language, state, **self._slots(turn))
        answered = self.forms.understood(result.intent, result.confidence >= SURE, turn, language)
        if answered is not None:
            turn.save_dialogue(result.tracker_state)
            return answered
        if asked is not None and result.confidence < SURE:
            # A place among words that say nothing else for sure is the answer.
            turn.save_dialogue(result.tracker_state)
            return self._find_there(asked, turn, language)
        if self._is_offer(result, text, awaited=awaited):
            screened = await self._screen(text, turn, language, surely=True)
            return screened if awaited else self._with_services(screened, result, text, turn, language)
        told_of = await self._offer_told_of(result, text, turn, language)
        if told_of is not None:
            return self._with_services([told_of], result, text, turn, language)
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
        if sure or len(text) < OFFER_CHARACTERS or self._searching.wish(text).told:
            return False  # who tells a trouble of their own pastes no offer
        return self.screener.screen(text).is_offer

    def _with_services(
        self, replies: list[Reply], result: Decision, text: str, turn: Turn, language: str
    ) -> list[Reply]:
        """What an offer's words say, and below it who helps there: a story of hard work reads like an offer."""
        if not self._searching.surely_looks_for_help(result.needs):
            return replies
        wish = self._searching.wish(text)
        need = self._searching.need(wish, result.ranking, result.needs) or "hotline"
        place = self._searching.place(text, language, need)
        if place is None or place.role == "to":
            return replies
        return [*replies, *self._find_in_words(text, turn, language, need, wish, place)]

    async def _offer_told_of(self, result: Decision, text: str, turn: Turn, language: str) -> Reply | None:
        """What stands out in an offer that somebody retells: "he promises 3500 and pays the ticket, what do you say?".

        A topic the model is sure of is answered instead, and so is trouble; None then, and where nothing stands out.
        """
        asks = result.intent == "screen_offer"
        if len(text) < TOLD_OFFER_CHARACTERS or (not asks and result.confidence >= SURE):
            return None
        if result.intent in TROUBLES or result.intent in EMERGENCY_OF_INTENT:
            return None
        if not asks and self._searching.wish(text).told:
            return None
        screening = await asyncio.to_thread(self._examiner.examine, text, surely_offer=asks)
        if not screening.is_offer or not screening.findings or (not asks and screening.level == "low"):
            return None
        return self._screened(screening, turn, language, told=True)

    def _remember_place(self, text: str, turn: Turn, language: str) -> None:
        """Keep where a person says they are, in whatever they tell: an alarm later must know the numbers there.

        A place in a question ("and how is it in England?") is only asked about.
        """
        place = here(text, language)
        if place is None or place.role != "in" or any(mark in text for mark in "?？"):
            return
        if is_about_others(text, place):
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
        return place if _only_places(text, places) else None

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

    async def _without_model(self, text: str, turn: Turn, language: str) -> list[Reply]:
        wish = self._searching.wish(text)
        if not wish.told and self.screener.screen(text).is_offer:
            return await self._screen(text, turn, language, surely=True)
        need = self._searching.need(wish)
        place = self._searching.place(text, language, need)
        if need or place:
            return self._find_in_words(text, turn, language, need, wish, place)
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
                replies += await self._marker(custom, text, turn, language, result)
            elif output.get("text_id") == SELF_CHECK:
                head, *rest = self.forms.self_check.begin(turn, language)
                alarm = self._soft_alarm(output, turn, language)
                replies += [dataclasses.replace(head, text=alarm + head.text, urgent=bool(alarm)), *rest]
            elif output.get("text"):
                buttons = tuple(
                    tuple(Button(str(button["title"]), str(button["payload"])) for button in row)
                    for row in _rows(output.get("buttons") or [])
                )
                text_id = str(output.get("text_id") or "")
                if text_id.startswith("topic.privacy_question"):
                    buttons = (self._privacy.menu_row(language), *buttons)
                if text_id == "out_of_scope":
                    buttons = self.menus.main_buttons(language)
                if self._sources.of(text_id):
                    sources = Button(self.catalogues.text("button.sources", language), f"source:{text_id}")
                    buttons = (*buttons, (sources,))
                above = self._soft_alarm(output, turn, language)
                replies.append(Reply(above + str(output["text"]), buttons, urgent=bool(above)))
        replies = self._with_search(replies, result, text, turn, language)
        if any(".in." in str(output.get("text_id")) for output in result.outputs):
            self.forms.set_aside(turn)  # "and in Italy?" was about the topic
        replies = replies or [self.menus.main(language, "doubt.rephrase")]
        if result.intent in REPORTING and self.relay.available:
            replies.append(self.forms.report.offer(language))
        if result.also:
            replies[-1] = self._offer_others(replies[-1], result.also, "also.title", language)
        elif text and not any(_asks_what_is_meant(output) for output in result.outputs):
            other = other_meaning(result.intent, result.confidence, result.ranking)
            if other is not None:
                replies[-1] = self._offer_others(replies[-1], (other,), "doubt.perhaps", language)
        return replies

    def _with_search(self, replies: list[Reply], result: Decision, text: str, turn: Turn, language: str) -> list[Reply]:
        """The answer with the search its words ask for, where the model heard something else or nothing for sure."""
        if not text or any(reply.search is not None for reply in replies):
            return replies
        wish = self._searching.wish(text)
        need = self._searching.need(wish, result.ranking, result.needs)
        place = self._searching.place(text, language, need)
        doubtful = all(map(_asks_what_is_meant, result.outputs))
        if need is None or not (
            self._searching.adds_search(wish, result.intent, result.ranking, place, result.needs)
            or (doubtful and self._searching.surely_looks_for_help(result.needs))
            or (place is None and self._searching.must_choose(text, language, result.intent, result.needs))
        ):
            if place is None or not self._searching.is_told(place, text, language):
                return replies
            # Nobody knows what is meant, but where: somebody to ask there is better than a question alone.
            guess = self._find_in_words(text, turn, language, need or "hotline", wish, place) if doubtful else []
            return [*replies, *guess]
        found = self._find_in_words(text, turn, language, need, wish, place)
        if not all(_is_doubt(output) for output in result.outputs):
            return [*replies, *found]
        topic = self._searching.topic(wish, result.ranking)
        return found if topic is None else [self._topic(topic, language), *found]

    def _topic(self, intent: str, language: str) -> Reply:
        """What is known about a trouble, where its words and not the dialogue say that it is meant."""
        say = self.catalogues.text
        rows: tuple[tuple[Button, ...], ...] = ()
        if self.catalogues.has(f"topic.{intent}.more"):
            rows = ((Button(say("button.more", language), f"more:{intent}"),),)
        if self._sources.of(f"topic.{intent}"):
            rows = (*rows, (Button(say("button.sources", language), f"source:topic.{intent}"),))
        return Reply(say(f"topic.{intent}", language), rows)

    def _offer_others(self, reply: Reply, intents: Sequence[str], title: str, language: str) -> Reply:
        """Other things a message was or may have been about, one press away, under a line that says which."""
        say = self.catalogues.text
        rows = tuple((Button(say(f"meaning.{intent}", language), f"do:{intent}"),) for intent in intents)
        offered = {f"do:{intent}" for intent in intents}
        others = [tuple(button for button in row if button.data not in offered) for row in reply.buttons]
        text = f"{reply.text}\n\n{say(title, language)}"
        return dataclasses.replace(reply, text=text, buttons=(*rows, *(row for row in others if row)))

    def _soft_alarm(self, output: Mapping[str, Any], turn: Turn, language: str) -> str:
        """The numbers above an answer to a message that may also be an emergency."""
        kind = output.get("alarm")
        return self._emergency.numbers(kind, language, turn.person.country) + "\n\n" if kind in EMERGENCIES else ""

    async def _marker(
        self, marker: dict[str, Any], text: str, turn: Turn, language: str, result: Decision
    ) -> list[Reply]:
        """What an action asked for that only the conversation can do."""
        if marker.get("emergency") in EMERGENCIES:
            if marker.get("country"):
                turn.person.country = str(marker["country"])
            return [self._emergency_reply(marker["emergency"], turn, language, text)]
        if marker.get("screen"):
            return await self._screen(text, turn, language, surely=True) if text else self._ask_offer(turn, language)
        if marker.get("ask_offer"):
            return self._ask_offer(turn, language)
        if "find" in marker:
            wish = self._searching.wish(text)
            heard = self._searching.says_need(wish, result.needs)
            said = self._searching.need(wish, result.ranking, result.needs) if heard else None
            need = said or marker["find"].get("need")
            place = self._searching.place(text, language, need)
            return self._find_in_words(text, turn, language, need, wish, place, marker["find"])
        if "nearest" in marker:
            return [self._nearest(str(marker["nearest"]), turn, language)]
        if marker.get("offer_again"):
            flags = turn.person.fields.get("offer_flags")
            return self._ask_offer(turn, language) if flags is None else [self._offers.never_safe(flags, language)]
        if marker.get("handoff"):
            place = here(text, language)
            if not self.relay.available and place is not None and place.role == "in":
                turn.person.country, turn.person.city = place.country, place.city  # "is anybody there? we are in Osh"
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


def plain_words(text: str, net: SafetyNet, screener: Screener) -> str:
    """What the dialogue model is given: a text without the disguise ("p@ssp0rt") it knows nothing of."""
    return screener.plain(net.plain(text))


def _is_doubt(output: Mapping[str, Any]) -> bool:
    """Whether an output only says that the message was not understood, and warns of nothing."""
    said = str(output.get("text_id") or (output.get("custom") or {}).get("menu") or "")
    return said.startswith(("doubt.", "out_of_scope", "menu.")) and not output.get("alarm")


def _asks_what_is_meant(output: Mapping[str, Any]) -> bool:
    return str(output.get("text_id") or (output.get("custom") or {}).get("menu") or "").startswith("doubt.")


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


def _stays_in(text: str) -> Place | None:
    """Where a person is by their own words, not where they are only asked to go."""
    place = here(text)
    return None if place is None or place.role == "to" else place


def _only_places(text: str, places: Sequence[Place]) -> bool:
    """Whether a text says nothing but these places."""
    for found in sorted(places, key=lambda found: found.start, reverse=True):
        text = text[: found.start] + " " + text[found.end :]
    return only_frames(text)
