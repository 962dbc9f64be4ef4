"""From the HTML subset of the catalogues to Telegram's text and entities, split into messages that fit.

Texts are sent with entities and without a parse mode: no markup a stranger wrote can break or forge a message.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

from bot.telegram.limits import MESSAGE_UTF16_UNITS

_ENTITY_TYPES = {"b": "bold", "i": "italic", "code": "code", "u": "underline", "blockquote": "blockquote"}


def utf16_length(text: str) -> int:
    """Length in UTF-16 code units, as Telegram counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@dataclass(frozen=True)
class Span:
    """A formatted part of a text, in code points."""

    type: str
    start: int
    end: int


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.spans: list[Span] = []
        self._open: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _ENTITY_TYPES:
            self._open.append((tag, len(self.text)))

    def handle_endtag(self, tag: str) -> None:
        for index in range(len(self._open) - 1, -1, -1):
            if self._open[index][0] == tag:
                _, start = self._open.pop(index)
                if start < len(self.text):
                    self.spans.append(Span(_ENTITY_TYPES[tag], start, len(self.text)))
                return

    def handle_data(self, data: str) -> None:
        self.text += data


def parse(markup: str) -> tuple[str, list[Span]]:
    """Plain text and formatted spans of the HTML subset; unknown tags vanish, their text stays."""
    parser = _Parser()
    parser.feed(markup)
    parser.close()
    # A lone surrogate cannot be sent as UTF-8.
    text = parser.text.encode("utf-8", "replace").decode("utf-8")
    return text, sorted(parser.spans, key=lambda span: (span.start, -span.end))


def _cut(text: str, start: int, limit: int) -> int:
    """Where to end a piece that begins at ``start``: after a paragraph, a line, a blank, or wherever it must be."""
    units = 0
    end = start
    while end < len(text) and units + (2 if ord(text[end]) > 0xFFFF else 1) <= limit:
        units += 2 if ord(text[end]) > 0xFFFF else 1
        end += 1
    if end == len(text):
        return end
    for mark in ("\n\n", "\n", " "):
        found = text.rfind(mark, start + (end - start) // 2, end)
        if found > start:
            return found + len(mark)
    return end


def pieces(markup: str, limit: int = MESSAGE_UTF16_UNITS) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Messages that fit: text and Bot API entities (offsets in UTF-16 units), never empty ones.

    Args:
        markup: HTML subset.
        limit: UTF-16 code units of one message.
    """
    text, spans = parse(markup)
    start = 0
    while start < len(text):
        end = _cut(text, start, limit)
        piece = text[start:end]
        left = len(piece) - len(piece.lstrip())
        piece = piece.strip()
        if piece:
            begin = start + left
            entities = []
            for span in spans:
                first, last = max(span.start, begin), min(span.end, begin + len(piece))
                if first < last:
                    entities.append(
                        {
                            "type": span.type,
                            "offset": utf16_length(text[begin:first]),
                            "length": utf16_length(text[first:last]),
                        }
                    )
            yield piece, entities
        start = end


def plain(text: str, limit: int = MESSAGE_UTF16_UNITS) -> Iterator[str]:
    """A stranger's own words as messages that fit, without any formatting."""
    start = 0
    while start < len(text):
        end = _cut(text, start, limit)
        piece = text[start:end].strip()
        if piece:
            yield piece
        start = end
