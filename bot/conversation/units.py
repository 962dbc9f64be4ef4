"""Kilometres and miles, kilograms and pounds, Celsius and Fahrenheit: the plain small bot that a cover shows.

It must be true and dull. Names of units and numbers are Babel's (Unicode CLDR).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

from babel.units import format_unit

#: Word as people write it -> unit of CLDR.
_NAMES: dict[str, str] = {
    **dict.fromkeys(("km", "kilometer", "kilometers", "kilometre", "kilometres", "км", "километр", "километра",
                     "километров", "километри", "公里", "千米"), "length-kilometer"),
    **dict.fromkeys(("mi", "mile", "miles", "миля", "мили", "миль", "英里"), "length-mile"),
    **dict.fromkeys(("kg", "kilo", "kilos", "kilogram", "kilograms", "кг", "кило", "килограмм", "килограмма",
                     "килограммов", "килограм", "килограма", "公斤", "千克"), "mass-kilogram"),
    **dict.fromkeys(("lb", "lbs", "pound", "pounds", "фунт", "фунта", "фунтов", "фунтове", "磅"), "mass-pound"),
    **dict.fromkeys(("c", "°c", "celsius", "с", "°с", "°", "градус", "градуса", "градусов", "摄氏度", "度", "℃"),
                    "temperature-celsius"),
    **dict.fromkeys(("f", "°f", "fahrenheit", "ф", "°ф", "фаренгейта", "фаренхайт", "华氏度", "℉"),
                    "temperature-fahrenheit"),
}  # fmt: skip

#: Unit -> the other one, and how to get there. One mile is 1.609344 km and one pound 0.45359237 kg by definition
#: (https://www.nist.gov/pml/special-publication-811).
_OTHER: dict[str, tuple[str, Callable[[float], float]]] = {
    "length-kilometer": ("length-mile", lambda value: value / 1.609344),
    "length-mile": ("length-kilometer", lambda value: value * 1.609344),
    "mass-kilogram": ("mass-pound", lambda value: value / 0.45359237),
    "mass-pound": ("mass-kilogram", lambda value: value * 0.45359237),
    "temperature-celsius": ("temperature-fahrenheit", lambda value: value * 9 / 5 + 32),
    "temperature-fahrenheit": ("temperature-celsius", lambda value: (value - 32) * 5 / 9),
}

_AMOUNT = re.compile(r"\s*([-−]?\d{1,7}(?:[.,]\d{1,4})?)\s*([^\W\d_]{1,12}|°[a-zа-я]?|[℃℉])\s*[.!?。]?\s*", re.I)


def convert(text: str, language: str) -> str | None:
    """An amount in the other unit, as a line in the person's language; None where a text is no amount.

    Args:
        text: what was written, such as "10 km".
        language: of the answer.
    """
    found = _AMOUNT.fullmatch(text)
    unit = _NAMES.get(found.group(2).lower()) if found is not None else None
    if found is None or unit is None:
        return None
    value = float(found.group(1).replace(",", ".").replace("−", "-"))
    other, calculate = _OTHER[unit]
    # CLDR has the Chinese names of lengths under the short form only.
    form: Literal["short", "long"] = "short" if language == "zh" else "long"
    amounts = ((value, unit), (round(calculate(value), 2), other))
    return " = ".join(format_unit(number, name, form, locale=language) for number, name in amounts)
