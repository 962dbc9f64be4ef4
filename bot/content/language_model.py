"""Tells Russian, Bulgarian and English apart by their letters in a row, also where the first two are typed in Latin.

A logistic regression over character n-grams (Cavnar and Trenkle 1994 showed how far these go), fitted to the training
examples in ``nlu_data``: people who write to the bot write like those, and not like newspapers. Cyrillic examples are
added once more in Latin letters, each line in a random manner of typing, because real ones are few.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import os
import random
import re
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

PROJECT = Path(__file__).resolve().parents[2]
#: Languages told apart; Chinese is known by its script.
LANGUAGES = ("ru", "bg", "en")
#: What was fitted, beside the texts; never committed.
COMPILED = PROJECT / "locales" / "languages.compiled"
EXAMPLES = PROJECT / "nlu_data"
#: Counted up when features or typing change: what was fitted before does not count then.
VERSION = 1

_DIMENSIONS = 2**15
_LONGEST_GRAM = 5
_WORDS_READ = 60
#: Inverse of the regularisation.
_STRENGTH = 30.0
_STEPS = 150

_WORD = re.compile(r"[\u0400-\u04ffa-z0-9'`]+")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_MARKED = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})")

#: How people type a letter in Latin; what comes oftener stands oftener.
_TYPED = {
    "а": "a", "б": "b", "в": "v v w", "г": "g", "д": "d", "е": "e e e ye", "ё": "e yo jo", "ж": "zh zh j g", "з": "z",
    "и": "i", "й": "y i j", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t",
    "у": "u", "ф": "f", "х": "h kh x", "ц": "c ts", "ч": "ch ch 4", "ш": "sh sh 6 w", "щ": "sch sh shch", "ъ": "",
    "ы": "y i", "ь": " ' ", "э": "e", "ю": "yu u ju", "я": "ya ya ia ja a",
}  # fmt: skip
_TYPED_BULGARIAN = {
    **_TYPED,
    "в": "v v w", "е": "e", "ж": "zh j j", "й": "i y j", "х": "h h x", "ц": "c ts", "ч": "ch 4 4", "ш": "sh 6 6",
    "щ": "sht 6t sht", "ъ": "a u y y", "ь": "i", "ю": "iu yu u", "я": "q q ia ya",
}  # fmt: skip
_TYPISTS = {"ru": _TYPED, "bg": _TYPED_BULGARIAN}


class LanguageModel:
    """Fitted weights.

    Args:
        weights: float32 of shape (3, dimensions).
        bias: float32 of shape (3,).
    """

    def __init__(self, weights: np.ndarray, bias: np.ndarray) -> None:
        self._weights = weights
        self._bias = bias

    def evidence(self, text: str) -> dict[str, float]:
        """For each language the logarithm of its odds, up to one constant for all.

        Args:
            text: in lower case.
        """
        columns, values = _features(text)
        scores = self._weights[:, columns] @ values + self._bias
        return {language: float(score) for language, score in zip(LANGUAGES, scores, strict=True)}


@lru_cache(maxsize=1)
def _checksums() -> tuple[np.ndarray, np.ndarray]:
    """What a character adds to the column of a gram, by bytes after it and by character; what a gram's bytes add.

    CRC-32 is linear: that of a gram is the exclusive or of these. (Not hash(): it changes from process to process.)
    """
    nothing = [zlib.crc32(bytes(size)) for size in range(2 * _LONGEST_GRAM + 1)]
    characters = [character.encode() for character in map(chr, (*range(0x80), *range(0x400, 0x500)))]
    added = [
        [zlib.crc32(character + bytes(after)) ^ nothing[len(character) + after] for character in characters]
        for after in range(2 * _LONGEST_GRAM - 1)
    ]
    return (
        np.array(added, dtype=np.int64).ravel() % _DIMENSIONS,
        np.array(nothing, dtype=np.int64) % _DIMENSIONS,
    )


#: Rows of ASCII before those of Cyrillic, and of both, in what :func:`_checksums` returns.
_ASCII, _CHARACTERS = 0x80, 0x180


def _columns(text: str) -> np.ndarray:
    """The column of each n-gram of a text: of its words, framed, up to five letters, and of where two words meet."""
    words = _WORD.findall(text)[:_WORDS_READ]
    if not words:
        return np.zeros(0, dtype=np.int64)
    added, of_bytes = _checksums()
    letters = np.frombuffer(f"^{'$^'.join(words)}$".encode("utf-32-le"), dtype=np.uint32).astype(np.int64)
    wide = letters >= _ASCII
    letters -= wide * (0x400 - _ASCII)
    places = np.zeros(len(letters) + 1, dtype=np.int64)
    np.cumsum(wide + 1, out=places[1:])
    ends = np.cumsum([len(word) + 2 for word in words])
    # How many letters of its word stand after each.
    rest = np.repeat(ends, np.diff(ends, prepend=0)) - np.arange(1, len(letters) + 1)
    sums = added[letters]
    found = [sums ^ of_bytes[wide + 1]]
    for length in range(2, _LONGEST_GRAM + 1):
        starts = len(letters) - length + 1
        if starts < 1:
            break
        stop = places[length:]
        # A gram is its first letter and a shorter gram.
        sums = added[(stop - places[1 : starts + 1]) * _CHARACTERS + letters[:starts]] ^ sums[1:]
        found.append((sums ^ of_bytes[stop - places[:starts]])[rest[:starts] >= length - 1])
    met = [f"{left[-2:]} {right[:2]}" for left, right in itertools.pairwise(words)]
    found.append(np.array([zlib.crc32(gram.encode()) % _DIMENSIONS for gram in met], dtype=np.int64))
    return np.concatenate(found)


def _features(text: str) -> tuple[np.ndarray, np.ndarray]:
    """Columns and values of a text's n-grams; the values have length 1."""
    columns, counts = np.unique(_columns(text), return_counts=True)
    values = np.log1p(counts.astype(np.float32))
    norm = float(np.sqrt((values * values).sum()))
    return columns, values / norm if norm else values


