"""Chinese that is drawn otherwise: parts beside each other, strokes put between, everything twice, read down the page.

Nothing here changes a character that stands in a word of the rules as it is.
"""

from __future__ import annotations

import itertools
import operator
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from bot.content.han_pairs import FIRST, LAST, HanPairs, common, points_of
from bot.content.han_words import HanWords
from bot.content.normalise import HAN, HAN_RUN
from bot.content.rewritten import Edit, apart

#: Kana that look like a Chinese character, when one stands beside them.
_KANA = dict(zip("エロニハカタトミ", "工口二八力夕卜三", strict=True))
_KANA_BESIDE = re.compile(rf"(?<={HAN.pattern})[{''.join(_KANA)}]|[{''.join(_KANA)}](?={HAN.pattern})")
#: Forms that nobody writes today, for the characters they look like.
_FORMS = dict(zip("岀髙幵厷尐亾囗甴囘夲亖弌弍弎卂冋髪鈊镸妳", "出高开公小人口由回本四一二三讯同发心长你", strict=True))
_FORM = re.compile(f"[{''.join(_FORMS)}]")
#: Numbers as they stand on banknotes.
_NUMERALS = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟", "一二三四五六七八九十百千")
_BANKNOTES = re.compile(
    "[壹贰叁肆伍陆柒捌玖拾佰仟一二三四五六七八九十百千]{1,5}[拾佰仟万十百千](?![元块美刀u欧人港泰/底薪起多])"
)
_TEN_THOUSANDS = re.compile(r"(?<=[\d一二两三四五六七八九十几])w(?![a-z0-9])")
_LETTER_OR_FLAG = re.compile("[^\\W_]|[\U0001f1e6-\U0001f1ff]")
#: Parts as they are written at the side, as the dictionary names them.
_PARTS = str.maketrans("扌氵讠亻钅忄犭衤礻艹刂冫灬辶罒饣纟", "手水言人金心犬衣示草刀冰火辵网食丝")
#: So much better two characters go together that stand so in a rule.
_WORD_OF_RULES = 2.0
#: A character that was seen less often than this beside its neighbours, as a logarithm, may be another.
_UNLIKELY = 1.5
#: So much likelier, as a logarithm, the one that looks like it must stand there: a rare character, and any.
_RARELY_WRITTEN, _ANY = 0.5, 2.5
#: One or two characters in brackets that stand in the middle of a word.
_IN_BRACKETS = re.compile(rf"[(\[{{【「『<《]({HAN.pattern}{{1,2}})[)\]}}】」』>》]")
#: Strokes and parts of characters; nobody writes them alone, so where several stand they only part what is read.
_STROKES = re.compile("[丶灬彡乄氵亻冖丿亅乛乚冫宀彐廴辶疒罒钅饣纟讠扌忄犭衤礻艹刂阝丨丬卩]")
_SEVERAL = 3
#: A line of which most is written twice or more.
_TWICE = re.compile(r"([^\W_])\1+")
_ONCE = re.compile(r"([^\W_])\1*")
#: Short lines with marks between, as columns.
_CELL = re.compile(r"[|｜]")
_LINES, _LONGEST_LINE = 4, 12
#: From so many lines on their first characters may be read.
_HEADS = 3
#: From how many more words of the rules on a text is read from its end.
_MORE_WORDS = 2
_NONE = frozenset[str]()
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
    def _whole(self) -> dict[str, list[str]]:
        """Two characters that are written alone, too -> those of which they are the halves."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for character, parts in self._words.parts.items():
            if len(parts) in (2, 3):
                found["".join(parts)].append(character)
        for character, parts in self._words.parts.items():
            if len(parts) == 3:
                # One of the three may be left out.
                for some in ("".join(parts[:2]), "".join(parts[1:])):
                    if some not in found:
                        found[some].append(character)
        return dict(found)

    @cached_property
    def _complete(self) -> frozenset[str]:
        """Two characters that are all there is of one."""
        return frozenset("".join(parts) for parts in self._words.parts.values() if len(parts) == 2)

    @cached_property
    def _likely(self) -> HanPairs:
        return HanPairs.load()

    def edits(self, text: str) -> Iterator[Edit]:
        """What is drawn otherwise, and what it is.

        Args:
            text: normalised, with Chinese characters.
        """
        for kana in itertools.islice(_KANA_BESIDE.finditer(text), _MOST):
            yield kana.start(), kana.end(), _KANA[kana.group()]
        for form in itertools.islice(_FORM.finditer(text), _MOST):
            yield form.start(), form.end(), _FORMS[form.group()]
        for inner in itertools.islice(_IN_BRACKETS.finditer(text), _MOST):
            before, after = text[max(0, inner.start() - 1) : inner.start()], text[inner.end() : inner.end() + 1]
            if before + inner.group(1)[0] in self._words.pairs or inner.group(1)[-1] + after in self._words.pairs:
                yield inner.start(), inner.start() + 1, ""
                yield inner.end() - 1, inner.end(), ""
        for thousands in itertools.islice(_TEN_THOUSANDS.finditer(text), _MOST):
            yield *thousands.span(), "万"
        for banknote in itertools.islice(_BANKNOTES.finditer(text), _MOST):
            plain = banknote.group().translate(_NUMERALS)
            if plain != banknote.group():
                yield *banknote.span(), plain
        yield from self._twice(text)
        yield from self._halves(text)
        yield from self._look_alikes(text)
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
        """Characters that make one, where that one fits its neighbour and none of them does."""
        whole, full = self._whole, text.translate(_PARTS)
        if whole.keys().isdisjoint(map(operator.add, full, full[1:])):
            return
        for run in HAN_RUN.finditer(text):
            written = run.group()
            full = written.translate(_PARTS)
            if whole.keys().isdisjoint(map(operator.add, full, full[1:])):
                continue
            at = 0
            while at < len(written) - 1:
                size = 3 if at + 3 <= len(full) and full[at : at + 3] in whole else 2
                ones = whole.get(full[at : at + size], ())
                cut = size == 2 and full[at : at + 2] not in self._complete and full[at + 1 : at + 3] in self._complete
                if ones and not cut and not self._fits_as_it_is(written, at, size):
                    before = [written[max(0, at - 1) : at], *whole.get(full[max(0, at - 2) : at], ())]
                    after = [
                        written[at + size : at + size + 1],
                        *whole.get(full[at + size : at + size + 2], ()),
                        *whole.get(full[at + size : at + size + 3], ()),
                    ]
                    best = next((one for one in ones if self._fits(one, before, after)), None)
                    if best is not None:
                        yield run.start() + at, run.start() + at + size, best
                        at += size
                        continue
                at += 1

    def _fits_as_it_is(self, written: str, at: int, size: int) -> bool:
        around = written[max(0, at - 1) : at + size + 1]
        return any(pair in self._words.pairs for pair in map(operator.add, around, around[1:]))

    def _fits(self, one: str, before: Sequence[str], after: Sequence[str]) -> bool:
        return any(other + one in self._words.pairs for other in before if other) or any(
            one + other in self._words.pairs for other in after if other
        )

    def _look_alikes(self, text: str) -> Iterator[Edit]:
        """Characters that are unlikely where they stand, for those of the rules that look like them and are likely."""
        points = points_of(text)
        if len(points) < 2:
            return
        seen = self._likely.around(points)
        unlikely = (seen[:-1] < _UNLIKELY) & (seen[1:] < _UNLIKELY) & (points >= FIRST) & (points <= LAST)
        alike, read = self._words.alike, dict[int, str]()
        for at in unlikely.nonzero()[0][:_MOST].tolist():
            others = alike.get(text[at], "")
            before, after = read.get(at - 1, text[max(0, at - 1) : at]), text[at + 1 : at + 2]
            fitting = self._after.get(before, _NONE).intersection(others)
            fitting |= self._before.get(after, _NONE).intersection(others)
            afters = after + ("" if after in common() else alike.get(after, "")) or ("",)
            for following in afters[1:]:
                fitting |= self._before.get(following, _NONE).intersection(others)
            if fitting:
                best = self._likeliest(text[at], sorted(fitting), before, afters)
                if best:
                    read[at] = best
                    yield at, at + 1, best

    def _likeliest(self, written: str, others: Sequence[str], before: str, afters: Sequence[str]) -> str:
        """Which of others stands most likely in place of a character; nothing where it may be meant as it stands."""
        likelihood = self._likely.likelihood
        after = [likelihood(following) for following in afters]
        stands = max(likelihood(before + written + one) - alone for one, alone in zip(afters, after, strict=True))
        gains = {
            other: max(
                likelihood(before + other + one) - alone
                for one, alone in zip(afters, after, strict=True)
                if before + other in self._words.pairs or other + one in self._words.pairs
            )
            for other in others
        }
        best = max(others, key=gains.__getitem__)
        return best if gains[best] - stands > (_ANY if written in common() else _RARELY_WRITTEN) else ""

    @cached_property
    def _after(self) -> dict[str, set[str]]:
        """Character -> those that stand after it in words of the rules."""
        return _neighbours(self._words.pairs, 0, 1)

    @cached_property
    def _before(self) -> dict[str, set[str]]:
        """Character -> those that stand before it in words of the rules."""
        return _neighbours(self._words.pairs, 1, 0)

    def meanings(self, text: str, codes: Sequence[tuple[int, int, Sequence[str]]]) -> Iterator[Edit]:
        """Of what code words may mean, that which fits their neighbours; nothing where these make a word without it.

        Args:
            text: normalised.
            codes: beginning and end of each, and what it may mean, the likeliest first; in the order of the text.
        """
        kept: list[tuple[int, int, Sequence[str]]] = []
        for code in codes:
            if not kept or code[0] >= kept[-1][1]:
                kept.append(code)
        before, position = "", 0
        for number, (start, end, meanings) in enumerate(kept):
            if start > position:
                before = text[start - 1 : start]
            afters = {text[end : end + 1]}
            if number + 1 < len(kept) and kept[number + 1][0] == end:
                afters = {meaning[:1] for meaning in kept[number + 1][2]}
            options = list(meanings)
            if not _LETTER_OR_FLAG.match(text, start) and any(before + after in self._words.pairs for after in afters):
                options.append("")
            best = options[0]
            if len(options) > 1:
                fits = [
                    self._beside(before, one[:1]) + max(self._beside(one[-1:], after) for after in afters)
                    if one
                    else max(self._beside(before, after) for after in afters) + _WORD_OF_RULES
                    for one in options
                ]
                best = options[fits.index(max(fits))]
            if best:
                best = apart(best, before, text[end : end + 1])
            yield start, end, best
            before, position = best[-1:] or before, end

    def _beside(self, first: str, second: str) -> float:
        """How well two characters go together, as a logarithm."""
        seen = self._likely.strength(first, second) if first and second else 0.0
        return seen + (_WORD_OF_RULES if first + second in self._words.pairs else 0.0)

    def columns(self, text: str) -> list[Edit]:
        """Short lines read down the page, as one edit over all of them; nothing where they are no columns."""
        lines = text.split("\n")
        filled = [line.strip() for line in lines if line.strip()]
        if len(filled) < _LINES - 1 or any(len(line) > _LONGEST_LINE for line in filled):
            return []
        if any(_CELL.search(line) for line in filled):
            rows = [[cell.strip() for cell in _CELL.split(line)] for line in filled]
            if len(filled) < _LINES or max(len(cell) for row in rows for cell in row) > 2:
                return []
        elif len(set(map(len, filled[:-1]))) == 1 and 1 < len(filled[0]) >= len(filled[-1]):
            rows = [list(line) for line in filled]
            if self._words_in(_down(rows)) < self._words_in(filled) + _MORE_WORDS:
                rows = [row[::-1] for row in rows]
                if self._words_in(_down(rows)) < self._words_in(filled) + _MORE_WORDS:
                    return []
        else:
            return []
        if max(map(len, rows)) > _LONGEST_LINE:
            return []
        return [(0, len(text), ",".join(_down(rows)))]

    def heads(self, text: str) -> list[Edit]:
        """What leaves the first character of each line, where these are words of the rules; else nothing."""
        lines = [line for line in re.finditer(r"[^\n]+", text) if HAN_RUN.search(line.group())]
        if len(lines) < _HEADS:
            return []
        heads = [HAN.search(text, line.start(), line.end()) for line in lines]
        places = [head.start() for head in heads if head is not None]
        read = "".join(text[place] for place in places)
        words = self._words_in([read])
        if words < _MORE_WORDS or words * 2 < len(places) - 1:
            return []
        ends = [*places[1:], len(text)]
        return [(0, places[0], ""), *((place + 1, end, "") for place, end in zip(places, ends, strict=True))]

    def _words_in(self, runs: Sequence[str]) -> int:
        """How many pairs of characters stand in words of the rules."""
        stands = self._words.pairs.__contains__
        return sum(sum(map(stands, map(operator.add, run, run[1:]))) for run in runs)

    def backwards(self, text: str) -> list[Edit]:
        """Runs of characters from their end, all or some, where that has more words of the rules; else nothing."""
        runs = list(HAN_RUN.finditer(text))
        forward = [self._words_in([run.group()]) for run in runs]
        backward = [self._words_in([run.group()[::-1]]) for run in runs]
        every = sum(backward) >= max(sum(forward) + _MORE_WORDS, sum(forward) * 2)
        return [
            (run.start(), run.end(), run.group()[::-1])
            for run, there, back in zip(runs, forward, backward, strict=True)
            if every or back >= max(there + _MORE_WORDS, there * 3)
        ]


def _neighbours(pairs: Iterable[str], own: int, other: int) -> dict[str, set[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for pair in pairs:
        found[pair[own]].add(pair[other])
    return dict(found)


def _down(rows: Sequence[Sequence[str]]) -> list[str]:
    return ["".join(row[at] for row in rows if at < len(row)) for at in range(max(map(len, rows)))]
