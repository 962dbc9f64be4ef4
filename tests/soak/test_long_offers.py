"""Offers of 100 kB, written to be slow: each is screened in a fifth of a second on a core of its own."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import yaml

from bot.screening.screen import Screener

pytestmark = pytest.mark.soak

FILLERS = (
    "а ", "1 ", ".", "我", "меня .. ", "п*с ", "п0рт ", "💰👧", "zabrali pasport ", "$100 ", "паcпoрт ", "пас\n", "护 ",
    "5000$ в месяц Турция ", "𝐩𝐚𝐬𝐬𝐩𝐨𝐫𝐭 ", "ｐａｓｓ", "a\u200b", "х" * 40 + " ",
)  # fmt: skip
SECONDS = 0.2


@pytest.mark.parametrize("filler", FILLERS)
def test_a_huge_offer_is_screened_at_once(locales: Path, filler: str) -> None:
    screener = Screener.load(locales)
    offers = yaml.safe_load((Path(__file__).parents[1] / "screening" / "offers.yml").read_text(encoding="utf-8"))
    text = offers["ru"]["bad"][0] + "\n" + (filler * 100_000)[:100_000]
    times = []
    for _ in range(5):
        began = time.process_time()
        found = screener.screen(text)
        times.append(time.process_time() - began)
    assert found.level == "high"
    assert min(times) < SECONDS
