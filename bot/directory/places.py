"""Recognises countries and cities in what a person writes, and says whether the person is there.

Somebody in Turkey who comes from Uzbekistan needs the Turkish number, so a place alone is not enough: the words around
it tell whether the person is in it, comes from it or is asked to go to it. The forms come from
``locales/<lang>/places.yml``, which an NGO can edit.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal

import tzfpy
import yaml
from babel import Locale
from babel.core import get_global

from bot.content.country_flags import country_flags
from bot.content.han_spelling import near_sound, sound_of
from bot.content.languages import is_pinyin
from bot.content.normalise import HAN, HAN_RUN, Normalised, normalise
from bot.directory.cities import capitals, cities
from bot.directory.model import INTERNATIONAL, is_country
from bot.directory.place_forms import Case, Flags, cyrillic_keys, expand, latin_key, split_flags, tokens
from bot.directory.place_spelling import (
    AFTER_PLACE_WORD,
    HAN_LEAST,
    NearWords,
    Spellings,
    nearness,
    one_slip,
    sound,
    two_slips,
)
from bot.directory.towns import Town, towns
from bot.directory.word_numbers import WordNumbers

try:
    from yaml import CSafeLoader as _SafeLoader
except ImportError:
    from yaml import SafeLoader as _SafeLoader  # type: ignore[assignment]

LANGUAGES = ("ru", "en", "bg", "zh")
Role = Literal["in", "from", "to", "not", "unknown"]
PlaceKind = Literal["country", "city", "adjective", "people"]

_DEFAULT_LOCALES = Path(__file__).resolve().parents[2] / "locales"
_SENTENCE_END = re.compile(r"[.!?;\n。！？；…]")
_CLAUSE_END = re.compile(r"[,:()，、：（）—–]| - ")
_WORD_GROUPS = (
    "in", "from", "to", "arrived", "going", "leaving", "calling", "self", "citizen", "skip", "near", "language",
    "tongue", "not_a_place",
)  # fmt: skip
_CYRILLIC = re.compile("[\u0400-\u04ff]")
#: How far back, in words or Han characters, a verb still belongs to the place.
_WINDOW = 7
_HAN_WINDOW = 10
#: Shorter words typed in Latin letters are taken for Russian or Bulgarian only after "v", "iz", "ot" ...
_LATIN_ALONE = 6
_LATIN_AT_ALL = 4
#: Of towns this big the names are understood misspelt too, people; the longest Chinese name of such, characters.
_OFTEN_WRITTEN, _HAN_LONGEST = 250_000, 8
#: Chinese names so short are understood by their sound only where nothing else can be meant.
_HAN_SHORT = 2
#: From this length on sounds may be mixed up as well (n and ng).
_HAN_NEARLY = 4
#: Characters of everyday sentences: two of which one is such are no name that somebody spelt by ear ("到他那边").
_HAN_EVERYDAY = frozenset(
    "的了是不我你他她它们这那个有在也就都要会能可很到去来过说打做给被把和跟为自己什么没一二三工家人钱付唔喺系底"
)
#: Chinese names longer than this are understood with one character left out.
_HAN_CUT_LEAST = 4
#: Of towns this big too, people, but only after a word such as "in", and only long words, letters.
_MIDDLING, _MIDDLING_LEAST = 100_000, 7
#: Of smaller towns of several countries that a misspelt word may mean, the biggest is meant if it is so many times as
#: big as any elsewhere. A town near by its sound, or by a slip, has so many people, or a name of so many letters: else
#: it may be a village that nobody listed.
_FAR_BIGGER, _LEAST_PEOPLE, _LEAST_LETTERS = 5, (50_000, 100_000), (7, 8)
#: Shortest word of a name of two words that vouches for the other, letters.
_PAIR_LEAST = 3
#: Misspelt names are looked for in so many words of a text: the first ones.
_SPELT_WORDS = 60
#: Up to this length a name may be an abbreviation, such as US, and only capitals throughout tell it from a word.
_ABBREVIATION = 3
#: A name between two of these is all of a clause.
_SIGNS = ",.;!?\n()—–"


class PlacesError(Exception):
    """A places file cannot be read.

    Args:
        file: which one.
        line: where, from 1.
        message: what is wrong.
    """

    def __init__(self, file: Path, line: int, message: str) -> None:
        self.file, self.line, self.message = file, line, message
        super().__init__(f"{file}:{line}: {message}")


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a text.

    Args:
        country: ISO 3166-1 alpha-2.
        city: in English as in the directory; None for a country.
        start: first code point in the original text.
        end: the code point behind the last.
        role: whether the person is ``in`` it, is or comes ``from`` it, goes ``to`` it, says it is ``not`` the one;
            ``unknown`` if no word tells.
        kind: ``country``, ``city``, ``adjective`` (Turkish) or ``people`` (a Turk); the last two are weaker.
    """

    country: str
    city: str | None
    start: int
    end: int
    role: Role
    kind: PlaceKind


@dataclass(frozen=True, slots=True)
class _Candidate:
    country: str
    city: str | None
    kind: PlaceKind
    language: str
    flags: Flags
    case: Case
    rest: tuple[str, ...] = ()
    region: bool = False


@dataclass(frozen=True, slots=True)
class _Match:
    candidate: _Candidate
    start: int
    end: int
    first: int
    last: int
    latin_typed: bool = False


@dataclass
class _Words:
    """The function words of one language, exact and by their beginning."""

    exact: dict[str, frozenset[str]] = field(default_factory=dict)
    stems: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def has(self, group: str, word: str) -> bool:
        return word in self.exact[group] or bool(self.stems[group] and word.startswith(self.stems[group]))


#: Words and letters that only one of the two Cyrillic languages has; they decide when nobody said which it is.
_BULGARIAN = frozenset(
    "съм сме сте аз къде какво ли се си ме във към ще са ми тук сега няма имам искам".split()  # noqa: SIM905
)
_RUSSIAN = frozenset(
    "я мы из меня мне он она они где что как у был была хочу могу нет есть здесь".split()  # noqa: SIM905
)
#: What a state has abroad, in Chinese.
_HAN_MISSION = re.compile("(?:总?领事?馆|大?使馆)")
#: How long somebody has been at a place they came to: "到巴黎五年", "来米兰三个月了".
_STAYED = re.compile(
    r"(?:都|已经|有|快|打工|做工)?(?:\d+|[一二两三四五六七八九十几半]+)(?:多|来)?个?(?:年|月|天|周|星期|礼拜)"
)
#: A town whose name means something else too counts without a word such as "in" from so many letters and people on.
_NAMED_ALONE_LETTERS, _NAMED_ALONE_PEOPLE = 4, 50_000
_HAN_HERE = re.compile(r"(?:人在|我在|们在|现在|在)$")
#: The same in Latin letters: where somebody is, and what stands behind the country somebody is from.
_PINYIN_IN = frozenset({"zai"})
#: Small words of Chinese typed in Latin letters; so many make a text Chinese. The longest name, syllables.
_PINYIN = frozenset(
    "wo women ni ta zai mei meiyou bu le de ge yue laoban zenme shei shui huzhao gongzi nali qian ren xiang hui".split()  # noqa: SIM905
)
_PINYIN_LEAST, _PINYIN_SYLLABLES = 3, 7
#: So many syllables of a name may stand apart in such a text.
_PINYIN_APART = 3
_PINYIN_CITIZEN = frozenset({"ren", "dashiguan", "shiguan", "lingshiguan", "lingguan", "zonglingguan", "huzhao"})
#: Behind a place: somebody came or married away from there.
_MARRIED_AWAY = re.compile(r"(?:嫁|介绍|卖|骗|带|拐)?(?:过来|出来)(?:的|$|[，。])")
#: Behind a country: a girl or a child of it, whom somebody met elsewhere.
_CHILD_OF = re.compile(
    r"(?:籍|来|来的)?的?(?:小|女|男|年轻|未成年|十几岁|几个|一个)+的?(?:姑娘|女孩|男孩|女生|女子|丫头|孩|妹|伙子|媳妇|学生)"
)
#: Before "back to": one cannot, or is afraid to be sent.
_HAN_NO_RETURN = re.compile(r"(?:不能|不敢|没法|无法|不可以|害怕|怕|会被|要是|如果|别把).{0,6}回$|遣返回$|遣送回$")
#: Before a verb of being taken: it has not happened yet.
_HAN_SOON = re.compile(
    r"(?:(?<![需重主只])要|(?<!不)会|将|准备|打算|想|计划)(?:被|把|让|叫|带|送|卖|骗|嫁|运)(?!.*(?:已经|刚))"
    r"|(?:明天|后天|下周|下个?月|过几天|马上|月底)[^已]{0,6}(?:被|把|带|送|卖|嫁|运)"
)
#: Before "to": "he is getting to Guangzhou" is not there yet.
_HAN_NOT_YET = re.compile(r"(?:快|要|快要|将|会|想|打算|没|还没|等)到$|(?:带|送|骗|卖|拐|接)\w?到$")
#: A verb that ends like the Chinese "to": to get, to hear, to see ... says nothing of a way.
_NO_WAY = ("得到", "听到", "看到", "收到", "遇到", "想到", "提到", "说到")

#: The Russian "out of" is said of places; "from, to, behind" (от, к, за) of people and things as well.
_OUT_OF = frozenset({"из", "iz", "с", "s"})

#: Words of place that are said of things as well ("на складе", "at the boss", "под залог").
_OF_THINGS = frozenset({"на", "na", "из", "под", "at", "within", "inside", "внутри"})

#: Names of places that are first names or whole answers too, so that one between two signs says nothing: "Male, 34".
_NEVER_BARE = frozenset(
    """
    florence sofia chad jordan georgia alexandria montana sydney wellington santiago alberta victoria mary deva clark
    kent roma nice male side split muse swords oral moss mesa java tyre ogre us states gori salo turkey
    рашид карина карин лера батман санде рали
    софия лида альберта альберте лариса дева мари маре того заря воля ровно орел сорок семей волос сало волоса
    арта тихи драма есен кан лил кале пори мала дели цар сиде васа сола буда меса турок перу чад
    """.split()  # noqa: SIM905
)
#: How these begin in all their cases.
_NAMES_OF_PEOPLE = tuple(name[:-1] for name in sorted(_NEVER_BARE) if len(name) > 3 and _CYRILLIC.match(name))
#: In front of a name, with a comma or not, these make it somebody's: "Thanks, Florence".
_SIGNED = re.compile(
    r"(?:thank\w*|thx|regards|hi|hello|dear|name|sister|friend|спасибо|привет|здравствуй\w*|уважени\w+|зовут|имя|сестра"
    r"|подруга|благодаря|мерси|здравей\w*|поздрави|казвам се|казва|името ми е|сестра ми)(?: \w{1,4})?[\s,.!:;—–-]*$"
)

