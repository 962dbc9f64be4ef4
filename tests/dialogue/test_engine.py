from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest
import yaml

from bot.dialogue.engine import DialogueEngine, DialogueError, neutral
from bot.dialogue.wishes import NEED_OF_INTENT
from tests.dialogue.talk import Talk

PROJECT = Path(__file__).resolve().parents[2]
DOMAIN = yaml.safe_load((PROJECT / "nlu_data/domain/intents.yml").read_text(encoding="utf-8"))
INTENTS = [next(iter(entry)) for entry in DOMAIN["intents"] if next(iter(entry)) != "nlu_fallback"]


def markers(outputs: list[dict]) -> list[dict]:
    return [output["custom"] for output in outputs if "custom" in output]


def texts(outputs: list[dict]) -> list[str]:
    return [output["text_id"] for output in outputs if "text" in output and "custom" not in output]


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("my boss took my passport", "ask_passport_taken"),
        ("начальник забрал мой паспорт", "ask_passport_taken"),
        ("шефът ми взе паспорта", "ask_passport_taken"),
        ("老板拿走了我的护照", "ask_passport_taken"),
        ("I want to talk to a real person", "talk_to_human"),
        ("хочу поговорить с живым человеком", "talk_to_human"),
        ("искам да говоря с човек", "talk_to_human"),
        ("我想跟真人说话", "talk_to_human"),
    ],
)
async def test_understands_plain_words_in_every_language(engine: DialogueEngine, text: str, intent: str) -> None:
    understood = await engine.parse(text)
    assert understood.intent == intent
    assert understood.sure
    assert sum(chance for _, chance in understood.ranking) <= 1.0 + 1e-6


@pytest.mark.parametrize(
    "text", ["", " ", "?", "🙏", "asdf qwer", "x" * 5000, "\x00\x01", "/", "//", "причем тут это"], ids=range(10)
)
async def test_any_text_gets_an_intent_and_an_answer(engine: DialogueEngine, text: str) -> None:
    understood = await engine.parse(text)
    assert understood.intent in INTENTS
    assert (await Talk(engine).say(text)) != []


@pytest.mark.parametrize("intent", INTENTS)
async def test_every_intent_is_answered(engine: DialogueEngine, intent: str) -> None:
    talk = Talk(engine)
    outputs = await talk.press(intent)
    assert outputs, intent
    assert await talk.press("greet") == [{"custom": {"menu": "start.hello"}}], "and the dialogue goes on"


def test_needs_are_the_same_in_code_and_domain() -> None:
    slots = yaml.safe_load((PROJECT / "nlu_data/domain/slots.yml").read_text(encoding="utf-8"))["slots"]
    assert {m["intent"]: m["value"] for m in slots["need"]["mappings"]} == NEED_OF_INTENT


