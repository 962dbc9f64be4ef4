"""What one entry of the directory is: a service, its numbers, and where each fact comes from.

The files in ``locales/directory/`` are written by people who do not program, so every field is checked and every
error says which field of which entry is wrong. Rules that must hold everywhere live here: a withheld entry is not
shown, an entry for ``anyone`` is also for men, hours that nobody wrote down do not mean "open".
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from babel import Locale
from pydantic import BaseModel, Extra, Field, root_validator, validator

from bot.content.normalise import HAN

#: Country code of entries that belong to no single country. ISO 3166 leaves ZZ to its users; CLDR: "unknown region".
INTERNATIONAL = "ZZ"

Kind = Literal[
    "emergency", "hotline", "consular", "ngo", "child_helpline", "government", "shelter", "labour_inspectorate",
    "legal_aid", "reintegration", "psychological", "union",
]  # fmt: skip
Service = Literal[
    "emergency", "trafficking", "labour_exploitation", "sexual_exploitation", "domestic_violence", "child_protection",
    "psychological", "suicide_prevention", "legal_aid", "medical", "shelter", "repatriation", "reintegration",
    "documents", "asylum", "missing_persons", "cybercrime", "report", "referral",
]  # fmt: skip
Serves = Literal[
    "anyone", "women", "men", "children", "families", "foreigners", "citizens_abroad", "lgbt", "undocumented",
]  # fmt: skip
#: Whom the person says the help is for. The last two say nothing of sex or age: they shut no service out.
Group = Literal["children", "families", "men", "women", "lgbt", "undocumented"]
Confidence = Literal["confirmed", "single_source", "weak"]
PhoneFor = Literal["all", "police", "ambulance", "fire", "sms_police", "tourist_police", "other", "unknown"]
OnlyFor = Literal["seafarers"]
MessengerApp = Literal["sms", "whatsapp", "viber", "telegram", "signal", "wechat", "line", "messenger"]

KINDS: tuple[Kind, ...] = get_args(Kind)
SERVICES: tuple[Service, ...] = get_args(Service)
SERVES: tuple[Serves, ...] = get_args(Serves)
CONFIDENCES: tuple[Confidence, ...] = get_args(Confidence)

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
_E164 = re.compile(r"\+[1-9]\d{6,14}\Z")
_LANGUAGE = re.compile(r"[a-z]{2,3}\Z")
_URL = re.compile(r"https?://[^\s<>\"]+\Z")
_EMAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+\Z")
_NUMBER = re.compile(r"[+*#(]?[\d(]")
#: Words in brackets inside a number, such as "(St Petersburg)"; an area code in brackets has no letters and stays.
_REMARK = re.compile(r"\s*\(([^()]*[^\W\d_][^()]*)\)")
_MONTH = re.compile(r"(?<!\d)(20\d\d|19\d\d)(?:-(0[1-9]|1[0-2]))?")
#: The script a language is read in, where it is not the Latin one.
_SCRIPTS = {
    "ru": re.compile("[\u0400-\u04ff]"),
    "bg": re.compile("[\u0400-\u04ff]"),
    "zh": HAN,
}
#: Groups by sex or age; the other words of ``serves`` say something about papers or family, not about who is let in.
_SEX_OR_AGE = frozenset({"women", "men", "children"})
#: What a source admits about itself when it is only a copy or a page that anybody can write.
_POOR_SOURCE = re.compile(r"\b(mirror|low ?trust)\b", re.IGNORECASE)
#: Sources older than this are worth a check before a person relies on them.
OLD_AFTER = datetime.timedelta(days=2 * 365)


@lru_cache(maxsize=1)
def _countries() -> frozenset[str]:
    territories = {str(code) for code in Locale("en").territories}
    # CLDR also names groups of countries, test regions and parts of countries that are not in ISO 3166-1.
    groupings = {"EU", "EZ", "UN", "QO", "XA", "XB", "AC", "CP", "CQ", "DG", "EA", "IC", "TA", INTERNATIONAL}
    return frozenset(code for code in territories if len(code) == 2 and code.isalpha()) - groupings


def is_country(code: str) -> bool:
    """Whether a code is a country of ISO 3166-1 alpha-2 (or XK), not the international ``ZZ``."""
    return code in _countries()


@lru_cache(maxsize=256)
def _is_time_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _http(url: str) -> str:
    if not _URL.match(url):
        raise ValueError("a link begins with http:// or https:// and has no blanks")
    return url


class _Strict(BaseModel):
    class Config:
        extra = Extra.forbid
        allow_mutation = False
        frozen = True
        anystr_strip_whitespace = True
        min_anystr_length = 1
        copy_on_model_validation = "none"


@dataclass(frozen=True)
class PhoneLine:
    """One number as it may be shown.

    Args:
        number: digits as people dial them in the country, without remarks.
        e164: the same as ``+`` and country code; None for short numbers, which work only in the country.
        note: what the directory says beside it, such as a city, in English; may be empty.
        for_: what an emergency number reaches; None for other entries.
        free: True only where a source says so.
        from_abroad: whether it works from abroad; None if nobody said.
    """

    number: str
    e164: str | None
    note: str
    for_: PhoneFor | None
    free: bool | None
    from_abroad: bool | None

    @property
    def digits(self) -> str:
        """What to show: ``+E.164``, which Telegram makes a link on any phone, else the short number."""
        return self.e164 or self.number

    def __str__(self) -> str:
        return f"{self.digits} ({self.note})" if self.note else self.digits


class Phone(_Strict):
    """One telephone number of an entry."""

    number: str
    for_: PhoneFor | None = Field(None, alias="for")
    e164: str | None
    free: bool | None
    from_abroad: bool | None

    @validator("number")
    def _number_is_digits(cls, value: str) -> str:
        if not _NUMBER.match(value):
            raise ValueError("a number begins with a digit, +, *, # or (")
        return value

    @validator("e164")
    def _e164_is_possible(cls, value: str | None) -> str | None:
        if value is None:
            return None
        if not _E164.match(value):
            raise ValueError("e164 is + and 7 to 15 digits without blanks, or null")
        if not phonenumbers.is_possible_number(phonenumbers.parse(value)):
            raise ValueError("e164 has too many or too few digits for its country")
        return value

    @property
    def dialled(self) -> str:
        """The number without remarks in brackets."""
        return _REMARK.sub("", self.number).strip()

    @property
    def note(self) -> str:
        """The remarks in brackets, in English; empty if there are none."""
        return "; ".join(remark.strip() for remark in _REMARK.findall(self.number))

    def line(self) -> PhoneLine:
        """The number ready to be shown."""
        return PhoneLine(self.dialled, self.e164, self.note, self.for_, self.free, self.from_abroad)


class Messenger(_Strict):
    """An account where the service answers in writing."""

    app: MessengerApp
    handle: str


class Source(_Strict):
    """Where a fact was read, what it says, and how old the page is (``2025-09``, ``2022`` or ``unknown``)."""

    url: str
    says: str
    page_date: str

    _url = validator("url", allow_reuse=True)(_http)

    def month(self) -> datetime.date | None:
        """First day of the page's month, or None where the date is unknown.

        A guess such as ``unknown (about 2019)`` counts as known: it is the best that is known of its age. A year
        alone counts as its January, so that nothing looks younger than it is.
        """
        found = _MONTH.search(self.page_date)
        return datetime.date(int(found[1]), int(found[2] or 1), 1) if found else None

    @property
    def poor(self) -> bool:
        """Only a copy of a page, or a page that anybody may write."""
        return bool(_POOR_SOURCE.search(self.says) or _POOR_SOURCE.search(self.page_date))


class Name(_Strict):
    """The entry's name in each language; ``native`` is what people of the country call it."""

    en: str
    native: str | None
    ru: str | None
    bg: str | None
    zh: str | None


