"""Command menus, keyboards, callback data, deep links and languages, over real HTTP."""

from __future__ import annotations

import pytest

from bot.content.languages import LANGUAGES
from bot.conversation.menus import COMMANDS
from tests.telegram.chats import SECONDS, Bot, from_staff, newcomer, open_case, press_forged, until_called

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_menu_in_the_language_of_the_app(bot: Bot, language: str) -> None:
    person = await bot.client.person("Mei", language_code=language)
    await until_called(bot, "setMyCommands", outcome="ok", language_code=language)
    menu = await person.commands()
    assert [item["command"] for item in menu] == list(COMMANDS)
    assert (language == "en") == ("Check a job offer" in {item["description"] for item in menu})


async def test_the_chats_own_menu_follows_the_choice(bot: Bot) -> None:
    person = await newcomer(bot, "ru")
    russian = await person.commands()
    await person.say("/language")
    await person.wait_reply(timeout=SECONDS)
    await person.press("lang:zh")
    await person.wait_reply(timeout=SECONDS)
    await until_called(bot, "setMyCommands", outcome="ok")
    await person.say("/help")
    await person.wait_reply(timeout=SECONDS)  # its menu is set before this answer: one lane, in order
    chinese = await person.commands()
    assert [item["command"] for item in chinese] == list(COMMANDS)
    assert not {item["description"] for item in chinese} & {item["description"] for item in russian}
    assert any("\u4e00" <= letter <= "\u9fff" for item in chinese for letter in item["description"])


async def test_main_menu_has_danger_first_and_alone(bot: Bot) -> None:
    person = await newcomer(bot)
    menu = (await person.messages(sender="bot"))[-1]
    assert menu.buttons[0] == ["I am in danger now"]
    assert all(len(data) <= 64 for row in menu.markup["inline_keyboard"] for data in [row[0]["callback_data"].encode()])


@pytest.mark.parametrize(
    "data",
    [
        ":",
        "x",
        "lang:xx",
        "lang:",
        "country:ZZ",
        "country:<b>",
        "need:../../etc",
        "sos:danger",
        "sos:bogus:TR",
        "sos:danger:TR:TR",
        "do:nothing_like_it",
        "do:__class__",
        "more:topic",
        "handoff:maybe",
        "forget:",
        "a" * 64,
        "country:" + "A" * 5000,
        "<b>&amp;</b>",
        "дверь:" + "я" * 26,
        '{"do":1}',
        "do:talk_to_human\x00",
    ],
)
async def test_forged_callback_data(bot: Bot, data: str) -> None:
    """Data no button of ours has: the spinner stops, the menu or a question comes, no number, nothing breaks."""
    person = await newcomer(bot)
    answer = await press_forged(bot, person, data)
    assert answer.labels, answer.text
    assert "112" not in answer.text or data.startswith("do:"), answer.text
    assert "&lt;" not in answer.text


async def test_button_of_an_inaccessible_message(bot: Bot) -> None:
    person = await newcomer(bot)
    await person.press("questions:", inaccessible=True)
    answer = await person.wait_reply(timeout=SECONDS)
    assert "do:ask_passport_taken" in str(answer.markup)


async def test_consent_pressed_twice_opens_one_case(bot: Bot) -> None:
    person = await newcomer(bot)
    await person.say("/human")
    asked = await person.wait_reply(timeout=SECONDS)
    before = len(await bot.client.staff.topics())
    await person.press("handoff:yes", on=asked)
    await person.press("handoff:yes", on=asked)
    await person.wait_reply("already", timeout=SECONDS)
    await person.press("handoff:end", on=(await person.messages(sender="bot"))[-1])
    await person.wait_reply("ended", timeout=SECONDS)
    topic = await bot.client.staff.wait_reply("ended the talk", timeout=SECONDS)
    assert len(await bot.client.staff.topics()) == before + 1
    assert topic.topic


# Deep links


async def test_deep_link_check_asks_for_the_offer(bot: Bot) -> None:
    person = await bot.client.person("Ann", language_code="en")
    await person.start("check")
    await person.wait_reply("Send me the offer", timeout=SECONDS)


