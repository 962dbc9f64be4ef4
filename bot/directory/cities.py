"""Where the cities are that places and entries name: ``locales/cities.yml``, coordinates from GeoNames.

Only whole towns: nothing here tells more of a person than "in Izmir", and a shared location is forgotten as soon as
it has become a town (:func:`nearest_city`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from bot.directory.model import is_country

try:
    from yaml import CSafeLoader as _SafeLoader
except ImportError:
    from yaml import SafeLoader as _SafeLoader  # type: ignore[assignment]

#: Latitude and longitude, degrees of WGS 84.
Point = tuple[float, float]

#: A service this near counts as in the same town, kilometres.
CITY_KM = 30
#: A shared location this near to a known town is told as that town, kilometres.
TOWN_KM = 25
_EARTH_KM = 6371.0
_DEFAULT_LOCALES = Path(__file__).resolve().parents[2] / "locales"


@dataclass(frozen=True)
class City:
    """A town: where it is, and how many people live there (0: not known)."""

    point: Point
    people: int


@lru_cache(maxsize=4)
def cities(locales_dir: Path = _DEFAULT_LOCALES) -> Mapping[tuple[str, str], City]:
    """Country code and English name of a city -> the town.

    Without the file nothing is near to anything, and all else works.

    Raises:
        ValueError, yaml.YAMLError: the file is wrong.
    """
    path = locales_dir / "cities.yml"
    if not path.exists():
        return {}
    loaded = yaml.load(path.read_text(encoding="utf-8"), Loader=_SafeLoader)
    known: dict[tuple[str, str], City] = {}
    for country, towns in loaded["cities"].items():
        for name, (latitude, longitude, *rest) in towns.items():
            if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
                raise ValueError(f"{path}: {country} {name}: latitude is -90 to 90 and longitude -180 to 180 degrees")
            people = int(rest[1]) if len(rest) > 1 else 0
            known[str(country), str(name)] = City((float(latitude), float(longitude)), people)
    return known


@lru_cache(maxsize=4)
def capitals(locales_dir: Path = _DEFAULT_LOCALES) -> frozenset[tuple[str, str]]:
    """Country code and English name of the capitals, as ``cities.yml`` or ``towns.tsv`` name them.

    Without the file (``capitals.tsv``) a capital is a town as others are.

    Raises:
        ValueError: a line is not a country code, a tab and a name.
    """
    path = locales_dir / "capitals.tsv"
    lines = path.read_text(encoding="utf-8-sig").splitlines() if path.exists() else []
    known: set[tuple[str, str]] = set()
    for number, line in enumerate(lines, 1):
        if line.strip() and not line.startswith("#"):
            country, tab, name = line.rstrip().partition("\t")
            if not (tab and is_country(country)):
                raise ValueError(f"{path}:{number}: a line is: country code, tab, name in English")
            known.add((country, name))
    return frozenset(known)


def city_point(country: str, city: str | None) -> Point | None:
    """Where a city is, or None if that is not known."""
    known = cities().get((country, city)) if city else None
    return known.point if known else None


def kilometres(here: Point, there: Point) -> float:
    """The way between two points as the crow flies, kilometres."""
    north, south = math.radians(here[0]), math.radians(there[0])
    east = math.radians(there[1] - here[1])
    chord = math.sin((south - north) / 2) ** 2 + math.cos(north) * math.cos(south) * math.sin(east / 2) ** 2
    return 2 * _EARTH_KM * math.asin(math.sqrt(min(1.0, chord)))


def nearest_city(country: str, here: Point, within_km: float = TOWN_KM) -> str | None:
    """The known town of a country nearest to a point, in English; None if none is within some kilometres."""
    near = [(kilometres(here, town.point), city) for (code, city), town in cities().items() if code == country]
    way, city = min(near, default=(math.inf, ""))
    return city if way <= within_km else None
