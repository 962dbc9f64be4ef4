"""``pristan content update``: an English text that was corrected becomes the source; its translations become unsure."""

from __future__ import annotations

from pathlib import Path

import polib

from bot.content.catalogues import DOMAINS, po_path
from bot.content.languages import LANGUAGES


def update_catalogues(locales: Path) -> list[str]:
    """Carry changed, new and removed English texts into the other catalogues.

    An English ``msgstr`` that differs becomes the new ``msgid``. The other languages keep their old words, marked
    ``fuzzy`` with the previous English beside them, and are not shown until a translator has looked.

    Args:
        locales: the folder editors work in.

    Returns:
        what was changed, a line each.
    """
    changes = []
    for domain in DOMAINS:
        path = po_path(locales, "en", domain)
        english = polib.pofile(str(path))
        for entry in english:
            if entry.msgstr and entry.msgstr != entry.msgid:
                changes.append(f"{path}: {entry.msgctxt}: new English text")
                entry.msgid = entry.msgstr
            entry.msgstr = ""
        english.save()
        for language in LANGUAGES:
            if language != "en":
                changes += _carry(english, po_path(locales, language, domain), language)
    return changes


def _carry(english: polib.POFile, path: Path, language: str) -> list[str]:
    changes = []
    if path.exists():
        old = polib.pofile(str(path))
    else:
        old = polib.POFile()
        old.metadata = {**english.metadata, "Language": language}
    known = {entry.msgctxt: entry for entry in old if not entry.obsolete}
    new = polib.POFile(wrapwidth=100)
    new.metadata = old.metadata
    new.header = old.header
    for source in english:
        entry = known.pop(source.msgctxt, None)
        if entry is None:
            entry = polib.POEntry(msgctxt=source.msgctxt, msgid=source.msgid, flags=list(source.flags))
            changes.append(f"{path}: {source.msgctxt}: to be translated")
        elif entry.msgid != source.msgid:
            entry.previous_msgid = entry.msgid
            entry.msgid = source.msgid
            if entry.msgstr and not entry.fuzzy:
                entry.flags.append("fuzzy")
            changes.append(f"{path}: {source.msgctxt}: English changed, please look again")
        new.append(entry)
    changes += [f"{path}: {text_id}: removed" for text_id in known]
    if changes or not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        new.save(str(path))
    return changes
