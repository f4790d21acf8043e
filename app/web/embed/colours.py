"""Colours of embeds: a site's own accent, made darker or lighter until its text can be read (WCAG 2.2, 1.4.3). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

# What is behind links in either theme, as in embed.css.
LIGHT_PAPER: Final = "#ffffff"
DARK_PAPER: Final = "#17191e"
_ENOUGH: Final = 4.6
_STEPS: Final = 40


@dataclass(frozen=True, slots=True)
class Accent:
    """A colour for links and buttons, and the one for text on it."""

    colour: str
    on: str


def accent_for(colour: str, paper: str) -> Accent:
    """The accent nearest to a colour (`#rrggbb`) that can be read on paper."""
    wanted, behind = _parsed(colour), _parsed(paper)
    towards = (0, 0, 0) if _luminance(behind) > 0.18 else (255, 255, 255)
    mixed = wanted
    for step in range(_STEPS + 1):
        mixed = _mixed(wanted, towards, step / _STEPS)
        if _contrast(mixed, behind) >= _ENOUGH:
            break
    return Accent(_written(mixed), _on(mixed))


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, 1 to 21."""
    return _contrast(_parsed(one), _parsed(other))


_Rgb = tuple[int, int, int]


def _on(colour: _Rgb) -> str:
    white, black = (255, 255, 255), (0, 0, 0)
    return _written(white if _contrast(colour, white) >= _contrast(colour, black) else black)


def _parsed(colour: str) -> _Rgb:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _written(colour: _Rgb) -> str:
    return "#" + "".join(f"{part:02x}" for part in colour)


def _mixed(one: _Rgb, other: _Rgb, share: float) -> _Rgb:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _contrast(one: _Rgb, other: _Rgb) -> float:
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: _Rgb) -> float:
    red, green, blue = (
        part / 255 / 12.92 if part / 255 <= 0.04045 else ((part / 255 + 0.055) / 1.055) ** 2.4
        for part in colour
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
