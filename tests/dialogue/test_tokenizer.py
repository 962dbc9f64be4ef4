from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.components.tokenizer import spans


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("He took my passport!", ["He", "took", "my", "passport"]),
        ("don't кое-что", ["don't", "кое-что"]),
        ("Забрали паспорт, что делать?", ["Забрали", "паспорт", "что", "делать"]),
        ("护照 被扣", ["护", "照", "被", "扣"]),
        ("我在KK园区2期", ["我", "在", "KK", "园", "区", "2", "期"]),
        ("  🙏  ", ["🙏"]),
        ("...", ["..."]),
        ("", []),
    ],
)
def test_tokens(text: str, tokens: list[str]) -> None:
    assert [text[start:end] for start, end in spans(text)] == tokens


@given(st.text(max_size=60))
def test_offsets_point_into_the_text(text: str) -> None:
    found = spans(text)
    assert all(text[start:end].strip() for start, end in found)
    assert all(before[1] <= after[0] for before, after in pairwise(found))
    assert bool(found) == bool(text.strip())
