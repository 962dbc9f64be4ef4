"""Chinese phrases by their sound: «hu罩给lb» is 护照给老板, «gong滋年di结» is 工资年底结.

Where somebody spells some syllables in Latin letters, by their first letters, in bopomofo or with rare characters, the
whole text is turned into sounds, and so are the phrases of the rules. One character then stands for a syllable without
tone, from a block of characters that nobody writes; letters that only begin a syllable have characters of their own. A
phrase that matches as a whole tells what single words cannot: two letters alone may be many words.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

from bot.content.han_homophones import SUSPICIOUS, Homophones
from bot.content.han_pairs import common
from bot.content.han_spelling import SYLLABLE_OF, sounds, syllables
from bot.content.han_words import HanWords
from bot.content.normalise import HAN, HAN_RUN, Normalised, Places, Reach, Stretch
from bot.content.patterns import Match, Phrase, Rule
from bot.content.phrase_index import PhraseIndex
from bot.content.rewritten import Edit, rewrite

#: Characters that stand for syllables, first letters of syllables and figures; nobody writes these.
_SYLLABLES, _INITIALS, _FIGURES = 0x3400, 0x3700, 0x3720
#: What stands for a character whose sound is not known.
_UNKNOWN = chr(0x37FF)
#: Where these are not told apart in speech, they are not by those who write as they speak either.
_ALIKE = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ing", "in"), ("eng", "en"))
#: Letters that may spell syllables; not those of addresses and names of accounts.
_SPELT = re.compile(r"(?<![@/a-z_.:])[a-z](?:[.']?[a-z0])*(?:[1-5](?!\d))?(?![@/a-z0-9_]|[.][a-z])")
_BOPOMOFO = re.compile(r"([\u3105-\u3129]{1,3})[ˊˇˋ˙ ]?")
_BLANKS = re.compile(r"[ .·]{1,3}(?=[a-z0-9\u3105-\u3129\u4e00-\u9fff])")
_BLANKS_BEFORE = re.compile(r"(?<=[\u4e00-\u9fff])[ .·]{1,3}$")
#: A figure that is a syllable, not a number: nothing is counted by it.
_COUNTED = "天个月年岁人名小时日号点楼元块万千百种次险金薪班层周位家级米倍折晚届夜餐顿趟回套张件本期场双位世代线环"
_FIGURE = re.compile(
    rf"(?:(?<=[\u4e00-\u9fff])\d|(?<![\w.:/,-])[4589])(?![{_COUNTED}])(?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff],)[4589](?![{_COUNTED}])(?=[\u4e00-\u9fff])"
)
#: What else figures are written for, by what they nearly sound like.
_NEARLY = {"0": ("ni", "nin"), "1": ("yao",), "2": ("ai", "liang"), "4": ("shi",), "5": ("wo",), "7": ("qu", "ji"),
           "8": ("bu", "bie"), "9": ("jiu",), "6": ("le", "lu")}  # fmt: skip
#: Words in Latin letters that stand in ordinary Chinese.
_ORDINARY = frozenset(
    """app apps hr ktv id pos vip it ceo cad erp excel word office ppt ps java boss qq wifi ok pm am km kg cm mm offer
    email mail tel the and or of to in for we you is are pc ai ui ip gps led cnc sop kpi base live show pr dj mc spa
    pick bd sql ios plc sqe mes iso ce gmp usb usd rmb usdt hkd aed eur gbp kk vpn dm pt ft jd cv tg ppt mt gm ml
    time game date team make take name more sale age can long ban men me he she ten""".split()  # noqa: SIM905
)
#: What a syllable of Chinese begins with.
_CONSONANTS = frozenset("bcdfghjklmnpqrstwxyz")
_LONGEST_SPELT, _MOST_INITIALS = 24, 4
#: Spelt syllables of one text that are looked at; more of a text is not read by its sound.
_MOST_SPELT, _MOST_READ = 200, 2000
#: So much of a phrase must be there; a first letter counts half.
_ENOUGH = 2.5
#: Longest match that is looked at for characters that only sound like what is meant.
_LONGEST_MATCH = 40
#: So far around a match other such characters show that the text is written so on purpose.
_BESIDE = 25
#: How much a syllable that is spelt there shows, as a logarithm.
_SPELT_BESIDE = 2.5
#: What is spelt may stand beside characters that are another's only where these are no less likely.
_AT_LEAST_SPELT = -1.0
#: Cantonese as it is written every day.
_CANTONESE = "佢嘅嚟啲喺咗哋嗰冇乜嘢唔咁係俾畀揾攞嘥咩噉嘞嗱嘈㗎咪喎啱嬲瞓"
_SPOKEN = re.compile("[佢嘅嚟啲喺咗哋嗰冇乜嘢唔咁揾嘥咩噉嘞嘈㗎咪喎啱嬲瞓]")
#: Rare characters of one text from which on they are taken for a disguise.
_RARE = 2
_PART_ENDS, _LINE_END = re.compile(r"[\n!?。]"), re.compile("\n")


def _alike(syllable: str) -> str:
    for written, said in _ALIKE:
        syllable = syllable.replace(written, said)
    return syllable


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    """Syllable, as it is heard -> the character that stands for it."""
    heard = sorted({_alike(sound) for sound in sounds().values()})
    return {syllable: chr(_SYLLABLES + number) for number, syllable in enumerate(heard)}


def _code(syllable: str) -> str:
    return _codes().get(_alike(syllable), _UNKNOWN)


@cache
def _heard(character: str) -> str:
    return _alike(sounds().get(character, ""))


def _initial(letter: str) -> str:
    return chr(_INITIALS + ord(letter) - ord("a"))


def _figure(figure: str) -> str:
    return chr(_FIGURES + int(figure))


@lru_cache(maxsize=1)
def _table() -> dict[int, str]:
    """Chinese character -> its sound."""
    return {ord(character): _code(sound) for character, sound in sounds().items()}


@lru_cache(maxsize=1)
def _written_as() -> dict[int, str]:
    """Chinese character -> all that may stand for it in a text of sounds: its sound, its first letter, a figure."""
    figures: defaultdict[str, str] = defaultdict(str)
    for figure, sound in SYLLABLE_OF.items():
        if figure.isdigit():
            figures[_code(sound)] += figure
            for said in (sound, *_NEARLY.get(figure, ())):
                figures[_code(said)] += _figure(figure)
    return {
        ord(character): (code := _code(sound)) + _initial(sound[0]) + figures.get(code, "")
        for character, sound in sounds().items()
        if "a" <= sound[:1] <= "z"
    }


@lru_cache(maxsize=1)
def _meanings() -> dict[str, tuple[str, ...]]:
    """Character of a text of sounds -> the sounds it may mean."""
    begin: defaultdict[str, list[str]] = defaultdict(list)
    for syllable, code in _codes().items():
        if "a" <= syllable[:1] <= "z":
            begin[_initial(syllable[0])].append(code)
    return {
        **{code: (code,) for code in _codes().values()},
        **{initial: tuple(codes) for initial, codes in begin.items()},
        **{figure: (_code(sound),) for figure, sound in SYLLABLE_OF.items() if figure.isdigit()},
        **{
            _figure(figure): tuple({_code(said) for said in (sound, *_NEARLY.get(figure, ()))})
            for figure, sound in SYLLABLE_OF.items()
            if figure.isdigit()
        },
    }


@lru_cache(maxsize=1)
def _bopomofo() -> dict[str, str]:
    from pypinyin.style.bopomofo import BopomofoConverter

    to_bopomofo = BopomofoConverter().to_bopomofo
    return {to_bopomofo(syllable).rstrip("˙ˊˇˋ"): syllable for syllable in set(sounds().values()) if syllable}


@dataclass(frozen=True)
class SoundedText(Normalised):
    """A text in sounds.

    Args:
        spelt: what is spelt: first code point of the original, one past the last, and how many syllables it says.
        written: the same text with its Chinese characters as they are written.
        unlikely: places where two characters are less likely than others of the same sound, and how much.
    """

    spelt: tuple[tuple[int, int, float], ...] = ()
    written: str = ""
    unlikely: tuple[tuple[int, float], ...] = ()

    @cached_property
    def pieces(self) -> frozenset[str]:
        """As of any text, with the sounds that its letters may mean."""
        return frozenset().union(*[stretch.pieces for _, stretch in self._parts(_LINE_END)])

    @cached_property
    def places(self) -> Places:
        """Where what the pieces name stands in the whole text."""
        return _SoundedStretch(self.text, self.pieces)

    def stretches(self, reach: Reach) -> list[tuple[int, Stretch]]:
        """As of any text, with the sounds that its letters may mean; those where something is spelt or unlikely."""
        known = self._stretches.get(reach)
        if known is None:
            known = self._stretches[reach] = [
                (begin, stretch)
                for begin, stretch in self._parts(_LINE_END if reach == "line" else _PART_ENDS)
                if self._odd(begin, begin + len(stretch.text))
            ]
        return known

    def _odd(self, begin: int, end: int) -> bool:
        first, last = self.offsets[begin], self.offsets[end]
        return any(first <= start < last for start, _, _ in self.spelt) or any(
            begin <= place < end for place, _ in self.unlikely
        )

    def _parts(self, ends: re.Pattern[str]) -> Iterator[tuple[int, Stretch]]:
        begin = 0
        for part in ends.split(self.text):
            if part:
                pieces = Normalised(part, range(len(part) + 1), part).pieces.union(_grams(part))
                yield begin, _SoundedStretch(part, pieces)
            begin += len(part) + 1

    def convincing(self, begin: int, close: int) -> bool:
        """Whether enough of a match is there, and something of it spelt: else it may sound so by chance."""
        first, last = self.span(begin, close)
        characters = len(HAN.findall(self.original, first, last))
        within = [said for start, end, said in self.spelt if first <= start and end <= last]
        return bool(within) and characters + sum(within) >= _ENOUGH


class _SoundedStretch(Stretch):
    """A part of a text in sounds."""

    __slots__ = ()

    def _found(self, piece: str) -> list[int]:
        """Where a piece stands; a syllable also where a letter or a figure may mean it."""
        if HAN.match(piece) is None:
            return super()._found(piece)
        return [found.start() for found in _meant_by()[piece[0]].finditer(self.text)]


@lru_cache(maxsize=1)
def _meant_by() -> dict[str, re.Pattern[str]]:
    """Sound -> what may mean it in a text of sounds."""
    written: defaultdict[str, str] = defaultdict(str)
    for character, codes in _meanings().items():
        for code in codes:
            written[code] += character
    return {code: re.compile(f"[{characters}]") for code, characters in written.items()}


def _grams(part: str) -> Iterator[str]:
    """What the characters of a text of sounds, one and two together, may mean."""
    meanings = _meanings()
    before: tuple[str, ...] = ()
    for character in part:
        meant = meanings.get(character, ())
        yield from meant
        for first in before:
            for second in meant:
                yield first + second
        before = meant


class SoundRules:
    """The rules for Chinese, by sound.

    Args:
        rules: as they are written.
    """

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = list(rules)

    @cached_property
    def _usual(self) -> frozenset[str]:
        return common().union(_CANTONESE, *(HAN.findall(phrase.source) for rule in self._rules for phrase in rule.any))

    @cached_property
    def _index(self) -> PhraseIndex:
        """Made when first needed: a start must not wait for it."""
        return PhraseIndex(
            dataclasses.replace(
                rule,
                any=tuple(map(_sounded, rule.any)),
                unless=tuple(map(_sounded, rule.unless)),
                only_with=tuple(map(_sounded, rule.only_with)),
                unless_anywhere=tuple(map(_sounded, rule.unless_anywhere)),
            )
            for rule in self._rules
        )

    def read(self, text: Normalised) -> SoundedText | None:
        """A text in sounds, or None where nothing in it is spelt.

        Args:
            text: its beginning is read.
        """
        if not HAN.search(text.text):
            return None
        if len(text.text) > _MOST_READ:
            text = rewrite(text, [(_MOST_READ, len(text.text), "")])
        written = text.text
        spelt: list[tuple[int, int, float]] = []
        edits: list[Edit] = []
        for begin, end, codes, said in itertools.islice(self._spelt(text), _MOST_SPELT):
            edits += [(begin, end, codes), *_blanks_beside(written, begin, end)]
            spelt.append((*text.span(begin, end), said))
        edits.sort()
        read = rewrite(text, edits) if edits else text
        # Cantonese is written as it is spoken: what is unlikely elsewhere is usual there.
        unlikely = () if _SPOKEN.search(written) else tuple(self._homophones.found(read.text))
        if not spelt and not _suspicious(unlikely):
            return None
        return SoundedText(
            read.text.translate(_table()), read.offsets, read.original, read.ends, tuple(spelt), read.text, unlikely
        )

    def find(self, text: SoundedText, besides: Container[str] = ()) -> Iterator[Match]:
        """Where rules stand in a text in sounds.

        Args:
            text: what :meth:`read` returned.
            besides: sections whose rules need not be looked for.
        """
        for possible in self._index.possible(text):
            if possible.rule.section in besides:
                continue
            spans = [span for span in possible.search() if self._meant(possible.phrase.regex, text, *span)]
            yield from possible.rule.raised(spans, text)

    def _meant(self, phrase: re.Pattern[str], text: SoundedText, begin: int, end: int) -> bool:
        """Whether a match is what was meant: something of it is spelt, or characters are unlikely as they stand."""
        spelt = text.convincing(begin, end)
        if not spelt and (not text.unlikely or end - begin > _LONGEST_MATCH):
            return False
        written, meant, others = self._read(phrase, text, begin, end)
        if spelt:
            return not others or self._homophones.likelier("", written, meant, "") >= _AT_LEAST_SPELT
        beside = sum(
            gain
            for place, gain in text.unlikely
            if begin - _BESIDE <= place < end + _BESIDE and not begin - 1 <= place < end
        )
        first, last = text.offsets[max(0, begin - _BESIDE)], text.offsets[min(end + _BESIDE, len(text.text))]
        beside += _SPELT_BESIDE * sum(first <= start < last for start, _, _ in text.spelt)
        return self._homophones.meant(written, meant, others, beside)

    def _read(self, phrase: re.Pattern[str], text: SoundedText, begin: int, end: int) -> tuple[str, str, list[int]]:
        """What is written where a phrase matches, what the phrase means, and where these differ; no place: unknown."""
        around = max(0, begin - 1)
        heard = list(text.text[around : end + 1])
        written = text.written[around : end + 1]

        def stands() -> bool:
            found = phrase.match("".join(heard), begin - around)
            return found is not None and found.end() == end - around

        meant = list(written)
        others = []
        for at in range(begin - around, end - around):
            sound, heard[at] = heard[at], written[at]
            if sound != written[at] and not stands():
                heard[at] = sound
                others.append(at)
        for at in others:
            sound = heard[at]
            best = ""
            for other in self._sounding.get(sound, ()):
                heard[at] = other
                if stands() and (not best or self._homophones.nearer(other, best, meant, at)):
                    best = other
            heard[at] = sound
            if not best:
                return written, written, []
            meant[at] = heard[at] = best
        return written, "".join(meant), others

    @cached_property
    def _sounding(self) -> dict[str, list[str]]:
        """Character of a text of sounds -> the characters of the rules that sound so."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for character in sorted({letter for run in self._runs for letter in run}):
            found[_code(sounds().get(character, ""))].append(character)
        return dict(found)

    @cached_property
    def _runs(self) -> frozenset[str]:
        return HanWords(phrase.source for rule in self._rules for phrase in rule.any).runs

    @cached_property
    def _homophones(self) -> Homophones:
        return Homophones(self._runs, _heard)

    def _spelt(self, text: Normalised) -> Iterator[tuple[int, int, str, float]]:
        """What spells syllables: beginning, end, what it is in a text of sounds, and how many syllables it says."""
        written = text.text
        runs = list(_SPELT.finditer(text.text))
        if runs:
            yield from _in_letters(text, runs)
        for found in _BOPOMOFO.finditer(written):
            syllable = _bopomofo().get(found.group(1))
            if syllable is not None:
                yield *found.span(), _code(syllable), 1.0
        for found in _FIGURE.finditer(written):
            if text.original[text.offsets[found.start()]] not in "零〇一二三四五六七八九":
                yield *found.span(), _figure(found.group()), 1.0
        rare = {character for character in set(written) - self._usual if ord(character) in _table()}
        if len(rare) >= _RARE:
            for found in HAN.finditer(written):
                if found.group() in rare:
                    yield *found.span(), found.group(), 1.0


