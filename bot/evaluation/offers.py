"""Labelled job offers, and pairs of a plain offer and its disguise: one JSON object a line.

An offer: ``{"text", "label", "level"?, "flags"?: [{"id", "quote"}], "setting"?}``; the label is ``suspicious`` or
``bad:KIND``, or ``ordinary`` or ``legit``. Where ``flags`` is missing, only its level is looked at.
A pair: ``{"plain", "evaded", "kind", "flags"?}``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.content.languages import LANGUAGES
from bot.evaluation.labelled import LabelError, json_lines, language_of
from bot.screening.flags import FLAGS

LEVELS = ("high", "medium", "low")
_SUSPICIOUS = ("suspicious", "bad", "scam")
_HONEST = ("ordinary", "legit", "honest")


@dataclass(frozen=True)
class LabelledOffer:
    """One offer and what a careful reader sees in it.

    Args:
        text: as it was posted.
        suspicious: whether somebody should be warned of it.
        level: high, medium or low; None where nobody judged it.
        flags: flag and the words that show it, None for words not given; None where nobody labelled flags.
        language: ru, en, bg or zh.
        set_name: the file it came from.
    """

    text: str
    suspicious: bool
    level: str | None
    flags: tuple[tuple[str, str | None], ...] | None
    language: str
    set_name: str


@dataclass(frozen=True)
class Disguise:
    """The same offer in plain words and disguised.

    Args:
        kind: how, such as ``look-alike letters``.
    """

    plain: str
    evaded: str
    kind: str
    language: str


def read_offers(path: Path, language: str | None = None) -> tuple[list[LabelledOffer], list[Disguise]]:
    """Read a set; offers and pairs may stand in one file.

    Args:
        path: the file, UTF-8; its name, or its folder's, ends in the language unless each line says its own.
        language: of all lines that do not say their own.

    Raises:
        LabelError: naming file and line.
    """
    known = language or language_of(path) or language_of(path.parent)
    offers: list[LabelledOffer] = []
    pairs: list[Disguise] = []
    for place, value in json_lines(path):
        spoken = value.get("language") or known
        if spoken not in LANGUAGES:
            raise LabelError(f'{place}: say the language ("language": "ru", or a file or folder name ending in ru)')
        if "plain" in value:
            pairs.append(_disguise(value, str(spoken), place))
        else:
            offers.append(_offer(value, str(spoken), path, place))
    return offers, pairs


def _disguise(value: dict[str, Any], language: str, place: str) -> Disguise:
    plain, evaded = value.get("plain"), value.get("evaded")
    if not isinstance(plain, str) or not isinstance(evaded, str):
        raise LabelError(f'{place}: "plain" and "evaded" are both texts')
    return Disguise(plain, evaded, str(value.get("kind") or "unnamed"), language)


def _offer(value: dict[str, Any], language: str, path: Path, place: str) -> LabelledOffer:
    text, level = value.get("text"), value.get("level")
    if not isinstance(text, str):
        raise LabelError(f'{place}: "text" is missing')
    label = str(value.get("label") or "").partition(":")[0]
    if label not in _SUSPICIOUS + _HONEST:
        raise LabelError(f'{place}: "label" is one of {", ".join(_SUSPICIOUS + _HONEST)}')
    if level is not None and level not in LEVELS:
        raise LabelError(f'{place}: "level" is one of {", ".join(LEVELS)}')
    flags = _flags(value["flags"], text, place) if isinstance(value.get("flags"), list) else None
    name = path.stem if language_of(path) else f"{path.parent.name}/{path.stem}"
    return LabelledOffer(text, label in _SUSPICIOUS, level, flags, language, name)


def _flags(labelled: list[Any], text: str, place: str) -> tuple[tuple[str, str | None], ...]:
    found = []
    for one in labelled:
        flag = one.get("id") if isinstance(one, dict) else one
        quote = one.get("quote") if isinstance(one, dict) else None
        if flag not in FLAGS:
            raise LabelError(f"{place}: a flag that does not exist")
        if quote is not None and (not isinstance(quote, str) or quote not in text):
            raise LabelError(f"{place}: the quote of {flag} does not stand in the text")
        found.append((str(flag), quote or None))
    return tuple(found)
