"""What ``pristan parse`` says of a message: the very path a message from Telegram takes, without its answer."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.assembly import Content
from bot.content.keyboard_layout import as_meant
from bot.content.languages import LANGUAGES, choose
from bot.conversation.turn import look_for_alarm, plain_words
from bot.dialogue.engine import DialogueEngine
from bot.dialogue.engine import Understanding as Understood
from bot.dialogue.taxonomy import EMERGENCY_OF_INTENT
from bot.dialogue.train import train
from bot.dialogue.wishes import other_meaning
from bot.safety.net import SafetyNet
from bot.screening.screen import Screener
from bot.settings import Settings

#: The intent of each emergency.
_INTENT_OF_EMERGENCY: dict[str, str] = {emergency: intent for intent, emergency in EMERGENCY_OF_INTENT.items()}
#: An alarm of the net counts as what was meant where the model is more likely wrong than right.
_MODEL_SURE = 0.5


def answered_as(understood: Understood, emergency: str | None) -> str:
    """The intent that is answered: the model's best, or the alarm's where the model has raised it or is not sure.

    Args:
        understood: of the dialogue model.
        emergency: the alarm that is raised, or None.
    """
    if emergency is None:
        return str(understood.intent)
    raised = understood.sure and EMERGENCY_OF_INTENT.get(understood.wants[0]) == emergency
    return _INTENT_OF_EMERGENCY[emergency] if raised or understood.confidence < _MODEL_SURE else str(understood.intent)


@dataclass(frozen=True)
class Meaning:
    """What was made of one message.

    Args:
        language: it was taken for.
        intent: always a name of the taxonomy.
        confidence: chance of that intent, 0 to 1.
        sure: it is answered; otherwise the bot asks back.
        emergency: the alarm that is raised, or None.
        entities: places that were named.
        other: the meaning offered under the answer in case it is the wrong one, or None.
    """

    language: str
    intent: str
    confidence: float
    sure: bool
    emergency: str | None
    entities: tuple[Any, ...]
    other: str | None = None


class Understanding:
    """Safety net, language, dialogue model."""

    def __init__(self, net: SafetyNet, screener: Screener, engine: Any) -> None:
        self._net = net
        self._screener = screener
        self._engine = engine

    @classmethod
    async def load(cls, settings: Settings, progress: Callable[[str], None]) -> Understanding:
        """Load everything; trains a model first where no current one exists."""
        content = Content.load(settings.locales)
        model = train(False, progress, settings.model_dir)
        return cls(content.net, content.screener, await DialogueEngine.load(model, content.catalogues))

    async def parse(self, text: str, language: str | None = None) -> dict[str, Any]:
        """One message, as ``pristan parse`` prints it.

        Args:
            text: as the person wrote it.
            language: what is known of the person's language, a hint.

        Returns:
            language, intent (always a name of the taxonomy), emergency and entities.
        """
        meaning = await self.understand(text, language)
        return {
            "language": meaning.language,
            "intent": {"name": meaning.intent, "confidence": round(meaning.confidence, 4)},
            "emergency": meaning.emergency,
            "entities": list(meaning.entities),
        }

    async def understand(self, text: str, language: str | None = None) -> Meaning:
        """One message; see :meth:`parse`."""
        text = as_meant(text)
        spoken = choose(text, language_code=language if language in LANGUAGES else None)
        understood = await self._engine.parse(text, spoken)
        said = plain_words(text, self._net, self._screener)
        if said != text:  # its places stay where they stand in the text as it came
            understood = dataclasses.replace(await self._engine.parse(said, spoken), entities=understood.entities)
        alarm = look_for_alarm(text, self._net, self._screener)
        emergency = alarm.emergency if alarm is not None else None
        if alarm is None and understood.sure:
            emergency = EMERGENCY_OF_INTENT.get(understood.wants[0])
        return Meaning(
            spoken,
            answered_as(understood, emergency),
            float(understood.confidence),
            bool(understood.sure),
            emergency,
            tuple(understood.entities),
            other_meaning(understood.intent, understood.confidence, understood.ranking) if understood.sure else None,
        )
