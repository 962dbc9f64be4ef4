"""What actions read from a tracker, and what leaves a form."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import ActiveLoop, SlotSet

FORM = "find_help_form"
FOLLOW_UP_MOST = 2
"""After this many questions in between, the question for the country is dropped."""

Event = dict[str, Any]


def intent_of(tracker: Tracker) -> str:
    """Name of the latest intent, empty when there is none."""
    return str((tracker.latest_message.get("intent") or {}).get("name") or "")


def confidence_of(tracker: Tracker) -> float:
    """Confidence of the latest intent, 0 to 1."""
    return float((tracker.latest_message.get("intent") or {}).get("confidence") or 0.0)


def entity_of(tracker: Tracker, name: str) -> str | None:
    """Value of the latest message's last entity of a name that has no role."""
    values = [
        str(entity["value"])
        for entity in tracker.latest_message.get("entities") or []
        if entity["entity"] == name and not entity.get("role")
    ]
    return values[-1] if values else None


def in_form(tracker: Tracker) -> bool:
    """Whether the bot has asked for a country and waits."""
    return bool((tracker.active_loop or {}).get("name") == FORM)


def leave_form(tracker: Tracker) -> list[Event]:
    """Events that end the form, none when it is not active."""
    if not in_form(tracker):
        return []
    return [ActiveLoop(None), SlotSet("requested_slot", None), SlotSet("interruptions", None)]


def interrupt_form(tracker: Tracker) -> list[Event]:
    """Events after a question in between: the form goes on, and is left when questions keep coming."""
    if not in_form(tracker):
        return []
    count = int(tracker.get_slot("interruptions") or 0) + 1
    return leave_form(tracker) if count >= FOLLOW_UP_MOST else [SlotSet("interruptions", count)]
