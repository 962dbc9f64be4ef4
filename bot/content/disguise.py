"""Offers written to hide from filters, read as a person reads them.

Recruiters who know that they are looked for write «п а с п о р т», «раб0та», «з/п», «п*спорт», "v信" or an aeroplane
instead of the word. A *reading* is the text with such words put right; every character of it still knows which of the
original's it stands for. Readings are tried beside the text as it stands, never instead of it, and a word is only put
right where a word of the rules comes out of it: nothing plain is lost.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from babel import Locale

from bot.content.country_flags import country_flags
from bot.content.distorted import distorted
from bot.content.han_shapes import HanShapes
from bot.content.han_spelling import HanSpelling
from bot.content.han_words import HanWords
from bot.content.languages import LANGUAGES, candidates, latin_chances
from bot.content.latin_typed import to_cyrillic
from bot.content.lookalikes import TWINS
from bot.content.misspelt.reader import LANGUAGES as SPELT
from bot.content.misspelt.reader import Misspelt, languages_of
from bot.content.misspelt.rule_words import RuleWords, load_ordinary
from bot.content.normalise import HAN, Normalised, normalise
from bot.content.patterns import PatternError, Phrase, Rule, compile_phrase
from bot.content.phrase_index import PhraseIndex
from bot.content.rewritten import Edit, apart, rewrite

#: From this chance on text in Latin letters is read in Cyrillic, too.
LATIN_CHANCE = 0.3
#: Characters of the text by which that is decided: more would say little more, and takes time.
_LATIN_READ = 120
#: Shortest word that one may recognise in a disguise, letters.
_SHORTEST = 4
#: Shortest word put together from what blanks or line ends separate.
_SHORTEST_SPLIT = 6
#: From so many of them on words are cut on purpose.
_SPLIT_ON_PURPOSE = 2
#: Longest ending that a word may have after what a rule names of it.
_ENDING = 4
#: Most ways one disguised word is read.
_WAYS = 48
#: Longest disguised word, and most of them looked at in one text: a text of nothing else is not worth more time.
_LONGEST, _ODD_WORDS = 30, 60
#: Most code words replaced in one text.
_CODE_WORDS = 300
#: Most letters that are put together in one place.
_RUN = 80

_LETTER = r"[^\W\d_]"
_SEPARATOR = r"[^\w]"
#: Single letters with something between them: «р а б о т а», «р.а.б.о.т.а», «p_a_s_s».
_SPACED = re.compile(rf"(?<![^\W_]){_LETTER}(?:(?:_|{_SEPARATOR}){{1,3}}{_LETTER}){{2,{_RUN}}}(?![^\W_])")
_LETTERS = re.compile(_LETTER)
_BETWEEN = re.compile(rf"(?:_|{_SEPARATOR}){{1,3}}")
#: Single Chinese characters set apart, and signs between Chinese characters that are no punctuation.
_HAN_SPACED = re.compile(
    rf"(?<!{HAN.pattern}){HAN.pattern}(?:[^\w\n，。、；！？]{{1,3}}{HAN.pattern})+(?!{HAN.pattern})"
)
_HAN_BROKEN = re.compile(rf"(?<={HAN.pattern})(?:_|[^\w\n，。、；：！？（）()…,;:!?\"]){{1,3}}(?={HAN.pattern})")
#: Numbers in Chinese characters, also those of banknotes, where something is counted.
_HAN_DIGITS = dict(
    zip("零〇一二两三四五六七八九壹贰叁肆伍陆柒捌玖", (0, 0, 1, 2, 2, *range(3, 10), *range(1, 10)), strict=True)
)
_HAN_UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "拾": 10, "佰": 100, "仟": 1000}
_HAN_NUMBER = re.compile(
    rf"[{''.join(_HAN_DIGITS)}十百千万拾佰仟]{{1,8}}(?=多?(?:元|块|岁|美|刀|u|欧|人民币|港币|泰铢|周岁|w|k|/|底|薪|起))"
)
#: A line that goes on in the next one, and marks that stand between all words.
_WRAPPED = re.compile(r"(?<=[^\W\d_])[ ]?(?:[-,][ ]?)?\n[ ]?(?=[^\W\d_])")
_MARK = re.compile(r"(?<=\w\w)[.!?…]{1,3}(?=\s+\w)")
_MARK_SIGNS = ".!?…"
#: From this many such marks a word on, they part nothing; a longest line of Chinese that a word may be broken in.
_MARKS_A_WORD, _SHORT_HAN_LINE = 0.4, 6
#: A word with other things than letters in it.
_TOKEN = re.compile(r"[^\s,;:\"()<>\[\]{}。，！？、；：\u3400-\u9fff]{3,60}")
_ODD = re.compile(r"[^\W_](?:\d|[*#•·_]|[^\w\s'\-](?=[^\W_]))|[\d@$€|!*#][^\W\d_]|([^\W\d_])\1\1|(?:([^\W\d_])\2){3}")
#: Of what is odd, that which words of letters alone may have.
_REPEATING = re.compile(r"([^\W\d_])\1\1|(?:([^\W\d_])\2){3}")
_HIDING = re.compile(r"[^\W_]\d[^\W_]|[^\W_][^\w\s'\-][^\W_]|(?:[^\W_][ ._|*]){3}|^\S*[@$*#]\S*$")
_MIXED_WORD = re.compile(r"[A-Za-z][\u0400-\u04ff]|[\u0400-\u04ff][A-Za-z]")
_ADDRESS = re.compile(r"https?://|www\.|t\.me/|@|\S+@\S+\.|#url_")
_FRAGMENT = re.compile(_LETTER + "+")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_LATIN_LETTER = re.compile("[a-zA-Z]")
_DIGIT = re.compile(r"\d")
_LATIN_WORD = re.compile(r"(?<![@/\w.])(?=[0-9'`]*[a-z])[a-z0-9'`]+(?![@/\w])")
_TWIN_WORD = re.compile(rf"(?<!\w)[{''.join(TWINS)}]{{3,}}(?!\w)")
#: What stands for a letter, by how it looks or sounds.
_CYRILLIC_SIGNS = {
    "0": "о", "1": "ли", "3": "зе", "4": "ча", "5": "с", "6": "бш", "7": "т", "8": "в", "9": "яд",
    "@": "а", "$": "с", "€": "е", "|": "л", "!": "и", "#": "н", "і": "и", "ї": "и", "є": "е", "ј": "й",
    "b": "вб", "h": "н", "n": "пн", "r": "гр", "u": "иу", "m": "м", "t": "т", "i": "и",
}  # fmt: skip
_LATIN_SIGNS = {
    "0": "o", "1": "il", "3": "e", "4": "a", "5": "s", "6": "bg", "7": "t", "8": "b", "9": "g",
    "@": "a", "$": "s", "€": "e", "|": "il", "!": "i", "+": "t",
}  # fmt: skip
_VOWELS = frozenset("аеиоуыэюяъaeiouy")
#: Figures in which letters stand for noughts, or that are written apart.
_NOUGHTS = re.compile(r"(?<![a-z\u0400-\u04ff\d])\d[\dоo]*[оo][\dоo]*(?![a-z\u0400-\u04ff\d])")
_FIGURES_APART = re.compile(r"(?<![\d.,])\d(?: \d){2,}(?!\d)")
#: Signs that may stand for any letter, or for none.
_ANY = "*#•·_?"
_REPEATED = re.compile(r"(\w)\1+")
_REPEATED_MUCH = re.compile(r"(\w)\1{2,}")


@dataclass(frozen=True)
class Reading:
    """One way to read a text.

    Args:
        text: the text so read.
        languages: whose rules are to look at it.
    """

    text: Normalised
    languages: tuple[str, ...]


_WORD_OR_STEM = re.compile(r"\*?[^\W\d_]+\*?")
#: What normalising leaves as it is.
_NORMAL = re.compile(r"\*?(?:[a-z]+|[а-я]+)\*?")


class Vocabulary:
    """The words that rules look for, whole or by their beginning."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self.whole: set[str] = set()
        self.stems: set[str] = set()
        # Each word once: normalising twenty thousand phrases would take half of a start.
        for written in set(_WORD_OR_STEM.findall("\n".join(phrases))):
            word = written if _NORMAL.fullmatch(written) else normalise(written).text
            if len(word.strip("*")) < _SHORTEST - 1 or word.startswith("*") or HAN.search(word):
                continue
            (self.stems if word.endswith("*") else self.whole).add(word.strip("*"))
        self._by_letter: dict[str, tuple[list[str], list[str]]] = {}
        for words, place in ((self.whole, 0), (self.stems, 1)):
            for word in sorted(words):
                if len(word) >= _SHORTEST:
                    self._by_letter.setdefault(word[0], ([], []))[place].append(word)
        self._beginnings = {word[: _SHORTEST - 1] for word in self.whole | self.stems}
        #: First letters -> the lengths of the stems that begin so.
        self._stem_sizes: dict[str, tuple[int, ...]] = {}
        for word in self.stems:
            sizes = self._stem_sizes.get(word[: _SHORTEST - 1], ())
            if len(word) not in sizes:
                self._stem_sizes[word[: _SHORTEST - 1]] = (*sizes, len(word))

    def known(self, word: str, shortest: int = _SHORTEST) -> bool:
        """Whether a rule may look for this word."""
        if len(word) < shortest:
            return False
        if word in self.whole:
            return True
        least = len(word) - _ENDING
        for size in self._stem_sizes.get(word[: _SHORTEST - 1], ()):
            if least <= size and word[:size] in self.stems:
                return True
        return False

    def beginning(self, letter: str) -> tuple[list[str], list[str]]:
        """The whole words and the stems that begin with a letter."""
        return self._by_letter.get(letter, ([], []))

    def may_begin(self, beginning: str) -> bool:
        """Whether a word of the rules begins with these letters, or, where they are few, may."""
        return len(beginning) < _SHORTEST - 1 or beginning[: _SHORTEST - 1] in self._beginnings

    def split(self, letters: str) -> str:
        """Letters without blanks, as the words they hold: unknown rests stay together."""
        best: list[tuple[float, int, bool]] = [(0.0, 0, False)]
        for end in range(1, len(letters) + 1):
            ways = [(best[end - 1][0] + 1.0, end - 1, False)]
            for start in range(max(0, end - 20), end - 2):
                if self.known(letters[start:end], shortest=3):
                    ways.append((best[start][0] + 0.9 - 0.01 * (end - start), start, True))
            best.append(min(ways))
        words: list[str] = []
        end, rest = len(letters), ""
        while end:
            _, start, known = best[end]
            if known:
                words += [rest, letters[start:end]]
                rest = ""
            else:
                rest = letters[start:end] + rest
            end = start
        return " ".join(word for word in reversed([*words, rest]) if word)


