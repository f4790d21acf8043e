"""Exports of job trackers are read by their columns, whatever the order, the delimiter or the names."""

from __future__ import annotations

import pytest

from app.network.records import ExportError
from app.service.job_files import MOST_ROWS, read_jobs

# The columns of JobSync's export.
JOBSYNC = (
    "index,createdAt,applied,appliedDate,Company,JobTitle,jobType,Location,JobSource,Status\r\n"
    '1,2026-11-01,Yes,2026-11-02,Acme,"Engineer, senior",Full Time,"Boston, MA",LinkedIn,Applied\r\n'
    "2,2026-11-01,No,N/A,Globex,Nurse,Unknown,N/A,N/A,Draft"
)


def shown(data: bytes) -> list[tuple[str | None, ...]]:
    return [(job.id, job.title, job.company, job.location) for job in read_jobs(data)]


def test_an_export_of_jobsync_is_read_and_what_it_does_not_know_is_left_out():
    assert shown(JOBSYNC.encode()) == [
        ("1", "Engineer, senior", "Acme", "Boston, MA"),
        ("2", "Nurse", "Globex", None),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Company,Position,Location\nAcme,Nurse,Leeds",
        "position;employer_name;city\nNurse;Acme;Leeds",
        "Job Title\tEmployer\tJob Location\nNurse\tAcme\tLeeds",
        "My saved jobs\n\nTitle,Company,Location\nNurse,Acme,Leeds\n,,\n",
    ],
)
def test_columns_of_other_trackers_are_found(text):
    assert shown(text.encode("utf-8-sig")) == [(None, "Nurse", "Acme", "Leeds")]


def test_a_cell_is_one_short_line_without_controls():
    [job] = read_jobs(b'JobTitle,Company\n"Nurse\r\nnights\x07",' + b"A" * 500)
    assert job.title == "Nurse nights"
    assert job.company == "A" * 200


@pytest.mark.parametrize(
    "data", [b"", b"\x00\xff\xfe", b"Name,Address\nx,y", b"<html></html>", b"JobTitle\nNurse"]
)
def test_a_file_without_jobs_is_refused_with_what_it_needs(data):
    with pytest.raises(ExportError, match="JobTitle"):
        read_jobs(data)


def test_a_file_of_too_many_rows_is_refused():
    with pytest.raises(ExportError, match=f"{MOST_ROWS:,}"):
        read_jobs(b"JobTitle,Company\n" + b"Nurse,Acme\n" * (MOST_ROWS + 1))
