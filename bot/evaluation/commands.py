"""``pristan evaluate understanding``: scores labelled messages through the path a Telegram message takes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.dialogue.taxonomy import taxonomy
from bot.evaluation.labelled import Labelled, chosen_files, read_labelled
from bot.evaluation.pictures import draw_confusion
from bot.evaluation.scores import Understood, report, table
from bot.settings import Settings
from bot.understanding import Understanding

#: The development split: written by others than the training examples, and never trained on.
DEVELOPMENT_SPLIT = Path("tests/understanding")
#: Messages between two lines of progress.
_PROGRESS_EVERY = 200


def evaluate_understanding(
    settings: Settings, files: Sequence[Path], output: Path | None, say: Callable[[str], None]
) -> str:
    """Score sets of labelled messages.

    Args:
        settings: where texts and model are.
        files: JSON Lines; the development split where none is given.
        output: folder for ``understanding.json`` and one ``confusion_<language>.png`` a language; None writes nothing.
        say: for progress.

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
    return table(figured)


async def _understand(settings: Settings, meant: Sequence[Labelled], say: Callable[[str], None]) -> list[Understood]:
    understanding = await Understanding.load(settings, say)
    found = []
    for number, one in enumerate(meant, start=1):
        # No hint of the language: the message alone must do.
        seen = await understanding.parse(one.text)
        found.append(Understood(one, seen["intent"]["name"], seen["emergency"], seen["language"]))
        if number % _PROGRESS_EVERY == 0:
            say(f"{number} of {len(meant)} messages")
    return found
