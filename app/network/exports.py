"""Files as they were uploaded to one `Export`: what each is, is found by its content and never by its name.

Archives are read in memory, member by member, within limits that count what comes out. Raises `ExportError` with what to
choose instead where a file is none of ours.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from typing import Final

from app.network.address_books import is_address_book, read_address_book
from app.network.columns import columns_by_content
from app.network.facebook import is_json, read_friends
from app.network.limits import (
    ALL_CONTACTS,
    FILES,
    MEMBER_BYTES,
    TOTAL_BYTES,
    UPLOAD_BYTES,
    ZIP_ENTRIES,
    ZIP_RATIO,
    ZIP_RATIO_FROM_BYTES,
)
from app.network.linkedin import reader_of
from app.network.records import Export, ExportError, too_many
from app.network.tables import open_table, open_unlabelled
from app.network.text import decode
from app.network.trackers import is_tracker, read_tracker
from app.network.vcards import is_vcard, read_vcards

_COMPRESSIONS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_END_RECORD: Final = b"PK\x05\x06"
_END_RECORD_BYTES: Final = 22
_ZIP64_LOCATOR: Final = b"PK\x06\x07"
# Of the directory, for one file: 46 bytes and its name.
_MOST_ENTRY_BYTES: Final = 1_024
_CHOOSE: Final = "choose LinkedIn's zip or Connections.csv, contacts of Google or Outlook as CSV, a .vcf file, or Facebook's friends as JSON"
# What is refused as a whole, though other files could be used.
_FATAL: Final = frozenset({"too_large", "too_many_rows", "zip_bomb"})
_BINARY: Final = (
    (b"\x89PNG", "an image"), (b"\xff\xd8\xff", "an image"), (b"GIF8", "an image"), (b"%PDF", "a PDF"),
    (b"\xd0\xcf\x11\xe0", "an old Office or Outlook file"), (b"!BDN", "an Outlook data file"), (b"\x1f\x8b", "a gzip file"),
    (b"Rar!", "a RAR archive"), (b"7z\xbc\xaf", "a 7z archive"), (b"SQLite format 3", "a database"),
)  # fmt: skip


def read_files(files: Sequence[bytes]) -> Export:
    """Everything that the files say, those in archives included.

    One that cannot be used is a warning as long as another one can: a person chose one file too many. Raises `ExportError`
    if none can, and for what is too large or hostile.
    """
    if sum(len(data) for data in files) > UPLOAD_BYTES or len(files) > FILES:
        raise ExportError(
            413,
            "too_large",
            f"more than {UPLOAD_BYTES // 1024**2} MB or {FILES} files at once",
            "choose only the files that are needed: Connections.csv, Invitations.csv, messages.csv",
        )
    export = Export()
    refused: list[ExportError] = []
    unpacked = _Unpacked()
    for number, data in enumerate(files, 1):
        try:
            export.add(_read_archive(data, unpacked) if _is_archive(data) else read_file(data))
        except ExportError as error:
            if error.code in _FATAL:
                raise
            refused.append(error)
            export.warnings.append(
                {"code": error.code, "detail": error.detail, "hint": error.hint, "file": number}
            )
    if not export.kinds:
        raise refused[0] if refused else ExportError(422, "no_header", "there is no file", _CHOOSE)
    if not export.files:
        raise _nobody_listed(export)
    if not export.read:
        export.warnings.append(
            {
                "code": "no_people",
                "detail": "these files list nobody",
                "hint": "LinkedIn sends connections in a second, complete archive, about a day after the first",
            }
        )
    if export.read > ALL_CONTACTS:
        raise too_many(ALL_CONTACTS, "people")
    return export


# What LinkedIn calls the files that say much, but not who one's contacts are.
_OTHER_FILES: Final = {
    "linkedin messages": "messages.csv",
    "linkedin invitations": "Invitations.csv",
    "linkedin positions": "Positions.csv",
    "linkedin education": "Education.csv",
    "linkedin profile": "Profile.csv",
    "linkedin company follows": "Company Follows.csv",
}


def _nobody_listed(export: Export) -> ExportError:
    """LinkedIn's other files alone: they add to a list of contacts and are none."""
    named = [_OTHER_FILES[kind] for kind in dict.fromkeys(export.kinds) if kind in _OTHER_FILES]
    what = " and ".join(named[:3]) or "this file of LinkedIn's"
    return ExportError(
        422,
        "no_people",
        f"{what} {'do' if len(named) > 1 else 'does'} not list your contacts",
        "choose Connections.csv, alone or with it; LinkedIn sends it in a second, complete archive, about a day after the first",
    )


def read_file(data: bytes) -> Export:
    """What a single file that is not an archive says."""
    _refuse_binary(data)
    if is_vcard(data):
        return read_vcards(data)
    if is_json(data):
        return read_friends(data)
    text = decode(data)
    start = text.lstrip()[:500].casefold()
    if start.startswith(("<!doctype html", "<html", "<head", "<?xml", "<svg")) or "<html" in start:
        raise ExportError(
            422, "html_export", "this is a web page", "ask for the download again, in the format JSON or CSV"
        )
    controls = sum(char < " " and char not in "\t\n\r" for char in text[:2_000])
    if controls * 20 > len(text[:2_000]):
        raise ExportError(415, "not_an_export", "this is not text", _CHOOSE)
    if not text.strip():
        raise ExportError(422, "no_header", "the file is empty", _CHOOSE)
    if is_tracker(text):
        return read_tracker(text)
    table = open_table(text, lambda columns: reader_of(columns) is not None or is_address_book(columns))
    if table is None:
        export = _by_content(text)
        if export is not None:
            return export
        raise ExportError(
            422,
            "no_header",
            "no line names first and last names with a company, a position or an address",
            _CHOOSE,
        )
    export = (reader_of(frozenset(table.columns)) or read_address_book)(table)
    if table.bad_rows:
        export.warn("bad_row", "rows with values beyond every measure are left out", table.bad_rows)
    return export


