"""The self-check: one question at a time about signs the International Labour Organization names. Never a verdict.

What was told before is not asked again, only named so that it can be corrected. Under 18 there are other questions and
other words, and the line for children stands first.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.content.catalogues import Catalogues
from bot.content.languages import only_frames
from bot.conversation.forms.state import Form, get_form, put_form
from bot.conversation.forms.words import ANSWER_CHARACTERS, Words
from bot.conversation.messages import Button, Reply
from bot.conversation.sources import Sources
from bot.directory.places import here
from bot.safety.emergency import EmergencyAnswer
from bot.store.turn import Turn

ADULT_AGE = 18
#: Ages a person may have; other numbers are no age, nor are numbers in longer sentences ("I work 16 hours a day").
_AGES = range(5, 100)
_AGE_WORDS = 5
_WORD = re.compile(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+")


@dataclass(frozen=True)
class Question:
    """One question.

    Args:
        id: its texts are ``check.ask.<id>`` and, as what the person told, ``check.sign.<id>``.
        intents: meanings by which a person has told it already.
        urgent: a "yes" may mean danger now: the numbers stand above the next question.
    """

    id: str
    intents: tuple[str, ...] = ()
    urgent: bool = False


#: The eleven signs of forced labour of the ILO in ten questions (excessive hours and bad conditions are one). The
#: hardest stand neither first nor last.
ADULT = (
    Question("promised"),
    Question("papers", ("ask_passport_taken",)),
    Question("pay", ("ask_unpaid_wages",)),
    Question("debt", ("ask_debt_bondage",)),
    Question("hours", ("ask_work_conditions",)),
    Question("leave", ("ask_locked_in",), urgent=True),
    Question("contact"),
    Question("threats", ("ask_threats",), urgent=True),
    Question("hurt", urgent=True),
    Question("weak"),
)
CHILD = (
    Question("child_work"),
    Question("child_money"),
    Question("child_secret", ("ask_grooming_loverboy",)),
    Question("child_pictures", ("ask_sextortion", "ask_webcam_escort")),
    Question("child_crime", ("ask_forced_crime",)),
    Question("child_home", ("ask_locked_in",), urgent=True),
    Question("child_hurt", urgent=True),
    Question("child_away", ("ask_forced_marriage",)),
)
_ALL = {question.id: question for question in (*ADULT, *CHILD)}
ANSWERS = ("yes", "no", "unsure", "skip")
#: Meanings of messages that tell a sign, with the sign.
TELLS = {intent: question.id for question in ADULT for intent in question.intents}
_TELLS_CHILD = {intent: question.id for question in CHILD for intent in question.intents}


def note_told(turn: Turn, intent: str, text: str) -> None:
    """Remember that a person has told a sign; a question ("may a boss keep it?") tells nothing.

    Args:
        turn: the person's turn.
        intent: what the message was surely about.
        text: the message.
    """
    told = turn.talk.setdefault("told", [])
    if intent in {*TELLS, *_TELLS_CHILD} and not re.search(r"[?？]", text) and intent not in told:
        told.append(intent)
    if not told:
        turn.talk.pop("told")


class SelfCheck:
    """The form."""

    def __init__(self, catalogues: Catalogues, words: Words, emergency: EmergencyAnswer, sources: Sources) -> None:
        self._catalogues = catalogues
        self._words = words
        self._emergency = emergency
        self._sources = sources

    def begin(self, turn: Turn, language: str) -> list[Reply]:
        """What this is, and the first question: the age, unless it is known."""
        say = self._catalogues.text
        form = Form("self_check", step="age", slots={"answers": {}})
        put_form(turn, form)
        text = f"{say('selfcheck.brief', language)}\n\n{say('check.intro', language)}"
        if turn.talk.get("minor"):
            return [Reply(text), *self._age(form, "minor", turn, language)]
        return [Reply(f"{text}\n\n{say('check.ask.age', language)}", self._age_buttons(language))]

    def minor(self, form: Form, turn: Turn, language: str) -> list[Reply]:
        """The questions for somebody under 18, where the numbers have been shown just now."""
        return self._age(form, "minor", turn, language)[1:]

    # Answers

    def read(self, form: Form, text: str, turn: Turn, language: str) -> list[Reply] | None:
        """An answer in words, None where the text is something else."""
        if len(text) > ANSWER_CHARACTERS:
            return None
        if form.step == "age":
            return self._read_age(form, text, turn, language)
        if self._words.whole("back", text):
            return self._back(form, turn, language)
        answer = self._words.answer(text)
        if answer is not None:
            return self._answer(form, form.step, answer, turn, language)
        place = here(text, language)
        if place is None or not only_frames(text[: place.start] + " " + text[place.end :]):
            return None
        # "In which country are you?" stands under numbers that were shown before.
        turn.person.country, turn.person.city = place.country, place.city
        numbers = self._emergency.numbers("child" if form.slots.get("minor") else "danger", language, place.country)
        return [Reply(numbers), *self.go_on(form, turn, language)]

    def meaning(self, form: Form, intent: str, turn: Turn, language: str) -> list[Reply] | None:
        """An answer in a sentence of their own: what it means is the sign that was asked for."""
        question = _ALL.get(form.step)
        if question is None:
            return None
        if intent in question.intents:
            return self._answer(form, question.id, "yes", turn, language)
        if intent in ("affirm", "deny"):
            return self._answer(form, question.id, "yes" if intent == "affirm" else "no", turn, language)
        return None

    def press(self, argument: str, turn: Turn, language: str, message_id: int | None) -> list[Reply] | None:
        """A button: ``start``, ``stop``, ``back``, an age, or a question with its answer; None for anything else."""
        if argument == "start":
            return self.begin(turn, language)
        form = get_form(turn)
        if form is None or form.name != "self_check":
            return None
        if argument == "stop":
            return self.stop(form, turn, language)
        if argument == "back":
            return _instead(self._back(form, turn, language), message_id)
        if argument == "wrong":
            form.slots["told"], form.slots["asked_again"] = [], True
            form.step = ""
            return self.go_on(form, turn, language)
        if argument in ("adult", "minor", "age_skip"):
            return self._age(form, argument, turn, language)
        question, _, answer = argument.partition(":")
        if question in _ALL and answer in ANSWERS:
            # An older question's button corrects that answer; what was asked last is asked again.
            return _instead(self._answer(form, question, answer, turn, language), message_id)
        return None

    def stop(self, form: Form, turn: Turn, language: str) -> list[Reply]:
        """Enough: what was told so far, or just goodbye."""
        if any(answer in ("yes", "unsure") for answer in form.slots["answers"].values()):
            return self._result(form, turn, language)
        put_form(turn, None)
        return [Reply(self._catalogues.text("check.stopped", language), self._ways_on(form, language))]

    def _read_age(self, form: Form, text: str, turn: Turn, language: str) -> list[Reply] | None:
        number = re.search(r"(?<!\d)\d{1,2}(?!\d)", text)
        short = len(_WORD.findall(text)) <= _AGE_WORDS
        if number is not None and short and int(number.group()) in _AGES:
            return self._age(form, "minor" if int(number.group()) < ADULT_AGE else "adult", turn, language)
        if self._words.answer(text) in ("yes", "no", "unsure"):
            return self.go_on(form, turn, language)
        for section, age in (("minor", "minor"), ("adult", "adult"), ("skip", "age_skip")):
            if self._words.whole(section, text):
                return self._age(form, age, turn, language)
        return None

    def _age(self, form: Form, age: str, turn: Turn, language: str) -> list[Reply]:
        say = self._catalogues.text
        minor = age == "minor"
        form.slots["minor"] = minor
        if minor:
            turn.talk["minor"] = True
        else:
            turn.talk.pop("minor", None)
        tells = _TELLS_CHILD if minor else TELLS
        told = [tells[intent] for intent in turn.talk.get("told", []) if intent in tells]
        form.slots["told"] = told
        form.step = ""
        lead: list[Reply] = []
        if minor:
            numbers = self._emergency.numbers("child", language, turn.person.country)
            lead.append(Reply(f"{numbers}\n\n{say('check.child_first', language)}"))
        if told:
            signs = "\n".join(f"• {say(f'check.sign.{sign}', language)}" for sign in told)
            wrong = ((Button(say("check.wrong", language), "sc:wrong"),),)
            lead.append(Reply(f"{say('check.told', language)}\n{signs}", wrong))
        return [*lead, *self.go_on(form, turn, language)]

    def _answer(self, form: Form, question: str, answer: str, turn: Turn, language: str) -> list[Reply]:
        form.slots["answers"][question] = answer
        form.between = 0
        if question != form.step and form.step in _ALL:
            put_form(turn, form)
            return [self._ask(form, language)]
        form.step = ""
        replies = self.go_on(form, turn, language)
        if answer == "yes" and _ALL[question].urgent and get_form(turn) is not None:
            kind = "child" if form.slots.get("minor") else "danger"
            numbers = self._emergency.numbers("danger", language, turn.person.country)
            now = self._catalogues.text("check.urgent", language)
            button = (Button(self._catalogues.text("menu.danger", language), "do:emergency_danger"),)
            head = replies[0]
            urgent = f"{now}\n{numbers}"
            if kind == "child":
                urgent = f"{self._catalogues.text('check.not_your_fault_child', language)} {urgent}"
            replies[0] = Reply(f"{urgent}\n\n{head.text}", (*head.buttons, button))
        return replies

    def _back(self, form: Form, turn: Turn, language: str) -> list[Reply]:
        ids = [question.id for question in self._questions(form)]
        answered = [question for question in ids if question in form.slots["answers"]]
        if answered:
            form.slots["answers"].pop(answered[-1])
            form.step = ""
        return self.go_on(form, turn, language)

    # Questions

    def go_on(self, form: Form, turn: Turn, language: str) -> list[Reply]:
        """Ask what comes next, or say what came out."""
        if form.step == "age":
            put_form(turn, form)
            return [Reply(self._catalogues.text("check.ask.age", language), self._age_buttons(language))]
        open_ids = [question.id for question in self._questions(form) if question.id not in form.slots["answers"]]
        if not open_ids:
            return self._result(form, turn, language)
        form.step = open_ids[0]
        put_form(turn, form)
        return [self._ask(form, language)]

    def _questions(self, form: Form) -> list[Question]:
        told = form.slots.get("told", [])
        return [question for question in (CHILD if form.slots.get("minor") else ADULT) if question.id not in told]

    def _ask(self, form: Form, language: str) -> Reply:
        say = self._catalogues.text
        ids = [question.id for question in self._questions(form)]
        place = say("check.progress", language, number=ids.index(form.step) + 1, all=len(ids))
        answers = [Button(say(f"check.{answer}", language), f"sc:{form.step}:{answer}") for answer in ANSWERS]
        last = [Button(say("check.stop", language), "sc:stop")]
        if any(question in form.slots["answers"] for question in ids):
            last.insert(0, Button(say("check.back", language), "sc:back"))
        text = f"<i>{place}</i>\n{say(f'check.ask.{form.step}', language)}"
        return Reply(text, (tuple(answers[:2]), tuple(answers[2:]), tuple(last)))

    def _age_buttons(self, language: str) -> tuple[tuple[Button, ...], ...]:
        say = self._catalogues.text
        return (
            (
                Button(say("check.minor", language), "sc:minor"),
                Button(say("check.adult", language), "sc:adult"),
            ),
            (Button(say("check.skip", language), "sc:age_skip"), Button(say("check.stop", language), "sc:stop")),
        )

    # What came out

    def signs(self, form: Form) -> list[str]:
        """What the person told that is a sign: told before, then answered with yes."""
        answers = form.slots["answers"]
        return [
            *form.slots.get("told", []),
            *(question.id for question in self._questions(form) if answers.get(question.id) == "yes"),
        ]

    def _result(self, form: Form, turn: Turn, language: str) -> list[Reply]:
        say = self._catalogues.text
        minor = bool(form.slots.get("minor"))
        signs = self.signs(form)
        unsure = [
            question.id for question in self._questions(form) if form.slots["answers"].get(question.id) == "unsure"
        ]
        parts: list[str] = []
        if signs:
            parts.append(_listed(say("check.result.title", language), signs, say, language))
        if unsure:
            parts.append(_listed(say("check.result.unsure", language), unsure, say, language))
        outcome = "some" if signs or unsure else "none"
        parts.append(say(f"check.result.{outcome}{'_child' if minor else ''}", language))
        parts.append(say(f"check.result.next{'_child' if minor else ''}", language))
        turn.talk["signs"] = signs
        put_form(turn, None)
        rows = self._ways_on(form, language)
        if signs or unsure:
            rows = (*rows, (Button(say("button.sources", language), "source:check.result.some"),))
        return [Reply("\n\n".join(parts), rows)]

    def _ways_on(self, form: Form, language: str) -> tuple[tuple[Button, ...], ...]:
        say = self._catalogues.text
        need = "child" if form.slots.get("minor") else "hotline"
        return (
            (
                Button(say("button.hotline", language), f"need:{need}"),
                Button(say("button.human", language), "do:talk_to_human"),
            ),
            (Button(say("meaning.ask_victim_rights", language), "do:ask_victim_rights"),),
            (Button(say("button.hide", language), "hide:"), Button(say("button.menu", language), "menu:")),
        )


def _listed(title: str, signs: Sequence[str], say: Callable[..., str], language: str) -> str:
    return "\n".join((title, *(f"• {say(f'check.sign.{sign}', language)}" for sign in signs)))


def _instead(replies: list[Reply], message_id: int | None) -> list[Reply]:
    """The first of the replies takes the place of the message whose button was pressed: answers do not pile up."""
    return [dataclasses.replace(replies[0], instead_of=message_id), *replies[1:]] if replies else replies
