"""Figures over screened offers: flags, levels, quotes, and how much a disguise hides."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.evaluation.offers import LEVELS, Disguise, LabelledOffer
from bot.screening.flags import FLAGS
from bot.screening.screen import Screening


@dataclass(frozen=True)
class ScreenedOffer:
    """A labelled offer and what the screening made of it."""

    meant: LabelledOffer
    found: Screening

    @property
    def raised(self) -> bool:
        """Whether the person is warned: medium or high."""
        return self.found.level != "low"

    @property
    def flags(self) -> frozenset[str]:
        """The flags found."""
        return frozenset(finding.id for finding in self.found.findings)


@dataclass(frozen=True)
class ScreenedDisguise:
    """A pair and the flags found in each of its forms."""

    pair: Disguise
    plain: frozenset[str]
    evaded: frozenset[str]


def _share(part: Iterable[bool]) -> float | None:
    values = list(part)
    return sum(values) / len(values) if values else None


def _f1(right: int, found: int, meant: int) -> dict[str, Any]:
    return {
        "meant": meant,
        "found": found,
        "right": right,
        "precision": right / found if found else None,
        "recall": right / meant if meant else None,
        "f1": 2 * right / (found + meant) if found + meant else None,
    }


def flag_figures(screened: Sequence[ScreenedOffer]) -> dict[str, Any]:
    """Precision, recall and F1 of each flag that was meant or found, and over all (micro), of offers with flags."""
    labelled = [one for one in screened if one.meant.flags is not None]
    each = {}
    for flag in FLAGS:
        meant = {index for index, one in enumerate(labelled) if any(flag == name for name, _ in one.meant.flags or ())}
        found = {index for index, one in enumerate(labelled) if flag in one.flags}
        if meant or found:
            each[flag] = _f1(len(meant & found), len(found), len(meant))
    total = [sum(one[name] for one in each.values()) for name in ("right", "found", "meant")]
    return {"offers": len(labelled), "micro": _f1(*total), "flags": each}


def _spans(text: str, quote: str) -> Iterable[tuple[int, int]]:
    start = text.find(quote)
    while start >= 0:
        yield start, start + len(quote)
        start = text.find(quote, start + 1)


def quote_figures(screened: Sequence[ScreenedOffer]) -> dict[str, Any]:
    """Of the flags found rightly and labelled with words: how often ours touch those, and how much of both is common.

    Returns:
        ``quotes`` compared, ``touching`` (share) and ``overlap`` (mean of common over joined characters).
    """
    touching: list[bool] = []
    overlap: list[float] = []
    for one in screened:
        found = {finding.id: finding for finding in one.found.findings}
        for flag, quote in one.meant.flags or ():
            if quote is None or flag not in found:
                continue
            ours = found[flag]
            best = 0.0
            for start, end in _spans(one.meant.text, quote):
                common = min(end, ours.end) - max(start, ours.start)
                best = max(best, common / (max(end, ours.end) - min(start, ours.start)))
            touching.append(best > 0)
            overlap.append(best)
    mean = sum(overlap) / len(overlap) if overlap else None
    return {"quotes": len(touching), "touching": _share(touching), "overlap": mean}


def level_figures(screened: Sequence[ScreenedOffer]) -> dict[str, Any]:
    """How suspicious and honest offers come out.

    Returns:
        ``suspicious`` and ``honest`` offers counted; of the suspicious the shares ``raised`` (medium or high), ``high``
        and ``recognised`` as an offer; of the honest ``honest_raised`` and ``honest_high``; ``level_right`` and
        ``confusion`` (labelled level -> level given -> number) of those with a level.
    """
    suspicious = [one for one in screened if one.meant.suspicious]
    honest = [one for one in screened if not one.meant.suspicious]
    judged = [one for one in screened if one.meant.level is not None]
    confusion = {meant: dict.fromkeys(LEVELS, 0) for meant in LEVELS}
    for one in judged:
        confusion[str(one.meant.level)][one.found.level] += 1
    return {
        "suspicious": len(suspicious),
        "honest": len(honest),
        "recognised": _share(one.found.is_offer for one in suspicious),
        "honest_recognised": _share(one.found.is_offer for one in honest),
        "raised": _share(one.raised for one in suspicious),
        "high": _share(one.found.level == "high" for one in suspicious),
        "honest_raised": _share(one.raised for one in honest),
        "honest_high": _share(one.found.level == "high" for one in honest),
        "level_right": _share(one.found.level == one.meant.level for one in judged),
        "confusion": confusion,
    }


def disguise_figures(screened: Sequence[ScreenedDisguise]) -> dict[str, Any]:
    """Of the flags found in the plain form, how many the disguise hides: in all and by kind."""

    def lost(pairs: Sequence[ScreenedDisguise]) -> dict[str, Any]:
        found = sum(len(one.plain) for one in pairs)
        hidden = sum(len(one.plain - one.evaded) for one in pairs)
        return {"pairs": len(pairs), "found": found, "lost": hidden, "share": hidden / found if found else None}

    kinds = sorted({one.pair.kind for one in screened})
    return {
        **lost(screened),
        "kinds": {kind: lost([one for one in screened if one.pair.kind == kind]) for kind in kinds},
    }


def report(screened: Sequence[ScreenedOffer], disguises: Sequence[ScreenedDisguise]) -> dict[str, Any]:
    """All figures, of each language and of each file."""
    languages: dict[str, Any] = {}
    for language in dict.fromkeys([one.meant.language for one in screened] + [one.pair.language for one in disguises]):
        own = [one for one in screened if one.meant.language == language]
        sets = dict.fromkeys(one.meant.set_name for one in own)
        languages[language] = {
            **flag_figures(own),
            **quote_figures(own),
            "sets": {name: level_figures([one for one in own if one.meant.set_name == name]) for name in sets},
            "disguises": disguise_figures([one for one in disguises if one.pair.language == language]),
        }
    return {"languages": languages}


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _row(name: str, cells: Iterable[object], width: int = 11) -> str:
    return f"{name:<26}" + "".join(f"{cell:>{width}}" for cell in cells)


_SET_HEADS = {
    "suspicious": "suspicious",
    "raised": "raised",
    "high": "high",
    "recognised": "as offer",
    "honest": "honest",
    "honest_raised": "raised",
    "honest_high": "high",
    "honest_recognised": "as offer",
    "level_right": "level",
}


def table(found: dict[str, Any]) -> str:
    """A report as text for a terminal; no offer's text stands in it."""
    lines = []
    for language, own in found["languages"].items():
        lines += ["", f"== {language}"]
        if own["sets"]:
            lines.append(_row("level by file", _SET_HEADS.values()))
            for name, one in own["sets"].items():
                cells = [one[key] if isinstance(one[key], int) else _figure(one[key]) for key in _SET_HEADS]
                lines.append(_row(name, cells))
                if any(sum(row.values()) for row in one["confusion"].values()):
                    parts = [
                        f"{meant}: " + "/".join(str(row[level]) for level in LEVELS)
                        for meant, row in one["confusion"].items()
                    ]
                    lines.append(f"  labelled level, given {'/'.join(LEVELS)} - " + ", ".join(parts))
        if own["offers"]:
            lines.append(_row("flag", ("meant", "found", "precision", "recall", "F1")))
            for flag, one in {**own["flags"], "all (micro)": own["micro"]}.items():
                figured = [_figure(one[name]) for name in ("precision", "recall", "f1")]
                lines.append(_row(f"  {flag}", (one["meant"], one["found"], *figured)))
            lines.append(
                f"quotes: {own['quotes']} compared, {_figure(own['touching'])} touch the labelled words, "
                f"mean overlap {_figure(own['overlap'])}"
            )
        hidden = own["disguises"]
        if hidden["pairs"]:
            lines.append(_row("disguises", ("pairs", "flags", "lost", "share")))
            for kind, one in {**hidden["kinds"], "all": hidden}.items():
                lines.append(_row(f"  {kind[:24]}", (one["pairs"], one["found"], one["lost"], _figure(one["share"]))))
    return "\n".join(lines).lstrip("\n")
