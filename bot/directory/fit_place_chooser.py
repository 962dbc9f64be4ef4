"""Fits the chooser of places to labelled messages: ``python -m bot.directory.fit_place_chooser``.

Learns from ``nlu_data/<language>/whereabouts.jsonl``, in seconds. The result stands in the repository; fit it again
when these examples or the rules of :mod:`bot.directory.place_of_help` changed. With ``--left-out`` it says how often
the right country is found in messages left out of the fitting, beside what the rules alone find.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from bot.directory.need_examples import EXAMPLES
from bot.directory.needs import NeedWords, choose_need
from bot.directory.place_chooser import WEIGHTS, PlaceChooser, by_country, likeliest
from bot.directory.place_examples import FILE, PlaceExample, PlaceExampleError, read_place_examples
from bot.directory.place_of_help import PlaceOfHelp
from bot.directory.place_signs import Signs
from bot.settings import Settings

_FOLDS = 5
#: How far a weight may go: .3 found one message in a hundred more of those left out, and lost ordinary ones. A sign
#: seen in fewer messages says nothing.
_STRENGTH, _SEEN_LEAST = 0.1, 3
#: Weights before any message: the messages were picked to be hard, most that people write are not, and there the rules
#: are right. One that looks at more than the word before a place is trusted more.
_TRUSTED = {"ruled": 1.0} | {
    f"ruled by {rule}": 1.5 for rule in ("agent", "somebody else", "taken from", "added", "court", "only asked")
}


@dataclass(frozen=True)
class Named:
    """A message that names several countries.

    Args:
        example: it, with its label.
        countries: of each place, in the order of ``signs``.
        signs: of each place.
        ruled: the country the rules alone choose.
    """

    example: PlaceExample
    countries: tuple[str, ...]
    signs: tuple[Signs, ...]
    ruled: str | None


def read_signs(examples: Sequence[PlaceExample], words: NeedWords) -> list[Named]:
    """What is seen of the places of those examples that name places of more than one country."""
    finder = PlaceOfHelp(words, PlaceChooser({}))
    found = []
    for example in examples:
        places, signs = finder.signs(example.text, example.language, choose_need(words.look(example.text), {}, {}, {}))
        countries = tuple(place.country for place in places)
        if signs:
            ruled = next((place.country for place, seen in zip(places, signs, strict=True) if "ruled" in seen), None)
            found.append(Named(example, countries, tuple(signs), ruled))
    return found


def fit(messages: Sequence[Named]) -> dict[str, float]:
    """The weight of every sign: the likeliest under a normal prior, by L-BFGS.

    Args:
        messages: those whose country is not among the named ones teach nothing.
    """
    messages = [one for one in messages if one.example.country in one.countries]
    seen = Counter(sign for one in messages for sign in {sign for signs in one.signs for sign in signs})
    kept = _TRUSTED.keys() | {sign for sign, times in seen.items() if times >= _SEEN_LEAST}
    columns = {sign: number for number, sign in enumerate(sorted(kept))}
    matrices, right = [], []
    for one in messages:
        matrix = np.zeros((len(one.signs), len(columns)))
        for row, signs in enumerate(one.signs):
            for sign, value in signs.items():
                if sign in columns:
                    matrix[row, columns[sign]] = value
        matrices.append(matrix)
        right.append(np.array([country == one.example.country for country in one.countries], dtype=float))

    expected = np.array([_TRUSTED.get(sign, 0.0) for sign in columns])

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        away = weights - expected
        total, slope = 0.5 * float(away @ away) / _STRENGTH, away / _STRENGTH
        for matrix, labels in zip(matrices, right, strict=True):
            sums = matrix @ weights
            chances = np.exp(sums - sums.max())
            chances /= chances.sum()
            hit = float(chances @ labels)
            total -= float(np.log(hit + 1e-12))
            slope = slope + matrix.T @ (chances - chances * labels / (hit + 1e-12))
        return total, slope

    best = minimize(loss, expected, jac=True, method="L-BFGS-B", options={"maxiter": 300}).x
    return {sign: round(float(best[number]), 3) for sign, number in columns.items()}


def _say_left_out(messages: Sequence[Named]) -> None:
    fold = np.random.default_rng(0).permutation(len(messages)) % _FOLDS
    chosen: list[str | None] = [None] * len(messages)
    for number in range(_FOLDS):
        chooser = PlaceChooser(fit([one for one, held in zip(messages, fold, strict=True) if held != number]))
        for row in np.flatnonzero(fold == number):
            chosen[row] = likeliest(by_country(messages[row].countries, chooser.chances(messages[row].signs)))
    for language in sorted({one.example.language for one in messages}):
        rows = [row for row, one in enumerate(messages) if one.example.language == language]
        meant = [messages[row].example.country for row in rows]
        _say(f"{language} rules   {_shares([messages[row].ruled for row in rows], meant)}")
        _say(f"{language} chooser {_shares([chosen[row] for row in rows], meant)}")


def _shares(answers: Sequence[str | None], meant: Sequence[str | None]) -> str:
    """How many answers are right, wrong, and not given (None) though there was one."""
    pairs = list(zip(answers, meant, strict=True))
    right = sum(one == other for one, other in pairs)
    asked = sum(one is None and other is not None for one, other in pairs)
    total = max(1, len(pairs))
    wrong = len(pairs) - right - asked
    return f"right {right / total:.3f} wrong {wrong / total:.3f} asked {asked / total:.3f} of {len(pairs)}"


def _say(line: str) -> None:
    print(f"place chooser: {line}", file=sys.stderr, flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Command line: fits the chooser and puts it in place."""
    parser = argparse.ArgumentParser(
        prog="python -m bot.directory.fit_place_chooser", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--examples", type=Path, default=EXAMPLES, help=f"folder with <language>/{FILE}")
    parser.add_argument("--output", type=Path, default=WEIGHTS, help="where the weights are put")
    parser.add_argument("--left-out", action="store_true", help="only say how well it chooses for messages left out")
    options = parser.parse_args(arguments)
    try:
        examples = read_place_examples(options.examples)
    except PlaceExampleError as error:
        print(error, file=sys.stderr)
        return 2
    messages = read_signs(examples, NeedWords.load(Settings.from_environment().locales))
    _say(f"{len(examples)} messages, {len(messages)} with places of several countries")
    if not messages:
        print(f"{options.examples}: no <language>/{FILE} with places of several countries", file=sys.stderr)
        return 2
    if options.left_out:
        _say_left_out(messages)
        return 0
    options.output.write_text(json.dumps(fit(messages), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    _say(f"fitted: {options.output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
