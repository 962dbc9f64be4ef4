"""Read the text of a picture with Tesseract, on this machine, within bounds."""

from __future__ import annotations

import io
import os
import re
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL import Image

#: Largest file read, bytes; Telegram's own photos are far smaller.
MAX_BYTES = 10_000_000
#: Largest picture decoded, pixels: a small file can unpack to gigabytes.
MAX_PIXELS = 25_000_000
#: Longest side given to Tesseract, pixels; small screenshots are enlarged up to twice.
LONG_SIDE = 2600
#: Time one picture may take, seconds.
SECONDS = 20

#: Tesseract's names of the four languages; both Chinese scripts.
_TESSERACT_LANGUAGES = ("rus", "bul", "eng", "chi_sim", "chi_tra")
_HAN_BLANK = re.compile(r"(?<=[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]) (?=[\u3000-\u303f\u3400-\u9fff\uff00-\uffef])")
_DECODERS = ("JPEG", "PNG", "WEBP")

# One picture must not take all cores from the people who wait.
os.environ.setdefault("OMP_THREAD_LIMIT", "1")


#: Below this mean confidence of its words, 0 to 100, what was read is surely wrong in places.
UNSURE = 60.0


@dataclass(frozen=True)
class ReadPicture:
    """Text of a picture.

    Args:
        text: what was read.
        confidence: Tesseract's own, of its words weighed by their length, 0 to 100.
    """

    text: str
    confidence: float

    @property
    def unsure(self) -> bool:
        """Whether the person must be told that much of it may be wrong."""
        return self.confidence < UNSURE


class PictureRefused(Exception):
    """The picture cannot be read; ``reason`` is ``too_big``, ``broken`` or ``ocr_missing``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def read_picture(data: bytes, language: str | None = None) -> ReadPicture:
    """The text in a picture, and how sure it is; blocking: call it in a thread.

    Args:
        data: the file's bytes, hostile input.
        language: the person's language, looked for first.

    Raises:
        PictureRefused: too big, broken, or no Tesseract on this machine.
    """
    import pytesseract  # these bring numpy along; a start need not wait for them
    from PIL import Image, ImageOps

    if len(data) > MAX_BYTES:
        raise PictureRefused("too_big")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(data), formats=_DECODERS)
            if picture.width * picture.height > MAX_PIXELS:
                raise PictureRefused("too_big")
            grey = ImageOps.exif_transpose(picture).convert("L")
    except PictureRefused:
        raise
    except Exception as error:
        raise PictureRefused("broken") from error
    grey = _prepared(grey)
    try:
        available = set(pytesseract.get_languages())
        wanted = [name for name in _order(language) if name in available] or ["eng"]
        words = pytesseract.image_to_data(
            grey, lang="+".join(wanted), config="--psm 6", timeout=SECONDS, output_type=pytesseract.Output.DICT
        )
    except pytesseract.TesseractNotFoundError as error:
        raise PictureRefused("ocr_missing") from error
    except (RuntimeError, pytesseract.TesseractError) as error:
        raise PictureRefused("broken") from error
    return _joined(words)


def _joined(words: dict[str, list[Any]]) -> ReadPicture:
    """Words of Tesseract's table as lines; between Chinese characters it sees blanks that nobody wrote."""
    lines: dict[tuple[int, int, int], list[str]] = {}
    sure = weight = 0.0
    for index, word in enumerate(words["text"]):
        if not word.strip():
            continue
        place = (words["block_num"][index], words["par_num"][index], words["line_num"][index])
        lines.setdefault(place, []).append(word.strip())
        sure += max(0.0, float(words["conf"][index])) * len(word)
        weight += len(word)
    text = "\n".join(_HAN_BLANK.sub("", " ".join(line)) for line in lines.values())
    return ReadPicture(text, sure / weight if weight else 0.0)


def _prepared(grey: Image.Image) -> Image.Image:
    """Dark mode turned light, small text enlarged, huge pictures shrunk."""
    from PIL import ImageOps

    histogram = grey.histogram()
    if sum(histogram[:128]) > sum(histogram[128:]):
        grey = ImageOps.invert(grey)
    scale = min(2.0, LONG_SIDE / max(grey.size))
    if scale > 1.1 or scale < 1:
        grey = grey.resize((max(1, int(grey.width * scale)), max(1, int(grey.height * scale))))
    return ImageOps.autocontrast(grey)


def _order(language: str | None) -> list[str]:
    first = {"ru": ["rus", "eng"], "bg": ["bul", "eng"], "en": ["eng"], "zh": ["chi_sim", "chi_tra", "eng"]}
    names = first.get(language or "", [])
    return names or list(_TESSERACT_LANGUAGES)
