"""All forms together: which one an answer or a button belongs to, and how they are interrupted and taken up again."""

from __future__ import annotations

import dataclasses

from bot.content.catalogues import Catalogues
from bot.conversation.forms.find_help import FindHelp
from bot.conversation.forms.report import ReportForm
from bot.conversation.forms.self_check import SelfCheck
from bot.conversation.forms.state import OFFERS_MOST, Form, get_form, paused_form, put_form
from bot.conversation.forms.words import Words
from bot.conversation.menus import Menus
from bot.conversation.messages import Button, Inbound, Reply
from bot.dialogue.taxonomy import EMERGENCY_OF_INTENT
from bot.safety.net import AlarmKind
from bot.store.turn import Turn

#: Meanings of a message that look for services: during a search they are its answer.
FINDING = frozenset(
    (
        "find_hotline",
        "find_shelter",
        "find_legal_help",
        "find_medical_help",
        "find_psychological_help",
        "find_recovery_help",
        "embassy_help",
        "return_home",
    )
)
#: Meanings that leave an answer beside them an answer ("no, he is in Germany").
_SAYING_LITTLE = frozenset(("affirm", "deny", "greet", "thank", "out_of_scope"))
#: Meanings that end a form, said in words the short answers do not know.
LEAVING = frozenset(("start_over", "goodbye"))
#: Answers under which nothing else is offered: an emergency, consent, erasing, a choice of language.
NEVER_INTERRUPTED = frozenset(
    (*EMERGENCY_OF_INTENT, "talk_to_human", "delete_my_data", "quick_exit", "change_language", "self_check")
)
#: Topics of what comes after getting out, and the text of each.
RECOVERY = {"training": "recovery.training", "compensation": "recovery.compensation", "home": "topic.return_home"}


