"""Phone numbers and links of an offer."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.screening.contacts import has_short_link, phone_countries


@pytest.mark.parametrize(
    ("text", "countries"),
    [
        # Numbers kept for films and examples by Ofcom and the North American numbering plan.
        ("call +44 20 7946 0000 now", ("GB",)),
        ("+44 20 7946 0000 / 0044 20 7946 0001", ("GB",)),
        ("+1 202 555 0100, WhatsApp +44 20 7946 0000", ("US", "GB")),
        ("+000 00 000", ()),
        ("3000+ в месяц, 18+", ()),
        ("", ()),
    ],
)
def test_the_countries_of_phone_numbers(text: str, countries: tuple[str, ...]) -> None:
    assert phone_countries(text) == countries


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("apply at bit.ly/abc", True),
        ("https://CLCK.ru/xyz", True),
        ("https://example.org/bit.ly", False),
        ("bit.ly", False),
        ("", False),
    ],
)
def test_links_that_hide_where_they_lead(text: str, short: bool) -> None:
    assert has_short_link(text) is short


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(), max_size=80), st.sampled_from(["", "+44 20 ", "+", "00", "bit.ly/"]))
def test_any_text_is_looked_at(text: str, before: str) -> None:
    assert isinstance(phone_countries(before + text), tuple)
    assert has_short_link(before + text) in (True, False)
