"""The directory's entries as a message: numbers first, what they are, how sure we are, where it comes from."""

from __future__ import annotations

import datetime
import html
from collections.abc import Sequence
from urllib.parse import urlsplit

from babel.dates import format_date

from bot.content.catalogues import Catalogues
from bot.conversation.messages import Button, Reply
from bot.conversation.searching import Search
from bot.directory.cities import CITY_KM
from bot.directory.find import FindResult, Found
from bot.directory.hours import say_hours
from bot.directory.load import Directory
from bot.directory.model import Entry
from bot.directory.places import city_name, country_name

#: Entries in one message, the emergency entry included: more does not fit a small screen.
SHOWN = 6
#: Needs that have a button under a list of services.
_NEED_BUTTONS = ("hotline", "shelter", "legal", "medical", "embassy")
#: All that may be chosen, the commonest first.
ALL_NEEDS = (
    "hotline", "shelter", "legal", "medical", "labour", "documents", "embassy", "return", "psychological", "recovery",
    "violence", "child", "asylum", "report",
)  # fmt: skip
#: Needs for which it matters that no confirmed line against trafficking is known.
_NEEDS_OF_THE_LINE = frozenset({None, "hotline", "report", "danger", "recovery"})
#: Needs that a person's own state serves.
_OF_OWN_STATE = frozenset({"embassy", "return", "documents"})
#: Longest label of a button, characters; longest text of a message, UTF-16 code units, with room for the rest
#: (https://core.telegram.org/bots/api#sendmessage).
_LABEL, _MESSAGE_UNITS = 48, 3900


