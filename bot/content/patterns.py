"""The phrase patterns that NGOs write in ``safety.yml`` and ``red_flags.yml``: parsed, compiled, matched, checked.

A phrase is words separated by blanks, matched as whole words next to each other, on text normalised by
:mod:`bot.content.normalise`::

    предоплат*            any ending; *оплат* also any beginning
    (нет|без всякого)     alternatives;  (очень)?  may be missing
    внес* ... залог*      a gap of up to 4 words; ...8 up to 8 (Han text: 8 and 16 characters)
    <number> <money> <handle> <phone> <link>
    扣(了)?护照            Han text is written without blanks
    💰                     a sign is a word of its own, wherever it stands
    <document>             what the file's section ``words`` gives this name, such as "(паспорт*|документ*)"

``python -m bot.content.patterns FILE...`` runs the examples of each rule and names what fails by file and line.
"""

from __future__ import annotations

import itertools
import re
import sys
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from bot.content import compiled_rules
from bot.content.normalise import (
    A_NUMBER,
    GRAM,
    HAN,
    HAN_GRAM,
    HAN_RUN,
    WHOLE,
    Normalised,
    Places,
    Reach,
    Stretch,
    normalise,
)

# Phrases without Chinese characters are matched on a text in which those are blanks (Normalised.alphabetic), so that a
# word character is a letter of an alphabet. Excluding them inside each expression would make compiling it slow.
_LETTER = r"\w"
_NO_LETTER_BEFORE, _NO_LETTER_AFTER = r"(?<!\w)", r"(?!\w)"
_HAN_NO_LETTER_BEFORE, _HAN_NO_LETTER_AFTER = r"(?<![a-z0-9])", r"(?![a-z0-9])"
# A run of dots is taken whole or not at all: were it divisible, a thousand dots could be divided in countless ways.
_SEPARATOR = r"(?:[^\w\n.!?]|(?<!\.)\.{2,40}(?!\.)){1,6}"
_LIGHT_SEPARATOR = r"[^\S\n]{0,3}"
_STAR = rf"{_LETTER}{{0,30}}"
_STAR_DOT = rf"{_STAR}\."
_GAP_WORDS = 4
_GAP_HAN = 8

_NUMBER = r"\d(?:[\d .,']{0,10}\d)?"
_NO_LATIN_OR_CYRILLIC = r"(?![a-zа-я])"
_CURRENCY = (
    r"(?:€|\$|£|¥|₽|₴|₺|₸|฿|usdt?|u|eur|gbp|rmb|aed|dollars?|euros?|pounds?|bucks|usd|dirhams?|"
    r"евро|доллар\w{0,4}|долар\w{0,4}|бакс\w{0,3}|руб\w{0,4}|р|гривен|гривн\w?|лв|лева|паунд\w{0,3}|"
    r"лир\w?|тенге|сум\w?|сом\w?|evro|evra|leva|lv|"
    r"元|块|万|美金|美元|欧元|刀|人民币|港币|令吉|泰铢|迪拉姆)"
)
_THOUSANDS = r"(?: ?(?:k|к|тыс\w{0,4}|хил\w{0,3}|thousand|млн|w|千|万))"
_CLASSES = {
    "number": _NUMBER,
    "money": (
        rf"(?:(?<![a-zа-я]){_CURRENCY} ?{_NUMBER}(?:{_THOUSANDS}{_NO_LATIN_OR_CYRILLIC})?"
        rf"|{_NUMBER}(?: ?\+)?{_THOUSANDS}?\.? ?{_CURRENCY}{_NO_LATIN_OR_CYRILLIC})"
    ),
    "handle": r"(?:@[a-z0-9_]{3,32}|(?:https?://)?t\.me/[\w+/]{3,64})",
    "phone": r"(?:\+?\d[\d ()\-]{6,18}\d)",
    "link": r"(?:https?://\S{3,200}|www\.\S{3,200})",
}
_MONEY_LETTERS = "".join(sorted({name.removeprefix("\\")[0] for name in _CURRENCY[3:-1].split("|")}))
#: Where an amount of money may begin; the first glance spares most places.
_AMOUNT_STARTS = re.compile(rf"(?=[\d{_MONEY_LETTERS}])(?=\d|{_CLASSES['money']})")
#: Stands among the anchors for :data:`_AMOUNT_STARTS`.
AN_AMOUNT = "<money>"
#: Classes in which a digit stands, and where they begin.
_WITH_DIGITS = {
    "number": frozenset((A_NUMBER,)),
    "phone": frozenset((A_NUMBER, "+")),
    "money": frozenset((AN_AMOUNT,)),
}