#: Before a name in Russian or Bulgarian, these make it a person's: "у дяди Рашида", "баба Лида".
_CALLED = re.compile(
    r"\b(?:у|дяд\w*|тёт\w*|тет\w*|баб\w*|дед\w*|тот|госпо\w+|господин\w*|мадам|чичо|леля|кака|бат\w{1,2}|вуйчо"
    r"|шеф\w*) $"
)

#: Before a place, in its clause: somebody is to be taken there, and is not there yet. In a language of cases only what
#: does not say "in".
_PEOPLE_TAKEN = (
    r"(?:me|her|him|us|them|my \w+|(?:the |young |more |other |new |many |some )*(?:girls?|women|woman|boys?|men"
    r"|people|workers?|children|kids|students?|teen\w*|waitress\w*|maids?|nurses|drivers|ladies))"
)
_TAKEN_SOON = re.compile(
    rf"\b(?:taking|takes|sending|sends|recruit\w*|hiring|hires|luring|lures) {_PEOPLE_TAKEN} (?:for|as)\b"
    rf"|\b(?:will|gonna|going to|about to|wants? to|plans? to|might) (?:be|get) (?:sent|taken|sold|moved|shipped"
    rf"|brought)\b"
    rf"|\b(?:looking for|look for|needs?|searching for) (?:\w+ )?(?:girls|women|boys|workers|people) for\b"
    r"|\b(?:я|ме|го|ги|ни|му) (?:води|водят|води[мш]|праща|пращат|взима|взимат|откарва\w*|прехвърля\w*)\b"
    r"|\b(?:води|водят|праща|пращат|взима|взимат|откарва\w*|прехвърля\w*) (?:я|ме|го|ги|ни|(?:младите |млади )?"
    r"(?:момич\w+|жени\w*|дец\w+|хора\w*)|(?:сестра|дъщеря|сина?|брат|жена|приятелка) ми)\b"
    r"|\b(?:ще|иска да|искат да|готвят се да|смятат да|мислят да|канят се да|решили да)(?: (?:я|ме|го|ги|ни|се|му))*"
    r" (?:води|водя|водят|закара\w*|прат[яи]\w*|изпрат[яи]\w*|продаде\w*|продадат|заведе\w*|заведат|отведе\w*|отведат"
    r"|вземе\w*|вземат|прехвърл[яи]\w*|премест[яи]\w*|омъж[иа]\w*)\b"
    r"|\b(?:търс(?:и|ят)|набира\w*|вербува\w*|наема\w*) (?:\w+ )?(?:момич\w+|жени|мъже|хора|работни\w+|деца|младежи"
    r"|сервитьорки) за\b"
)
_TAKEN_SOON_RUSSIAN = re.compile(
    r"\b(?:увез[её]т|увезут|отвез[её]т|отвезут|повез[её]т|повезут|вывез[её]т|вывезут|везут|вез[её]т|увозят|увозит"
    r"|вывозит"
    r"|вывозят|продаст|продадут|продают|отправит|отправят|отдаст|отдадут|отправляет|отправляют|вербу\w+|набира(?:ет|ют)"
    r"|ищ(?:ет|ут) (?:\w+ )?(?:девуш\w+|девоч\w+|девчон\w+|парн\w+|рабоч\w+|официант\w+|женщин\w*|людей|модел\w+))\b"
)

#: Wanting goes before going ("I want to Italy"), unless something is asked for there.
_WANTS = frozenset({"хочу", "хотим", "искам", "искаме", "want", "wants"})
_ASKS = re.compile(
    r"(?:по[дж]а[тмлж]|попрос|прос[ия]|заяв|жал[об]|жалба|сигнал|сообщ|найти|узнать|поговор|говор|получ|оформ|намер"
    r"|науч|complain|report|apply|ask|claim|find|talk|speak|learn|help|sue)"
)
#: Behind a country's name: whoever is called so comes from there, "Kenya lady in need".
_NATIONAL = frozenset(
    "student students national nationals citizen citizens girl girls lady ladies guy man woman".split()  # noqa: SIM905
)
#: What a state has abroad.
_MISSION = re.compile(r"(?:embass(?:y|ies)|consulate(?: general)?|high comm?iss?ion|(?:посол|консул)ь?ств\w*)\b")
_OWN = frozenset("my our own her his their наше нашето нашия нашите своего моего".split())  # noqa: SIM905
#: In the clause of a place: one cannot go back there, so one is not there.
_NO_RETURN = re.compile(
    r"\b(?:(?:can'?t|cannot|can not|afraid to|not safe to|impossible to)"
    r" (?:go|return|come|be sent|get)(?: back)?(?: home)?\b"
    r"|(?:не могу|не можем|нельзя|боюсь|страшно)(?: мне| нам)? (?:назад|обратно|домой|вернуться|возвращаться|вернутся)"
    r"|не мога да се (?:върна|прибера)|не можем да се върнем|страх ме е да се (?:върна|прибера)"
    r"|(?:домой|назад|обратно|вернуться|возвращаться|вернутся) (?:\w+ ){0,4}(?:нельзя|не могу|не можем|боюсь"
    r"|страшно|опасно"
    r"|не вернусь)\b"
    r"|(?:если|что|чтоб|чтобы|могут|хотят) (?:\w+ ){0,2}(?:вернут|депортиру\w+|вышлют|выслать|депортировать"
    r"|вернуть обратно)\b"
    r"|(?:ако|че|да)(?: ще)? (?:ме|ни|я|го) (?:върнат|депортират|екстрадират)\b"
    r"|(?:if|that|when|scared|afraid|will|may|might|could) (?:\w+ ){0,2}(?:deport|deported|(?:send|sent|return"
    r"|go) (?:me |us |her "
    r"|him )?back)\b)"
)
_CLAUSE_OR_SENTENCE_END = re.compile(rf"{_SENTENCE_END.pattern}|{_CLAUSE_END.pattern}|\s(?:but|но|а|ама|мне)\s")
_TAKEN_ENDS = re.compile(rf"{_SENTENCE_END.pattern}|{_CLAUSE_END.pattern}")
#: Where somebody who arrived says that they know the place.
_BACK = frozenset({"back", "home", "домой", "обратно", "вкъщи"})

#: "She is back home in Colombo": who is back is there. Words right behind a place that say that it is now.
_IS = frozenset({"is", "am", "are", "i'm", "im", "she's", "he's", "we're", "they're"})
_AT_PRESENT = frozenset({"now", "сейчас", "щас", "сега", "сичас"})

_PREFERENCE: Mapping[str, int] = {"city": 0, "country": 1, "people": 2, "adjective": 3}


