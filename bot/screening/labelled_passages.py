"""Passages of labelled offers with the red flags each shows: what the second look and the encoder learn flags from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.content.languages import LANGUAGES
from bot.content.normalise import Normalised
from bot.content.patterns import read_rules
from bot.encoders.perceptron import UNKNOWN
from bot.evaluation.offers import LabelledOffer, read_offers
from bot.screening.flags import FLAGS
from bot.screening.screen import Screener
from bot.screening.second_look import passages
from bot.screening.segments import segments

#: A passage shows a flag when this share of the shorter of the two, passage and quote, is common to both.
OVERLAP = 0.4
#: The flags in the order of a row of labels.
NAMES = list(FLAGS)

#: An offer as it came -> what the second look reads of it.
Uncover = Callable[[str], Normalised]
#: Text, flag, and whether it shows it.
RuleExample = tuple[str, str, bool]
#: The passages of one text as they are encoded, and which flags each shows (0, 1 or UNKNOWN), (passages, flags).
Labelled = tuple[list[str], np.ndarray]


@dataclass(frozen=True)
class Passage:
    """A passage of an offer.

    Args:
        text: as it is encoded.
        signs: which red flags it shows: 0, 1 or UNKNOWN; (flags,).
    """

    text: str
    signs: np.ndarray


def read_training_offers(examples: Path) -> list[LabelledOffer]:
    """The labelled offers of all languages.

    Args:
        examples: folder with ``<language>/offers.jsonl``.

    Raises:
        LabelError: a line is no labelled offer; names file and line.
    """
    return [one for path in sorted(examples.glob("??/offers.jsonl")) for one in read_offers(path)[0]]


def uncovering(locales: Path) -> Uncover:
    """Reads offers without their disguise, by the rules under a ``locales`` folder.

    Raises:
        PatternError: a rule file is missing or wrong; names file and line.
    """
    screener = Screener.load(locales)
    return lambda text: screener.read(text).uncovered


def passages_of_offers(offers: Sequence[LabelledOffer], uncover: Uncover) -> Iterator[Labelled]:
    """Each offer cut into passages."""
    for offer in offers:
        read = uncover(offer.text)
        places = segments(read.text)
        yield passages(read.text, places), labels_of(offer, [read.span(start, end) for start, end in places])


def passages_of_examples(examples: Sequence[RuleExample], uncover: Uncover) -> Iterator[Labelled]:
    """Each example of a rule as one passage, of which only that flag is known."""
    for text, flag, shown in examples:
        read = uncover(text)
        row = np.full((1, len(NAMES)), UNKNOWN, dtype=np.float32)
        row[0, NAMES.index(flag)] = float(shown)
        yield passages(read.text, [(0, len(read.text))]), row


def labels_of(offer: LabelledOffer, places: Sequence[tuple[int, int]]) -> np.ndarray:
    """Which flags each passage shows: 0 or 1, (passages, flags)."""
    labels = np.zeros((len(places), len(NAMES)), dtype=np.float32)
    for flag, quote in offer.flags or ():
        start = offer.text.index(quote or "")
        end = start + len(quote or "")
        for row, (first, last) in enumerate(places):
            common = min(end, last) - max(start, first)
            if common > 0 and common >= OVERLAP * min(end - start, last - first):
                labels[row, NAMES.index(flag)] = 1.0
    return labels


def rule_examples(locales: Path) -> list[RuleExample]:
    """The examples beside the rules."""
    return [
        (text, flag, shown)
        for language in LANGUAGES
        for flag, rules in read_rules(locales / language / "red_flags.yml").items()
        for rule in rules
        for shown, texts in ((True, rule.match), (False, rule.no_match))
        for text in texts
    ]


def read_labelled_passages(examples: Path, locales: Path) -> list[Passage]:
    """All passages that show a flag or say something about one, and as many of offers that show none.

    Args:
        examples: folder with ``<language>/offers.jsonl``.
        locales: folder with ``<language>/red_flags.yml``.
    """
    uncover = uncovering(locales)
    offers = read_training_offers(examples)
    read = [*passages_of_offers(offers, uncover), *passages_of_examples(rule_examples(locales), uncover)]
    found = [Passage(text, signs) for texts, labels in read for text, signs in zip(texts, labels, strict=True)]
    telling = [passage for passage in found if passage.signs.any()]
    silent = [passage for passage in found if not passage.signs.any()]
    every = max(1, len(silent) // max(1, len(telling)))
    return [*telling, *silent[::every]]
