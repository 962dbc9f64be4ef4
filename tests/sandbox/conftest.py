"""A sandbox of its own for every test, the real python-telegram-bot on one side and people on the other."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator

import pytest
from PIL import Image
from telegram import Bot

from bot.sandbox.client import PersonClient, SandboxClient
from bot.sandbox.server import SandboxServer


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "browser: drives the page in a real Chromium (/usr/bin/chromium)")


@pytest.fixture
async def server() -> AsyncIterator[SandboxServer]:
    running = SandboxServer()
    await running.start(port=0)
    yield running
    await running.stop()


@pytest.fixture
async def sandbox(server: SandboxServer) -> AsyncIterator[SandboxClient]:
    async with SandboxClient(server.url) as client:
        yield client


@pytest.fixture
async def bot(server: SandboxServer) -> AsyncIterator[Bot]:
    async with Bot(server.token, base_url=server.base_url, base_file_url=server.base_file_url) as real:
        yield real


@pytest.fixture
async def anna(sandbox: SandboxClient) -> PersonClient:
    person = await sandbox.person("Anna", language_code="ru")
    await person.start()
    return person


@pytest.fixture
def picture() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (1000, 700), "teal").save(buffer, "PNG")
    return buffer.getvalue()