class Entry(_Strict):
    """One service of the directory.

    Args:
        id: stable name, unique in the whole directory.
        country: ISO 3166-1 alpha-2, or ``ZZ`` for services of no single country.
        city: where it is or which part it covers, in English; None if it serves the whole country.
        citizens_of: only for people of this country (embassies, lines for nationals abroad).
        valid_in: the only countries where an international number is worth showing; empty if it is tied to none.
        only_for: one occupation, where a service helps nobody else.
        dedicated_line: an editor's word on whether this is the country's anti-trafficking line; None: by the rule of
            ``bot.directory.find.has_dedicated_line``.
        hours: opening hours as written, OpenStreetMap syntax where possible; None means unknown, not open.
        verified: the day a person last checked it by calling or on its official page; None until somebody did.
        withhold: never shown; ``notes`` say why.
    """

    id: str
    country: str
    city: str | None
    name: Name
    operator: str | None
    kind: Kind
    services: tuple[Service, ...]
    serves: tuple[Serves, ...]
    citizens_of: str | None
    valid_in: tuple[str, ...] = ()
    only_for: OnlyFor | None
    phones: tuple[Phone, ...]
    messengers: tuple[Messenger, ...] = ()
    email: str | None
    website: str | None
    languages: tuple[str, ...]
    hours: str | None
    timezone: str
    notes: str | None
    sources: tuple[Source, ...]
    confidence: Confidence
    dedicated_line: bool | None
    verified: datetime.date | None
    verified_by: str | None
    withhold: bool = False

    @validator("id")
    def _id_is_plain(cls, value: str) -> str:
        if not _ID.match(value):
            raise ValueError("an id has only small letters a-z, digits and single hyphens")
        return value

    @validator("services", "serves", "sources")
    def _not_empty(cls, value: tuple[Any, ...]) -> tuple[Any, ...]:
        if not value:
            raise ValueError("needs at least one")
        return value

    @validator("country")
    def _country_exists(cls, value: str) -> str:
        if value != INTERNATIONAL and not is_country(value):
            raise ValueError(f"{value} is not a two-letter country code (ZZ: no single country)")
        return value

    @validator("citizens_of")
    def _citizens_of_exists(cls, value: str | None) -> str | None:
        if value is not None and not is_country(value):
            raise ValueError(f"{value} is not a two-letter country code")
        return value

    @validator("valid_in", each_item=True)
    def _valid_in_exists(cls, value: str) -> str:
        if not is_country(value):
            raise ValueError(f"{value} is not a two-letter country code")
        return value

    @validator("languages", each_item=True)
    def _language_is_code(cls, value: str) -> str:
        if not _LANGUAGE.match(value):
            raise ValueError(f"{value} is not a language code of two or three small letters, such as ru")
        return value

    @validator("timezone")
    def _timezone_exists(cls, value: str) -> str:
        if not _is_time_zone(value):
            raise ValueError(f"{value} is not a time zone of the IANA list, such as Europe/Sofia")
        return value

    @validator("website")
    def _website_is_http(cls, value: str | None) -> str | None:
        return value if value is None else _http(value)

    @validator("email")
    def _email_is_address(cls, value: str | None) -> str | None:
        if value is not None and not _EMAIL.match(value):
            raise ValueError("an e-mail address has one @ and no blanks")
        return value

    @root_validator(skip_on_failure=True)
    def _fields_agree(cls, values: dict[str, Any]) -> dict[str, Any]:
        if values["kind"] == "emergency":
            if not values["phones"]:
                raise ValueError("an emergency entry needs a number")
            if any(phone.for_ is None for phone in values["phones"]):
                raise ValueError("each number of an emergency entry says what it is for: all, police, ambulance ...")
        if values["kind"] == "consular" and values["citizens_of"] is None:
            raise ValueError("a consular entry says whose citizens it helps: citizens_of")
        if values["withhold"] and not values["notes"]:
            raise ValueError("a withheld entry says why in notes")
        if values["verified"] is not None and not values["verified_by"]:
            raise ValueError("who verified it? verified_by is missing")
        return values

    @property
    def international(self) -> bool:
        """Belongs to no single country."""
        return self.country == INTERNATIONAL

    @property
    def reachable_now(self) -> bool:
        """Has a number or an account to write to, not only a website."""
        return bool(self.phones or self.messengers)

    @property
    def around_the_clock(self) -> bool:
        """Open day and night as a source says; unknown hours are not open."""
        return self.hours == "24/7"

    def name_in(self, language: str) -> str:
        """The name in a language of the bot, else the native one where its readers know the script, else English."""
        written: str | None = getattr(self.name, language, None) if language in ("en", "ru", "bg", "zh") else None
        if written:
            return written
        script = _SCRIPTS.get(language)
        native = self.name.native
        return native if native and script and script.search(native) else self.name.en

    def phone_lines(self) -> tuple[PhoneLine, ...]:
        """The numbers ready to be shown, in the file's order; no number twice."""
        lines: dict[str, PhoneLine] = {}
        for phone in self.phones:
            line = phone.line()
            lines.setdefault(line.digits, line)
        return tuple(lines.values())

    def suits(self, serves: str | None) -> bool:
        """Whether a group of people is let in.

        Args:
            serves: ``men``, ``women`` or ``children``. Other words and None say nothing of sex or age and shut
                nobody out.

        Returns:
            True also for an entry that serves ``anyone``, and for one that names no sex or age at all.
        """
        if serves not in _SEX_OR_AGE or "anyone" in self.serves or serves in self.serves:
            return True
        return not _SEX_OR_AGE & set(self.serves)

    def last_known_good(self) -> datetime.date | None:
        """The newest day that anybody is known to have said these facts: verification, else the youngest source."""
        months = [month for month in (source.month() for source in self.sources) if month]
        if self.verified:
            months.append(self.verified)
        return max(months, default=None)

    def check_before_relying(self, today: datetime.date) -> bool:
        """Whether the person should be told to check first: weak, poor sources only, undated or old.

        Emergency numbers hardly ever change: age alone casts no doubt on them, doubt would cost time.
        """
        if self.verified and today - self.verified <= OLD_AFTER:
            return False
        if self.confidence == "weak" or all(source.poor for source in self.sources):
            return True
        if self.kind == "emergency":
            return False
        newest = self.last_known_good()
        return newest is None or today - newest > OLD_AFTER
