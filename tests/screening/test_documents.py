"""Contracts as PDF and Word files: read within bounds, refused with a reason, whatever is in them."""

from __future__ import annotations

import io
import time
import zipfile
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.screening.documents import MAX_BYTES, MAX_CHARACTERS, DocumentRefused, read_document

CONTRACT = "The employer keeps the passport of the worker until the debt is paid."


def pdf_of(text: str, pages: int = 1) -> bytes:
    """A PDF written by hand, so that no library that writes it can agree with the one that reads it."""
    stream = zlib.compress(f"BT /F1 12 Tf 50 700 Td ({text}) Tj ET".encode("latin-1"))
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(pages))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number in range(pages):
        content = 5 + 2 * number
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> "
            f"/Contents {content} 0 R >>".encode()
        )
        objects.append(f"<< /Length {len(stream)} /Filter /FlateDecode >>\nstream\n".encode() + stream + b"\nendstream")
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    out += f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)


def zip_of(parts: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def reason(data: bytes) -> str:
    with pytest.raises(DocumentRefused) as refused:
        read_document(data)
    return refused.value.reason


def test_a_pdf_is_read() -> None:
    pytest.importorskip("pypdf")
    assert read_document(pdf_of(CONTRACT)) == CONTRACT


def test_a_long_pdf_is_read_in_part() -> None:
    pytest.importorskip("pypdf")
    text = read_document(pdf_of("all work and no pay " * 60, pages=60))
    assert len(text) <= MAX_CHARACTERS


def test_a_word_file_is_read_with_its_tables_in_order() -> None:
    docx = pytest.importorskip("docx")
    document = docx.Document()
    document.add_paragraph(CONTRACT)
    table = document.add_table(rows=1, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Залог", "300 евро"
    document.add_paragraph("Конец")
    buffer = io.BytesIO()
    document.save(buffer)
    assert read_document(buffer.getvalue()) == f"{CONTRACT}\nЗалог 300 евро\nКонец"


def test_what_cannot_be_read_is_refused_with_a_reason() -> None:
    assert reason(b"") == "unknown"
    assert reason(b"MZ\x90\x00" * 10) == "unknown"
    assert reason(b"%PDF-1.4" + b" " * MAX_BYTES) == "too_big"
    assert reason(b"PK\x03\x04broken") == "broken"
    assert reason(zip_of({"xl/workbook.xml": b"<x/>"})) == "unknown"
    assert reason(zip_of({f"{number}": b"" for number in range(2_100)})) == "too_big"


def test_a_bomb_is_not_unpacked() -> None:
    bomb = zip_of({"word/document.xml": b"0" * 60_000_000})
    assert len(bomb) < 200_000
    began = time.process_time()
    assert reason(bomb) == "too_big"
    assert time.process_time() - began < 1


def test_a_pdf_without_text_or_with_rubbish() -> None:
    pytest.importorskip("pypdf")
    assert reason(pdf_of("")) == "no_text"
    assert reason(b"%PDF-1.4\n" + bytes(range(256)) * 20) == "broken"
    assert reason(zip_of({"word/document.xml": b"<a>"})) == "broken" if pytest.importorskip("docx") else True


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 900), st.sampled_from([b"%PDF-1.4\n", b"PK\x03\x04", b""]))
def test_any_bytes_are_read_or_refused(rubbish: bytes, place: int, start: bytes) -> None:
    whole = pdf_of(CONTRACT)
    for data in (start + rubbish, whole[:place] + rubbish + whole[place + len(rubbish) :]):
        try:
            assert read_document(data)
        except DocumentRefused as refused:
            assert refused.reason in ("too_big", "broken", "locked", "no_text", "unknown", "reader_missing")
