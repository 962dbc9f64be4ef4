"""The answer to an offer, and the talk that goes on about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.content.catalogues import Catalogues
from bot.content.languages import LANGUAGES
from bot.conversation.messages import Reply
from bot.conversation.offer_talk import OfferTalk, load_offer_talk
from bot.conversation.offers import SHOWN, OfferAnswer
from bot.screening.screen import Screener

BAD = (
    "Нужны девушки 18-25 в Турцию, консумация. 5000$ в месяц, опыт не нужен. Паспорт сдать администратору. "
    "Билет и визу оплатим, отработаете. Никому не говорите. Контракта нет. Выезд завтра, пишите только в телеграм. "
    "Штраф за уход 1000$."
)
HONEST = "Пекарня «Колос» ищет пекаря. График 2/2, договор с первого дня, ООО «Колос», зарплата 60 000 руб. в месяц."


@pytest.fixture(scope="module")
def screener(locales: Path) -> Screener:
    return Screener.load(locales)


@pytest.fixture(scope="module")
def answer(locales: Path) -> OfferAnswer:
    return OfferAnswer(Catalogues.load(locales))


@pytest.fixture(scope="module")
def talk(locales: Path, answer: OfferAnswer) -> OfferTalk:
    return OfferTalk(Catalogues.load(locales), answer, load_offer_talk(locales))


def data_of(reply: Reply) -> list[str]:
    return [button.data for row in reply.buttons for button in row]


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_message_holds_at_most_five_signs_and_every_way_on(
    screener: Screener, answer: OfferAnswer, language: str
) -> None:
    found = screener.screen(BAD)
    assert len(found.findings) > SHOWN
    reply = answer.reply(found, language)
    assert sum(finding.quote[:20] in reply.text for finding in found.findings) >= SHOWN
    assert len(reply.text) < 2800
    assert data_of(reply) == ["offer:all", "offer:do", "do:talk_to_human", "rep:start", "offer:forget"]


def test_what_is_not_named_is_told_apart(screener: Screener, locales: Path, answer: OfferAnswer) -> None:
    say = Catalogues.load(locales).text
    bare = screener.screen(
        "Требуется пекарь в новую пекарню, зарплата 60 000 руб. в месяц. Звоните, приходите, ждём вас."
    )
    assert bare.missing == ("contract", "company", "hours")
    text = answer.reply(bare, "ru").text
    assert say("missing.contract", "ru") in text and say("missing.hours", "ru") in text
    whole = screener.screen(HONEST)
    assert whole.missing == ()
    assert say("answer.missing", "ru", things="X").partition("X")[0] not in answer.reply(whole, "ru").text


def test_hidden_words_are_named(screener: Screener, locales: Path, answer: OfferAnswer) -> None:
    hidden = screener.screen(
        "Нужны девушки, п.а.с.п.о.р.т сдать, з@лог 100$, раб0та в Турции, 5000$ в месяц. Пишите в лс"
    )
    assert hidden.disguised
    assert Catalogues.load(locales).text("answer.disguised", "ru") in answer.reply(hidden, "ru").text
    assert not screener.screen(BAD).disguised and not screener.screen(HONEST).disguised


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_signs_are_offered_only_where_there_are_any(answer: OfferAnswer, language: str) -> None:
    assert "offer:all" in data_of(answer.never_safe(["upfront_fee"], language))
    assert "offer:all" not in data_of(answer.never_safe([], language))


@pytest.mark.parametrize(
    ("text", "language", "text_id"),
    [
        ("почему это плохо?", "ru", "offer.why"),
        ("а если он даст договор", "ru", "offer.contract"),
        ("я уже отправила им паспорт", "ru", "offer.paid"),
        ("это моя подруга предложила", "ru", "offer.known"),
        ("why is that bad?", "en", "offer.why"),
        ("and if he gives me a contract?", "en", "offer.contract"),
        ("I already paid them", "en", "offer.paid"),
        ("but my cousin sent it", "en", "offer.known"),
        ("защо това е лошо?", "bg", "offer.why"),
        ("а ако ми даде договор?", "bg", "offer.contract"),
        ("вече им пратих паспорта", "bg", "offer.paid"),
        ("为什么这样不好", "zh", "offer.why"),
        ("如果他给我合同呢", "zh", "offer.contract"),
        ("我交了押金", "zh", "offer.paid"),
    ],
)
def test_the_talk_goes_on_about_the_offer(
    talk: OfferTalk, locales: Path, text: str, language: str, text_id: str
) -> None:
    say = Catalogues.load(locales).text
    reply = talk.reply(text, ["passport_retention", "upfront_fee"], language)
    assert reply is not None and reply.text.startswith(say(text_id, language))
    if text_id == "offer.why":
        assert say("flag.passport_retention.why", language) in reply.text
        nothing = talk.reply(text, [], language)
        assert nothing is not None and nothing.text == say("offer.why_nothing", language)
    assert talk.reply(text, None, language) is None


@pytest.mark.parametrize(
    "text",
    [
        "мне не платят третий месяц",
        "where is the nearest shelter",
        "he is hitting me",
        "брат ми изчезна",
        "谢谢",
        "if a contract is only in Turkish and I cannot read it, am I bound by it, and can they sue me if I leave?",
    ],
)
def test_other_messages_are_left_to_the_dialogue(talk: OfferTalk, text: str) -> None:
    assert talk.reply(text, ["upfront_fee"], "en") is None
