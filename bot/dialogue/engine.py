"""The dialogue inside the bot's process.

Light to import: Rasa and TensorFlow come with `DialogueEngine.load`, in a thread.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from bot.content.catalogues import Catalogues
from bot.dialogue.errors import DialogueError
from bot.dialogue.taxonomy import EMERGENCY_OF_INTENT, FALLBACK
from bot.dialogue.wishes import in_order, offered, parts
from bot.directory.need_reader import NeedReader, load_need_reader

if TYPE_CHECKING:
    from bot.dialogue.rasa_agent import RasaAgent

_Result = TypeVar("_Result")
_log = logging.getLogger("bot.dialogue.engine")

__all__ = ["DialogueEngine", "DialogueError", "DialogueResult", "Understanding", "neutral"]

LONGEST = 4096
"""Characters of a message that are read at all (Telegram's own limit for a text message)."""
RANKING = 5
"""Entries of the ranking that actions see."""
THREADS = 2
"""Turns decided at once. Most of a turn is matrix products, which leave the interpreter to others."""


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
        wants: What to act on, the most urgent first; more than one where sentences mean different things.
        needs: Need of the directory -> chance that it is looked for; empty where no reader of needs is loaded.
    """

    intent: str
    confidence: float
    ranking: tuple[tuple[str, float], ...]
    entities: tuple[dict[str, Any], ...]
    sure: bool
    contextual: bool
    wants: tuple[str, ...]
    needs: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class DialogueResult:
    """What a turn led to.

    Args:
        outputs: In order; each has `text` (HTML subset) and perhaps `buttons` ({title, payload}), or `custom`, a marker
            the conversation carries out. Both: the marker is meant, the text is for plain channels.
        tracker_state: Give it back with the next turn. It holds no words of anybody.
        intent: As in `Understanding`.
        confidence: As in `Understanding`; 1.0 for a button.
        also: Other things the message was about, to be offered.
        ranking: The likeliest intents with their chances; empty for a button.
        needs: As in `Understanding`.
    """

    outputs: list[dict[str, Any]]
    tracker_state: bytes
    intent: str
    confidence: float
    also: tuple[str, ...] = ()
    ranking: tuple[tuple[str, float], ...] = ()
    needs: Mapping[str, float] = field(default_factory=dict)


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

    Turns may run at once. All of Rasa works in threads, so that the event loop stays free.
    """

    def __init__(self, agent: RasaAgent, need_reader: NeedReader | None = None) -> None:
        self._agent = agent
        self._need_reader = need_reader
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="dialogue")

    @classmethod
    async def load(cls, model_path: Path, catalogues: Catalogues) -> DialogueEngine:
        """Loads a trained model in a thread; the event loop goes on answering meanwhile.

        Args:
            model_path: A `.tar.gz` of `bot.dialogue.train`.
            catalogues: The texts actions utter.

        Raises:
            DialogueError: If there is no usable model at the path.
        """
        agent = await asyncio.to_thread(_load, Path(model_path), catalogues)
        return cls(agent, await asyncio.to_thread(load_need_reader, _log.warning))

    async def parse(self, text: str, language: str | None = None) -> Understanding:
        """What a text means, without a conversation.

        Args:
            text: A message.
            language: Unused by the one model for all languages; kept for a model a language.
        """
        return await self._in_thread(self._understand, text)

    async def handle(
        self, sender: str, text: str, language: str, tracker_state: bytes | None, **slots: str | None
    ) -> DialogueResult:
        """Decides one turn.

        Args:
            sender: Whose turn; only tells turns apart, Rasa keeps nothing.
            text: What they wrote.
            language: The language of the answer.
            tracker_state: `DialogueResult.tracker_state` of the turn before, None at the beginning.
            slots: Facts known outside (country, city, offer_level); None leaves a slot as it is. A country ends the
                form that asks for it.

        Raises:
            DialogueError: If the turn failed; the state given stays valid.
        """
        return await self._in_thread(self._handle, sender, text, tracker_state, _given(language, slots))

    def _handle(
        self, sender: str, text: str, tracker_state: bytes | None, slots: Mapping[str, str | None]
    ) -> DialogueResult:
        understood = self._understand(text)
        wanted = understood.wants[0]
        confidence = understood.confidence if wanted == understood.intent else max(understood.confidence, PART_SURE)
        intent: dict[str, Any] = {"name": wanted, "confidence": confidence}
        if not understood.sure:
            intent = {"name": FALLBACK, "confidence": 1.0 if understood.contextual else 0.0}
        ranking = [{"name": name, "confidence": chance} for name, chance in understood.ranking[:RANKING]]
        entities = [dict(entity) for entity in understood.entities]
        outputs, state = self._agent.turn(sender, _parse_data(intent, entities, ranking), tracker_state, slots)
        also = offered(understood.wants, dict(understood.ranking)) if understood.sure else ()
        return DialogueResult(outputs, state, wanted, confidence, also, understood.ranking, understood.needs)

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
        if intent not in self._agent.intents:
            raise DialogueError("a button named an intent the model does not have")
        named = {"name": intent, "confidence": 1.0}
        marks = [{"start": 0, "end": 0, **entity} for entity in entities]
        parsed = _parse_data(named, marks, [named])
        outputs, state = await self._in_thread(self._agent.turn, sender, parsed, tracker_state, _given(language, slots))
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

        Raises:
            DialogueError: If the topic is unknown or the turn failed.
        """
        if topic not in self._agent.intents:
            raise DialogueError("a button named a topic the model does not have")
        follow_up = {"entity": "follow_up", "value": "more"}
        facts = {**slots, "last_topic": topic}
        return await self.trigger(sender, FALLBACK, language, tracker_state, [follow_up], **facts)

    def set_slots(self, tracker_state: bytes | None, **slots: str | None) -> bytes:
        """A state with other slot values, without a turn. None empties a slot, a country ends the form."""
        return self._agent.set_slots(tracker_state, slots)

    async def _in_thread(self, function: Callable[..., _Result], *arguments: Any) -> _Result:
        return await asyncio.get_running_loop().run_in_executor(self._threads, function, *arguments)

    def _understand(self, text: str) -> Understanding:
        safe = neutral(text)
        sentences = parts(safe)
        parsed, *parsed_parts = self._agent.parse_all([safe, *sentences])
        whole = _understanding(parsed, len(safe) - len(safe.lstrip()))
        if self._need_reader is not None:
            vectors = [one.get("sentence_vectors", {}) for one in (parsed, *parsed_parts)]
            whole = dataclasses.replace(whole, needs=self._need_reader.read(vectors))
        if whole.contextual or whole.wants[0] in POLITE_WHOLE:
            return whole
        others = [_understanding(part, 0) for part in parsed_parts]
        surely = [
            part.intent
            for part in others
            if part.sure and part.confidence >= PART_SURE and part.wants[0] not in EMERGENCY_OF_INTENT
        ]
        if not whole.sure and whole.intent not in surely:
            return whole  # a sentence alone knows less than the message that leaves a doubt
        wants = in_order(whole.wants[0], surely)
        return dataclasses.replace(whole, sure=True, wants=tuple(wants))


#: A sentence must be at least this sure to count beside the whole message. None is an emergency alone: of fourteen such
#: on the development split not one was.
PART_SURE = 0.5
#: Whole messages whose sentences are not looked at.
POLITE_WHOLE = frozenset(("job_offer_text", "out_of_scope", "quick_exit", "delete_my_data"))


#: Where the emergencies of the taxonomy are less likely than this, all together, the bot asks back or answers what
#: else was meant, with the number above: of such messages less than half are emergencies, and a wrong alarm screen
#: drives the others away.
EMERGENCY_SURE = 0.30
#: What empties the chat, or offers to, needs more than a guess.
IRREVERSIBLE = {"quick_exit": 0.5, "delete_my_data": 0.6}


def _load(model_path: Path, catalogues: Catalogues) -> RasaAgent:
    if not model_path.is_file():
        raise DialogueError(f"no model at {model_path}; train one with: pristan train")
    from bot.dialogue.rasa_agent import RasaAgent

    return RasaAgent.load(model_path, catalogues)


def _parse_data(
    intent: dict[str, Any], entities: list[dict[str, Any]], ranking: list[dict[str, Any]]
) -> dict[str, Any]:
    """Rasa's parse data. The text stays out: no rule needs it, so no tracker shall hold it."""
    return {"text": "", "intent": intent, "entities": entities, "intent_ranking": ranking}


