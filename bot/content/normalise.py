"""Text made comparable without losing the original: every kept character knows where it came from.

What stands here is done to every text, also before the safety net looks at it: it is quick, and right for text that
hides nothing. What only a disguised text needs - spaced letters, digits for letters, code words - is in
:mod:`bot.content.disguise`.
"""

from __future__ import annotations

import operator
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Literal

from opencc import OpenCC

from bot.content.lookalikes import (
    FOREIGN_TO_CYRILLIC,
    FOREIGN_TO_LATIN,
    TO_LATIN,
    cyrillic_inside,
    latin_inside,
    read_inside,
)

_WORD = re.compile(r"[^\W\d_]+")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_LATIN = re.compile(r"[a-z]")
_FOREIGN = re.compile("[" + "".join(FOREIGN_TO_LATIN) + "]")
#: One Chinese character.
HAN = re.compile(r"[\u3400-\u9fff]")
HAN_RUN = re.compile(r"[\u3400-\u9fff]+")
#: A run of letters and digits of an alphabet; where it starts, a word of a phrase may start.
_RUN = re.compile(r"[^\W_]+")
#: A mark that a phrase may name, such as an emoji.
_SIGN = re.compile(r"[^\w\s.,;:!?()\"'-]")
#: Longest beginning of a word, and longest piece of Chinese text, by which phrases are looked up
#: (:attr:`Normalised.pieces`).
GRAM = 5
HAN_GRAM = 3
#: What a piece ends with that is a whole word, and the piece that stands for any digit.
WHOLE, A_NUMBER = "$", "<number>"
#: How far a phrase may reach: a sentence as those of alphabets end, as Chinese ones do, or a line.
Reach = Literal["sentence", "han", "line"]
#: Marks that end a stretch of text; a dot only where it stands alone, and ends no number.
_MARKS = re.compile(r"[\n!?。！？.]")
_DIGIT = re.compile(r"\d")
#: Characters before a dot in which a digit makes it part of an amount.
_AMOUNT = 14
#: Reach -> the marks that no phrase of that reach goes beyond.
_ENDS: dict[Reach, str] = {"sentence": "\n!?.", "han": "\n!?。！？", "line": "\n"}
#: A sentence ends at a line's end, at Chinese marks, and at others that a blank follows ("3.5" goes on).
_SENTENCE_END = re.compile(r"\n|[。！？]|[.!?]+(?=\s|$)")
#: Invisible and combining characters: they only serve to hide words from a reader like us.
_DROPPED = frozenset(("Cf", "Cc", "Mn", "Me", "Cs", "Co"))
#: Letters and signs that show nothing, and the skin colours of emoji, which say nothing.
_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800") | frozenset(map(chr, range(0x1F3FB, 0x1F400)))
_BREVE = "\u0306"
_SHORT_I = "й"
_SAME = str.maketrans(
    {
        **dict.fromkeys("’‘`´ʼʹ", "'"),
        **dict.fromkeys("“”„«»", '"'),
        **dict.fromkeys("\u00a0\u202f", " "),
        **dict.fromkeys("‐‑‒–—―−", "-"),
    }
)
#: Signs whose compatibility form would be a word of its own: № is not the word "no".
_KEPT = frozenset("№℡℻™℠")
#: By their names in Unicode, letters that are drawn otherwise and read as what they are.
_DRAWN = re.compile(
    r"(?:NEGATIVE (?:CIRCLED|SQUARED)|CROSSED NEGATIVE SQUARED) LATIN CAPITAL LETTER ([A-Z])"
    r"|LATIN LETTER SMALL CAPITAL (?:INVERTED |REVERSED |TURNED )?([A-Z])"
    r"|LATIN (?:SMALL|CAPITAL) LETTER (?:TURNED |SCRIPT |DOTLESS |OPEN |REVERSED |INSULAR )([A-Z])"
    r"|LATIN (?:SMALL|CAPITAL) LETTER ([A-Z]) WITH [A-Z ]+"
)