def _suspicious(unlikely: Sequence[tuple[int, float]]) -> bool:
    """Whether enough of a text is unlikely in one place that it is worth to be read by its sound."""
    return any(
        sum(
            gain
            for (place, gain), (before, _) in zip(unlikely[at:], [(-2, 0.0), *unlikely[at:]], strict=False)
            if place < begin + _BESIDE and place > before + 1
        )
        >= SUSPICIOUS
        for at, (begin, _) in enumerate(unlikely)
    )


def _in_letters(text: Normalised, runs: Sequence[re.Match[str]]) -> Iterator[tuple[int, int, str, float]]:
    """Latin letters that spell syllables, unless most of them are words of another language."""
    written, read = text.text, [(run, _core(run.group())) for run in runs]
    said = {core: _syllables(core) for _, core in read}
    foreign = sum(len(core) > _MOST_INITIALS and not said[core] for _, core in read)
    if foreign * 2 > len(read):
        return
    beside = -2
    for run, core in read:
        begin, end = run.span()
        counted = begin > 0 and written[begin - 1].isdigit()
        original = text.original[slice(*text.span(begin, end))]
        if core in _ORDINARY or (counted and len(core) < 3):
            continue
        if said[core] and (original.islower() or original.isupper()):
            yield begin, end, said[core], len(said[core])
            beside = end
        elif (
            not counted
            and _CONSONANTS.issuperset(core)
            and (original.islower() if 1 < len(core) <= _MOST_INITIALS else len(core) == 1)
            and (0 <= begin - beside <= 1 or _among(written, begin, end))
        ):
            # A capital letter is as often a type or a grade.
            yield begin, end, "".join(map(_initial, core)), len(core) / 2 if original.islower() else 0.0
            beside = end


