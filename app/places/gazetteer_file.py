"""Reads the gazetteer file: which places bear a name, what a place is, which lie in a cell.

The file is mapped into memory and read in small pieces, so opening it costs a few milliseconds and
processes on one host share its pages. Only this module and the build know the layout. Nothing here
ranks or guesses.

Layout, little-endian: ``MAGIC``, the length of a JSON directory (u32), the directory
``{"sections": {name: [offset, length]}, ...}``, then the sections, offsets counted from the first one.

- ``places``: one ``PLACE`` record a place, ordered by country, first-level area, falling population.
- ``names`` and ``name_offsets``: the names of ``NAMES_PER_BLOCK`` places a block, deflated.
- ``keys``, ``key_offsets``, ``key_firsts``: folded names in order, in deflated blocks; a block is the
  count of keys (u16), the count of postings of each (u16), the postings (u24: place * 2 + 1 if the key
  is another name than the usual one), the keys, one a line.
- ``areas``: JSON: countries, first-level areas and hand-written places with their folded names.
- ``popular``: JSON: keys of the larger places with their place numbers, for completion and typos.
- ``cell_ids`` (u32, sorted), ``cell_starts`` (u32), ``cell_places`` (u24): places by half-degree cell.
- ``zip_codes``: one ``ZIP_CODE`` record a US ZIP code, ascending.
"""

from __future__ import annotations

import json
import mmap
import struct
import zlib
from bisect import bisect_left, bisect_right
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

MAGIC = b"NCPLACES2\n"
PLACE = struct.Struct("<IiiIH")
ZIP_CODE = struct.Struct("<IiiI")
# Numbers of places that are not GeoNames': towns of US post offices (+ their first ZIP code) and places
# written by hand (+ their number in data/more_places.tsv).
POSTAL_FROM = 1 << 31
MORE_FROM = POSTAL_FROM + (1 << 20)
NAMES_PER_BLOCK = 128
CELLS_PER_DEGREE = 2
DATA_FILE = Path(__file__).with_name("gazetteer.bin")


class City(NamedTuple):
    """A populated place of the file. ``number`` is its place in the file, ``identity`` its permanent id."""

    number: int
    identity: str
    name: str
    country: str
    area: str
    lat: float
    lon: float
    population: int
    timezone: str


class Postcode(NamedTuple):
    """A ZIP code as five digits, its point in degrees and the number of its town."""

    code: str
    lat: float
    lon: float
    town: int


def _identity(geoname: int) -> str:
    if geoname >= MORE_FROM:
        return f"more-{geoname - MORE_FROM}"
    return f"post-{geoname - POSTAL_FROM:05d}" if geoname >= POSTAL_FROM else f"g{geoname}"


class Popular(NamedTuple):
    """Keys of the larger places, sorted, with the number and the population of the best place of each."""

    keys: list[str]
    places: list[int]
    populations: list[int]


def half_degree_cell(lat: float, lon: float) -> int:
    """The number of the half-degree cell a point is in; rows run from the south pole."""
    row = min(int((lat + 90) * CELLS_PER_DEGREE), 180 * CELLS_PER_DEGREE - 1)
    column = int((lon + 180) * CELLS_PER_DEGREE) % (360 * CELLS_PER_DEGREE)
    return row * 360 * CELLS_PER_DEGREE + column


def half_degree_centre(number: int) -> tuple[float, float]:
    """(lat, lon) of the middle of a half-degree cell."""
    row, column = divmod(number, 360 * CELLS_PER_DEGREE)
    return (row + 0.5) / CELLS_PER_DEGREE - 90, (column + 0.5) / CELLS_PER_DEGREE - 180


