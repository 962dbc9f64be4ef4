"""Chinese that is drawn otherwise: parts beside each other, strokes put between, everything twice, read down the page.

Nothing here changes a character that stands in a word of the rules as it is.
"""

from __future__ import annotations

import itertools
import operator
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

from bot.content.han_words import HanWords
from bot.content.normalise import HAN, HAN_RUN
from bot.content.rewritten import Edit

#: Kana that look like a Chinese character, when one stands beside them.
_KANA = dict(zip("エロニハカタトミ", "工口二八力夕卜三", strict=True))
_KANA_BESIDE = re.compile(rf"(?<={HAN.pattern})[{''.join(_KANA)}]|[{''.join(_KANA)}](?={HAN.pattern})")
#: Strokes and parts of characters; nobody writes them alone, so where several stand they only part what is read.
_STROKES = re.compile("[丶灬彡乄氵亻冖丿亅乛乚冫宀彐廴辶疒罒钅饣纟讠扌忄犭衤礻艹刂阝丨丬卩]")
_SEVERAL = 3
#: A line of which most is written twice or more.
_TWICE = re.compile(r"([^\W_])\1+")
_ONCE = re.compile(r"([^\W_])\1*")
#: Short lines with marks between, as columns.
_CELL = re.compile(r"[|｜]")
_LINES, _LONGEST_LINE = 4, 12
#: From how many more words of the rules on a text is read from its end.
_MORE_WORDS = 2
#: Pairs and rare characters of one text that are looked at.
_MOST = 200


class HanShapes:
    """Recognises characters by their parts.

    Args:
        words: those that are looked for.
    """

    def __init__(self, words: HanWords) -> None:
        self._words = words

    @cached_property
    def _pairs(self) -> frozenset[str]:
        """Every two characters that stand beside each other in the words."""
        return frozenset(first + second for run in self._words.runs for first, second in itertools.pairwise(run))

    @cached_property
    def _whole(self) -> dict[str, list[str]]:
        """Two characters that are written alone, too -> those of which they are the halves."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for character, parts in self._words.parts.items():
            if len(parts) == 2:
                found["".join(parts)].append(character)
        return dict(found)

    def edits(self, text: str) -> Iterator[Edit]:
        """What is drawn otherwise, and what it is.

        Args:
            text: normalised, with Chinese characters.
        """
        for kana in itertools.islice(_KANA_BESIDE.finditer(text), _MOST):
            yield kana.start(), kana.end(), _KANA[kana.group()]
        yield from self._twice(text)
        yield from self._halves(text)
        strokes = list(itertools.islice(_STROKES.finditer(text), _MOST))
        if len(strokes) >= _SEVERAL:
            for stroke in strokes:
                yield stroke.start(), stroke.end(), ""

    def _twice(self, text: str) -> Iterator[Edit]:
        for line in re.finditer(r"[^\n]+", text):
            if len(_TWICE.findall(line.group())) >= _SEVERAL:
                all_of_it = list(_ONCE.finditer(text, line.start(), line.end()))
                twice = [run for run in all_of_it if len(run.group()) > 1]
                if len(twice) * 3 > len(all_of_it) * 2:
                    for run in twice:
                        yield run.start(), run.end(), run.group(1)

    def _halves(self, text: str) -> Iterator[Edit]:
        """Two characters that make one, where that one fits its neighbour and neither of the two does."""
        for run in HAN_RUN.finditer(text):
            written = run.group()
            if self._whole.keys().isdisjoint(map(operator.add, written, written[1:])):
                continue
            for at in range(len(written) - 1):
                whole = self._whole.get(written[at : at + 2])
                if whole is None or written[at : at + 2] in self._pairs:
                    continue
                before, after = written[max(0, at - 1) : at], written[at + 2 : at + 3]
                if before + written[at] in self._pairs or written[at + 1] + after in self._pairs:
                    continue
                for one in whole:
                    if before + one in self._pairs or one + after in self._pairs:
                        yield run.start() + at, run.start() + at + 2, one
                        break

    def columns(self, text: str) -> list[Edit]:
        """Short lines read down the page, as one edit over all of them; nothing where they are no columns."""
        lines = text.split("\n")
        filled = [line for line in lines if line.strip()]
        if len(filled) < _LINES or any(len(line) > _LONGEST_LINE for line in filled):
            return []
        if not any(_CELL.search(line) for line in filled):
            return []
        rows = [[cell.strip() for cell in _CELL.split(line)] for line in filled]
        width = max(map(len, rows))
        if width > _LONGEST_LINE or max(len(cell) for row in rows for cell in row) > 2:
            return []
        down = ["".join(row[at] for row in rows if at < len(row)) for at in range(width)]
        return [(0, len(text), ",".join(down))]

    def backwards(self, text: str) -> list[Edit]:
        """Each run of characters from its end, where that has more words of the rules; else nothing."""
        forward = backward = 0
        stands = self._pairs.__contains__
        for run in HAN_RUN.findall(text):
            forward += sum(map(stands, map(operator.add, run, run[1:])))
            backward += sum(map(stands, map(operator.add, run[1:], run)))
        if backward < forward + _MORE_WORDS or backward < forward * 2:
            return []
        return [(run.start(), run.end(), run.group()[::-1]) for run in HAN_RUN.finditer(text)]
