from __future__ import annotations

import socket

import pytest
from rasa_sdk import Action

from bot.dialogue.engine import DialogueEngine, DialogueError
from tests.dialogue.talk import Talk


class Breaks(Action):
    def name(self) -> str:
        return "action_offer_person"

    async def run(self, dispatcher, tracker, domain):  # type: ignore[no-untyped-def]
        raise ValueError("a word nobody may read")


async def test_a_failing_action_fails_the_turn_and_the_state_before_stays_valid(engine: DialogueEngine) -> None:
    talk = Talk(engine)
    await talk.press("ask_passport_taken")
    executor = engine._agent._actions._executor
    real = executor.actions["action_offer_person"]
    executor.actions["action_offer_person"] = Breaks().run
    try:
        with pytest.raises(DialogueError) as raised:
            await talk.press("talk_to_human")
    finally:
        executor.actions["action_offer_person"] = real
    assert "nobody" not in str(raised.value)
    assert isinstance(raised.value.__cause__, ValueError)
    assert (await talk.press("talk_to_human")) == [{"custom": {"handoff": "offer"}}]
    assert (await talk.say("why?"))[0]["text_id"] == "topic.ask_passport_taken.more"


async def test_no_turn_opens_a_connection(engine: DialogueEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object, **named: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    talk = Talk(engine)
    for text in ("he took my passport", "I need a shelter", "Turkey", "thanks"):
        await talk.say(text)
    with pytest.raises(AssertionError):
        socket.create_connection(("localhost", 9), timeout=1)