async def test_deep_link_language_is_a_choice(bot: Bot) -> None:
    person = await bot.client.person("Ann", language_code="en")
    await person.start("lang_bg")
    await person.wait_reply("български", timeout=SECONDS)
    await person.say("my boss has my passport and I want to go home")  # English words do not undo the choice
    answer = await person.wait_reply(timeout=SECONDS)
    assert any("а" <= letter <= "я" for letter in answer.text.lower()), answer.text


@pytest.mark.parametrize("payload", ["lang_xx", "hide", "kill_me_help", "A" * 64, "__proto__"])
async def test_deep_link_garbage_greets(bot: Bot, payload: str) -> None:
    person = await bot.client.person("Ann", language_code="en")
    await person.start(payload)
    await person.wait_reply("Hello", timeout=SECONDS)


async def test_typed_start_with_markup_greets(bot: Bot) -> None:
    person = await newcomer(bot)
    await person.say("/start <b>&lang_bg;</b> ' OR 1=1")
    await person.wait_reply("Hello", timeout=SECONDS)


# Languages

GREETED = {"ru": "Здравствуйте", "en": "Hello", "bg": "Здраве", "zh": "你好"}


@pytest.mark.parametrize(
    ("code", "language"), [("ru", "ru"), ("bg-BG", "bg"), ("zh-hans", "zh"), ("uk", "en"), (None, "en")]
)
async def test_telegrams_hint_while_nothing_is_written(bot: Bot, code: str | None, language: str) -> None:
    person = await bot.client.person("Ann", language_code=code)
    await person.start()
    answer = await person.wait_reply(timeout=SECONDS)
    assert GREETED[language][:5].lower() in answer.text.lower(), answer.text


async def test_written_language_beats_the_hint(bot: Bot) -> None:
    person = await newcomer(bot, "ru")
    await person.say("I do not understand any of this, can you please explain my contract")
    answer = await person.wait_reply(timeout=SECONDS)
    assert "country" in answer.text


async def test_chosen_language_beats_the_written(bot: Bot) -> None:
    person = await newcomer(bot, "en")
    await person.say("/language")
    await person.wait_reply(timeout=SECONDS)
    await person.press("Български")
    await person.wait_reply(timeout=SECONDS)
    await person.say("Здравствуйте, объясните пожалуйста мой договор, я ничего не понимаю")
    answer = await person.wait_reply(timeout=SECONDS)
    assert "ы" not in answer.text


async def test_alarm_in_the_written_language_and_the_chosen(bot: Bot) -> None:
    person = await newcomer(bot, "en")
    await person.start("lang_zh")
    await person.wait_reply(timeout=SECONDS)
    await person.say("help he is beating me")
    written = await person.wait_reply(timeout=SECONDS)
    chosen = await person.wait_reply(timeout=SECONDS)
    assert "112" in written.text
    assert "call now" in written.text
    assert any("\u4e00" <= letter <= "\u9fff" for letter in chosen.text)


async def test_alarm_in_both_where_russian_and_bulgarian_are_unsure(bot: Bot) -> None:
    person = await newcomer(bot, "en")
    await person.say("спасите")
    first = await person.wait_reply("112", timeout=SECONDS)
    second = await person.wait_reply("112", timeout=SECONDS)
    assert ("ы" in first.text) != ("ы" in second.text), "one of them is Russian, one Bulgarian"


async def test_no_country_from_the_language(bot: Bot) -> None:
    """A Bulgarian who asks for help may be anywhere."""
    person = await newcomer(bot, "bg")
    await person.say("бие ме, помощ")
    answer = await person.wait_reply(timeout=SECONDS)
    assert "country" not in answer.text
    assert "sos:danger:BG" in str(answer.markup)
    assert "sos:danger:TR" in str(answer.markup)
    await person.say("/services")
    services = await person.wait_reply("държав", timeout=SECONDS)
    assert "country:TR" in str(services.markup)


async def test_staff_answers_in_any_language_reach_the_person(bot: Bot) -> None:
    person = await newcomer(bot, "zh")
    await person.start("lang_zh")
    await person.wait_reply(timeout=SECONDS)
    topic = await open_case(bot, person)
    seen = await from_staff(bot, person, topic)
    assert not seen.text.startswith("Team")
