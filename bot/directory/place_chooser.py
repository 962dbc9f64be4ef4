"""Weighs the places of a message against each other: which is the one where help is looked for?

One number a sign (:mod:`bot.directory.place_signs`), in a file anybody can read; :mod:`bot.directory.fit_place_chooser`
fits them to ``nlu_data/<language>/whereabouts.jsonl``. A country's chance is the sum over its places of a softmax of
the sums of their signs (a conditional logit: D. McFadden, "Conditional logit analysis of qualitative choice
behavior", 1974).
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from bot.directory.place_signs import Signs

WEIGHTS = Path(__file__).with_name("place_chooser.json")
#: From this chance on a country is where help is looked for; below it the bot asks (docs/decisions.md, 84).
LIKELY = 0.5


class PlaceChooserMissing(Exception):
    """The file of weights is missing or broken; the message says what to do."""


class PlaceChooser:
    """The fitted weights.

    Args:
        weights: sign -> number; signs that are not named count nothing.
    """

    def __init__(self, weights: Mapping[str, float]) -> None:
        self._weights = dict(weights)

    @classmethod
    def load(cls, path: Path = WEIGHTS) -> PlaceChooser:
        """Read the weights.

        Raises:
            PlaceChooserMissing: there are none, or they cannot be read.
        """
        try:
            read = json.loads(path.read_text(encoding="utf-8"))
            return cls({str(sign): float(weight) for sign, weight in read.items()})
        except (OSError, ValueError, AttributeError, TypeError) as error:
            raise PlaceChooserMissing(
                f"{path.name} is missing or broken: python -m bot.directory.fit_place_chooser"
            ) from error

    def chances(self, signs: Sequence[Signs]) -> list[float]:
        """The chance of each place, 0 to 1, together 1.

        Args:
            signs: those of each place of one message; at least one place.
        """
        sums = [sum(self._weights.get(sign, 0.0) * value for sign, value in of_place.items()) for of_place in signs]
        most = max(sums)
        parts = [math.exp(value - most) for value in sums]
        return [part / sum(parts) for part in parts]


def by_country(countries: Iterable[str], chances: Iterable[float]) -> dict[str, float]:
    """Country -> its chance: the sum of its places'.

    Args:
        countries: ISO code of each place.
        chances: what :meth:`PlaceChooser.chances` says of each.
    """
    summed: dict[str, float] = {}
    for country, chance in zip(countries, chances, strict=True):
        summed[country] = summed.get(country, 0.0) + chance
    return summed


def likeliest(countries: Mapping[str, float]) -> str | None:
    """The likeliest country; None where it is not likely enough.

    Args:
        countries: what :func:`by_country` returned.
    """
    country = max(countries, key=lambda one: countries[one])
    return country if countries[country] >= LIKELY else None