def _core(run: str) -> str:
    return re.sub("[.']", "", run).rstrip("12345")


def _syllables(core: str) -> str:
    """Letters as a text of sounds; nothing where they are no syllables."""
    found = syllables(core.replace("0", "o")) if len(core) <= _LONGEST_SPELT else []
    if any(len(one) == 1 and one not in SYLLABLE_OF for one in found):
        return ""
    return "".join(_code(SYLLABLE_OF.get(one, one)) for one in found)


def _among(written: str, begin: int, end: int) -> bool:
    """Whether a Chinese character stands beside this part, a blank between them or none."""
    return bool(
        HAN.match(written[max(0, begin - 2) : begin].rstrip()[-1:]) or HAN.match(written[end : end + 2].lstrip())
    )


def _blanks_beside(written: str, begin: int, end: int) -> Iterator[Edit]:
    """Blanks that part what is spelt from its neighbours."""
    after = _BLANKS.match(written, end)
    if after is not None:
        yield *after.span(), ""
    before = _BLANKS_BEFORE.search(written, max(0, begin - 4), begin)
    if before is not None:
        yield *before.span(), ""


class _SoundPhrase(Phrase):
    """A phrase of which only the sound counts."""

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """The compiled expression."""
        return re.compile(_in_sounds(self.expression))


