"""Disguised words: each way of hiding them, what must stay as it is, and quotes that are the person's own words."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.content.disguise import Disguises, load_code_words
from bot.content.languages import LANGUAGES
from bot.content.normalise import normalise
from bot.content.patterns import PatternError
from bot.content.rewritten import rewrite
from bot.screening.detect import Detector
from bot.screening.offer import OfferRecogniser


@pytest.fixture(scope="module")
def disguises(locales: Path) -> Disguises:
    return Disguises.load(locales, [*Detector.load(locales).rules, *OfferRecogniser.load(locales).rules])


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("р а б о т а за границей", "работа"),
        ("п.а.с.п.о.р.т сдать", "паспорт"),
        ("п|а|с|п|о|р|т", "паспорт"),
        ("п а с п о р т  с д а т ь", "паспорт сдать"),
        ("з а л о г о п л а т и т ь", "залог оплатить"),
        ("п\nа\nс\nп\nо\nр\nт", "паспорт"),
        ("раб0та", "работа"),
        ("3арплата 5000$", "зарплата"),
        ("п@сп0рт", "паспорт"),
        ("п*спорт", "паспорт"),
        ("п#сп#ртом", "паспортом"),
        ("пааааспорт", "паспорт"),
        ("ппаассппоорртт", "паспорт"),
        ("пас порт сдать", "паспорт"),
        ("пас-\nпорт сдать", "паспорт"),
        ("раб_ота", "работа"),
        ("p4ssp0rt stays with us", "passport"),
        ("pas$port", "passport"),
        ("p.a.s.s.p.o.r.t", "passport"),
        ("d3posit first", "deposit"),
        ("п а с п о р т а", "паспорта"),
        ("护*照", "护照"),
        ("护 照 上 交", "护照上交"),
        ("交护zhao", "护照"),
        ("加薇信", "微信"),
        ("нужны 👧 18-25, плачу 💰", "девушки"),
        ("🛂 сдать", "паспорт сдать"),
        ("需要🛂", "护照"),
        ("护 照由公司保管", "护照由"),
        ("护\n照上交", "护照上交"),
        ("月薪一万五元", "月薪15000元"),
        ("招十八岁女生", "招18岁"),
        ("底薪叁萬元", "底薪30000元"),
        ("паспорт нужно\nотдать", "паспорт нужно отдать"),
        ("Сдать! паспорт! админу! сразу! срочно!", "сдать  паспорт"),
        ("💰💰 опыт не нуууужен", "нужен"),
        ("zabiraem pasport srazu, oplata v mesyac", "паспорт"),
        ("тропсап сдать, атобар завтра", "паспорт сдать"),
        ("ппаспортт и рработта", "паспорт"),
        ("па[спо]рт и раб;ота", "паспорт"),
        ("#сдатьПаспорт", "сдать паспорт"),
        ("тур из 🇺🇦", "украина"),
        ("🇻🇳打工", "越南打工"),
        ("护护照照交交给给老老板板", "护照交给老板"),
        ("给丶护灬照乄", "护照"),
        ("收手木几", "手机"),
        ("エ资", "工资"),
        ("护|工\n照|资\n上|年\n交|底\n给|才\n我|发", "护照上交给我"),
        ("管保司公交照护", "护照交公司保管"),
        ("Работа: pasport otdat administratoru, oplata srazu", "паспорт"),
    ],
)
def test_a_disguised_word_is_read(disguises: Disguises, text: str, word: str) -> None:
    readings = [reading.text for reading in disguises.readings(normalise(text))]
    assert any(word in reading.text for reading in readings), [reading.text for reading in readings]
    for reading in readings:
        for position in range(len(reading.text)):
            start, end = reading.span(position, position + 1)
            assert 0 <= start < end <= len(text)


@pytest.mark.parametrize(
    "text",
    [
        "работа 24/7, з/к 50 000 руб., 5/2, wi-fi, т.р.",
        "IT-специалист и/или менеджер, C1/C2, B2B",
        "Requirements: e.g. 401k, U.S. citizens, c/o HR, C++ and C#",
        "с 9.00 до 18.00, ул. Лесная, д. 5, к. 2",
        "в т. ч. и т. д. и т. п.",
        "公司地址：A座3-5层，周一至周五 9:00-18:00",
        "",
        "...",
    ],
)
def test_plain_text_has_no_other_reading(disguises: Disguises, text: str) -> None:
    normalised = normalise(text)
    assert [reading.text.text for reading in disguises.readings(normalised) if reading.text is not normalised] == []


def test_a_quote_of_a_reading_is_the_original(disguises: Disguises) -> None:
    text = "Сдать надо П А С П О Р Т, раб0та есть"
    reading = disguises.readings(normalise(text))[0].text
    start = reading.text.index("паспорт")
    assert text[slice(*reading.span(start, start + len("паспорт")))] == "П А С П О Р Т"
    start = reading.text.index("работа")
    assert text[slice(*reading.span(start, start + len("работа")))] == "раб0та"


def test_of_two_edits_that_overlap_the_first_counts() -> None:
    rewritten = rewrite(normalise("ab cd"), [(0, 2, "x"), (1, 4, "y"), (4, 5, "")])
    assert rewritten.text == "x c"
    assert [rewritten.span(at, at + 1) for at in range(3)] == [(0, 2), (2, 3), (3, 4)]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.text(st.characters(), max_size=12), st.sampled_from(["п*с", "р а", "pasp0rt", "护 照", "💰", "_"])
        ),
        max_size=12,
    )
)
def test_any_text_has_readings_with_valid_offsets(disguises: Disguises, parts: list[str]) -> None:
    text = " ".join(parts)
    for reading in disguises.readings(normalise(text)):
        assert len(reading.text.offsets) == len(reading.text.text) + 1
        for position in range(len(reading.text.text)):
            start, end = reading.text.span(position, position + 1)
            assert 0 <= start < end <= len(text)


@pytest.mark.parametrize(
    "filler", ["p*a*s*s ", "а ", "п0 ", "a.", "***", "x_", "пас порт ", "护*", "aab", "v x ", "💰", "1a" * 20 + " "]
)
def test_no_text_makes_reading_slow(disguises: Disguises, filler: str) -> None:
    text = normalise((filler * 20_000)[:20_000])
    disguises.readings(normalise(filler * 5))
    began = time.process_time()
    disguises.readings(text)
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("written", "wrong"),
    [
        ("a: b", r":1: expected a list"),
        ("- write: [x]", r":1: give write"),
        ("\n- write: x\n  means: y", r":2: give write"),
        ("- write: ['(x']\n  means: y", r":1: .*bracket"),
        ("- write: [x]\n  means: y\n  reads: z", r":1: unknown word «reads»"),
        ("- {", r"not valid YAML"),
    ],
)
def test_wrong_code_words_are_named_by_line(tmp_path: Path, written: str, wrong: str) -> None:
    path = tmp_path / "code_words.yml"
    path.write_text(written, encoding="utf-8")
    with pytest.raises(PatternError, match=wrong):
        load_code_words(path)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_code_words(locales: Path, language: str) -> None:
    assert len(load_code_words(locales / language / "code_words.yml")) >= 15


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("去国外做客服，hu照交给zhu管", "护照交给主管"),
        ("zuo pei liao，包吃住", "陪聊"),
        ("扌召女生阝咅氵酉，不要告讠斥家里", "招女生陪酒,不要告诉家里"),
    ],
)
def test_chinese_by_its_sound_and_in_halves(disguises: Disguises, written: str, meant: str) -> None:
    text = normalise(written)
    assert any(meant in reading.text.text for reading in disguises.readings(text))


@pytest.mark.parametrize("written", ["施工现场管理经验三年", "wechat 联系 wang 经理", "请在 office 面试"])
def test_ordinary_chinese_is_not_read_by_its_sound(disguises: Disguises, written: str) -> None:
    assert not disguises.readings(normalise(written))


@pytest.mark.parametrize("run", ["a" * 20_000 + "好", "zhuangshuang" * 1600 + "好", "wo 好" * 5000, "扌" * 20_000])
def test_long_runs_are_read_in_a_time_that_grows_with_their_length(disguises: Disguises, run: str) -> None:
    begun = time.process_time()
    disguises.readings(normalise(run))
    assert time.process_time() - begun < 4, "the square of its length would take minutes"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("沪照交给公司", "护照交给"),
        ("高薪招骋", "招聘"),
        ("不甪经验", "不用经验"),
        ("扌户日召押在公司", "护照押"),
        ("月薪伍萬", "月薪五万"),
        ("月入3w", "月入3万"),
        ("月(薪)三万", "月薪"),
        ("先不\n交签\n押合\n金同", "先交押金"),
        ("护士多\n照顾老人\n上下班接送\n交通方便", "护照上交"),
        ("包✈️票", "包机票"),
        ("🚫出🚪", "出门"),
        ("护☀️照交公司", "护照交公司"),
        ("✈️🇲🇲做🎧", "缅甸做客服"),
    ],
)
def test_chinese_that_is_drawn_or_said_otherwise_is_put_right(disguises: Disguises, text: str, word: str) -> None:
    normalised = normalise(text)
    read = [reading.text for reading in disguises.readings(normalised)]
    assert any(word in one.text for one in read), [one.text for one in read]
    for one in read:
        at = one.text.find(word)
        if at >= 0:
            start, end = one.span(at, at + len(word))
            assert 0 <= start < end <= len(text)


@pytest.mark.parametrize("text", ["武汉高纬宏滕房地产代理有限公司", "负责施工现场管理，共进晚餐", "男女同薪，双休"])
def test_plain_chinese_has_no_other_reading(disguises: Disguises, text: str) -> None:
    assert not disguises.readings(normalise(text))
