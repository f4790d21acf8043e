"""Wrong, hostile and absurd files: each is refused by name, with what to choose instead, and nothing of it in the words."""

from __future__ import annotations

import io
import json
import struct
import tracemalloc
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.network import limits
from app.network.exports import read_files
from app.network.records import ExportError
from tests.app.network.exports import CONNECTIONS, archive, connection, connections, names, people

SECRET = "Xanthippe Quillfeather"


def refusal(*files: bytes) -> ExportError:
    with pytest.raises(ExportError) as caught:
        read_files(files)
    assert caught.value.hint
    assert SECRET not in f"{caught.value} {caught.value.code}"
    return caught.value


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (b"", 422, "no_header"),
        (f"To do,{SECRET}\nmilk,eggs\n".encode(), 422, "no_header"),
        (f"<!DOCTYPE html><html><body>{SECRET}".encode(), 422, "html_export"),
        (json.dumps({"relationships_following": [{"title": SECRET}]}).encode(), 422, "no_header"),
        (b"[" * 200_000, 422, "no_header"),
        (b'{"friends_v2": [{"name": "cut', 422, "no_header"),
        (b"\x89PNG\r\n\x1a\n" + SECRET.encode(), 415, "not_an_export"),
        (b"%PDF-1.7 " + SECRET.encode(), 415, "not_an_export"),
        (bytes(range(256)) * 40, 415, "not_an_export"),
        (b"PK\x03\x04 cut in the middle", 415, "not_an_export"),
        (archive({"xl/workbook.xml": "<xml/>", SECRET: "a"}), 415, "not_an_export"),
        (archive({"friends.html": f"<html>{SECRET}"}), 422, "html_export"),
        (archive({"Connections.csv": f"nothing,{SECRET}"}), 422, "no_header"),
        (archive({"inner.zip": archive({"Connections.csv": connections([])})}), 415, "not_an_export"),
        (("x," * 300 + "\n").encode(), 422, "no_header"),
    ],
)
def test_what_is_no_export_is_refused_by_name(data, status, code):
    error = refusal(data)
    assert (error.status, error.code) == (status, code)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_compressions_that_unpack_in_one_step_are_refused_before_they_do(method):
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", method) as packed, packed.open("Connections.csv", "w") as member:
        for _ in range(64):
            member.write(bytes(1024 * 1024))
    assert len(bomb.getvalue()) < 100_000
    tracemalloc.start()
    assert refusal(bomb.getvalue()).code == "unsupported_compression"
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1024 * 1024


def test_an_archive_of_half_a_million_files_is_refused_by_its_end_record():
    directory = (b"PK\x01\x02" + bytes(42)) * 480_000
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, len(directory), 0, 0)
    data = b"PK\x03\x04" + directory + end
    tracemalloc.start()
    assert refusal(data).code == "zip_bomb"
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1024 * 1024


def test_a_lying_end_record_does_not_get_more_files_through():
    honest = archive({f"{number}.csv": "a,b\n" for number in range(limits.ZIP_ENTRIES + 1)})
    lying = honest[:-12] + struct.pack("<H", 1) + honest[-10:]
    assert refusal(lying).code == "zip_bomb"


def test_a_zip64_archive_is_refused():
    small = archive({"Connections.csv": connections([])})
    at = small.rfind(b"PK\x05\x06")
    assert refusal(small[:at] + b"PK\x06\x07" + bytes(16) + small[at:]).code == "zip_bomb"


def test_zip_bombs_are_stopped_while_they_unpack():
    bomb = archive({"Connections.csv": b"," * (30 * 1024 * 1024)})
    assert len(bomb) < 100_000
    assert refusal(bomb).code == "zip_bomb"
    many = archive({f"{number}.csv": "a,b\n" for number in range(limits.ZIP_ENTRIES + 1)})
    assert refusal(many).code == "zip_bomb"


def test_a_size_that_lies_is_not_believed():
    made = bytearray(archive({"Connections.csv": b"," * (30 * 1024 * 1024)}))
    at = made.rfind(b"PK\x01\x02")
    struct.pack_into("<I", made, at + 24, 10)
    assert refusal(bytes(made)).status in {415, 422}