class TestForm:
    async def test_asks_for_the_country_and_finds(self, talk: Talk) -> None:
        asked = await talk.press("find_shelter")
        assert markers(asked)[-1] == {"find": {"need": "shelter", "country": None, "city": None}}
        assert asked[-1]["text_id"] == "services.ask_country"
        found = await talk.say("Turkey")
        assert markers(found) == [{"find": {"need": "shelter", "country": "TR", "city": None}}]

    async def test_a_question_in_between_is_answered_and_the_form_goes_on(self, talk: Talk) -> None:
        await talk.press("find_shelter")
        between = await talk.press("ask_passport_taken")
        assert texts(between) == ["topic.ask_passport_taken"]
        assert markers(between) == [{"find": {"need": "shelter", "country": None, "city": None}}]
        assert markers(await talk.say("Я в Италии"))[-1]["find"]["country"] == "IT"

    async def test_is_left_when_questions_keep_coming(self, talk: Talk) -> None:
        await talk.press("find_shelter")
        await talk.press("ask_passport_taken")
        assert markers(await talk.press("ask_unpaid_wages")) == []
        assert markers(await talk.press("ask_threats")) == []

    @pytest.mark.parametrize("intent", ["deny", "start_over", "talk_to_human", "quick_exit", "emergency_danger"])
    async def test_is_left_for_what_matters_more(self, talk: Talk, intent: str) -> None:
        await talk.press("find_shelter")
        assert all("find" not in marker for marker in markers(await talk.press(intent)))
        assert markers(await talk.press("ask_passport_taken")) == []

    async def test_yes_is_no_country_and_no_error(self, talk: Talk) -> None:
        await talk.press("find_shelter")
        assert markers(await talk.press("affirm"))[-1]["find"]["country"] is None

    async def test_a_question_that_names_a_place_is_answered_too(self, talk: Talk) -> None:
        await talk.press("find_shelter")
        outputs = await talk.say("my boss took my passport here in Turkey")
        assert texts(outputs) == ["topic.ask_passport_taken"]
        assert markers(outputs) == [{"find": {"need": "shelter", "country": "TR", "city": None}}]

    async def test_a_country_from_a_button_ends_it(self, talk: Talk) -> None:
        await talk.press("find_shelter")
        assert markers(await talk.press("ask_passport_taken", country="TR")) == []
        assert markers(await talk.press("find_legal_help")) == [
            {"find": {"need": "legal", "country": "TR", "city": None}}
        ]

    async def test_set_slots_ends_it_without_a_turn(self, talk: Talk) -> None:
        await talk.press("find_shelter")
        talk.state = talk.engine.set_slots(talk.state, country="BG")
        assert markers(await talk.press("ask_passport_taken")) == []
        assert markers(await talk.press("find_hotline"))[0]["find"]["country"] == "BG"


class TestContext:
    async def test_yes_after_an_answer_means_more(self, talk: Talk) -> None:
        await talk.press("ask_passport_taken")
        assert texts(await talk.say("yes")) == ["topic.ask_passport_taken.more"]

    @pytest.mark.parametrize("text", ["why?", "Tell me more!", "подробнее", "Почему?", "защо", "为什么？", "还有呢"])
    async def test_why_and_more_are_about_the_last_answer(self, talk: Talk, text: str) -> None:
        await talk.press("ask_passport_taken")
        assert texts(await talk.say(text)) == ["topic.ask_passport_taken.more"]

    async def test_an_old_button_says_more_about_its_own_topic(self, talk: Talk) -> None:
        await talk.press("ask_passport_taken")
        await talk.press("ask_locked_in")
        assert texts(await talk.more("ask_passport_taken")) == ["topic.ask_passport_taken.more"]

    async def test_why_about_nothing_offers_the_menu(self, talk: Talk) -> None:
        assert markers(await talk.say("why?")) == [{"menu": "doubt.rephrase"}]

    @pytest.mark.parametrize(
        "text", ["Turkey", "I am in Turkey now", "я сейчас в Турции", "в Турция съм", "我在土耳其"]
    )
    async def test_a_bare_place_starts_a_search(self, talk: Talk, text: str) -> None:
        assert markers(await talk.say(text)) == [{"find": {"need": None, "country": "TR", "city": None}}]

    async def test_yes_never_erases_or_consents(self, talk: Talk) -> None:
        await talk.press("delete_my_data")
        assert markers(await talk.say("yes")) == [{"forget": "ask"}]
        await talk.press("talk_to_human")
        assert markers(await talk.say("yes")) == [{"handoff": "offer"}]

    async def test_start_over_forgets_the_topic(self, talk: Talk) -> None:
        await talk.press("ask_passport_taken")
        await talk.press("start_over")
        assert markers(await talk.say("why?")) == [{"menu": "doubt.rephrase"}]


async def test_asks_back_with_buttons_when_unsure(engine: DialogueEngine) -> None:
    text = "it is like this here and then they and we"
    understood = await engine.parse(text)
    assert not understood.sure, "choose another unclear text: the model has learned this one"
    (asked,) = await Talk(engine).say(text)
    assert asked["text_id"] in ("doubt.ask", "doubt.worried")
    offered = [button["payload"] for button in asked["buttons"]]
    assert offered[0] in {f"do:{name}" for name, _ in understood.ranking}
    assert "do:nlu_fallback" not in offered
    assert "menu:" in offered and "do:talk_to_human" in offered
    assert all(button["title"] and len(button["payload"].encode()) <= 64 for button in asked["buttons"])


