"""Rasa's agent as the engine uses it: no network, no logs, no memory of people. Importing this takes ten seconds."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.core.processor import MessageProcessor
from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

from bot.content.catalogues import Catalogues
from bot.dialogue.actions.reading import FORM
from bot.dialogue.components.intent_reader import sentence_blocks
from bot.dialogue.errors import DialogueError
from bot.dialogue.local_actions import LocalActions, trust_local_actions
from bot.dialogue.nlg import CatalogueResponses
from bot.dialogue.tracker_store import SnapshotTrackerStore

_SHOWN = ("text", "buttons", "custom", "topic", "text_id", "alarm")
_WARM_UP = ("hello", "привет, мне нужна помощь", "我的护照被老板拿走了")

#: Where parse data holds the sentence vectors.
VECTORS = "sentence_vectors"


@dataclass
class _Collector(OutputChannel):
    """Collects what actions utter, whole (Rasa's own collector splits texts at blank lines)."""

    outputs: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def name(cls) -> str:
        return "pristan"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        kept = {key: message[key] for key in _SHOWN if message.get(key)}
        if kept:
            self.outputs.append(kept)


class RasaAgent:
    """A loaded model: parses texts, runs turns.

    Args:
        processor: Rasa's, with our store behind it.
        domain: The model's domain.
        store: Holds the turns that are open.
        actions: Runs custom actions in this process.
    """

    def __init__(
        self, processor: MessageProcessor, domain: Domain, store: SnapshotTrackerStore, actions: LocalActions
    ) -> None:
        self._processor = processor
        self._domain = domain
        self._store = store
        self._actions = actions
        self._turns = itertools.count()

    @classmethod
    def load(cls, model_path: Path, catalogues: Catalogues) -> RasaAgent:
        """Reads a model. Takes seconds: call it in a thread.

        Args:
            model_path: A `.tar.gz` of `bot.dialogue.train`.
            catalogues: The texts actions utter.

        Raises:
            DialogueError: If there is no usable model at the path; says what to do.
        """
        responses = CatalogueResponses(catalogues=catalogues)
        trust_local_actions()
        actions = LocalActions()
        store = SnapshotTrackerStore(None)
        try:
            agent = Agent.load(model_path, generator=responses, tracker_store=store, action_endpoint=actions)
        except Exception as error:
            raise DialogueError(f"the model {model_path.name} cannot be loaded; train again: pristan train") from error
        processor, domain = agent.processor, agent.domain
        if processor is None or domain is None:
            raise DialogueError(f"the model {model_path.name} has no dialogue; train again: pristan train")
        # The agent wraps every store in one that hides errors behind an empty conversation; ours may fail loudly.
        agent.tracker_store = processor.tracker_store = store
        store.domain = responses.domain = domain
        missing = set(domain.user_actions) - actions.names - set(domain.responses)
        if missing:
            raise DialogueError(f"domain/actions.yml names actions without code: {', '.join(sorted(missing))}")
        loaded = cls(processor, domain, store, actions)
        # The first message builds graphs and reads weights; a person should not wait for that.
        for text in _WARM_UP:
            loaded.parse(text)
        return loaded

    @property
    def intents(self) -> frozenset[str]:
        """Names a turn may have."""
        return frozenset(self._domain.intents)

    def parse(self, text: str) -> dict[str, Any]:
        """Rasa's parse data of a text that is no command (see `neutral` in the engine). Works in any thread.

        Raises:
            DialogueError: If a component failed.
        """
        return self.parse_all([text])[0]

    def parse_all(self, texts: Sequence[str]) -> list[dict[str, Any]]:
        """Rasa's parse data of several texts at once, which takes much less time than one after the other.

        Beside it :data:`VECTORS`: the text's sentence vectors by the name of the component in config.yml.

        Raises:
            DialogueError: If a component failed.
        """
        try:
            target = str(self._processor.model_metadata.nlu_target)
            given: dict[str, Any] = {
                PLACEHOLDER_MESSAGE: [UserMessage(text) for text in texts],
                PLACEHOLDER_TRACKER: DialogueStateTracker.from_events("parse", []),
            }
            messages = self._processor.graph_runner.run(inputs=given, targets=[target])[target]
            return [
                {
                    "intent": {"name": None, "confidence": 0.0},
                    "entities": [],
                    **message.as_dict(True),
                    VECTORS: sentence_blocks(message),
                }
                for message in messages
            ]
        except Exception as error:
            raise DialogueError("the model failed") from error

    def turn(
        self,
        sender: str,
        parsed: dict[str, Any],
        tracker_state: bytes | None,
        slots: Mapping[str, str | None],
    ) -> tuple[list[dict[str, Any]], bytes]:
        """Runs one turn, in any thread; what was said is never given to Rasa, only what it means.

        Args:
            sender: Whose turn; only for Rasa's names.
            parsed: Rasa's parse data, without text.
            tracker_state: State of the turn before.
            slots: Facts known outside.

        Returns:
            Outputs in order, and the new state.

        Raises:
            DialogueError: If the turn failed.
        """
        turn = f"{sender}/{next(self._turns)}"
        channel = _Collector()
        try:
            self._open(turn, tracker_state, slots)
            # Nothing in a turn waits for anything: a loop of its own keeps it off the loop that serves people.
            asyncio.run(self._processor.handle_message(UserMessage("", channel, turn, parse_data=parsed)))
            failure = self._actions.failure(turn)
            if failure is not None:
                raise DialogueError("an action failed") from failure
            latest = self._store.tracker(turn).latest_action_name
            if latest != ACTION_LISTEN_NAME:
                # Rasa gave up after ten actions; such a state would never listen again.
                raise DialogueError(f"the rules run in a circle around {latest}")
            return channel.outputs, self._store.close(turn)
        except DialogueError:
            raise
        except Exception as error:
            raise DialogueError("the dialogue failed") from error
        finally:
            self._store.drop(turn)
            self._actions.failure(turn)

    def set_slots(self, tracker_state: bytes | None, slots: Mapping[str, str | None]) -> bytes:
        """A state with other slot values, without a turn."""
        turn = f"slots/{next(self._turns)}"
        self._open(turn, tracker_state, slots)
        return self._store.close(turn)

    def _open(self, turn: str, tracker_state: bytes | None, slots: Mapping[str, str | None]) -> None:
        tracker = self._store.open(turn, tracker_state, slots)
        if slots.get("country") and tracker.active_loop_name == FORM:
            # The conversation asked for the country and was answered without us: a button, a location.
            for event in (ActiveLoop(None), SlotSet("requested_slot", None), ActionExecuted(ACTION_LISTEN_NAME)):
                tracker.update(event, self._domain)
