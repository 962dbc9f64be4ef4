"""Report a recruiter or a situation to the staff: what happens to it is said first, then asked, shown and sent.

Nothing goes anywhere before "Send". What was collected is bounded, kept encrypted like every form, and erased here once
it is sent. Pictures are not kept at all: only their number in the chat, from which Telegram copies them for staff.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from bot.content.catalogues import Catalogues
from bot.conversation.forms.state import Form, get_form, put_form
from bot.conversation.forms.words import ANSWER_CHARACTERS, Words
from bot.conversation.messages import Button, Inbound, Reply
from bot.conversation.searching import Search
from bot.conversation.services import ServicesAnswer
from bot.directory.find import Criteria
from bot.directory.places import find_places, here
from bot.handoff.relay import Relay, Report
from bot.store.clock import Clock
from bot.store.turn import Turn

#: Most pieces (texts, pictures, forwarded messages) of one report.
PIECES_MOST = 10
#: Longest text of one piece; one message of Telegram is never longer.
PIECE_CHARACTERS = 4096
#: Longest beginning of a piece that is shown before it is sent.
SHOWN_CHARACTERS = 80
#: Reports of one person in a day; each makes a topic in the staff's group.
REPORTS_A_DAY = 3
KINDS = ("recruiter", "situation")


class ReportForm:
    """The form."""

    def __init__(
        self, catalogues: Catalogues, words: Words, services: ServicesAnswer, relay: Relay, clock: Clock
    ) -> None:
        self._catalogues = catalogues
        self._words = words
        self._services = services
        self._relay = relay
        self._clock = clock

    def begin(self, turn: Turn, language: str, kind: str | None = None) -> list[Reply]:
        """What happens to a report; where there is no staff, that, and who else takes reports."""
        say = self._catalogues.text
        if not self._relay.available:
            country = turn.person.country
            if country:
                search = Search(country, turn.person.city, Criteria(need="report", language=language))
                return [
                    Reply(say("report.nobody", language)),
                    self._services.reply(search, self._services.find(search), language),
                ]
            buttons = ((Button(say("report.services", language), "need:report"),),)
            return [Reply(say("report.nobody", language), buttons)]
        if self._sent_lately(turn) >= REPORTS_A_DAY:
            return [Reply(say("report.enough", language), self._ways_on(language))]
        form = Form("report", step="kind", slots={"kind": kind, "pieces": [], "place": None})
        put_form(turn, form)
        return self.go_on(form, turn, language)

    def offer(self, language: str) -> Reply:
        """That the team can be told too."""
        say = self._catalogues.text
        return Reply(say("report.offer", language), ((Button(say("report.begin", language), "rep:start"),),))

    def go_on(self, form: Form, turn: Turn, language: str) -> list[Reply]:
        """Ask what comes next."""
        say = self._catalogues.text
        put_form(turn, form)
        cancel = Button(say("report.cancel", language), "rep:cancel")
        if form.step == "kind":
            rows: list[tuple[Button, ...]] = [
                (Button(say(f"report.kind.{kind}", language), f"rep:{kind}"),) for kind in KINDS
            ]
            rows.append((Button(say("report.services", language), "need:report"), cancel))
            return [Reply(say("report.intro", language), tuple(rows))]
        if form.step == "collect":
            done = Button(say("report.done", language), "rep:done")
            return [Reply(say(f"report.ask.{form.slots['kind']}", language), ((done, cancel),))]
        if form.step == "place":
            skip = Button(say("report.skip", language), "rep:skip")
            return [Reply(say("report.ask.place", language), ((skip, cancel),))]
        return [self._review(form, language)]

    # Answers

    def read(self, form: Form, inbound: Inbound, turn: Turn, language: str) -> list[Reply] | None:
        """A message while the form is open; None where it is for somebody else."""
        if form.step == "collect":
            return self._collect(form, inbound, turn, language)
        if inbound.kind != "text" or inbound.forwarded:
            return None
        text = inbound.text
        if form.step == "kind":
            kind = next((kind for kind in KINDS if self._words.found(f"report_{kind}", text)), None)
            if kind is None or len(text) > ANSWER_CHARACTERS:
                return None
            return self._kind(form, kind, turn, language)
        if form.step == "place":
            if self._words.answer(text) in ("skip", "unsure", "no"):
                form.step = "review"
                return self.go_on(form, turn, language)
            place = here(text, language)
            if place is not None or (len(text) <= ANSWER_CHARACTERS and find_places(text, language)):
                form.slots["place"] = text[:ANSWER_CHARACTERS]
                form.slots["country"] = place.country if place else None
                form.step = "review"
                return self.go_on(form, turn, language)
            return None
        if self._words.whole("send", text) or self._words.answer(text) == "yes":
            return self._send(form, turn, language)
        if self._words.answer(text) == "no":
            return self.cancel(turn, language)
        return None

    def press(self, argument: str, turn: Turn, language: str) -> list[Reply] | None:
        """A button; None for data it never made or a report that is gone."""
        if argument == "start":
            return self.begin(turn, language)
        form = get_form(turn)
        if form is None or form.name != "report":
            return None
        if argument == "cancel":
            return self.cancel(turn, language)
        if argument in KINDS:
            return self._kind(form, argument, turn, language)
        if argument == "done" and form.step == "collect":
            return self._done(form, turn, language)
        if argument == "skip" and form.step == "place":
            form.step = "review"
            return self.go_on(form, turn, language)
        if argument == "more" and form.step == "review":
            form.step = "collect"
            return self.go_on(form, turn, language)
        if argument.startswith("drop") and argument[4:].isdigit() and form.step == "review":
            at = int(argument[4:])
            if at < len(form.slots["pieces"]):
                del form.slots["pieces"][at]
            form.step = "review" if form.slots["pieces"] else "collect"
            return self.go_on(form, turn, language)
        if argument == "send" and form.step == "review":
            return self._send(form, turn, language)
        return None

    def cancel(self, turn: Turn, language: str) -> list[Reply]:
        """Not sent, and what was collected is erased."""
        put_form(turn, None)
        return [Reply(self._catalogues.text("report.cancelled", language), self._ways_on(language))]

    def _kind(self, form: Form, kind: str, turn: Turn, language: str) -> list[Reply]:
        form.slots["kind"], form.step = kind, "collect"
        return self.go_on(form, turn, language)

    def _collect(self, form: Form, inbound: Inbound, turn: Turn, language: str) -> list[Reply] | None:
        say = self._catalogues.text
        pieces: list[dict[str, Any]] = form.slots["pieces"]
        if inbound.kind == "text" and not inbound.forwarded and not inbound.attached:
            if self._words.whole("done", inbound.text):
                return self._done(form, turn, language)
            if _is_question(inbound.text):
                return None
        done = Button(say("report.done", language), "rep:done")
        cancel = Button(say("report.cancel", language), "rep:cancel")
        if inbound.edited:
            return []  # what they sent first is kept; a correction is a new piece
        if len(pieces) >= PIECES_MOST:
            return [Reply(say("report.full", language, number=PIECES_MOST), ((done, cancel),))]
        if inbound.attached and inbound.message_id is not None:
            pieces.append({"message": inbound.message_id, "text": inbound.text[:PIECE_CHARACTERS]})
        elif inbound.text:
            pieces.append({"text": inbound.text[:PIECE_CHARACTERS]})
        form.between = 0
        put_form(turn, form)
        return [Reply(say("report.noted", language, number=len(pieces)), ((done, cancel),))]

    def _done(self, form: Form, turn: Turn, language: str) -> list[Reply]:
        if not form.slots["pieces"]:
            return [Reply(self._catalogues.text("report.empty", language)), *self.go_on(form, turn, language)]
        form.step = "review" if form.slots.get("place") else "place"
        return self.go_on(form, turn, language)

    def _review(self, form: Form, language: str) -> Reply:
        say = self._catalogues.text
        slots = form.slots
        lines = [say("report.review", language), "• " + say(f"report.kind.{slots['kind']}", language)]
        drops = []
        for at, piece in enumerate(slots["pieces"]):
            drops.append(Button(say("report.drop", language, number=at + 1), f"rep:drop{at}"))
            text = " ".join(piece["text"].split())
            text = text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 1] + "…"
            named = say("report.picture", language) if "message" in piece else ""
            lines.append(say("report.piece", language, number=at + 1, text=f"{named} {text}".strip()))
        if slots.get("place"):
            lines.append(say("report.place", language, place=slots["place"]))
        lines.append("\n" + say("report.review_end", language))
        rows = [
            (Button(say("report.send", language), "rep:send"), Button(say("report.cancel", language), "rep:cancel")),
            (Button(say("report.more", language), "rep:more"),),
            *(tuple(drops[at : at + 3]) for at in range(0, len(drops), 3)),
        ]
        return Reply("\n".join(lines), tuple(rows))

    def _send(self, form: Form, turn: Turn, language: str) -> list[Reply]:
        say = self._catalogues.text
        slots = form.slots
        report = Report(str(slots["kind"]), tuple(slots["pieces"]), slots.get("place"), slots.get("country"), language)
        number = self._relay.report(turn, report)
        put_form(turn, None)
        turn.talk["report"] = number
        turn.talk["reported"] = [*turn.talk.get("reported", [])[1 - REPORTS_A_DAY :], self._clock().isoformat()]
        text = say("report.sent", language, number=number)
        return [Reply(f"{text}\n\n{say('report.keep_safely', language)}", self._ways_on(language, talk=True))]

    def _sent_lately(self, turn: Turn) -> int:
        now = self._clock()
        sent = (datetime.fromisoformat(moment) for moment in turn.talk.get("reported", []))
        return sum(1 for moment in sent if now - moment < timedelta(days=1))

    def _ways_on(self, language: str, *, talk: bool = False) -> tuple[tuple[Button, ...], ...]:
        say = self._catalogues.text
        first = Button(say("report.talk" if talk else "button.human", language), "do:talk_to_human")
        return (
            (first,),
            (
                Button(say("meaning.save_evidence", language), "do:save_evidence"),
                Button(say("report.services", language), "need:report"),
            ),
            (Button(say("button.hide", language), "hide:"), Button(say("button.menu", language), "menu:")),
        )


def _is_question(text: str) -> bool:
    """A short question of the person ("who will see it?") is answered, not taken down as evidence."""
    return len(text) <= ANSWER_CHARACTERS and text.rstrip().endswith(("?", "？"))