def _given(language: str, slots: Mapping[str, str | None]) -> dict[str, str | None]:
    return {**{name: value for name, value in slots.items() if value is not None}, "language": language}


def _understanding(parsed: Mapping[str, Any], lead: int) -> Understanding:
    """Rasa's parse data as an `Understanding`; `lead` blanks stood before the text and were stripped."""
    ranking = tuple(
        (str(intent["name"]), float(intent["confidence"]))
        for intent in parsed.get("intent_ranking", [])
        if intent["name"] != FALLBACK
    )
    entities = tuple(
        {**entity, "start": entity["start"] + lead, "end": entity["end"] + lead} for entity in parsed["entities"]
    )
    best, confidence = ranking[0] if ranking else ("out_of_scope", 0.0)
    unsure = not ranking or parsed["intent"]["name"] == FALLBACK
    contextual = unsure and parsed["intent"]["confidence"] == 1.0  # as the component ContextWords marks it
    emergencies = [(name, chance) for name, chance in ranking if name in EMERGENCY_OF_INTENT]
    if not contextual and sum(chance for _, chance in emergencies) >= EMERGENCY_SURE:
        # Which emergency it is may be open; that it is one is not.
        return Understanding(best, confidence, ranking, entities, True, False, (emergencies[0][0],))
    if best in EMERGENCY_OF_INTENT or confidence < IRREVERSIBLE.get(best, 0.0):
        unsure = True
    return Understanding(best, confidence, ranking, entities, not unsure, contextual, (best,))
