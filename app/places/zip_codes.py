"""Folds US ZIP codes into ``data/us_zip_codes.tsv`` (``python -m app.places.zip_codes``).

Run by hand where the codes are to be renewed, in an environment of its own that has the package
``zipcodes`` (version 3.0.0 made the table that is here); the build only reads the table. Taken are the
code, the state, the usual name of the post office's town (USPS) and the point (GeoNames), nothing else.
Military codes have no place and are left out.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any, NamedTuple

TABLE = Path(__file__).with_name("data") / "us_zip_codes.tsv"


class ZipCode(NamedTuple):
    """A code as five digits, its state by the code of USPS, the town's name, and a point in degrees.

    ``is_street_mail`` is false for codes of post boxes and of single organisations.
    """

    code: str
    state: str
    town: str
    is_street_mail: bool
    lat: float
    lon: float


def _folded(row: dict[str, Any]) -> ZipCode | None:
    if row["country"] != "US" or row["zip_code_type"] == "MILITARY" or not row["city"].strip():
        return None
    lat, lon = float(row["lat"]), float(row["long"])
    if abs(lat) + abs(lon) < 1:
        return None
    town = " ".join(row["city"].split())
    return ZipCode(row["zip_code"], row["state"], town, row["zip_code_type"] == "STANDARD", lat, lon)


def write(source: list[dict[str, Any]], target: Path = TABLE) -> int:
    """Writes the table from the rows of the package and answers how many codes it has."""
    found = sorted(code for row in source if (code := _folded(row)) is not None)
    lines = [
        f"{row.code}\t{row.state}\t{row.town}\t{'s' if row.is_street_mail else ''}\t{row.lat:.3f}\t{row.lon:.3f}"
        for row in found
    ]
    target.write_text("\n".join(lines) + "\n", "utf-8")
    return len(found)


def read(source: Path = TABLE) -> list[ZipCode]:
    """The codes of the table, ascending."""
    found = []
    for line in source.read_text("utf-8").splitlines():
        code, state, town, mail, lat, lon = line.split("\t")
        found.append(ZipCode(code, state, town, mail == "s", float(lat), float(lon)))
    return found


def main() -> int:
    """Reads the installed package ``zipcodes`` and writes the table."""
    rows: list[dict[str, Any]] = importlib.import_module("zipcodes").list_all()
    sys.stdout.write(f"{write(rows)} codes in {TABLE.name}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