class ServicesAnswer:
    """Builds the answer to "who can help me here"."""

    def __init__(self, catalogues: Catalogues, directory: Directory) -> None:
        self._catalogues = catalogues
        self._directory = directory

    def find(self, search: Search) -> FindResult:
        """The entries for a search whose country is known."""
        return self._directory.search(search.country, search.city, search.wanted, SHOWN)

    def reply(self, search: Search, result: FindResult, language: str, before: str = "") -> Reply:
        """Services of a country.

        Args:
            search: what was looked for; its country is known.
            result: what :meth:`find` found.
            language: of the answer.
            before: a line above the list.
        """
        say = self._catalogues.text
        country, need = str(search.country), search.wanted.need
        name = country_name(country, language)
        title = (
            say("services.title_need", language, country=name, need=say(f"need.{need}", language))
            if need and self._catalogues.has(f"need.{need}")
            else say("services.title", language, country=name)
        )
        if search.city:
            title += "\n" + say("services.place", language, city=city_name(country, search.city, language))
        local = [found for found in result if not found.international and not found.home_country]
        home = [found for found in result if found.home_country]
        international = [found for found in result if found.international]
        parts = [*([before] if before else []), title]
        emergency = [found for found in local if found.emergency]
        if emergency:
            parts += [self._emergency(found, language) for found in emergency]
        else:
            parts += [self._emergency(found, language) for found in international if found.emergency]
        others = [found for found in local if not found.emergency]
        if result.no_dedicated_line and need in _NEEDS_OF_THE_LINE:
            parts.append(say("services.no_line", language, country=name))
        elif not others:
            parts.append(say("services.none", language, country=name))
        elif result.only_fallback:
            parts.append(say("services.only_fallback", language, country=name))
        parts += self._about_groups(search, others, language)
        parts += [self._entry(found, search, language) for found in others]
        if home:
            parts.append(say("services.far_from_home", language))
            parts += [self._entry(found, search, language) for found in home]
        if need in _OF_OWN_STATE and result.no_own_embassy and search.wanted.nationality:
            own = country_name(search.wanted.nationality, language)
            parts.append(say("services.no_embassy", language, nationality=own, country=name))
        elif result.no_own_embassy and search.wanted.nationality:
            own = country_name(search.wanted.nationality, language)
            parts.append(say("searches.no_own_consulate", language, nationality=own, country=name))
        elif result.ask_nationality:
            parts.append(say("services.ask_nationality", language))
        across = [found for found in international if not found.emergency]
        if across:
            parts.append(say("services.international", language))
            parts += [self._entry(found, search, language) for found in across]
        if any(found.entry.hours and not found.entry.around_the_clock for found in result):
            parts.append(say("searches.holidays", language))
        parts.append(say("services.not_verified", language) + " " + say("services.safe_call", language))
        return Reply(_fitting(parts), self.buttons(need, language), search=search)

    def _about_groups(self, search: Search, others: Sequence[Found], language: str) -> list[str]:
        """What is good to know for the people the help is for, where no entry says it itself."""
        say = self._catalogues.text
        lines = []
        for group, text in (("lgbt", "services.lgbt"), ("undocumented", "services.without_papers")):
            if group in search.wanted.groups and not any(group in found.entry.serves for found in others):
                lines.append(say(text, language))
        return lines

    def buttons(self, need: str | None, language: str) -> tuple[tuple[Button, ...], ...]:
        """Other needs, a number that fails, a person, another country, where it comes from."""
        say = self._catalogues.text
        needs = [Button(say(f"button.{other}", language), f"need:{other}") for other in _NEED_BUTTONS if other != need]
        return (
            tuple(needs[:2]),
            tuple(needs[2:4]),
            (
                Button(say("button.other_needs", language), "needs:"),
                Button(say("services.failed.button", language), "dead:"),
            ),
            (
                Button(say("button.other_country", language), "country:"),
                Button(say("button.human", language), "do:talk_to_human"),
            ),
            (Button(say("button.sources", language), "origin:"),),
        )

    def all_needs(self, language: str) -> Reply:
        """Every kind of help there is, as buttons."""
        say = self._catalogues.text
        buttons = [Button(say(f"button.{need}", language), f"need:{need}") for need in ALL_NEEDS]
        rows = tuple(tuple(buttons[index : index + 2]) for index in range(0, len(buttons), 2))
        return Reply(say("services.other_needs", language), rows)

    def which_failed(self, entry_ids: Sequence[str], language: str) -> Reply:
        """Which of the numbers shown did not work? Empty where none is known any more."""
        say = self._catalogues.text
        rows = []
        for entry_id in entry_ids:
            entry = self._directory.get(entry_id)
            if entry is None or not entry.reachable_now:
                continue
            lines = entry.phone_lines()
            digits = lines[0].digits if lines else entry.messengers[0].app
            rows.append((Button(_short(f"{digits} {entry.name_in(language)}"), f"dead:{entry.id}"),))
        if not rows:
            return Reply(say("services.failed.nothing", language))
        return Reply(say("services.failed.which", language), tuple(rows))

    def entry(self, entry_id: str) -> Entry | None:
        """An entry that may be shown, by its id."""
        return self._directory.get(entry_id)

    def origins(self, entry_ids: Sequence[str], language: str) -> Reply:
        """Where each entry that was shown comes from: who says what, when, and when a person last checked it."""
        say = self._catalogues.text
        parts = [say("sources.title", language)]
        for entry_id in entry_ids:
            entry = self._directory.get(entry_id)
            if entry is None:
                continue
            digits = ", ".join(line.digits for line in entry.phone_lines()[:2])
            lines = [say("services.entry", language, name=entry.name_in(language))]
            lines[0] += f" {html.escape(digits, quote=False)}" if digits else ""
            for source in entry.sources[:2]:
                line = say("sources.line", language, publisher=_publisher(source.url), says=source.says)
                if source.month():
                    line += f" ({say('sources.date', language, date=source.page_date)})"
                lines.append(line)
            if entry.verified:
                lines.append(say("services.verified_on", language, date=_day(entry.verified, language)))
            parts.append("\n".join(lines))
        return Reply(_fitting(parts) if len(parts) > 1 else say("sources.none", language))

    def _emergency(self, found: Found, language: str) -> str:
        say = self._catalogues.text
        numbers = []
        for phone in found.phone_lines()[:4]:
            key = f"for.{phone.for_ or 'unknown'}"
            numbers.append(f"{phone.digits} {say(key if self._catalogues.has(key) else 'for.unknown', language)}")
        text = say("services.emergency", language, numbers=", ".join(numbers))
        text += f" ({say('emergency.weak', language)})" if found.weak else ""
        return f"{text}\n{self._provenance(found, language)}"

    def _entry(self, found: Found, search: Search, language: str) -> str:
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
        remarks = []
        if entry.city:
            remarks.append(city_name(entry.country, entry.city, language))
        if found.km is not None and found.km > CITY_KM:
            remarks.append(say("services.km", language, km=found.km))
        remarks += [say(f"services.for_{group}", language) for group in _said_groups(entry, search.wanted.groups)]
        if remarks:
            title += f" ({html.escape(', '.join(remarks), quote=False)})"
        lines.append(title)
        lines += [
            html.escape(f"{messenger.app}: {messenger.handle}", quote=False) for messenger in entry.messengers[:2]
        ]
        if entry.hours:
            hours = say("services.hours", language, hours=say_hours(entry.hours, language))
            if not entry.around_the_clock and found.open is not None:
                hours += f" — {say('services.open_now' if found.open else 'services.closed_now', language)}"
            lines.append(hours)
        if entry.id in search.wanted.failed:
            lines.append("⚠ " + say("services.did_not_work", language))
        if entry.website and not found.phone_lines():
            lines.append(say("services.site", language, site=entry.website))
        if found.weak:
            lines.append("⚠ " + say("services.weak", language))
        lines.append(self._provenance(found, language))
        return "\n".join(lines)

    def _provenance(self, found: Found, language: str) -> str:
        say = self._catalogues.text
        publishers = list(dict.fromkeys(_publisher(source.url) for source in found.entry.sources))
        text = say("services.sources", language, sources=", ".join(publishers[:2]))
        if isinstance(found.entry.verified, datetime.date):
            text += ". " + say("services.verified_on", language, date=_day(found.entry.verified, language))
        return text


def _said_groups(entry: Entry, wanted: Sequence[str]) -> list[str]:
    """Groups to name beside an entry: those it is only for, and those of the person it says it is for."""
    said = [group for group in wanted if group in entry.serves]
    if "anyone" not in entry.serves:
        only = {"women", "children", "men"} & set(entry.serves)
        said += [group for group in ("women", "children") if only == {group}]
    elif "men" in wanted:
        said.append("men")
    return list(dict.fromkeys(said))


def _publisher(url: str) -> str:
    return (urlsplit(url).hostname or url).removeprefix("www.")


def _day(day: datetime.date, language: str) -> str:
    return format_date(day, locale="zh_Hans" if language == "zh" else language)


def _short(label: str) -> str:
    return label if len(label) <= _LABEL else label[: _LABEL - 1] + "…"


def _fitting(parts: Sequence[str]) -> str:
    """Parts as one message; what does not fit a message is left out from the end but for the last part."""
    *body, last = parts
    while body and len("\n\n".join([*body, last]).encode("utf-16-le")) // 2 > _MESSAGE_UNITS:
        body.pop()
    return "\n\n".join([*body, last])
