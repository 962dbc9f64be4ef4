"""Keeps one conversation's dialogue state between turns - as bytes that the caller stores.

The state is small and flat however long the talk is: a snapshot (slots, form, latest action) and the last events after
it. It holds no words: neither what the person wrote nor what the bot said.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from typing import Any

from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME, SESSION_START_METADATA_SLOT
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    DefinePrevUserUtteredFeaturization,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

logger = logging.getLogger(__name__)

VERSION = 1
EVENTS_KEPT = 60
"""A turn has about six events. With 60, turn 200 takes as long as turn 10."""

_WORDY: tuple[type[Event], ...] = (BotUttered, DefinePrevUserUtteredFeaturization)
"""Events no policy needs later; the first holds the words of the bot."""
_NEVER_KEPT = ("timestamp", "metadata", "message_id", "input_channel", "text")


class SnapshotTrackerStore(TrackerStore):
    """Rasa's tracker store for turns whose state comes from and goes to the caller.

    `open` a turn, let Rasa work on it, `close` it. Nothing stays in memory between turns.
    """

    def __init__(self, domain: Domain | None) -> None:
        super().__init__(domain)
        self._open: dict[str, DialogueStateTracker] = {}

    def open(self, turn: str, state: bytes | None, slots: Mapping[str, Any]) -> DialogueStateTracker:
        """Begins a turn.

        Args:
            turn: Its id; also Rasa's sender id.
            state: What `close` returned after the turn before, None at the beginning.
            slots: Values that hold from this turn on; names the domain does not know are ignored.
        """
        tracker = restore(turn, state, self.domain)
        for name, value in slots.items():
            if name in tracker.slots and tracker.get_slot(name) != value:
                tracker.update(SlotSet(name, value), self.domain)
        self._open[turn] = tracker
        return tracker

    def tracker(self, turn: str) -> DialogueStateTracker:
        """The tracker of an open turn."""
        return self._open[turn]

    def close(self, turn: str) -> bytes:
        """Ends a turn and returns its state."""
        return snapshot(self._open.pop(turn), self.domain)

    def drop(self, turn: str) -> None:
        """Ends a turn that failed; its state is lost, the one before stays valid."""
        self._open.pop(turn, None)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The tracker of an open turn."""
        return self._open.get(sender_id)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Called by Rasa at the end of a turn."""
        self._open[tracker.sender_id] = tracker

    async def keys(self) -> Iterable[str]:
        """Ids of open turns."""
        return list(self._open)


def restore(sender: str, state: bytes | None, domain: Domain) -> DialogueStateTracker:
    """A tracker from the bytes of `snapshot`.

    A state another version wrote is dropped: the talk begins again, which is better than no answer.
    """
    tracker = DialogueStateTracker(sender, domain.slots)
    saved: dict[str, Any] = {}
    if state is not None:
        try:
            saved = json.loads(state)
        except ValueError:
            logger.warning("a dialogue state could not be read; the dialogue begins again")
        if not isinstance(saved, dict) or saved.get("version") != VERSION:
            saved = {}
    for event in _opening(saved, domain):
        tracker.update(event, domain)
    for parameters in saved.get("events", []):
        event = _event(parameters, domain)
        if event is not None:
            tracker.update(event, domain)
    return tracker


def _opening(saved: dict[str, Any], domain: Domain) -> list[Event]:
    """The events that stand for everything before the kept ones."""
    known = {slot.name for slot in domain.slots}
    events: list[Event] = [ActionExecuted("action_session_start"), SessionStarted()]
    events += [SlotSet(name, value) for name, value in saved.get("slots", {}).items() if name in known]
    if saved.get("loop") in domain.form_names:
        events.append(ActiveLoop(saved["loop"]))
    latest = saved.get("latest_action")
    events.append(ActionExecuted(latest if latest in domain.action_names_or_texts else ACTION_LISTEN_NAME))
    return events


def _event(parameters: dict[str, Any], domain: Domain) -> Event | None:
    """One kept event, or None when the domain no longer knows what it names."""
    kind, name = parameters.get("event"), parameters.get("name")
    if kind == SlotSet.type_name and name not in {slot.name for slot in domain.slots}:
        return None
    if kind == ActionExecuted.type_name and name not in domain.action_names_or_texts:
        return None
    if kind == ActiveLoop.type_name and name is not None and name not in domain.form_names:
        return None
    if kind == UserUttered.type_name:
        return UserUttered(
            text="",
            intent={"name": parameters.get("intent"), "confidence": 1.0},
            entities=parameters.get("entities") or [],
            parse_data={"text": "", "intent": {"name": parameters.get("intent")}, "entities": []},
        )
    event: Event | None = Event.from_parameters(parameters)
    return event


def snapshot(tracker: DialogueStateTracker, domain: Domain) -> bytes:
    """The state of a tracker as UTF-8 JSON, without words."""
    events = [event for event in tracker.applied_events() if not isinstance(event, _WORDY)]
    cut = _cut(events)
    before = DialogueStateTracker(tracker.sender_id, domain.slots)
    for event in events[:cut]:
        before.update(event, domain)
    saved = {
        "version": VERSION,
        "slots": {
            name: slot.value
            for name, slot in before.slots.items()
            if slot.value is not None and name != SESSION_START_METADATA_SLOT
        },
        "loop": before.active_loop_name,
        "latest_action": before.latest_action_name or ACTION_LISTEN_NAME,
        "events": [_plain(event) for event in events[cut:]],
    }
    return json.dumps(saved, ensure_ascii=False, separators=(",", ":")).encode()


def _cut(events: list[Event]) -> int:
    """Index of the first kept event: the beginning of a turn, with at most `EVENTS_KEPT` after it."""
    earliest = max(0, len(events) - EVENTS_KEPT)
    for index in range(earliest, len(events)):
        if isinstance(events[index], UserUttered):
            return index
    return len(events)


def _plain(event: Event) -> dict[str, Any]:
    if isinstance(event, UserUttered):
        entities = [
            {key: entity[key] for key in ("entity", "value", "role") if key in entity} for entity in event.entities
        ]
        return {"event": UserUttered.type_name, "intent": event.intent_name, "entities": entities}
    parameters: dict[str, Any] = event.as_dict()
    return {key: value for key, value in parameters.items() if key not in _NEVER_KEPT and value is not None}
