"""Preview pictures that other programs show beside a link: PNG, 1200 x 630, drawn here from a few words. Pure."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFont

WIDTH: Final = 1200
HEIGHT: Final = 630
_FONTS: Final = Path(__file__).with_name("fonts")
_MARGIN: Final = 84
_PAPER: Final = "#faf8f4"
_INK: Final = "#1d1c24"
_SOFT: Final = "#5a5764"
_TEAL: Final = "#0b5f5c"
_ORANGE: Final = "#d9772b"
_LINE: Final = "#e3ded3"
_MOST_LINES: Final = 3
_SIZES: Final = (72, 60, 50)
_LONGEST_WORD: Final = 60
# What the fonts have: Latin, Greek, Cyrillic, Vietnamese and the usual signs.
_LACKING: Final = re.compile(
    "[^\u0020-\u007e\u00a0-\u0233\u0384-\u03ce\u0400-\u04ff\u1e80-\u1ef9\u2010-\u2026\u2039\u203a\u20ac\u2122]+"
)
_LETTERS: Final = re.compile(r"[^\W\d_]")
# A name of which less than this can be drawn is better left out.
_ENOUGH: Final = 0.7
_COLOURS: Final = 64


@dataclass(frozen=True, slots=True)
class PictureWords:
    """What a picture says: a title, lines below it, and what stands instead of a title that the fonts cannot draw."""

    title: str
    lines: tuple[str, ...] = ()
    instead: str = "NextCircle"


@lru_cache(maxsize=256)
def picture(words: PictureWords) -> bytes:
    """The picture; those drawn lately are kept."""
    image = Image.new("RGB", (WIDTH, HEIGHT), _PAPER)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, WIDTH, 14), fill=_TEAL)
    _brand(draw, _MARGIN, HEIGHT - 92)
    y = 92
    size, lines = _fitted(_drawable(words.title) or words.instead)
    for line in lines:
        draw.text((_MARGIN, y), line, font=_font("Bold", size), fill=_INK)
        y += round(size * 1.2)
    y += 26
    for number, text in enumerate(words.lines[:3]):
        line = _shortened(_drawable(text), _font("Regular", 36))
        if line:
            draw.text((_MARGIN, y), line, font=_font("Regular", 36), fill=_TEAL if number == 0 else _SOFT)
            y += 54
    out = io.BytesIO()
    image.quantize(_COLOURS, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


def _brand(draw: ImageDraw.ImageDraw, x: int, y: int) -> None:
    """The two rings and the name, above a line."""
    draw.line((_MARGIN, y - 28, WIDTH - _MARGIN, y - 28), fill=_LINE, width=2)
    draw.ellipse((x, y, x + 44, y + 44), outline=_TEAL, width=7)
    draw.ellipse((x + 22, y, x + 66, y + 44), outline=_ORANGE, width=7)
    draw.text((x + 86, y - 1), "NextCircle", font=_font("Bold", 36), fill=_INK)


def _drawable(text: str) -> str:
    """The text without characters that the fonts lack; empty where too little of it would be left."""
    plain = " ".join(_LACKING.sub(" ", text).split())
    wanted = len(_LETTERS.findall(text))
    return plain if wanted and len(_LETTERS.findall(plain)) >= wanted * _ENOUGH else ""


def _fitted(title: str) -> tuple[int, list[str]]:
    """The largest size at which the title fits into three lines; the smallest with the rest cut off."""
    for size in _SIZES:
        lines = _wrapped(title, _font("Bold", size))
        if len(lines) <= _MOST_LINES:
            return size, lines
    font = _font("Bold", _SIZES[-1])
    lines = _wrapped(title, font)
    return _SIZES[-1], [*lines[: _MOST_LINES - 1], _shortened(f"{lines[_MOST_LINES - 1]} …", font)]


def _wrapped(text: str, font: ImageFont.FreeTypeFont) -> list[str]:
    lines: list[str] = []
    current = ""
    for word in text.split()[:60]:
        tried = f"{current} {word[:_LONGEST_WORD]}".strip()
        if current and font.getlength(tried) > WIDTH - 2 * _MARGIN:
            lines.append(current)
            tried = word[:_LONGEST_WORD]
        current = tried
    lines.append(current)
    return [_shortened(line, font) for line in lines]


def _shortened(line: str, font: ImageFont.FreeTypeFont) -> str:
    """The line, with its end cut off until it fits."""
    line = line[:200]
    if font.getlength(line) <= WIDTH - 2 * _MARGIN:
        return line
    while line and font.getlength(f"{line}…") > WIDTH - 2 * _MARGIN:
        line = line[:-1].rstrip(" …")
    return f"{line}…"


@cache
def _font(weight: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(_FONTS / f"Roboto-{weight}.ttf", size, layout_engine=ImageFont.Layout.BASIC)
