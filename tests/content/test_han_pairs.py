"""Which Chinese characters are likely beside each other."""

from __future__ import annotations

import pytest

from bot.content.han_homophones import Homophones
from bot.content.han_pairs import HanPairs
from bot.content.han_spelling import sound_of


@pytest.mark.parametrize(
    ("meant", "written"), [("护照统一保管", "户罩统一宝管"), ("陪酒小妹", "培久小妹"), ("机票", "鸡票")]
)
def test_what_is_meant_is_likelier_than_what_only_sounds_so(meant: str, written: str) -> None:
    pairs = HanPairs.load()
    assert pairs.likelihood(meant) > pairs.likelihood(written) + 1


@pytest.mark.parametrize("text", ["", "护", "户罩", "\ud800户罩", "🛂户罩" * 3, "hu zhao 户 罩"])
def test_places_lie_in_the_text(text: str) -> None:
    found = list(Homophones(["护照"], sound_of).found(text))
    assert all(0 <= place < len(text) - 1 and gain > 0 for place, gain in found)
    assert bool(found) == ("户罩" in text)
