"""Cases and reports in the staff's forum group: one topic a case, words passed both ways through the outbox.

Staff see what a person writes after consenting, without name or account; the person sees what an agent writes, without
the agent's name. The topic a message goes to is filled in at delivery: a new topic has no number yet.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from babel import Locale

from bot.content.catalogues import Catalogues
from bot.directory.places import country_name
from bot.handoff.safe_hours import may_arrive
from bot.handoff.staff_hours import StaffHours
from bot.store.cases import REPORT, Case
from bot.store.clock import Clock, utc_now
from bot.store.turn import Draft, Turn

#: The language of the topic's own lines. What people and agents write is passed on as it is.
STAFF_LANGUAGE = "en"
#: A line of an agent that begins like this stays in the group.
NOTE_MARK = "//"
#: Longest text passed on in one piece, UTF-16 units; one message holds 4096, and the bot's own words need a few.
_PIECE_UNITS = 3900
_NO_PREVIEW = {"link_preview_options": {"is_disabled": True}}


def _pieces(text: str) -> Iterator[str]:
    rest = text.strip()
    while rest:
        end = units = 0
        while end < len(rest) and units < _PIECE_UNITS:
            units += 2 if ord(rest[end]) > 0xFFFF else 1
            end += 1
        if end < len(rest):
            # Between lines or words where that is possible.
            end = next((cut for mark in "\n " if (cut := rest.rfind(mark, end // 2, end)) > 0), end)
        yield rest[:end].rstrip()
        rest = rest[end:].lstrip()


@dataclass(frozen=True)
class Report:
    """What a person reports.

    Args:
        kind: ``recruiter`` or ``situation``.
        pieces: texts, and messages of the person's chat to be copied (``message``: their number).
        place: where, in the person's words.
        country: its ISO code where it is known.
        language: the person's.
    """

    kind: str
    pieces: tuple[Mapping[str, Any], ...] = field(repr=False)
    place: str | None = field(repr=False)
    country: str | None
    language: str


def topic_name(catalogues: Catalogues, case: Case, staff_language: str = STAFF_LANGUAGE) -> str:
    """What the topic of a case is called, plain text."""
    text_id = "report.staff.topic" if case.kind == REPORT else "staff.topic"
    return html.unescape(catalogues.text(text_id, staff_language, **_names(catalogues, case, staff_language)))


def _names(catalogues: Catalogues, case: Case, staff_language: str) -> dict[str, str]:
    language, country = case.summary.get("language"), case.summary.get("country")
    unknown = catalogues.text("unknown", staff_language)
    return {
        "number": case.id,
        "language": str(Locale(staff_language).languages.get(str(language), language)) if language else unknown,
        "country": country_name(str(country), staff_language) if country else unknown,
    }


class Relay:
    """Opens, feeds and closes cases in the staff's group.

    Args:
        catalogues: for the few lines the bot itself writes.
        staff_chat_id: the forum group, or None where no staff is connected.
        language: of the bot's own lines in the group.
        hours: when staff are there, None where nobody said.
        clock: for the hours in which an agent's words may arrive.
    """

    def __init__(
        self,
        catalogues: Catalogues,
        staff_chat_id: int | None,
        *,
        language: str = STAFF_LANGUAGE,
        hours: StaffHours | None = None,
        clock: Clock = utc_now,
    ) -> None:
        self._catalogues = catalogues
        self.staff_chat_id = staff_chat_id
        self.language = language
        self.hours = hours
        self._clock = clock

    @property
    def available(self) -> bool:
        """Whether there is anybody to hand over to."""
        return self.staff_chat_id is not None

    async def open(self, turn: Turn, summary: Mapping[str, Any], reason: str = "talk") -> Case:
        """Open a case for the person of this turn, who has just consented, and ask for its topic.

        Args:
            turn: the person's turn.
            summary: what the person let staff see: ``language``, ``country``, ``lines`` (ready to read), and how they
                want to be written to (see :mod:`bot.handoff.safe_hours`).
            reason: why, a short code.
        """
        case = await turn.open_case(reason, dict(summary))
        say = self._catalogues.text
        name = topic_name(self._catalogues, case, self.language)
        self._to_staff(turn, case, "createForumTopic", {"name": name})
        unprompted = say("yes" if summary.get("first", True) else "no", self.language)
        names = _names(self._catalogues, case, self.language)
        lines = [say("staff.summary", self.language, unprompted=unprompted, **names), *summary.get("lines", ())]
        self._to_staff(turn, case, "sendMessage", {"text": html.unescape("\n".join(lines))})
        turn.audit("case.opened", case.id)
        return case

    def report(self, turn: Turn, report: Report) -> str:
        """File a report: a case of its own kind with a topic of its own; nothing is passed back.

        Returns:
            its short name.
        """
        say = self._catalogues.text
        texts = [{"text": piece["text"]} for piece in report.pieces if piece["text"]]
        case = turn.file_report(
            {"language": report.language, "country": report.country, "kind": report.kind, "pieces": texts}
        )
        name = topic_name(self._catalogues, case, self.language)
        self._to_staff(turn, case, "createForumTopic", {"name": name})
        names = _names(self._catalogues, case, self.language)
        kind = say(f"report.kind.{report.kind}", self.language)
        place = report.place or say("unknown", self.language)
        intro = say("report.staff.intro", self.language, kind=kind, place=place, **names)
        self._to_staff(turn, case, "sendMessage", {"text": html.unescape(intro)})
        for piece in report.pieces:
            if "message" in piece:
                params = {"from_chat_id": turn.person.chat_id, "message_id": piece["message"]}
                self._to_staff(turn, case, "copyMessage", params)
            else:
                for text in _pieces(piece["text"]):
                    self._to_staff(turn, case, "sendMessage", {"text": text, **_NO_PREVIEW})
        turn.audit("report.filed", case.id)
        return case.id

    def note(self, turn: Turn, case: Case, text_id: str, **parameters: object) -> None:
        """A line of the bot itself in the case's topic."""
        text = html.unescape(self._catalogues.text(text_id, self.language, **parameters))
        self._to_staff(turn, case, "sendMessage", {"text": text})

    def from_person(self, turn: Turn, case: Case, text: str, message_id: int | None, *, edited: bool = False) -> None:
        """Pass a person's words to the topic, as plain text."""
        text_id = "staff.edited" if edited else "staff.person"
        for piece in _pieces(text):
            line = html.unescape(self._catalogues.text(text_id, self.language, text=piece))
            draft = self._to_staff(turn, case, "sendMessage", {"text": line, **_NO_PREVIEW})
            turn.add_case_message(case, "in", person_message_id=message_id, relay=draft)

    def copy_from_person(self, turn: Turn, case: Case, message_id: int) -> None:
        """Pass a picture, voice or file to the topic; a copy does not name its sender."""
        params = {"from_chat_id": turn.person.chat_id, "message_id": message_id}
        draft = self._to_staff(turn, case, "copyMessage", params)
        turn.add_case_message(case, "in", person_message_id=message_id, relay=draft)

    def from_agent(self, turn: Turn, case: Case, text: str, message_id: int) -> None:
        """Pass an agent's words to the person; held back while nothing may be sent to them unprompted."""
        language = turn.person.language or STAFF_LANGUAGE
        hold = not self.may_arrive(turn, case)
        turn.keep_held = hold
        if case.state == "waiting":
            case.state = "open"
            turn.change_case(case)
        for piece in _pieces(text):
            draft = turn.send(
                "sendMessage",
                {
                    "chat_id": turn.person.chat_id,
                    "markup": self._catalogues.text("handoff.agent", language, text=piece),
                },
                purpose="agent",
                unprompted=True,
                case_id=case.id,
                hold=hold,
            )
            turn.add_case_message(case, "out", staff_message_id=message_id, relay=draft)
        if turn.person.silent:
            self.note(turn, case, "staff.held")
        elif hold:
            self.note(turn, case, "card.staff.held")

    def may_arrive(self, turn: Turn, case: Case) -> bool:
        """Whether an agent's words may reach the person now, by what they said on the consent card."""
        wrote = turn.person.fields.get("wrote_at")
        return may_arrive(case.summary, datetime.fromisoformat(wrote) if wrote else case.opened_at, self._clock())

    def heard(self, turn: Turn) -> None:
        """The person is here and writes."""
        turn.person.fields["wrote_at"] = self._clock().isoformat()

    def close(self, turn: Turn, case: Case, by: str) -> None:
        """End a case.

        Args:
            by: ``person`` or ``agent``; an agent's closing is told to the person, but never to a silent phone.
        """
        if by == "agent":
            language = turn.person.language or STAFF_LANGUAGE
            turn.send(
                "sendMessage",
                {
                    "chat_id": turn.person.chat_id,
                    "markup": self._catalogues.text("handoff.closed", language),
                },
                purpose="agent",
                unprompted=True,
                case_id=case.id,
            )
        self.note(turn, case, f"staff.closed_by_{by}")
        self._to_staff(turn, case, "closeForumTopic", {})
        turn.close_case(case)
        turn.audit(f"case.closed_by_{by}", case.id)

    def _to_staff(self, turn: Turn, case: Case, method: str, params: dict[str, Any]) -> Draft:
        topic = {} if case.topic_id is None or method == "createForumTopic" else {"message_thread_id": case.topic_id}
        return turn.send(
            method,
            {"chat_id": self.staff_chat_id, **topic, **params},
            purpose="staff",
            lane=f"case:{case.id}",
            case_id=case.id,
        )
