"""``pristan evaluate screening``: scores labelled offers through the path of ``pristan screen``."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.evaluation.labelled import chosen_files
from bot.evaluation.offer_pictures import draw_screening
from bot.evaluation.offer_scores import ScreenedDisguise, ScreenedOffer, report, table
from bot.evaluation.offers import Disguise, LabelledOffer, read_offers
from bot.screening.examine import Examiner, load_examiner

#: Sets that are measured on, and never written rules from.
DEVELOPMENT_SETS = Path("tests/screening/development")


def evaluate_screening(
    locales: Path, files: Sequence[Path], output: Path | None, say: Callable[[str], None], *, rules_only: bool = False
) -> str:
    """Score sets of labelled offers and of disguised ones.

    Args:
        locales: the folder with the rules.
        files: JSON Lines; the development sets where none is given.
        output: folder for ``screening.json`` and one ``screening_<language>.png`` a language; None writes nothing.
        say: for progress.
        rules_only: leave the learned second look out.

    Returns:
        The table for the terminal. No offer's text stands in it.

    Raises:
        LabelError: a file is missing or a line is no labelled offer.
        PatternError: a rule file is wrong.
    """
    chosen = chosen_files(files, DEVELOPMENT_SETS, "**/*.jsonl", "labelled offers")
    offers: list[LabelledOffer] = []
    pairs: list[Disguise] = []
    for path in chosen:
        own_offers, own_pairs = read_offers(path)
        offers += own_offers
        pairs += own_pairs
    examiner = load_examiner(locales, say, rules_only=rules_only)
    screened = [ScreenedOffer(one, examiner.examine(one.text)) for one in offers]
    figured = report(screened, [_screened(examiner, pair) for pair in pairs])
    if output is not None:
        output.mkdir(parents=True, exist_ok=True)
        (output / "screening.json").write_text(json.dumps(figured, indent=2) + "\n", encoding="utf-8")
        for language, own in figured["languages"].items():
            if own["offers"]:
                path = output / f"screening_{language}.png"
                draw_screening(own, f"{language}: {own['offers']} offers, micro-F1 {own['micro']['f1'] or 0:.3f}", path)
                say(str(path))
    return table(figured)


def _screened(examiner: Examiner, pair: Disguise) -> ScreenedDisguise:
    """Both forms, each taken for an offer: what is measured is whether its words are seen through."""
    plain, evaded = (
        frozenset(finding.id for finding in examiner.examine(text, surely_offer=True).findings)
        for text in (pair.plain, pair.evaded)
    )
    return ScreenedDisguise(pair, plain, evaded)