class PatternError(ValueError):
    """A phrase, rule or file that cannot be understood; the message names the place and what to do."""


#: For each of several things that must stand in a text, the pieces (:attr:`Normalised.pieces`) of which it has one.
Literals = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class _Element:
    regex: str
    literals: Literals
    optional: bool = False
    han: bool = False
    #: A sign such as an emoji: nothing need stand between it and a word.
    sign: bool = False
    #: Characters it can begin with, each as it stands in a character class; empty where that is not known.
    first: frozenset[str] = frozenset()
    #: Pieces of a text at one of which it begins; empty where that is not known.
    anchors: frozenset[str] = frozenset()
    #: A mark that ends a sentence may stand in it.
    marks: bool = False


@dataclass(frozen=True)
class Phrase:
    """One phrase, compiled when a text first might hold it: a start must not wait for a thousand expressions.

    Args:
        source: the phrase as written.
        expression: the regular expression it stands for.
        literals: for each word that must be there, a piece of the text that any of its forms brings with it: a text
            without one of each cannot hold the phrase (a quick first look); empty when nothing can be said beforehand.
        han: it has Chinese characters.
        anchors: pieces at one of which a match begins, so that no other place of a text is tried; empty when any may.
        reach: the stretch of a text out of which no match goes.
    """

    source: str
    expression: str
    literals: Literals
    han: bool
    anchors: tuple[str, ...] = ()
    reach: Reach = "line"

    @cached_property
    def keys(self) -> tuple[frozenset[str], ...]:
        """The literals, to be compared with the pieces of a text."""
        return tuple(map(frozenset, self.literals))

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """The compiled expression."""
        return re.compile(self.expression)

    def stands_in(self, text: Normalised) -> bool:
        """Whether it matches anywhere in a text; looked for once a text, however many rules ask."""
        known = text.standing.get(self.expression)
        if known is None:
            known = text.standing[self.expression] = next(self.finditer(text), None) is not None
        return known

    def may_stand_in(self, text: Normalised) -> bool:
        """Whether a text has a piece for each of its words: a quick first look."""
        pieces = text.pieces
        return not any(keys.isdisjoint(pieces) for keys in self.keys)

    def finditer(self, text: Normalised, start: int = 0, end: int | None = None) -> Iterator[re.Match[str]]:
        """Matches in normalised text, between two of its characters."""
        return self.search(text, start, end) if self.may_stand_in(text) else iter(())

    def search(self, text: Normalised, start: int = 0, end: int | None = None) -> Iterator[re.Match[str]]:
        """As :meth:`finditer`, for a text of which the quick look is known to say yes."""
        words = text.text if self.han else text.alphabetic
        end = len(words) if end is None else end
        if not self.anchors:
            return self.regex.finditer(words, start, end)
        places = self._beginnings(text.places, text.pieces)
        return self._at(places[bisect_left(places, start) : bisect_left(places, end)], words, start, end)

    @cached_property
    def _starts(self) -> frozenset[str]:
        return frozenset(self.anchors)

    def search_stretch(self, text: Normalised, begin: int, stretch: Stretch) -> list[tuple[int, int]]:
        """Beginnings and ends of matches in one of the text's stretches, counted from there; the phrase has anchors.

        Args:
            text: normalised.
            begin: where the stretch begins.
            stretch: of this phrase's reach.
        """
        words = text.text if self.han else text.alphabetic
        match = self.regex.match
        spans = []
        least = 0
        for place in self._beginnings(stretch, stretch.pieces):
            if place >= least:
                found = match(words, begin + place)
                if found is not None:
                    start, end = found.span()
                    spans.append((start - begin, end - begin))
                    least = max(end - begin, place + 1)
        return spans

    def _beginnings(self, places: Places, pieces: frozenset[str]) -> Sequence[int]:
        """Where a match may begin, in the order of the text.

        Args:
            places: of the text.
            pieces: of the same.
        """
        found = [places.of(anchor) for anchor in pieces & self._starts]
        if AN_AMOUNT in self._starts:
            found.append(places.of_matches(_AMOUNT_STARTS, han=self.han))
        return found[0] if len(found) == 1 else sorted(set().union(*found))

    def _at(self, places: Sequence[int], words: str, start: int, end: int) -> Iterator[re.Match[str]]:
        match = self.regex.match
        for place in places:
            if place >= start:
                found = match(words, place, end)
                if found is not None:
                    yield found
                    start = max(found.end(), place + 1)