class Gazetteer:
    """All place forms of the four languages, ready to be searched.

    Args:
        locales_dir: folder with ``<lang>/places.yml``.

    Raises:
        PlacesError: a file is missing or wrong.
    """

    def __init__(self, locales_dir: Path) -> None:
        # Thousands of forms name few places: equal candidates, and equal rows of them, are one object each.
        self._exact: dict[str, tuple[_Candidate, ...]] = {}
        self._stems: dict[str, tuple[_Candidate, ...]] = {}
        self._rows: dict[tuple[_Candidate, ...], tuple[_Candidate, ...]] = {}
        self._candidates: dict[_Candidate, _Candidate] = {}
        self._han: dict[str, list[tuple[str, _Candidate]]] = {}
        self._not_a_place: dict[str, list[tuple[str, ...]]] = {}
        self._han_not_a_place: tuple[str, ...] = ()
        self._words: dict[str, _Words] = {}
        self._ordinary = _ordinary_words(locales_dir)
        self._towns = cities(locales_dir)
        self._capitals = capitals(locales_dir)
        self._smaller = towns(locales_dir)
        self._cities: dict[tuple[str, str, str], tuple[str, ...]] = {}
        for language in LANGUAGES:
            self._read(locales_dir / language / "places.yml", language)
        for forms in self._han.values():
            forms.sort(key=lambda item: (-len(item[0]), _PREFERENCE[item[1].kind]))
        self._rows.clear()
        self._candidates.clear()

    def _read(self, file: Path, language: str) -> None:
        try:
            text = file.read_text(encoding="utf-8-sig")
            loaded: Any = yaml.load(text, Loader=_SafeLoader)
        except (OSError, UnicodeDecodeError) as error:
            raise PlacesError(file, 1, "cannot be read, or is not saved as UTF-8") from error
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            raise PlacesError(file, mark.line + 1 if mark else 1, "not readable as YAML") from error
        try:
            self._read_words(loaded["words"], language)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise PlacesError(file, _line_with(text, "words:"), f"words: {error}") from error
        try:
            countries = dict(loaded["places"])
        except (KeyError, TypeError, ValueError) as error:
            raise PlacesError(file, 1, "places: is missing or empty") from error
        for country, about in countries.items():
            try:
                if not isinstance(country, str) or not is_country(country):
                    raise ValueError(f"{country} is not a two-letter country code in quotes")
                self._read_country(country, about, language)
            except (TypeError, AttributeError, ValueError) as error:
                raise PlacesError(file, _line_with(text, f'"{country}":'), f"{country}: {error}") from error

    def _read_words(self, groups: Mapping[str, list[str]], language: str) -> None:
        words = _Words()
        for group in _WORD_GROUPS:
            listed = groups[group]
            words.exact[group] = frozenset(word for word in listed if not word.endswith("*"))
            words.stems[group] = tuple(word[:-1] for word in listed if word.endswith("*"))
        self._words[language] = words
        if language == "zh":
            self._han_not_a_place = tuple(groups["not_a_place"])
            return
        for phrase in groups["not_a_place"]:
            for form in expand(phrase, language):
                self._not_a_place.setdefault(form.words[0], []).append(form.words)

    def _read_country(self, country: str, about: Mapping[str, Any], language: str) -> None:
        unknown = set(about) - {"names", "regions", "adjectives", "people", "cities"}
        if unknown:
            raise ValueError(f"{', '.join(sorted(map(str, unknown)))} is not known here")
        for written in about.get("names", ()):
            self._add(written, country, None, "country", language)
        for written in about.get("regions", ()):
            self._add(written, country, None, "country", language, region=True)
        for written in about.get("adjectives", ()):
            self._add(written, country, None, "adjective", language)
        for written in about.get("people", ()):
            self._add(written, country, None, "people", language)
        for city, forms in about.get("cities", {}).items():
            self._cities[language, country, city] = tuple(forms)
            for written in forms:
                self._add(written, country, city, "city", language)

    def _add(
        self, written: str, country: str, city: str | None, kind: PlaceKind, language: str, region: bool = False
    ) -> None:
        body, flags = split_flags(written)
        # The files hold small letters, е for ё and simplified characters (the check says so): no need to normalise
        # four thousand forms at every start.
        if language == "zh" and not body.isascii():
            candidate = _Candidate(country, city, kind, language, flags, "", region=region)
            self._han.setdefault(body[0], []).append((body, self._candidates.setdefault(candidate, candidate)))
            return
        for form in expand(body, language):
            candidate = _Candidate(country, city, kind, language, flags, form.case, form.words[1:], region)
            candidate = self._candidates.setdefault(candidate, candidate)
            forms = self._stems if form.prefix else self._exact
            row = (*forms.get(form.words[0], ()), candidate)
            forms[form.words[0]] = self._rows.setdefault(row, row)

    @cached_property
    def _latin(self) -> dict[str, tuple[_Candidate, ...]]:
        """Russian and Bulgarian names as they are typed in Latin letters, by the key of their first word.

        Made when the first word in Latin letters is met that is no place in English: not while somebody waits for the
        bot to start.
        """
        index: dict[str, tuple[_Candidate, ...]] = {}
        rows: dict[tuple[_Candidate, ...], tuple[_Candidate, ...]] = {}
        for first, candidates in self._exact.items():
            for candidate in candidates:
                if not self._may_be_typed(candidate):
                    continue
                for chosen in _typed((first, *candidate.rest)):
                    typed = candidate if len(chosen) == 1 else replace(candidate, rest=chosen[1:])
                    known = index.get(chosen[0], ())
                    if typed not in known:
                        row = (*known, typed)
                        index[chosen[0]] = rows.setdefault(row, row)
        return index

    @staticmethod
    def _may_be_typed(candidate: _Candidate) -> bool:
        return (
            candidate.language in ("ru", "bg")
            and candidate.kind in ("country", "city")
            and not candidate.flags.needs_context
        )

    @cached_property
    def _spellings(self) -> Spellings[_Candidate]:
        """Names of one word that may be misspelt; made when the first unknown word is met."""
        return Spellings(
            (word, candidate)
            for word, candidates in self._exact.items()
            for candidate in candidates
            if not candidate.rest and candidate.language != "zh" and self._may_be_misspelt(candidate)
        )

    def _may_be_misspelt(self, candidate: _Candidate) -> bool:
        """Only what many people write about: the name of a small town or a region is too near to some word."""
        if candidate.kind == "city" and candidate.city:
            return self._people(candidate) >= _MIDDLING and not candidate.flags.needs_capital
        return candidate.kind == "country" and not candidate.region and not candidate.flags.needs_capital

    def is_middling(self, candidate: _Candidate) -> bool:
        """A town whose name is forgiven a slip only after a word such as "in"."""
        return candidate.city is not None and self._people(candidate) < _OFTEN_WRITTEN

    def _people(self, candidate: _Candidate) -> int:
        """How many live in a town of ``places.yml``, see :meth:`_as_big`; 0 for a country."""
        town = self._towns.get((candidate.country, candidate.city)) if candidate.city else None
        return self._as_big(candidate, town.people if town else 0)

    def _as_big(self, candidate: _Candidate, people: int) -> int:
        """How many count as living there: a capital is big, whoever lives in it."""
        return max(people, _OFTEN_WRITTEN) if self.is_capital(candidate) else people

    @cached_property
    def _small(self) -> tuple[tuple[str, ...], NearWords]:
        """The names of one word of the other towns of ``places.yml``, and what finds them misspelt."""
        names = tuple(
            word
            for word, candidates in self._exact.items()
            if word.isalpha() and any(self._is_small(candidate) for candidate in candidates)
        )
        return names, NearWords((word, number) for number, word in enumerate(names))

    def _is_small(self, candidate: _Candidate) -> bool:
        plain = candidate.kind == "city" and not candidate.rest and candidate.flags == Flags(False, False)
        often = self._may_be_misspelt(candidate) and not self.is_middling(candidate)
        return plain and candidate.language != "zh" and not often

    @cached_property
    def _ordinary_sounds(self) -> WordNumbers:
        return WordNumbers((sound(word), 0) for word in self._ordinary)

    def sounds_ordinary(self, word: str) -> bool:
        """Whether a word sounds like one that is no place: «палицыю» is the police, not the town of Police."""
        return next(self._ordinary_sounds.of(sound(word)), None) is not None

    def is_capital(self, candidate: _Candidate) -> bool:
        """A capital's name is forgiven a slip wherever it stands."""
        return candidate.city is not None and (candidate.country, candidate.city) in self._capitals

    def towns_near(self, word: str, language: str) -> list[tuple[_Candidate, int, int]]:
        """Smaller towns a word may be a misspelling of, each with how near it is (0: by sound) and how many live there.

        Args:
            word: normalised.
            language: ``ru``, ``bg`` or ``en``, whose endings the word may have.
        """
        found: list[tuple[_Candidate, int, int]] = []
        for town, case, far in self._smaller.near(word, cases=language == "ru"):
            candidate = _Candidate(town.country, town.name, "city", language, Flags(False, False), case)
            found.append((candidate, far, self._as_big(candidate, town.people)))
        names, index = self._small
        for name in (names[number] for number in index.numbers(word)):
            away = nearness(word, name)
            if away is not None:
                found += [(one, away, self._people(one)) for one in self._exact[name] if self._is_small(one)]
        return found

    @cached_property
    def _pairs(self) -> dict[str, list[tuple[str, str, _Candidate]]]:
        """Names of two words by each of them."""
        index: dict[str, list[tuple[str, str, _Candidate]]] = {}
        for first, candidates in self._exact.items():
            for candidate in candidates:
                if len(candidate.rest) == 1 and self._may_be_misspelt(candidate):
                    second = candidate.rest[0]
                    for word in (first, second):
                        if len(word) >= _PAIR_LEAST and word != "the":
                            index.setdefault(word, []).append((first, second, candidate))
        return index

    def pairs_near(self, first: str, second: str) -> list[_Candidate]:
        """Names of two words of which one is written rightly and the other with a slip.

        Args:
            first: a word of the text, normalised.
            second: the word behind it.
        """
        options = [*self._pairs.get(first, ()), *self._pairs.get(second, ())]
        return [
            candidate
            for one, other, candidate in options
            if (one == first and _slipped(second, other, one)) or (other == second and _slipped(first, one, other))
        ]

    @cached_property
    def _han_masked(self) -> dict[str, dict[str, _Candidate]]:
        """Chinese names with each of their characters left open in turn, and long ones with each left out."""
        index: dict[str, dict[str, _Candidate]] = {}
        for forms in self._han.values():
            for form, candidate in forms:
                if HAN_LEAST <= len(form) <= _HAN_LONGEST and self._may_be_misspelt(candidate):
                    for place in range(len(form)):
                        index.setdefault(f"{form[:place]}?{form[place + 1 :]}", {})[form] = candidate
                        if len(form) > _HAN_CUT_LEAST:
                            index.setdefault(f"{form[:place]}{form[place + 1 :]}", {})[form] = candidate
        return index

    @cached_property
    def _han_sounds(self) -> dict[str, dict[str, _Candidate]]:
        """Chinese names by what they sound like."""
        index: dict[str, dict[str, _Candidate]] = {}
        for forms in self._han.values():
            for form, candidate in forms:
                often = self._may_be_misspelt(candidate) or candidate.kind == "city"
                doubtful = len(form) == _HAN_SHORT and candidate.flags.needs_context
                if _HAN_SHORT <= len(form) <= _HAN_LONGEST and often and not doubtful:
                    index.setdefault(_han_key(form), {})[form] = candidate
        return index

    @cached_property
    def _han_sound_starts(self) -> frozenset[tuple[str, ...]]:
        """What the first two characters of these names sound like: few places of a text sound so."""
        return frozenset(_han_start(form[:_HAN_SHORT]) for forms in self._han_sounds.values() for form in forms)

    @cached_property
    def _han_long(self) -> dict[tuple[str, str], list[tuple[str, _Candidate]]]:
        """Chinese names long enough to bear one wrong character, by their first and last one."""
        index: dict[tuple[str, str], list[tuple[str, _Candidate]]] = {}
        for forms in self._han.values():
            for form, candidate in forms:
                if len(form) >= HAN_LEAST and self._may_be_misspelt(candidate):
                    index.setdefault((form[0], form[-1]), []).append((form, candidate))
        return index

    def latin_words(self, language: str, group: str) -> frozenset[str]:
        """The words of a group as they are typed in Latin letters."""
        return _latin_typed(self._words[language].exact[group])

    def latin_stems(self, language: str, group: str) -> tuple[str, ...]:
        """The beginnings of words of a group as they are typed in Latin letters."""
        return _latin_stems(self._words[language].stems[group])

    def city_forms(self, country: str, city: str, language: str) -> tuple[str, ...]:
        """The ways a city is written in a language, as in its file; empty if it is not there."""
        return self._cities.get((language, country, city), ())

    # ---- search ------------------------------------------------------------------------------------------------

    def find(self, text: str, language: str | None = None) -> list[Place]:
        """All places in a text, in its order; see ``find_places``."""
        normalised = normalise(text)
        found = _Search(self, normalised, language).places()
        for start, end, code in country_flags(text):
            if is_country(code):
                found.append(Place(code, None, start, end, "unknown", "country"))
        return sorted(found, key=lambda place: place.start)


