"""Every list of services and every emergency text: no number and no link that is not in the directory with a source."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.content.catalogues import Catalogues
from bot.content.languages import LANGUAGES
from bot.conversation.searching import Search
from bot.conversation.services import ALL_NEEDS, ServicesAnswer
from bot.directory.find import Criteria
from bot.directory.load import Directory
from bot.directory.model import INTERNATIONAL, Entry
from bot.safety.emergency import EmergencyAnswer
from bot.safety.net import EMERGENCIES

COUNTRIES = sorted(
    path.stem.upper()
    for path in (Path(__file__).parents[2] / "locales" / "directory").glob("*.yml")
    if path.stem != "international"
)
#: Digits with what stands between those of one number; hours are no number.
NUMBER = re.compile(r"(?<![\d:])\d(?:[ ()\-./–]{0,2}\d)+(?![\d:])")
LINK = re.compile(r"(?:https?://|www\.)[^\s<>()]+|@\w{4,}|\b(?:[a-z0-9-]+\.)+[a-z]{2,}\b", re.IGNORECASE)


@pytest.fixture(scope="module")
def catalogues(locales: Path) -> Catalogues:
    return Catalogues.load(locales)


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _known(entries: list[Entry]) -> tuple[set[str], str]:
    """Digit strings that stand in entries with a source, and all their words."""
    assert all(entry.sources for entry in entries)
    words = "\n".join(entry.json(ensure_ascii=False) for entry in entries)
    numbers = {_digits(line.digits) for entry in entries for line in entry.phone_lines()}
    numbers |= {_digits(messenger.handle) for entry in entries for messenger in entry.messengers}
    return numbers | {_digits(found) for found in NUMBER.findall(words)}, words.lower()


def _strange(text: str, entries: list[Entry]) -> list[str]:
    numbers, words = _known(entries)
    seen = re.sub(r"<[^>]+>", "|", text)
    written = [found for found in NUMBER.findall(seen) if len(_digits(found)) > 2]  # two digits are an age, a day
    strange = [found for found in written if _digits(found) not in numbers and found not in words]
    return strange + [link for link in LINK.findall(seen) if link.lower().rstrip(".") not in words]


@pytest.mark.parametrize("country", COUNTRIES)
def test_every_list_of_services(directory: Directory, catalogues: Catalogues, country: str) -> None:
    services = ServicesAnswer(catalogues, directory)
    for number, need in enumerate((None, *ALL_NEEDS)):
        search = Search(country, None, Criteria(need=need))
        found = services.find(search)
        entries = [one.entry for one in found]
        assert entries
        for language in LANGUAGES if need is None else (LANGUAGES[number % len(LANGUAGES)],):
            text = services.reply(search, found, language).text
            assert not _strange(text, entries), (country, need, language)
            origins = services.origins([entry.id for entry in entries], language).text
            assert not _strange(origins, entries), (country, need, language)


@pytest.mark.parametrize("country", [None, *COUNTRIES])
def test_every_emergency_text(directory: Directory, catalogues: Catalogues, country: str | None) -> None:
    emergency = EmergencyAnswer(catalogues, directory)
    shown = [entry for entry in directory if entry.country in (country, INTERNATIONAL) or country is None]
    for kind in EMERGENCIES:
        for language in LANGUAGES:
            assert not _strange(emergency.text(kind, language, country), shown), (country, kind, language)


def test_a_number_nobody_vouches_for_is_noticed(directory: Directory) -> None:
    entries = list(directory.of_country("BG"))
    assert _strange("Call 000 000 00 00 now", entries) == ["000 000 00 00"]
    assert _strange("Write to help.example.org", entries) == ["help.example.org"]
    assert _strange(f"Call {entries[0].phone_lines()[0].digits}, 09:00-18:00", entries) == []
