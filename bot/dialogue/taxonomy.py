"""The names of what a person may want, in the order of ``nlu_data/domain/intents.yml``: neighbours stand together."""

from __future__ import annotations

from pathlib import Path

import yaml

PROJECT = Path(__file__).resolve().parents[2]
INTENTS = "nlu_data/domain/intents.yml"
NEVER_MEANT = "nlu_fallback"


def taxonomy(project: Path = PROJECT) -> tuple[str, ...]:
    """All intents a message may have.

    Args:
        project: the folder that holds ``nlu_data``.
    """
    written = yaml.safe_load((project / INTENTS).read_text(encoding="utf-8"))["intents"]
    names = [next(iter(entry)) if isinstance(entry, dict) else str(entry) for entry in written]
    return tuple(name for name in names if name != NEVER_MEANT)
