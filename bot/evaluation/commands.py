"""``pristan evaluate understanding``: scores labelled messages through the path a Telegram message takes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.dialogue.taxonomy import taxonomy
from bot.evaluation.labelled import Labelled, chosen_files, read_labelled
from bot.evaluation.pictures import draw_confusion, draw_learning, draw_reliability
from bot.evaluation.scores import Understood, reliability, report, table
from bot.settings import Settings
from bot.understanding import Understanding

#: The development split: written by others than the training examples, and never trained on.
DEVELOPMENT_SPLIT = Path("tests/understanding")
#: Messages between two lines of progress.
_PROGRESS_EVERY = 200


def evaluate_understanding(
    settings: Settings,
    files: Sequence[Path],
    output: Path | None,
    say: Callable[[str], None],
    *,
    learning_curve: bool = False,
) -> str:
    """Score sets of labelled messages.

    Args:
        settings: where texts and model are.
        files: JSON Lines; the development split where none is given.
        output: folder for ``understanding.json`` and, a language, ``confusion_<language>.png`` and
            ``reliability_<language>.png``; None writes nothing.
        say: for progress.
        learning_curve: also fit the intents to parts of the examples, and draw ``learning_curve.png`` (minutes).

    Returns:
        The table for the terminal. No message text stands in it.

    Raises:
        LabelError: a file is missing or a line is no labelled message.
    """
    chosen = chosen_files(files, DEVELOPMENT_SPLIT, "*.jsonl", "labelled messages")
    intents = taxonomy()
    meant = [one for path in chosen for one in read_labelled(path, intents)]
    found = asyncio.run(_understand(settings, meant, say))
    figured = report(found)
    if output is not None:
        output.mkdir(parents=True, exist_ok=True)
        (output / "understanding.json").write_text(json.dumps(figured, indent=2) + "\n", encoding="utf-8")
        for language, own in figured["languages"].items():
            title = f"{language}: {own['messages']} messages, macro-F1 {own['macro_f1']:.3f}"
            own_messages = [one for one in found if one.meant.language == language]
            draw_confusion(own_messages, intents, title, output / f"confusion_{language}.png")
            say(f"{output / f'confusion_{language}.png'}")
            title = f"{language}: calibration error {own['calibration_error']:.3f}"
            draw_reliability(reliability(own_messages), title, output / f"reliability_{language}.png")
            say(f"{output / f'reliability_{language}.png'}")
    shown = table(figured)
    if learning_curve:
        from bot.evaluation.learning import learning_table, measure_learning  # loads the encoders

        measured = measure_learning(meant, say)
        shown += "\n\n" + learning_table(measured)
        if output is not None:
            draw_learning(measured, output / "learning_curve.png")
            say(f"{output / 'learning_curve.png'}")
    return shown


async def _understand(settings: Settings, meant: Sequence[Labelled], say: Callable[[str], None]) -> list[Understood]:
    understanding = await Understanding.load(settings, say)
    found = []
    for number, one in enumerate(meant, start=1):
        # No hint of the language: the message alone must do.
        seen = await understanding.understand(one.text)
        found.append(
            Understood(one, seen.intent, seen.emergency, seen.language, seen.confidence, seen.sure, seen.other)
        )
        if number % _PROGRESS_EVERY == 0:
            say(f"{number} of {len(meant)} messages")
    return found
