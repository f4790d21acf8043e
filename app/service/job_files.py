"""Tables of saved jobs, as job trackers export them, to jobs: columns are found by their names, whatever their order.

JobSync writes `index,createdAt,applied,appliedDate,Company,JobTitle,jobType,Location,JobSource,Status`; spreadsheets and other
trackers call the same things by the other names here.
"""

from __future__ import annotations

from itertools import islice
from typing import Final

from app.network.records import ExportError
from app.network.tables import first_of, open_table
from app.network.text import clean, decode
from app.service.job_schemas import JobIn
from app.service.jobs import known

# More saved jobs than anybody looks at again.
MOST_ROWS: Final = 2_000
_LONGEST: Final = 200
_TITLES: Final = (
    "jobtitle",
    "job title",
    "title",
    "position",
    "position title",
    "role",
    "headline",
    "stelle",
    "poste",
    "puesto",
)
_COMPANIES: Final = (
    "company", "company name", "companyname", "employer", "employer name", "organization", "organisation", "firma", "entreprise",
    "empresa",
)  # fmt: skip
_LOCATIONS: Final = (
    "location",
    "job location",
    "joblocation",
    "city",
    "place",
    "standort",
    "ort",
    "lieu",
    "ubicación",
)
_IDS: Final = ("id", "job id", "jobid", "index")


def read_jobs(data: bytes) -> list[JobIn]:
    """The jobs of a CSV file. Raises `ExportError` for a file without a title or company column, or with too many rows."""
    table = open_table(decode(data), _is_header)
    if table is None:
        raise ExportError(
            422,
            "no_header",
            "no line of the file names the columns of jobs",
            "the first line must name a column JobTitle (or Title, Position) or Company (or Employer), and one more, such as Location",
        )
    rows = list(islice(table.rows(), MOST_ROWS + 1))
    if len(rows) > MOST_ROWS:
        raise ExportError(
            422,
            "too_many_rows",
            f"the file has more than {MOST_ROWS:,} jobs",
            "leave out those that are closed",
        )
    jobs = [
        JobIn(
            id=_short(first_of(row, _IDS)),
            title=_short(first_of(row, _TITLES)),
            company=_short(first_of(row, _COMPANIES)),
            location=_short(first_of(row, _LOCATIONS)),
        )
        for row in rows
    ]
    return [job for job in jobs if job.title or job.company]


def _is_header(columns: frozenset[str]) -> bool:
    return not columns.isdisjoint((*_TITLES, *_COMPANIES))


def _short(cell: str | None) -> str | None:
    text = known(clean(cell))
    return None if text is None else text[:_LONGEST]
