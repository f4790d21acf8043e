"""A log as a PDF to print and hand in: plain text in columns, made without any library. Letters beyond Latin become plain ones."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Sequence
from typing import Final

# Points: A4 on its side, with room for six columns.
_WIDTH, _HEIGHT = 842, 595
_LEFT, _TOP, _LINE = 36, 548, 14
_COLUMNS: Final = (0, 70, 215, 365, 560, 640)
# How many characters fit in a column of 9 points.
_ROOM: Final = (11, 28, 29, 38, 14, 25)
_ROWS: Final = 34
# How many characters of 9 points fit across the sheet.
_WIDE: Final = 150


def pdf(title: str, header: Sequence[str], rows: Sequence[Sequence[str]], head: Sequence[str] = ()) -> bytes:
    """The document, as many pages as the rows need; `head` stands above the rows of the first."""
    above = [part for line in head for part in textwrap.wrap(line, _WIDE)]
    first = _ROWS - len(above)
    chunks = [rows[:first]] + [rows[at : at + _ROWS] for at in range(first, len(rows), _ROWS)]
    pages = [
        _page(f"{title} ({number} of {len(chunks)})", header, chunk, above if number == 1 else ())
        for number, chunk in enumerate(chunks, 1)
    ]
    kids = " ".join(f"{4 + 2 * at} 0 R" for at in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for at, content in enumerate(pages):
        box = f"/MediaBox [0 0 {_WIDTH} {_HEIGHT}] /Resources << /Font << /F 3 0 R >> >>"
        objects.append(f"<< /Type /Page /Parent 2 0 R {box} /Contents {5 + 2 * at} 0 R >>".encode())
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    return _document(objects)


def _document(objects: Sequence[bytes]) -> bytes:
    """Objects with the table of where each begins (ISO 32000-1, 7.5)."""
    data = bytearray(b"%PDF-1.4\n")
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    data += b"".join(b"%010d 00000 n \n" % place for place in places)
    data += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(data)


def _page(title: str, header: Sequence[str], rows: Sequence[Sequence[str]], above: Sequence[str]) -> bytes:
    lines = [_text(_LEFT, _TOP, title, 13)]
    lines += [_text(_LEFT, _TOP - 10 - at * _LINE, line, 9) for at, line in enumerate(above, 1)]
    for at, cells in enumerate([header, *rows], 1 + len(above)):
        down = _TOP - 10 - at * _LINE
        lines += [
            _text(_LEFT + left, down, _cut(cell, room), 9)
            for left, room, cell in zip(_COLUMNS, _ROOM, cells, strict=True)
            if cell
        ]
    return b"\n".join(lines)


def _text(left: int, down: int, text: str, size: int) -> bytes:
    encoded = _latin(text).replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    return b"BT /F %d Tf %d %d Td (%s) Tj ET" % (size, left, down, encoded)


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else f"{text[: room - 3]}..."


def _latin(text: str) -> bytes:
    """In the letters of the font: with accents where it has them, else without; a question mark for other scripts."""
    found = bytearray()
    for char in text:
        for shape in (
            char,
            "".join(part for part in unicodedata.normalize("NFKD", char) if not unicodedata.combining(part)),
        ):
            try:
                found += shape.encode("cp1252")
                break
            except UnicodeEncodeError:
                continue
        else:
            found += b"?"
    return bytes(found)
