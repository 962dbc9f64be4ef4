"""Text formatting as Telegram understands it: HTML, MarkdownV2 and Markdown in; text and entities out.

Offsets and lengths of entities count UTF-16 code units (https://core.telegram.org/api/entities): an emoji counts two.
The error sentences follow TDLib's ``MessageEntity.cpp``, since a bot's author searches for them word for word.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.errors import bad_request
from bot.sandbox.limits import ENTITIES_MAX

Entity = dict[str, Any]

_HTML_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}
_ATTRIBUTE = re.compile(r"""\s*([^\s=>/"']+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+)))?""")
_CHARACTER_REFERENCE = re.compile(r"&(#\d{1,8}|#[xX][0-9a-fA-F]{1,8}|lt|gt|amp|quot);")
_MARKDOWN_RESERVED = frozenset("_*[]()~`>#+-=|{}.!")
_KNOWN_TYPES = frozenset(_HTML_TAGS.values()) | {
    "mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "text_mention",
    "expandable_blockquote", "date_time",
}  # fmt: skip
#: Inside these Telegram finds no links, commands or numbers.
_OPAQUE = frozenset({"code", "pre", "text_link", "text_mention", "url", "custom_emoji"})


def units(text: str) -> int:
    """Length of ``text`` in UTF-16 code units."""
    return len(text) + sum(1 for letter in text if ord(letter) > 0xFFFF)


def parse(text: str, parse_mode: str | None, entities: Any = None) -> tuple[str, list[Entity]]:
    """Turn what a bot sent into plain text and entities.

    Args:
        text: the message text as sent.
        parse_mode: ``HTML``, ``MarkdownV2``, ``Markdown`` (any case) or nothing.
        entities: explicit MessageEntity objects, used when there is no parse mode.

    Returns:
        The text with surrounding blanks removed, as Telegram does, and its entities sorted by offset.

    Raises:
        ApiError: 400 "can't parse entities: …", or an entity that is out of bounds.
    """
    text = _without_control_characters(text)
    mode = (parse_mode or "").lower()
    if mode == "html":
        plain, found = _HtmlParser(text).run()
    elif mode == "markdownv2":
        plain, found = _MarkdownV2Parser(text).run()
    elif mode == "markdown":
        plain, found = _parse_legacy_markdown(text)
    elif mode in ("", "none"):
        plain, found = text, _explicit(text, entities)
    else:
        raise bad_request("unsupported parse_mode")
    plain, found = _trimmed(plain, found)
    return plain, with_automatic(plain, found)


def with_automatic(text: str, entities: Iterable[Entity] = ()) -> list[Entity]:
    """Entities of ``text``: the given ones and those Telegram finds by itself (commands, links, numbers, mentions)."""
    found = list(entities)
    blocked = [(e["offset"], e["offset"] + e["length"]) for e in found if e["type"] in _OPAQUE]
    for kind, pattern in _AUTOMATIC:
        for match in pattern.finditer(text):
            start = units(text[: match.start()])
            end = start + units(match.group())
            if any(start < other_end and other_start < end for other_start, other_end in blocked):
                continue
            blocked.append((start, end))
            found.append({"type": kind, "offset": start, "length": end - start})
    found.sort(key=lambda e: (e["offset"], -e["length"]))
    return found[:ENTITIES_MAX]


_TOP_LEVEL = "com|org|net|info|me|io|ru|bg|cn|eu|uk|de|tr|rs|th|ua|by|kz|gov|int|app|dev|html|travel|jobs|work"
_AUTOMATIC: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("email", re.compile(r"(?<![\w.+-])[\w.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+\b", re.ASCII)),
    ("url", re.compile(r"https?://[^\s<>\"'«»]*[^\s<>\"'«».,:;!?)\]]")),
    (
        "url",
        re.compile(
            rf"(?<![\w@./-])(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+(?:{_TOP_LEVEL})"
            r"(?![\w-]|\.\w)(?:/[^\s<>\"'«»]*[^\s<>\"'«».,:;!?)\]])?"
        ),
    ),
    ("bot_command", re.compile(r"(?<![\w/<>.:@])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z]\w{2,31})?(?![\w/])")),
    ("mention", re.compile(r"(?<![\w@./])@[A-Za-z]\w{2,31}\b", re.ASCII)),
    ("phone_number", re.compile(r"(?<![\w+])\+\d(?:[ \u00a0().-]{0,2}\d){6,14}(?!\w)")),
    ("hashtag", re.compile(r"(?<![\w#])#(?=\w*[^\W\d])\w{1,255}")),
)