@dataclass(frozen=True)
class Normalised:
    """Normalised text with its way back.

    Args:
        text: lower case, NFKC, е for ё, one script in a word, simplified Chinese, no accents or invisible characters.
        offsets: for each character of ``text`` the code-point index in the original it came from, and one more
            for the end.
        original: the text as it came.
        ends: for each character one past the last code point it came from, where that is not the one after its first.
    """

    text: str
    offsets: Sequence[int]
    original: str
    ends: Sequence[int] | None = None

    @cached_property
    def alphabetic(self) -> str:
        """The text with every Chinese character made a blank: there, letters of an alphabet are words of their own."""
        return HAN.sub(" ", self.text) if HAN.search(self.text) else self.text

    @cached_property
    def _atoms(self) -> list[tuple[str, str]]:
        """Each part between two marks that a phrase may not cross, and the mark at its end."""
        text = self.text
        found = []
        begin = 0
        for end, mark in (*_marks(text), (len(text), "\n")):
            found.append((text[begin:end], mark))
            begin = end + 1
        return found

    def stretches(self, reach: Reach) -> list[tuple[int, Stretch]]:
        """Each part of the text out of which a phrase of this reach does not go, with its place; those with pieces."""
        known = self._stretches.get(reach)
        if known is None:
            known = self._stretches[reach] = list(self._joined_up(_ENDS[reach]))
        return known

    @cached_property
    def _stretches(self) -> dict[Reach, list[tuple[int, Stretch]]]:
        return {}

    @cached_property
    def seen(self) -> dict[str, Stretch]:
        """The stretches of this text and of those made of it."""
        return {}

    def made_of(self, other: Normalised) -> Normalised:
        """This text, which shares most of its sentences with another: what is known of those is not found out again."""
        self.__dict__["seen"] = other.seen
        return self

    def _joined_up(self, ends: str) -> Iterator[tuple[int, Stretch]]:
        begin = end = 0
        parts: list[str] = []
        for part, mark in self._atoms:
            parts.append(part)
            end += len(part) + 1
            if mark in ends:
                stretch = self._stretch(self.text[begin : end - 1], parts)
                if stretch.pieces:
                    yield begin, stretch
                begin, parts = end, []

    def _stretch(self, text: str, parts: Sequence[str]) -> Stretch:
        known = self.seen.get(text)
        if known is None:
            if len(parts) > 1:
                pieces = frozenset().union(*[self._stretch(part, ()).pieces for part in parts])
            else:
                pieces = _pieces(text)
            known = self.seen[text] = Stretch(text, pieces)
        return known

    @cached_property
    def pieces(self) -> frozenset[str]:
        """By which phrases are looked up: a phrase of which none of its pieces is here cannot stand in the text.

        Beginnings of words, whole words with :data:`WHOLE`, pieces of Chinese, signs, and :data:`A_NUMBER`.
        """
        return frozenset().union(*[self._stretch(part, ()).pieces for part, _ in self._atoms])

    @cached_property
    def places(self) -> Places:
        """Where pieces stand in the whole text."""
        return Places(self.text)

    @cached_property
    def standing(self) -> dict[str, bool]:
        """Expressions of phrases -> whether they match somewhere in this text, as far as that was asked."""
        return {}

    @cached_property
    def excuses(self) -> dict[int, list[Any]]:
        """Identity of a rule -> those of its phrases for exceptions that may stand in this text."""
        return {}

    @cached_property
    def excused(self) -> dict[tuple[int, int, int], bool]:
        """Identity of a rule, beginning and end of a sentence -> whether an exception stands there, as far as asked."""
        return {}

    @cached_property
    def _sentence_ends(self) -> tuple[list[int], list[int]]:
        ends = list(_SENTENCE_END.finditer(self.text))
        return [end.start() for end in ends], [end.end() for end in ends]

    def sentence(self, start: int, end: int) -> tuple[int, int]:
        """The sentence or line around a span of the normalised text, its mark excluded."""
        starts, stops = self._sentence_ends
        before, after = bisect_right(stops, start), bisect_left(starts, end)
        return stops[before - 1] if before else 0, starts[after] if after < len(starts) else len(self.text)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The original's code points ``[start, end)`` behind a non-empty span of the normalised text."""
        first = self.offsets[start]
        if end <= start:
            return first, first
        stop = self.ends[end - 1] if self.ends is not None else self.offsets[end - 1] + 1
        while stop < len(self.original) and unicodedata.combining(self.original[stop]):
            stop += 1  # an accent belongs to the letter before it
        return first, stop