class Forms:
    """What the conversation needs of its forms."""

    def __init__(
        self,
        catalogues: Catalogues,
        words: Words,
        find_help: FindHelp,
        self_check: SelfCheck,
        report: ReportForm,
    ) -> None:
        self._catalogues = catalogues
        self._words = words
        self._menus = Menus(catalogues)
        self.find_help = find_help
        self.self_check = self_check
        self.report = report

    # Messages

    def answer(self, inbound: Inbound, turn: Turn, language: str, *, away: bool, model: bool) -> list[Reply] | None:
        """What a message answers to the open form; None where it must be understood otherwise.

        Args:
            inbound: a message in words, a picture or a file.
            turn: the person's turn.
            language: of the answer.
            away: the person comes back after a long time: old questions are offered, not answered.
            model: the dialogue model can be asked what a sentence means.
        """
        turn.talk.pop("read", None)
        form = get_form(turn)
        if form is None or form.name == "callback":
            return None
        text = inbound.text if inbound.kind == "text" and not inbound.forwarded else ""
        if text and self._words.whole("stop", text):
            return self.leave(turn, language)
        if text and form.open and self._words.whole("go_on", text):
            return self.go_on(turn, language)
        if away:
            short = self._words.answer(text) is not None
            return [self._welcome_back(form, language)] if text and form.open and short else None
        if form.name == "report":
            return self.report.read(form, inbound, turn, language)
        if not text:
            return None
        if form.name == "self_check":
            return self.self_check.read(form, text, turn, language)
        read = self.find_help.read(form, text, language)
        if read is not None and (read[1] or not model):
            return self.find_help.take(form, read[0], turn, language)
        if read is not None:
            turn.talk["read"] = read[0]  # it counts unless the whole sentence means something of its own
        elif form.open and self._words.answer(text) in ("skip", "unsure"):
            return self.find_help.decline(form, turn, language)
        return None

    def understood(self, intent: str, sure: bool, turn: Turn, language: str) -> list[Reply] | None:
        """What the meaning of a message answers to the open form; None where it is something else.

        Args:
            intent: what the model took it for.
            sure: whether it is sure.
        """
        read = turn.talk.pop("read", None)
        form = get_form(turn)
        if form is None:
            return None
        if form.open and intent in LEAVING and sure:
            put_form(turn, None)
            return None
        if form.name == "find_help" and read is not None and (not sure or intent in _SAYING_LITTLE):
            return self.find_help.take(form, read, turn, language)
        return None

    def interrupted(self, replies: list[Reply], intent: str, turn: Turn, language: str, *, away: bool) -> list[Reply]:
        """The answer to something else, and the offer to go on where a form is open.

        Args:
            replies: the answer.
            intent: what it answers.
            turn: the person's turn.
            language: of the offer.
            away: the person has come back after a long time.
        """
        form = self._resumed(turn)
        if form is None or not replies or intent in NEVER_INTERRUPTED:
            return replies
        if not form.open:
            if intent not in FINDING:
                put_form(turn, None)  # another subject: "no, Germany" is no longer about the list
            return replies
        if form.name == "callback" or any(_asks(reply, form) for reply in replies):
            return replies
        form.between += 1
        put_form(turn, form)
        if away:
            return [*replies, self._welcome_back(form, language)]
        if form.between > OFFERS_MOST or _shows(replies, form):
            return replies
        go_on = Button(self._catalogues.text(f"form.go_on.{form.name}", language), "form:on")
        last = replies[-1]
        return [*replies[:-1], dataclasses.replace(last, buttons=((go_on,), *last.buttons))]

    def alarmed(self, inbound: Inbound, kind: AlarmKind, turn: Turn, language: str) -> list[Reply]:
        """An alarm takes precedence; what a report was told meanwhile is kept with it.

        Returns:
            what follows the numbers: to a child who just said how old they are, the questions for children.
        """
        said = inbound.text if inbound.kind == "text" and not inbound.forwarded else ""
        if kind == "child" and self._words.found("minor_me", said):
            turn.talk["minor"] = True  # "I am 14", not "my daughter is 14"
        form = get_form(turn)
        if form is None:
            return []
        form.between += 1
        put_form(turn, form)
        if form.name == "report" and form.step == "collect":
            self.report.read(form, inbound, turn, language)
        if form.name == "self_check" and form.step == "age" and turn.talk.get("minor"):
            return self.self_check.minor(form, turn, language)
        return []

    def _resumed(self, turn: Turn) -> Form | None:
        """The open form, or one that had to wait for a search."""
        form = get_form(turn)
        if form is None or not form.open:
            waiting = paused_form(turn)
            if waiting is not None:
                put_form(turn, waiting)
                return waiting
        return form

    # Leaving and coming back

    def go_on(self, turn: Turn, language: str) -> list[Reply]:
        """Ask again what was asked last."""
        form = self._resumed(turn)
        if form is None or not form.open:
            return [self._menus.main(language)]
        form.between = 0
        if form.name == "find_help":
            return self.find_help.go_on(form, turn, language)
        if form.name == "self_check":
            form.step = form.step if form.step == "age" else ""
            return self.self_check.go_on(form, turn, language)
        return self.report.go_on(form, turn, language)

    def leave(self, turn: Turn, language: str) -> list[Reply]:
        """Never mind: the form is dropped with what it knew."""
        form = get_form(turn)
        if form is not None and form.name == "self_check":
            return self.self_check.stop(form, turn, language)
        if form is not None and form.name == "report":
            return self.report.cancel(turn, language)
        self.drop(turn)
        return [Reply(self._catalogues.text("form.left", language), self._menus.main_buttons(language))]

    def drop(self, turn: Turn) -> None:
        """Forget the open form without a word."""
        put_form(turn, None)
        paused_form(turn)
        for field in ("expecting", "need"):
            turn.person.fields.pop(field, None)

    def set_aside(self, turn: Turn) -> None:
        """What comes next does not correct the list that was shown."""
        form = get_form(turn)
        if form is not None and not form.open:
            put_form(turn, None)

    def greet(self, replies: list[Reply], turn: Turn, language: str, *, away: bool) -> list[Reply]:
        """Beginning anew leaves a form; after a long time it is offered first."""
        form = get_form(turn)
        if away and form is not None and form.open and form.name != "callback":
            return [*replies, self._welcome_back(form, language)]
        self.drop(turn)
        return replies

    def _welcome_back(self, form: Form, language: str) -> Reply:
        say = self._catalogues.text
        what = self.find_help.what(form, language) if form.name == "find_help" else ""
        text = say(f"form.back.{form.name}", language, what=what)
        on = Button(say(f"form.go_on.{form.name}", language), "form:on")
        return Reply(text, ((on,), (Button(say("form.leave", language), "form:off"),)))

    # Buttons

    def press(self, verb: str, argument: str, turn: Turn, language: str, message_id: int | None) -> list[Reply] | None:
        """A button of a form; None for data that belongs to none, or to one that is gone."""
        if verb == "find":
            return self.find_help.begin(turn, language)
        if verb == "form":
            return self.go_on(turn, language) if argument == "on" else self.leave(turn, language)
        if verb in ("fneed", "fwho"):
            return self.find_help.press(verb, argument, turn, language)
        if verb == "sc":
            form = get_form(turn)
            quiet = form is not None and form.between == 0
            return self.self_check.press(argument, turn, language, message_id if quiet else None)
        if verb == "rep":
            return self.report.press(argument, turn, language)
        if verb == "recovery" and argument in RECOVERY:
            return [self._recovery(argument, language)]
        return None

    def _recovery(self, topic: str, language: str) -> Reply:
        say = self._catalogues.text
        others = [
            Button(say(f"button.recovery.{other}", language), f"recovery:{other}")
            for other in RECOVERY
            if other != topic
        ]
        need = "return" if topic == "home" else "legal" if topic == "compensation" else "recovery"
        rows = (
            tuple(others),
            (
                Button(say("button.services", language), f"need:{need}"),
                Button(say("button.human", language), "do:talk_to_human"),
            ),
            (Button(say("button.sources", language), f"source:{RECOVERY[topic]}"),),
        )
        return Reply(say(RECOVERY[topic], language), rows)


def _asks(reply: Reply, form: Form) -> bool:
    """Whether a reply asks the form's question already."""
    country = form.name == "find_help" and form.step == "country"
    return country and any(button.data.startswith("country:") for row in reply.buttons for button in row)


def _shows(replies: list[Reply], form: Form) -> bool:
    """Whether the answer is what the form itself has just said."""
    return form.name == "find_help" and any(
        button.data.startswith("fneed:") for reply in replies for row in reply.buttons for button in row
    )