@dataclass(frozen=True)
class CodeWord:
    """What recruiters write, and what they mean by it: of several things the one that fits its neighbours."""

    written: tuple[Phrase, ...]
    means: tuple[str, ...]
    file: str
    line: int


def load_code_words(path: Path) -> tuple[CodeWord, ...]:
    """Read ``code_words.yml`` of one language; a file that is missing holds none.

    Raises:
        PatternError: naming file and line.
    """
    if not path.exists():
        return ()
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise PatternError(f"{path}:{mark.line + 1 if mark else 1}: not valid YAML") from error
    if root is None:
        return ()
    if not isinstance(root, yaml.SequenceNode):
        raise PatternError(f"{path}:1: expected a list; each item has write and means, and perhaps why")
    return tuple(_code_word(item, path) for item in root.value)


def _code_word(node: yaml.Node, path: Path) -> CodeWord:
    line = node.start_mark.line + 1
    fields: dict[str, Any] = (
        {key.value: value for key, value in node.value} if isinstance(node, yaml.MappingNode) else {}
    )
    written, means = fields.get("write"), fields.get("means")
    unknown = set(fields) - {"write", "means", "why", "source"}
    if unknown:
        raise PatternError(f"{path}:{line}: unknown word «{sorted(unknown)[0]}»; there is write, means, why, source")
    if not isinstance(written, yaml.SequenceNode) or not isinstance(means, yaml.ScalarNode) or not means.value.strip():
        raise PatternError(f"{path}:{line}: give write (a list of phrases) and means (the plain words)")
    phrases = []
    for item in written.value:
        if not isinstance(item, yaml.ScalarNode):
            raise PatternError(f"{path}:{item.start_mark.line + 1}: put this text in quotation marks")
        try:
            phrases.append(compile_phrase(item.value))
        except PatternError as error:
            raise PatternError(f"{path}:{item.start_mark.line + 1}: {error}") from error
    meanings = tuple(normalise(meaning.strip()).text for meaning in means.value.split("|"))
    return CodeWord(tuple(phrases), meanings, str(path), line)


