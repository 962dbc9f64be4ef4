"""Cases in the staff's forum group: one topic a case, words passed both ways through the outbox.

Staff see what a person writes after consenting, without name or account; the person sees what an agent writes, without
the agent's name. The topic a message goes to is filled in at delivery: a new topic has no number yet.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from typing import Any

from babel import Locale

from bot.content.catalogues import Catalogues
from bot.directory.places import country_name
from bot.store.cases import Case
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


def topic_name(catalogues: Catalogues, case: Case) -> str:
    """What the topic of a case is called, plain text."""
    return html.unescape(catalogues.text("staff.topic", STAFF_LANGUAGE, **_names(catalogues, case)))


def _names(catalogues: Catalogues, case: Case) -> dict[str, str]:
    language, country = str(case.summary.get("language") or STAFF_LANGUAGE), case.summary.get("country")
    return {
        "number": case.id,
        "language": str(Locale(STAFF_LANGUAGE).languages.get(language, language)),
        "country": country_name(str(country), STAFF_LANGUAGE)
        if country
        else catalogues.text("unknown", STAFF_LANGUAGE),
    }


class Relay:
    """Opens, feeds and closes cases in the staff's group.

    Args:
        catalogues: for the few lines the bot itself writes.
        staff_chat_id: the forum group, or None where no staff is connected.
    """

    def __init__(self, catalogues: Catalogues, staff_chat_id: int | None) -> None:
        self._catalogues = catalogues
        self.staff_chat_id = staff_chat_id

    @property
    def available(self) -> bool:
        """Whether there is anybody to hand over to."""
        return self.staff_chat_id is not None

    async def open(self, turn: Turn, reason: str = "talk") -> Case:
        """Open a case for the person of this turn, who has just consented, and ask for its topic.

        Args:
            turn: the person's turn.
            reason: why, a short code.
        """
        person = turn.person
        language = person.language or STAFF_LANGUAGE
        country = person.country
        case = await turn.open_case(reason, {"language": language, "country": country})
        say = self._catalogues.text
        self._to_staff(turn, case, "createForumTopic", {"name": topic_name(self._catalogues, case)})
        unprompted = say("yes" if person.unprompted_ok else "no", STAFF_LANGUAGE)
        self.note(turn, case, "staff.summary", unprompted=unprompted, **_names(self._catalogues, case))
        turn.audit("case.opened", case.id)
        return case

    def note(self, turn: Turn, case: Case, text_id: str, **parameters: object) -> None:
        """A line of the bot itself in the case's topic."""
        text = html.unescape(self._catalogues.text(text_id, STAFF_LANGUAGE, **parameters))
        self._to_staff(turn, case, "sendMessage", {"text": text})

    def from_person(self, turn: Turn, case: Case, text: str, message_id: int | None, *, edited: bool = False) -> None:
        """Pass a person's words to the topic, as plain text."""
        text_id = "staff.edited" if edited else "staff.person"
        for piece in _pieces(text):
            line = html.unescape(self._catalogues.text(text_id, STAFF_LANGUAGE, text=piece))
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
            )
            turn.add_case_message(case, "out", staff_message_id=message_id, relay=draft)
        if turn.person.silent:
            self.note(turn, case, "staff.held")

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
