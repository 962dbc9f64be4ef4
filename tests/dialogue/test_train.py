from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest

from bot.dialogue import train as training


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for part in ("config.yml", "nlu_data", "bot/dialogue", "bot/encoders", "bot/content"):
        source, target = training.PROJECT / part, tmp_path / part
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
    return tmp_path


def test_the_fingerprint_does_not_depend_on_the_folder(project: Path) -> None:
    assert training.fingerprint(project) == training.fingerprint(training.PROJECT)


@pytest.mark.parametrize(
    "file", ["config.yml", "nlu_data/ru/topics.yml", "nlu_data/domain/slots.yml", "bot/encoders/e5.py"]
)
def test_a_changed_input_asks_for_training(project: Path, file: str) -> None:
    models = project / "models"
    models.mkdir()
    before = training.fingerprint(project)
    (models / f"pristan-{before}.tar.gz").touch()
    assert training.current_model(project, models) is not None
    path = project / file
    path.write_text(path.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
    assert training.fingerprint(project) != before
    assert training.current_model(project, models) is None
    assert training.newest_model(models) is not None, "the old model answers until the new one is there"


def test_what_no_model_depends_on_asks_for_nothing(project: Path) -> None:
    before = training.fingerprint(project)
    path = project / "bot/dialogue/actions/answers.py"
    path.write_text(path.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
    assert training.fingerprint(project) == before


def test_a_current_model_is_not_trained_again(trained_model: Path) -> None:
    said: list[str] = []
    assert training.train(progress=said.append, folder=trained_model.parent) == trained_model
    assert said == []


def test_two_processes_do_not_train_at_once(tmp_path: Path) -> None:
    entered: list[str] = []

    def second() -> None:
        with training._one_at_a_time(tmp_path):
            entered.append("second")

    with training._one_at_a_time(tmp_path):
        waiting = threading.Thread(target=second)
        waiting.start()
        waiting.join(timeout=0.3)
        assert waiting.is_alive()
        entered.append("first")
    waiting.join(timeout=10)
    assert entered == ["first", "second"]


def test_no_model_in_an_empty_folder(tmp_path: Path) -> None:
    assert training.newest_model(tmp_path) is None
    assert training.newest_model(tmp_path / "not made yet") is None
