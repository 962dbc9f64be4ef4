"""Screen one offer: text in, level, flags and quotes out. Knows nothing of Telegram or Rasa."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.content.disguise import Disguises, Reading
from bot.content.han_sound import SoundedText
from bot.content.languages import candidates, identify
from bot.content.normalise import HAN, Normalised, normalise
from bot.screening.contacts import has_short_link, phone_countries
from bot.screening.detect import Detector, Finding
from bot.screening.named import NamedThings
from bot.screening.offer import SHORT, THRESHOLD, OfferRecogniser
from bot.screening.pay import PayTable
from bot.screening.score import Level, level, score

#: More than this of one offer is not read: it bounds the work a hostile text can cause.
READ_CHARACTERS = 20_000
#: From so many words that only a filter would not read, they are written so on purpose.
DISGUISED_WORDS = 2
#: Where the language is this sure, the rules of others look away: a word means other things there.
SURE_OF_LANGUAGE = 0.97
SURELY_CHARACTERS = 200
#: The beginning of an offer, by which its language is told.
TELLING_CHARACTERS = 160
#: So many letters of another script are a text of their own within a text: its rules look too.
ANOTHER_TEXT = 60
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_LATIN = re.compile("[a-z]")
_SCRIPTS = {"zh": HAN, "ru": _CYRILLIC, "bg": _CYRILLIC, "en": _LATIN}
_RUSSIAN_LETTERS = re.compile("[ыэ]")
_BULGARIAN_LETTERS = re.compile("ъ(?![еюяи])|щя")


@dataclass(frozen=True)
class Screening:
    """What was found in one text.

    Args:
        language: language of the offer.
        is_offer: it looks like an offer; otherwise there are no flags and the level is low.
        level: high, medium or low; low never means safe.
        score: 0 to 1.
        findings: red flags in the order they stand in the text.
        short: so little text that little can be said.
        missing: what an advertisement usually names and this one does not, of :data:`bot.screening.named.NAMED`.
        disguised: words in it are written so that filters do not see them.
        phone_countries: ISO 3166-1 codes of the countries its phone numbers belong to.
        short_link: a link in it hides where it leads.
    """

    language: str
    is_offer: bool
    level: Level
    score: float
    findings: tuple[Finding, ...]
    short: bool = False
    missing: tuple[str, ...] = ()
    disguised: bool = False
    phone_countries: tuple[str, ...] = ()
    short_link: bool = False

    def as_json(self) -> dict[str, Any]:
        """The form of ``pristan screen --format jsonl``."""
        return {
            "language": self.language,
            "is_offer": self.is_offer,
            "level": self.level,
            "score": self.score,
            "flags": [
                {"id": finding.id, "quote": finding.quote, "start": finding.start, "end": finding.end}
                for finding in self.findings
            ],
        }


@dataclass(frozen=True)
class ReadOffer:
    """An offer and how it may be read.

    Args:
        text: what of it is read, as it came.
        readings: the plainest first.
        uncovered: the text with what is written so that filters do not see it put right.
        hidden_words: how many words are written so.
        sounded: a Chinese text by its sound, where some of it is spelt.
    """

    text: str
    readings: tuple[Reading, ...]
    uncovered: Normalised
    hidden_words: int
    sounded: SoundedText | None = None


class Screener:
    """Detector, scorer and recogniser of offers, loaded once."""

    def __init__(
        self,
        detector: Detector,
        recogniser: OfferRecogniser,
        disguises: Disguises,
        pay: PayTable,
        named: NamedThings,
    ) -> None:
        self._detector = detector
        self._recogniser = recogniser
        self._disguises = disguises
        self._pay = pay
        self._named = named

    @classmethod
    def load(cls, locales: Path) -> Screener:
        """Read the rules under a ``locales`` folder.

        Raises:
            PatternError: a rule file is missing or wrong; names file and line.
        """
        detector, recogniser = Detector.load(locales), OfferRecogniser.load(locales)
        disguises = Disguises.load(locales, itertools.chain(detector.rules, recogniser.rules))
        return cls(detector, recogniser, disguises, PayTable.load(locales / "pay.yml"), NamedThings.load(locales))

    def read(self, text: str) -> ReadOffer:
        """Put what is hidden in a text right.

        Args:
            text: the offer as it came; its first 20,000 code points are read.
        """
        text = text[:READ_CHARACTERS]
        normalised = normalise(text)
        surely = _surely(normalised.text)
        languages = _languages(normalised.text, surely)
        otherwise, uncovered, hidden_words = self._disguises.look(normalised, surely)
        readings = (Reading(normalised, languages), *(_narrowed(reading, surely) for reading in otherwise))
        decoded = next((one.text for one in otherwise if one.languages == ("zh",)), uncovered)
        return ReadOffer(text, readings, uncovered, hidden_words, self._detector.sounded(decoded))

    def plain(self, text: str) -> str:
        """A text with the words put right that are hidden in it; as it came where none are."""
        return self._disguises.plain(text)

    def screen(self, text: str, *, surely_offer: bool = False) -> Screening:
        """Screen a text.

        Args:
            text: the offer as it came; its first 20,000 code points are read.
            surely_offer: the person said that it is an offer, or the dialogue model did.
        """
        return self.judge(self.read(text), surely_offer=surely_offer)

    def judge(self, read: ReadOffer, *, surely_offer: bool = False) -> Screening:
        """Screen a text that was read.

        Args:
            read: what :meth:`read` returned.
            surely_offer: see :meth:`screen`.
        """
        text, readings = read.text, read.readings
        languages = readings[0].languages
        findings = self._weigh_pay(self._detector.find(readings, read.sounded), readings)
        language = languages[0] if len(languages) == 1 else identify(text[:TELLING_CHARACTERS]).language or "en"
        is_offer = self._recogniser.likeness(readings, len(findings)) >= THRESHOLD or (
            surely_offer and bool(text.strip())
        )
        if not is_offer:
            return Screening(language, False, "low", 0.0, ())
        value = score(finding.id for finding in findings)
        return Screening(
            language,
            True,
            level(value),
            value,
            tuple(findings),
            short=len(text.strip()) < SHORT,
            missing=self._named.missing(readings),
            disguised=read.hidden_words >= DISGUISED_WORDS,
            phone_countries=phone_countries(text),
            short_link=has_short_link(text),
        )

    def _weigh_pay(self, findings: list[Finding], readings: Sequence[Reading]) -> list[Finding]:
        """Pay by amount: added where it is far above what the country pays, taken away where it is usual there."""
        for text in {id(reading.text): reading.text for reading in readings}.values():
            if not any(map(str.isdigit, text.text)):
                continue
            far, usual = self._pay.judge(text)
            known = next((finding for finding in findings if finding.id == "unrealistic_pay"), None)
            if far is not None and known is None:
                start, end = text.span(far.start, far.end)
                found = Finding("unrealistic_pay", start, end, text.original[start:end], by_words=False)
                return sorted([*findings, found], key=lambda finding: (finding.start, finding.id))
            if usual and known is not None and any(map(str.isdigit, known.quote)):
                return [finding for finding in findings if finding is not known]
        return findings


def _narrowed(reading: Reading, surely: str | None) -> Reading:
    """A reading with the rules of those languages alone that it, or the text as it stands, surely is in."""
    if surely is not None:
        return Reading(reading.text, tuple(language for language in reading.languages if language == surely))
    if len(reading.languages) < 2:
        return reading
    shown = _languages(reading.text.text, _surely(reading.text.text))
    kept = tuple(language for language in reading.languages if language in shown)
    return Reading(reading.text, kept or reading.languages)


def _surely(text: str) -> str | None:
    """The one language a text is in, where that is sure."""
    found = identify(text[:SURELY_CHARACTERS])
    if len(text) < SHORT or found.language is None or found.confidence < SURE_OF_LANGUAGE:
        return None
    return None if _another_text(text, found.language) else found.language


def _another_text(text: str, language: str) -> bool:
    """Whether a good part of a text is in another script: an offer must not be hidden behind another language's."""
    others = {script for script in _SCRIPTS.values() if script is not _SCRIPTS[language]}
    return any(
        next(itertools.islice(script.finditer(text), ANOTHER_TEXT - 1, None), None) is not None for script in others
    )


def _languages(text: str, surely: str | None) -> tuple[str, ...]:
    """Whose rules look at a text: of Russian and Bulgarian only one, where letters that the other lacks show it.

    Text in Latin letters that may be either has a reading of its own (:mod:`bot.content.disguise`).
    """
    if surely is not None:
        return (surely,)
    possible = tuple(candidates(text))
    if not _CYRILLIC.search(text):
        return tuple(language for language in possible if language in ("en", "zh"))
    russian, bulgarian = bool(_RUSSIAN_LETTERS.search(text)), bool(_BULGARIAN_LETTERS.search(text))
    if russian == bulgarian:
        return possible
    return tuple(language for language in possible if language != ("bg" if russian else "ru"))
