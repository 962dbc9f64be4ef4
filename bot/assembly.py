"""Puts the parts together: what the program, the terminal and the tests all start from."""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from bot.content.catalogues import Catalogues, compile_catalogues
from bot.content.language_model import compile_language_model
from bot.content.languages import identify
from bot.content.rule_files import RulesOfLanguages, compile_rules, rule_paths
from bot.conversation.attachments import AT_ONCE
from bot.conversation.forms.words import Words
from bot.conversation.offer_talk import load_offer_talk
from bot.conversation.sources import Sources
from bot.conversation.turn import Conversation, Dialogue
from bot.dialogue.engine import DialogueEngine
from bot.dialogue.train import current_model, newest_model, train, train_draft
from bot.directory.load import Directory
from bot.directory.needs import NeedWords
from bot.directory.places import here
from bot.handoff.relay import Relay
from bot.operation.allocator import give_back
from bot.safety.net import SafetyNet
from bot.screening.examine import Examiner
from bot.screening.screen import Screener
from bot.screening.second_look import SecondLook, load_second_look
from bot.settings import Settings
from bot.store.clock import Clock, utc_now

_log = logging.getLogger("bot.assembly")

#: After a failure the model is tried again this much later, seconds; people are answered without it meanwhile.
_RETRY_SECONDS = 300.0


#: One harmless line a language; only their script matters.
_FIRST_WORDS = (
    "подскажите пожалуйста, что это за работа и кто эти люди",
    "can you tell me what this job is and who they are",
    "можете ли да ми кажете каква е тази работа и кои са тези хора",
    "请问这是什么工作，他们是谁",
)


@dataclass(frozen=True)
class Content:
    """What is read from ``locales`` before anything is answered."""

    catalogues: Catalogues
    net: SafetyNet
    screener: Screener
    directory: Directory
    sources: Sources
    needs: NeedWords
    words: Words
    offer_talk: RulesOfLanguages

    @classmethod
    def load(cls, locales: Path) -> Content:
        """Read everything, in well under two seconds.

        Raises:
            CatalogueError, PatternError: a file that people's safety rests on is missing or wrong; names the place.
        """
        return cls(
            Catalogues.load(locales),
            SafetyNet.load(locales),
            Screener.load(locales),
            Directory.load(locales),
            Sources.load(locales),
            NeedWords.load(locales),
            Words.load(locales),
            load_offer_talk(locales),
        )

    def warm_up(self) -> None:
        """Do once what the first message would wait for: the index of places, n-gram models. Blocking, a second."""
        for text in _FIRST_WORDS:
            self.net.look(text)
            identify(text)
            here(text)


class ModelLoader:
    """Brings the dialogue model up beside everything else: trains where no current model exists, loads, tries again.

    Args:
        settings: where models are.
        content: texts the model's answers come from.
        progress: called with lines an operator reads while the model is trained.
    """

    def __init__(self, settings: Settings, content: Content, progress: Callable[[str], None]) -> None:
        self._settings = settings
        self._content = content
        self._progress = progress
        self._dialogue: Dialogue | None = None
        self._second_look: SecondLook | None = None
        self.failed = False
        #: Set once the model answers.
        self.ready = asyncio.Event()

    def dialogue(self) -> Dialogue | None:
        """The model, or None while there is none."""
        return self._dialogue

    def second_look(self) -> SecondLook | None:
        """The learned look at offers, which shares the model's encoder; None while there is none."""
        return self._second_look

    def has_failed(self) -> bool:
        """Whether the last try failed."""
        return self.failed

    async def run(self) -> None:
        """Bring the current model up; an older one answers meanwhile, or a draft where there is none."""
        newest = await asyncio.to_thread(newest_model, self._settings.model_dir)
        current = await asyncio.to_thread(current_model, folder=self._settings.model_dir)
        drafted = newest is None and await self._draft()
        if newest is not None and current is None:
            await self._load(newest)
        while True:
            if await self._bring_up():
                break
            await asyncio.sleep(_RETRY_SECONDS)
        if drafted:
            self._progress("The whole model answers.")

    async def _draft(self) -> bool:
        self._progress("No model yet. A draft of it answers first, trained from every fourth example.")
        try:
            model = await asyncio.to_thread(train_draft, self._progress, self._settings.model_dir)
        except Exception as error:
            _log.warning("no draft of the dialogue model (%s); people wait for the whole", type(error).__name__)
            return False
        loaded = await self._load(model)
        if loaded:
            self._progress("The draft answers; now the whole model trains.")
        return loaded

    async def _bring_up(self) -> bool:
        try:
            model = await asyncio.to_thread(train, False, self._progress, self._settings.model_dir)
        except Exception as error:
            self._failure("trained", error)
            return False
        return await self._load(model)

    async def _load(self, model: Path) -> bool:
        started = time.monotonic()
        try:
            self._dialogue = await DialogueEngine.load(model, self._content.catalogues)
        except Exception as error:
            self._failure("loaded", error)
            return False
        if self._second_look is None:
            self._second_look = await asyncio.to_thread(load_second_look, _log.warning)
        await asyncio.to_thread(gc.collect)
        await asyncio.to_thread(give_back)  # a tenth of the whole process is left over from loading
        self.failed = False
        self.ready.set()
        _log.info("the dialogue model was loaded in %.0f s", time.monotonic() - started)
        return True

    def _failure(self, what: str, error: Exception) -> None:
        self.failed = self._dialogue is None
        _log.error(
            "the dialogue model cannot be %s (%s); %s; trying again in %d seconds. «pristan train» says why",
            what,
            type(error).__name__,
            "people are answered without it" if self.failed else "an older one answers",
            _RETRY_SECONDS,
            exc_info=error,
        )


def conversation(
    content: Content,
    relay: Relay,
    model: ModelLoader | None = None,
    clock: Clock = utc_now,
    files_at_once: int = AT_ONCE,
) -> Conversation:
    """The conversation over loaded content, with a model that may come later or never."""
    return Conversation(
        catalogues=content.catalogues,
        net=content.net,
        examiner=Examiner(content.screener, model.second_look if model is not None else lambda: None),
        directory=content.directory,
        sources=content.sources,
        needs=content.needs,
        words=content.words,
        offer_talk=content.offer_talk,
        relay=relay,
        dialogue=model.dialogue if model is not None else lambda: None,
        dialogue_failed=model.has_failed if model is not None else lambda: False,
        clock=clock,
        files_at_once=files_at_once,
    )


def main(arguments: list[str]) -> int:
    """``python -m bot.assembly LOCALES``: compile texts and rules, so that the first start need not."""
    folders = list(map(Path, arguments))
    with ProcessPoolExecutor() as pool:
        compiling: list[Future[bool] | Future[None]] = [pool.submit(compile_language_model)]
        compiling += [pool.submit(compile_rules, path) for folder in folders for path in rule_paths(folder)]
    for compiled in compiling:
        compiled.result()
    for locales in folders:
        written = compile_catalogues(locales)
        content = Content.load(locales)
        print(f"{len(content.catalogues.ids)} texts in four languages, rules read; {len(written)} catalogues compiled")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
