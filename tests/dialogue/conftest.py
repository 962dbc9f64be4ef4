from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.content.catalogues import Catalogues
from bot.dialogue.engine import DialogueEngine
from tests.dialogue.talk import Talk

LOCALES = Path(__file__).resolve().parents[2] / "locales"


@pytest.fixture(scope="session")
def catalogues() -> Catalogues:
    return Catalogues.load(LOCALES)


@pytest.fixture(scope="session")
def engine(trained_model: Path, catalogues: Catalogues) -> DialogueEngine:
    """The real engine over the real model; it belongs to no event loop, so all tests share it."""
    return asyncio.run(DialogueEngine.load(trained_model, catalogues))


@pytest.fixture
def talk(engine: DialogueEngine) -> Talk:
    return Talk(engine)
