"""The real directory, read once."""

from pathlib import Path

import pytest

from bot.directory.load import Directory

LOCALES = Path(__file__).parents[2] / "locales"


@pytest.fixture(scope="session")
def locales() -> Path:
    return LOCALES


@pytest.fixture(scope="session")
def directory() -> Directory:
    return Directory.load(LOCALES, strict=True)