#: Number of a phrase -> beginnings and ends of its matches in a stretch, None where it was not yet tried.
Held = dict[int, "list[tuple[int, int]] | None"]


class Places:
    """Where pieces and expressions stand in a text, looked for once.

    Args:
        text: normalised.
    """

    __slots__ = ("_known", "_words", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._words: list[tuple[str, int]] | None = None
        self._known: dict[str, list[int]] = {}

    def of(self, piece: str) -> list[int]:
        """Where a piece stands, in the order of the text; see :attr:`Normalised.pieces`."""
        known = self._known.get(piece)
        if known is None:
            known = self._known[piece] = self._found(piece)
        return known

    def of_matches(self, starts: re.Pattern[str], *, han: bool) -> list[int]:
        """Where an expression matches.

        Args:
            starts: the expression.
            han: in the text itself, not in :attr:`Normalised.alphabetic`.
        """
        key = starts.pattern if han else f" {starts.pattern}"
        known = self._known.get(key)
        if known is None:
            text = self.text if han else HAN.sub(" ", self.text)
            known = self._known[key] = [found.start() for found in starts.finditer(text)]
        return known

    def _found(self, piece: str) -> list[int]:
        if piece == A_NUMBER:
            return [digit.start() for digit in _DIGIT.finditer(self.text)]
        whole = len(piece) > 1 and piece[-1] == WHOLE
        if not whole and (not piece[0].isalnum() or HAN.match(piece)):
            return _occurrences(self.text, piece)
        if self._words is None:
            # In the order of the alphabet: those that begin with the same letters stand beside each other.
            self._words = sorted((run.group(), run.start()) for run in _RUN.finditer(HAN.sub(" ", self.text)))
        words, sought = self._words, piece[:-1] if whole else piece
        first = last = bisect_left(words, (sought,))
        while last < len(words) and (words[last][0] == sought if whole else words[last][0].startswith(sought)):
            last += 1
        return sorted(start for _, start in words[first:last])


class Stretch(Places):
    """A part of a text out of which phrases of some reach do not go.

    Args:
        text: it, without the mark at its end.
        pieces: see :attr:`Normalised.pieces`.
    """

    __slots__ = ("holds", "pieces")

    def __init__(self, text: str, pieces: frozenset[str]) -> None:
        super().__init__(text)
        self.pieces = pieces
        #: Whoever looked phrases up -> which may stand here.
        self.holds: dict[object, Held] = {}


def _occurrences(text: str, piece: str) -> list[int]:
    found = []
    start = text.find(piece)
    while start >= 0:
        found.append(start)
        start = text.find(piece, start + 1)
    return found


def _pieces(part: str) -> frozenset[str]:
    """The pieces of a part of a text in which no mark stands."""
    pieces = set(_SIGN.findall(part))
    has_han = HAN.search(part) is not None
    words = set(_RUN.findall(HAN.sub(" ", part) if has_han else part))
    for size in range(1, GRAM + 1):
        pieces.update([word[:size] for word in words])
    pieces.update([word + WHOLE for word in words])
    if _DIGIT.search(part):
        pieces.add(A_NUMBER)
    for run in HAN_RUN.findall(part) if has_han else ():
        pieces.update(run)
        pieces.update(map(operator.add, run, run[1:]))
        pieces.update(map(operator.add, map(operator.add, run, run[1:]), run[2:]))
    return frozenset(pieces)


def _marks(text: str) -> Iterator[tuple[int, str]]:
    """Places of the marks between stretches, and the marks."""
    for found in _MARKS.finditer(text):
        place, mark = found.start(), found.group()
        if mark == "." and (
            text[place - 1 : place] == "."
            or text[place + 1 : place + 2] == "."
            or _DIGIT.search(text, max(0, place - _AMOUNT), place)
        ):
            continue
        yield place, mark


@lru_cache(maxsize=1)
def _converter() -> OpenCC:
    return OpenCC("t2s")


def _is_cyrillic(letter: str) -> bool:
    return "\u0400" <= letter <= "\u04ff"


def _one_script(word: str, original: str, mostly_cyrillic: bool) -> str:
    """A word of mixed scripts in the script of most of its letters that have no twin in the other.

    Args:
        word: lower case.
        original: the characters it came from, as many: capitals look like other letters than small ones.
        mostly_cyrillic: the script of the text around, for a word that could be either.
    """
    if word.isascii():
        return word
    cyrillic, latin = len(_CYRILLIC.findall(word)), len(_LATIN.findall(word))
    if not (cyrillic and latin) and not _FOREIGN.search(word):
        return word
    only_cyrillic = sum(_is_cyrillic(letter) and letter not in TO_LATIN for letter in word)
    only_latin = sum(
        "a" <= letter <= "z" and latin_inside(letter, capital.isupper()) is None
        for letter, capital in zip(word, original, strict=True)
    )
    to_cyrillic = only_cyrillic > only_latin or (
        only_cyrillic == only_latin and (cyrillic > latin if cyrillic != latin else mostly_cyrillic)
    )
    if to_cyrillic:
        return "".join(
            FOREIGN_TO_CYRILLIC.get(letter) or read_inside(letter, capital.isupper())
            for letter, capital in zip(word, original, strict=True)
        )
    return "".join(
        FOREIGN_TO_LATIN.get(letter) or cyrillic_inside(letter, capital.isupper())
        for letter, capital in zip(word, original, strict=True)
    )


def _one_script_each(text: str, original: str) -> str:
    mostly_cyrillic = len(_CYRILLIC.findall(text)) >= len(_LATIN.findall(text))
    return _WORD.sub(lambda word: _one_script(word.group(), original[word.start() : word.end()], mostly_cyrillic), text)


def _simplified(run: str) -> str:
    converted = _converter().convert(run)
    if len(converted) == len(run):
        return converted
    return "".join(_converter().convert(letter)[:1] or letter for letter in run)


def _folded(character: str) -> str:
    """One character as it is compared: lower case, NFKC, no accents, nothing for invisible ones."""
    if character in "\r\v\f\x85\u2028\u2029":
        return "\n"
    if character == "\t":
        return " "
    if character in _KEPT:
        return character
    if character in _BLANK or (character != "\n" and unicodedata.category(character) in _DROPPED):
        return ""
    folded = unicodedata.normalize("NFKC", character.translate(_SAME)).lower()
    return "".join(map(_without_accent, folded))


def _without_accent(letter: str) -> str:
    if letter == _SHORT_I or letter < "\x80":
        return letter
    if unicodedata.category(letter) == "Mn":
        return ""
    plain = "".join(part for part in unicodedata.normalize("NFD", letter) if unicodedata.category(part) != "Mn")
    if len(plain) == 1 and plain < "\x80":
        return plain
    drawn = _DRAWN.fullmatch(unicodedata.name(letter, ""))
    if drawn:
        return next(group for group in drawn.groups() if group).lower()
    return plain


class _Folding(dict[str, str]):
    """Each character folded once; what there is of Unicode bounds it."""

    def __missing__(self, character: str) -> str:
        folded = self[character] = _folded(character)
        return folded


_FOLDING = _Folding()


def normalise(text: str) -> Normalised:
    """Normalise for matching: NFKC, lower case, е for ё, look-alike letters, invisible characters, simplified Chinese.

    Args:
        text: anything a person sent; arbitrary Unicode, lone surrogates included.

    Returns:
        the normalised text with the offset of every character in the original.
    """
    folded = [_FOLDING[character] for character in text]
    folded_text = "".join(folded)
    offsets: Sequence[int]
    if len(folded_text) == len(text) and "" not in folded:
        offsets = range(len(text) + 1)
        sources = text
    else:
        characters: list[str] = []
        places: list[int] = []
        for index, (character, parts) in enumerate(zip(text, folded, strict=True)):
            if character == _BREVE and characters and characters[-1] == "и":
                characters[-1] = _SHORT_I  # typed as letter and combining mark
                continue
            for part in parts:
                characters.append(part)
                places.append(index)
        folded_text = "".join(characters)
        sources = "".join(text[place] for place in places)
        offsets = (*places, len(text))
    if _FOREIGN.search(folded_text) or (_CYRILLIC.search(folded_text) and _LATIN.search(folded_text)):
        folded_text = _one_script_each(folded_text, sources)
    if HAN.search(folded_text):
        folded_text = HAN_RUN.sub(lambda match: _simplified(match.group()), folded_text)
    return Normalised(folded_text, offsets, text)
