"""``pristan content check``: what an editor must mend, named by file and line."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import polib
import yaml

from bot.content.catalogues import DOMAINS, placeholders, po_path
from bot.content.disguise import load_code_words
from bot.content.languages import LANGUAGES
from bot.content.patterns import PatternError, check_rules, load_rules
from bot.content.rule_files import RULE_FILES

#: Longest text of one message, UTF-16 code units (https://core.telegram.org/bots/api#sendmessage).
_MESSAGE_UNITS = 4096
#: Longest label of a button or a command's description that a small screen shows.
_LABEL_CHARACTERS = 64
_TAGS = frozenset(("b", "i"))
_PHONE = re.compile(r"\+?\d[\d\s().-]{5,}\d")
_LINK = re.compile(r"https?://|www\.|t\.me/|@\w{4,}")
_NO_EXAMPLES = ("offers.yml", "named.yml", "forms.yml")
#: Texts whose facts need a source.
_FACTS = "topic."


class _Markup(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _TAGS or attrs:
            self.wrong.append(f"<{tag}>")
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}>")


def _markup_problem(text: str) -> str | None:
    markup = _Markup()
    markup.feed(text)
    markup.close()
    if markup.wrong:
        return f"{markup.wrong[0]} is not allowed or stands in the wrong place; there is <b> and <i>"
    return f"<{markup.open[-1]}> is not closed" if markup.open else None


def _text_problems(text_id: str, source: str, text: str) -> list[str]:
    problems = []
    if placeholders(text) != placeholders(source):
        wanted = ", ".join(f"{{{name}}}" for name in sorted(placeholders(source))) or "none"
        problems.append(f"the places in braces must be the same as in English: {wanted}")
    markup = _markup_problem(text)
    if markup:
        problems.append(markup)
    if len(text.encode("utf-16-le")) // 2 > _MESSAGE_UNITS:
        problems.append("too long for one message (4096 characters)")
    if (
        text_id.startswith(("button.", "menu.", "command."))
        and text_id != "menu.title"
        and len(text) > _LABEL_CHARACTERS
    ):
        problems.append(f"too long for a button ({_LABEL_CHARACTERS} characters)")
    if _PHONE.search(text):
        problems.append("holds a phone number; numbers stand only in the directory, with a source")
    if _LINK.search(text):
        problems.append("holds a link or account; these stand only in the directory, with a source")
    return problems


def _entries(path: Path) -> list[polib.POEntry]:
    return [entry for entry in polib.pofile(str(path)) if not entry.obsolete]


def _catalogue_problems(locales: Path) -> tuple[list[str], list[str], dict[str, str]]:
    problems: list[str] = []
    notes: list[str] = []
    everything: dict[str, str] = {}
    for domain in DOMAINS:
        english = po_path(locales, "en", domain)
        try:
            sources = {entry.msgctxt: entry for entry in _entries(english)}
        except (OSError, ValueError) as error:
            problems.append(f"{english}:1: cannot be read ({type(error).__name__})")
            continue
        for text_id, entry in sources.items():
            place = f"{english}:{entry.linenum}"
            if not text_id:
                problems.append(f"{place}: this text has no id (msgctxt)")
                continue
            if text_id in everything:
                problems.append(f"{place}: the id {text_id} stands twice")
            everything[text_id] = entry.msgid
            if entry.msgstr and entry.msgstr != entry.msgid:
                notes.append(f"{place}: {text_id}: English was changed; run «pristan content update»")
            problems += [
                f"{place}: {text_id}: {problem}"
                for problem in _text_problems(text_id, entry.msgid, entry.msgstr or entry.msgid)
            ]
        for language in LANGUAGES:
            if language == "en":
                continue
            path = po_path(locales, language, domain)
            try:
                entries = {entry.msgctxt: entry for entry in _entries(path)}
            except (OSError, ValueError) as error:
                problems.append(f"{path}:1: cannot be read ({type(error).__name__}); people read English instead")
                continue
            for text_id, source in sources.items():
                translated = entries.get(text_id)
                if translated is None:
                    problems.append(f"{path}:1: {text_id} is missing; people read English instead")
                    continue
                place = f"{path}:{translated.linenum}"
                if translated.msgid != source.msgid:
                    problems.append(f"{place}: {text_id}: the English text was changed; run «pristan content update»")
                elif translated.fuzzy:
                    problems.append(f"{place}: {text_id}: marked as unsure (fuzzy); people read English instead")
                elif not translated.msgstr:
                    problems.append(f"{place}: {text_id}: not translated; people read English instead")
                else:
                    problems += [
                        f"{place}: {text_id}: {problem}"
                        for problem in _text_problems(text_id, source.msgid, translated.msgstr)
                    ]
            for text_id in set(entries) - set(sources):
                notes.append(f"{path}:{entries[text_id].linenum}: {text_id} is used by nobody")
    return problems, notes, everything


def _rule_problems(locales: Path, texts: dict[str, str]) -> list[str]:
    problems = []
    for language in LANGUAGES:
        for name in RULE_FILES:
            path = locales / language / name
            if not path.exists():
                problems.append(f"{path}:1: this file is missing")
                continue
            problems += check_rules(path, examples_needed=name not in _NO_EXAMPLES)
        try:
            load_code_words(locales / language / "code_words.yml")
        except PatternError as error:
            problems.append(str(error))
        red_flags = locales / language / "red_flags.yml"
        try:
            sections = load_rules(red_flags) if red_flags.exists() else {}
        except PatternError:
            continue  # named above
        for flag, rules in sections.items():
            for part in ("title", "why", "ask"):
                if f"flag.{flag}.{part}" not in texts:
                    problems.append(f"{red_flags}:{rules[0].line}: «{flag}» is no red flag that has a text ({part})")
    return problems


def _source_problems(locales: Path, texts: dict[str, str]) -> list[str]:
    path = locales / "sources.yml"
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except (OSError, yaml.YAMLError) as error:
        return [f"{path}:1: cannot be read ({type(error).__name__})"]
    if not isinstance(root, yaml.MappingNode):
        return [f"{path}:1: expected ids of texts, each with a list of sources"]
    problems = []
    known = set()
    for key, value in root.value:
        place = f"{path}:{key.start_mark.line + 1}"
        known.add(key.value)
        if key.value not in texts:
            problems.append(f"{place}: there is no text {key.value}")
        if not isinstance(value, yaml.SequenceNode) or not value.value:
            problems.append(f"{place}: {key.value} needs a list of sources")
            continue
        for source in value.value:
            line = source.start_mark.line + 1
            fields = {name.value: field.value for name, field in source.value}
            for name in ("url", "publisher", "says"):
                if not fields.get(name):
                    problems.append(f"{path}:{line}: a source needs {name}")
            if not str(fields.get("url", "")).startswith(("https://", "http://", "seed:")):
                problems.append(f"{path}:{line}: the address of a source begins with https://")
    return problems


def check_all(locales: Path) -> tuple[list[str], list[str]]:
    """Check catalogues, rules and sources.

    Args:
        locales: the folder editors work in.

    Returns:
        what must be mended, and what is worth a look; each ``file:line: sentence``.
    """
    problems, notes, texts = _catalogue_problems(locales)
    problems += _rule_problems(locales, texts)
    problems += _source_problems(locales, texts)
    return problems, notes
