"""The dialogue inside the bot's process: Rasa's agent, without its network, its logs and its memory of people."""

from __future__ import annotations

import asyncio
import itertools
import unicodedata
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import ActionExecuted, ActiveLoop, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

import bot.quiet
from bot.content.catalogues import Catalogues
from bot.dialogue.actions.reading import FORM
from bot.dialogue.local_actions import LocalActions
from bot.dialogue.nlg import CatalogueResponses
from bot.dialogue.tracker_store import SnapshotTrackerStore

assert bot.quiet  # noqa: S101  - imported for its effect

LONGEST = 4096
"""Characters of a message that are read at all (Telegram's own limit for a text message)."""
RANKING = 5
"""Entries of the ranking that actions see."""


class DialogueError(Exception):
    """A turn could not be decided. Its cause is chained; the text never quotes a message."""


@dataclass(frozen=True)
class Understanding:
    """What the model made of a text.

    Args:
        intent: The best name of the taxonomy, never `nlu_fallback`.
        confidence: Its probability, 0 to 1.
        ranking: The likeliest intents, best first.
        entities: Rasa's entities, offsets in code points of the text as it was given.
        sure: False where the dialogue asks back instead of acting on `intent`.
        contextual: The text means something only after what was said before ("why?", a bare place).
    """

    intent: str
    confidence: float
    ranking: tuple[tuple[str, float], ...]
    entities: tuple[dict[str, Any], ...]
    sure: bool
    contextual: bool


@dataclass(frozen=True)
class DialogueResult:
    """What a turn led to.

    Args:
        outputs: In order; each has `text` (HTML subset) and perhaps `buttons` ({title, payload}), or `custom`, a marker
            the conversation carries out. Both: the marker is meant, the text is for plain channels.
        tracker_state: Give it back with the next turn.
        intent: As in `Understanding`.
        confidence: As in `Understanding`; 1.0 for a button.
    """

    outputs: list[dict[str, Any]]
    tracker_state: bytes
    intent: str
    confidence: float


@dataclass
class _Collector(OutputChannel):
    """Collects what actions utter, whole (Rasa's own collector splits texts at blank lines)."""

    outputs: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def name(cls) -> str:
        return "pristan"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        kept = {key: message[key] for key in ("text", "buttons", "custom", "topic", "text_id") if message.get(key)}
        if kept:
            self.outputs.append(kept)


def neutral(text: str) -> str:
    """Text Rasa cannot take for one of its own commands, of the same length.

    A leading "/" makes Rasa read `/intent{"slot": ...}` and `/restart`; another sign that looks the same takes its
    place. Control characters become blanks.
    """
    safe = "".join(" " if unicodedata.category(sign) == "Cc" else sign for sign in text[:LONGEST])
    lead = len(safe) - len(safe.lstrip())
    if safe[lead : lead + 1] == "/":
        safe = safe[:lead] + "⁄" + safe[lead + 1 :]
    return safe


