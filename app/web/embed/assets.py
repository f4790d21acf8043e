"""The files of embeds: the loader and the web component in their versions, the script and the stylesheet of frames.

A published version never changes, so that a site can pin it by its hash: a newer one is a new file, and `v1.js` is the newest of
version 1.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib import resources
from typing import Final

# By the name in the address: the file, and whether it stays the same forever.
_FILES: Final = {
    "v1.js": ("v1.js", False),
    "v1.0.0.js": ("v1.js", True),
    "v1-element.js": ("v1-element.js", False),
    "v1.0.0-element.js": ("v1-element.js", True),
}
_IN_FRAMES: Final = {"embed.css": "text/css; charset=utf-8", "frame.js": "text/javascript; charset=utf-8"}
PINNED: Final = {"v1.js": "v1.0.0.js", "v1-element.js": "v1.0.0-element.js"}


def script(name: str) -> tuple[bytes, bool] | None:
    """A script that sites load, and whether its address always has these bytes; None if there is none of this name."""
    found = _FILES.get(name)
    return None if found is None else (_read(found[0]), found[1])


def frame_file(name: str) -> tuple[bytes, str] | None:
    """A file that frames load, and its media type."""
    media_type = _IN_FRAMES.get(name)
    return None if media_type is None else (_read(name), media_type)


@cache
def frame_version() -> str:
    """A hash of the files that frames load."""
    return hashlib.blake2b(b"".join(_read(name) for name in sorted(_IN_FRAMES)), digest_size=6).hexdigest()


@cache
def integrity(name: str) -> str:
    """The value of `integrity` for a script (W3C Subresource Integrity)."""
    return f"sha384-{base64.b64encode(hashlib.sha384(_read(_FILES[name][0])).digest()).decode()}"


@cache
def _read(name: str) -> bytes:
    return (resources.files("app.web.embed") / "static" / name).read_bytes()
