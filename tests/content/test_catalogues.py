"""Texts: fallback, escaping, plurals, and what the content check names when an editor slips."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import polib
import pytest

from bot.content.catalogues import CatalogueError, Catalogues, UnknownText, compile_catalogues, po_path
from bot.content.check import check_all
from bot.content.languages import LANGUAGES
from bot.content.update import update_catalogues


@pytest.fixture(scope="module")
def catalogues(locales: Path) -> Catalogues:
    return Catalogues.load(locales)


@pytest.fixture
def copied(tmp_path: Path, locales: Path) -> Path:
    """The shipped texts, to be spoilt, with a few rules: reading all of them takes seconds."""
    target = tmp_path / "locales"
    rule = "{}:\n  - id: a\n    any: [wolf]\n    match: [wolf]\n    no_match: [bear]\n"
    for code in LANGUAGES:
        shutil.copytree(locales / code / "LC_MESSAGES", target / code / "LC_MESSAGES")
        sections = {
            "safety": "danger", "red_flags": "secrecy", "offers": "pay", "named": "hours", "offer_talk": "why",
            "needs": "shelter", "forms": "yes",
        }  # fmt: skip
        for name, section in sections.items():
            (target / code / f"{name}.yml").write_text(rule.format(section), encoding="utf-8")
    shutil.copy(locales / "sources.yml", target)
    return target


def _edit(path: Path, old: str, new: str) -> int:
    """Replace a passage that stands once; the line it stands on."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, (old, text.count(old))
    path.write_text(text.replace(old, new), encoding="utf-8")
    stat = path.stat()
    os.utime(path, (stat.st_atime, stat.st_mtime + 10))
    return text[: text.index(old)].count("\n") + 1


def _set(path: Path, text_id: str, **fields: object) -> int:
    """Change an entry of a catalogue; the line it stands on."""
    catalogue = polib.pofile(str(path))
    entry = next(entry for entry in catalogue if entry.msgctxt == text_id)
    for name, value in fields.items():
        setattr(entry, name, value)
    catalogue.save()
    stat = path.stat()
    os.utime(path, (stat.st_atime, stat.st_mtime + 10))
    return next(entry for entry in polib.pofile(str(path)) if entry.msgctxt == text_id).linenum


def test_every_text_is_there_in_every_language(catalogues: Catalogues) -> None:
    assert catalogues.missing == {code: [] for code in LANGUAGES}
    assert len(catalogues.ids) > 300


def test_an_unknown_language_reads_english_and_an_unknown_id_is_a_fault(catalogues: Catalogues) -> None:
    assert catalogues.text("level.high", "fr") == catalogues.text("level.high", "en")
    assert catalogues.text("level.high", "ru") != catalogues.text("level.high", "en")
    with pytest.raises(UnknownText):
        catalogues.text("no.such.text", "en")
    assert not catalogues.has("no.such.text")


HOSTILE = '<b>x</b> & <a href="t.me">{number.__class__} {0} %s %(number)s {{number}}'


@pytest.mark.parametrize("language", LANGUAGES)
def test_parameters_are_escaped_and_never_read_as_a_template(catalogues: Catalogues, language: str) -> None:
    text = catalogues.text("emergency.number", language, number=HOSTILE, what="{number}")
    assert "&lt;b&gt;x&lt;/b&gt; &amp; &lt;a href=" in text
    assert "{number.__class__}" in text
    assert "<a" not in text
    assert text.count("x&lt;/b&gt;") == 1, "a parameter's value must not be filled again"
    assert text.startswith("<b>&lt;b&gt;")


def test_a_template_has_no_format_language() -> None:
    template = "{x} {x.__class__} {x[0]} {x!r} {x:>99999999} {0} {} {X} %s {{x}}"
    texts = {"en": {"t": (template,)}}
    shown = Catalogues(texts, {"en": lambda number: 0}).text("t", "en", x="v")
    assert shown == "v {x.__class__} {x[0]} {x!r} {x:>99999999} {0} {} {X} %s {v}"
    assert Catalogues(texts, {"en": lambda number: 0}).text("t", "en").startswith("{x} ")