def _word_regex(word: str, han_phrase: bool) -> _Element:
    core = word.strip("*")
    if not core or "*" in core:
        raise PatternError(f"«{word}»: a star stands only at the beginning or the end of a word")
    han_start, han_end = bool(HAN.match(core)), bool(HAN.match(core[-1]))
    body = "".join("'?" if letter == "'" else r"[ \-]?" if letter == "-" else re.escape(letter) for letter in core)
    star = "[a-z0-9]{0,30}" if han_phrase else _STAR
    before = star if word.startswith("*") else ""
    after = star if word.endswith("*") else ""
    # A sign such as an emoji is a word of its own wherever it stands.
    sign_start, sign_end = not core[0].isalnum(), not core[-1].isalnum()
    left = "" if han_start or sign_start else _HAN_NO_LETTER_BEFORE if han_phrase else _NO_LETTER_BEFORE
    right = "" if han_end or sign_end else _HAN_NO_LETTER_AFTER if han_phrase else _NO_LETTER_AFTER
    if not before and not after and not han_phrase and _START.fullmatch(core):
        literal: str | None = core + WHOLE
        anchor = literal
    else:
        literal = _piece(core, at_start=not before)
        beginning = HAN_RUN.match(core)
        anchor = beginning.group()[:HAN_GRAM] if beginning else _piece(HAN.sub(" ", core), at_start=True)
    literals = ((literal,),) if literal else ()
    anchors = frozenset((anchor,)) if anchor and not before else frozenset()
    first = frozenset() if before or core[0] in "'-" else frozenset((re.escape(core[0]),))
    return _Element(
        f"{left}{before}{body}{after}{right}",
        literals,
        han=han_start and han_end,
        sign=sign_start or sign_end,
        first=first,
        anchors=anchors,
        marks=bool(_ENDING_MARK.search(core)),
    )


def _piece(core: str, *, at_start: bool) -> str | None:
    """The longest piece that a text with this word must have, as :attr:`Normalised.pieces` names it."""
    han = max(HAN_RUN.findall(core), key=len, default="")
    if han:
        return str(han[:HAN_GRAM])
    start = _START.match(core)
    if start is not None:
        return start.group()[:GRAM] if at_start else None
    return core[0] if _SIGN_PIECE.match(core) else None


def _split_alternatives(body: str) -> list[str]:
    depth = 0
    parts = [""]
    for character in body:
        depth += (character == "(") - (character == ")")
        if character == "|" and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return parts


_START = re.compile(r"[^\W_]+")
_SIGN_PIECE = re.compile(r"[^\w\s.,;:!?()\"'-]")
#: What may end a sentence; not the dot of an amount, "3.000".
_ENDING_MARK = re.compile(r"[!?。！？]|(?<!\d)\.")
_TOKEN = re.compile(r"\s+|\.\.\.(\d{1,2})?|<([a-z_]+)>|\(|[^\s()<>|]+?(?=\.\.\.|[\s()<>|]|$)")


def _closing_bracket(phrase: str, start: int) -> int:
    depth = 1
    for index in range(start, len(phrase)):
        depth += (phrase[index] == "(") - (phrase[index] == ")")
        if not depth:
            return index
    raise PatternError(f"«{phrase}»: a bracket is not closed")


def _alternatives(phrase: str, body: str, optional: bool, han_phrase: bool) -> _Element:
    options = [_parse(part.strip(), han_phrase) for part in _split_alternatives(body) if part.strip()]
    if not options:
        raise PatternError(f"«{phrase}»: empty brackets")
    # Of each option its longest word: what is common to all options is that one of these stands in the text.
    telling = [max(option.literals, key=_telling, default=()) for option in options]
    first = _joined([option.first for option in options])
    # One glance at the next character spares most places of a text the walk through all options.
    guard = f"{'' if han_phrase else _NO_LETTER_BEFORE}(?=[{''.join(sorted(first))}])" if first else ""
    return _Element(
        f"(?:{guard}(?:{'|'.join(_factored([option.regex for option in options]))}))",
        (tuple(literal for group in telling for literal in group),) if all(telling) else (),
        optional,
        han=bool(HAN.search(body)),
        sign=any(_SIGN_PIECE.match(part.strip()) for part in _split_alternatives(body)),
        first=first,
        anchors=_joined([option.anchors for option in options]),
        marks=any(option.marks for option in options),
    )