def test_members_that_overlap_count_each_time(monkeypatch):
    monkeypatch.setattr(limits, "ZIP_ENTRIES", 200)
    monkeypatch.setattr("app.network.exports.TOTAL_BYTES", 3_000_000)
    content = connections([connection("Ada Byron")]).encode() + bytes(str(list(range(150_000))), "ascii")
    made = archive({f"Connections_{number}.csv": content for number in range(5)})
    assert refusal(made).code == "zip_bomb"


def test_encrypted_archives_are_named():
    made = bytearray(archive({"Connections.csv": CONNECTIONS}))
    made[made.find(b"PK\x01\x02") + 8] |= 1
    assert refusal(bytes(made)).code == "encrypted"


def test_members_with_paths_and_links_do_no_harm():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        link = zipfile.ZipInfo("Connections.csv")
        link.external_attr = 0o120777 << 16
        made.writestr(link, "/etc/passwd")
        made.writestr("../../../Connections.csv", connections([connection("Ada Byron")]))
    assert names(people(buffer.getvalue())) == ["Ada Byron"]


def test_more_people_than_are_read_is_refused():
    rows = connections(connection(f"P N{number}") for number in range(limits.CONTACTS + 1))
    error = refusal(rows.encode())
    assert (error.status, error.code) == (422, "too_many_rows")


def test_more_bytes_or_files_than_are_read_is_refused():
    assert refusal(b"x" * (limits.UPLOAD_BYTES + 1)).status == 413
    assert refusal(*[b"x"] * (limits.FILES + 1)).status == 413
    friends = b'{"friends_v2": [' + b" " * limits.JSON_BYTES + b"]}"
    assert refusal(friends).code == "too_large"


def test_one_wrong_file_among_right_ones_is_a_warning():
    found = people(f"<html>{SECRET}", connections([connection("Ada Byron")]))
    assert names(found) == ["Ada Byron"]
    assert [(each["code"], each["file"]) for each in found.warnings] == [("html_export", 1)]


def test_thousands_of_one_name_take_no_time():
    rows = "".join(connection("John Smith", company=f"C{number}", slug="") for number in range(3_000))
    assert len(people(connections([rows]), connections([rows])).persons) == 3_000


@pytest.mark.parametrize(
    "data",
    [
        CONNECTIONS.encode() + b"," * 3_000_000,
        b"BEGIN:VCARD\nN:" + b";" * 3_000_000 + b"\nEND:VCARD",
        b"BEGIN:VCARD\nFN:a" + b"\n a" * 500_000,
        b"BEGIN:VCARD\nFN;ENCODING=QUOTED-PRINTABLE:" + b"a=\n" * 500_000,
        (CONNECTIONS + "Ada,Byron,," + " " * 900_000 + ",c,d,\n").encode(),
    ],
    ids=["a row of commas", "parts of a name", "folded lines", "soft breaks", "a cell of spaces"],
)
def test_absurd_shapes_are_nobody_or_somebody_with_a_short_name(data):
    for each in people(data).persons:
        assert len(each.name) <= limits.VALUE_CHARACTERS


def test_names_that_turn_or_hide_text_are_made_plain():
    (found,) = people(CONNECTIONS + "Ada\u202e\u200b,By\tron\x07,,,,,\n").persons
    assert found.name == "Ada By ron"


def read_or_refused(data: bytes) -> int:
    """The status of an answer."""
    try:
        people(data)
    except ExportError as error:
        return error.status
    return 200


@given(st.binary(max_size=2_000))
def test_any_bytes_are_people_or_a_refusal(data):
    assert read_or_refused(data) in {200, 413, 415, 422}


@given(st.text(max_size=300), st.sampled_from([CONNECTIONS, "BEGIN:VCARD\n", '{"friends_v2": [']))
def test_any_text_after_a_header_is_people_or_a_refusal(text, header):
    assert read_or_refused((header + text).encode("utf-8", "replace")) in {200, 413, 415, 422}