class Gazetteer:
    """The open file. Reading is safe from many threads: nothing is written, pieces are cached."""

    def __init__(self, path: Path = DATA_FILE) -> None:
        with path.open("rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        if self._map[: len(MAGIC)] != MAGIC:
            raise ValueError(
                f"{path.name} is not a gazetteer of this version; run python -m app.places.build"
            )
        at = len(MAGIC)
        (length,) = struct.unpack_from("<I", self._map, at)
        base = at + 4 + length
        directory = json.loads(self._map[at + 4 : base])
        self._sections: dict[str, tuple[int, int]] = {
            name: (base + offset, size) for name, (offset, size) in directory["sections"].items()
        }
        self.zones: list[str] = directory["zones"]
        # Two calls may build the same piece at once in two threads; both answers are equal.
        self._key_block = lru_cache(maxsize=1024)(self._read_key_block)
        self._name_block = lru_cache(maxsize=4096)(self._read_name_block)

    def section(self, name: str) -> bytes:
        """The bytes of a section."""
        offset, size = self._sections[name]
        return self._map[offset : offset + size]

    def _numbers(self, name: str) -> memoryview:
        return memoryview(self.section(name)).cast("I")

    @cached_property
    def areas(self) -> dict[str, Any]:
        """Countries, first-level areas and hand-written places, as the build wrote them."""
        found: dict[str, Any] = json.loads(zlib.decompress(self.section("areas")))
        return found

    @cached_property
    def _ranges(self) -> tuple[list[int], list[tuple[str, str]]]:
        rows = json.loads(zlib.decompress(self.section("ranges")))
        return [row[2] for row in rows], [(row[0], row[1]) for row in rows]

    @cached_property
    def _range_of(self) -> dict[tuple[str, str], tuple[int, int]]:
        starts, codes = self._ranges
        ends = [*starts[1:], len(self)]
        return {code: (start, end) for code, start, end in zip(codes, starts, ends, strict=True)}

    def __len__(self) -> int:
        return self._sections["places"][1] // PLACE.size

    def area_of(self, index: int) -> tuple[str, str]:
        """Country (ISO 3166-1 alpha-2) and first-level area code (GeoNames) of a place."""
        starts, codes = self._ranges
        return codes[bisect_right(starts, index) - 1]

    def in_area(self, country: str, area: str | None = None) -> range:
        """The numbers of all places of a country, or of one of its first-level areas."""
        if area is not None:
            return range(*self._range_of.get((country, area), (0, 0)))
        found = [span for code, span in self._range_of.items() if code[0] == country]
        return range(min(start for start, _ in found), max(end for _, end in found)) if found else range(0)

    def population(self, index: int) -> int:
        """Inhabitants; 0 where GeoNames knows none; for places that are not GeoNames' a guess, to rank them."""
        population: int = self._record(index)[3]
        return population

    def is_counted(self, index: int) -> bool:
        """Whether :meth:`population` is a count and no guess."""
        return self._record(index)[0] < POSTAL_FROM

    def point(self, index: int) -> tuple[float, float]:
        """Latitude and longitude in degrees (WGS 84)."""
        _, lat, lon, _, _ = self._record(index)
        return lat / 1e5, lon / 1e5

    def timezone(self, index: int) -> str:
        """IANA time zone."""
        return self.zones[self._record(index)[4]]

    def city(self, index: int) -> City:
        """Everything the file knows about a place."""
        geoname, lat, lon, population, zone = self._record(index)
        country, area = self.area_of(index)
        name = self.name(index)
        known = population if geoname < POSTAL_FROM else 0
        identity = _identity(geoname)
        return City(index, identity, name, country, area, lat / 1e5, lon / 1e5, known, self.zones[zone])

    def name(self, index: int) -> str:
        """The usual name of a place, in the spelling of GeoNames."""
        return self._name_block(index // NAMES_PER_BLOCK)[index % NAMES_PER_BLOCK]

    def _record(self, index: int) -> tuple[int, int, int, int, int]:
        geoname, lat, lon, population, zone = PLACE.unpack_from(
            self._map, self._sections["places"][0] + index * PLACE.size
        )
        return geoname, lat, lon, population, zone

    @cached_property
    def _name_offsets(self) -> memoryview:
        return self._numbers("name_offsets")

    def _read_name_block(self, block: int) -> list[str]:
        return self._inflate("names", self._name_offsets, block).decode().split("\n")

    def _inflate(self, section: str, offsets: memoryview, block: int) -> bytes:
        base = self._sections[section][0]
        return zlib.decompress(self._map[base + offsets[block] : base + offsets[block + 1]])

    @cached_property
    def _key_offsets(self) -> memoryview:
        return self._numbers("key_offsets")

    @cached_property
    def _key_firsts(self) -> list[str]:
        return zlib.decompress(self.section("key_firsts")).decode().split("\n")

    def _read_key_block(self, block: int) -> tuple[list[str], list[int], bytes]:
        data = self._inflate("keys", self._key_offsets, block)
        (count,) = struct.unpack_from("<H", data)
        sizes = struct.unpack_from(f"<{count}H", data, 2)
        starts = [0]
        for size in sizes:
            starts.append(starts[-1] + size)
        postings_at = 2 + 2 * count
        keys_at = postings_at + 3 * starts[-1]
        return data[keys_at:].decode().split("\n"), starts, data[postings_at:keys_at]

    def bearers(self, key: str) -> list[tuple[int, bool]]:
        """The places with a folded name, larger ones first: (number, whether it is the usual name)."""
        block = bisect_right(self._key_firsts, key) - 1
        if block < 0 or not key:
            return []
        keys, starts, postings = self._key_block(block)
        at = bisect_left(keys, key)
        if at == len(keys) or keys[at] != key:
            return []
        found = []
        for position in range(starts[at] * 3, starts[at + 1] * 3, 3):
            value = int.from_bytes(postings[position : position + 3], "little")
            found.append((value >> 1, not value & 1))
        return found

    def with_prefix(self, prefix: str, *, max_blocks: int = 6) -> list[int]:
        """Places one of whose names begins with a folded prefix; a bounded part of them when it is short."""
        first = max(bisect_left(self._key_firsts, prefix) - 1, 0)
        found: dict[int, None] = {}
        for block in range(first, min(first + max_blocks, len(self._key_firsts))):
            keys, starts, postings = self._key_block(block)
            low, high = bisect_left(keys, prefix), bisect_left(keys, prefix + "\U0010ffff")
            for position in range(starts[low] * 3, starts[high] * 3, 3):
                found[int.from_bytes(postings[position : position + 3], "little") >> 1] = None
            if high < len(keys):
                break
        return list(found)

    def postcode(self, code: str) -> Postcode | None:
        """A US ZIP code by its five digits."""
        base, size = self._sections["zip_codes"]
        wanted, low, high = int(code), 0, size // ZIP_CODE.size
        while low < high:
            middle = (low + high) // 2
            number, lat, lon, town = ZIP_CODE.unpack_from(self._map, base + middle * ZIP_CODE.size)
            if number == wanted:
                return Postcode(code, lat / 1e5, lon / 1e5, town)
            low, high = (middle + 1, high) if number < wanted else (low, middle)
        return None

    @cached_property
    def popular(self) -> Popular:
        """Keys of the larger places, sorted by key."""
        keys, places = json.loads(zlib.decompress(self.section("popular")))
        return Popular(keys, places, [self.population(place) for place in places])

    @cached_property
    def _cells(self) -> tuple[memoryview, memoryview]:
        return self._numbers("cell_ids"), self._numbers("cell_starts")

    def in_half_degree_cell(self, cell: int) -> list[int]:
        """The numbers of the places in a cell of :func:`half_degree_cell`."""
        ids, starts = self._cells
        at = bisect_left(ids, cell)
        if at == len(ids) or ids[at] != cell:
            return []
        base = self._sections["cell_places"][0]
        data = self._map[base + starts[at] * 3 : base + starts[at + 1] * 3]
        return [int.from_bytes(data[i : i + 3], "little") for i in range(0, len(data), 3)]


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    """The gazetteer that comes with the package, opened at the first call."""
    return Gazetteer()
