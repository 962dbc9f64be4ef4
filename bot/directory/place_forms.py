"""The notation of ``locales/<lang>/places.yml``: how one written form stands for all the ways people type it.

An editor writes ``турция~`` and the bot understands Турции, Турцию, Турцией, and turcii typed in Latin letters.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

#: Grammatical case of a form, as far as it tells where somebody is: "в Турции" (there), "в Турцию" (on the way).
Case = Literal["", "locative", "accusative", "instrumental"]

_TOKEN = re.compile(r"[^\W_\u3400-\u9fff]+(?:'[^\W_\u3400-\u9fff]+)*")
_NOTATION_WORD = re.compile(r"\S*\([^()]*\)\S*|[^\s-]+")
_ALTERNATIVES = re.compile(r"\(([^()]*)\)")

_VELAR_OR_HUSHING = "гкхжшчщ"


def tokens(text: str) -> list[tuple[str, int, int]]:
    """Words of a normalised text with start and end. Hyphens separate; Han characters are no words."""
    return [(match.group(), match.start(), match.end()) for match in _TOKEN.finditer(text)]


@dataclass(frozen=True, slots=True)
class Form:
    """One way to write something, cut into words.

    Args:
        words: the words in order; the last one is only a beginning if ``prefix``.
        prefix: the last word may have any ending (``турецк*``).
        case: what the ending tells.
    """

    words: tuple[str, ...]
    prefix: bool
    case: Case


@dataclass(frozen=True, slots=True)
class Flags:
    """Conditions of a form.

    Args:
        needs_context: ``?``, only after a word of place or as the whole message.
        needs_capital: ``^``, only with a capital.
        small_after_in: ``+``, without a capital too right after a word such as "in".
    """

    needs_context: bool
    needs_capital: bool
    small_after_in: bool = False


def _russian(word: str) -> Iterator[tuple[str, Case]]:
    stem1, stem2 = word[:-1], word[:-2]
    last = word[-1]
    if word.endswith(("ый", "ий")) and len(word) > 4:
        yield word, "accusative"
        soft = word.endswith("ний")
        yield stem2 + ("его" if soft else "ого"), ""
        yield stem2 + ("ему" if soft else "ому"), ""
        yield stem2 + word[-2] + "м", "instrumental"
        yield stem2 + ("ем" if soft else "ом"), "locative"
    elif word.endswith(("ая", "яя")) and len(word) > 4:
        yield word, ""
        yield stem2 + ("ей" if word.endswith("яя") else "ой"), "locative"
        yield stem2 + ("юю" if word.endswith("яя") else "ую"), "accusative"
    elif word.endswith(("ие", "ые")) and len(word) > 4:
        for ending in ("е", "х", "м", "ми"):
            yield stem1 + ending, "locative" if ending == "х" else ""
    elif word.endswith("ия"):
        yield word, ""
        yield stem1 + "и", "locative"
        yield stem1 + "ю", "accusative"
        yield stem1 + "ей", "instrumental"
    elif last == "я":
        yield word, ""
        yield stem1 + "и", ""
        yield stem1 + "е", "locative"
        yield stem1 + "ю", "accusative"
        yield stem1 + "ей", "instrumental"
    elif last == "а":
        yield word, ""
        yield stem1 + ("и" if stem1[-1:] in _VELAR_OR_HUSHING else "ы"), ""
        yield stem1 + "е", "locative"
        yield stem1 + "у", "accusative"
        yield stem1 + "ой", "instrumental"
        yield stem1 + "ей", "instrumental"
    elif word.endswith("ец"):
        yield word, "accusative"
        for ending, case in (("ца", ""), ("цу", ""), ("цом", "instrumental"), ("це", "locative")):
            yield stem2 + ending, case  # type: ignore[misc]
    elif last == "й":
        yield word, "accusative"
        yield stem1 + "я", ""
        yield stem1 + "ю", ""
        yield stem1 + "ем", "instrumental"
        yield stem1 + "е", "locative"
    elif last == "ь":
        yield word, "accusative"
        for ending, case in (
            ("я", ""),
            ("ю", ""),
            ("ем", "instrumental"),
            ("ью", "instrumental"),
            ("е", "locative"),
            ("и", "locative"),
        ):
            yield stem1 + ending, case  # type: ignore[misc]
    elif last in "ыи":
        yield word, "accusative"
        for ending, case in (
            ("", ""),
            ("ов", ""),
            ("ам", ""),
            ("ами", "instrumental"),
            ("ах", "locative"),
        ):
            if ending or len(stem1) > 3:
                yield stem1 + ending, case  # type: ignore[misc]
    elif last in "оеуэю":
        yield word, ""
    else:
        yield word, "accusative"
        yield word + "а", ""
        yield word + "у", ""
        yield word + ("ем" if last in "жшчщц" else "ом"), "instrumental"
        yield word + "е", "locative"


def _bulgarian(word: str) -> Iterator[tuple[str, Case]]:
    yield word, ""
    if word.endswith(("а", "я")):
        yield word + "та", ""
    elif word.endswith(("и", "е")):
        yield word + "те", ""
    elif word[-1] not in "оуюй":
        yield word + "ът", ""
        yield word + "а", ""


def _inflected(word: str, language: str) -> list[tuple[str, Case]]:
    if language == "ru":
        return list(_russian(word))
    if language == "bg":
        return list(_bulgarian(word))
    return [(word, "")]


def _word_forms(word: str, language: str) -> list[tuple[str, bool, Case]]:
    prefix = word.endswith("*")
    declined = word.endswith("~")
    body = word.rstrip("*~")
    pieces: list[list[str]] = []
    position = 0
    for match in _ALTERNATIVES.finditer(body):
        pieces.append([body[position : match.start()]])
        pieces.append(match.group(1).split("|"))
        position = match.end()
    pieces.append([body[position:]])
    spelled = ["".join(parts) for parts in itertools.product(*pieces)]
    if declined:
        return [(form, False, case) for base in spelled for form, case in _inflected(base, language)]
    if language == "ru" and "(" in word:
        return [(form, prefix, _guess_case(form, spelled)) for form in spelled]
    return [(form, prefix, "") for form in spelled]


def _guess_case(form: str, spelled: list[str]) -> Case:
    """Case of a form written out as ``дубай(|я|ю|ем|е)``: a noun whose endings the editor listed."""
    if form.endswith("е"):
        return "locative"
    if form.endswith(("й", "у")) and form == spelled[0]:
        return "accusative"
    return ""


def split_flags(written: str) -> tuple[str, Flags]:
    """Take ``?``, ``^`` and ``+`` off the end of a written form."""
    body = written.rstrip("?^+")
    marks = written[len(body) :]
    return body, Flags("?" in marks, "^" in marks, "+" in marks)


def expand(written: str, language: str) -> list[Form]:
    """All forms that one line of ``places.yml`` stands for.

    Args:
        written: the notation without ``?`` and ``^``.
        language: ``ru``, ``en``, ``bg`` or ``zh``; decides the endings behind ``~``.

    Raises:
        ValueError: unbalanced brackets or a sign in the wrong place.
    """
    if written.count("(") != written.count(")") or not written.strip("*~ "):
        raise ValueError(f"cannot read {written!r}: brackets come in pairs, and a form has at least one letter")
    words = [_word_forms(word, language) for word in _NOTATION_WORD.findall(written)]
    forms = []
    for combination in itertools.product(*words) if len(words) < 4 else [tuple(word[0] for word in words)]:
        if any(prefix for _, prefix, _ in combination[:-1]):
            raise ValueError(f"cannot read {written!r}: * may stand only at the end")
        plain = [token for form, _, _ in combination for token, _, _ in tokens(form)]
        if plain:
            forms.append(Form(tuple(plain), combination[-1][1], combination[-1][2]))
    return forms


# ---- Russian and Bulgarian typed in Latin letters -------------------------------------------------------------------

_LATIN_STEPS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"(?<=[a-z])4", "ч"),
        (r"(?<=[a-z])6", "ш"),
        (r"shch|sch|sht", "щ"),
        (r"sh", "ш"),
        (r"ch", "ч"),
        (r"zh|dj|dzh", "ж"),
        (r"kh|x", "h"),
        (r"ts|tz", "ц"),
        (r"c(?!k)", "ц"),
        (r"ck", "k"),
        (r"w", "v"),
        (r"[iyj]?(?:ya|ja|ia|q)", "я"),
        (r"[iyj]?(?:yu|ju|iu)", "ю"),
        (r"ye|je", "e"),
        (r"[yj]", "i"),
        (r"[^\W\d_]'(?=[^\W\d_])", r"\g<0>"),
        (r"'", ""),
        (r"(.)\1+", r"\1"),
    )
)
_CYRILLIC_STEPS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), replacement) for pattern, replacement in ((r"дж", "ж"), (r"[иь]?я", "я"), (r"[иь]?ю", "ю"))
)
_CYRILLIC_LETTERS = str.maketrans(
    {
        "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "з": "z", "и": "i", "й": "i", "к": "k",
        "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "h",
        "ы": "i", "ь": "", "э": "e",
    }
)  # fmt: skip
_DOUBLED = re.compile(r"(.)\1+")


def latin_key(word: str) -> str:
    """What a word typed in Latin letters sounds like, whatever spelling the person uses (``turcii``, ``turtsiji``).

    Not cached: a cache of people's words would outlive their wipe.
    """
    for pattern, replacement in _LATIN_STEPS:
        word = pattern.sub(replacement, word)
    return word


def cyrillic_keys(word: str) -> tuple[str, ...]:
    """The same key for a Cyrillic word; two where a Bulgarian ъ may be typed as a or u."""
    if not re.search("[а-я]", word):
        return ()
    for pattern, replacement in _CYRILLIC_STEPS:
        word = pattern.sub(replacement, word)
    word = word.translate(_CYRILLIC_LETTERS)
    spelled = {word.replace("ъ", "a"), word.replace("ъ", "u")}
    return tuple(_DOUBLED.sub(r"\1", one) for one in sorted(spelled))