def _without_control_characters(text: str) -> str:
    """Telegram drops carriage returns and turns other control characters into blanks."""
    text = text.replace("\r", "")
    return "".join(" " if (ord(c) < 32 and c != "\n") else c for c in text)


def _trimmed(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Cut surrounding blanks from the text and fit the entities to what is left."""
    head = len(text) - len(text.lstrip())
    shift = units(text[:head])
    kept = text.strip()
    end = units(kept)
    fitted = []
    for entity in entities:
        start = max(entity["offset"] - shift, 0)
        stop = min(entity["offset"] + entity["length"] - shift, end)
        if stop > start:
            fitted.append({**entity, "offset": start, "length": stop - start})
    fitted.sort(key=lambda e: (e["offset"], -e["length"]))
    return kept, fitted


def _explicit(text: str, entities: Any) -> list[Entity]:
    """Check entities the bot worked out itself."""
    if not entities:
        return []
    if not isinstance(entities, list):
        raise bad_request("can't parse entities: expected an Array of MessageEntity")
    end = units(text)
    boundaries = {0}
    position = 0
    for letter in text:
        position += 2 if ord(letter) > 0xFFFF else 1
        boundaries.add(position)
    found: list[Entity] = []
    for entity in entities:
        if not isinstance(entity, dict) or entity.get("type") not in _KNOWN_TYPES:
            raise bad_request("can't parse MessageEntity: Unsupported type specified")
        try:
            offset, length = int(entity["offset"]), int(entity["length"])
        except (KeyError, TypeError, ValueError):
            raise bad_request('can\'t parse MessageEntity: Field "offset" must be of type Number') from None
        if length <= 0:
            continue
        if offset < 0 or offset + length > end:
            raise bad_request(
                f"entity beginning at UTF-16 offset {offset} ends after the end of the text "
                f"at UTF-16 offset {offset + length}"
            )
        if offset not in boundaries or offset + length not in boundaries:
            raise bad_request(f"entity begins in a middle of a UTF-16 symbol at UTF-16 offset {offset}")
        kept = {
            key: value
            for key, value in entity.items()
            if key in ("type", "url", "user", "language", "custom_emoji_id") and value is not None
        }
        found.append({**kept, "offset": offset, "length": length})
    return found


@dataclass
class _Open:
    """An entity whose end has not come yet."""

    tag: str
    kind: str
    start: int
    byte: int
    extra: dict[str, Any] = field(default_factory=dict)


class _Output:
    """The plain text so far, and where it stands in UTF-16 code units."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self.length = 0

    def add(self, text: str) -> None:
        """Append plain text."""
        self._parts.append(text)
        self.length += units(text)

    def text(self) -> str:
        """The plain text."""
        return "".join(self._parts)

    def since(self, start: int) -> str:
        """The plain text from a UTF-16 offset on."""
        encoded = self.text().encode("utf-16-le")
        return encoded[start * 2 :].decode("utf-16-le")


def _cannot_parse(reason: str) -> Exception:
    return bad_request(f"can't parse entities: {reason}")


class _HtmlParser:
    """Telegram's HTML subset (https://core.telegram.org/bots/api#html-style)."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._output = _Output()
        self._stack: list[_Open] = []
        self._found: list[Entity] = []

    def run(self) -> tuple[str, list[Entity]]:
        """Parse the whole source."""
        source, position = self._source, 0
        while position < len(source):
            letter = source[position]
            if letter == "&":
                position = self._reference(position)
            elif letter == "<":
                position = self._tag(position)
            else:
                following = min((p for p in (source.find("<", position), source.find("&", position)) if p >= 0),
                                default=len(source))  # fmt: skip
                self._output.add(source[position:following])
                position = following
        if self._stack:
            raise _cannot_parse(f'Can\'t find end tag corresponding to start tag "{self._stack[-1].tag}"')
        return self._output.text(), self._found

    def _byte(self, position: int) -> int:
        return len(self._source[:position].encode())

    def _reference(self, position: int) -> int:
        match = _CHARACTER_REFERENCE.match(self._source, position)
        if match is None:
            self._output.add("&")
            return position + 1
        self._output.add(html.unescape(match.group()))
        return match.end()

    def _tag(self, position: int) -> int:
        end = self._source.find(">", position)
        closing = self._source.startswith("</", position)
        name_match = re.compile(r"</?([^\s>]*)").match(self._source, position)
        tag = name_match.group(1).lower() if name_match else ""
        if closing:
            return self._end_tag(position, end, tag)
        if end < 0:
            raise _cannot_parse(f"Unclosed start tag at byte offset {self._byte(position)}")
        if tag not in _HTML_TAGS:
            raise _cannot_parse(f'Unsupported start tag "{tag}" at byte offset {self._byte(position)}')
        # An attribute's value may contain ">", so the attributes say where the tag ends.
        attributes, end = self._attributes(position + 1 + len(tag), position)
        kind = _HTML_TAGS[tag]
        extra: dict[str, Any] = {}
        if tag == "span" and attributes.get("class") != "tg-spoiler":
            raise _cannot_parse(f'Tag "span" must have class "tg-spoiler" at byte offset {self._byte(position)}')
        if tag == "a":
            extra["url"] = attributes.get("href", "")
        elif tag == "blockquote" and "expandable" in attributes:
            kind = "expandable_blockquote"
        elif tag == "code" and attributes.get("class", "").startswith("language-"):
            extra["language"] = attributes["class"][len("language-") :]
        elif tag == "tg-emoji":
            extra["custom_emoji_id"] = attributes.get("emoji-id", "")
        self._stack.append(_Open(tag, kind, self._output.length, self._byte(position), extra))
        return end + 1

    def _attributes(self, position: int, tag_start: int) -> tuple[dict[str, str], int]:
        found: dict[str, str] = {}
        source = self._source
        while True:
            while position < len(source) and source[position].isspace():
                position += 1
            if position >= len(source):
                raise _cannot_parse(f"Unclosed start tag at byte offset {self._byte(tag_start)}")
            if source[position] == ">":
                return found, position
            match = _ATTRIBUTE.match(source, position)
            if match is None or match.end() == position:
                raise _cannot_parse(f"Unexpected character in the start tag at byte offset {self._byte(position)}")
            value = next((group for group in match.groups()[1:] if group is not None), "")
            found[match.group(1).lower()] = html.unescape(value)
            position = match.end()

    def _end_tag(self, position: int, end: int, tag: str) -> int:
        byte = self._byte(position)
        if not self._stack:
            raise _cannot_parse(f"Unexpected end tag at byte offset {byte}")
        if end < 0:
            raise _cannot_parse(f"Unclosed end tag at byte offset {byte}")
        opened = self._stack.pop()
        if tag and tag != opened.tag:
            what = f'expected "</{opened.tag}>", found "</{tag}>"'
            raise _cannot_parse(f"Unmatched end tag at byte offset {byte}, {what}")
        self._close(opened)
        return end + 1

    def _close(self, opened: _Open) -> None:
        length = self._output.length - opened.start
        if length <= 0:
            return
        entity: Entity = {"type": opened.kind, "offset": opened.start, "length": length, **opened.extra}
        if opened.kind == "code" and "language" in opened.extra:
            if self._stack and self._stack[-1].kind == "pre":
                self._stack[-1].extra["language"] = opened.extra["language"]
                return
            del entity["language"]
        if opened.kind == "text_link":
            url = opened.extra["url"] or self._output.since(opened.start)
            checked = checked_link(url)
            if checked is None:
                return  # Telegram shows the words and drops a link it cannot follow.
            entity["url"] = checked
        self._found.append(entity)


def checked_link(url: str) -> str | None:
    """The link as Telegram keeps it, or nothing when it is none it would follow (``tel:``, ``javascript:``, …)."""
    url = url.strip()
    if re.match(r"(?i)tg://[a-z]", url):
        return url
    match = re.match(r"(?i)^(?:(https?|ftp|tonsite)://)?([^/?#\s@]+)([/?#]\S*)?$", url)
    if match is None:
        return None
    host, _, port = match.group(2).partition(":")
    if (port and not port.isdigit()) or "." not in host or host.startswith(".") or re.search(r"[^\w.-]", host):
        return None
    return url if match.group(1) else f"http://{url}" + ("" if match.group(3) else "/")


_MARKDOWN_NAMES = {
    "bold": "Bold",
    "italic": "Italic",
    "underline": "Underline",
    "strikethrough": "Strikethrough",
    "spoiler": "Spoiler",
    "text_link": "TextUrl",
    "code": "Code",
    "pre": "Pre",
    "custom_emoji": "CustomEmoji",
    "blockquote": "BlockQuote",
}


class _MarkdownV2Parser:
    """https://core.telegram.org/bots/api#markdownv2-style."""

    _MARKS = (("||", "spoiler"), ("__", "underline"), ("*", "bold"), ("_", "italic"), ("~", "strikethrough"))

    def __init__(self, source: str) -> None:
        self._source = source
        self._output = _Output()
        self._stack: list[_Open] = []
        self._found: list[Entity] = []

    def run(self) -> tuple[str, list[Entity]]:
        """Parse the whole source."""
        source, position = self._source, 0
        line_start = True
        while position < len(source):
            letter = source[position]
            in_quote = any(o.kind == "blockquote" for o in self._stack)
            if line_start and letter == ">":
                if not in_quote:
                    self._open(">", "blockquote", position)
                position += 1
                line_start = False
                continue
            if line_start and in_quote:
                self._close_quote()
            line_start = False
            if letter == "\\" and position + 1 < len(source) and 0 < ord(source[position + 1]) < 127:
                self._output.add(source[position + 1])
                position += 2
            elif letter == "`":
                position = self._code(position)
            elif letter in _MARKDOWN_RESERVED:
                position = self._mark(position)
            else:
                self._output.add(letter)
                line_start = letter == "\n"
                position += 1
        if self._stack and self._stack[-1].kind == "blockquote":
            self._close_quote()
        if self._stack:
            opened = self._stack[-1]
            raise _cannot_parse(f"Can't find end of {_MARKDOWN_NAMES[opened.kind]} entity at byte offset {opened.byte}")
        return self._output.text(), self._found

    def _byte(self, position: int) -> int:
        return len(self._source[:position].encode())

    def _open(self, mark: str, kind: str, position: int) -> None:
        self._stack.append(_Open(mark, kind, self._output.length, self._byte(position)))

    def _finish(self, opened: _Open, kind: str | None = None, **extra: Any) -> None:
        length = self._output.length - opened.start
        if length > 0:
            self._found.append({"type": kind or opened.kind, "offset": opened.start, "length": length, **extra})

    def _close_quote(self) -> None:
        opened = self._stack.pop()
        if opened.kind != "blockquote":
            raise _cannot_parse(f"Can't find end of {_MARKDOWN_NAMES[opened.kind]} entity at byte offset {opened.byte}")
        self._finish(opened)

    def _code(self, position: int) -> int:
        fence = "```" if self._source.startswith("```", position) else "`"
        kind = "pre" if fence == "```" else "code"
        start, byte = self._output.length, self._byte(position)
        position += len(fence)
        extra: dict[str, Any] = {}
        if kind == "pre":
            language = re.compile(r"([^\s`]+)\n").match(self._source, position)
            if language:
                extra["language"] = language.group(1)
                position = language.end()
            elif self._source.startswith("\n", position):
                position += 1
        while not self._source.startswith(fence, position):
            if position >= len(self._source):
                raise _cannot_parse(f"Can't find end of {_MARKDOWN_NAMES[kind]} entity at byte offset {byte}")
            if self._source[position] == "\\" and position + 1 < len(self._source):
                position += 1
            self._output.add(self._source[position])
            position += 1
        self._finish(_Open(fence, kind, start, byte), None, **extra)
        return position + len(fence)

    def _mark(self, position: int) -> int:
        source = self._source
        for mark, kind in self._MARKS:
            if source.startswith(mark, position):
                if self._stack and self._stack[-1].kind == kind:
                    self._finish(self._stack.pop())
                elif mark in ("__", "||") or not any(o.kind == kind for o in self._stack):
                    self._open(mark, kind, position)
                else:
                    inner = self._stack[-1]
                    raise _cannot_parse(
                        f"Can't find end of {_MARKDOWN_NAMES[inner.kind]} entity at byte offset {inner.byte}"
                    )
                return position + len(mark)
        letter = source[position]
        if letter == "!" and source.startswith("![", position):
            self._open("![", "custom_emoji", position)
            return position + 2
        if letter == "[":
            self._open("[", "text_link", position)
            return position + 1
        if letter == "]" and self._stack and self._stack[-1].kind in ("text_link", "custom_emoji"):
            return self._link(position)
        raise _cannot_parse(f"Character '{letter}' is reserved and must be escaped with the preceding '\\'")

    def _link(self, position: int) -> int:
        opened = self._stack.pop()
        position += 1
        url = ""
        if self._source.startswith("(", position):
            position += 1
            while position < len(self._source) and self._source[position] != ")":
                if self._source[position] == "\\" and position + 1 < len(self._source):
                    position += 1
                url += self._source[position]
                position += 1
            if position >= len(self._source):
                raise _cannot_parse(f"Can't find end of a URL at byte offset {self._byte(position)}")
            position += 1
        if opened.kind == "custom_emoji":
            self._finish(opened, None, custom_emoji_id=url.rpartition("id=")[2])
            return position
        checked = checked_link(url or self._output.since(opened.start))
        if checked is not None:
            self._finish(opened, None, url=checked)
        return position


def _parse_legacy_markdown(source: str) -> tuple[str, list[Entity]]:
    """The first Markdown mode (https://core.telegram.org/bots/api#markdown-style): no nesting."""
    output = _Output()
    found: list[Entity] = []
    position = 0
    kinds = {"*": "bold", "_": "italic", "`": "code", "```": "pre", "[": "text_link"}
    while position < len(source):
        letter = source[position]
        if letter == "\\" and source[position + 1 : position + 2] in ("_", "*", "`", "["):
            output.add(source[position + 1])
            position += 2
            continue
        if letter not in kinds:
            output.add(letter)
            position += 1
            continue
        mark = "```" if source.startswith("```", position) else letter
        end = source.find("]" if mark == "[" else mark, position + len(mark))
        if end < 0:
            byte = len(source[:position].encode())
            raise _cannot_parse(f"Can't find end of the entity starting at byte offset {byte}")
        start = output.length
        output.add(source[position + len(mark) : end])
        entity: Entity | None = {"type": kinds[mark], "offset": start, "length": output.length - start}
        position = end + len("]" if mark == "[" else mark)
        if mark == "[":
            link = re.compile(r"\(([^)]*)\)").match(source, position)
            checked = checked_link(link.group(1)) if link else None
            position = link.end() if link else position
            entity = {**entity, "url": checked} if entity and checked else None
        if entity and entity["length"]:
            found.append(entity)
    return output.text(), found