def _sounded(phrase: Phrase) -> Phrase:
    if not phrase.han:
        return phrase
    literals = tuple(tuple({_piece(piece) for piece in group}) for group in phrase.literals)
    return _SoundPhrase(
        phrase.source, phrase.expression, literals, han=True, anchors=_first_sounds(phrase.anchors), reach=phrase.reach
    )


def _first_sounds(anchors: Sequence[str]) -> tuple[str, ...]:
    """Where a phrase begins in a text of sounds; nothing where it may begin with what has no sound."""
    first = {anchor[0].translate(_table()) for anchor in anchors}
    return tuple(sorted(first)) if first <= _meant_by().keys() else ()


def _piece(piece: str) -> str:
    """A piece by which a phrase is looked up; of Chinese two characters, as a text of sounds names them."""
    return piece[:2].translate(_table()) if HAN_RUN.match(piece) else piece


def _in_sounds(expression: str) -> str:
    """A regular expression with a class of what may stand for it in place of each Chinese character."""
    written_as = _written_as()
    parts: list[str] = []
    in_class = escaped = False
    for character in expression:
        if escaped:
            escaped = False
        elif character == "\\":
            escaped = True
        elif character in "[]":
            in_class = character == "["
        else:
            codes = written_as.get(ord(character))
            parts.append(character if codes is None else character + codes if in_class else f"[{character}{codes}]")
            continue
        parts.append(character)
    return "".join(parts)