@pytest.mark.parametrize("text", ['/greet{"country": "TR"}', "/restart", "  /back", "/session_start", "/find_hotline"])
async def test_typed_payloads_are_only_words(engine: DialogueEngine, text: str) -> None:
    talk = Talk(engine)
    await talk.press("ask_passport_taken")
    await talk.say(text)
    found = markers(await talk.press("find_hotline"))
    assert found[-1]["find"]["country"] is None, "no slot was set by typing"
    assert not neutral(text).strip().startswith("/")
    assert len(neutral(text)) == len(text)


async def test_entities_point_into_the_text_as_it_was_written(engine: DialogueEngine) -> None:
    for text in ("  I am in Turkey", "/ I work in Turkey", "\n\tработаю в Турции без паспорта"):
        understood = await engine.parse(text)
        (place,) = [entity for entity in understood.entities if entity["entity"] == "country"]
        assert place["value"] == "TR"
        assert text[place["start"] : place["end"]] in ("Turkey", "Турции")


async def test_language_of_the_answer(engine: DialogueEngine, catalogues) -> None:  # type: ignore[no-untyped-def]
    for language in ("ru", "en", "bg", "zh"):
        (answer,) = await Talk(engine, language).press("ask_passport_taken")
        assert answer["text"] == catalogues.text("topic.ask_passport_taken", language)


async def test_turns_of_many_people_do_not_mix_and_leave_the_loop_free(engine: DialogueEngine) -> None:
    lag = 0.0

    async def watch() -> None:
        nonlocal lag
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.005)
            lag = max(lag, time.perf_counter() - before - 0.005)

    async def person(need: str, country: str, code: str) -> None:
        talk = Talk(engine)
        await talk.press(f"find_{need}")
        assert markers(await talk.say(country))[-1]["find"] == {"need": need, "country": code, "city": None}

    watcher = asyncio.create_task(watch())
    people = [("shelter", "Turkey", "TR"), ("hotline", "Italy", "IT"), ("shelter", "Bulgaria", "BG")]
    await asyncio.gather(*(person(*one) for one in people * 5))
    watcher.cancel()
    assert lag < 0.5


async def test_no_model_is_said_in_words(tmp_path: Path, catalogues) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(DialogueError, match="pristan train"):
        await DialogueEngine.load(tmp_path / "no.tar.gz", catalogues)
    broken = tmp_path / "broken.tar.gz"
    broken.write_bytes(b"no archive")
    with pytest.raises(DialogueError, match=r"broken\.tar\.gz.*train again"):
        await DialogueEngine.load(broken, catalogues)


async def test_an_unknown_button_is_refused(talk: Talk) -> None:
    with pytest.raises(DialogueError):
        await talk.press("no_such_intent")
    with pytest.raises(DialogueError):
        await talk.more("no_such_topic")


def test_a_second_want_that_is_an_emergency_is_one_press_away(engine: DialogueEngine) -> None:
    ranking = (("ask_passport_taken", 0.7), ("ask_threats", 0.1), ("emergency_danger", 0.15))
    parsed = {
        "text": "",
        "intent": {"name": "ask_passport_taken", "confidence": 0.7},
        "entities": [],
        "intent_ranking": [{"name": name, "confidence": chance} for name, chance in ranking],
    }
    (answer,), _ = engine._agent.turn("person", parsed, None, {"language": "en"})
    assert answer["text_id"] == "topic.ask_passport_taken"
    assert answer["buttons"][0]["payload"] == "do:emergency_danger"
    parsed["intent"] = {"name": "nlu_fallback", "confidence": 0.0}
    (asked,), _ = engine._agent.turn("person", parsed, None, {"language": "en"})
    assert [button["payload"] for button in asked["buttons"]][:3] == [
        "do:emergency_danger",
        "do:ask_passport_taken",
        "do:ask_threats",
    ]