class _Search:
    """One search in one text."""

    def __init__(self, gazetteer: Gazetteer, normalised: Normalised, language: str | None) -> None:
        self.gazetteer = gazetteer
        self.normalised = normalised
        self.text = normalised.text
        self.tokens = tokens(self.text)
        self.language = language or self._cyrillic_language()
        self.last_match: _Match | None = None
        words = [word for word, _, _ in self.tokens]
        self.surely_pinyin = sum(word in _PINYIN for word in words) >= _PINYIN_LEAST
        self.pinyin = self.surely_pinyin or is_pinyin(words)

    def _cyrillic_language(self) -> str | None:
        words = {word for word, _, _ in self.tokens}
        bulgarian = len(words & _BULGARIAN) + sum("ъ" in word for word in words)
        russian = len(words & _RUSSIAN) + sum(bool(re.search("[ыэ]", word)) for word in words)
        if bulgarian == russian:
            return None
        return "bg" if bulgarian > russian else "ru"

    def places(self) -> list[Place]:
        matches = list(self._words_matches())
        if HAN.search(self.text):
            matches.extend(self._han_matches())
        matches.sort(key=lambda match: match.start)
        matches = self._qualified(matches)
        places: list[Place] = []
        previous: _Match | None = None
        for match in matches:
            before = places[-1].role if places else "unknown"
            role = self._role(match, previous, "unknown" if before == "not" else before)
            if role is None:
                continue
            if role != "from" and _DENIED.search(self.text[max(0, match.start - _DENIED_WINDOW) : match.start]):
                role = "not"
            start, end = self.normalised.span(match.start, match.end)
            candidate = match.candidate
            places.append(Place(candidate.country, candidate.city, start, end, role, candidate.kind))
            previous = match
        return places

    def _qualified(self, matches: list[_Match]) -> list[_Match]:
        """The same name twice, once with its country ("in Melnik, the Czech Melnik"): both are that one."""
        known = {
            self.text[match.start : match.end]: match.candidate
            for match in matches
            if match.candidate.kind == "city" and self._named_by_country(match, matches)
        }
        return [
            replace(match, candidate=replace(known[name], case=match.candidate.case))
            if (name := self.text[match.start : match.end]) in known and match.candidate.kind == "city"
            else match
            for match in matches
        ]

    def _named_by_country(self, match: _Match, matches: Iterable[_Match]) -> bool:
        return any(
            one.candidate.kind in ("adjective", "country")
            and one.candidate.country == match.candidate.country
            and one.end < match.start
            and not self.text[one.end : match.start].strip()
            for one in matches
        )

    def _words_matches(self) -> Iterator[_Match]:
        index = 0
        while index < len(self.tokens):
            if skip := self._not_a_place(index):
                index += skip
                continue
            match = self._match_at(index)
            town = self._town_at(index) if match is None or match.last == index else None
            if match is None or (town is not None and town.last > match.last and town.end > match.end):
                match = town or match  # Benin City is not Benin
            if match is None and index < _SPELT_WORDS:
                match = self._misspelt_at(index)
            if match is None:
                index += 1
                continue
            self.last_match = match
            yield match
            index = match.last + 1

    def _not_a_place(self, index: int) -> int:
        for words in self.gazetteer._not_a_place.get(self.tokens[index][0], ()):
            if tuple(token for token, _, _ in self.tokens[index : index + len(words)]) == words:
                return len(words)
        return 0

    def _match_at(self, index: int) -> _Match | None:
        word, _, _ = self.tokens[index]
        bare = word[:-2] if word.endswith("'s") else word
        options = [(c, c.rest, False) for c in self.gazetteer._exact.get(bare, ())]
        for length in range(min(len(bare), 16), 2, -1):
            if stems := self.gazetteer._stems.get(bare[:length]):
                options.extend((c, c.rest, False) for c in stems)
                break
        best = self._best(index, options)
        if best is None and self.pinyin and bare.isascii():
            best = self._pinyin_at(index)
        if best is None and bare.isascii() and len(bare) >= _LATIN_AT_ALL - 1:
            best = self._best(index, [(c, c.rest, True) for c in self.gazetteer._latin.get(latin_key(bare), ())])
        return best

    def _pinyin_at(self, index: int) -> _Match | None:
        """A Chinese name typed in Latin letters with a blank between its syllables: "zai ma lai xi ya"."""
        for last in range(min(index + _PINYIN_SYLLABLES, len(self.tokens)) - 1, index, -1):
            start, end = self.tokens[index][1], self.tokens[last][2]
            if not re.fullmatch("[a-z]+(?: [a-z]+)*", self.text[start:end]):
                continue
            known = self.gazetteer._exact.get(self.text[start:end].replace(" ", ""), ())
            for candidate in known:
                match = _Match(candidate, start, end, index, last)
                if last - index + 1 < _PINYIN_APART and not (self.surely_pinyin or self._after_place_word(match)):
                    continue  # "wo fa guo de": two syllables may be two words
                if candidate.language == "zh" and not candidate.rest and self._allowed(match):
                    return match
        return None

    def _town_at(self, index: int) -> _Match | None:
        """A smaller town; one whose name means something else too only where nothing else can be meant."""
        word, start, _ = self.tokens[index]
        language = self._script_language(word)
        found: list[tuple[int, _Match, Town]] = []
        for town, case in self.gazetteer._smaller.written(word[:-2] if word.endswith("'s") else word):
            if self._continues(index, town.rest, latin_typed=False):
                last = index + len(town.rest)
                flags = Flags(town.doubtful, needs_capital=False)
                candidate = _Candidate(town.country, town.name, "city", language, flags, case, town.rest)
                found.append((len(town.rest), _Match(candidate, start, self.tokens[last][2], index, last), town))
        longest = max((length for length, _, _ in found), default=0)
        matches = [(match, town) for length, match, town in found if length == longest]
        near = [match for match, _ in matches if self._beside_its_country(match)]
        if near:
            return near[0]
        if len({match.candidate.country for match, _ in matches}) != 1:
            return None
        match, town = matches[0]
        if town.doubtful and not (
            self._inside_word_before(match) or self._whole_message(match) or self._named_alone(match, town.people)
        ):
            return None
        return match

    def _named_alone(self, match: _Match, people: int) -> bool:
        """Whether a name with a capital can hardly be the other thing: "Lekki. they locked us", "I am Herat"."""
        if match.end - match.start < _NAMED_ALONE_LETTERS or people < _NAMED_ALONE_PEOPLE or not self._capital(match):
            return False
        if self._between_signs(match):
            called = self._begins_sentence(match) and self.text[match.end :].lstrip().startswith(",")
            return not called
        position = self._previous(match)
        if position is None or self._begins_sentence(match) or self.tokens[position][0] in _OF_THINGS:
            return False
        words = self._words(match)
        if any(words.has(group, self.tokens[position][0]) for group in ("self", "from", "in")):
            return True
        return self._proper(match)

    def _proper(self, match: _Match) -> bool:
        """Whether a capital within a sentence says that it is a town's name in Russian or Bulgarian.

        "босс Тэгу ударил ключом", but not "Анна Верона", "зовут Лида" or "РАБОТА В ГРЕЦИИ".
        """
        word = self.tokens[match.first][0]
        if not _CYRILLIC.match(word) or word.startswith(_NAMES_OF_PEOPLE):
            return False
        if _SIGNED.search(self.text[: match.start]) or _CALLED.search(self.text[: match.start]):
            return False
        beside = [
            self.tokens[position] for position in (match.first - 1, match.last + 1) if 0 <= position < len(self.tokens)
        ]
        return not any(
            self.normalised.original[self.normalised.span(start, end)[0]].isupper() for _, start, end in beside
        )

    def _beside_its_country(self, match: _Match) -> bool:
        """ "Leiria, Portugal": its country stands right before or behind it."""
        if self._follows_its_country(match):
            return True
        after = match.last + 1
        if after >= len(self.tokens) or not _only_separators(self.text[match.end : self.tokens[after][1]]):
            return False
        exact = self.gazetteer._exact.get(self.tokens[after][0], ())
        return any(one.country == match.candidate.country and one.kind == "country" for one in exact)

    def _inside_word_before(self, match: _Match) -> bool:
        """Whether a word such as "in" stands before a place, and none that is said of things as well ("на")."""
        position = self._previous(match)
        if position is None or _CLAUSE_END.search(self.text[self.tokens[position][2] : match.start]):
            return False
        word = self.tokens[position][0]
        return word not in _OF_THINGS and self._group(match, word) == "in"

    def _best(self, index: int, options: Iterable[tuple[_Candidate, tuple[str, ...], bool]]) -> _Match | None:
        """The longest and likeliest of the candidates that begin at a word."""
        best: tuple[tuple[int, int, int, int], _Match] | None = None
        for candidate, rest, latin_typed in options:
            if not self._continues(index, rest, latin_typed):
                continue
            last = index + len(rest)
            match = _Match(candidate, self.tokens[index][1], self.tokens[last][2], index, last, latin_typed)
            if not self._allowed(match):
                continue
            rank = (
                -len(rest),
                0 if candidate.language == self.language else 1,
                _PREFERENCE[candidate.kind],
                LANGUAGES.index(candidate.language),
            )
            if best is None or rank < best[0]:
                best = rank, match
        return best[1] if best else None

    def _misspelt_at(self, index: int) -> _Match | None:
        """A place whose name is misspelt, if it can be but one country."""
        word, start, end = self.tokens[index]
        if two := self._misspelt_pair_at(index):
            return two
        if not word.isalpha() or word in self.gazetteer._ordinary or self._is_name(word):
            return None
        unknown = _Candidate("", None, "city", self._script_language(word), Flags(False, False), "")
        probe = _Match(unknown, start, end, index, index)
        expected = self._after_place_word(probe) or self._whole_message(probe) or self._between_signs(probe)
        near = list(self.gazetteer._spellings.near(word, expected))
        if not expected or len(word) < _MIDDLING_LEAST:
            near = [one for one in near if not self.gazetteer.is_middling(one)]
        own = [one for one in near if one.language == self.language] or near
        if not near:
            return self._misspelt_town_at(probe)
        if len({one.country for one in own}) > 1:
            return None
        best = min(own, key=lambda one: (_PREFERENCE[one.kind], one.flags.needs_context))
        if best.flags.needs_context and not expected:
            return None
        return _Match(best, start, end, index, index)

    def _misspelt_town_at(self, probe: _Match) -> _Match | None:
        """A smaller town whose name is misspelt, where a town must be meant.

        A big one also where the word stands alone, a capital anywhere with a capital letter.
        """
        word = self.tokens[probe.first][0]
        gazetteer = self.gazetteer
        if len(word) < AFTER_PLACE_WORD or gazetteer.sounds_ordinary(word):
            return None
        inside = self._inside_word_before(probe) and not (word.isascii() and self._typed_word_before(probe))
        alone = self._whole_message(probe) or self._between_signs(probe)
        capital = len(word) > AFTER_PLACE_WORD and self._capital(probe)
        if not (inside or alone or capital) or any(gazetteer._smaller.written(word)):
            return None
        near = [
            (candidate, far, people)
            for candidate, far, people in gazetteer.towns_near(word, probe.candidate.language)
            if (inside and (people >= _LEAST_PEOPLE[far] or len(word) >= _LEAST_LETTERS[far]))
            or (alone and people >= _OFTEN_WRITTEN)
            or (capital and gazetteer.is_capital(candidate))
        ]
        alike = [one for one in near if not one[1]] or near
        if not alike:
            return None
        best, _, most = max(alike, key=lambda one: one[2])
        if any(one.country != best.country and people * _FAR_BIGGER > most for one, _, people in alike):
            return None
        return replace(probe, candidate=best)

    def _typed_word_before(self, match: _Match) -> bool:
        """Whether the word before a place is Russian or Bulgarian in Latin letters: what follows is no English name."""
        position = self._previous(match)
        return position is not None and self.tokens[position][0] not in self.gazetteer._words["en"].exact["in"]

    def _misspelt_pair_at(self, index: int) -> _Match | None:
        """A name of two words one of which is misspelt: "phnom phen", "куала лумпур"."""
        if index + 1 >= len(self.tokens):
            return None
        first, second = self.tokens[index], self.tokens[index + 1]
        if self.text[first[2] : second[1]].strip(" -"):
            return None
        near = self.gazetteer.pairs_near(first[0], second[0])
        if len({one.country for one in near}) != 1:
            return None
        return _Match(near[0], first[1], second[2], index, index + 1)

    def _is_name(self, word: str) -> bool:
        """Whether a word is some place's name, adjective or people as it is, whatever made it no place here."""
        stems = self.gazetteer._stems
        return word in self.gazetteer._exact or any(
            word[:length] in stems for length in range(3, min(len(word), 16) + 1)
        )

    def _script_language(self, word: str) -> str:
        """The language whose function words stand around a word of this script."""
        if re.search("[а-я]", word):
            return self.language if self.language in ("ru", "bg") else "ru"
        return "en"

    def _continues(self, index: int, rest: tuple[str, ...], latin_typed: bool) -> bool:
        if index + len(rest) >= len(self.tokens):
            return False
        for offset, expected in enumerate(rest, 1):
            word, start, _ = self.tokens[index + offset]
            if (latin_key(word) if latin_typed else word) != expected:
                return False
            between = self.text[self.tokens[index + offset - 1][2] : start]
            if between.strip(" -.'\u2014\u2013") or "\n" in between:
                return False
        return True

    def _allowed(self, match: _Match) -> bool:
        candidate = match.candidate
        if (
            self.language in LANGUAGES
            and candidate.language != self.language
            and candidate.flags == Flags(False, False)
        ):
            # София is a city to a Bulgarian and a woman's name to a Russian: the person's own language decides.
            word = self.tokens[match.first][0]
            own = [c for c in self.gazetteer._exact.get(word, ()) if c.language == self.language]
            if any(c.flags.needs_context or c.flags.needs_capital for c in own):
                return False
        if self._follows_its_country(match) or self._bare(match):
            return True
        if candidate.flags.needs_capital and not self._capital(match):
            return candidate.flags.small_after_in and self._inside_word_before(match)
        if (
            candidate.flags.needs_context
            and not (self._after_place_word(match) or self._whole_message(match))
            and not self._plain_in_pinyin(match)
        ):
            evidence = self._capital(match) and not self._begins_sentence(match) and not candidate.flags.needs_capital
            if not (evidence and (candidate.language == "en" or self._proper(match))):
                return False
        if match.latin_typed:
            length = match.end - match.start
            weak = length < _LATIN_ALONE or self.language in ("en", "zh")
            if weak and not self._after_place_word(match):
                return False
        if candidate.kind == "adjective":
            return not self._names_a_language(match)
        return True

    def _plain_in_pinyin(self, match: _Match) -> bool:
        """Whether a Chinese name typed in Latin letters stands in a message of such: "xigang huzhao bei kou le"."""
        candidate, syllables = match.candidate, match.last - match.first + 1
        plain = candidate.language == "zh" and candidate.flags.small_after_in and not candidate.flags.needs_capital
        return plain and self.pinyin and (syllables == 1 or syllables >= _PINYIN_APART)

    def _follows_its_country(self, match: _Match) -> bool:
        """ "белгия гент": after the country's name a word that may be a town of it is one."""
        before = self.last_match
        if before is None or before.last != match.first - 1 or match.candidate.kind != "city":
            return False
        return before.candidate.country == match.candidate.country and before.candidate.kind in ("country", "adjective")

    def _capital(self, match: _Match) -> bool:
        start, end = self.normalised.span(match.start, match.end)
        original = self.normalised.original[start:end]
        if len(original) <= _ABBREVIATION:
            return original.isupper()
        return original[:1].isupper() and not self.normalised.original[max(0, start - 12) : end + 12].isupper()

    def _begins_sentence(self, match: _Match) -> bool:
        before = self.text[: match.start].rstrip(" \"'«([-")
        return not before or bool(_SENTENCE_END.match(before[-1]))

    def _whole_message(self, match: _Match) -> bool:
        words = self._words(match)
        others = [
            token
            for position, (token, _, _) in enumerate(self.tokens)
            if not match.first <= position <= match.last and not words.has("skip", token)
        ]
        return not others and not HAN.search(self.text)

    def _between_signs(self, match: _Match) -> bool:
        """Whether a word stands alone between two signs, as people add where they are: "... job. Sydny".

        As a message's last word, or elsewhere with a capital ("Sydny, no pay"); not a name signed or called.
        """
        before, after = self.text[: match.start].rstrip(), self.text[match.end :].lstrip(" ")
        if (before and before[-1] not in _SIGNS) or (after and after[0] not in _SIGNS):
            return False
        if _SIGNED.search(before) or not (before or after):
            return False
        return (bool(before) and not after.strip(" .!?")) or self._capital(match)

    def _bare(self, match: _Match) -> bool:
        """Whether a name that means something else too stands alone between two signs: "no pay, Cork. who helps".

        With a capital; without one only as a message's last word, and if it is seldom anything but the town.
        """
        flags, word = match.candidate.flags, self.tokens[match.first][0]
        if match.candidate.kind not in ("city", "country") or match.latin_typed or word in _NEVER_BARE:
            return False
        before = self.text[: match.start].rstrip()
        if not before or before[-1] not in _SIGNS + ":" or _SIGNED.search(before):
            return False
        after = self.text[match.end :].lstrip(" ")
        if after and after[0] not in _SIGNS + ":":
            return False
        if self._capital(match):
            return True
        own = match.candidate.language == self.language or (self.language is None and word.isascii())
        return own and not after.strip(" .!?") and (flags.small_after_in or not flags.needs_capital)

    def _words(self, match: _Match) -> _Words:
        return self.gazetteer._words[match.candidate.language]

    def _previous(self, match: _Match) -> int | None:
        """Index of the word before the place, skipping "the city of"; None at the start of a sentence."""
        position = match.first - 1
        words = self._words(match)
        while position >= 0:
            between = self.text[self.tokens[position][2] : self.tokens[position + 1][1]]
            if _SENTENCE_END.search(between.replace(".", "", 1) if len(self.tokens[position][0]) <= 2 else between):
                return None
            if not (words.has("skip", self.tokens[position][0]) and not words.has("in", self.tokens[position][0])):
                return position
            position -= 1
        return None

    def _group(self, match: _Match, word: str) -> str | None:
        """Which group of place words a word belongs to, also when it is typed in Latin letters."""
        if word in _PINYIN_IN:
            return "in"
        languages = [match.candidate.language]
        if match.latin_typed or (word.isascii() and match.candidate.language == "en"):
            languages += [language for language in ("ru", "bg") if language not in languages]
        for language in languages:
            words = self.gazetteer._words[language]
            for group in ("in", "from", "to"):
                if word in words.exact[group]:
                    return group
                if word.isascii() and language != "en" and word in _latin_typed(words.exact[group]):
                    return group
        return None

    def _after_place_word(self, match: _Match) -> bool:
        position = self._previous(match)
        if position is None:
            return False
        word = self.tokens[position][0]
        group = self._group(match, word)
        if group is None or (match.candidate.language == "ru" and group != "in" and word not in _OUT_OF):
            return False
        if group == "from" and match.candidate.case == "instrumental":
            return False
        between = self.text[self.tokens[position][2] : match.start]
        return not _CLAUSE_END.search(between)

    def _names_a_language(self, match: _Match) -> bool:
        words = self._words(match)
        if match.first and words.has("tongue", self.tokens[match.first - 1][0]):
            return True
        after = match.last + 1
        return after < len(self.tokens) and words.has("language", self.tokens[after][0])

    def _clause_before(self, position: int, whole_sentence: bool) -> Iterator[str]:
        """Words before ``position``, nearest first, within the clause or the sentence."""
        for step in range(_WINDOW):
            index = position - 1 - step
            if index < 0:
                return
            between = self.text[self.tokens[index][2] : self.tokens[index + 1][1]]
            if _SENTENCE_END.search(between) or (not whole_sentence and _CLAUSE_END.search(between)):
                return
            yield self.tokens[index][0]

    def _clause_after(self, position: int) -> Iterator[str]:
        for index in range(position + 1, min(position + 5, len(self.tokens))):
            between = self.text[self.tokens[index - 1][2] : self.tokens[index][1]]
            if _SENTENCE_END.search(between) or _CLAUSE_END.search(between):
                return
            yield self.tokens[index][0]

    # ---- roles ---------------------------------------------------------------------------------------------------

    def _role(self, match: _Match, previous: _Match | None, previous_role: Role) -> Role | None:
        """The role of a place; None if it turns out to be none."""
        if match.candidate.language == "zh" and HAN.match(self.text[match.start]):
            return self._han_role(match, previous, previous_role)
        before = self.text[: match.start].rstrip()
        if before and HAN.match(before[-1]):
            return self._han_role(match, previous, previous_role)
        behind = self.tokens[match.last + 1][0] if match.last + 1 < len(self.tokens) else ""
        joined = behind and not self.text[match.end : self.tokens[match.last + 1][1]].strip()
        theirs = behind == "huzhao" and (match.candidate.kind == "city" or self._after_place_word(match))
        if match.candidate.language == "zh" and joined and behind in _PINYIN_CITIZEN and not theirs:
            return "from"  # "zhongguo huzhao", not "xigang huzhao bei kou"
        if joined and behind in _NATIONAL and match.candidate.kind == "country" and not self._after_place_word(match):
            return "from"  # "Cameroon student"
        mission = _MISSION.match(self.text, self.tokens[match.last + 1][1]) if joined else None
        inside = match.first and self.tokens[match.first - 1][0] in ("в", "во", "във")
        if mission and match.candidate.kind == "country" and not inside:
            return "from"  # "Ethiopia consulate", not "где в ОАЭ посольство"
        if match.candidate.kind == "people":
            return "from"
        if match.candidate.kind == "adjective":
            position = self._previous(match)
            is_self = (
                match.candidate.language == "en"
                and position is not None
                and self.tokens[position][0] in ("am", "i'm", "im", "are", "we're", "a", "an")
            )
            return "from" if is_self and not list(self._clause_after(match.last)) else "unknown"
        if previous is not None and self._goes_on(previous, previous_role, match):
            return previous_role
        position = self._previous(match)
        if position is None:
            return "unknown"
        word = self.tokens[position][0]
        if _CLAUSE_END.search(self.text[self.tokens[position][2] : match.start]):
            return "unknown"
        words = self._words(match)
        if word == "под" and position and self.tokens[position - 1][0] == "из":
            return "from"
        if match.latin_typed and self._group(match, word) != "from":
            role = self._plain_role(match, self._group(match, word))
            before_it = self._clause_before(position, whole_sentence=True)
            return "in" if role == "to" and any(self._says("arrived", one, words) for one in before_it) else role
        state = previous is not None and previous.candidate.kind in ("adjective", "country") and previous_role != "in"
        named = state and previous and _MISSION.fullmatch(self.text[previous.end : match.start].strip())
        own = position and self.tokens[position - 1][0] in _OWN
        if named or (own and _MISSION.match(word)):
            return "in"  # "Philippine embassy Kuwait"
        if words.has("citizen", word) or (
            word in ("на", "of", "от")
            and position
            and words.has("citizen", self.tokens[position - 1][0])
            and word != self.tokens[position - 1][0]
        ):
            return "from"
        group = self._group(match, word)
        if group in ("in", "to") and _NO_RETURN.search(self._around(match)):
            return "from"
        return self._spoken_role(match, position, words, group)

    def _goes_on(self, previous: _Match, role: Role, match: _Match) -> bool:
        """Whether a place goes on with the one before it: "in Berlin, Germany".

        Not "consulate of Kenya Bangkok", "из Китая, Казань": what is from elsewhere ends there.
        """
        between = self.text[previous.end : match.start]
        if not _only_separators(between):
            return False
        one, other = previous.candidate, match.candidate
        if one.country != other.country and one.kind == "country" and other.kind == "city" and between.strip():
            return False  # "takes her to Germany, Yambol"
        return role != "from" or one.country == other.country or (bool(between.strip()) and one.kind == other.kind)

    def _around(self, match: _Match) -> str:
        """The clause a place stands in."""
        ends = [end.end() for end in _CLAUSE_OR_SENTENCE_END.finditer(self.text, 0, match.start)]
        after = _CLAUSE_OR_SENTENCE_END.search(self.text, match.end)
        return self.text[ends[-1] if ends else 0 : after.start() if after else len(self.text)]

    def _says(self, group: str, word: str, words: _Words) -> bool:
        """Whether a word is of a group, also of Russian or Bulgarian typed in Latin letters: "uletet v tashkent"."""
        if words.has(group, word):
            return True
        if not word.isascii() or len(word) < _LATIN_AT_ALL:
            return False
        return any(
            word in self.gazetteer.latin_words(language, group)
            or word.startswith(self.gazetteer.latin_stems(language, group))
            for language in ("ru", "bg")
        )

    def _plain_role(self, match: _Match, group: str | None) -> Role:
        if group == "in" and match.candidate.case == "accusative":
            return "to"
        return group if group in ("in", "from", "to") else "unknown"  # type: ignore[return-value]

    def _spoken_role(self, match: _Match, position: int, words: _Words, group: str | None) -> Role:
        clause = list(self._clause_before(position, whole_sentence=False))
        nearest = clause[0] if clause else ""
        arrived = any(self._says("arrived", word, words) for word in self._clause_before(position, whole_sentence=True))
        # "Came back home to Lagos": who came is there, whatever "back" says. Who wants to complain in Dobrich is there.
        asks = any(_ASKS.match(word) for word in clause)
        back = arrived or bool(_IS.intersection(clause))
        going = any(
            self._says("going", word, words) and not (back and word in _BACK) and not (asks and word in _WANTS)
            for word in clause
        )
        if group in ("in", "to") and next(self._clause_after(match.last), "") in _AT_PRESENT:
            return "in"
        if group in ("in", "to") and not words.has("self", nearest) and self._taken_soon(match):
            return "to"
        if group == "in":
            if match.candidate.case == "accusative":
                return "in" if arrived else "to"
            if words.has("self", nearest):
                return "in"
            return "to" if going and not arrived else "in"
        if group == "to":
            return "in" if arrived and not going else "to"
        if group == "from":
            if match.candidate.case == "instrumental":
                return "unknown"
            out = any(self._says("leaving", word, words) for word in clause)
            calls = any(words.has("calling", word) for word in self._clause_after(match.last))
            return "in" if (out and not arrived) or calls else "from"
        return "unknown"

    def _taken_soon(self, match: _Match) -> bool:
        """Whether the words before a place say that somebody is to be taken there, so is elsewhere now."""
        ends = [end.end() for end in _TAKEN_ENDS.finditer(self.text, 0, match.start)]
        clause = self.text[ends[-1] if ends else 0 : match.start]
        if match.candidate.language == "ru":
            return match.candidate.case != "locative" and bool(_TAKEN_SOON_RUSSIAN.search(clause))
        return bool(_TAKEN_SOON.search(clause))

    # ---- Chinese -------------------------------------------------------------------------------------------------

    def _han_matches(self) -> Iterator[_Match]:
        position = 0
        text = self.text
        while position < len(text):
            swallowed = next(
                (phrase for phrase in self.gazetteer._han_not_a_place if text.startswith(phrase, position)), None
            )
            if swallowed:
                position += len(swallowed)
                continue
            for form, candidate in self.gazetteer._han.get(text[position], ()):
                if text.startswith(form, position):
                    match = _Match(candidate, position, position + len(form), 0, 0)
                    if self._han_allowed(match):
                        yield match
                        position += len(form) - 1
                        break
            else:
                misspelt = (
                    self._han_town_at(position) or self._han_misspelt_at(position) or self._han_sounded_at(position)
                )
                if misspelt:
                    yield misspelt
                    position = misspelt.end - 1
            position += 1

    def _han_town_at(self, position: int) -> _Match | None:
        found = self.gazetteer._smaller.han(self.text, position)
        if found is None:
            return None
        form, town = found
        candidate = _Candidate(town.country, town.name, "city", "zh", Flags(town.doubtful, needs_capital=False), "")
        match = _Match(candidate, position, position + len(form), 0, 0)
        return match if self._han_allowed(match) else None

    def _han_alone(self, position: int) -> _Match | None:
        """A part between blanks or signs that is nothing but a Chinese name with one wrong character: 墨斯科."""
        if position and (HAN.match(self.text[position - 1]) and not _HAN_HERE.search(self.text[:position])):
            return None
        part = re.match(r"[\u3400-\u9fff]+", self.text[position:])
        length = part.end() if part else 0
        if not HAN_LEAST <= length <= _HAN_LONGEST or length == len(self.text.strip(" 。！？，")):
            return None
        written = self.text[position : position + length]
        known = self.gazetteer._han
        if any(written.startswith(form, at) for at in range(length) for form, _ in known.get(written[at], ())):
            return None
        found: dict[str, _Candidate] = dict(self._han_cut(written))
        for place in range(length):
            found.update(self.gazetteer._han_masked.get(f"{written[:place]}?{written[place + 1 :]}", {}))
        if len({candidate.country for candidate in found.values()}) != 1:
            return None
        return _Match(next(iter(found.values())), position, position + length, 0, 0)

    def _han_cut(self, written: str) -> Mapping[str, _Candidate]:
        """Long Chinese names of which one character is left out: 布加勒斯."""
        return self.gazetteer._han_masked.get(written, {}) if len(written) >= _HAN_CUT_LEAST else {}

    def _han_sounded_at(self, position: int) -> _Match | None:
        """A Chinese name written with other characters that sound the same: 曼古 for 曼谷.

        Two characters only behind a word such as "in" or before such as "embassy", and if they are no word; three
        also where a part of the message begins, four anywhere.
        """
        text = self.text
        if _han_start(text[position : position + _HAN_SHORT]) not in self.gazetteer._han_sound_starts:
            return None
        behind = self._behind_place_word(position)
        begins = not position or not HAN.match(text[position - 1])
        for length in range(_HAN_LONGEST, _HAN_SHORT - 1, -1):
            written = text[position : position + length]
            if len(written) < length or not HAN_RUN.fullmatch(written):
                continue
            if length == _HAN_SHORT and not (behind or (begins and _HAN_MISSION.match(text, position + length))):
                continue
            if length == HAN_LEAST and not (behind or begins):
                continue
            if written in self.gazetteer._ordinary or (length <= HAN_LEAST and _HAN_EVERYDAY.intersection(written)):
                continue
            known = self.gazetteer._han_sounds.get(_han_key(written), {})
            spoken = text.startswith(tuple(self.gazetteer._words["zh"].exact["language"]), position + length)
            if known and (written in known or spoken):
                return None
            if len({candidate.country for candidate in known.values()}) == 1:
                return _Match(next(iter(known.values())), position, position + length, 0, 0)
        return None

    def _behind_place_word(self, position: int) -> bool:
        before = self.text[max(0, position - 4) : position].rstrip()
        words = self.gazetteer._words["zh"]
        return any(before.endswith(tuple(words.exact[group])) for group in ("in", "from", "to", "arrived"))

    def _han_misspelt_at(self, position: int) -> _Match | None:
        """A Chinese name with one wrong character, right behind a word such as "in", if it can be but one country."""
        if alone := self._han_alone(position):
            return alone
        if self.text[:position].rstrip() and not self._behind_place_word(position):
            return None
        for length in range(_HAN_LONGEST, _HAN_CUT_LEAST - 1, -1):
            cut = self._han_cut(self.text[position : position + length])
            if len({candidate.country for candidate in cut.values()}) == 1:
                return _Match(next(iter(cut.values())), position, position + length, 0, 0)
        found: dict[str, _Candidate] = {}
        for length in range(HAN_LEAST, _HAN_LONGEST + 1):
            written = self.text[position : position + length]
            if len(written) < length or not all(HAN.match(one) for one in written):
                break
            for form, candidate in self.gazetteer._han_long.get((written[0], written[-1]), ()):
                if len(form) == length and sum(map(str.__ne__, form, written)) == 1:
                    found[form] = candidate
        if len({candidate.country for candidate in found.values()}) != 1:
            return None
        form, candidate = max(found.items(), key=lambda item: len(item[0]))
        return _Match(candidate, position, position + len(form), 0, 0)

    def _han_allowed(self, match: _Match) -> bool:
        words = self._words(match)
        if words.exact["language"] and self.text[match.end : match.end + 1] in words.exact["language"]:
            return False
        if not match.candidate.flags.needs_context:
            return True
        before = self.text[: match.start].rstrip()
        alone = self.text.strip(" 。！？,，.!?") == self.text[match.start : match.end]
        return alone or any(before.endswith(tuple(words.exact[group])) for group in ("in", "from", "to", "arrived"))

    def _han_role(self, match: _Match, previous: _Match | None, previous_role: Role) -> Role:
        words = self.gazetteer._words["zh"]
        after = self.text[match.end : match.end + _HAN_WINDOW].lstrip()
        sentence = re.split(r"[。！？!?；;\n]", self.text[max(0, match.start - 24) : match.start])[-1]
        before = sentence.rstrip()
        if before.endswith("驻"):
            return "in"
        if match.candidate.kind == "city" and _HAN_MISSION.match(after):
            return "in"  # a town has no embassies of its own
        if after.startswith(("回不去", "回不了")):
            return "from"
        if after.startswith(tuple(words.exact["citizen"])) and not after.startswith(("人生", "人在", "人身", "人口")):
            return "from"
        if after.startswith("人在") or _MARRIED_AWAY.match(after) or _CHILD_OF.match(after):
            return "from"
        if before.endswith("回") and _HAN_NO_RETURN.search(re.split(r"[，,]", before)[-1]):
            return "from"
        if previous is not None and self._goes_on(previous, previous_role, match):
            return previous_role
        if _STAYED.match(after) and before.endswith(tuple(words.exact["to"])):
            return "in"
        if before.endswith(tuple(words.exact["arrived"])):
            soon = _HAN_SOON.search(re.split(r"[，,]", before)[-1]) and not after.startswith(("了", "过"))
            return "to" if soon else "in"
        if before.endswith(_NO_WAY):
            return "unknown"
        if before.endswith("到") and after.startswith("了") and not _HAN_NOT_YET.search(before):
            return "in"
        group = _longest_suffix(before, {name: words.exact[name] for name in ("in", "from", "to")})
        if group == "to":
            return "to"
        if group == "from":
            clause = re.split(r"[，,]", after)[0]
            out = any(word in clause[:_HAN_WINDOW] for word in (*words.exact["leaving"], *words.exact["calling"]))
            return "in" if out else "from"
        if group == "in" or after.startswith(tuple(words.exact["near"])):
            return "in"
        recent = re.split(r"[，,]", before)[-1][-4:]
        if any(word in recent for word in ("逃出", "离开", "逃离")):
            return "in"
        return "unknown"


