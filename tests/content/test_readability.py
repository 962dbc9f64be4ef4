"""How hard texts are to read."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.content.catalogues import Catalogues
from bot.content.readability import MESSAGE_UNITS, measure, table

LOCALES = Path(__file__).resolve().parents[2] / "locales"


def test_measures_by_hand() -> None:
    found = measure(["<b>You can ask.</b>\n• Nobody understands everything immediately."], "en")
    assert found.sentence == pytest.approx(7 / 2)
    assert found.long_words == pytest.approx(3 / 7)
    assert found.lix == pytest.approx(3.5 + 100 * 3 / 7)
    assert measure(["你可以问。现在就问！"], "zh").sentence == pytest.approx(4)


def test_every_answer_fits_one_message_and_stays_plain() -> None:
    catalogues = Catalogues.load(LOCALES)
    topics = [text_id for text_id in catalogues.ids if text_id.startswith("topic.")]
    limits = {"en": 30, "ru": 45, "bg": 40, "zh": 20}
    for language, most in limits.items():
        own = measure((catalogues.text(text_id, language) for text_id in topics), language)
        # The line of a country comes on top of the topic's text.
        assert own.units < MESSAGE_UNITS / 2
        assert own.lix < most, language
    assert "LIX" in table(catalogues)
