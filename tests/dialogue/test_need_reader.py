"""The reader of needs, through the real model and the real conversation: a need is found without its key word."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from bot.assembly import Content, conversation
from bot.conversation.messages import Inbound, Reply
from bot.dialogue.engine import DialogueEngine
from bot.directory.need_reader import ANY
from bot.directory.needs import choose_need
from bot.handoff.relay import Relay
from bot.settings import Settings
from bot.store.store import Store

#: Neither the words nor the intents lead to these (measured without the reader: another need, or no search).
WITHOUT_KEY_WORDS = [
    ("my uncle's militia knows my name, I reached Nicosia on Tuesday, where do I tell it", "asylum", "CY"),
    ("the agent in Izmir has a new office and again takes 300 from boys for a Canada that is not", "report", "TR"),
    ("в Гданьске сижу, дома за мной уже приходили из-за митинга. что мне тут делать", "asylum", "PL"),
    ("дойдоха да ме търсят заради митинга, сега съм в Будва, какво да правя", "asylum", "ME"),
]


class _Loaded:
    """Stands where the loader of the model stands once it is done."""

    def __init__(self, engine: DialogueEngine) -> None:
        self._engine = engine

    def dialogue(self) -> DialogueEngine:
        return self._engine

    def second_look(self) -> None:
        return None

    def has_failed(self) -> bool:
        return False


@pytest.fixture(scope="module")
def content(locales: Path) -> Content:
    return Content.load(locales)


async def _replies(engine: Any, content: Content, folder: Path, texts: Sequence[str]) -> list[list[Reply]]:
    settings = dataclasses.replace(
        Settings.from_environment(), home=folder, secret_key_file=folder / "key", database_url=None, staff_chat_id=None
    )
    talk = conversation(content, Relay(content.catalogues, None), _Loaded(engine))  # type: ignore[arg-type]
    found = []
    async with await Store.open(settings) as store:
        for chat, text in enumerate(texts, start=1):
            async with store.turn(chat) as turn:
                found.append(await talk.respond(Inbound("text", text), turn))
    return found


def test_a_need_without_its_key_word_is_searched(engine: DialogueEngine, content: Content, tmp_path: Path) -> None:
    texts = [text for text, _, _ in WITHOUT_KEY_WORDS]
    for text, need, _ in WITHOUT_KEY_WORDS:
        assert choose_need(content.needs.look(text)) != need, "the words name it: this example shows nothing"
    for replies, (text, need, country) in zip(
        asyncio.run(_replies(engine, content, tmp_path, texts)), WITHOUT_KEY_WORDS, strict=True
    ):
        search = next((reply.search for reply in replies if reply.search is not None), None)
        assert search is not None, text
        assert (search.wanted.need, search.country) == (need, country), text


@pytest.mark.parametrize(
    "text", ["thanks a lot, that is all", "это законно, что берут процент?", "какво е кафала", "今天天气不错"]
)
def test_what_looks_for_no_help_is_no_search(
    engine: DialogueEngine, content: Content, tmp_path: Path, text: str
) -> None:
    understood = asyncio.run(engine.parse(text))
    assert understood.needs[ANY] < 0.5
    (replies,) = asyncio.run(_replies(engine, content, tmp_path, [text]))
    assert all(reply.search is None for reply in replies)


def test_without_the_reader_the_rest_goes_on(engine: DialogueEngine, content: Content, tmp_path: Path) -> None:
    alone = DialogueEngine(engine._agent)  # as where its weights are missing
    (replies,) = asyncio.run(_replies(alone, content, tmp_path, ["need a shelter in Izmir tonight"]))
    assert any(reply.search is not None and reply.search.wanted.need == "shelter" for reply in replies)
