"""Which language a message is in: short ones, mixed ones, ones typed with the wrong letters."""

from __future__ import annotations

import itertools
import re
import zlib
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.content.language_model import _columns
from bot.content.languages import LANGUAGES, candidates, choose, identify


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("помогите пожалуйста", "ru"),
        ("мне страшно", "ru"),
        ("нет денег", "ru"),
        ("что делать", "ru"),
        ("где мой паспорт", "ru"),
        ("хозяин не платит", "ru"),
        ("работа в турции", "ru"),
        ("уехала из дома", "ru"),
        ("ПОМОГИТЕ МНЕ СРОЧНО", "ru"),
        ("zdravstvuyte menya obmanuli s rabotoy", "ru"),
        ("u menya zabrali pasport chto delat", "ru"),
        ("помогнете моля", "bg"),
        ("страх ме е", "bg"),
        ("нямам пари", "bg"),
        ("какво да правя", "bg"),
        ("къде ми е паспортът", "bg"),
        ("шефът не плаща", "bg"),
        ("работа в гърция", "bg"),
        ("избягах от вкъщи", "bg"),
        ("ИСКАМ ДА СЕ ПРИБЕРА", "bg"),
        ("shefa ne mi plashta kakvo da pravq", "bg"),
        ("vzeha mi pasporta i ne go davat", "bg"),
        ("help me please", "en"),
        ("passport", "en"),
        ("they took my phone", "en"),
        ("救命", "zh"),
        ("老闆不給我護照", "zh"),
        ("我在 Dubai 打工 boss 不给钱", "zh"),
        ("работаю в Call Center, босс не платит", "ru"),
        ("работя в Call Center, шефът не плаща", "bg"),
        ("12345", None),
        ("🙏🙏🙏", None),
        ("", None),
        ("ありがとう", None),
    ],
)
def test_hard_cases(text: str, language: str | None) -> None:
    assert identify(text).language == language


def test_a_person_s_choice_stands() -> None:
    assert choose("помогите пожалуйста", chosen="bg") == "bg"
    assert choose("помогите пожалуйста", chosen="xx") == "ru"


def test_one_unsure_word_does_not_change_the_language_of_a_conversation() -> None:
    assert choose("ok", current="ru") == "ru"
    assert choose("работа", current="bg") == "bg"
    assert choose("да", current="bg") == "bg"
    assert choose("да", current="ru") == "ru"
    assert choose("I do not understand, please write in English", current="ru") == "en"
    assert choose("я не понимаю, пишите по-русски пожалуйста", current="en") == "ru"


def test_the_app_s_language_decides_only_what_the_text_leaves_open() -> None:
    assert choose("", language_code="bg") == "bg"
    assert choose("12", language_code="zh-hans") == "zh"
    assert choose("", language_code="fr") == "en"
    assert choose("救命", language_code="ru") == "zh"
    assert choose("работа", language_code="en") in ("ru", "bg")


def test_all_rules_that_could_apply_look_at_a_text() -> None:
    assert set(candidates("помогите")) == {"ru", "bg"}
    assert set(candidates("救命 help")) == {"zh", "en", "ru", "bg"}
    assert set(candidates("pomogite")) == {"en", "ru", "bg"}
    assert set(candidates("123")) == set()


@settings(max_examples=150, deadline=None)
@given(st.text(st.characters(), max_size=80))
def test_any_text_has_a_language_or_none(text: str) -> None:
    found = identify(text)
    assert found.language in (*LANGUAGES, None)
    assert 0 <= found.confidence <= 1
    assert choose(text) in LANGUAGES


@pytest.mark.parametrize("text", ["", "я", "работа в турции", "i want 4 work ж", "he said 'ok' щя йо " * 30])
def test_n_grams_counted_together_are_those_counted_one_by_one(text: str) -> None:
    words = re.findall(r"[\u0400-\u04ffa-z0-9'`]+", text)[:60]
    grams = [f"{left[-2:]} {right[:2]}" for left, right in itertools.pairwise(words)]
    for word in (f"^{word}$" for word in words):
        grams += [word[start : start + size] for size in range(1, 6) for start in range(len(word) - size + 1)]
    one_by_one = Counter(zlib.crc32(gram.encode()) % 2**15 for gram in grams)
    assert Counter(_columns(text).tolist()) == one_by_one
