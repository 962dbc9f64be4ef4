"""Chooses what to show: the emergency number first, then the services that fit the need, the surest first.

What the order protects: a person who cannot read on gets a number that answers now; a medical or suicide alarm does
not lead to the police alone; a number that rests on one old page never stands above one that is confirmed; a man is
not sent to a shelter for women; and where no confirmed anti-trafficking line is known, the result says so instead of
passing off another line as one.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, overload

from bot.directory.cities import CITY_KM, Point, city_point, kilometres
from bot.directory.hours import is_open
from bot.directory.model import INTERNATIONAL, Confidence, Entry, Group, Phone, PhoneLine
from bot.directory.towns import town_point

if TYPE_CHECKING:
    from bot.directory.load import Directory

#: How many entries a result holds unless told otherwise; a phone screen shows no more at once.
DEFAULT_LIMIT: Final = 8

Need = Literal[
    "hotline", "shelter", "legal", "medical", "psychological", "recovery", "embassy", "return", "report", "child",
    "labour", "documents", "asylum", "violence", "suicide", "danger",
]  # fmt: skip
#: What a person may need. ``danger``, ``medical``, ``suicide`` and ``child`` are also alarms of ``emergency()``.
NEEDS: Final[tuple[Need, ...]] = (
    "hotline", "shelter", "legal", "medical", "psychological", "recovery", "embassy", "return", "report", "child",
    "labour", "documents", "asylum", "violence", "suicide", "danger",
)  # fmt: skip
ALARMS: Final = ("danger", "medical", "suicide", "child")

#: Where 112 works by law of the Union (source: the directory's own entry zz-eu-112, "any member state").
_EU_112_ENTRY = "zz-eu-112"

_CONFIDENCE_ORDER: dict[Confidence, int] = {"confirmed": 0, "single_source": 1, "weak": 2}

#: Which emergency numbers to show for an alarm, best first. What is missing here is not shown for it.
#: In danger the text line of the police comes before the ambulance: some cannot speak aloud.
_PHONE_ORDER: dict[str, tuple[str, ...]] = {
    "danger": ("all", "police", "sms_police", "tourist_police", "unknown", "ambulance", "other", "fire"),
    "medical": ("ambulance", "all", "unknown", "other", "police"),
    "suicide": ("all", "ambulance", "unknown", "other", "police"),
    "child": ("all", "police", "sms_police", "unknown", "ambulance", "other"),
}
_POLICE_ONLY = frozenset({"police", "sms_police", "tourist_police"})
#: Needs of ``find`` whose emergency entry is chosen as for an alarm; the others as for danger.
_ALARM_OF_NEED = {"medical": "medical", "suicide": "suicide", "psychological": "suicide", "child": "child"}


@dataclass(frozen=True)
class Criteria:
    """What is looked for beside the place.

    Args:
        need: one of :data:`NEEDS`, or None for everything, hotlines first.
        groups: for whom, as the person said. Men, women and children leave out what does not let them in; the others
            only put first what names them.
        nationality: ISO code of the person's citizenship: adds their embassy and their country's line for citizens
            abroad, leaves out other countries' embassies.
        language: code of the person's language; services known to speak it come first among equals.
        at: the moment the person wants help; what is open then comes first. None: any time.
        only_open: leave out what is closed at that moment, and what nobody knows the hours of.
        free: what is free to call comes first.
        only_free: leave out what no source calls free.
        from_abroad: leave out what is not known to work from abroad.
        near: where the person is; nearer services first.
        failed: ids of entries whose number did not work for the person: last, never hidden.
    """

    need: str | None = None
    groups: tuple[Group, ...] = ()
    nationality: str | None = None
    language: str | None = None
    at: datetime.datetime | None = None
    only_open: bool = False
    free: bool = False
    only_free: bool = False
    from_abroad: bool = False
    near: Point | None = None
    failed: frozenset[str] = frozenset()

    @property
    def serves(self) -> Group | None:
        """The group by sex or age; children before anybody who is with them."""
        return next((group for group in ("children", "men", "women") if group in self.groups), None)


@dataclass(frozen=True)
class EmergencyLine:
    """One number to show in an alarm.

    Args:
        number: the digits to show: short number, or ``+E.164`` where the entry has one.
        reaches: ``all``, ``police``, ``ambulance`` ... for emergency services, ``suicide`` or ``child`` for lines.
        entry: where it comes from, with its sources, confidence and names.
        phone: the number as data, with its remarks.
    """

    number: str
    reaches: str
    entry: Entry
    phone: PhoneLine

    @property
    def police_only(self) -> bool:
        """Reaches only the police."""
        return self.reaches in _POLICE_ONLY

    @property
    def weak(self) -> bool:
        """Rests on weak sources: to be marked."""
        return self.entry.confidence == "weak"


@dataclass(frozen=True)
class EmergencyNumbers:
    """The answer to an alarm.

    Args:
        country: ISO code, or None where the place is unknown.
        need: ``danger``, ``medical``, ``suicide`` or ``child``.
        lines: numbers in the order to show them. Empty if the directory knows none for that country.
        countries_112: where 112 reaches the emergency services, confirmed; for the text that says what 112 is while
            the place is unknown, or the directory knows no number of the country.
        ask_country: the bot should ask for the country: the numbers are not those of the person's place.
        only_police: nothing but the police is known there although the alarm is medical; say so.
    """

    country: str | None
    need: str
    lines: tuple[EmergencyLine, ...]
    countries_112: tuple[str, ...] = ()
    ask_country: bool = False
    only_police: bool = False

    @property
    def digits(self) -> tuple[str, ...]:
        """The bare numbers, in order."""
        return tuple(line.number for line in self.lines)

    def __bool__(self) -> bool:
        return bool(self.lines)


@dataclass(frozen=True)
class Found:
    """One entry to show, and why it stands where it stands.

    Args:
        entry: the service.
        fit: 0 to 100, how well it fits the need; the emergency entry has 100.
        emergency: one of the country's emergency services.
        weak: rests on weak sources: mark it "check before relying".
        phones: its numbers, the right one for the need first.
        fallback: it does not do what was asked for, but can refer or is the nearest confirmed service.
        international: of no single country.
        home_country: a line of the person's own country for its citizens abroad.
        open: whether it is open at the moment asked about; None if nobody knows its hours or no moment was given.
        km: how far its town is from where the person is, in kilometres; None where one of the two is not known.
    """

    entry: Entry
    fit: int
    emergency: bool
    weak: bool
    phones: tuple[PhoneLine, ...]
    fallback: bool = False
    international: bool = False
    home_country: bool = False
    open: bool | None = None
    km: int | None = None

    def name_in(self, language: str) -> str:
        """The entry's name in a language of the bot, else in English."""
        return self.entry.name_in(language)

    def phone_lines(self) -> tuple[PhoneLine, ...]:
        """The numbers ready to be shown, the right one for the need first."""
        return self.phones


