"""Russian and Bulgarian typed with Latin letters, and telling languages apart by a model of people's own words."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.content import language_model
from bot.content.languages import identify, latin_chances
from bot.content.latin_typed import readings, to_cyrillic


@pytest.mark.parametrize(
    ("text", "language", "cyrillic"),
    [
        ("hozyain zabral pasport", "ru", "хозяин забрал паспорт"),
        ("pomogite ya v dubae", "ru", "помогите я в дубае"),
        ("zhivu v odnoy komnate", "ru", "живу в одной комнате"),
        ("shefa dyrji pasportite na vsi4ki", "bg", "шефа държи паспортите на всички"),
        ("nqmam pari 6te moje li", "bg", "нямам пари ще може ли"),
        ("pishi na @boss_0000 ili t.me/abc", "ru", "пиши на @boss_0000 или t.me/abc"),
    ],
)
def test_back_into_cyrillic(text: str, language: str, cyrillic: str) -> None:
    assert to_cyrillic(text, language) == cyrillic


def test_english_is_read_as_it_stands_and_the_rest_in_cyrillic() -> None:
    assert readings("they took my passport and do not pay me") == (("they took my passport and do not pay me", 1.0),)
    assert readings("забрали паспорт") == (("забрали паспорт", 1.0),)
    (text, share), *_ = readings("zabrali pasport i ne platyat chto mne delat")
    assert "паспорт" in text
    assert share > 0.9
    for unsure in ("ok", "da", "ne znam help me"):
        assert sum(share for _, share in readings(unsure)) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("ya uzhe tri mesyaca bez zarplaty", "ru"),
        ("ne me puskat da izlqza ot kyshtata", "bg"),
        ("my sir he not give salary", "en"),
        ("wo men san ge yue mei you fa gong zi", "zh"),
        ("boss 扣了我的 passport", "zh"),
    ],
)
def test_latin_letters_do_not_mean_english(text: str, language: str) -> None:
    assert identify(text).language == language


def test_other_letters_have_no_latin_chances() -> None:
    assert latin_chances("забрали паспорт help") == {}
    assert latin_chances("123 !!") == {}
    assert sum(latin_chances("help me").values()) == pytest.approx(1.0)


def test_the_model_is_fitted_anew_only_when_examples_change(tmp_path: Path) -> None:
    lines = {
        "ru": ["хозяин не платит зарплату", "где мой паспорт", "помогите мне уехать"],
        "bg": ["шефът не ми плаща", "къде ми е паспортът", "помогнете ми да си тръгна"],
        "en": ["my boss does not pay", "where is my passport", "help me to leave"],
    }
    for language, texts in lines.items():
        (tmp_path / language).mkdir()
        listed = "\n".join(f"    - {text}" for text in texts)
        (tmp_path / language / "topics.yml").write_text(f"nlu:\n- intent: x\n  examples: |\n{listed}\n", "utf-8")
    kept = tmp_path / "languages.compiled"
    assert language_model.compile_language_model(tmp_path, kept)
    assert not language_model.compile_language_model(tmp_path, kept)
    broken = tmp_path / "bg" / "topics.yml"
    broken.write_text(broken.read_text("utf-8") + "  a line that is no YAML: [\n", "utf-8")
    assert language_model.compile_language_model(tmp_path, kept)
    model = language_model.fit(language_model.read_examples(tmp_path))
    evidence = model.evidence("шефът не ми плаща")
    assert max(evidence, key=lambda code: evidence[code]) == "bg"