def _factored(regexes: Sequence[str]) -> Iterator[str]:
    """Alternatives as they are, but «*.ru|*.com» as one: the word before the dot is not walked through for each."""
    for dotted, group in itertools.groupby(regexes, key=lambda regex: regex.startswith(_STAR_DOT)):
        if dotted:
            yield f"{_STAR_DOT}(?:{'|'.join(regex.removeprefix(_STAR_DOT) for regex in group)})"
        else:
            yield from group


def _telling(group: tuple[str, ...]) -> int:
    """How much it says that one of these pieces stands in a text, roughly."""
    return 0 if A_NUMBER in group else min(map(len, group))


def _joined(sets: Sequence[frozenset[str]]) -> frozenset[str]:
    """All members, or none where one of the sets is empty: unknown."""
    return frozenset().union(*sets) if all(sets) else frozenset()


def _elements(phrase: str, han_phrase: bool) -> Iterator[tuple[str | None, _Element]]:
    """Each element with what stands before it: None (nothing), ``blank``, or ``gap`` and its size."""
    before: str | None = None
    position = 0
    while position < len(phrase):
        token = _TOKEN.match(phrase, position)
        if token is None:
            raise PatternError(f"«{phrase}»: cannot read «{phrase[position:]}»")
        text = token.group()
        position = token.end()
        if text.isspace():
            before = before or "blank"
            continue
        if text.startswith("..."):
            before = f"gap{token.group(1) or ''}"
            continue
        if text == "(":
            end = _closing_bracket(phrase, position)
            optional = phrase[end + 1 : end + 2] == "?"
            element = _alternatives(phrase, phrase[position:end], optional, han_phrase)
            position = end + 1 + optional
        elif text.startswith("<"):
            if token.group(2) not in _CLASSES:
                raise PatternError(f"«{phrase}»: <{token.group(2)}> is not known; there is <{'> <'.join(_CLASSES)}>")
            element = _class(token.group(2))
        else:
            element = _word_regex(text, han_phrase)
        yield before, element
        before = None
    if before and before.startswith("gap"):
        raise PatternError(f"«{phrase}»: a phrase cannot end with a gap")


def _class(name: str) -> _Element:
    if name in _WITH_DIGITS:
        return _Element(_CLASSES[name], ((A_NUMBER,),), anchors=_WITH_DIGITS[name])
    return _Element(_CLASSES[name], ((("@", "/"),) if name == "handle" else ()), marks=True)


def _between(before: str | None, left: _Element, right: _Element, han_phrase: bool) -> str:
    if before is None:
        return ""
    if before == "blank":
        if left.han or right.han:
            return _LIGHT_SEPARATOR
        return f"(?:{_SEPARATOR})?" if left.sign or right.sign else _SEPARATOR
    size = min(int(before[3:] or 0), 20)
    if han_phrase:
        return rf"[^\n。！？!?]{{0,{size * 2 or _GAP_HAN}}}?"
    beside_sign = "?" if left.sign or right.sign else ""
    return rf"(?:{_SEPARATOR}){beside_sign}(?:{_LETTER}{{1,40}}{_SEPARATOR}){{0,{size or _GAP_WORDS}}}?"


@dataclass(frozen=True)
class _Parsed:
    """The regex of a phrase, the literals of its mandatory elements, and the characters and pieces it begins with."""

    regex: str
    literals: Literals
    first: frozenset[str]
    anchors: frozenset[str]
    marks: bool


