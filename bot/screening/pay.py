"""Promised pay against what work pays in that country: ``locales/pay.yml``, each figure with source and date.

Words like "high pay" are the business of the rules (``red_flags.yml``). Here amounts are read: how much, in what money,
for how long, and where. Far above the lowest legal pay of the country for work without a trade is a red flag; near it
is none, whatever the words around. Where country, money or period are not known, nothing is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.content.normalise import Normalised
from bot.content.patterns import PatternError, Phrase, Rule, compile_phrase
from bot.content.phrase_index import PhraseIndex

#: Times the lowest legal pay from which on pay is far above the usual, where the file does not say otherwise.
FAR = 4.0
#: Up to so many times it, pay is usual even for work without a trade.
USUAL = 1.5
#: Less than this part of it is no full pay: a fee, a bonus, a misreading.
LEAST = 0.5
#: More euros a month than this are a misreading, or a prize.
_PLAUSIBLE = 60_000
#: Full-time hours, working days and weeks of a month.
_A_MONTH = {"hour": 173.0, "day": 22.0, "week": 4.33, "month": 1.0, "year": 1 / 12}

_CURRENCIES = {
    "EUR": r"€|eur|euros?|евро|еврo|evro|欧元|欧",
    "USD": r"\$|usdt?|dollars?|bucks|доллар\w{0,4}|долар\w{0,4}|бакс\w{0,3}|美元|美金|刀|u(?![a-z])",
    "GBP": r"£|gbp|pounds?|фунт\w{0,3}|паунд\w{0,3}|英镑",
    "RUB": r"₽|руб\w{0,4}|р(?![а-я])|rub|卢布",
    "BGN": r"лв|лева|leva|bgn|lv(?![a-z])",
    "TRY": r"₺|лир\w?|try|lira|tl(?![a-z])|里拉",
    "CNY": r"元|块|rmb|人民币|cny",
    "PLN": r"zł|zl|злот\w{0,3}|злоти|pln",
    "CZK": r"kč|kc|крон\w?|czk",
    "ILS": r"₪|шекел\w{0,3}|shekels?|nis|ils",
    "KRW": r"₩|вон(?![а-я])|won|krw|韩元",
    "THB": r"฿|бат(?:ов|а)?(?![а-я])|baht|thb|泰铢",
    "UAH": r"₴|грн|гривен\w?|гривн\w|uah",
    "KZT": r"₸|тенге|kzt",
    "AED": r"aed|дирхам\w{0,3}|dirhams?|迪拉姆",
    "HKD": r"港币|hkd",
    "MYR": r"令吉|rm(?![a-z])|myr",
    "RON": r"lei|леи|лей|ron(?![a-z])",
    "HUF": r"huf|форинт\w{0,3}",
    "JPY": r"日元|jpy|yen",
}
_NUMBER = r"\d{1,3}(?:[ .,']\d{3})+|\d{1,7}(?:[.,]\d{1,2})?"
_THOUSAND = r" ?(?:k|к|тыс\w{0,4}|хил\w{0,3}|thousand|千)(?![a-zа-я])"
_TEN_THOUSAND = r"万|w(?![a-z])"
_RANGE = r"(?: ?\+| ?(?:-|до|to|至|到|~) ?\d[\d .,']{0,8})?"


_CURRENCY = "|".join(f"(?P<{name}>{words})" for name, words in _CURRENCIES.items())
#: A quantity, with its money before or behind it.
_QUANTITY = re.compile(rf"(?<![\d.,])(?P<number>{_NUMBER}){_RANGE}(?P<thousand>{_THOUSAND})?(?P<ten>{_TEN_THOUSAND})?")
_DIGIT = re.compile(r"\d")
#: One glance at the next character spares most places the walk through all words for money.
_MONEY_LETTERS = "".join(
    sorted({word.removeprefix("\\")[:1] for words in _CURRENCIES.values() for word in words.split("|")})
)
_MONEY_BEHIND = re.compile(rf" ?(?=[{_MONEY_LETTERS}])(?:{_CURRENCY})(?![a-zа-я])")
_MONEY_BEFORE = re.compile(rf"(?<![a-zа-я])(?=[{_MONEY_LETTERS}])(?:{_CURRENCY}) ?$")
#: Longest word for money and the blank beside it.
_MONEY_CHARACTERS = 10
_PERIODS = {
    "hour": r"(?:в|на|за|/) ?час\b|/ ?ч\b|(?:per|an|a|/) ?(?:hour|hr)\b|\bhourly|\bph\b|小时|时薪|/时",
    "day": r"(?:в|на|за|/) ?(?:день|ден|сутки|смену|смяна)\b|\b(?:дневно|сутки)\b|(?:per|a|each|/) ?(?:day|shift)\b"
    r"|\bdaily|每天|日薪|一天|/天|日结",
    "week": r"(?:в|на|за|/) ?(?:неделю|седмица)\b|\bседмично|\bеженедельно"
    r"|(?:per|a|each|/) ?week\b|\bweekly|周薪|每周|一周|/周",
    "year": r"(?:в|за|на) ?год(?:ина)?\b|\bгодовых|\bгодишно"
    r"|(?:per|a|/) ?(?:year|annum)\b|\bannual|\byearly|年薪|每年|/年",
    "month": r"\b(?:мес\b|месяц|месец|месеч|month)|/ ?(?:мес|mo|m\b)|\bpcm\b|\bpm\b|月|\bзарплат|\bзаплата(?:та)?\b"
    r"|\bsalary|\bwages?\b|\bзп\b|\bоклад|工资|底薪|薪",
}
_PERIOD = {name: re.compile(words) for name, words in _PERIODS.items()}
#: Characters around an amount in which its period is looked for.
_BEFORE, _AFTER = 24, 18


@dataclass(frozen=True)
class Amount:
    """Promised pay.

    Args:
        start: of its words in the normalised text.
        end: one past their last character.
        monthly: euros for a month of full-time work, roughly.
    """

    start: int
    end: int
    monthly: float


@dataclass(frozen=True)
class Wage:
    """The lowest legal pay of a country, in euros for a month of full-time work, roughly."""

    monthly: float
    far: float


class PayTable:
    """Wages by country, rates of money, and the trades in which much is usual.

    Args:
        wages: ISO 3166-1 code -> wage.
        names: code -> how the country is named.
        rates: ISO 4217 code -> units for one euro.
        skilled: phrases of trades.
    """

    def __init__(
        self,
        wages: Mapping[str, Wage],
        names: Mapping[str, tuple[Phrase, ...]],
        rates: Mapping[str, float],
        skilled: tuple[Phrase, ...],
    ) -> None:
        self._wages = wages
        self._rates = rates
        self._names = PhraseIndex(Rule(code, "country", phrases, (), (), ()) for code, phrases in names.items())
        self._skilled = PhraseIndex([Rule("skilled", "skilled", skilled, (), (), ())])

    @classmethod
    def load(cls, path: Path) -> PayTable:
        """Read ``pay.yml``.

        Raises:
            PatternError: it is missing or something in it is wrong or has no source; names the file and the country.
        """
        try:
            written = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        except OSError:
            raise PatternError(f"{path}:1: the table of wages is missing") from None
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            raise PatternError(f"{path}:{mark.line + 1 if mark else 1}: not valid YAML") from error
        try:
            rates = {str(code): float(rate) for code, rate in written["rates"].items()}
            skilled = tuple(compile_phrase(phrase) for phrase in written["skilled"])
            countries, sources = written["countries"], written["sources"]
        except (KeyError, TypeError, ValueError, AttributeError, PatternError) as error:
            raise PatternError(
                f"{path}:1: rates, skilled, countries or sources is missing or wrong ({error})"
            ) from None
        wages, names = {}, {}
        for code, entry in countries.items():
            try:
                wages[str(code)] = _wage(entry, rates, sources)
                names[str(code)] = tuple(compile_phrase(name) for name in entry["names"])
            except (KeyError, TypeError, ValueError, AttributeError, PatternError) as error:
                raise PatternError(f"{path}:1: {code}: {error}") from None
        return cls(wages, names, rates, skilled)

    def amounts(self, text: Normalised) -> Iterator[Amount]:
        """Every promised pay whose money and period are known."""
        written = text.text
        for found in _quantities(written):
            start, end = found.span()
            money = _MONEY_BEHIND.match(written, end)
            if money is not None:
                end = money.end()
            else:
                money = _MONEY_BEFORE.search(written[max(0, start - _MONEY_CHARACTERS) : start])
                if money is None:
                    continue
                start -= len(money.group())
            rate = self._rates.get(str(money.lastgroup))
            period = _period(written, start, end)
            if rate is None or period is None:
                continue
            value = _value(found.group("number"))
            value *= (1000 if found.group("thousand") else 1) * (10_000 if found.group("ten") else 1)
            monthly = value / rate * _A_MONTH[period]
            if monthly <= _PLAUSIBLE:
                yield Amount(start, end, monthly)

    def _best_paid(self, text: Normalised) -> Wage | None:
        """The lowest legal pay of the country that is named; of several, of that which pays best."""
        codes = {name.rule.id for name in self._names.possible(text) if name.search()}
        return max((self._wages[code] for code in codes), key=lambda wage: wage.monthly * wage.far, default=None)

    def skilled(self, text: Normalised) -> bool:
        """Whether a trade or position is named in which much pay is usual."""
        return any(trade.search() for trade in self._skilled.possible(text))

    def judge(self, text: Normalised) -> tuple[Amount | None, bool]:
        """The highest pay that is far above the usual, and whether all pay that can be judged is usual."""
        far: Amount | None = None
        usual: list[bool] = []
        amounts = list(self.amounts(text))
        wage = self._best_paid(text) if amounts else None
        if wage is None:
            return None, False
        for amount in amounts:
            times = amount.monthly / wage.monthly
            usual.append(LEAST <= times <= USUAL)
            if times >= wage.far and (far is None or amount.monthly > far.monthly):
                far = amount
        if far is not None and self.skilled(text):
            far = None
        return far, bool(usual) and all(usual)


def _quantities(written: str) -> Iterator[re.Match[str]]:
    """What ``_QUANTITY.finditer`` finds, looked for at digits alone."""
    position = 0
    while digit := _DIGIT.search(written, position):
        found = _QUANTITY.match(written, digit.start())
        if found is not None:
            yield found
        position = (found or digit).end()


def _wage(entry: Any, rates: Mapping[str, float], sources: Mapping[str, Any]) -> Wage:
    source = sources[entry["source"]]
    if not str(source.get("url", "")).startswith(("https://", "http://")) or not source.get("date"):
        raise ValueError("its source needs url and date")
    monthly = float(entry["amount"]) / rates[entry["currency"]] * _A_MONTH[entry["per"]]
    return Wage(monthly, float(entry.get("far", FAR)))


def _value(number: str) -> float:
    if re.fullmatch(r"\d{1,3}(?:[ .,']\d{3})+", number):
        return float(re.sub(r"\D", "", number))
    return float(number.replace(",", "."))


def _period(text: str, start: int, end: int) -> str | None:
    """For how long an amount is paid: the word after it, else the one before it, within its line."""
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", end)
    after = text[end : min(end + _AFTER, len(text) if line_end < 0 else line_end)]
    before = text[max(line_start, start - _BEFORE) : start]
    for part in (re.split(r"[\d(;]", after)[0], before):
        places = {name: found.start() for name, words in _PERIOD.items() if (found := words.search(part))}
        if places:
            return min(places, key=lambda name: places[name])
    return None
