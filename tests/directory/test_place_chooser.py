"""Of several countries a message names the likeliest is searched; the others are one press away."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.directory.fit_place_chooser import fit, main, read_signs
from bot.directory.needs import NeedWords
from bot.directory.place_chooser import PlaceChooser, PlaceChooserMissing
from bot.directory.place_examples import (
    FILE,
    PlaceExample,
    PlaceExampleError,
    place_example_problems,
    read_place_examples,
)

LOCALES = Path(__file__).parents[2] / "locales"


def test_the_examples_that_are_shipped_are_right() -> None:
    assert place_example_problems() == []
    assert {example.language for example in read_place_examples()} >= {"ru", "en", "bg"}


def test_what_is_wrong_is_named_by_file_and_line(tmp_path: Path) -> None:
    for language in ("ru", "bg", "zh"):
        (tmp_path / language).mkdir()
        (tmp_path / language / FILE).touch()
    (tmp_path / "en").mkdir()
    path = tmp_path / "en" / FILE
    wrong = [
        '{"text": "left Oman, now home in Kampala", "country": "UG"}',
        "{",
        '{"text": "we are in Kampala", "country": "Uganda"}',
        '{"text": "left Oman, now home in Kampala", "country": "UG"}',
        '{"text": "hm", "country": "none", "need": "police"}',
        '{"country": "UG"}',
    ]
    path.write_text("\n".join(wrong) + "\n", encoding="utf-8")
    assert [problem.split(": ")[0] for problem in place_example_problems(tmp_path)] == [
        f"{path}:{line}" for line in range(2, 7)
    ]
    with pytest.raises(PlaceExampleError, match=":2: "):
        read_place_examples(tmp_path)
    path.write_text(wrong[0] + '\n{"text": "Oman or Kampala", "country": "none"}', encoding="utf-8")
    assert read_place_examples(tmp_path)[1] == PlaceExample("Oman or Kampala", None, "en")
    (tmp_path / "zh" / FILE).unlink()
    assert place_example_problems(tmp_path) == [
        f"{tmp_path / 'zh' / FILE}:1: cannot be read (No such file or directory)"
    ]


def test_weights_that_are_missing_or_broken_are_named(tmp_path: Path) -> None:
    for text in (None, "{", "[1]", '{"ruled": "much"}'):
        path = tmp_path / "place_chooser.json"
        if text is not None:
            path.write_text(text, encoding="utf-8")
        with pytest.raises(PlaceChooserMissing, match="fit_place_chooser"):
            PlaceChooser.load(path)


def test_what_messages_teach_decides() -> None:
    """Fitted to messages whose last country is meant, it chooses the last one; their chances are 1 together."""
    texts = [
        f"{first} then {last} and more" for first in ("Oman", "Laos", "Peru") for last in ("Chile", "Malta", "Iraq")
    ]
    codes = {"Chile": "CL", "Malta": "MT", "Iraq": "IQ"}
    examples = [PlaceExample(text, codes[text.split()[2]], "en") for text in texts]
    words = NeedWords.load(LOCALES)
    chooser = PlaceChooser(fit(read_signs(examples, words)))
    for one in read_signs([PlaceExample("Cuba then Kenya and more", "KE", "en")], words):
        chances = chooser.chances(one.signs)
        assert one.countries[chances.index(max(chances))] == "KE"
        assert sum(chances) == pytest.approx(1)


def test_fitting_needs_messages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--examples", str(tmp_path), "--output", str(tmp_path / "weights.json")]) == 2
    assert FILE in capsys.readouterr().err
    (tmp_path / "en").mkdir()
    text = (
        '{"text": "flew from Oman to Laos, then Peru", "country": "PE"}\n{"text": "Laos. From Oman.", "country": "LA"}'
    )
    (tmp_path / "en" / FILE).write_text(text, encoding="utf-8")
    assert main(["--examples", str(tmp_path), "--output", str(tmp_path / "weights.json")]) == 0
    assert all(isinstance(weight, float) for weight in json.loads((tmp_path / "weights.json").read_text()).values())
