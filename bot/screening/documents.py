"""The text of a contract sent as PDF or Word file, read on this machine, within bounds, and kept nowhere.

The libraries that read them are imported here only: where one is missing, the person is told that this kind of file
cannot be read, and everything else works.
"""

from __future__ import annotations

import io
import time
import zipfile

#: Largest file read, bytes.
MAX_BYTES = 10_000_000
#: Largest content of a Word file once unpacked, bytes; a small file can unpack to gigabytes.
MAX_UNPACKED = 40_000_000
#: Most parts of a Word file.
MAX_PARTS = 2_000
#: Most pages of a PDF read.
MAX_PAGES = 40
#: More text than this is not screened.
MAX_CHARACTERS = 20_000
#: Time one file may take, seconds; looked at between two pages.
SECONDS = 15

_PDF, _ZIP = b"%PDF-", b"PK\x03\x04"
_WORD_PART = "word/document.xml"


class DocumentRefused(Exception):
    """The file cannot be read.

    ``reason`` is ``too_big``, ``broken``, ``locked`` (it asks for a password), ``no_text`` (only pictures of text),
    ``unknown`` (no PDF or Word file) or ``reader_missing``.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def read_document(data: bytes) -> str:
    """The text of a PDF or Word file, blocking: call it in a thread.

    Args:
        data: the file's bytes, hostile input; what it is, its first bytes tell, not its name.

    Raises:
        DocumentRefused: it cannot be read, or has no text.
    """
    if len(data) > MAX_BYTES:
        raise DocumentRefused("too_big")
    if _PDF in data[:1024]:
        text = _read_pdf(data)
    elif data.startswith(_ZIP):
        text = _read_word(data)
    else:
        raise DocumentRefused("unknown")
    lines = (" ".join(line.split()) for line in text.splitlines())
    text = "\n".join(line for line in lines if line)[:MAX_CHARACTERS]
    # A lone surrogate cannot be written as UTF-8, nor understood.
    text = text.encode("utf-8", "replace").decode("utf-8")
    if not text:
        raise DocumentRefused("no_text")
    return text


def _read_pdf(data: bytes) -> str:
    try:
        import pypdf
    except ImportError:
        raise DocumentRefused("reader_missing") from None
    until = time.monotonic() + SECONDS
    pieces: list[str] = []
    characters = 0
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise DocumentRefused("locked")
        for number, page in enumerate(reader.pages):
            if number == MAX_PAGES or characters > MAX_CHARACTERS or time.monotonic() > until:
                break
            piece = page.extract_text()
            pieces.append(piece)
            characters += len(piece)
    except DocumentRefused:
        raise
    except Exception as error:  # a hostile file may raise anything, RecursionError and MemoryError included
        raise DocumentRefused("broken") from error
    return "\n".join(pieces)


def _read_word(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
                raise DocumentRefused("too_big")
            if _WORD_PART not in archive.namelist():
                raise DocumentRefused("unknown")
    except zipfile.BadZipFile as error:
        raise DocumentRefused("broken") from error
    try:
        import docx
    except ImportError:
        raise DocumentRefused("reader_missing") from None
    try:
        document = docx.Document(io.BytesIO(data))
        pieces: list[str] = []
        characters = 0
        for block in document.iter_inner_content():
            piece = block.text if hasattr(block, "text") else _table_text(block)
            pieces.append(piece)
            characters += len(piece)
            if characters > MAX_CHARACTERS:
                break
    except Exception as error:  # a hostile file may raise anything
        raise DocumentRefused("broken") from error
    return "\n".join(pieces)


def _table_text(table: object) -> str:
    rows = getattr(table, "rows", ())
    return "\n".join(" ".join(dict.fromkeys(cell.text for cell in row.cells)) for row in rows)