@dataclass(frozen=True)
class FindResult(Sequence[Found]):
    """What was found, in the order to show it. Behaves as a sequence of ``Found``.

    Args:
        found: the entries, emergency first.
        no_dedicated_line: no confirmed anti-trafficking line is known in this country for this person; say so.
        no_emergency_number: the directory has no emergency number of this country; say so.
        ask_nationality: embassies were asked for, and whose citizen the person is would change the answer.
        no_own_embassy: the directory knows no embassy of the person's state in this country, nor its line for citizens
            abroad; say how to find one.
        only_fallback: nothing known there does what was asked for; what is shown can refer.
        wanted: the criteria it was searched by.
    """

    found: tuple[Found, ...]
    no_dedicated_line: bool = False
    no_emergency_number: bool = False
    ask_nationality: bool = False
    no_own_embassy: bool = False
    only_fallback: bool = False
    wanted: Criteria | None = None

    @overload
    def __getitem__(self, index: int) -> Found: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Found]: ...
    def __getitem__(self, index: int | slice) -> Found | Sequence[Found]:
        return self.found[index]

    def __len__(self) -> int:
        return len(self.found)


#: Points for a need, and the entry.
_Scored = tuple[int, Entry]
_Rule = tuple[int, Callable[[Entry], bool]]


def _offers(*services: str) -> Callable[[Entry], bool]:
    return lambda entry: any(service in entry.services for service in services)


def _is(*kinds: str) -> Callable[[Entry], bool]:
    return lambda entry: entry.kind in kinds


def _both(first: Callable[[Entry], bool], second: Callable[[Entry], bool]) -> Callable[[Entry], bool]:
    return lambda entry: first(entry) and second(entry)


_TRAFFICKING_LINE = _both(_is("hotline"), _offers("trafficking"))

