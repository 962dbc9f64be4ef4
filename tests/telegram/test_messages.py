"""What a person may send that is not a plain short text, and how it comes out."""

from __future__ import annotations

import shutil

import pytest

from tests.telegram.chats import (
    SECONDS,
    Bot,
    from_staff,
    newcomer,
    open_case,
    picture_of,
    said,
    to_staff,
    topic_texts,
    until_called,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")

OFFER = (
    "URGENT HIRING customer service Cambodia, 2500 USD per month no experience needed\n"
    "Free ticket and visa, free room inside the compound\n"
    "Passport will be kept by HR for registration\n"
    "Contact only telegram @hr_0000, leave this week"
)


# Words that look like markup, and long ones


@pytest.mark.parametrize(
    "text",
    [
        "<b>bold</b> & <script>alert(1)</script> </i",
        "&lt;b&gt; &amp;amp; &#60; &nbsp;",
        "*bold* _under_ [link](tg://user?id=1) `code` ~~no~~",
        "{text} {number} %s %(text)s \\n {0}",
        "@everyone /close // not a note",
        "// two strokes of a person are no note",
        "emoji 👩‍👩‍👧‍👦 flags 🇧🇬🇷🇺 and \u202eright to left\u202c",
    ],
)
async def test_a_persons_words_arrive_verbatim_at_staff(bot: Bot, text: str) -> None:
    person = await newcomer(bot)
    topic = await open_case(bot, person)
    await person.say(text)
    await to_staff(bot, person)
    seen = [m for m in await bot.client.staff.messages(topic=topic, sender="bot") if m.text == text]
    assert len(seen) == 1, await topic_texts(bot, topic)
    ours = {"bold", "italic", "code", "text_link", "text_mention", "blockquote", "underline"}
    assert not {entity["type"] for entity in seen[0].message.get("entities", [])} & ours


async def test_an_agents_markup_arrives_verbatim(bot: Bot) -> None:
    person = await newcomer(bot)
    topic = await open_case(bot, person)
    await bot.client.staff.say(topic, "call <b>me</b> &amp; {text} *now*")
    seen = await person.wait_reply("call", timeout=SECONDS)
    assert "call <b>me</b> &amp; {text} *now*" in seen.text


@pytest.mark.parametrize("unit", ["🆘 ", "слово ", "护照", "x"])
async def test_the_longest_message_arrives_whole_both_ways(bot: Bot, unit: str) -> None:
    """4096 UTF-16 units are one message of Telegram; with the bot's own words it takes two, and no letter is lost."""
    person = await newcomer(bot)
    topic = await open_case(bot, person)
    units = len(unit.encode("utf-16-le")) // 2
    text = (unit * (4096 // units)).strip()
    before = await to_staff(bot, person)
    await person.say(text)
    await to_staff(bot, person)
    got = [m.text for m in await bot.client.staff.messages(topic=topic, sender="bot", since=before.change)]
    assert "".join("".join(got[:-1]).split()) == "".join(text.split())
    assert all(len(piece.encode("utf-16-le")) // 2 <= 4096 for piece in got)
    mark = person.mark
    await bot.client.staff.say(topic, text)
    await from_staff(bot, person, topic)
    got = [m.text for m in await person.messages(sender="bot", since=mark)][:-1]
    bare = [piece.partition("\n")[2] for piece in got]  # without the line that says who writes
    assert "".join("".join(bare).split()) == "".join(text.split())


async def test_a_long_reply_is_split_between_lines(bot: Bot) -> None:
    """All signs of an offer are more than one message holds; the buttons stand under the last piece."""
    person = await newcomer(bot, "ru")
    every = (
        "Срочно! Работа за границей без опыта и без языка, 5000 евро в месяц, выезд завтра.\n"
        "Сначала предоплата 300 евро за визу на карту. Паспорт сдаёте куратору на хранение.\n"
        "Долг отработаете. Никому не говорите. Встретим и отвезём. Жильё на закрытой территории, выходить нельзя.\n"
        "Виза туристическая, оформим потом. Пишите только в телеграм @hr_0000. Только девушки до 25, пришлите фото.\n"
        "Договора нет. Штрафы за опоздание. Процент за каждого приведённого друга. Крипто, звонить клиентам."
    )
    await person.forward(every)
    await person.wait_reply(timeout=SECONDS)
    await person.press("offer:all")
    await person.wait_reply(timeout=SECONDS)
    await person.say("/help")
    await person.wait_reply("?", timeout=SECONDS)
    shown = await person.messages(sender="bot")
    for seen in shown:
        assert len(seen.text.encode("utf-16-le")) // 2 <= 4096
    assert "offer:do" in str(shown[-2].markup)


# Edited messages


async def test_an_edit_is_marked_at_staff(bot: Bot) -> None:
    person = await newcomer(bot)
    topic = await open_case(bot, person)
    sent = await person.say("the street is Wrong Road")
    await bot.client.staff.wait_reply("Wrong Road", timeout=SECONDS)
    await person.edit(sent.message_id, "the street is Right Road")
    seen = await bot.client.staff.wait_reply("Right Road", timeout=SECONDS)
    assert seen.text == "(edited) the street is Right Road"
    assert seen.topic == topic


async def test_an_edit_raises_the_alarm(bot: Bot) -> None:
    person = await newcomer(bot)
    sent = await person.say("good morning")
    await person.wait_reply(timeout=SECONDS)
    await person.edit(sent.message_id, "he is beating me pls help")
    await person.wait_reply("112", timeout=SECONDS)


# Forwarded texts, captions, commands with words behind them


async def test_a_forwarded_offer_is_screened(bot: Bot) -> None:
    person = await newcomer(bot)
    await person.forward(OFFER)
    answer = await person.wait_reply(timeout=SECONDS)
    assert "Passport will be kept" in answer.text


async def test_a_caption_is_read(bot: Bot) -> None:
    person = await newcomer(bot)
    await person.document(b"%PDF-1.4", caption=OFFER)
    answer = await person.wait_reply(timeout=SECONDS)
    assert "Passport will be kept" in answer.text


async def test_a_caption_raises_the_alarm(bot: Bot) -> None:
    person = await newcomer(bot)
    await person.photo(picture_of("flowers"), caption="he is beating me pls help")
    await person.wait_reply("112", timeout=SECONDS)


@pytest.mark.parametrize("command", ["/help", "/sos", "/human", "/check"])
async def test_words_behind_a_command_raise_the_alarm(bot: Bot, command: str) -> None:
    person = await newcomer(bot)
    await person.say(f"{command} he is beating me pls help")
    await person.wait_reply("112", timeout=SECONDS)


# Places


async def test_a_place_near_a_border_asks(bot: Bot) -> None:
    person = await newcomer(bot)
    await person.location(41.7167, 26.3500)  # Kapitan Andreevo, where Bulgaria, Turkey and Greece meet
    answer = await person.wait_reply("border", timeout=SECONDS)
    assert {"country:BG", "country:TR"} <= {
        button["callback_data"] for row in answer.markup["inline_keyboard"] for button in row
    }


async def test_a_place_after_an_alarm_gives_its_numbers(bot: Bot) -> None:
    person = await newcomer(bot)
    await person.say("he is beating me pls help")
    await person.wait_reply("112", timeout=SECONDS)
    await person.location(25.2, 55.27)
    answer = await person.wait_reply("Emirates", timeout=SECONDS)
    assert answer.text.startswith("999")


async def test_a_place_in_the_sea_asks_for_the_country(bot: Bot) -> None:
    person = await newcomer(bot)
    await person.location(0.0, -30.0)
    answer = await person.wait_reply(timeout=SECONDS)
    assert "country:TR" in str(answer.markup)


async def test_a_place_in_a_talk_with_staff_reaches_them(bot: Bot) -> None:
    person = await newcomer(bot)
    topic = await open_case(bot, person)
    await person.location(25.2, 55.27)
    await to_staff(bot, person)
    assert any("location" in seen.message for seen in await bot.client.staff.messages(topic=topic, sender="bot"))


async def test_a_place_the_bot_asked_for_stays_with_the_bot(bot: Bot) -> None:
    """«I keep only the country» is a promise, also while staff read along."""
    person = await newcomer(bot)
    topic = await open_case(bot, person)
    await person.say("/services")
    await person.wait_reply("country", timeout=SECONDS)
    await person.location(25.2, 55.27)
    await person.wait_reply("Emirates", timeout=SECONDS)
    await to_staff(bot, person)
    assert not any("location" in seen.message for seen in await bot.client.staff.messages(topic=topic, sender="bot"))


# Media


@pytest.mark.parametrize("kind", ["voice", "sticker", "file"])
async def test_what_cannot_be_read_is_said_and_a_person_offered(bot: Bot, kind: str) -> None:
    person = await newcomer(bot)
    await {
        "voice": person.voice,
        "sticker": person.sticker,
        "file": lambda: person.document(b"RIFF", name="a.avi", mime_type="video/x-msvideo"),
    }[kind]()
    answer = await person.wait_reply("cannot hear voice", timeout=SECONDS)
    assert "do:talk_to_human" in str(answer.markup)


async def test_media_of_an_open_case_are_copied_to_staff(bot: Bot) -> None:
    """With their captions, without the sender's name; no answer of the program in between."""
    person = await newcomer(bot, name="Vasilisa")
    topic = await open_case(bot, person)
    mark = person.mark
    await person.voice()
    await person.sticker()
    await person.photo(picture_of("room 12"), caption="this is the door")
    await person.document(b"%PDF-1.4 contract", caption="my contract")
    await to_staff(bot, person)
    seen = await bot.client.staff.messages(topic=topic, sender="bot")
    kinds = {kind for m in seen for kind in ("voice", "sticker", "photo", "document") if kind in m.message}
    assert kinds == {"voice", "sticker", "photo", "document"}
    assert {"this is the door", "my contract"} <= {m.text for m in seen}
    assert "Vasilisa" not in str([m.message for m in seen])
    assert not await person.messages(sender="bot", since=mark)


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="Tesseract is not installed")
async def test_an_offer_in_a_picture_is_read_and_screened(bot: Bot) -> None:
    person = await newcomer(bot)
    await person.photo(picture_of(OFFER))
    await person.wait_reply("I read this in the picture", timeout=60)
    answer = await person.wait_reply(timeout=SECONDS)
    assert "assport will be kept" in answer.text


async def test_a_picture_that_is_none(bot: Bot) -> None:
    person = await newcomer(bot)
    await person.document(b"GIF89a nonsense", name="a.png", mime_type="image/png")
    answer = await person.wait_reply(timeout=SECONDS)
    assert "could not read" in answer.text or "cannot read pictures" in answer.text


async def test_a_picture_too_big(bot: Bot) -> None:
    person = await newcomer(bot)
    await person.document(b"\x89PNG" + bytes(10_000_001), name="a.png", mime_type="image/png")
    await person.wait_reply("too big", timeout=SECONDS)


async def test_a_picture_that_cannot_be_fetched(bot: Bot) -> None:
    person = await newcomer(bot)
    await bot.client.fault("file", "502")
    await person.photo(picture_of("text"))
    await person.wait_reply(timeout=SECONDS)
    await bot.client.clear_faults()
    assert len(await said(person)) == 2


# Groups


async def test_the_bot_leaves_a_group(bot: Bot) -> None:
    person = await newcomer(bot)
    group = await bot.client.group("Family", [person])
    await group.bot("member")
    await until_called(bot, "leaveChat", outcome="ok", chat_id=group.id)
    assert not [seen.text for seen in await group.messages(sender="bot") if seen.text]


async def test_nothing_is_said_in_a_group_or_of_a_group(bot: Bot) -> None:
    person = await newcomer(bot)
    group = await bot.client.group("Colleagues", [person])
    await bot.client.fault("leaveChat", "500", times=9, chat_id=group.id)
    await group.bot("administrator")
    await person.say("he is beating me pls help", chat_id=group.id)
    await person.say("/start@pristan_sandbox_bot", chat_id=group.id)
    await person.say("/help")
    await person.wait_reply("need", timeout=SECONDS)
    await bot.client.clear_faults()
    # That it leaves stands in the chat as well, without a word of its own.
    assert not [message for message in await group.messages(sender="bot") if message.text]
    assert len(await said(person)) == 2