def test_plurals_follow_each_language(copied: Path) -> None:
    forms = {"en": ["{number} sign", "{number} signs"], "ru": ["{number} знак", "{number} знака", "{number} знаков"]}
    for code, strings in forms.items():
        path = po_path(copied, code, "interface")
        catalogue = polib.pofile(str(path))
        if code == "ru":
            few = "n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20)"
            catalogue.metadata["Plural-Forms"] = f"nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : {few} ? 1 : 2);"
        catalogue.append(
            polib.POEntry(
                msgctxt="test.signs",
                msgid="{number} sign",
                msgid_plural="{number} signs",
                msgstr_plural=dict(enumerate(strings)),
            )
        )
        catalogue.save()
        os.utime(path, (path.stat().st_atime, path.stat().st_mtime + 10))
    loaded = Catalogues.load(copied)
    assert [loaded.plural("test.signs", "en", n) for n in (1, 2, 21)] == ["1 sign", "2 signs", "21 signs"]
    assert [loaded.plural("test.signs", "ru", n) for n in (1, 2, 5, 11, 21)] == [
        "1 знак", "2 знака", "5 знаков", "11 знаков", "21 знак",
    ]  # fmt: skip
    assert loaded.plural("test.signs", "bg", 5) == "5 signs", "a missing translation reads English"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"flags": ["fuzzy"]}, "fuzzy"),
        ({"msgstr": ""}, "not translated"),
        ({"msgid": "Something else"}, "English text was changed"),
    ],
)
def test_an_unsure_text_is_not_shown_and_is_named(copied: Path, change: dict[str, object], says: str) -> None:
    path = po_path(copied, "ru", "screening")
    line = _set(path, "level.high", **change)
    loaded = Catalogues.load(copied)
    assert loaded.text("level.high", "ru") == loaded.text("level.high", "en")
    assert loaded.missing["ru"] == ["level.high"]
    problems, _ = check_all(copied)
    assert any(problem.startswith(f"{path}:{line}: level.high") and says in problem for problem in problems)


@pytest.mark.parametrize(
    ("domain", "text_id", "msgstr", "says"),
    [
        ("safety", "emergency.number", "<b>{nummer}</b> {what}", "places in braces must be the same"),
        ("safety", "emergency.number", "<b>{number} {what}", "<b> is not closed"),
        ("safety", "emergency.number", "<u>{number}</u> {what}", "<u> is not allowed"),
        ("safety", "emergency.number", "<b class='x'>{number}</b> {what}", "<b> is not allowed"),
        ("safety", "emergency.number", "{number}</b> {what}", "</b> is not allowed"),
        ("safety", "emergency.hide", "Позвоните 000 000 00 00", "holds a phone number"),
        ("safety", "emergency.hide", "Пишите @some_account", "holds a link or account"),
        ("safety", "emergency.hide", "https://example.org", "holds a link or account"),
        ("safety", "emergency.hide", "а" * 5000, "too long for one message"),
        ("interface", "button.human", "а" * 65, "too long for a button"),
    ],
)
def test_each_mistake_in_a_text_is_named(copied: Path, domain: str, text_id: str, msgstr: str, says: str) -> None:
    path = po_path(copied, "bg", domain)
    line = _set(path, text_id, msgstr=msgstr)
    problems, _ = check_all(copied)
    assert len(problems) == 1, problems
    assert problems[0].startswith(f"{path}:{line}: {text_id}: ")
    assert says in problems[0]


