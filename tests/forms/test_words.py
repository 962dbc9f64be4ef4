"""Short answers in four languages: an answer counts only where nothing else stands beside it."""

from __future__ import annotations

import pytest

from bot.assembly import Content


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("yes", "yes"),
        ("Yes, they do.", "yes"),
        ("ok", "yes"),
        ("not sure", "unsure"),
        ("not really", "no"),
        ("no, never", "no"),
        ("i don't want to talk about it", "skip"),
        ("да, бывает", "yes"),
        ("да нет", "no"),
        ("нет, такого не было", "no"),
        ("не уверена", "unsure"),
        ("не хочу об этом говорить", "skip"),
        ("така е", "yes"),
        ("не, няма такова", "no"),
        ("не съм сигурна", "unsure"),
        ("предпочитам да не отговарям", "skip"),
        ("是的", "yes"),
        ("没有啊", "no"),
        ("不是", "no"),
        ("说不准", "unsure"),
        ("不想说", "skip"),
        ("yes but he gives it back on sundays", None),
        ("да, паспорт у него в сейфе", None),
        ("no money, no papers, nobody here", None),
        ("有，在老板那里", None),
        ("", None),
        ("112", None),
    ],
)
def test_answers(content: Content, text: str, answer: str | None) -> None:
    assert content.words.answer(text) == answer


@pytest.mark.parametrize(
    "text",
    ["never mind", "i want to stop", "Хватит вопросов", "не надо, спасибо", "стига толкова", "няма нужда", "算了"],
)
def test_stopping(content: Content, text: str) -> None:
    assert content.words.whole("stop", text)


@pytest.mark.parametrize(
    "text",
    ["stop him please", "he will not stop", "не надо было ехать", "стига ми да знам къде", "算了一下工钱", "x" * 500],
)
def test_not_stopping(content: Content, text: str) -> None:
    assert not content.words.whole("stop", text)


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("for my brother, he's in Izmir", "man"),
        ("it is for my little daughter", "woman"),
        ("это для моей сестры", "woman"),
        ("за сина ми", "man"),
        ("за брат ми", "man"),
        ("帮我妹妹找的", "woman"),
        ("my friend", "other"),
        ("for me", "self"),
    ],
)
def test_who_it_is_for(content: Content, text: str, who: str | None) -> None:
    assert content.words.who(text) == who
