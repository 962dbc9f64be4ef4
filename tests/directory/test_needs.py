"""Needs from words alone, in four languages, with and without their key word."""

from pathlib import Path

import pytest

from bot.directory.needs import NeedWords, choose_need


@pytest.fixture(scope="module")
def words(locales: Path) -> NeedWords:
    return NeedWords.load(locales)


@pytest.mark.parametrize(
    ("text", "need", "group"),
    [
        ("мне некуда идти ночевать", "shelter", None),
        ("没地方住", "shelter", None),
        ("冇地方瞓，有個BB", "shelter", "families"),
        ("want to go home but no money", "return", None),
        ("my ex hits me and he brings the girls to work too", "violence", None),
        ("паспорт пропал, консульство где", "embassy", None),
        ("шефът не ни плаща от три месеца", "labour", None),
        ("老板拖欠工资三个月", "labour", None),
        ("искам да започна отначало, има ли курсове", "recovery", None),
        ("я гей, мне негде жить", "shelter", "lgbt"),
        ("free doctor, i have no papers", "medical", "undocumented"),
        ("is there a shelter for men", "shelter", "men"),
        ("nyama kyde da spya", "shelter", None),
        ("免费律师帮我打官司", "legal", None),
        ("добрый день", None, None),
        ("спасибо большое", None, None),
        ("the weather is nice today", None, None),
    ],
)
def test_what_is_looked_for(words: NeedWords, text: str, need: str | None, group: str | None) -> None:
    wish = words.look(text)
    assert choose_need(wish) == need
    if group:
        assert group in wish.groups


def test_words_and_model_together(words: NeedWords) -> None:
    unclear = words.look("who can help me in Turkey")
    assert choose_need(unclear, {"shelter": 0.9}) == "shelter"
    assert choose_need(words.look("i need a lawyer"), {"hotline": 0.6}) == "legal"
    assert choose_need(words.look("hello"), {}, {"labour": 0.6}) == "labour"


def test_a_number_that_fails_is_heard(words: NeedWords) -> None:
    for text in ("этот номер не работает", "nobody answers there", "този номер не работи", "这个电话打不通"):
        assert words.look(text).failed, text
    assert not words.look("my brother doesn't answer").failed
