"""The answer to an alarm: digits first, never the police first for who is ill, and no guess about the place."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from bot.assembly import Content, conversation
from bot.content.catalogues import Catalogues
from bot.content.languages import LANGUAGES
from bot.conversation.messages import Inbound
from bot.directory.load import Directory
from bot.handoff.relay import Relay
from bot.safety.emergency import EmergencyAnswer
from bot.safety.net import EMERGENCIES

COUNTRIES = sorted(
    path.stem.upper()
    for path in (Path(__file__).parents[2] / "locales" / "directory").glob("*.yml")
    if path.stem != "international"
)


def _seen(html: str) -> str:
    """What the person sees of a message."""
    return re.sub(r"</?[bi]>", "", html)


@pytest.fixture(scope="module")
def directory(locales: Path) -> Directory:
    return Directory.load(locales)


@pytest.fixture(scope="module")
def answer(locales: Path, directory: Directory) -> EmergencyAnswer:
    return EmergencyAnswer(Catalogues.load(locales), directory)


@pytest.mark.parametrize("country", COUNTRIES)
def test_digits_stand_first_in_every_language(answer: EmergencyAnswer, directory: Directory, country: str) -> None:
    for kind in EMERGENCIES:
        numbers = directory.emergency(country, kind)
        assert numbers.lines, f"{country} has no number for {kind}"
        for language in LANGUAGES:
            text = _seen(answer.text(kind, language, country))
            assert text.startswith(numbers.lines[0].number)
            assert re.match(r"\+?\d", text)
            assert "{" not in text
            assert len(text) < 4096


@pytest.mark.parametrize("country", COUNTRIES)
def test_the_police_never_come_first_for_who_is_ill_or_wants_to_die(
    answer: EmergencyAnswer, directory: Directory, country: str
) -> None:
    for kind in ("medical", "suicide"):
        numbers = directory.emergency(country, kind)
        if any(not line.police_only for line in numbers.lines):
            assert not numbers.lines[0].police_only
            continue
        # Nothing else is known there: then it says so.
        assert numbers.only_police
        for language in LANGUAGES:
            said = Catalogues.load(Path(__file__).parents[2] / "locales").text("emergency.only_police", language)
            assert said in answer.text(kind, language, country)


def test_the_country_is_not_named_twice(answer: EmergencyAnswer) -> None:
    first_lines = _seen(answer.text("suicide", "ru", "AU")).split("\n\n")[0]
    assert "(Австралия) (Австралия)" not in first_lines
    assert all("Австралия" in line for line in first_lines.splitlines())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", EMERGENCIES)
def test_an_unknown_place_is_told_what_112_is(answer: EmergencyAnswer, kind: str, language: str) -> None:
    text = _seen(answer.text(kind, language, None))  # type: ignore[arg-type]
    assert text.startswith("112")
    first = text.splitlines()[0]
    union = {"ru": "Евросоюз", "en": "European Union", "bg": "Европейския съюз", "zh": "欧盟"}[language]
    assert union in first
    turkey = {"ru": "Турция", "en": "Türkiye", "bg": "Турция", "zh": "土耳其"}[language]
    assert turkey in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_country_without_entries_is_said_to_be_without(answer: EmergencyAnswer, language: str) -> None:
    text = _seen(answer.text("medical", language, "AQ"))
    name = {"ru": "Антарктида", "en": "Antarctica", "bg": "Антарктика", "zh": "南极洲"}[language]
    assert name in text.splitlines()[0]
    assert not re.search(r"\d", text.splitlines()[0])


def test_an_answer_survives_lost_texts(locales: Path, directory: Directory) -> None:
    """An editor who deletes every emergency text still does not cost anybody the number."""
    nearly_empty = Catalogues({code: {"button.human": ("x",)} for code in LANGUAGES}, dict.fromkeys(LANGUAGES, int))
    answer = EmergencyAnswer(nearly_empty, directory)
    assert answer.text("danger", "ru", "BG").startswith("112")
    assert answer.text("medical", "en", "TR").startswith("112")


@pytest.mark.parametrize(
    ("text", "languages"),
    [("меня бьют помогите что мне делать", ["ru"]), ("he is beating me", ["en"]), ("老板打我救命", ["zh"])],
)
def test_the_whole_answer_without_model_within_a_keystroke(locales: Path, text: str, languages: list[str]) -> None:
    content = Content.load(locales)
    talk = conversation(content, Relay(content.catalogues, None))
    inbound = Inbound(kind="text", text=text)
    began = time.process_time()
    alarm = talk.alarm(inbound)
    assert alarm is not None
    talk.alarm_replies(alarm, inbound, None, None)
    assert time.process_time() - began < 6, "the very first one, while language models are still read"
    began = time.process_time()
    alarm = talk.alarm(inbound)
    assert alarm is not None
    replies = talk.alarm_replies(alarm, inbound, None, None)
    assert time.process_time() - began < 0.2
    assert len(replies) == len(languages)
    for reply in replies:
        assert _seen(reply.text).startswith("112")
        data = [button.data for row in reply.buttons for button in row]
        assert sum(name.startswith(f"sos:{alarm.kind}") for name in data) >= 6
        assert "hide:" in data
    placed = talk.alarm_replies(alarm, inbound, None, "TR")
    assert not any(button.data.startswith("sos:") for row in placed[0].buttons for button in row)
    chosen = talk.alarm_replies(alarm, inbound, "bg", "TR")
    assert len(chosen) == 2