class Disguises:
    """Finds the readings of a text.

    Args:
        vocabulary: what rules look for.
        han: their Chinese words, by sound and by halves.
        shapes: their Chinese words, as they may be drawn.
        code_words: language -> its code words.
        misspelt: what recognises the words of a language however they are spelt.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        han: HanSpelling,
        shapes: HanShapes,
        code_words: Mapping[str, Sequence[CodeWord]],
        misspelt: Sequence[Misspelt] = (),
    ) -> None:
        self._vocabulary = vocabulary
        self._misspelt = tuple(misspelt)
        self._han = han
        self._shapes = shapes
        self._meanings: dict[str, dict[str, tuple[str, ...]]] = {}
        self._indexes: dict[str, PhraseIndex] = {}
        for language, words in code_words.items():
            rules = [
                Rule(f"{number}", "code", word.written, (), (), (), file=word.file, line=word.line)
                for number, word in enumerate(words)
            ]
            self._meanings[language] = {f"{number}": word.means for number, word in enumerate(words)}
            self._indexes[language] = PhraseIndex(rules)

    @classmethod
    def load(cls, locales: Path, rules: Iterable[Rule]) -> Disguises:
        """Read ``<language>/code_words.yml`` under a ``locales`` folder.

        Args:
            locales: the folder.
            rules: whose words are to be recognised.

        Raises:
            PatternError: a file is wrong; names file and line.
        """
        code_words = {code: load_code_words(locales / code / "code_words.yml") for code in LANGUAGES}
        rules = list(rules)
        misspelt = [
            Misspelt(
                code,
                RuleWords(
                    [phrase.source for rule in rules if Path(rule.file).parent.name == code for phrase in rule.any],
                    _written(locales, (code,)),
                    load_ordinary(locales / code / "misspelt_words.txt"),
                ),
            )
            for code in SPELT
        ]
        return cls.of(rules, _written(locales), code_words, misspelt)

    @classmethod
    def of(
        cls,
        rules: Iterable[Rule],
        more: Iterable[str] = (),
        code_words: Mapping[str, Sequence[CodeWord]] | None = None,
        misspelt: Sequence[Misspelt] = (),
    ) -> Disguises:
        """Recognise the words of rules.

        Args:
            rules: whose words are to be recognised.
            more: other words.
            code_words: language -> its code words.
            misspelt: what recognises the words of a language however they are spelt.
        """
        phrases = [phrase.source for rule in rules for phrase in rule.any]
        han_words = HanWords(phrases)
        return cls(
            Vocabulary([*phrases, *more]), HanSpelling(han_words), HanShapes(han_words), code_words or {}, misspelt
        )

    def readings(self, text: Normalised) -> list[Reading]:
        """How else a text may be read; empty for a text that hides nothing."""
        return self.look(text)[0]

    def look(self, text: Normalised, surely: str | None = None) -> tuple[list[Reading], Normalised, int]:
        """How else a text may be read, the text put right, and how many words only a person reads as they are written.

        Only words that rules look for count; digits, emoji and wrapped lines may stand in any text.

        Args:
            text: normalised.
            surely: the one language the text is in, if that is known: it is not read as if it were in another
                alphabet's. Chinese in it is read all the same, for what it spells.
        """
        found: list[Reading] = []
        uncovered, hidden_words = self.uncover(text)
        languages = tuple(candidates(uncovered.text))
        forms = (text,) if uncovered is text else (uncovered, text)
        if uncovered is not text:
            found.append(Reading(uncovered, languages))
        for language in languages:
            if surely not in (None, language) and language != "zh":
                continue
            for read in (text, uncovered) if language == "zh" and uncovered is not text else forms:
                decoded = self._decoded(read, language)
                if decoded is None:
                    continue
                if language == "zh" and read is text and uncovered is not text:
                    # What is put right may need the meaning of a code word beside it.
                    further, _ = self.uncover(decoded)
                    if further is not decoded:
                        found.append(Reading(further, (language,)))
                found.append(Reading(decoded, (language,)))
        if HAN.search(text.text):
            columns = self._shapes.columns(text.text)
            if columns:
                found.append(Reading(rewrite(text, columns), ("zh",)))
            heads = self._shapes.heads(text.text)
            if heads:
                found.append(Reading(rewrite(text, heads), ("zh",)))
            backwards = self._shapes.backwards(uncovered.text)
            if backwards:
                found.append(Reading(rewrite(uncovered, backwards), ("zh",)))
        sounded = self._han.sounded(uncovered.text)
        if sounded:
            found.append(Reading(rewrite(uncovered, sounded), ("zh",)))
        chances: dict[str, dict[str, float]] = {}
        for read in reversed(forms):
            found += self._in_cyrillic(read, chances, ("ru", "bg") if surely is None else (surely,))
        found += self._respelt(uncovered, found, surely)
        return found, uncovered, hidden_words

    def uncover(self, text: Normalised) -> tuple[Normalised, int]:
        """The text put right, itself where nothing is, and how many words only a person reads as they are written."""
        edits = sorted(self._edits(text), key=lambda edit: (edit[0], -edit[1]))
        return rewrite(text, edits) if edits else text, self._hidden_words(text, edits)

    def plain(self, text: str) -> str:
        """A text with the words put right that are hidden in it; as it came where none are."""
        uncovered, hidden_words = self.uncover(normalise(text))
        return uncovered.text if hidden_words else text

    def _hidden_words(self, text: Normalised, edits: Sequence[Edit]) -> int:
        words = {
            (start, end)
            for start, end, replacement in edits
            if _HIDING.search(text.original[slice(*text.span(start, end))])
            and any(map(self._vocabulary.known, replacement.split()))
        }
        mixed = _LATIN_LETTER.search(text.original) and _CYRILLIC.search(text.original)
        return len(words) + (len(_MIXED_WORD.findall(text.original)) if mixed else 0)

    # Words put right

    def _edits(self, text: Normalised) -> Iterator[Edit]:
        written = text.text
        for run in itertools.islice(_SPACED.finditer(written), _ODD_WORDS):
            joined = self._together(run.group())
            if joined is not None:
                yield run.start(), run.end(), joined
        if HAN.search(written):
            for run in _HAN_SPACED.finditer(written):
                yield run.start(), run.end(), "".join(HAN.findall(run.group()))
            for broken in itertools.islice(_HAN_BROKEN.finditer(written), _CODE_WORDS):
                # Offsets stay those of the characters around: the sign is left out.
                yield broken.start(), broken.end(), ""
            yield from self._han.joined(written)
            # Before the shapes: of two edits of the same characters the first counts.
            for number in _HAN_NUMBER.finditer(written):
                yield number.start(), number.end(), str(_han_number(number.group()))
            yield from self._shapes.edits(written)
        yield from distorted(text, self._vocabulary.known)
        if _DIGIT.search(written):
            for figures in _NOUGHTS.finditer(written):
                yield figures.start(), figures.end(), re.sub("[оo]", "0", figures.group())
            for figures in _FIGURES_APART.finditer(written):
                yield figures.start(), figures.end(), figures.group().replace(" ", "")
        if "\n" in written:
            yield from self._wrapped_lines(text)
        most_marks = sum(map(written.count, _MARK_SIGNS))
        if most_marks > 2 and most_marks > (enough := _MARKS_A_WORD * len(written.split())):
            marks = list(_MARK.finditer(written))
            if len(marks) > 2 and len(marks) > enough:
                for mark in marks:
                    yield mark.start(), mark.end(), " "
        for token in itertools.islice(_odd_words(written), _ODD_WORDS):
            yield from self._odd_word(token.group(), token.start())
        if _LATIN_LETTER.search(written) and _CYRILLIC.search(written):
            for twin in _TWIN_WORD.finditer(written):
                cyrillic = "".join(TWINS[letter] for letter in twin.group())
                if self._vocabulary.known(cyrillic):
                    yield twin.start(), twin.end(), cyrillic
        yield from self._split_words(written)

    def _together(self, run: str) -> str | None:
        """Single letters as words; where the gaps differ, the wider ones part words."""
        gaps = [gap.group() for gap in _BETWEEN.finditer(run)]
        letters = _LETTERS.findall(run)
        narrow = min(map(len, gaps))
        if max(map(len, gaps)) > narrow:
            words = [letters[0]]
            for gap, letter in zip(gaps, letters[1:], strict=True):
                if len(gap) > narrow:
                    words.append(letter)
                else:
                    words[-1] += letter
        else:
            joined = "".join(letters)
            words = [joined] if self._vocabulary.known(joined) else self._vocabulary.split(joined).split()
        # Nobody writes so many letters apart by chance; fewer must make a word that is looked for.
        telling = max(map(len, words)) >= _SHORTEST_SPLIT or any(map(self._vocabulary.known, words))
        return " ".join(words) if telling else None

    def _odd_word(self, word: str, start: int) -> Iterator[Edit]:
        for begin, end in _cores(word):
            core = word[begin:end]
            if not _SHORTEST <= end - begin <= _LONGEST or sum(letter.isalpha() for letter in core) < 2:
                continue
            known = next(filter(self._vocabulary.known, self._ways(core)), None)
            if known is not None and known != core:
                yield start + begin, start + end, known
                return
        # No word that is looked for: as it most likely reads, since other words beside it may need it.
        begin, end = next(_cores(word))
        core = word[begin:end]
        if "/" not in core and sum(map(str.isalpha, core)) > max(3, len(core) // 2):
            signs = _CYRILLIC_SIGNS if _CYRILLIC.search(core) else _LATIN_SIGNS
            yield start + begin, start + end, _REPEATED_MUCH.sub(r"\1", _likeliest(core, signs))

    def _ways(self, core: str) -> Iterator[str]:
        """What a word with other things in it may mean, the likeliest first."""
        signs = _CYRILLIC_SIGNS if _CYRILLIC.search(core) else _LATIN_SIGNS
        yield _REPEATED_MUCH.sub(r"\1", core)
        options = [
            ("", *signs.get(letter, ""))
            if letter in _ANY
            else tuple(signs.get(letter, letter if letter.isalnum() else "")) or ("",)
            for letter in core
        ]
        for chosen in itertools.islice(itertools.product(*options), _WAYS):
            way = "".join(chosen)
            yield way
            yield _REPEATED.sub(r"\1", way)
        letters = "".join(filter(str.isalpha, core))
        yield letters
        yield _REPEATED.sub(r"\1", letters)
        if 0 < sum(core.count(sign) for sign in _ANY) <= 3:
            yield from self._guesses(core)

    def _guesses(self, core: str) -> Iterator[str]:
        """Words of the rules that fit where a sign hides one letter or two."""
        whole, stems = self._vocabulary.beginning(core[0])
        yield from (word for word in whole if _fits(core, word, least=0))
        # What stands after the last hidden letter may go beyond what the rule names of the word.
        last = max(core.rfind(sign) for sign in _ANY)
        for cut in range(len(core), max(last, len(core) - _ENDING - 1), -1):
            yield from (stem + core[cut:] for stem in stems if _fits(core[:cut], stem, least=1))

    def _wrapped_lines(self, text: Normalised) -> Iterator[Edit]:
        """Line ends within a sentence: the next line begins with a small letter, or a Chinese line is very short."""
        for end in _WRAPPED.finditer(text.text):
            if HAN.match(text.text, end.end()) or HAN.match(text.text, end.start() - 1):
                line = end.start() - text.text.rfind("\n", 0, end.start()) - 1
                if line <= _SHORT_HAN_LINE:
                    yield end.start(), end.end(), ""
            elif text.original[text.offsets[end.end()]].islower():
                yield end.start(), end.end(), " "

    def _split_words(self, written: str) -> Iterator[Edit]:
        """Words that a blank, a line end or a hyphen cuts in two or three; where several are, short ones as well."""
        found = list(self._split(written, _SHORTEST_SPLIT))
        yield from found
        if len(found) >= _SPLIT_ON_PURPOSE:
            yield from self._split(written, _SHORTEST)

    def _split(self, written: str, shortest: int) -> Iterator[Edit]:
        places = [found.span() for found in _FRAGMENT.finditer(written)]
        fragments = _FRAGMENT.findall(written)
        with_han = HAN.search(written) is not None
        known, may_begin = self._vocabulary.known, self._vocabulary.may_begin
        for index, (first, second) in enumerate(itertools.pairwise(fragments)):
            start, end = places[index]
            next_start, next_end = places[index + 1]
            if next_start - end > 3 or not may_begin(first):
                continue
            if next_start - end == 3 and written[end:next_start].strip(" \n-.|/\\_*·"):
                continue
            joined = first + second
            if with_han and HAN.search(joined):
                continue
            if known(joined, shortest) and not known(first) and (len(second) > 2 or not known(second)):
                yield start, next_end, joined
            elif len(joined) <= 8 and index + 2 < len(fragments) and places[index + 2][0] - next_end <= 3:
                whole = joined + fragments[index + 2]
                if (
                    len(whole) <= 12
                    and known(whole, shortest)
                    and not known(first)
                    and not known(joined, _SHORTEST - 1)
                ):
                    yield start, places[index + 2][1], whole

    # Code words

    def _decoded(self, text: Normalised, language: str) -> Normalised | None:
        index = self._indexes.get(language)
        if index is None:
            return None
        found: list[tuple[int, int, tuple[str, ...]]] = []
        for possible in index.possible(text):
            meanings = self._meanings[language][possible.rule.id]
            written = text.text if possible.phrase.han else text.alphabetic
            for start, end in possible.search():
                if len(found) == _CODE_WORDS:
                    break
                if end > start and written[start:end] != meanings[0]:
                    found.append((start, end, meanings))
        for start, end, name in itertools.islice(_countries(text.text, language), _CODE_WORDS):
            found.append((start, end, (name,)))
        if not found:
            return None
        found.sort(key=lambda code: (code[0], -code[1]))
        if language == "zh":
            return rewrite(text, list(self._shapes.meanings(text.text, found)))
        written = text.text
        edits = [
            (start, end, apart(meanings[0], written[max(0, start - 1) : start], written[end : end + 1]))
            for start, end, meanings in found
        ]
        return rewrite(text, edits)

    # Words spelt otherwise

    def _respelt(self, uncovered: Normalised, readings: Sequence[Reading], surely: str | None) -> Iterator[Reading]:
        """The text, and what of it was put into Cyrillic, with words spelt as the rules spell them."""
        if not self._misspelt:
            return
        own = languages_of(uncovered.text) if surely is None else (surely,)
        texts = [(uncovered, own)] if _CYRILLIC.search(uncovered.text) else []
        texts += [
            (reading.text, reading.languages)
            for reading in readings
            if reading.languages in (("ru",), ("bg",)) and not _CYRILLIC.search(reading.text.original)
        ]
        for text, languages in texts:
            for misspelt in self._misspelt:
                if misspelt.language not in languages:
                    continue
                others = [one for one in self._misspelt if one is not misspelt and one.language in languages]
                found = misspelt.edits(text, others[0].word) if others else misspelt.edits(text)
                edits = sorted(found, key=lambda edit: (edit[0], -edit[1]))
                if not edits:
                    continue
                respelt = rewrite(text, edits)
                yield Reading(respelt, (misspelt.language,))
                decoded = self._decoded(respelt, misspelt.language)
                if decoded is not None:
                    yield Reading(decoded, (misspelt.language,))

    # Russian and Bulgarian in Latin letters

    def _in_cyrillic(
        self, text: Normalised, known: dict[str, dict[str, float]], languages: Sequence[str]
    ) -> Iterator[Reading]:
        if "ru" not in languages and "bg" not in languages:
            return
        words = list(_LATIN_WORD.finditer(text.text)) if _LATIN_LETTER.search(text.text) else []
        if len(words) < 2:
            return
        typed = " ".join(word.group() for word in words)[:_LATIN_READ]
        if typed not in known:
            known[typed] = latin_chances(typed)
        chances = known[typed]
        mixed = bool(_CYRILLIC.search(text.text))
        for language in languages:
            if chances.get(language, 0.0) < (0.6 if mixed else LATIN_CHANCE):
                continue
            read = {word: normalise(to_cyrillic(word, language)).text for word in {found.group() for found in words}}
            edits = [(word.start(), word.end(), read[word.group()]) for word in words]
            yield Reading(text, (language,))
            yield Reading(rewrite(text, edits), (language,))


def _countries(written: str, language: str) -> Iterator[Edit]:
    """Flags as the names of the countries whose they are."""
    for start, end, code in country_flags(written):
        name = Locale(language).territories.get(code)
        if name is not None:
            blank = "" if language == "zh" else " "
            yield start, end, f"{blank}{normalise(name).text}{blank}"


def _odd_words(written: str) -> Iterator[re.Match[str]]:
    """Words with other things than letters in them, or with letters that repeat, that are no addresses."""
    repeating = _REPEATING.search(written) is not None
    for token in _TOKEN.finditer(written):
        word = token.group()
        if not repeating and (word.isalpha() or (word[-1] in _MARK_SIGNS and word[:-1].isalpha())):
            continue
        if _ODD.search(word) and sum(map(str.isalpha, word)) >= 2 and not _ADDRESS.match(word):
            yield token


def _likeliest(core: str, signs: Mapping[str, str]) -> str:
    """A word with signs for letters: of what a sign may be, a vowel after a consonant and the other way round."""
    read = ""
    for letter in core:
        options = letter if letter.isalpha() else signs.get(letter, "")
        after_consonant = bool(read) and read[-1] not in _VOWELS
        read += next((one for one in options if (one in _VOWELS) == after_consonant), options[:1])
    return read


def _fits(core: str, word: str, *, least: int) -> bool:
    """Whether a word is this one with one or two letters at each sign that hides some, or none where ``least`` is 0.

    Not a regular expression: Python keeps those it compiled, and the words of a person must not stay in memory.
    """
    for at, letter in enumerate(core):
        if letter in _ANY:
            return any(
                _fits(core[at + 1 :], word[at + size :], least=least)
                for size in range(least, 3)
                if at + size <= len(word)
            )
        if word[at : at + 1] != letter:
            return False
    return len(word) == len(core)


def _written(locales: Path, languages: Sequence[str] = LANGUAGES) -> Iterator[str]:
    """The rule files as they are written: the words of their examples are those of offers, too."""
    for code in languages:
        for name in ("red_flags.yml", "offers.yml"):
            path = locales / code / name
            if path.exists():
                yield from path.read_text(encoding="utf-8", errors="replace").splitlines()


def _han_number(written: str) -> int:
    """一万五 is 15,000, 十八 is 18, 八千 is 8,000."""
    total, section, digit, unit = 0, 0, 0, 1
    for character in written:
        if character in _HAN_DIGITS:
            digit = digit * 10 + _HAN_DIGITS[character] if unit == 1 and digit else _HAN_DIGITS[character]
            continue
        unit = _HAN_UNITS[character]
        if unit == 10_000:
            total, section, digit = (total + section + digit or 1) * unit, 0, 0
        else:
            section += (digit or 1) * unit
            digit = 0
    # The last digit after a unit counts the next smaller one: 一万五.
    return total + section + (digit * (unit // 10) if unit > 10 else digit)


def _cores(word: str) -> Iterator[tuple[int, int]]:
    """A token whole, then without the marks around it, then its parts between slashes."""
    begin, end = 0, len(word)
    while end > begin and word[end - 1] in ".!?…'-":
        end -= 1
    while begin < end and word[begin] in ".'-…":
        begin += 1
    yield begin, end
    inner = re.search(r"[^\W_].*[^\W_]", word)
    if inner is not None and inner.span() != (begin, end):
        yield inner.span()
    for part in re.finditer(r"[^/|+]{4,}", word):
        if part.span() != (begin, end):
            yield part.span()
