"""The names of what a person may want, in the order of ``nlu_data/domain/intents.yml``: neighbours stand together."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import yaml

from bot.dialogue.train import DOMAIN, PROJECT

#: Rasa's name for "unsure"; no message means it.
FALLBACK = "nlu_fallback"

#: Intents that are emergencies, and what the safety net calls them.
EMERGENCY_OF_INTENT: dict[str, Literal["danger", "suicide", "medical", "child"]] = {
    "emergency_danger": "danger",
    "emergency_suicide": "suicide",
    "emergency_medical": "medical",
    "child_at_risk": "child",
}


def taxonomy(project: Path = PROJECT) -> tuple[str, ...]:
    """All intents a message may have.

    Args:
        project: the folder that holds ``nlu_data``.
    """
    written = yaml.safe_load((project / DOMAIN / "intents.yml").read_text(encoding="utf-8"))["intents"]
    names = [next(iter(entry)) if isinstance(entry, dict) else str(entry) for entry in written]
    return tuple(name for name in names if name != FALLBACK)