def _parse(phrase: str, han_phrase: bool) -> _Parsed:
    elements = list(_elements(phrase, han_phrase))
    if not any(not element.optional for _, element in elements):
        raise PatternError(f"«{phrase}»: at least one word must always be there")
    if (elements[0][0] or "").startswith("gap"):
        raise PatternError(f"«{phrase}»: a phrase cannot begin with a gap")
    first = next(index for index, (_, element) in enumerate(elements) if not element.optional)
    regex = ""
    gap: str | None = None  # a gap before an optional word also stands where that word is missing
    for index, (before, element) in enumerate(elements):
        if gap is not None and not (before or "").startswith("gap"):
            before = gap
        gap = before if element.optional and (before or "").startswith("gap") else None
        if index < first:
            # An optional word in front brings the separator to its right neighbour with it.
            following_before, following = elements[index + 1]
            regex += f"(?:{element.regex}{_between(following_before, element, following, han_phrase)})?"
        elif index == first:
            regex += element.regex
        else:
            between = _between(before, elements[index - 1][1], element, han_phrase)
            regex += f"(?:{between}{element.regex})?" if element.optional else between + element.regex
    literals = tuple(group for _, element in elements if not element.optional for group in element.literals)
    anchors = _joined([element.anchors for _, element in elements[: first + 1]])
    return _Parsed(
        regex,
        literals,
        elements[0][1].first if first == 0 else frozenset(),
        anchors,
        any(element.marks for _, element in elements),
    )


def compile_phrase(phrase: str) -> Phrase:
    """Compile one phrase.

    Raises:
        PatternError: the phrase cannot be read; the message quotes it and says why.
    """
    written = normalise(phrase.strip()).text
    if not written:
        raise PatternError("an empty phrase")
    # An amount alone may stand in Chinese text as well: it is looked for in all of it.
    han = bool(HAN.search(written)) or written[1:-1] in _CLASSES
    parsed = _parse(written, han)
    reach: Reach = "line" if parsed.marks else "han" if han else "sentence"
    return Phrase(phrase, parsed.regex, parsed.literals, han, tuple(sorted(parsed.anchors)), reach)


#: The lists of phrases of a rule, in the order of the class.
_PHRASES = ("any", "unless", "only_with", "unless_anywhere")
_FIELDS = ("id", *_PHRASES, "match", "no_match")
#: The section of a file that gives names to words, for its phrases to use.
_WORDS = "words"
_NAME = re.compile(r"[a-z][a-z_]*")


class Match(NamedTuple):
    """A rule found in a text; offsets are code points of the original."""

    rule: Rule
    start: int
    end: int


@dataclass(frozen=True)
class Rule:
    """One rule of a section.

    Args:
        any: each of these phrases raises it,
        unless: but not where one of these stands in the same sentence or line,
        only_with: and, where there are any, only if one of these stands somewhere in the text,
        unless_anywhere: and none of these does.
    """

    id: str
    section: str
    any: tuple[Phrase, ...]
    unless: tuple[Phrase, ...]
    match: tuple[str, ...]
    no_match: tuple[str, ...]
    only_with: tuple[Phrase, ...] = ()
    unless_anywhere: tuple[Phrase, ...] = ()
    file: str = ""
    line: int = 0
    example_lines: tuple[int, ...] = ()

    def find(self, text: Normalised) -> Iterator[Match]:
        """Every place in the text that raises this rule, in order of the phrases."""
        for phrase in self.any:
            if phrase.may_stand_in(text):
                yield from self.raised((found.span() for found in phrase.search(text)), text)

    def raised(self, spans: Iterable[tuple[int, int]], text: Normalised, longer_than: int = 0) -> Iterator[Match]:
        """Those of the matches of one of this rule's phrases that raise it.

        Args:
            spans: their beginnings and ends.
            text: in which they stand.
            longer_than: others are passed over before it is asked whether something excuses them.
        """
        for begin, close in spans:
            start, end = text.span(begin, close)
            if close == begin or end - start <= longer_than or self._excused(text, begin, close):
                continue
            if not self._fits(text):
                return
            yield Match(self, start, end)

    def _fits(self, text: Normalised) -> bool:
        """Whether the whole text allows this rule."""
        if self.only_with and not any(phrase.stands_in(text) for phrase in self.only_with):
            return False
        return not any(phrase.stands_in(text) for phrase in self.unless_anywhere)

    def _excused(self, text: Normalised, start: int, end: int) -> bool:
        if not self.unless:
            return False
        excuses = text.excuses.get(id(self))
        if excuses is None:
            excuses = text.excuses[id(self)] = [phrase for phrase in self.unless if phrase.may_stand_in(text)]
        if not excuses:
            return False
        begin, close = text.sentence(start, end)
        # Many phrases of a rule may stand in one sentence; a span over several sentences has an end of its own.
        key = (id(self), begin, close)
        known = text.excused.get(key)
        if known is None:
            known = text.excused[key] = any(next(phrase.search(text, begin, close), None) for phrase in excuses)
        return known


