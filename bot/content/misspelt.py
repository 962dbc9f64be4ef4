"""Russian and Bulgarian words of the rules as people write them who hide them, or who cannot spell.

By ear («пашпарт», «бизплатно»), with a slip of the finger («пасорт», «рабтоа»), clipped («пасп.», «жил-во», «б/дог»),
run together («паспортсдаёте»), or partly in Latin letters («vыдаём», "roditeляm"). A word is read otherwise only where
it is none of the language: neither one of the rule files nor one of ``misspelt_words.txt``, which holds what is as
near to a word of the rules and is a word of its own.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from pathlib import Path

from bot.content.latin_typed import to_cyrillic
from bot.content.lookalikes import read_inside
from bot.content.normalise import Normalised, normalise
from bot.content.rewritten import Edit

#: Languages that are read so, and letters that only one of them has.
LANGUAGES = ("ru", "bg")
_ONLY_RUSSIAN, _ONLY_BULGARIAN = re.compile("[ыэ]"), re.compile("ъ(?![еюяи])")

#: Shortest word read otherwise, shortest sound with a letter wrong, shortest such that raises a flag alone.
_SHORTEST, _SHORTEST_SLIP, _SHORTEST_ALONE = 4, 5, 6
_LONGEST = 24
#: As many letters of a sound's beginning are looked up.
_BEGINNING = 7
#: Longest ending after what a rule names of a word, and where that raises a flag alone; shortest telling beginning.
_ENDING, _ENDING_ALONE, _SHORTEST_STEM = 4, 2, 4
#: Shortest words run together, longest, and the shortest word of the rules that must be among them.
_GLUED, _LONGEST_GLUED, _TELLING = 8, 48, 4
_VOWELS = frozenset("аеиоуыэюяъй")
#: How far letters that sound alike are from each other, and two that changed places; others are 1.
_NEAR, _SWAPPED = 0.3, 0.8
#: How far each letter is that a word goes on after what a rule names.
_LONGER = 0.05
#: How much a word may differ from one of so many letters, and from a longer one.
_MOST_UNLIKE, _MOST_UNLIKE_LONG = {4: 0.8, 5: 1.1, 6: 1.1, 7: 1.4}, 1.7
#: The same for a word that raises a flag alone.
_MOST_UNLIKE_ALONE = 1.2
#: Most words of one text that are put right.
_MOST = 60
#: Most clipped words of one text.
_MOST_CLIPPED = 40

_WORD = re.compile(r"(?<![\w@/#.])[\u0430-\u044f]{4,48}(?![\w@])")
_LETTERS = re.compile(r"[\u0430-\u044f]{4,48}")
_RULE_WORD = re.compile(r"\*?[^\W\d_]+\*?")
_CYRILLIC, _LATIN = re.compile(r"[\u0400-\u04ff]"), re.compile(r"[A-Za-z]")
_MIXED = re.compile(r"[^\W\d_]+")
_MIXED_WORD = re.compile(r"[A-Za-z][\u0400-\u04ff]|[\u0400-\u04ff][A-Za-z]")
_LATIN_RUN = re.compile(r"[A-Za-z0-9']+")
_DOUBLE = re.compile(r"(.)\1+")
#: A word cut off with a dot after which the sentence goes on, or with its middle left out.
_CLIPPED = re.compile(r"(?<![\w.\-/])([\u0430-\u044f]{3,7})\.(?!\w*@)(?![a-z])")
_GOES_ON = re.compile(r" ?[\u0430-\u044f\d,]|$")
_INNER_CUT = re.compile(r"(?<![\w\-])([\u0430-\u044f]{1,6})-([\u0430-\u044f]{1,4})(?![\w\-])")
_WITHOUT = re.compile(r"(?<![\w/])б[/\\] ?([\u0430-\u044f]{1,16})\b\.?")
_PAIR = re.compile(r"(?<![\u0430-\u044f])([\u0430-\u044f]{1,3}) ([\u0430-\u044f]{3,})")
_AFTER_WITHOUT = re.compile(r"\bбез (?:\()?([\u0430-\u044f|]{3,})")
#: Second parts that stand after a hyphen in ordinary writing, and first ones before it.
_PARTICLES = frozenset(
    [
        "то",
        "ли",
        "либо",
        "нибудь",
        "ка",
        "де",
        "таки",
        "ти",
        "с",
        "х",
        "го",
        "м",
        "й",
        "я",
        "е",
        "ая",
        "ое",
        "ые",
        "ый",
        "ой",
        "ть",
        "на",
        "но",
        "р",
        "н",
        "га",
        "ту",
        "ва",
        "те",
    ]
)
_PREFIXES = frozenset(["по", "кое", "кой", "во", "в", "на", "най", "пре", "из", "что", "как", "кто", "где", "по-"])
#: What everybody clips.
_USUAL = frozenset(
    [
        "тыс",
        "руб",
        "мес",
        "чел",
        "час",
        "мин",
        "тел",
        "стр",
        "обл",
        "ном",
        "пос",
        "дер",
        "оф",
        "под",
        "дом",
        "сек",
        "лет",
        "тов",
        "гос",
        "эл",
        "кол",
        "изд",
        "рис",
        "табл",
        "янв",
        "фев",
        "мар",
        "апр",
        "авг",
        "сен",
        "окт",
        "ноя",
        "дек",
        "пон",
        "вто",
        "сре",
        "чет",
        "пят",
        "суб",
        "вос",
        "гр",
        "ул",
        "бул",
        "кв",
        "вх",
        "ап",
        "ет",
        "лв",
        "ст",
        "бр",
        "сут",
        "кор",
        "корп",
        "млн",
        "млрд",
    ]
)
_USUAL_CUT = frozenset(
    [
        "пр-кт",
        "пр-т",
        "пр-д",
        "р-н",
        "р-не",
        "р-на",
        "р-он",
        "г-н",
        "г-жа",
        "г-на",
        "о-в",
        "о-ва",
        "м-н",
        "б-р",
        "к-т",
        "т-во",
        "о-во",
        "гр-н",
        "пл-дь",
    ]
)
#: Short words that may stand among others run together.
_SMALL = {
    "ru": frozenset(
        ["а", "в", "и", "к", "о", "с", "у", "я", "без", "во", "все", "вы", "да", "до", "если", "за", "из", "или", "ко",
         "на", "не", "нет", "но", "об", "от", "по", "под", "при", "со", "то", "что", "мы", "ты", "их", "наш", "твой"]
    ),
    "bg": frozenset(
        ["а", "в", "и", "с", "без", "ако", "ви", "във", "да", "до", "е", "за", "из", "или", "к", "на", "не", "ни", "но",
         "от", "по", "под", "при", "са", "се", "си", "със", "то", "ти", "че", "ще", "го", "ги", "я", "им"]
    ),
}  # fmt: skip

_VOICELESS = dict(zip("бвгджзщ", "пфктшсш", strict=True))
_SAME_VOWELS = {"е": "и", "э": "и", "ы": "и", "й": "и", "ю": "у", "ь": ""}
_SOUNDS = {
    "ru": str.maketrans({**_VOICELESS, **_SAME_VOWELS, "о": "а", "я": "и", "ъ": ""}),
    "bg": str.maketrans({**_VOICELESS, **_SAME_VOWELS, "щ": "шт", "о": "у", "я": "а", "ъ": "а"}),
}
_KEYBOARDS = {"ru": ("йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю"), "bg": ("явертъуиоп", "асдфгхйкл", "зьцжбнм")}


def _neighbours(rows: tuple[str, ...], language: str) -> dict[str, str]:
    """Sound -> sounds of the letters beside its own, above and below."""
    beside: dict[str, str] = defaultdict(str)
    keys = [sound(letter, language) or letter for row in rows for letter in row]
    places = [(across, down) for down, row in enumerate(rows) for across in range(len(row))]
    for (key, (across, down)), (other, (there, below)) in itertools.permutations(zip(keys, places, strict=True), 2):
        if abs(across - there) <= 1 and abs(down - below) <= (0 if there > across else 1):
            beside[key] += other
    return dict(beside)


#: Groups of letters that sound like others.
_GROUPS = {
    "ru": re.compile("ть?ся|тц|дц|дс(?=к)|тс(?=к)|[сзж]ч|стн|здн|ств(?=у)|[оае]в[оа]$|[оае]г[оа]$"),
    "bg": re.compile("тц|дц|стн|здн|тс|дс"),
}
_AS = {"тся": "ца", "ться": "ца", "тц": "ц", "дц": "ц", "дс": "ц", "тс": "ц", "сч": "щ", "зч": "щ", "жч": "щ",
       "стн": "сн", "здн": "зн"}  # fmt: skip


def sound(word: str, language: str) -> str:
    """A word as it sounds, roughly: unstressed vowels, voiced and doubled consonants made alike."""
    word = _GROUPS[language].sub(_as_it_sounds, word)
    return _DOUBLE.sub(r"\1", word.translate(_SOUNDS[language]))


def _as_it_sounds(group: re.Match[str]) -> str:
    letters = group.group()
    if letters[1:2] in ("в", "г"):
        return letters[0] + "во"
    return _AS.get(letters, letters)


_NEIGHBOURS = {language: _neighbours(rows, language) for language, rows in _KEYBOARDS.items()}


class Misspelt:
    """Recognises the words of one language's rules.

    Args:
        language: of :data:`LANGUAGES`.
        phrases: of its rules.
        written: its rule files as they are written: all that stands there is a word.
        ordinary: words of the language that are near to one of the rules.
    """

    def __init__(self, language: str, phrases: Iterable[str], written: Iterable[str], ordinary: Iterable[str]) -> None:
        self.language = language
        self._ordinary = frozenset(ordinary)
        self._weights: Counter[str] = Counter()
        self._stems: set[str] = set()
        self._after_without: Counter[str] = Counter()
        #: A small word and the one after it.
        self._pairs: set[tuple[str, str]] = set()
        texts = list(phrases)
        words: Counter[str] = Counter()
        for text in texts:
            words.update(_RULE_WORD.findall(text))
        self._phrase_words = words
        #: Words that are a phrase by themselves.
        self._alone = frozenset(
            word for text in texts for one in _alternatives(text) if " " not in one for word in _RULE_WORD.findall(one)
        )
        whole = {word for word in words if "*" not in word}
        for line in written:
            clean = line.lower().replace("ё", "е")
            if clean.lstrip().startswith("#"):
                continue
            found = _RULE_WORD.findall(clean)
            self._weights.update(word.strip("*") for word in found)
            whole.update(word for word in found if "*" not in word)
            self._pairs.update(_PAIR.findall(clean))
            for after in _AFTER_WITHOUT.findall(clean):
                self._after_without.update(after.split("|"))
        self._whole = frozenset(word for word in whole if word.isalpha() and "а" <= word[0] <= "я")
        for word in words:
            if word.startswith("*") or not "а" <= word[0] <= "я":
                continue
            bare = word.rstrip("*")
            if word.endswith("*") and len(bare) >= _SHORTEST_STEM:
                self._stems.add(bare)
            self._weights[bare] += words[word]

    @cached_property
    def _sounds(self) -> tuple[dict[str, tuple[str, ...]], dict[str, list[tuple[str, str, bool, bool]]]]:
        """What to look up: beginnings of sounds less a letter -> those beginnings; those -> words that begin so.

        Of each word its sound, itself, whether it is only a beginning, and whether it raises a flag alone.
        """
        near: dict[str, set[str]] = defaultdict(set)
        by_beginning: dict[str, list[tuple[str, str, bool, bool]]] = defaultdict(list)
        for written in self._phrase_words:
            word = written.rstrip("*")
            if written.startswith("*") or not "а" <= word[:1] <= "я" or len(word) < _SHORTEST:
                continue
            heard = sound(word, self.language)
            if len(heard) >= _SHORTEST - (len(word) > _SHORTEST):
                by_beginning[heard[:_BEGINNING]].append((heard, word, written.endswith("*"), written in self._alone))
        for beginning in by_beginning:
            for key in _less_one(beginning) if len(beginning) >= _SHORTEST_SLIP else (beginning,):
                near[key].add(beginning)
        return {key: tuple(sorted(found)) for key, found in near.items()}, dict(by_beginning)

    def known(self, word: str) -> bool:
        """Whether it is a word of the rule files, or begins as one that rules look for."""
        return word in self._whole or self._begins_as_known(word)

    def _begins_as_known(self, word: str) -> bool:
        return any(
            word[:size] in self._stems for size in range(max(_SHORTEST_STEM, len(word) - _ENDING), len(word) + 1)
        )

    def word(self, word: str) -> bool:
        """Whether it is a word at all, as far as that is known here."""
        return self.known(word) or word in self._ordinary

    def edits(self, text: Normalised, spared: Callable[[str], bool] = lambda word: False) -> Iterator[Edit]:
        """What is written otherwise than the rules write it, and how they do.

        Args:
            text: it.
            spared: whether a word is one of another language that the text may be in.
        """
        written = text.text
        if "." in written or "/" in written or "\\" in written or "-" in written:
            yield from itertools.islice(self._clipped(text), _MOST_CLIPPED)
        mixed = _CYRILLIC.search(text.original) is not None and _LATIN.search(text.original) is not None
        if mixed:
            yield from itertools.islice(self._mixed(text), _MOST)
        words = set(_LETTERS.findall(written)) - self._whole - self._ordinary
        odd = {word for word in words if not self._begins_as_known(word) and not spared(word)}
        if not odd:
            return
        read: dict[str, str | None] = {}
        for found in itertools.islice((one for one in _WORD.finditer(written) if one.group() in odd), _MOST):
            word = found.group()
            if word not in read:
                read[word] = self.read(word)
            right = read[word]
            if right is None and len(word) >= _GLUED:
                right = self._parted(text, found.start(), found.end())
            if right is not None:
                yield found.start(), found.end(), right

    def read(self, word: str) -> str | None:
        """The word of the rules that a word most likely is, if there is one that near; its ending stays.

        Args:
            word: one that is no word.
        """
        if not _SHORTEST <= len(word) <= _LONGEST:
            return None
        heard = sound(word, self.language)
        near, by_beginning = self._sounds
        beginnings: set[str] = set()
        for length in range(_SHORTEST, min(_BEGINNING, len(heard) + 1) + 1):
            for key in _less_one(heard[:length]) if length >= _SHORTEST_SLIP else (heard[:length],):
                if key in near:
                    beginnings.update(near[key])
        best: tuple[float, int] | None = None
        chosen = None
        for beginning in beginnings:
            # A first letter that is wrong makes another word too easily; one too many may stand before it.
            if beginning[0] != heard[0] and heard[1:3] != beginning[:2]:
                continue
            for sought, target, stem, alone in by_beginning[beginning]:
                size = _heard(heard, sought, stem)
                if size is None or len(heard) - size > _ENDING:
                    continue
                if alone and (len(word) < _SHORTEST_ALONE or len(heard) - size > _ENDING_ALONE):
                    continue
                if heard[:size] != sought and not self._slip(heard, sought, size, stem, alone):
                    continue
                unlike = _unlike(word, target, stem)
                if unlike > (_MOST_UNLIKE.get(len(target), _MOST_UNLIKE_LONG) if not alone else _MOST_UNLIKE_ALONE):
                    continue
                rest = len(heard) - size
                rank = (unlike, -self._weights[target])
                if best is None or rank < best:
                    best, chosen = rank, target + (word[-rest:] if rest else "")
        return chosen if chosen != word else None

    def _slip(self, heard: str, sought: str, size: int, stem: bool, alone: bool) -> bool:
        """Whether a word with one sound wrong is more likely a slip than another word."""
        if len(sought) < _SHORTEST_SLIP or (alone and len(sought) < _SHORTEST_ALONE):
            return False
        if size != len(sought) or sorted(heard[:size]) == sorted(sought):
            # A letter too many or too few, or two that changed places: nobody inflects so but at the end.
            return size == len(sought) or (heard[:-1] != sought and heard != sought[:-1])
        at = next(place for place in range(size) if heard[place] != sought[place])
        # A letter for another: its neighbour on the keyboard, and not at the end, where words are inflected.
        return not alone and at < size - 1 and heard[at] in _NEIGHBOURS[self.language].get(sought[at], "")

    # Words run together

    def _parted(self, text: Normalised, start: int, end: int) -> str | None:
        word = text.text[start:end]
        if len(word) > _LONGEST_GLUED:
            return None
        original = [text.original[text.offsets[at]] for at in range(start, end)]
        capitals = [at for at in range(1, len(word)) if original[at].isupper() and original[at - 1].islower()]
        if capitals:
            parts = [word[begin:stop] for begin, stop in itertools.pairwise([0, *capitals, len(word)])]
            if any(len(part) >= _TELLING and self.known(part) for part in parts):
                return " ".join(parts)
        found = self._words_of(word)
        return " ".join(found) if found is not None else None

    def _words_of(self, letters: str) -> list[str] | None:
        """The words that letters without blanks are, or None where they are not all words."""
        small = _SMALL[self.language]
        size = len(letters)
        #: Place -> fewest words up to it, and where the last of them begins.
        best: dict[int, tuple[int, int]] = {0: (0, 0)}
        for start in range(size):
            if start not in best:
                continue
            count = best[start][0]
            for end in range(start + 1, min(size, start + 18) + 1):
                part = letters[start:end]
                if part in small or (end - start > 2 and (part in self._whole or (end == size and self.known(part)))):
                    # Short words are dearer: letters would soon fall into them.
                    cost = count + (2 if end - start >= _TELLING else 3)
                    if end not in best or cost < best[end][0]:
                        best[end] = (cost, start)
        if size not in best:
            return None
        parts: list[str] = []
        end = size
        while end:
            start = best[end][1]
            parts.append(letters[start:end])
            end = start
        parts.reverse()
        telling = sum(len(part) for part in parts if len(part) >= _TELLING)
        # Many words begin as with a small word before them: it must be one that stands so in the rules.
        if len(parts) < 2 or telling * 3 < size * 2 or len(parts[-1]) < 3:
            return None
        pairs = itertools.pairwise(parts)
        return parts if all(len(one) > 3 or (one, other) in self._pairs for one, other in pairs) else None

    # Clipped words

    def _clipped(self, text: Normalised) -> Iterator[Edit]:
        written = text.text
        for found in _WITHOUT.finditer(written):
            after = self._without(found.group(1))
            if after is not None:
                yield found.start(), found.end(), f"без {after}" + self._stop(text, found)
        for found in _CLIPPED.finditer(written):
            word = found.group(1)
            if (
                word in _USUAL
                or self.word(word)
                or word in _SMALL[self.language]
                or not _GOES_ON.match(written, found.end())
            ):
                continue
            whole = self._beginning_so(word)
            if whole is not None:
                yield found.start(), found.end(), whole + self._stop(text, found)
        for found in _INNER_CUT.finditer(written):
            first, last = found.groups()
            if len(first) < 2 or len(first) + len(last) < _SHORTEST or found.group() in _USUAL_CUT:
                continue
            if (last in _PARTICLES and len(first) > 3) or first in _PREFIXES or (len(first) > 2 and self.word(first)):
                continue
            whole = self._cut_so(first, last)
            if whole is not None:
                yield found.start(), found.end(), whole

    def _stop(self, text: Normalised, found: re.Match[str]) -> str:
        """The dot of a clipped word where a sentence ends with it."""
        if not found.group().endswith("."):
            return ""
        after = text.text[found.end() :].lstrip(" ")[:1]
        if not after or after == "\n":
            return "."
        place = found.end() + (len(text.text[found.end() :]) - len(text.text[found.end() :].lstrip(" ")))
        return "." if text.original[text.offsets[place]].isupper() else ""

    @cached_property
    def _by_letter(self) -> dict[str, list[str]]:
        """First letter -> words of the files, what rules name oftenest first."""
        words: dict[str, list[str]] = defaultdict(list)
        for word in {*self._whole, *self._stems}:
            if len(word) >= _SHORTEST:
                words[word[0]].append(word)
        for own in words.values():
            own.sort(key=lambda word: (-self._weights[word], len(word), word))
        return dict(words)

    def _beginning_so(self, beginning: str) -> str | None:
        return next((word for word in self._by_letter.get(beginning[0], ()) if word.startswith(beginning)), None)

    def _cut_so(self, first: str, last: str) -> str | None:
        least = len(first) + len(last) + 1
        return next(
            (
                word
                for word in self._by_letter.get(first[0], ())
                if least <= len(word) <= least + 8 and word.startswith(first) and word.endswith(last)
            ),
            None,
        )

    def _without(self, clipped: str) -> str | None:
        if clipped in self._after_without:
            return clipped
        if len(clipped) < 2:
            return None
        fitting = [word for word in self._after_without if word.startswith(clipped)]
        if fitting:
            return max(fitting, key=lambda word: (self._after_without[word], word))
        return clipped if self.known(clipped) else None

    # Words partly in Latin letters

    def _mixed(self, text: Normalised) -> Iterator[Edit]:
        written = text.text
        cyrillic = len(_CYRILLIC.findall(text.original))
        if cyrillic * 3 < len(_LATIN.findall(text.original)):
            return
        mixed_words = _MIXED_WORD.search(text.original) is not None
        for found in _MIXED.finditer(written):
            start, end = found.span()
            original = text.original[slice(*text.span(start, end))]
            if not _LATIN.search(original) or not original.isalpha():
                continue
            if not _CYRILLIC.search(original) and (len(original) < 2 or not mixed_words):
                continue
            read = self._in_one_script(found.group(), original)
            if read is not None and read != found.group():
                yield start, end, read

    def _in_one_script(self, word: str, original: str) -> str | None:
        language = self.language
        by_sound = normalise(
            _LATIN_RUN.sub(lambda run: to_cyrillic(run.group().lower(), language), original.lower())
        ).text
        by_look = "".join(
            read_inside(letter.lower(), letter.isupper()) if letter.isascii() else letter.lower() for letter in original
        )
        mixed = _CYRILLIC.search(original) is not None
        ways = [word, by_sound, by_look] if mixed else [by_sound, by_look]
        for way in ways:
            if not _CYRILLIC.match(way):
                continue
            if self.known(way) if len(way) >= _SHORTEST else (way in _SMALL[language] and not mixed):
                return way
        if not mixed:
            return None
        for way in ways:
            if _CYRILLIC.match(way) and (read := self.read(way)) is not None:
                return read
        return by_sound


def languages_of(text: str) -> tuple[str, ...]:
    """Which of the languages a text may be in, by the letters that only one of them has."""
    russian, bulgarian = _ONLY_RUSSIAN.search(text), _ONLY_BULGARIAN.search(text)
    if russian and not bulgarian:
        return ("ru",)
    return ("bg",) if bulgarian and not russian else LANGUAGES


def load_ordinary(path: Path) -> frozenset[str]:
    """The words of a list, one a line; a file that is missing holds none."""
    if not path.exists():
        return frozenset()
    lines = path.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def _alternatives(phrase: str) -> list[str]:
    """The ways to satisfy a phrase that is nothing but alternatives, else the phrase."""
    bare = phrase.strip()
    group = re.fullmatch(r"\(([^()]*)\)", bare)
    return group.group(1).split("|") if group is not None else [bare]


def _less_one(letters: str) -> Iterator[str]:
    """Letters, and each way to leave one of them out."""
    yield letters
    for at in range(len(letters)):
        yield letters[:at] + letters[at + 1 :]


def _heard(heard: str, sought: str, stem: bool) -> int | None:
    """How many sounds of a word are one that is sought, with one of them wrong at most; None where they are not."""
    at = 0
    for one, other in zip(heard, sought, strict=False):
        if one != other:
            break
        at += 1
    size = len(sought)
    fits: Callable[[str, str], bool] = str.startswith if stem else str.__eq__
    if at == size and (stem or len(heard) == size):
        return size
    if stem and at >= size - 1:
        return None  # the last letter of a beginning, wrong: as well another word
    rest, wanted = heard[at:], sought[at:]
    if fits(rest[1:], wanted[1:]) and rest and wanted:
        return size
    if rest[:1] and rest[:2] == wanted[1::-1] and len(wanted) > 1 and fits(rest[2:], wanted[2:]):
        return size
    if rest and fits(rest[1:], wanted):
        return size + 1
    return size - 1 if wanted and fits(rest, wanted[1:]) else None


def _unlike(word: str, target: str, stem: bool) -> float:
    """What it takes to make one word of the other; letters that sound alike are near.

    Args:
        word: as it is written.
        target: as it should be.
        stem: the word may go on after it.
    """
    before: list[float] = []
    line = [float(at) for at in range(len(target) + 1)]
    least = line[-1]
    for place, letter in enumerate(word):
        older, before, line = before, line, [place + 1.0]
        for at, other in enumerate(target):
            if letter == other:
                line.append(before[at])
                continue
            change = (
                _NEAR
                if (letter in _VOWELS and other in _VOWELS)
                or _VOICELESS.get(letter, letter) == (_VOICELESS.get(other, other))
                else 1.0
            )
            cost = min(before[at] + change, before[at + 1] + 1.0, line[at] + 1.0)
            if older and at and word[place - 1] == other and target[at - 1] == letter:
                cost = min(cost, older[at - 1] + _SWAPPED)
            line.append(cost)
        least = min(least, line[-1] + _LONGER * (len(word) - place - 1))
    return least if stem else line[-1]
