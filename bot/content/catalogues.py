"""The texts people read: gettext catalogues under ``locales/<language>/LC_MESSAGES``, found by a stable id.

``msgctxt`` is the id, ``msgid`` the English source. English itself may be corrected in its ``msgstr``. A missing or
fuzzy translation falls back to English and is counted in :attr:`Catalogues.missing`; the content check names it.
"""

from __future__ import annotations

import html
import io
import logging
import re
from collections.abc import Mapping
from gettext import GNUTranslations, c2py
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from bot.content.languages import LANGUAGES

_log = logging.getLogger("bot.content.catalogues")

#: One file each: menus and short phrases, answers to questions, emergency texts, red flags, names of needs and places,
#: who can see the chat, what forms ask, the talk about an offer.
DOMAINS = (
    "interface",
    "answers",
    "safety",
    "screening",
    "services",
    "privacy",
    "forms",
    "offers",
    "limits",
    "searches",
)

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


class CatalogueError(ValueError):
    """A catalogue cannot be read; the message names the file and what to do."""


class UnknownText(KeyError):
    """A text id that stands in no English catalogue: a fault of the code, not of a translation."""


def po_path(locales: Path, language: str, domain: str) -> Path:
    """Where the catalogue of a language and domain lies."""
    return locales / language / "LC_MESSAGES" / f"{domain}.po"


def read_catalogue(path: Path, language: str) -> Catalog:
    """Read a PO file.

    Raises:
        CatalogueError: the file is missing or broken; names the file.
    """
    try:
        with path.open("rb") as stream:
            return read_po(stream, locale=language, abort_invalid=True)
    except FileNotFoundError as error:
        raise CatalogueError(f"{path}: this catalogue is missing; copy it from the English one") from error
    except Exception as error:  # Babel raises several kinds for a broken file; all mean the same to an editor.
        raise CatalogueError(f"{path}: cannot be read as a PO file ({error})") from error


def _machine_object(path: Path, language: str) -> bytes:
    catalogue = read_catalogue(path, language)
    if language == "en":
        for message in catalogue:
            if message.id and not message.string:
                message.string = message.id
            elif isinstance(message.id, (list, tuple)) and not any(message.string or ()):
                message.string = tuple(message.id)
    buffer = io.BytesIO()
    write_mo(buffer, catalogue, use_fuzzy=False)
    return buffer.getvalue()


def compile_catalogues(locales: Path) -> list[Path]:
    """Compile every PO file whose MO file is missing or older; returns what was written."""
    written = []
    for language in LANGUAGES:
        for domain in DOMAINS:
            source = po_path(locales, language, domain)
            target = source.with_suffix(".mo")
            if source.exists() and (not target.exists() or target.stat().st_mtime < source.stat().st_mtime):
                try:
                    target.write_bytes(_machine_object(source, language))
                except CatalogueError as error:
                    if language == "en":
                        raise
                    _log.error("%s; people read English instead", error)
                    continue
                written.append(target)
    return written


def _translations(locales: Path, language: str, domain: str) -> GNUTranslations | None:
    source = po_path(locales, language, domain)
    if not source.exists():
        return None
    compiled = source.with_suffix(".mo")
    if compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime:
        return GNUTranslations(io.BytesIO(compiled.read_bytes()))
    return GNUTranslations(io.BytesIO(_machine_object(source, language)))


class Catalogues:
    """All texts in all languages, read once.

    Args:
        texts: language -> id -> plural forms, one form where there is no plural.
        plural_rules: language -> function from a number to the index of its form.
    """

    def __init__(self, texts: Mapping[str, Mapping[str, tuple[str, ...]]], plural_rules: Mapping[str, Any]) -> None:
        self._texts = texts
        self._plural_rules = plural_rules

    @classmethod
    def load(cls, locales: Path) -> Catalogues:
        """Read the catalogues under a ``locales`` folder.

        Raises:
            CatalogueError: the English catalogues, which every language falls back to, cannot be read.
        """
        texts: dict[str, dict[str, tuple[str, ...]]] = {}
        plural_rules: dict[str, Any] = {}
        sources: dict[str, tuple[str, ...]] = {}
        for language in ("en", *(code for code in LANGUAGES if code != "en")):
            texts[language] = {}
            plural_rules[language] = lambda number: int(number != 1)
            for domain in DOMAINS:
                try:
                    translations = _translations(locales, language, domain)
                except CatalogueError as error:
                    if language == "en":
                        raise
                    _log.error("%s; people read English instead", error)
                    continue
                if translations is None:
                    continue
                plural_rules[language] = getattr(translations, "plural", c2py("n != 1"))
                forms: dict[str, dict[int, str]] = {}
                catalogue: dict[Any, str] = translations._catalog  # type: ignore[attr-defined]
                for key, string in catalogue.items():
                    context_and_source, index = key if isinstance(key, tuple) else (key, 0)
                    context, found, source = context_and_source.partition("\x04")
                    if not found or not string:
                        continue
                    if language == "en" and index == 0:
                        sources[context] = (source,)
                    elif language != "en" and sources.get(context) != (source,):
                        continue
                    forms.setdefault(context, {})[index] = string
                for context, strings in forms.items():
                    texts[language][context] = tuple(strings[index] for index in sorted(strings))
        if not texts["en"]:
            raise CatalogueError(f"{locales}: no English catalogue found; PRISTAN_LOCALES must name the locales folder")
        return cls(texts, plural_rules)

    @property
    def ids(self) -> frozenset[str]:
        """Every text id there is."""
        return frozenset(self._texts["en"])

    @property
    def missing(self) -> dict[str, list[str]]:
        """Language -> ids that fall back to English."""
        return {code: sorted(self.ids - set(self._texts[code])) for code in LANGUAGES}

    def has(self, text_id: str) -> bool:
        """Whether an id exists (in English at least)."""
        return text_id in self._texts["en"]

    def text(self, text_id: str, language: str, /, **parameters: object) -> str:
        """The text of an id in a language, English where it is missing.

        Args:
            text_id: the ``msgctxt``.
            language: one of the four codes; anything else reads as English.
            parameters: values for ``{name}`` places; they are escaped, since they may be what a stranger wrote.

        Raises:
            UnknownText: there is no such id.
        """
        return _filled(self._forms(text_id, language)[0], parameters)

    def plural(self, text_id: str, language: str, number: int, /, **parameters: object) -> str:
        """Like :meth:`text` for a counted thing; ``{number}`` is filled too."""
        forms = self._forms(text_id, language)
        code = language if text_id in self._texts.get(language, {}) else "en"
        index = min(int(self._plural_rules[code](number)), len(forms) - 1)
        return _filled(forms[index], {"number": number, **parameters})

    def _forms(self, text_id: str, language: str) -> tuple[str, ...]:
        forms = self._texts.get(language, {}).get(text_id) or self._texts["en"].get(text_id)
        if forms is None:
            raise UnknownText(text_id)
        return forms


def _filled(template: str, parameters: Mapping[str, object]) -> str:
    """Only plain ``{name}`` places are filled: a catalogue is hostile input and gets no format language."""

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        return html.escape(str(parameters[name]), quote=False) if name in parameters else match.group()

    return _PLACEHOLDER.sub(value, template)


def placeholders(text: str) -> frozenset[str]:
    """The names of the ``{name}`` places of a text."""
    return frozenset(_PLACEHOLDER.findall(text))
