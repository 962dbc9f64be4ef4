"""Words of alphabets that are written backwards, with letters doubled, or with brackets and other marks inside."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator

from bot.content.normalise import Normalised
from bot.content.rewritten import Edit

_WORD = re.compile(r"(?<![\w@/#])[^\W\d_]{4,20}(?![\w@/])")
_DOUBLE = re.compile(r"([^\W\d_])\1")
#: Marks that nobody sets between two letters of a word; a bracket may be: «водитель(ница)».
_MARKED = re.compile(r"(?<=[^\W_])[()\[\]{}<>\"‖;:~|=+°^¡†\\]{1,2}(?=[^\W_])")
#: As many characters of a word are looked at on each side of a mark.
_BESIDE = 24
_WORD_BEFORE, _WORD_AFTER = re.compile(r"[^\s@/]*$"), re.compile(r"[^\s@/]*")
_MARKS = re.compile(r"[()\[\]{}<>\"‖;:~|=+°^†\\/_.]")
_TAG = re.compile(r"#[^\W\d_]\w{5,60}")
#: From so many words on they are written so on purpose.
_SEVERAL = 2
#: Words of one text that are put right.
_MOST = 300
_SHORTEST_BACKWARDS = 5


def distorted(text: Normalised, known: Callable[[str], bool]) -> Iterator[Edit]:
    """What is written so, and the words.

    Args:
        text: in any language.
        known: whether a word is one that rules look for.
    """
    written = text.text
    if "#" in written:
        for tag in itertools.islice(_TAG.finditer(written), _MOST):
            yield *tag.span(), _parted(text, tag.start() + 1, tag.end())
    yield from _unmarked(written, known)
    words = set(_WORD.findall(written))
    for read in (_undoubled(words, known), _backwards(words, known)):
        if len(read) >= _SEVERAL:
            for word in itertools.islice(_WORD.finditer(written), _MOST):
                if word.group() in read:
                    yield *word.span(), read[word.group()]


def _unmarked(written: str, known: Callable[[str], bool]) -> Iterator[Edit]:
    """Words and figures with marks inside, without them."""
    position = 0
    for mark in itertools.islice(_MARKED.finditer(written), _MOST):
        if mark.start() < position:
            continue
        before = written[max(position, mark.start() - _BESIDE) : mark.start()]
        after = _WORD_AFTER.match(written, mark.end(), mark.end() + _BESIDE)
        begin = mark.start() - len(before) + next(_WORD_BEFORE.finditer(before)).start()
        position = mark.end() if after is None else after.end()
        word = _MARKS.sub("", written[begin:position])
        bare = word.strip(",!?…")
        if bare.isdigit() or known(bare):
            yield begin, position, word


def _undoubled(words: Iterable[str], known: Callable[[str], bool]) -> dict[str, str]:
    """Words with letters too many, and as they are without."""
    doubled = {word: _DOUBLE.sub(r"\1", word) for word in words if _DOUBLE.search(word)}
    return {word: once for word, once in doubled.items() if known(once) and not known(word)}


def _backwards(words: Iterable[str], known: Callable[[str], bool]) -> dict[str, str]:
    turned = {word: word[::-1] for word in words if len(word) >= _SHORTEST_BACKWARDS}
    return {word: forward for word, forward in turned.items() if known(forward) and not known(word)}


def _parted(text: Normalised, start: int, end: int) -> str:
    """The words of a #tagWithCapitals or #tag_with_lines."""
    words = text.text[start]
    for at in range(start + 1, end):
        letter = text.text[at]
        begins = text.original[text.offsets[at]].isupper() and text.original[text.offsets[at - 1]].islower()
        words += " " if letter == "_" else f" {letter}" if begins else letter
    return words
