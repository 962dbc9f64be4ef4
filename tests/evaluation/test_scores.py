"""Figures over labelled messages, and the files they come from."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from bot.dialogue.taxonomy import taxonomy
from bot.evaluation.commands import DEVELOPMENT_SPLIT
from bot.evaluation.labelled import LabelError, Labelled, read_labelled
from bot.evaluation.pictures import draw_confusion
from bot.evaluation.scores import Understood, report, table

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
