from __future__ import annotations

from pathlib import Path

import pytest
from rasa.shared.importers.rasa import RasaFileImporter

from bot.dialogue import train as training
from bot.dialogue.draft import ONE_IN, write_draft


@pytest.fixture(scope="module")
def draft(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("draft") / training.DATA
    write_draft(training.PROJECT / training.DATA, folder)
    return folder


def _examples(data: Path) -> dict[str, int]:
    read = RasaFileImporter(training_data_paths=[str(data)]).get_nlu_data()
    return dict(read.number_of_examples_per_intent)


def test_every_intent_keeps_its_share_of_examples(draft: Path) -> None:
    whole, part = _examples(training.PROJECT / training.DATA), _examples(draft)
    assert part.keys() == whole.keys()
    assert sum(part.values()) < 1.1 * sum(whole.values()) / ONE_IN
    assert all(part[intent] >= whole[intent] // ONE_IN for intent in whole)


@pytest.mark.parametrize("name", ["rules.yml", "stories.yml", "domain/intents.yml", "follow_up.yml"])
def test_what_is_no_example_stays_as_it_is(draft: Path, name: str) -> None:
    assert (draft / name).read_text(encoding="utf-8") == (training.PROJECT / training.DATA / name).read_text(
        encoding="utf-8"
    )