#: For each need: how well an entry fits, the best rule counts. Below 40 the entry does not do what was asked for but
#: can refer there; it is shown only when there is room, and said to be a fallback.
_FIT: dict[str, tuple[_Rule, ...]] = {
    "hotline": (
        (95, _TRAFFICKING_LINE),
        (80, _offers("trafficking")),
        (75, _both(_is("hotline", "labour_inspectorate"), _offers("labour_exploitation"))),
        (60, _offers("labour_exploitation", "sexual_exploitation")),
        (50, _both(_is("hotline"), _offers("domestic_violence", "asylum"))),
        (30, _offers("psychological", "legal_aid", "child_protection")),
    ),
    "shelter": (
        (95, _both(_is("shelter"), _offers("trafficking"))),
        (92, _is("shelter")),
        (85, _both(_offers("shelter"), _offers("trafficking"))),
        (75, _offers("shelter")),
        (45, _both(_is("hotline", "ngo"), _offers("domestic_violence"))),
        (38, _TRAFFICKING_LINE),
        (30, _both(_is("hotline"), _offers("referral"))),
    ),
    "legal": (
        (95, _both(_is("legal_aid"), _offers("legal_aid"))),
        (90, _both(_offers("legal_aid"), _offers("trafficking", "labour_exploitation"))),
        (75, _offers("legal_aid")),
        (38, _TRAFFICKING_LINE),
        (30, _is("labour_inspectorate")),
    ),
    "medical": (
        (90, _both(_offers("medical"), _offers("trafficking", "labour_exploitation", "referral"))),
        (80, _offers("medical")),
        (38, _TRAFFICKING_LINE),
        (30, _both(_is("hotline"), _offers("referral"))),
    ),
    "psychological": (
        (95, _both(_offers("psychological"), _offers("trafficking", "sexual_exploitation", "domestic_violence"))),
        (90, _offers("psychological", "suicide_prevention")),
        (38, _TRAFFICKING_LINE),
    ),
    "recovery": (
        (95, _both(_is("reintegration"), _offers("reintegration"))),
        (90, _offers("reintegration")),
        (60, _both(_is("ngo", "shelter"), _offers("trafficking"))),
        (38, _TRAFFICKING_LINE),
        (30, _both(_is("hotline"), _offers("referral"))),
    ),
    "embassy": (
        (95, _is("consular")),
        (60, _offers("repatriation")),
        (50, _offers("documents")),
        (38, _TRAFFICKING_LINE),
    ),
    "return": (
        (90, _offers("repatriation")),
        (60, _is("consular")),
        (38, _TRAFFICKING_LINE),
    ),
    "report": (
        (95, _both(_offers("report"), _offers("trafficking"))),
        (85, _both(_offers("report"), _offers("labour_exploitation", "cybercrime"))),
        (60, _TRAFFICKING_LINE),
        (45, _offers("report")),
        (30, _is("labour_inspectorate")),
    ),
    "child": (
        (95, _is("child_helpline")),
        (80, _offers("child_protection")),
        (60, _offers("missing_persons")),
        (38, _TRAFFICKING_LINE),
    ),
    "labour": (
        (95, _both(_is("labour_inspectorate", "union"), _offers("labour_exploitation"))),
        (90, _both(_offers("labour_exploitation"), _offers("legal_aid"))),
        (85, _offers("labour_exploitation")),
        (60, _is("labour_inspectorate", "union")),
        (38, _TRAFFICKING_LINE),
        (30, _offers("legal_aid")),
    ),
    "documents": (
        (90, _both(_offers("documents"), _offers("legal_aid", "trafficking", "labour_exploitation"))),
        (85, _offers("documents")),
        (60, _is("consular")),
        (45, _offers("legal_aid")),
        (38, _TRAFFICKING_LINE),
    ),
    "asylum": (
        (95, _offers("asylum")),
        (45, _offers("legal_aid")),
        (38, _TRAFFICKING_LINE),
    ),
    "violence": (
        (95, _both(_is("hotline"), _offers("domestic_violence"))),
        (85, _offers("domestic_violence")),
        (60, _offers("sexual_exploitation")),
        (38, _TRAFFICKING_LINE),
    ),
    "suicide": (
        (95, _offers("suicide_prevention")),
        (75, _offers("psychological")),
    ),
    "danger": (
        (90, _TRAFFICKING_LINE),
        (70, _offers("trafficking")),
        (50, _both(_is("hotline"), _offers("domestic_violence", "labour_exploitation"))),
        (45, _is("child_helpline")),
    ),
}  # fmt: skip
_FALLBACK_BELOW = 40
#: Points of an international body that is shown for want of anything better.
_REFERS = 30
#: Needs for which services across borders are shown even where the country has its own.
_NEEDS_ACROSS_BORDERS = frozenset({"child", "return", "recovery", "labour"})
#: Where a service for seafarers is worth a last line to everybody: nobody asks whether the person works on a ship.
_SEAFARERS_TOO = frozenset({None, "hotline", "labour", "return"})
#: What a service in the person's city is worth, and what the lack of any number to call or write to costs, in points.
_CITY_BONUS = 30
_NO_NUMBER = 25
#: What a town that is near but not the person's own is worth, less a point every 50 km; what the rest is worth, points.
_NEAR_BONUS = 4
_GROUP_BONUS = 15
_AUTHORITY = 15
_OPEN_BONUS = 6
_FREE_BONUS = 4
#: An entry whose number did not work for this person goes behind all others.
_FAILED = 200
#: Points of the person's own embassy whatever the need: it can at least refer, and give papers.
_OWN_EMBASSY = 45
#: Needs that an embassy serves even when nobody said whose citizen the person is.
_CONSULAR_NEEDS = frozenset({"embassy", "return"})
#: An entry for children only, or for seafarers, is no answer to an adult who asked for something else.
_CHILD_NEEDS = frozenset({"child"})


