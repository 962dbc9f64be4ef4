"""The safety net: what people write when they are in danger, and what only sounds like it."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from bot.content.patterns import PatternError
from bot.safety.net import ALARM_KINDS, READ_CHARACTERS, SafetyNet

MESSAGES = yaml.safe_load((Path(__file__).parent / "messages.yml").read_text(encoding="utf-8"))
TABLE = [
    (language, kind, text) for language, kinds in MESSAGES.items() for kind, texts in kinds.items() for text in texts
]


@pytest.fixture(scope="module")
def net(locales: Path) -> SafetyNet:
    return SafetyNet.load(locales)


@pytest.mark.parametrize(("language", "kind", "text"), TABLE, ids=lambda value: value if len(value) < 12 else "")
def test_a_message_raises_its_kind_or_nothing(net: SafetyNet, language: str, kind: str, text: str) -> None:
    alarm = net.look(text)
    assert (alarm.kind if alarm else "none") == kind, (text, alarm)


@pytest.mark.parametrize(("language", "kind", "text"), [row for row in TABLE if row[1] != "none"][::3])
def test_shouting_blanks_and_neighbours_change_nothing(net: SafetyNet, language: str, kind: str, text: str) -> None:
    for written in (text.upper(), f"  {text} !!!", f"привет / hello\n{text}\n🙏🙏"):
        alarm = net.look(written)
        assert alarm is not None, written
        assert kind in {alarm.kind, *alarm.also}, written


def test_the_table_is_broad() -> None:
    for language, kinds in MESSAGES.items():
        assert set(kinds) == {*ALARM_KINDS, "none"}, language
        assert sum(len(texts) for kind, texts in kinds.items() if kind != "none") >= 25
        assert all(len(texts) >= 5 for texts in kinds.values())
        assert len(kinds["none"]) >= 25


def test_danger_wins_over_hiding_and_hiding_over_the_rest(net: SafetyNet) -> None:
    both = net.look("he has a knife and hes outside my room. hide this chat quick")
    assert both is not None
    assert both.kind == "danger"
    assert "quick_exit" in both.also
    hiding = net.look("i wanna die. hide this chat quick")
    assert hiding is not None
    assert hiding.kind == "quick_exit"
    assert hiding.emergency is None
    assert "suicide" in hiding.also


def test_nothing_is_raised_by_nothing(net: SafetyNet) -> None:
    for text in ("", " \n", "🙂", "1234", "\ud800", "...", "ok", "да", "好"):
        assert net.look(text) is None, text


def test_a_long_text_is_read_up_to_its_bound_and_fast(net: SafetyNet) -> None:
    assert net.look("я " * 100 + "меня бьют") is not None
    assert net.look("x" * READ_CHARACTERS + " меня бьют") is None
    for text in ("а " * 4000, "1 " * 4000, "меня" + "." * 4000, "我" * 4000, "he is my me not " * 250):
        net.look(text)
        began = time.process_time()
        net.look(text)
        assert time.process_time() - began < 1.5, text[:20]


def test_a_missing_or_strange_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(PatternError, match="safety rules of this language are missing"):
        SafetyNet.load(tmp_path)
    for code in ("ru", "en", "bg", "zh"):
        (tmp_path / code).mkdir()
        (tmp_path / code / "safety.yml").write_text("panic:\n  - id: a\n    any: [x]\n", encoding="utf-8")
    with pytest.raises(PatternError, match="unknown section «panic»"):
        SafetyNet.load(tmp_path)


def test_the_net_needs_neither_model_nor_database(locales: Path) -> None:
    """In a process of its own: what the net and its answer import."""
    script = (
        "import sys; from pathlib import Path\n"
        "from bot.safety.net import SafetyNet\n"
        "from bot.safety.emergency import EmergencyAnswer\n"
        "from bot.content.catalogues import Catalogues\n"
        "from bot.directory.load import Directory\n"
        f"locales = Path({str(locales)!r})\n"
        "alarm = SafetyNet.load(locales).look('меня бьют')\n"
        "answer = EmergencyAnswer(Catalogues.load(locales), Directory.load(locales))\n"
        "assert alarm.kind == 'danger' and '112' in answer.text(alarm.kind, 'ru', 'BG')\n"
        "print(sorted({'rasa', 'sqlalchemy', 'tensorflow', 'telegram', 'httpx', 'numpy'} & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=locales.parent, check=True
    )
    assert set(done.stdout.strip("[]\n'").replace("'", "").split(", ")) <= {"", "numpy"}
