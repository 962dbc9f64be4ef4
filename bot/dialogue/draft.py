"""The first model of a fresh machine: fitted to a part of the examples, it answers while the whole one trains."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

#: One example in so many. A quarter is ready in a quarter of the time and understands four messages in a hundred less.
ONE_IN = 4

_INTENT, _EXAMPLES = "- intent:", "examples: |"


def write_draft(data: Path, target: Path) -> None:
    """Copies Rasa's training data, with every fourth example of each intent; all else stays whole.

    Args:
        data: The folder of the training data.
        target: A folder that does not exist yet.
    """
    for path in sorted(data.rglob("*.yml")):
        copy = target / path.relative_to(data)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text("".join(_thinned(path.read_text(encoding="utf-8"))), encoding="utf-8")


def _thinned(text: str) -> Iterator[str]:
    """The lines of a file, without three of four lines of each intent's list of examples; lookup tables stay whole."""
    of_intent, indent, number = False, -1, 0
    for line in text.splitlines(keepends=True):
        said = line.strip()
        depth = len(line) - len(line.lstrip())
        if said and depth <= indent:
            indent = -1
        if indent < 0 and said.startswith("- "):
            of_intent = said.startswith(_INTENT)
        elif indent < 0 and of_intent and said.startswith(_EXAMPLES):
            indent, number = depth, 0
        elif indent >= 0 and said.startswith("- "):
            number += 1
            if number % ONE_IN != 1:
                continue
        yield line