def fit(entry: Entry, need: str | None, for_children: bool = False) -> int:
    """How well an entry fits a need, 0 (not at all) to 100. Without a need as for a hotline, all others at least 20.

    Args:
        entry: the service.
        need: one of :data:`NEEDS`, or None.
        for_children: the help is for a child, so that a service for children only is a full answer.
    """
    rules = _FIT[need or "hotline"]
    best = max((points for points, rule in rules if rule(entry)), default=0)
    if need is None:
        best = max(best, 20)
    only_children = set(entry.serves) <= {"children", "families"} and need not in _CHILD_NEEDS and not for_children
    return min(best, 25) if only_children or entry.only_for else best


def has_dedicated_line(entries: Iterable[Entry], serves: str | None = None) -> bool:
    """Whether a confirmed anti-trafficking line with a number is among the entries.

    A line for one group (women only, when a man asks) is none, nor is a police number. An editor can say of an entry
    that it is none (``dedicated_line: false``): it covers one region, or too little is known of it.
    """
    return any(
        entry.kind == "hotline"
        and "trafficking" in entry.services
        and entry.confidence == "confirmed"
        and entry.dedicated_line is not False
        and entry.reachable_now
        and entry.citizens_of is None
        and not set(entry.serves) <= {"children", "families"}
        and entry.suits(serves)
        for entry in entries
    )


def _same_city(asked: str | None, entry: Entry) -> bool:
    return bool(asked and entry.city and asked.casefold() == entry.city.casefold())


def _ordered_phones(entry: Entry, alarm: str) -> tuple[PhoneLine, ...]:
    if entry.kind != "emergency":
        return entry.phone_lines()
    order = _PHONE_ORDER[alarm]
    return tuple(sorted(entry.phone_lines(), key=lambda line: order.index(line.for_) if line.for_ in order else 99))


def _emergency_entries(entries: Iterable[Entry], alarm: str) -> list[Entry]:
    """Emergency entries, the one with the best number for the alarm first; confirmed before others on a tie."""
    order = _PHONE_ORDER[alarm]

    def rank(entry: Entry) -> tuple[int, int]:
        places = [order.index(phone.for_) for phone in entry.phones if phone.for_ in order]
        return min(places, default=99), _CONFIDENCE_ORDER[entry.confidence]

    return sorted((entry for entry in entries if entry.kind == "emergency"), key=rank)


def _eu_112(directory: Directory, country: str) -> Entry | None:
    entry = directory.get(_EU_112_ENTRY)
    return entry if entry is not None and country in entry.valid_in else None


def _is_for_this_person(entry: Entry, wanted: Criteria) -> bool:
    if not entry.suits(wanted.serves):
        return False
    if entry.kind != "consular" and entry.citizens_of is None:
        return True
    if wanted.nationality is not None:
        return entry.citizens_of == wanted.nationality
    # Nobody said whose citizen the person is: embassies only if asked for, each of them named as whose it is.
    return wanted.need in _CONSULAR_NEEDS


def _is_as_wanted(entry: Entry, wanted: Criteria) -> bool:
    """Whether an entry passes what must be so; where the directory does not know, it is not so."""
    if wanted.only_open and wanted.at and not is_open(entry.hours, entry.timezone, wanted.at):
        return False
    if wanted.only_free and not any(phone.free for phone in entry.phones):
        return False
    abroad = any(phone.from_abroad or (phone.from_abroad is None and phone.e164) for phone in entry.phones)
    return not wanted.from_abroad or abroad or bool(entry.messengers)


def _distance(entry: Entry, city: str | None, wanted: Criteria) -> int | None:
    """Kilometres between the person and a service's town, as far as both are known."""
    there = city_point(entry.country, entry.city)
    here = wanted.near or city_point(entry.country, city) or (town_point(entry.country, city) if city else None)
    return None if there is None or here is None else round(kilometres(here, there))