#: "Not in Turkey, in Germany": words right before a place that say it is not this one.
_DENIED = re.compile(
    r"(?:\b(?:not|isn'?t|wasn'?t)(?: in| at| from)?(?: the)?"
    r"|\bне(?: съм| сме| е| беше)?(?: в| във| во| на| из| от)?"
    r"|\b(?:ne|nie)(?: v| iz)?"
    r"|不是(?:在|说|說)?|不在|没在|沒在|唔係|唔喺)\s*$"
)
_DENIED_WINDOW = 16


def _ordinary_words(locales_dir: Path) -> frozenset[str]:
    """Words of all languages that look like a misspelt place and are words of their own; small letters, е for ё."""
    words: set[str] = set()
    for language in LANGUAGES:
        file = locales_dir / language / "ordinary_words.txt"
        if file.exists():
            lines = file.read_text(encoding="utf-8-sig").splitlines()
            words.update(line.strip() for line in lines if line.strip() and not line.startswith("#"))
    return frozenset(words)


def _han_key(written: str) -> str:
    """What Chinese characters sound like; nearly so where they are many."""
    sounds = near_sound if len(written) >= _HAN_NEARLY else sound_of
    return " ".join(map(sounds, written))


def _han_start(written: str) -> tuple[str, ...]:
    return tuple(map(near_sound, written))