def _by_content(text: str) -> Export | None:
    """The people of a table whose header says nothing, known by their addresses, phones and titles; None for others."""
    found = open_unlabelled(text)
    if found is None:
        return None
    table, sample = found
    columns = columns_by_content(table.columns, sample)
    if not columns.lists_people:
        return None
    export = read_address_book(table, columns)
    export.warn("columns_guessed", "the header is not known; columns were told by what stands in them")
    return export


def _is_archive(data: bytes) -> bool:
    return data.startswith((b"PK\x03\x04", b"PK\x05\x06"))


class _Unpacked:
    """How many bytes came out of all archives so far."""

    def __init__(self) -> None:
        self.size = 0

    def add(self, size: int) -> None:
        self.size += size
        if self.size > TOTAL_BYTES:
            raise _bomb()


def _read_archive(data: bytes, unpacked: _Unpacked) -> Export:
    found: list[Export] = []
    refused: list[ExportError] = []
    for name, member in _members(data, unpacked):
        try:
            found.append(read_file(member))
        except ExportError as error:
            if error.code in _FATAL:
                raise
            # An export holds forty files, of which ten are about people.
            if _expected(name):
                refused.append(error)
    # Lists with names in LinkedIn's own export that are not its connections say the same people again.
    if any(kind.startswith("linkedin") for each in found for kind in each.kinds):
        found = [each for each in found if each.kinds[0].startswith("linkedin")]
    if not found:
        if refused:
            raise refused[0]
        raise ExportError(415, "not_an_export", "no file of this archive lists people", _CHOOSE)
    export = Export()
    for each in found:
        export.add(each)
    return export


def _members(data: bytes, unpacked: _Unpacked) -> Iterator[tuple[str, bytes]]:
    """(name, content) of the members that may be about people; no name is ever used as a path."""
    _check_directory(data)
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise _broken() from None
    if len(entries) > ZIP_ENTRIES:
        raise ExportError(
            422,
            "zip_bomb",
            f"the archive holds {len(entries)} files",
            "unpack it and choose the files about people",
        )
    seen: set[str] = set()
    for entry in entries:
        name = entry.filename
        link = (entry.external_attr >> 16) & 0o170000 == 0o120000
        if entry.is_dir() or link or name in seen or not _wanted(name):
            continue
        if entry.flag_bits & 1:
            raise ExportError(
                422, "encrypted", "the archive is encrypted", "unpack it and choose Connections.csv"
            )
        if entry.compress_type not in _COMPRESSIONS:
            # Of bzip2 and LZMA a few hundred bytes unpack to hundreds of megabytes in one step, before they can be counted.
            raise ExportError(
                422,
                "unsupported_compression",
                "the archive is compressed in a way that no export is",
                "unpack it and choose the files about people",
            )
        seen.add(name)
        yield name, _inflated(archive, entry, unpacked)


def _check_directory(data: bytes) -> None:
    """Refuse, by its end record (APPNOTE 4.3.16), an archive with more files than an export has, before they are listed."""
    at = data.rfind(_END_RECORD, max(0, len(data) - _END_RECORD_BYTES - 0xFFFF))
    if at < 0 or len(data) - at < _END_RECORD_BYTES:
        raise _broken()
    entries, size = struct.unpack_from("<HI", data, at + 10)
    # Where there is a ZIP64 record, that one would count.
    is_zip64 = data[max(0, at - 20) : at].startswith(_ZIP64_LOCATOR)
    if is_zip64 or entries > ZIP_ENTRIES or size > ZIP_ENTRIES * _MOST_ENTRY_BYTES:
        raise ExportError(
            422,
            "zip_bomb",
            "the archive holds more files than an export does",
            "unpack it and choose the files about people",
        )


def _inflated(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, unpacked: _Unpacked) -> bytes:
    """A member, counted while it is unpacked: what its header says of its size is not believed."""
    content = bytearray()
    try:
        with archive.open(entry) as member:
            while part := member.read(256 * 1024):
                content += part
                unpacked.add(len(part))
                dense = len(content) > max(ZIP_RATIO_FROM_BYTES, ZIP_RATIO * entry.compress_size)
                if dense or len(content) > MEMBER_BYTES:
                    raise _bomb()
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        RuntimeError,
        NotImplementedError,
    ):
        raise _broken() from None
    return bytes(content)


def _broken() -> ExportError:
    return ExportError(415, "not_an_export", "the archive is cut or broken", "download it again")


def _bomb() -> ExportError:
    return ExportError(422, "zip_bomb", "the archive unpacks to far more than an export holds", _CHOOSE)


def _wanted(name: str) -> bool:
    lowered = name.casefold()
    if lowered.endswith((".json", ".html")):
        # Facebook's archive holds hundreds of others.
        return "friends" in lowered
    return lowered.endswith((".csv", ".tsv", ".txt", ".vcf", ".vcard"))


def _expected(name: str) -> bool:
    return any(each in name.casefold() for each in ("connection", "contact", "friends", ".vcf"))


def _refuse_binary(data: bytes) -> None:
    for mark, what in _BINARY:
        if data.startswith(mark):
            raise ExportError(415, "not_an_export", f"this is {what}", _CHOOSE)
    if data.startswith(b"PK"):
        raise ExportError(415, "not_an_export", "this is an archive within an archive", _CHOOSE)