def _group_bonus(entry: Entry, wanted: Criteria) -> int:
    """What an entry is worth more because it names the group the person is of, or less because it is an authority."""
    bonus = 0
    if "families" in wanted.groups and ("families" in entry.serves or "children" in entry.serves):
        bonus += _GROUP_BONUS
    if wanted.serves == "children" and set(entry.serves) <= {"children", "families"}:
        bonus += _GROUP_BONUS
    if wanted.serves == "men" and "men" in entry.serves:
        bonus += _GROUP_BONUS
    if "lgbt" in wanted.groups and "lgbt" in entry.serves:
        bonus += _GROUP_BONUS
    if "undocumented" in wanted.groups:
        bonus += _GROUP_BONUS if "undocumented" in entry.serves else 0
        bonus -= _AUTHORITY if entry.kind in ("government", "labour_inspectorate") else 0
    return bonus


def _sorted_by_merit(entries: Iterable[Entry], wanted: Criteria, city: str | None) -> list[_Scored]:
    citizen = wanted.nationality

    def merit(points: int, entry: Entry) -> int:
        worth = points - (0 if entry.reachable_now else _NO_NUMBER) + _group_bonus(entry, wanted)
        km = _distance(entry, city, wanted)
        if _same_city(city, entry) or (km is not None and km <= CITY_KM):
            worth += _CITY_BONUS
        elif km is not None:
            worth += max(0, _NEAR_BONUS - km // 50)
        if wanted.at is not None:
            worth += {True: _OPEN_BONUS, None: 0, False: -_OPEN_BONUS}[is_open(entry.hours, entry.timezone, wanted.at)]
        if wanted.free and any(phone.free for phone in entry.phones):
            worth += _FREE_BONUS
        return worth - (_FAILED if entry.id in wanted.failed else 0)

    def rank(item: _Scored) -> tuple[bool, bool, bool, int, int, int, int, int, int]:
        points, entry = item
        return (
            entry.id in wanted.failed,
            entry.confidence == "weak",
            points < _FALLBACK_BELOW,
            -merit(points, entry),
            0 if wanted.language and wanted.language in entry.languages else 1,
            _CONFIDENCE_ORDER[entry.confidence],
            0 if wanted.serves in entry.serves or "anyone" in entry.serves else 1,
            0 if entry.around_the_clock else 1,
            0 if entry.city is None else 1,
        )

    def points_of(entry: Entry) -> int:
        own = citizen is not None and entry.citizens_of == citizen
        suited = fit(entry, wanted.need, for_children=wanted.serves == "children")
        return max(suited, _OWN_EMBASSY) if own else suited

    scored = [(points_of(entry), entry) for entry in entries]
    return sorted((item for item in scored if item[0] > 0), key=rank)


def find(
    directory: Directory,
    country: str | None,
    city: str | None = None,
    language: str | None = None,
    need: str | None = None,
    serves: str | None = None,
    nationality: str | None = None,
    limit: int = DEFAULT_LIMIT,
) -> FindResult:
    """The services to show, by the plain criteria; :func:`search` takes all.

    Args:
        directory: what is known.
        country: ISO 3166-1 alpha-2 of where the person is (or wants help); None if unknown.
        city: city in English as in the directory; puts its services first, hides no others.
        language: code of the person's language; services known to speak it come first among equals.
        need: one of ``NEEDS``, or None for everything, hotlines first.
        serves: ``men``, ``women`` or ``children`` where the person said so: leaves out what does not let them in.
        nationality: ISO code of the person's citizenship: adds their embassy and their country's line for citizens
            abroad, leaves out other countries' embassies.
        limit: at most so many entries, emergency ones included.

    Returns:
        emergency entries first (the right service for the need first), then confirmed and single-source entries by
        fit, city and language; then international ones where no dedicated line is known; weak ones last.

    Raises:
        ValueError: ``need`` is none of ``NEEDS``.
    """
    groups: tuple[Group, ...] = (serves,) if serves else ()  # type: ignore[assignment]
    wanted = Criteria(need=need, groups=groups, nationality=nationality, language=language)
    return search(directory, country, city, wanted, limit)


def search(
    directory: Directory,
    country: str | None,
    city: str | None = None,
    wanted: Criteria | None = None,
    limit: int = DEFAULT_LIMIT,
) -> FindResult:
    """The services to show.

    Args:
        directory: what is known.
        country: ISO 3166-1 alpha-2 of where the person is (or wants help); None if unknown.
        city: city in English as in the directory; puts its services and those near it first, hides no others.
        wanted: what is looked for; everything by default.
        limit: at most so many entries, emergency ones included.

    Returns:
        as :func:`find`. Emergency numbers are there whatever else is wanted.

    Raises:
        ValueError: the need is none of ``NEEDS``.
    """
    wanted = wanted or Criteria()
    if wanted.nationality:
        wanted = dataclasses.replace(wanted, nationality=wanted.nationality.upper())
    need, serves, citizen = wanted.need, wanted.serves, wanted.nationality
    if need is not None and need not in _FIT:
        raise ValueError(f"need is one of {', '.join(NEEDS)}")
    alarm = _ALARM_OF_NEED.get(need or "", "danger")
    code = country.upper() if country else INTERNATIONAL
    local = directory.of_country(code) if code != INTERNATIONAL else ()

    emergency_entries = _emergency_entries(local, alarm)
    no_number = not emergency_entries
    if no_number and (eu_112 := _eu_112(directory, code)):
        emergency_entries, no_number = [eu_112], False
    if code == INTERNATIONAL:
        emergency_entries = _emergency_entries(directory.of_country(INTERNATIONAL), alarm)

    services = [
        entry
        for entry in local
        if entry.kind != "emergency" and _is_for_this_person(entry, wanted) and _is_as_wanted(entry, wanted)
    ]
    home: list[Entry] = []
    if citizen and citizen != code:
        home = [entry for entry in directory.of_country(citizen) if entry.citizens_of == citizen]
        home = [entry for entry in home if entry.suits(serves) and _is_as_wanted(entry, wanted)]
    dedicated = code != INTERNATIONAL and has_dedicated_line(local, serves)
    ranked = _sorted_by_merit([*services, *home], wanted, city)
    if citizen is None:
        ranked = _one_embassy_each(ranked)
    alone = not dedicated or not any(points >= _FALLBACK_BELOW and not _weak(entry) for points, entry in ranked)
    child_line = any(entry.kind == "child_helpline" and entry.confidence == "confirmed" for entry in services)
    across = [
        entry
        for entry in directory.of_country(INTERNATIONAL)
        if entry.kind != "emergency"
        and entry.suits(serves)
        and _is_as_wanted(entry, wanted)
        and (code == INTERNATIONAL or not entry.valid_in or code in entry.valid_in)
        and not (need == "child" and child_line and entry.kind == "child_helpline")
    ]
    foreign = _across_borders(across, wanted, alone)

    def found(entry: Entry, points: int) -> Found:
        return _found(entry, points, alarm, code, city, wanted)

    head = [found(entry, 100) for entry in _worth_showing(emergency_entries, need)]
    room = max(limit - len(head), 0)
    ordered = _in_order(ranked, foreign, room, keep_a_place=not dedicated)
    if citizen is not None and citizen != code:
        ordered = _with_own_state(ordered, room, citizen, need)
    tail = [found(entry, points) for points, entry in ordered[:room]]
    own = any(entry.citizens_of == citizen for entry in [*services, *home])
    return FindResult(
        tuple([*head, *tail][: max(limit, 1)]),
        no_dedicated_line=not dedicated,
        no_emergency_number=no_number and code != INTERNATIONAL,
        ask_nationality=need in _CONSULAR_NEEDS and citizen is None,
        no_own_embassy=citizen is not None and citizen != code and not own,
        only_fallback=need is not None and not any(points >= _FALLBACK_BELOW for points, _ in ranked),
        wanted=wanted,
    )


def _one_embassy_each(ranked: Iterable[_Scored]) -> list[_Scored]:
    """Of each state's embassies and consulates only the best: nobody said yet whose citizen the person is."""
    seen: set[str] = set()
    kept = []
    for item in ranked:
        state = item[1].citizens_of
        if item[1].kind == "consular" and state is not None:
            if state in seen:
                continue
            seen.add(state)
        kept.append(item)
    return kept


def _with_own_state(ordered: list[_Scored], room: int, citizen: str, need: str | None) -> list[_Scored]:
    """Who is far from home sees one consulate and one line of their own state, whatever the need; no row of consulates.

    Args:
        ordered: what was found, in order.
        room: how many of them are shown.
        citizen: the person's state.
        need: what is looked for; where it is the embassy, all of them are shown.
    """
    own = [item for item in ordered if item[1].citizens_of == citizen]
    if need in _CONSULAR_NEEDS or not own:
        return ordered
    consulate = next((item for item in own if item[1].kind == "consular" and item[1].country != citizen), None)
    line = next((item for item in own if item[1].country == citizen), None)
    kept = [item for item in (line, consulate) if item is not None]
    others = [item for item in ordered if item not in own]
    shown = [item for item in ordered if item in others or item in kept]
    if room > 1 and not any(item in kept for item in shown[:room]):
        return [*shown[: room - 1], kept[-1], *[item for item in shown[room - 1 :] if item is not kept[-1]]]
    return shown


def _weak(entry: Entry) -> bool:
    return entry.confidence == "weak"


def _across_borders(entries: Iterable[Entry], wanted: Criteria, alone: bool) -> list[_Scored]:
    """International services worth showing, best first.

    Args:
        entries: international ones that let the person in and work in the country.
        wanted: what is looked for.
        alone: the country has no dedicated line, or nothing sure that fits: then a general anti-trafficking body is
            shown whatever the need; else only what is made for needs that cross borders.
    """
    fitting = []
    need = wanted.need
    for points, entry in _sorted_by_merit(entries, dataclasses.replace(wanted, nationality=None), None):
        if entry.only_for:
            keep = need in _SEAFARERS_TOO
        elif alone:
            keep = points >= _FALLBACK_BELOW or "trafficking" in entry.services
        else:
            keep = points >= _FALLBACK_BELOW and need in _NEEDS_ACROSS_BORDERS
        if keep:
            fitting.append((points, entry))
    if alone and not any("trafficking" in entry.services for _, entry in fitting):
        fitting.extend((_REFERS, entry) for entry in entries if "trafficking" in entry.services)
    return fitting


def _in_order(ranked: list[_Scored], foreign: list[_Scored], room: int, keep_a_place: bool) -> list[_Scored]:
    """Sure and fitting ones, then international ones that fit, then weak ones that fit, then what can only refer.

    Of what can only refer a line of the country that answers comes before an international body's page. A weak one
    never stands first where anything surer is known.
    """
    sure = [item for item in ranked if not _weak(item[1]) and item[0] >= _FALLBACK_BELOW]
    spare = [item for item in ranked if not _weak(item[1]) and item[0] < _FALLBACK_BELOW]
    weak_fit = [item for item in ranked if _weak(item[1]) and item[0] >= _FALLBACK_BELOW]
    weak_rest = [item for item in ranked if _weak(item[1]) and item[0] < _FALLBACK_BELOW]
    general = [item for item in foreign if not item[1].only_for]
    special = [item for item in foreign if item[1].only_for]
    if keep_a_place and general and len(sure) >= room > 1:
        # One place is kept for a service across borders, or a long local list would push it out of sight.
        return [*sure[: room - 1], general[0]]
    serving = [item for item in general if item[0] >= _FALLBACK_BELOW]
    referring = [item for item in general if item not in serving]
    answering = [item for item in spare if item[1].reachable_now]
    silent = [item for item in spare if item not in answering]
    surest = [] if sure or serving else [*answering, *referring, *silent][:1]
    rest = [item for item in (*answering, *referring, *silent) if item not in surest]
    ordered = [*sure, *serving, *surest, *weak_fit, *rest, *weak_rest, *special]
    shown = {_id(item) for item in ordered[:room]}
    if keep_a_place and general and len(ordered) > room > 1 and shown.isdisjoint(map(_id, general)):
        return [*ordered[: room - 1], general[0]]
    return ordered


def _id(item: _Scored) -> str:
    return item[1].id


def _worth_showing(entries: Sequence[Entry], need: str | None) -> list[Entry]:
    """All emergency entries in an alarm; else the first, and others only where they reach another service."""
    if need in ALARMS:
        return list(entries)
    chosen: list[Entry] = []
    reached: set[str] = set()
    for entry in entries:
        adds = {phone.for_ for phone in entry.phones if phone.for_ in ("all", "police", "ambulance")} - reached
        if not chosen or (adds and "all" not in reached):
            chosen.append(entry)
            reached |= {str(phone.for_) for phone in entry.phones}
    return chosen


def _found(entry: Entry, points: int, alarm: str, code: str, city: str | None, wanted: Criteria) -> Found:
    citizen = wanted.nationality
    return Found(
        entry=entry,
        fit=points,
        emergency=entry.kind == "emergency",
        weak=entry.confidence == "weak",
        phones=_ordered_phones(entry, alarm),
        fallback=points < _FALLBACK_BELOW,
        international=entry.international,
        home_country=citizen is not None and citizen != code and entry.country == citizen,
        open=is_open(entry.hours, entry.timezone, wanted.at) if wanted.at else None,
        km=_distance(entry, city, wanted) if entry.country == code else None,
    )


def countries_with_112(directory: Directory) -> tuple[str, ...]:
    """Countries where 112 reaches the emergency services, by a confirmed entry of their own or of the EU; sorted."""
    own = {
        entry.country
        for entry in directory.entries
        if entry.kind == "emergency" and entry.confidence == "confirmed" and not entry.international
        for phone in entry.phones
        if phone.dialled == "112" and phone.for_ == "all"
    }
    eu_112 = directory.get(_EU_112_ENTRY)
    return tuple(sorted(own | set(eu_112.valid_in if eu_112 else ())))


def _line(entry: Entry, phone: Phone, reaches: str) -> EmergencyLine:
    shown = phone.line()
    return EmergencyLine(shown.digits, reaches, entry, shown)


def _emergency_services(entries: Iterable[Entry], alarm: str) -> list[EmergencyLine]:
    order = _PHONE_ORDER[alarm]
    lines = [
        _line(entry, phone, str(phone.for_))
        for entry in entries
        if entry.kind == "emergency"
        for phone in entry.phones
        if phone.for_ in order
    ]
    lines.sort(key=lambda line: (order.index(line.reaches), _CONFIDENCE_ORDER[line.entry.confidence]))
    reached = {line.reaches for line in lines}
    if alarm in ("medical", "suicide") and reached & {"all", "ambulance"}:
        lines = [line for line in lines if not line.police_only]
    if reached & {"all", "police", "ambulance"}:
        # "other" is the line for reports that can wait, the text line for registered people and the like.
        lines = [line for line in lines if line.reaches not in ("other", "tourist_police")]
    seen: set[str] = set()
    return [line for line in lines if not (line.number in seen or seen.add(line.number))]  # type: ignore[func-returns-value]


def _help_lines(entries: Iterable[Entry], alarm: str, language: str | None, serves: str | None) -> list[EmergencyLine]:
    """Nation-wide suicide lines or child helplines, the surest to answer first."""
    if alarm == "suicide":
        kinds = ("emergency",) if serves == "children" else ("emergency", "child_helpline")
        fitting = [e for e in entries if "suicide_prevention" in e.services and e.kind not in kinds]
        # A line that lets in only women or children is for whoever said so; when unsure, only lines for anyone.
        fitting = [e for e in fitting if "anyone" in e.serves or (serves is not None and serves in e.serves)]
    else:
        fitting = [e for e in entries if e.kind == "child_helpline" and "child_protection" in e.services]
    fitting = [e for e in fitting if e.phones and e.city is None]

    def rank(entry: Entry) -> tuple[int, int, int, int]:
        return (
            _CONFIDENCE_ORDER[entry.confidence],
            0 if entry.around_the_clock else 1,
            0 if language and language in entry.languages else 1,
            0 if entry.kind == "hotline" or alarm == "child" else 1,
        )

    return [_line(entry, entry.phones[0], alarm) for entry in sorted(fitting, key=rank)]


def emergency(
    directory: Directory,
    country: str | None,
    need: str = "danger",
    language: str | None = None,
    serves: str | None = None,
) -> EmergencyNumbers:
    """The digits for an alarm, in the order to show them.

    Danger: all services or the police first. Medical: ambulance or all services, never the police first. Suicide: a
    confirmed line that answers day and night, then emergency services; a line with other or unknown hours stands
    behind the emergency number. Child: the child helpline under the same rule, and emergency services.

    Args:
        directory: what is known; one of ``Directory.load_emergency`` is enough.
        country: ISO code, or None if nobody knows where the person is. Never guess it from a language.
        need: ``danger``, ``medical``, ``suicide`` or ``child``.
        language: the person's language, to choose among equal lines.
        serves: ``men``, ``women`` or ``children`` where the person said so.

    Raises:
        ValueError: ``need`` is none of these.
    """
    if need not in ALARMS:
        raise ValueError(f"need is one of {', '.join(ALARMS)}")
    where_112 = countries_with_112(directory)
    code = country.upper() if country else None
    if code is None or code == INTERNATIONAL:
        across = directory.of_country(INTERNATIONAL)
        return EmergencyNumbers(None, need, tuple(_emergency_services(across, need)), where_112, ask_country=True)

    local = list(directory.of_country(code))
    services = _emergency_services(local, need)
    if not services and (eu_112 := _eu_112(directory, code)):
        services = _emergency_services([eu_112], need)
    helplines = _help_lines(local, need, language, serves) if need in ("suicide", "child") else []
    first = [line for line in helplines if line.entry.confidence == "confirmed" and line.entry.around_the_clock][:1]
    behind = [line for line in helplines if line not in first][: 2 - len(first)]
    if any(line.entry.confidence == "confirmed" for line in [*first, *behind]):
        behind = [line for line in behind if not line.weak]
    lines = [*first, *services, *behind]
    if need in ("medical", "suicide"):
        # A number of the police alone leads only if nothing else at all is known.
        lines.sort(key=lambda line: line.police_only)
    return EmergencyNumbers(
        code,
        need,
        tuple(lines),
        countries_112=() if lines else where_112,
        ask_country=False,
        only_police=need in ("medical", "suicide") and bool(lines) and all(line.police_only for line in lines),
    )
