"""Geohashes: a point as the short word that some searches take for it. Pure; only the way from a point to its word."""

from __future__ import annotations

from typing import Final

_ALPHABET: Final = "0123456789bcdefghjkmnpqrstuvwxyz"


def geohash(lat: float, lon: float, length: int = 6) -> str:
    """The geohash of a point in degrees (WGS 84); six letters name a box of about one kilometre."""
    south, north, west, east = -90.0, 90.0, -180.0, 180.0
    letters = []
    value = 0
    for bit in range(length * 5):
        # The bits take turns, longitude first.
        if bit % 2 == 0:
            middle = (west + east) / 2
            west, east, upper = (middle, east, 1) if lon >= middle else (west, middle, 0)
        else:
            middle = (south + north) / 2
            south, north, upper = (middle, north, 1) if lat >= middle else (south, middle, 0)
        value = value << 1 | upper
        if bit % 5 == 4:
            letters.append(_ALPHABET[value])
            value = 0
    return "".join(letters)
