"""The directory's entries as a message: numbers first, what they are, how sure we are, where it comes from."""

from __future__ import annotations

import datetime
import html
from urllib.parse import urlsplit

from babel.dates import format_date

from bot.content.catalogues import Catalogues
from bot.conversation.messages import Button, Reply
from bot.directory.find import Found
from bot.directory.load import Directory
from bot.directory.places import country_name

#: Entries in one message, the emergency entry included: more does not fit a small screen.
SHOWN = 6
#: Needs that have a name of their own in the catalogue and a button under a list of services.
NEEDS = ("hotline", "shelter", "legal", "medical", "psychological", "recovery", "embassy", "return", "report")
_NEED_BUTTONS = ("hotline", "shelter", "legal", "medical", "embassy")


class ServicesAnswer:
    """Builds the answer to "who can help me here"."""

    def __init__(self, catalogues: Catalogues, directory: Directory) -> None:
        self._catalogues = catalogues
        self._directory = directory

    def reply(
        self,
        country: str,
        need: str | None,
        language: str,
        city: str | None = None,
        nationality: str | None = None,
        serves: str | None = None,
    ) -> Reply:
        """Services of a country.

        Args:
            country: ISO code of where the person is.
            need: one of :data:`NEEDS`, or None for all.
            language: of the answer.
            city: puts services of the place first.
            nationality: ISO code of where the person says they come from: whose embassy to show.
            serves: ``women``, ``men`` or ``children``: leaves out what does not let them in.
        """
        say = self._catalogues.text
        result = self._directory.find(
            country, city=city, language=language, need=need, serves=serves, nationality=nationality, limit=SHOWN
        )
        name = country_name(country, language)
        title = (
            say("services.title_need", language, country=name, need=say(f"need.{need}", language))
            if need and self._catalogues.has(f"need.{need}")
            else say("services.title", language, country=name)
        )
        local = [found for found in result if not found.international]
        international = [found for found in result if found.international]
        parts = [title]
        emergency = [found for found in local if found.emergency]
        if emergency:
            parts += [self._emergency(found, language) for found in emergency]
        else:
            parts += [self._entry(found, language) for found in international if found.emergency]
        others = [found for found in local if not found.emergency]
        if result.no_dedicated_line:
            parts.append(say("services.no_line", language, country=name))
        elif not others:
            parts.append(say("services.none", language, country=name))
        parts += [self._entry(found, language) for found in others]
        across = [found for found in international if not found.emergency]
        if across:
            parts.append(say("services.international", language))
            parts += [self._entry(found, language) for found in across]
        parts.append(say("services.not_verified", language) + " " + say("services.safe_call", language))
        return Reply("\n\n".join(parts), self.buttons(need, language))

    def buttons(self, need: str | None, language: str) -> tuple[tuple[Button, ...], ...]:
        """Other needs, a person, another country."""
        say = self._catalogues.text
        needs = [Button(say(f"button.{other}", language), f"need:{other}") for other in _NEED_BUTTONS if other != need]
        return (
            tuple(needs[:2]),
            tuple(needs[2:4]),
            (
                Button(say("button.other_country", language), "country:"),
                Button(say("button.human", language), "do:talk_to_human"),
            ),
        )

    def _emergency(self, found: Found, language: str) -> str:
        say = self._catalogues.text
        numbers = []
        for phone in found.phone_lines()[:4]:
            key = f"for.{phone.for_ or 'unknown'}"
            numbers.append(f"{phone.digits} {say(key if self._catalogues.has(key) else 'for.unknown', language)}")
        text = say("services.emergency", language, numbers=", ".join(numbers))
        return text + (f" ({say('emergency.weak', language)})" if found.weak else "")

    def _entry(self, found: Found, language: str) -> str:
        say = self._catalogues.text
        entry = found.entry
        lines = []
        for phone in found.phone_lines()[:3]:
            remarks = []
            if phone.free:
                remarks.append(say("services.free", language))
            if phone.from_abroad:
                remarks.append(say("services.from_abroad", language))
            lines.append(html.escape(phone.digits, quote=False) + (f" ({', '.join(remarks)})" if remarks else ""))
        title = say("services.entry", language, name=found.name_in(language))
        if entry.city:
            title += f" ({html.escape(entry.city, quote=False)})"
        lines.append(title)
        lines += [
            html.escape(f"{messenger.app}: {messenger.handle}", quote=False) for messenger in entry.messengers[:2]
        ]
        if entry.hours:
            lines.append(say("services.hours", language, hours=entry.hours))
        if entry.website and not found.phone_lines():
            lines.append(say("services.site", language, site=entry.website))
        if found.weak:
            lines.append("⚠ " + say("services.weak", language))
        lines.append(self._provenance(found, language))
        return "\n".join(lines)

    def _provenance(self, found: Found, language: str) -> str:
        say = self._catalogues.text
        publishers: list[str] = []
        for source in found.entry.sources:
            host = urlsplit(source.url).hostname or source.url
            if host not in publishers:
                publishers.append(host.removeprefix("www."))
        text = say("services.sources", language, sources=", ".join(publishers[:2]))
        if isinstance(found.entry.verified, datetime.date):
            day = format_date(found.entry.verified, locale="zh_Hans" if language == "zh" else language)
            text += ". " + say("services.verified_on", language, date=day)
        return text