def _typed(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """How the words of a Russian or Bulgarian name may be typed in Latin letters, as keys of what they sound like."""
    keys = [cyrillic_keys(word) for word in words]
    if not all(keys):
        return
    for variant in range(max(map(len, keys))):
        chosen = tuple(options[min(variant, len(options) - 1)] for options in keys)
        if len("".join(chosen)) >= _LATIN_AT_ALL:
            yield chosen


def _slipped(word: str, name: str, voucher: str) -> bool:
    """Whether a word is another one with a slip (two beside a long word that is right), or sounds like it."""
    if len(name) < _PAIR_LEAST + 1 or word == name:
        return False
    near = one_slip(word, name) or (len(voucher) > _PAIR_LEAST + 1 and two_slips(word, name))
    return (word[0] == name[0] and near) or sound(word) == sound(name)


def _line_with(text: str, needle: str) -> int:
    return next((number for number, line in enumerate(text.splitlines(), 1) if needle in line), 1)


def _only_separators(between: str) -> bool:
    return len(between) <= 3 and not between.strip(" ,-/（(，、") and "\n" not in between


def _longest_suffix(text: str, groups: Mapping[str, Iterable[str]]) -> str | None:
    best, best_group = 0, None
    for group, endings in groups.items():
        for ending in endings:
            if len(ending) > best and text.endswith(ending):
                best, best_group = len(ending), group
    return best_group


@lru_cache(maxsize=32)
def _latin_typed(words: frozenset[str]) -> frozenset[str]:
    """Place words typed in Latin letters: v, iz, ot."""
    plain = dict(zip("абвгдезиклмнопрстуфхыъь", [*"abvgdeziklmnoprstufhya", ""], strict=True))
    ways = [
        {**plain, "ж": "j", "й": "i", "ц": "c", "ч": "4", "ш": "6", "щ": "6t", "ю": "u", "я": "q", "э": "e"},
        {**plain, "ж": "zh", "й": "y", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sch", "ю": "yu", "я": "ya", "э": "e"},
        {**plain, "ж": "j", "й": "j", "х": "x", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sht", "ю": "iu", "я": "ia"},
    ]
    typed = {word.translate(str.maketrans(way)) for word in words for way in ways}
    return frozenset(word for word in typed if word.isascii())


@lru_cache(maxsize=32)
def _latin_stems(stems: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(stem for stem in _latin_typed(frozenset(stems)) if len(stem) >= _LATIN_AT_ALL)


@lru_cache(maxsize=4)
def gazetteer(locales_dir: Path = _DEFAULT_LOCALES) -> Gazetteer:
    """The forms of a locales folder, read once.

    Raises:
        PlacesError: a file is missing or wrong.
    """
    return Gazetteer(locales_dir)


def find_places(text: str, language: str | None = None) -> list[Place]:
    """Countries and cities in a text, in its order.

    Args:
        text: what the person wrote.
        language: the text's language, if known; decides words that mean different things.

    Returns:
        places with their role; empty if there are none.
    """
    return gazetteer().find(text, language)


def here(text: str, language: str | None = None) -> Place | None:
    """Where the person is, as far as the words tell.

    A place the person is in comes first, then one without a telling word, then one the person is asked to go to.
    Never a place the person comes from, nor an adjective. Of two countries with equal right the one that is said to be
    now ("щас дома в Пензе"), else the one with a town; else nobody knows.

    Args:
        text: what the person wrote.
        language: the text's language, if known.

    Returns:
        the place, or None: ask.
    """
    told = named(text, language)
    candidates = whereabouts(text, told)
    if len({place.country for place in candidates}) != 1:
        return None
    return with_town(told, candidates)


def named(text: str, language: str | None = None) -> list[Place]:
    """The countries and towns of a text, without adjectives and peoples: what the functions below go by.

    Args:
        text: what the person wrote.
        language: the text's language, if known.
    """
    return [place for place in find_places(text, language) if place.kind in ("country", "city")]


def with_town(told: Iterable[Place], candidates: list[Place]) -> Place:
    """Of places of one country one with a town, also where the town stands apart: "in Czechia, ... Pardubice".

    Args:
        told: all that are named in the text.
        candidates: those of the country.
    """
    if town := next((place for place in candidates if place.city), None):
        return town
    country = candidates[0].country
    towns = [place for place in told if place.country == country and place.kind == "city"]
    return next((place for place in towns if place.role in ("in", "unknown")), candidates[0])


def whereabouts(text: str, places: Sequence[Place], settle: bool = True) -> list[Place]:
    """The places a person may be in by their words, all with equal right; of more than one country: nobody knows.

    Args:
        text: what the person wrote.
        places: those that are :func:`named` in it.
        settle: of several leave those that are said to be now.
    """
    over = [place for place in places if place.role in ("in", "unknown") and said_of_then(text, place)]
    for role in ("in", "unknown", "to"):
        fitting = [place for place in places if place.role == role]
        others = [place for place in places if place.role in ("unknown", "to") and place not in over]
        if not fitting or (role == "in" and others and all(place in over for place in fitting)):
            continue
        several = (
            len({place.country for place in fitting}) > 1 or len({place.city for place in fitting if place.city}) > 1
        )
        if settle and several:
            current = [place for place in fitting if said_of_now(text, place)]
            fitting = current or [place for place in fitting if place not in over] or _last_told(text, fitting)
        return fitting
    return []


#: In the clause of a place: the story went on there.
_NEXT = re.compile(r"\b(?:потом|затем|после|then|after that|afterwards|след това)\b|然后|后来|之后")


#: Somebody came to stay: "then in Greece" may be over as well, "then moved to Greece" is not.
_CAME = re.compile(
    r"\b(?:сбежал\w*|убежал\w*|переехал\w*|приехал\w*|добрал\w*|ran|moved|escaped|fled|came|избяга\w*|дойдо\w*"
    r"|премести\w*)\b|逃到|跑到|来到|到了|搬到"
)


def _last_told(text: str, places: list[Place]) -> list[Place]:
    """Of places a story goes through the last one, if it says so: "lived in Doha, then ran away to Tbilisi"."""
    last = max(places, key=lambda place: place.start)
    clause = _clause_of(text, last)
    if not (_NEXT.search(clause) and _CAME.search(clause)):
        return places
    return [place for place in places if place.country == last.country]


#: Words in a place's clause that say that it is now, or that it is over.
_NOW = re.compile(
    r"\b(?:сейчас|щас|сичас|теперь|уже|дома|нахожусь|сижу|живу|живём|живем|застрял\w*"
    r"|now|currently|here|dito|am in|im in|i'm in|stuck|live|living|reached|came back to"
    r"|with me|with us|у (?:меня|нас)(?: \w+){0,3} (?:жив[её]т|ночует|прячется|остановил\w*)"
    r"|(?:жив[её]т|ночует|прячется|остановил\w*) у (?:меня|нас)|рядом со мной|при мен|при нас"
    r"|сега|вече|тук|живея|живеем|се намирам|съм в|сме в)\b|现在|如今|目前|依家|而家|人在|回到|我在|住在|在我这|在我家"
)
_THEN = re.compile(
    r"\b(?:был|была|были|раньше|потом|затем|отработал\w*|работал\w*|вернул\w*|приехал\w* из|жил|жила"
    r"|(?:was|were)(?! (?:sold|taken|brought|trafficked|locked|kidnapped|sent|forced|told|promised|held"
    r"|kept))|then|used to|worked|escaped|left|(?:came|come|returned|got)(?: back)?(?: \w+){0,4} from"
    r"|продавал\w*|са (?:я|ме|го|ги|ни) (?:държали|карали|били|пращали)"
    r"|бях|беше|преди|после|работих|живях|върнах\w* се от)\b|之前|以前|然后|后来|从前|原来|曾经|回来"
)
_CLAUSE = re.compile(
    r"[.,;:!?\n…，。；：！？、—–]|\s-\s|(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])"
    r"|\b(?:but|and now|а сейчас|но|а|ама|но сега)\b"
)


def _clause_of(text: str, place: Place) -> str:
    ends = [match.end() for match in _CLAUSE.finditer(text[: place.start].lower())]
    after = _CLAUSE.search(text.lower(), place.end)
    return text[ends[-1] if ends else 0 : after.start() if after else len(text)].lower()


#: What may stand beside a place that is all of a clause: "Patna.", "щас Тула", "Cebu area".
_BESIDE = re.compile(
    r"\b(?:i am|im|i'm|now|here|in|at|near|area|city|town|region|from|щас|сейчас|тут|город|область|обл|район|г|в|под"
    r"|возле|сега|тук|град|гр|област|край|до|близо|съм|сме)\b|[\W\d_]+|现在|目前|在|这边|这里|市|区"
)


def stands_alone(text: str, place: Place, places: Iterable[Place]) -> bool:
    """Whether a clause is nothing but the place: people add so where they are."""
    start = max((match.end() for match in _CLAUSE.finditer(text.lower(), 0, place.start)), default=0)
    after = _CLAUSE.search(text.lower(), place.end)
    end = after.start() if after else len(text)
    rest = list(text[start:end].lower())
    for one in places:
        rest[max(one.start - start, 0) : max(one.end - start, 0)] = " " * (
            max(one.end - start, 0) - max(one.start - start, 0)
        )
    return not _BESIDE.sub("", "".join(rest))


def said_of_now(text: str, place: Place) -> bool:
    """Whether a place's clause says that it is now."""
    return bool(_NOW.search(_clause_of(text, place)))


#: Right behind a place's clause: somebody came back from there.
_CAME_BACK = re.compile(
    r"[\s,.;，。；]*(?:"
    r"(?:才|刚|后来|最近|上个?月|去年)?(?:被)?(?:回来|回国|回家|救出来|放回来|遣返)"
    r"|(?:and |but )?(?:(?:she|he|they|i|we)(?:'s|'m|'re)? ?)?(?:is |are |am |was |just |got |has |have |now )*"
    r"(?:came|come|back|returned|rescued|deported)\b"
    r"|(?:а |и |но |потом |недавно |сейчас |щас |уже |еле |весной |летом |осенью |зимой )*"
    r"(?:вернул\w+|приехал\w* домой|вывезли|депортировали|освободили)"
    r"|(?:и |ама |но |после |сега |вече |скоро |едва )*(?:се |го |я )?(?:върна\w*|прибра\w*|депортираха|освободиха))"
)


def said_of_then(text: str, place: Place) -> bool:
    """Whether a place's clause, or how the text goes on, says that it is over: "he came back from Laos"."""
    clause = _clause_of(text, place)
    after = _CLAUSE.search(text.lower(), place.end)
    if after and _CAME_BACK.match(text.lower(), after.start()) and not _NOW.search(clause):
        return True
    return bool(_THEN.search(clause)) and not _NOW.search(clause.partition(text[place.start : place.end].lower())[0])


def country_name(code: str, language: str) -> str:
    """The name of a country in a language of the bot, for example ``country_name("TR", "ru")``: Турция.

    Falls back to English, then to the code itself.
    """
    locale = Locale("zh", script="Hans") if language == "zh" else Locale(language if language in LANGUAGES else "en")
    name = locale.territories.get(code) or Locale("en").territories.get(code) or code
    name = re.sub(r"\s*\((САР|САР на Китай)\)|,? SAR China|, САР на Китай", "", name)
    return re.sub(r"^中国(香港|澳门)特别行政区$", r"\1", name)


#: An editor writes the usual name first.
_FIRST = 0.2


@lru_cache(maxsize=4096)
def city_name(country: str, city: str, language: str) -> str:
    """The name of a city in a language of the bot; in English where its file has none.

    Args:
        country: ISO code.
        city: in English, as in the places' files.
        language: one of the four.
    """
    written = gazetteer().city_forms(country, city, language)
    if language != "en" and not written and (form := towns().form(country, city, language)):
        written = (form,)
    if language == "en" or not written:
        return city
    plain = [split_flags(form)[0] for form in written]
    plain = [form.replace("~", "") for form in plain if "(" not in form and "*" not in form]
    if not plain:
        return city
    if language == "zh":
        return plain[0]
    # Of several ways to write it, the one that sounds most like the English name.
    sound = latin_key(city.lower())
    best = max(
        plain,
        key=lambda form: max((_alike(key, sound) for key in _sounds(form)), default=0.0) + _FIRST * (form == plain[0]),
    )
    return re.sub(r"[^\W\d_]+", lambda word: word.group().capitalize(), best)


def _sounds(form: str) -> tuple[str, ...]:
    return tuple("".join(keys) for keys in zip(*(cyrillic_keys(word)[:1] for word in form.split()), strict=True))


def _alike(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other).ratio()


# ---- A shared location ----------------------------------------------------------------------------------------------

#: Time zones whose territory is disputed: the numbers that answer may be those of either side, so both are offered.
_DISPUTED = {"Europe/Simferopol": ("UA", "RU"), "Asia/Hebron": ("PS", "IL"), "Asia/Gaza": ("PS", "IL")}
_ADDED_ZONES = {"America/Coyhaique": "CL"}
_KM_PER_DEGREE = 111.2


@lru_cache(maxsize=1)
def _zone_countries() -> Mapping[str, str]:
    return {**get_global("zone_territories"), **_ADDED_ZONES}


def _countries_at(latitude: float, longitude: float) -> tuple[str, ...]:
    zone = tzfpy.get_tz(longitude, latitude)
    if zone in _DISPUTED:
        return _DISPUTED[zone]
    code = _zone_countries().get(zone, INTERNATIONAL)
    return () if code == INTERNATIONAL or not is_country(code) else (code,)


def _check_coordinates(latitude: float, longitude: float) -> None:
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise ValueError("latitude is -90 to 90 and longitude -180 to 180 degrees")


def country_of_location(latitude: float, longitude: float) -> str | None:
    """The country of a point, offline; None at sea.

    The borders are those of the time zones of OpenStreetMap, somewhat simplified: near a border ask
    ``countries_near`` and let the person choose.

    Args:
        latitude: degrees of WGS 84.
        longitude: degrees of WGS 84.

    Raises:
        ValueError: not a point on earth.
    """
    _check_coordinates(latitude, longitude)
    return next(iter(_countries_at(latitude, longitude)), None)


def countries_near(latitude: float, longitude: float, km: float = 10.0) -> tuple[str, ...]:
    """The countries within some kilometres of a point, that of the point first; more than one means: ask.

    Args:
        latitude: degrees of WGS 84.
        longitude: degrees of WGS 84.
        km: radius in kilometres; a phone indoors, or one that somebody else holds, may be off by several.

    Raises:
        ValueError: not a point on earth.
    """
    _check_coordinates(latitude, longitude)
    found: dict[str, int] = {}
    for code in _countries_at(latitude, longitude):
        found[code] = 1_000
    stretch = max(0.05, math.cos(math.radians(latitude)))
    for part in (0.5, 1.0):
        for step in range(16):
            angle = step * math.pi / 8
            north = latitude + part * km / _KM_PER_DEGREE * math.sin(angle)
            east = longitude + part * km / _KM_PER_DEGREE / stretch * math.cos(angle)
            if -90 <= north <= 90:
                for code in _countries_at(north, (east + 180) % 360 - 180):
                    found[code] = found.get(code, 0) + 1
    return tuple(sorted(found, key=lambda code: -found[code]))