def _scalar_list(node: yaml.Node | None, place: str) -> list[tuple[str, int]]:
    if node is None:
        return []
    if not isinstance(node, yaml.SequenceNode):
        raise PatternError(f"{place}: expected a list, one item a line, each after «- »")
    items = []
    for item in node.value:
        if not isinstance(item, yaml.ScalarNode):
            raise PatternError(f"{place}: line {item.start_mark.line + 1}: put this text in quotation marks")
        items.append((item.value, item.start_mark.line + 1))
    return items


def load_rules(path: Path) -> dict[str, tuple[Rule, ...]]:
    """The rules of a file, section name -> rules, without their examples: those are for :func:`read_rules`.

    Raises:
        PatternError: the file, a rule or a phrase cannot be understood; names file and line.
    """
    content = path.read_bytes()
    stored = compiled_rules.read(path, content)
    if stored is not None:
        return {
            section: tuple(
                Rule(
                    id=name,
                    section=section,
                    any=_restored(any_of),
                    unless=_restored(unless),
                    match=(),
                    no_match=(),
                    only_with=_restored(only_with),
                    unless_anywhere=_restored(unless_anywhere),
                    file=str(path),
                    line=line,
                )
                for name, line, (any_of, unless, only_with, unless_anywhere) in rules
            )
            for section, rules in stored.items()
        }
    sections = read_rules(path)
    compiled_rules.write(
        path,
        content,
        {
            section: [(rule.id, rule.line, [_stored(getattr(rule, name)) for name in _PHRASES]) for rule in rules]
            for section, rules in sections.items()
        },
    )
    return sections


def _stored(phrases: tuple[Phrase, ...]) -> list[compiled_rules.StoredPhrase]:
    return [
        (
            phrase.source,
            phrase.expression,
            list(map(list, phrase.literals)),
            phrase.han,
            list(phrase.anchors),
            phrase.reach,
        )
        for phrase in phrases
    ]


def _restored(phrases: list[compiled_rules.StoredPhrase]) -> tuple[Phrase, ...]:
    # The same pieces of words stand in thousands of phrases; kept once they take 15 MB less.
    return tuple(
        Phrase(
            source,
            expression,
            tuple(tuple(map(sys.intern, group)) for group in literals),
            han,
            tuple(map(sys.intern, anchors)),
            reach,
        )
        for source, expression, literals, han, anchors, reach in phrases
    )


def read_rules(path: Path) -> dict[str, tuple[Rule, ...]]:
    """Read a rule file whole: section name -> its rules with their examples.

    Raises:
        PatternError: the file, a rule or a phrase cannot be understood; names file and line.
    """
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise PatternError(f"{path}:{line}: not valid YAML ({getattr(error, 'problem', error)})") from error
    sections: dict[str, tuple[Rule, ...]] = {}
    if root is None:
        return sections
    if not isinstance(root, yaml.MappingNode):
        raise PatternError(f"{path}:1: expected sections, each a name followed by «:» and its rules")
    words: dict[str, str] = {}
    for key, value in root.value:
        place = f"{path}:{key.start_mark.line + 1}"
        if key.value == _WORDS:
            words = _named_words(value, path)
            continue
        if key.value in sections:
            raise PatternError(f"{place}: section «{key.value}» stands twice")
        if not isinstance(value, yaml.SequenceNode):
            raise PatternError(f"{place}: section «{key.value}» must hold a list of rules")
        rules = []
        seen: set[str] = set()
        for item in value.value:
            rule = _rule(item, key.value, path, words)
            if rule.id in seen:
                raise PatternError(f"{path}:{rule.line}: rule id «{rule.id}» stands twice in «{key.value}»")
            seen.add(rule.id)
            rules.append(rule)
        sections[key.value] = tuple(rules)
    return sections


