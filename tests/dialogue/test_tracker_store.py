from __future__ import annotations

import json

import pytest

from bot.dialogue.engine import DialogueEngine
from bot.dialogue.tracker_store import EVENTS_KEPT
from tests.dialogue.talk import Talk

FROM_ANOTHER_DOMAIN = json.dumps(
    {
        "version": 1,
        "slots": {"gone": 1},
        "loop": "gone_form",
        "latest_action": "action_gone",
        "events": [
            {"event": "slot", "name": "gone", "value": 1},
            {"event": "action", "name": "action_gone"},
            {"event": "active_loop", "name": "gone_form"},
            {"event": "user", "intent": "gone", "entities": []},
        ],
    }
).encode()


async def test_turn_200_inside_a_form_still_works_and_the_state_stays_flat(engine: DialogueEngine) -> None:
    talk = Talk(engine)
    await talk.press("find_shelter")
    for turn in range(200):
        # "yes" is no country: the form stays open all the time.
        assert (await talk.press("affirm"))[-1]["custom"]["find"]["need"] == "shelter", turn
        if turn == 40:
            early = len(talk.state or b"")
    late = len(talk.state or b"")
    assert late < early * 1.2
    assert len(json.loads(talk.state or b"")["events"]) <= EVENTS_KEPT
    assert (await talk.say("Turkey"))[-1]["custom"] == {"find": {"need": "shelter", "country": "TR", "city": None}}


async def test_what_was_known_before_the_kept_events_is_not_forgotten(engine: DialogueEngine) -> None:
    talk = Talk(engine)
    await talk.say("I am in Turkey")
    await talk.press("ask_passport_taken")
    for _ in range(60):
        await talk.press("thank")
    assert (await talk.press("find_legal_help"))[-1]["custom"]["find"]["country"] == "TR"
    talk.state = engine.set_slots(talk.state, country=None)
    assert (await talk.press("find_legal_help"))[-1]["custom"]["find"]["country"] is None


async def test_the_state_holds_no_words_of_anybody(engine: DialogueEngine) -> None:
    talk = Talk(engine)
    for text in ("zebrawort my boss took my passport", "why? zebrawort", "zebrawort Turkey", "/zebrawort"):
        for output in await talk.say(text):
            assert output
    state = (talk.state or b"").decode()
    assert "zebrawort" not in state
    answer = (await talk.press("ask_passport_taken"))[0]["text"]
    assert answer[:40] not in (talk.state or b"").decode()
    assert "timestamp" not in state


@pytest.mark.parametrize("state", [b"", b"no json", b"[]", b'{"version": 99}', FROM_ANOTHER_DOMAIN])
async def test_a_state_of_another_version_begins_again(engine: DialogueEngine, state: bytes) -> None:
    talk = Talk(engine)
    talk.state = state
    assert (await talk.press("ask_passport_taken"))[0]["text_id"] == "topic.ask_passport_taken"


async def test_nothing_stays_in_memory(engine: DialogueEngine) -> None:
    await Talk(engine).say("hello")
    assert list(await engine._agent._store.keys()) == []
