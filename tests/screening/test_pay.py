"""Promised pay against what a country pays: which amounts are read, which are far above, which are usual."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bot.content.normalise import normalise
from bot.content.patterns import PatternError
from bot.screening.pay import PayTable
from bot.screening.screen import Screener


@pytest.fixture(scope="module")
def pay(locales: Path) -> PayTable:
    return PayTable.load(locales / "pay.yml")


@pytest.fixture(scope="module")
def screener(locales: Path) -> Screener:
    return Screener.load(locales)


@pytest.mark.parametrize(
    ("text", "monthly"),
    [
        ("2500 евро в месяц", 2500),
        ("2 500 € в месяц", 2500),
        ("2.500 euro per month", 2500),
        ("2,500-3,000 EUR monthly", 2500),
        ("от 2,5к € в месяц", 2500),
        ("€18 per hour", 18 * 173),
        ("200 euro a day", 4400),
        ("зарплата 1100$", 1000),
        ("заплата 1956 лв месечно", 1000),
        ("月薪2万元", 2500),
        ("£ 850 weekly", 1000 * 4.33),
        ("50 000 € годишно", 50_000 / 12),
    ],
)
def test_an_amount_is_read(pay: PayTable, text: str, monthly: float) -> None:
    assert [amount.monthly for amount in pay.amounts(normalise(text))] == [pytest.approx(monthly, rel=0.01)]


@pytest.mark.parametrize(
    "text", ["2500 евро", "2500 в месяц", "дом 5, кв. 12", "в 2025 году 3 вакансии", "", "$ в месяц"]
)
def test_no_pay_without_money_and_period(pay: PayTable, text: str) -> None:
    assert list(pay.amounts(normalise(text))) == []


@pytest.mark.parametrize(
    ("text", "far", "usual"),
    [
        ("Камбоджа, оператор чата, 3000$ в месяц", True, False),
        ("土耳其客服 月薪2-3万美元", True, False),
        ("Greece waitress, 200 euro a day", True, False),
        ("Германия, уборка, 2500 евро в месяц", False, True),
        ("Poland warehouse 4500 zł per month", False, True),
        ("Engineer in Poland 9000 EUR per month", False, False),
        ("Кладовщик, 9000 евро в месяц", False, False),
        ("Уборка в Москве, 120 000 руб. в месяц", False, False),
    ],
)
def test_far_above_and_usual(pay: PayTable, text: str, far: bool, usual: bool) -> None:
    found, all_usual = pay.judge(normalise(text))
    assert (found is not None, all_usual) == (far, usual)


def test_the_flag_quotes_the_amount(screener: Screener) -> None:
    text = "Нужны операторы чата, Камбоджа. График удобный, проживание есть. Платим 3 0 0 0 $ в месяц: 3 000 $ в месяц!"
    found = {finding.id: finding.quote for finding in screener.screen(text, surely_offer=True).findings}
    assert found["unrealistic_pay"] == "3 000 $"


def test_every_wage_has_a_source_and_a_date(locales: Path) -> None:
    written = yaml.safe_load((locales / "pay.yml").read_text(encoding="utf-8"))
    assert len(written["countries"]) > 20
    assert {entry["source"] for entry in written["countries"].values()} == set(written["sources"])
    for source in written["sources"].values():
        assert source["url"].startswith("http") and source["publisher"] and source["says"] and source["date"]


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"rates": None}, "rates"),
        ({"sources": {"a": {"url": "https://a.b"}}}, "XX: .*url and date"),
        ({"countries": {"XX": {"names": ["x"], "amount": 1, "currency": "ZZZ", "per": "month", "source": "a"}}}, "XX"),
        ({"skilled": ["(a"]}, "bracket"),
    ],
)
def test_a_wrong_table_is_named(tmp_path: Path, change: dict[str, object], wrong: str) -> None:
    whole: dict[str, object] = {
        "rates": {"EUR": 1},
        "skilled": ["engineer*"],
        "countries": {"XX": {"names": ["x"], "amount": 1, "currency": "EUR", "per": "month", "source": "a"}},
        "sources": {"a": {"url": "https://a.b", "date": "2025-01-01"}},
    }
    path = tmp_path / "pay.yml"
    path.write_text(yaml.safe_dump({**whole, **change}), encoding="utf-8")
    with pytest.raises(PatternError, match=wrong):
        PayTable.load(path)
