"""A conversation with the engine, for the tests of this folder."""

from __future__ import annotations

from bot.dialogue.engine import DialogueEngine, DialogueResult


class Talk:
    """One person's conversation with the engine: keeps the state as the bot does."""

    def __init__(self, engine: DialogueEngine, language: str = "en") -> None:
        self.engine, self.language = engine, language
        self.state: bytes | None = None
        self.intent = ""

    async def say(self, text: str, **slots: str | None) -> list[dict]:
        return self._keep(await self.engine.handle("person", text, self.language, self.state, **slots))

    async def press(self, intent: str, **slots: str | None) -> list[dict]:
        return self._keep(await self.engine.trigger("person", intent, self.language, self.state, **slots))

    async def more(self, topic: str) -> list[dict]:
        return self._keep(await self.engine.more("person", topic, self.language, self.state))

    def _keep(self, result: DialogueResult) -> list[dict]:
        self.state, self.intent = result.tracker_state, result.intent
        return result.outputs
