"""Words of the rules that are misspelt, clipped, run together or partly Latin are read as they are meant."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import pytest

from bot.content.misspelt.by_ear import ByEar
from bot.content.misspelt.reader import Misspelt, languages_of
from bot.content.misspelt.rule_words import RuleWords, load_ordinary
from bot.content.normalise import normalise
from bot.screening.screen import Screener

LOCALES = Path(__file__).resolve().parents[2] / "locales"


@lru_cache(maxsize=1)
def screener() -> Screener:
    return Screener.load(LOCALES)


def russian_words(ordinary: Sequence[str] = ()) -> RuleWords:
    return RuleWords(
        ["(паспорт|паспорта) ... (сдать|сдаете)", "(закладк*|граница) ...", "без договора", "жилье бесплатно"],
        ["паспорт сдаете старшему", "без договора", "жилье бесплатно", "закладки"],
        ordinary,
    )


def russian(ordinary: Sequence[str] = ()) -> Misspelt:
    return Misspelt("ru", russian_words(ordinary))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("пашпорт", "паспорт"),
        ("пасорт", "паспорт"),
        ("пасопрт", "паспорт"),
        ("бизплатно", "бесплатно"),
        ("дагавора", "договора"),
        ("заклатки", "закладки"),
        ("граинца", "граница"),
        ("стол", None),
        ("велосипед", None),
    ],
)
def test_a_word_is_read_as_the_word_of_the_rules_that_is_near(written: str, meant: str | None) -> None:
    assert ByEar("ru", russian_words()).read(written) == meant


def test_a_word_of_its_own_is_left_alone() -> None:
    assert not list(russian(["пасторт"]).edits(normalise("пасторт")))
    assert list(russian().edits(normalise("пасторт"))) == []  # another letter that is no neighbour
    assert not list(russian(["пасорт"]).edits(normalise("пасорт")))


def test_plain_text_gains_no_reading() -> None:
    assert not list(russian().edits(normalise("Паспорт сдаете старшему, жилье бесплатно.")))


def test_what_is_put_right_is_quoted_as_it_was_written() -> None:
    text = "👍🏽 Пашпарт аддаёте хазяину, жильйо бизплатно."
    found = {one.id: one for one in screener().screen(text, surely_offer=True).findings}
    kept = found["passport_retention"]
    assert text[kept.start : kept.end] == kept.quote
    assert kept.quote.startswith("Пашпарт")
    assert not kept.by_words


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("Пасорт сдате бригдиру, вернём после вахты.", "passport_retention"),
        ("Паспортсдаёте старшему, жильёбесплатное", "passport_retention"),
        ("Бездоговора, оплатаналичными", "no_contract"),
        ("Пасп. и док-ты сдаёте на хран. до конца контр.", "passport_retention"),
        ("Paспорт xранim у себя, vыдаём po оконchaнии кontraktа.", "passport_retention"),
        ("Корочки полежат у куратора, пока не закончится контракт.", "passport_retention"),
        ("Паспортасепредава на шефа", "passport_retention"),
        ("Минвате граинцата пеш през ноща, водачът ще ви перведе.", "irregular_entry"),
    ],
)
def test_flags_are_found_however_they_are_spelt(text: str, flag: str) -> None:
    findings = {one.id: one for one in screener().screen(text, surely_offer=True).findings}
    assert flag in findings
    assert text[findings[flag].start : findings[flag].end] == findings[flag].quote


@pytest.mark.parametrize(
    "text",
    [
        "Требуются буфетчицы и фасовщики, график 2/2, ул. Мира, р-н вокзала. Оформление по тк рф, зп 45 т.р.",
        "Ищем обвальщика, обвалка мяса, 5/2, отдел кадров 8 800 000-00-00",
        "Търсим помощник в кухнята, договор от първия ден, почивни дни, г-жа Иванова. Начало от 1 май.",
    ],
)
def test_honest_offers_stay_honest(text: str) -> None:
    assert screener().screen(text, surely_offer=True).level == "low"


def test_a_language_is_told_by_its_own_letters() -> None:
    assert languages_of("мы ищем") == ("ru",)
    assert languages_of("търсим хора") == ("bg",)
    assert languages_of("паспорт") == ("ru", "bg")


def test_a_list_that_is_missing_holds_nothing(tmp_path: Path) -> None:
    assert load_ordinary(tmp_path / "none.txt") == frozenset()
    (tmp_path / "some.txt").write_text("# why\nслово\n", encoding="utf-8")
    assert load_ordinary(tmp_path / "some.txt") == {"слово"}
