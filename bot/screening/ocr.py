"""Read the text of a picture with Tesseract, on this machine, within bounds."""

from __future__ import annotations

import io
import os
import warnings
from typing import TYPE_CHECKING

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
_DECODERS = ("JPEG", "PNG", "WEBP")

# One picture must not take all cores from the people who wait.
os.environ.setdefault("OMP_THREAD_LIMIT", "1")


class PictureRefused(Exception):
    """The picture cannot be read; ``reason`` is ``too_big``, ``broken`` or ``ocr_missing``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def read_picture(data: bytes, language: str | None = None) -> str:
    """The text in a picture, blocking: call it in a thread.

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
        text: str = pytesseract.image_to_string(grey, lang="+".join(wanted), config="--psm 6", timeout=SECONDS)
    except pytesseract.TesseractNotFoundError as error:
        raise PictureRefused("ocr_missing") from error
    except (RuntimeError, pytesseract.TesseractError) as error:
        raise PictureRefused("broken") from error
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


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
