"""Figures over labelled messages, and the files they come from."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from bot.dialogue.taxonomy import taxonomy
from bot.evaluation.commands import DEVELOPMENT_SPLIT
from bot.evaluation.labelled import LabelError, Labelled, read_labelled
from bot.evaluation.learning import learning_table
from bot.evaluation.pictures import draw_confusion, draw_learning, draw_reliability
from bot.evaluation.scores import Understood, calibration_error, reliability, report, table

NAMES = ("emergency_danger", "ask_threats", "greet")


def seen(meant: str, taken: str, emergency: str | None = None, style: str = "plain") -> Understood:
    return Understood(Labelled("x", meant, style, "en"), taken, emergency, "en")


def test_figures() -> None:
    found = report(
        [
            seen("emergency_danger", "emergency_danger", "danger"),
            seen("emergency_danger", "ask_threats", "medical"),
            seen("emergency_danger", "ask_threats"),
            seen("ask_threats", "ask_threats", "danger"),
            seen("greet", "greet", style="typos"),
        ]
    )
    own = found["languages"]["en"]
    assert own["accuracy"] == pytest.approx(3 / 5)
    # F1: danger 2*1/(1+3)=.5, threats 2*1/(3+1)=.5, greet 1.
    assert own["macro_f1"] == pytest.approx(2 / 3)
    assert own["emergencies"] == {
        "recall": pytest.approx(2 / 3),
        "right_kind": pytest.approx(1 / 3),
        "false_alarms": pytest.approx(1 / 2),
    }
    assert own["styles"]["typos"]["emergencies"]["recall"] is None
    assert own["confused"] == [["emergency_danger", "ask_threats", 2]]
    assert "emergency_danger taken for ask_threats" in table(found)


def test_a_wrong_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "messages_en.jsonl"
    path.write_text('{"text": "hi", "intent": "greet"}\n{"text": "hi", "intent": "hello"}\n', "utf-8")
    with pytest.raises(LabelError, match=r"messages_en\.jsonl:2: .intent. is no name"):
        read_labelled(path, NAMES)
    path = tmp_path / "messages.jsonl"
    path.write_text('{"text": "a\\u2028b", "intent": "greet"}\n', "utf-8")
    with pytest.raises(LabelError, match="say the language"):
        read_labelled(path, NAMES)
    assert read_labelled(path, NAMES, "ru")[0].text == "a\u2028b"


def test_the_development_split_knows_every_meaning_in_every_language() -> None:
    project = Path(__file__).resolve().parents[2]
    names = taxonomy()
    assert len(names) == 59
    trained = "\n".join(path.read_text("utf-8") for path in (project / "nlu_data").glob("*/*.yml")).splitlines()
    examples = {line.strip().removeprefix("- ") for line in trained}
    for path in sorted((project / DEVELOPMENT_SPLIT).glob("*.jsonl")):
        split = read_labelled(path, names)
        assert {one.intent for one in split} == set(names), path.name
        # Whole sentences of the split must not have been trained on; "yes" and "thanks" are everybody's.
        taken = [one.text for one in split if len(one.text.split()) > 4 and one.text in examples]
        assert not taken, f"{path.name}: {len(taken)} messages stand in nlu_data"


def test_the_picture_shows_every_meaning(tmp_path: Path) -> None:
    path = tmp_path / "confusion.png"
    draw_confusion([seen("greet", "ask_threats"), seen("greet", "greet")], NAMES, "en", path)
    with Image.open(path) as picture:
        assert picture.width > 300
        assert len(picture.convert("RGB").getcolors(1 << 24) or []) > 10


def test_confidence_that_is_right_as_often_as_it_says_has_no_error() -> None:
    def one(confidence: float, right: bool) -> Understood:
        return Understood(
            Labelled("x", "greet", "plain", "en"), "greet" if right else "ask_threats", None, "en", confidence
        )

    honest = [one(0.75, right) for right in (True, True, True, False)]
    assert calibration_error(honest) == pytest.approx(0.0)
    boasting = [one(0.95, right) for right in (True, False)] + [one(0.15, False)]
    steps = reliability(boasting)
    assert [(step.messages, step.right) for step in steps] == [(1, 0.0), (2, 0.5)]
    assert calibration_error(boasting) == pytest.approx((0.15 + 2 * 0.45) / 3)
    assert calibration_error([]) is None


def test_what_is_asked_back_is_not_a_wrong_answer() -> None:
    wrong = Labelled("x", "greet", "plain", "en")
    found = report(
        [
            Understood(wrong, "ask_threats", None, "en", 0.9, sure=True),
            Understood(wrong, "ask_threats", None, "en", 0.2, sure=False),
            Understood(wrong, "greet", None, "en", 0.2, sure=False),
            Understood(wrong, "greet", None, "en", 0.9, sure=True),
        ]
    )
    assert found["all"]["sure_and_wrong"] == pytest.approx(1 / 4)
    assert found["all"]["asked_back"] == pytest.approx(2 / 4)


def test_curves_are_drawn(tmp_path: Path) -> None:
    steps = reliability([Understood(Labelled("x", "greet", "plain", "en"), "greet", None, "en", 0.7)])
    draw_reliability(steps, "en", tmp_path / "reliability.png")
    measured = {"en": [(100, 0.5), (200, 0.625)], "ru": [(100, 0.4), (200, 0.5)]}
    draw_learning(measured, tmp_path / "learning.png")
    for name in ("reliability.png", "learning.png"):
        with Image.open(tmp_path / name) as picture:
            assert picture.width > 400
            assert len(picture.convert("RGB").getcolors(100_000) or []) > 10
    shown = learning_table(measured).splitlines()
    assert shown[1].split() == ["100", "0.500", "0.400"]
    assert shown[2].split() == ["200", "0.625", "0.500"]
