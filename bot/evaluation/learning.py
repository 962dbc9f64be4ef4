"""What more examples bring: the intents fitted to growing parts of the training examples, scored on other messages."""

from __future__ import annotations

import functools
import random
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import yaml

from bot.encoders.dialogue_vectors import dialogue_vectors
from bot.encoders.fit_adapter import Example, read_examples
from bot.encoders.perceptron import fit_classes, scores
from bot.encoders.vector_store import VectorStore
from bot.evaluation.labelled import Labelled
from bot.evaluation.scores import Understood, macro_f1

_PROJECT = Path(__file__).resolve().parents[2]
#: Parts of the examples of each intent.
PARTS = (1 / 8, 1 / 4, 1 / 2, 1.0)
_READER = "bot.dialogue.components.intent_reader.IntentReader"


def measure_learning(meant: Sequence[Labelled], say: Callable[[str], None]) -> dict[str, list[tuple[int, float]]]:
    """Fit the intents to parts of the examples; minutes.

    The perceptron and its settings are those of ``config.yml``; safety net, doubt and context are left out.

    Args:
        meant: what is scored; never trained on.
        say: for progress.

    Returns:
        language -> number of examples and macro-F1 in this language, for each part.
    """
    pipeline = yaml.safe_load((_PROJECT / "config.yml").read_text(encoding="utf-8"))["pipeline"]
    settings = next(one for one in pipeline if one["name"] == _READER)
    examples = read_examples(_PROJECT / "nlu_data")
    intents = sorted({example.intent for example in examples})
    known = dialogue_vectors([example.text for example in examples], lambda encoder: VectorStore(encoder).vectors)
    # What is scored is not kept on disk with the examples.
    asked = dialogue_vectors([one.text for one in meant], lambda encoder: encoder.encode)
    labels = np.array([intents.index(example.intent) for example in examples])
    measured: dict[str, list[tuple[int, float]]] = {
        language: [] for language in sorted({one.language for one in meant})
    }
    for part in PARTS:
        rows = _part(examples, part)
        weights = fit_classes(
            known[rows],
            labels[rows],
            len(intents),
            hidden=settings["hidden"],
            epochs=settings["epochs"],
            say=functools.partial(_say_round, say, len(rows)),
        )
        taken = scores(weights, asked).argmax(axis=1)
        understood = [Understood(one, intents[index], None, "") for one, index in zip(meant, taken, strict=True)]
        for language, points in measured.items():
            own = [one for one in understood if one.meant.language == language]
            points.append((len(rows), macro_f1(own)))
    return measured


def learning_table(measured: Mapping[str, Sequence[tuple[int, float]]]) -> str:
    """The figures for a terminal: a line a number of examples, a column a language."""
    lines = ["macro-F1 by examples" + "".join(f"{language:>8}" for language in measured)]
    for row in zip(*measured.values(), strict=True):
        lines.append(f"{row[0][0]:<20}" + "".join(f"{value:>8.3f}" for _, value in row))
    return "\n".join(lines)


def _say_round(say: Callable[[str], None], count: int, line: str) -> None:
    say(f"{count} examples: {line}")


def _part(examples: Sequence[Example], part: float) -> np.ndarray:
    """The same share of every intent, at random, the same at every call; smaller parts lie within larger ones."""
    rows: defaultdict[str, list[int]] = defaultdict(list)
    for number, example in enumerate(examples):
        rows[example.intent].append(number)
    dice = random.Random(7)
    chosen: list[int] = []
    for own in rows.values():
        dice.shuffle(own)
        chosen += own[: max(1, round(part * len(own)))]
    return np.array(sorted(chosen))