def read_examples(folder: Path = EXAMPLES) -> list[tuple[str, str]]:
    """Language and text of every training example that is not Chinese.

    Args:
        folder: ``nlu_data``.
    """
    found = []
    for language in LANGUAGES:
        for path in sorted((folder / language).glob("*.yml")):
            # Not as YAML: a file somebody is editing must not keep the bot from telling languages apart.
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
            found += [(language, _MARKED.sub(r"\1", line)[6:].lower()) for line in lines if line.startswith("    - ")]
    return found


def _in_latin(text: str, language: str, dice: random.Random) -> str:
    manner = {letter: dice.choice(typed.split(" ")) for letter, typed in _TYPISTS[language].items()}
    return "".join(manner.get(letter, letter) for letter in text)


def fit(examples: Sequence[tuple[str, str]]) -> LanguageModel:
    """Fit a model; some seconds.

    Args:
        examples: language and text in lower case.
    """
    from scipy import sparse
    from scipy.optimize import minimize

    dice = random.Random(VERSION)
    typed = [
        (language, _in_latin(text, language, dice))
        for language, text in examples
        if language in _TYPISTS and _CYRILLIC.search(text)
    ]
    everything = [*examples, *typed]
    rows, columns, values = [], [], []
    for row, (_, text) in enumerate(everything):
        own_columns, own_values = _features(text)
        rows.append(np.full(len(own_columns), row))
        columns.append(own_columns)
        values.append(own_values.astype(np.float64))
    matrix = sparse.csr_matrix(
        (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), (len(everything), _DIMENSIONS)
    )
    labels = np.array([LANGUAGES.index(language) for language, _ in everything])
    classes, size = len(LANGUAGES), len(LANGUAGES) * _DIMENSIONS
    weights = (len(labels) / (classes * np.bincount(labels, minlength=classes).clip(1)))[labels]
    lines = np.arange(len(labels))

    def cost(flat: np.ndarray) -> tuple[float, np.ndarray]:
        scores = matrix @ flat[:size].reshape(classes, _DIMENSIONS).T + flat[size:]
        scores -= scores.max(axis=1, keepdims=True)
        chances = np.exp(scores)
        totals = chances.sum(axis=1, keepdims=True)
        loss = (weights * (np.log(totals[:, 0]) - scores[lines, labels])).sum()
        chances /= totals
        chances[lines, labels] -= 1.0
        chances *= weights[:, np.newaxis]
        slope = np.concatenate([(matrix.T @ chances).T.ravel() + flat[:size] / _STRENGTH, chances.sum(axis=0)])
        return float(loss + 0.5 * (flat[:size] @ flat[:size]) / _STRENGTH), slope

    flat = minimize(cost, np.zeros(size + classes), jac=True, method="L-BFGS-B", options={"maxiter": _STEPS}).x.astype(
        np.float32
    )
    return LanguageModel(flat[:size].reshape(classes, _DIMENSIONS), flat[size:])


def _fingerprint(folder: Path) -> str:
    digest = hashlib.sha256(f"{VERSION}".encode())
    for language in LANGUAGES:
        for path in sorted((folder / language).glob("*.yml")):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _read(path: Path) -> tuple[LanguageModel, str] | None:
    try:
        with np.load(path, allow_pickle=False) as stored:
            if int(stored["version"]) != VERSION or stored["weights"].shape != (len(LANGUAGES), _DIMENSIONS):
                return None
            model = LanguageModel(stored["weights"].astype(np.float32), stored["bias"].astype(np.float32))
            return model, str(stored["fingerprint"])
    except (OSError, KeyError, ValueError, zipfile.BadZipFile):
        return None


def compile_language_model(examples: Path = EXAMPLES, path: Path = COMPILED) -> bool:
    """Fit the model and keep it, unless what is kept was fitted to exactly these examples.

    Args:
        examples: ``nlu_data``.
        path: where the model is kept; a folder that cannot be written to is no hindrance.

    Returns:
        Whether it was fitted.
    """
    fingerprint = _fingerprint(examples)
    kept = _read(path)
    if kept is not None and kept[1] == fingerprint:
        return False
    _keep(fit(read_examples(examples)), fingerprint, path)
    return True


def _keep(model: LanguageModel, fingerprint: str, path: Path) -> None:
    with contextlib.suppress(OSError):
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
            np.savez_compressed(
                file,
                weights=model._weights.astype(np.float16),
                bias=model._bias,
                version=np.array(VERSION),
                fingerprint=np.array(fingerprint),
            )
        os.chmod(file.name, 0o644)
        Path(file.name).replace(path)


@lru_cache(maxsize=1)
def language_model() -> LanguageModel:
    """The model as kept, also one fitted to examples that were edited since: an answer must not wait for a better one.

    Where none is kept, it is fitted first.
    """
    kept = _read(COMPILED)
    if kept is not None:
        return kept[0]
    print("telling languages apart: fitted once, some seconds", file=sys.stderr)
    model = fit(read_examples())
    _keep(model, _fingerprint(EXAMPLES), COMPILED)
    return model