def test_missing_and_broken_files_are_named(copied: Path) -> None:
    po_path(copied, "zh", "answers").unlink()
    po_path(copied, "zh", "answers").with_suffix(".mo").unlink(missing_ok=True)
    po_path(copied, "bg", "answers").write_text("%%% no catalogue\n", encoding="utf-8")
    (copied / "ru" / "offers.yml").unlink()
    rules = copied / "en" / "red_flags.yml"
    with rules.open("a", encoding="utf-8") as stream:
        stream.write("\nno_such_flag:\n  - id: a\n    any: [x]\n    match: [x]\n    no_match: [y]\n")
    with (copied / "sources.yml").open("a", encoding="utf-8") as stream:
        stream.write("\ntopic.unheard_of:\n  - url: nowhere\n")
    problems = "\n".join(check_all(copied)[0])
    for name, says in (
        ("zh/LC_MESSAGES/answers.po:1", "cannot be read"),
        ("bg/LC_MESSAGES/answers.po:1", "cannot be read"),
        ("ru/offers.yml:1", "missing"),
        ("en/red_flags.yml:", "«no_such_flag» is no red flag"),
        ("sources.yml:", "there is no text topic.unheard_of"),
        ("sources.yml:", "a source needs publisher"),
        ("sources.yml:", "begins with https://"),
    ):
        assert re.search(rf"{re.escape(str(copied))}/{re.escape(name)}.*{re.escape(says)}", problems), (name, says)


def test_no_english_catalogue_is_an_error_that_names_the_folder(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=re.escape(str(tmp_path))):
        Catalogues.load(tmp_path)


def test_a_newer_text_wins_over_what_was_compiled(copied: Path) -> None:
    path = po_path(copied, "ru", "screening")
    compile_catalogues(copied)
    assert compile_catalogues(copied) == []
    _set(path, "level.high", msgstr="Новые слова")
    assert Catalogues.load(copied).text("level.high", "ru") == "Новые слова"
    assert compile_catalogues(copied) == [path.with_suffix(".mo")]


def test_update_carries_corrected_english_into_the_other_languages(copied: Path) -> None:
    english, russian = po_path(copied, "en", "screening"), po_path(copied, "ru", "screening")
    before = Catalogues.load(copied)
    old = next(entry.msgid for entry in polib.pofile(str(english)) if entry.msgctxt == "level.high")
    _set(english, "level.high", msgstr="New words.")
    assert Catalogues.load(copied).text("level.high", "en") == "New words."
    assert any("level.high" in note and "content update" in note for note in check_all(copied)[1])
    changes = update_catalogues(copied)
    assert sum("level.high" in change for change in changes) == 4
    entry = next(entry for entry in polib.pofile(str(russian)) if entry.msgctxt == "level.high")
    assert (entry.msgid, entry.previous_msgid, entry.fuzzy) == ("New words.", old, True)
    assert entry.msgstr == before.text("level.high", "ru")
    for path in copied.rglob("*.po"):
        os.utime(path, (path.stat().st_atime, path.stat().st_mtime + 20))
    after = Catalogues.load(copied)
    assert after.text("level.high", "ru") == after.text("level.high", "en") == "New words."
    assert after.text("level.low", "ru") == before.text("level.low", "ru")
    assert len([problem for problem in check_all(copied)[0] if "level.high" in problem]) == 3
    assert update_catalogues(copied) == []


def test_update_brings_new_texts_and_takes_removed_ones_away(copied: Path) -> None:
    english = polib.pofile(str(po_path(copied, "en", "interface")))
    english.append(polib.POEntry(msgctxt="test.new", msgid="New"))
    removed = next(entry for entry in english if entry.msgctxt == "button.human")
    english.remove(removed)
    english.save()
    changes = update_catalogues(copied)
    assert sum("test.new: to be translated" in change for change in changes) == 3
    assert sum("button.human: removed" in change for change in changes) == 3
    ids = {entry.msgctxt for entry in polib.pofile(str(po_path(copied, "zh", "interface"))) if not entry.obsolete}
    assert "test.new" in ids
    assert "button.human" not in ids
