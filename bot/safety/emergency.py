"""The answer to an alarm: digits first, for the need and the place the person named, and nothing that can wait."""

from __future__ import annotations

from bot.content.catalogues import Catalogues, UnknownText
from bot.content.languages import LANGUAGES
from bot.directory.find import EmergencyLine, EmergencyNumbers
from bot.directory.load import Directory
from bot.directory.places import country_name
from bot.safety.net import Emergency

#: Lines shown at most; more is not read by somebody who is afraid.
_LINES = 4


class EmergencyAnswer:
    """Builds the answer from the directory and the catalogues, without model, database or network."""

    def __init__(self, catalogues: Catalogues, directory: Directory) -> None:
        self._catalogues = catalogues
        self._directory = directory
        for language in LANGUAGES:  # names of countries are read from disk once: now, not when somebody is in danger
            country_name("BG", language)

    def _say(self, text_id: str, language: str, /, **parameters: object) -> str:
        """A text, or nothing: a text that an editor lost must not cost anybody the number."""
        try:
            return self._catalogues.text(text_id, language, **parameters)
        except UnknownText:
            return ""

    def text(self, kind: Emergency, language: str, country: str | None) -> str:
        """The message (HTML subset).

        Args:
            kind: what the alarm is about.
            language: to answer in.
            country: ISO code of the place the person named, or None where it is not known; never guessed.
        """
        say = self._say
        numbers = self._directory.emergency(country, kind)
        lines = [self._line(line, language) for line in numbers.lines[:_LINES]] if numbers.country else []
        if not lines:
            lines = self._without_numbers(kind, language, country, numbers)
        if numbers.only_police:
            lines.append(say("emergency.only_police", language))
        parts = ["\n".join(lines), say(f"emergency.{kind}.lead", language), say(f"emergency.{kind}.steps", language)]
        if not numbers.country or not numbers.lines:
            if numbers.countries_112:
                names = sorted(country_name(code, language) for code in numbers.countries_112)
                parts.append(say("emergency.list_112", language, countries=", ".join(names)))
            parts.append(say("emergency.ask_country", language))
        parts.append(say("emergency.hide", language))
        return "\n\n".join(part for part in parts if part)

    def numbers(self, kind: Emergency, language: str, country: str | None) -> str:
        """Only the numbers, to stand above a question when it is not sure that this is an emergency."""
        numbers = self._directory.emergency(country, kind)
        lines = [self._line(line, language) for line in numbers.lines[:2]] if numbers.country else []
        return "\n".join(lines or self._without_numbers(kind, language, country, numbers, listed=False))

    def place_known(self, country: str | None) -> bool:
        """Whether the directory has emergency numbers of a country."""
        return bool(country and self._directory.emergency(country, "danger").lines)

    def _line(self, line: EmergencyLine, language: str) -> str:
        say = self._say
        reaches = f"for.{line.reaches}"
        what = say(reaches if self._catalogues.has(reaches) else "for.unknown", language)
        if line.entry.kind != "emergency":
            what = line.entry.name_in(language)
        country = country_name(line.entry.country, language)
        # A line's own name often says the country already.
        known = country.casefold() in what.casefold()
        template = "emergency.number" if known else "emergency.number_country"
        text = say(template, language, number=line.number, what=what, country=country) or line.number
        if line.weak:
            text += f" ({say('emergency.weak', language)})"
        return text

    def _without_numbers(
        self, kind: Emergency, language: str, country: str | None, numbers: EmergencyNumbers, *, listed: bool = True
    ) -> list[str]:
        say = self._say
        if country:
            key = "emergency.no_medical_number" if kind == "medical" else "emergency.no_number"
            return [say(key, language, country=country_name(country, language))]
        return [say("emergency.unknown_place" if listed else "emergency.112", language) or " / ".join(numbers.digits)]
