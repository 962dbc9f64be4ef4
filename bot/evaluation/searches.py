"""``pristan evaluate searches``: does a message lead to the right help in the right place?

Labelled messages go through the whole conversation, with a store of their own, as if each were a new person's first
message from Telegram. What is scored is the search the bot answers with, not a function beside it.
"""

from __future__ import annotations

import asyncio
import dataclasses
import tempfile
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from bot.assembly import Content, ModelLoader, conversation
from bot.content.keyboard_layout import as_meant
from bot.conversation.messages import Inbound
from bot.conversation.searching import Search
from bot.conversation.turn import Conversation
from bot.directory.find import NEEDS, fit
from bot.directory.load import Directory
from bot.directory.model import Entry, Group, is_country
from bot.evaluation.labelled import LabelError, chosen_files, json_lines
from bot.handoff.relay import Relay
from bot.settings import Settings
from bot.store.store import Store

#: Where the labelled searches of the project lie, a file a language.
SEARCHES = Path("tests/directory/searches")
#: From this fit on an entry does what was asked for.
_FITS = 40


@dataclass(frozen=True)
class Labelled:
    """One message, and what it looks for as a person reads it.

    Args:
        text: the message.
        country: ISO code of where help is wanted.
        city: in English, or None.
        needs: the need, then others that would be as right.
        serves: for whom, or None.
        file: where it stands.
    """

    text: str
    country: str | None
    city: str | None
    needs: tuple[str, ...]
    serves: str | None
    file: Path


@dataclass(frozen=True)
class Scored:
    """A message with the search the conversation made of it.

    Args:
        meant: the label.
        search: None if no search was made.
        first: the first entry that is no emergency service, if a list was shown.
        fitting: whether that entry fits the label; None where the directory has no such entry but weak ones.
    """

    meant: Labelled
    search: Search | None
    first: Entry | None
    fitting: bool | None

    @property
    def right(self) -> dict[str, bool]:
        """Field -> whether it is right; only fields the label has."""
        search = self.search
        found = {
            "country": search is not None and search.country == self.meant.country,
            "need": search is not None and search.wanted.need in self.meant.needs,
        }
        found["country and need"] = found["country"] and found["need"]
        if self.meant.city:
            found["city"] = search is not None and _plain(search.city or "") == _plain(self.meant.city)
        if self.meant.serves:
            found["serves"] = search is not None and self.meant.serves in search.wanted.groups
        if self.fitting is not None:
            found["fitting first entry"] = self.fitting
        return found


def read_searches(path: Path) -> list[Labelled]:
    """Labelled searches of a JSON Lines file.

    Raises:
        LabelError: a line is no labelled search; names file and line.
    """
    read = []
    for place, value in json_lines(path):
        try:
            country, needs = value["country"], (value["need"], *value.get("also", ()))
            one = Labelled(
                str(value["text"]), country, value.get("city"), needs, value.get("serves"), path
            )  # fmt: skip
        except (ValueError, KeyError, TypeError) as error:
            raise LabelError(f"{place}: a search has text, country, need ({type(error).__name__})") from None
        if country is not None and not is_country(str(country)):
            raise LabelError(f"{place}: {country} is no country code")
        if unknown := sorted(set(needs) - set(NEEDS)):
            raise LabelError(f"{place}: {unknown[0]} is no need of the directory")
        if one.serves is not None and one.serves not in get_args(Group):
            raise LabelError(f"{place}: {one.serves} is no group")
        read.append(one)
    return read


def evaluate_searches(
    settings: Settings, files: Sequence[Path], words_only: bool, say: Callable[[str], None]
) -> list[Scored]:
    """Score labelled searches.

    Args:
        settings: where texts and model are.
        files: JSON Lines; the project's own where none is given.
        words_only: as while the model is down.
        say: for progress.

    Raises:
        LabelError: a file is missing or a line is no labelled search.
    """
    chosen = chosen_files(files, SEARCHES, "*.jsonl", "labelled searches")
    return asyncio.run(_score(settings, [one for path in chosen for one in read_searches(path)], words_only, say))


async def _score(
    settings: Settings, meant: Sequence[Labelled], words_only: bool, say: Callable[[str], None]
) -> list[Scored]:
    content = Content.load(settings.locales)
    model = None
    if not words_only:
        model = ModelLoader(settings, content, say)
        loading = asyncio.create_task(model.run())
        await model.ready.wait()
        loading.cancel()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        private = dataclasses.replace(
            settings, home=home, secret_key_file=home / "secret.key", database_url=None, staff_chat_id=None
        )
        talk = conversation(content, Relay(content.catalogues, None), model)
        async with await Store.open(private) as store:
            return [await _one(one, chat, talk, store, content.directory) for chat, one in enumerate(meant, start=1)]


async def _one(meant: Labelled, chat: int, talk: Conversation, store: Store, directory: Directory) -> Scored:
    async with store.turn(chat) as turn:
        replies = await talk.respond(Inbound("text", as_meant(meant.text)), turn)
    search = next((reply.search for reply in reversed(replies) if reply.search is not None), None)
    first = None
    if search is not None and search.country is not None:
        result = directory.search(search.country, search.city, search.wanted)
        first = next((found.entry for found in result if not found.emergency), None)
    # A weak entry never stands first where anything surer is known, so only surer ones count as known.
    surer = [entry for entry in directory.of_country(meant.country or "") if entry.confidence != "weak"]
    known = any(_fits(entry, meant) for entry in surer if entry.kind != "emergency")
    fitting = (first is not None and _fits(first, meant)) if known else None
    return Scored(meant, search, first, fitting)


def _fits(entry: Entry, meant: Labelled) -> bool:
    here = entry.country == meant.country or entry.international or entry.citizens_of is not None
    children = meant.serves == "children"
    suits = entry.suits(meant.serves) and (entry.citizens_of is None or "embassy" in meant.needs)
    return here and suits and any(fit(entry, need, for_children=children) >= _FITS for need in meant.needs)


def _plain(name: str) -> str:
    """Without accents and capitals: Düsseldorf, Dusseldorf."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", name.lower()) if not unicodedata.combining(sign))


def table(scored: Sequence[Scored]) -> str:
    """Shares by file and field; no message text stands in it."""
    fields = ("country and need", "country", "need", "city", "serves", "fitting first entry")
    lines = [f"{'file':<34}{'messages':>9}" + "".join(f"{field:>21}" for field in fields)]
    for file in [*dict.fromkeys(one.meant.file for one in scored), None]:
        own = [one.right for one in scored if file is None or one.meant.file == file]
        cells = []
        for field in fields:
            known = [right[field] for right in own if field in right]
            share = f"{sum(known) / len(known):.3f}" if known else "-"
            cells.append(f"{f'{share} of {len(known)}':>21}")
        name = "all" if file is None else "/".join(file.parts[-2:])
        lines.append(f"{name:<34}{len(own):>9}" + "".join(cells))
    none = sum(one.search is None for one in scored)
    asked = sum(one.search is not None and one.search.country is None for one in scored)
    lines.append(f"no search: {none}; asked for the place: {asked}; of {len(scored)}")
    return "\n".join(lines)