class DialogueEngine:
    """Understands texts and decides turns. Made by `load`.

    Turns may run at once. The model itself works in one thread, so that the event loop stays free.
    """

    def __init__(self, agent: Agent, store: SnapshotTrackerStore, actions: LocalActions) -> None:
        self._agent = agent
        self._store = store
        self._actions = actions
        self._turns = itertools.count()
        self._model_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="dialogue-model")

    @classmethod
    async def load(cls, model_path: Path, catalogues: Catalogues) -> DialogueEngine:
        """Loads a trained model in a thread; the event loop goes on answering meanwhile.

        Args:
            model_path: A `.tar.gz` of `bot.dialogue.train`.
            catalogues: The texts actions utter.

        Raises:
            DialogueError: If there is no usable model at the path.
        """
        return await asyncio.get_running_loop().run_in_executor(None, cls._load, Path(model_path), catalogues)

    @classmethod
    def _load(cls, model_path: Path, catalogues: Catalogues) -> DialogueEngine:
        if not model_path.is_file():
            raise DialogueError(f"no model at {model_path}; train one with: pristan train")
        responses = CatalogueResponses(catalogues=catalogues)
        actions = LocalActions()
        store = SnapshotTrackerStore(None)
        try:
            agent = Agent.load(model_path, generator=responses, tracker_store=store, action_endpoint=actions)
        except Exception as error:
            raise DialogueError(f"the model {model_path.name} cannot be loaded; train again: pristan train") from error
        processor = agent.processor
        if processor is None or agent.domain is None:
            raise DialogueError(f"the model {model_path.name} has no dialogue; train again: pristan train")
        # The agent wraps every store in one that hides errors behind an empty conversation; ours may fail loudly.
        agent.tracker_store = processor.tracker_store = store
        store.domain = responses.domain = agent.domain
        missing = set(agent.domain.user_actions) - actions.names - set(agent.domain.responses)
        if missing:
            raise DialogueError(f"domain/actions.yml names actions without code: {', '.join(sorted(missing))}")
        engine = cls(agent, store, actions)
        engine._warm_up()
        return engine

    def _warm_up(self) -> None:
        """The first message builds graphs and reads weights; a person should not wait for that."""
        for text in ("hello", "привет, мне нужна помощь", "我的护照被老板拿走了"):
            self._parse(text)

    async def parse(self, text: str, language: str | None = None) -> Understanding:
        """What a text means, without a conversation.

        Args:
            text: A message.
            language: Unused by the one model for all languages; kept for a model a language.
        """
        return await self._in_thread(self._parse, text)

    async def handle(
        self, sender: str, text: str, language: str, tracker_state: bytes | None, **slots: str | None
    ) -> DialogueResult:
        """Decides one turn.

        Args:
            sender: Whose turn; only tells turns apart, Rasa keeps nothing.
            text: What they wrote.
            language: The language of the answer.
            tracker_state: `DialogueResult.tracker_state` of the turn before, None at the beginning.
            slots: Facts known outside (country, city, offer_level); None leaves a slot as it is.

        Raises:
            DialogueError: If the turn failed; the state given stays valid.
        """
        understanding = await self._in_thread(self._parse, text)
        parsed = {
            "text": "",
            "intent": {"name": understanding.intent, "confidence": understanding.confidence},
            "entities": [dict(entity) for entity in understanding.entities],
            "intent_ranking": [
                {"name": name, "confidence": confidence} for name, confidence in understanding.ranking[:RANKING]
            ],
        }
        if not understanding.sure:
            confidence = 1.0 if understanding.contextual else 0.0
            parsed["intent"] = {"name": DEFAULT_NLU_FALLBACK_INTENT_NAME, "confidence": confidence}
        outputs, state = await self._turn(sender, parsed, language, tracker_state, slots)
        return DialogueResult(outputs, state, understanding.intent, understanding.confidence)

    async def trigger(
        self,
        sender: str,
        intent: str,
        language: str,
        tracker_state: bytes | None,
        entities: Sequence[Mapping[str, Any]] = (),
        **slots: str | None,
    ) -> DialogueResult:
        """Decides a turn as if the person had said a thing of this intent: a button.

        Args:
            sender: As in `handle`.
            intent: A name of the taxonomy.
            language: As in `handle`.
            tracker_state: As in `handle`.
            entities: Entities of the press, `{"entity": ..., "value": ...}`.
            slots: As in `handle`.

        Raises:
            DialogueError: If the intent is unknown or the turn failed.
        """
        if self._agent.domain is None or intent not in self._agent.domain.intents:
            raise DialogueError("a button named an intent the model does not have")
        parsed = {
            "text": "",
            "intent": {"name": intent, "confidence": 1.0},
            "entities": [{"start": 0, "end": 0, **entity} for entity in entities],
            "intent_ranking": [{"name": intent, "confidence": 1.0}],
        }
        outputs, state = await self._turn(sender, parsed, language, tracker_state, slots)
        return DialogueResult(outputs, state, intent, 1.0)

    async def more(
        self, sender: str, topic: str, language: str, tracker_state: bytes | None, **slots: str | None
    ) -> DialogueResult:
        """Says more about a topic: the button `more:<intent>` under an answer, also an old one.

        Args:
            sender: As in `handle`.
            topic: The intent the answer was about.
            language: As in `handle`.
            tracker_state: As in `handle`.
            slots: As in `handle`.
        """
        follow_up = {"entity": "follow_up", "value": "more"}
        return await self.trigger(
            sender,
            DEFAULT_NLU_FALLBACK_INTENT_NAME,
            language,
            tracker_state,
            [follow_up],
            **slots,
            last_topic=topic,
        )

    def set_slots(self, tracker_state: bytes | None, **slots: str | None) -> bytes:
        """A state with other slot values, without a turn. None empties a slot.

        A country given this way answers the question for it: the form is left.
        """
        turn = self._name("slots")
        tracker = self._store.open(turn, tracker_state, slots)
        if slots.get("country"):
            self._leave_form(tracker)
        return self._store.close(turn)

    async def _turn(
        self,
        sender: str,
        parsed: dict[str, Any],
        language: str,
        tracker_state: bytes | None,
        slots: Mapping[str, str | None],
    ) -> tuple[list[dict[str, Any]], bytes]:
        processor = self._agent.processor
        assert processor is not None  # noqa: S101 - checked in load
        turn = self._name(sender)
        given = {name: value for name, value in slots.items() if value is not None}
        channel = _Collector()
        try:
            tracker = self._store.open(turn, tracker_state, {**given, "language": language})
            if given.get("country"):
                # The conversation asked and was answered without us (a button, a location).
                self._leave_form(tracker)
            await processor.handle_message(UserMessage("", channel, turn, parse_data=parsed))
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

    def _leave_form(self, tracker: DialogueStateTracker) -> None:
        if tracker.active_loop_name == FORM:
            for event in (ActiveLoop(None), SlotSet("requested_slot", None), ActionExecuted(ACTION_LISTEN_NAME)):
                tracker.update(event, self._agent.domain)

    def _name(self, sender: str) -> str:
        """A conversation id for Rasa that no other turn has."""
        return f"{sender}/{next(self._turns)}"

    async def _in_thread(self, function: Any, text: str) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._model_thread, function, text)

    def _parse(self, text: str) -> Understanding:
        processor = self._agent.processor
        assert processor is not None  # noqa: S101 - checked in load
        safe = neutral(text)
        lead = len(safe) - len(safe.lstrip())
        message = UserMessage(safe)
        try:
            parsed = processor._parse_message_with_graph(message, DialogueStateTracker.from_events("parse", []))
        except Exception as error:
            raise DialogueError("the model failed") from error
        return _understanding(parsed, lead)


def _understanding(parsed: Mapping[str, Any], lead: int) -> Understanding:
    """Rasa's parse data as an `Understanding`; `lead` blanks stood before the text and were stripped."""
    ranking = tuple(
        (str(intent["name"]), float(intent["confidence"]))
        for intent in parsed.get("intent_ranking", [])
        if intent["name"] != DEFAULT_NLU_FALLBACK_INTENT_NAME
    )
    entities = tuple(
        {**entity, "start": entity["start"] + lead, "end": entity["end"] + lead} for entity in parsed["entities"]
    )
    best, confidence = ranking[0] if ranking else ("out_of_scope", 0.0)
    unsure = not ranking or parsed["intent"]["name"] == DEFAULT_NLU_FALLBACK_INTENT_NAME
    contextual = unsure and parsed["intent"]["confidence"] == 1.0  # as the component ContextWords marks it
    return Understanding(best, confidence, ranking, entities, not unsure, contextual)