def _named_words(node: yaml.Node, path: Path) -> dict[str, str]:
    """The section ``words``: name -> phrase; each may use those before it."""
    if not isinstance(node, yaml.MappingNode):
        raise PatternError(f"{path}:{node.start_mark.line + 1}: «{_WORDS}» holds names, each with its words")
    words: dict[str, str] = {}
    for name, phrase in node.value:
        place = f"{path}:{name.start_mark.line + 1}"
        if not _NAME.fullmatch(name.value) or name.value in _CLASSES:
            raise PatternError(f"{place}: a name has small letters a to z and _, and is none of {', '.join(_CLASSES)}")
        if not isinstance(phrase, yaml.ScalarNode):
            raise PatternError(f"{place}: put the words of «{name.value}» in quotation marks")
        words[name.value] = f"({_expanded(phrase.value, words)})"
        try:
            compile_phrase(words[name.value])
        except PatternError as error:
            raise PatternError(f"{place}: {error}") from error
    return words


def _expanded(phrase: str, words: Mapping[str, str]) -> str:
    return re.sub(r"<([a-z_]+)>", lambda name: words.get(name.group(1), name.group()), phrase)


def _rule(node: yaml.Node, section: str, path: Path, words: Mapping[str, str]) -> Rule:
    line = node.start_mark.line + 1
    place = f"{path}:{line}"
    if not isinstance(node, yaml.MappingNode):
        raise PatternError(f"{place}: a rule needs id, any, match and no_match")
    fields: dict[str, Any] = {key.value: value for key, value in node.value}
    unknown = set(fields) - set(_FIELDS)
    if unknown:
        raise PatternError(f"{place}: unknown word «{sorted(unknown)[0]}»; there is {', '.join(_FIELDS)}")
    if "id" not in fields or "any" not in fields:
        raise PatternError(f"{place}: a rule needs at least id and any")

    def phrases(name: str) -> tuple[Phrase, ...]:
        compiled = []
        for text, at in _scalar_list(fields.get(name), place):
            try:
                compiled.append(compile_phrase(_expanded(text, words)))
            except PatternError as error:
                raise PatternError(f"{path}:{at}: {error}") from error
        return tuple(compiled)

    match = _scalar_list(fields.get("match"), place)
    no_match = _scalar_list(fields.get("no_match"), place)
    return Rule(
        id=fields["id"].value,
        section=section,
        any=phrases("any"),
        unless=phrases("unless"),
        only_with=phrases("only_with"),
        unless_anywhere=phrases("unless_anywhere"),
        match=tuple(text for text, _ in match),
        no_match=tuple(text for text, _ in no_match),
        file=str(path),
        line=line,
        example_lines=tuple(at for _, at in match + no_match),
    )


def check_rules(path: Path, *, examples_needed: bool = True) -> list[str]:
    """Run every example of a rule file and compile every phrase; each failure as ``file:line: what is wrong``."""
    try:
        sections = read_rules(path)
    except PatternError as error:
        return [str(error)]
    problems = []
    for section, rules in sections.items():
        for rule in rules:
            if examples_needed and not (rule.match and rule.no_match):
                problems.append(f"{path}:{rule.line}: {section}/{rule.id}: give at least one match and one no_match")
            for phrase in rule.any + rule.unless + rule.only_with + rule.unless_anywhere:
                try:
                    _ = phrase.regex
                except re.error as error:
                    problems.append(f"{path}:{rule.line}: {section}/{rule.id}: «{phrase.source}»: {error}")
            for text, line in zip(rule.match + rule.no_match, rule.example_lines, strict=True):
                found = next(rule.find(normalise(text)), None) is not None
                wanted = text in rule.match
                if found != wanted:
                    what = "should raise this rule and does not" if wanted else "should not raise this rule and does"
                    problems.append(f"{path}:{line}: {section}/{rule.id}: «{text}» {what}")
    return problems


def main(arguments: list[str]) -> int:
    """Check rule files named on the command line; 0 when all examples hold, 1 otherwise, 2 for bad usage."""
    if not arguments:
        print("usage: python -m bot.content.patterns FILE...", file=sys.stderr)
        return 2
    problems = [problem for name in arguments for problem in check_rules(Path(name))]
    for problem in problems:
        print(problem)
    if not problems:
        for name in arguments:
            sections = read_rules(Path(name))
            counts = ", ".join(
                f"{section} {sum(len(rule.any) for rule in rules)}" for section, rules in sections.items()
            )
            print(f"{name}: every example holds (phrases: {counts})")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
