"""The markup that puts an embed into a page: an address, a frame, the loader's element, the web component. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Any, Final
from urllib.parse import quote, urlencode

from app.service.embed_parameters import AppearanceParameters, EmbedParameters, Layout

# Roughly how high an item is at a usual width, in CSS pixels; the loader knows exactly.
_ITEM: Final = {"list": 86, "cards": 92, "compact": 44, "month": 0, "map": 86}
_BASE: Final = {"list": 110, "cards": 120, "compact": 110, "month": 640, "map": 510}
_MOST: Final = 1_200
_SEARCH: Final = 90
_DIGEST: Final = 190
# Written with these between their values in attributes; fields and interests hold commas themselves.
_JOINTS: Final = {
    "near": "; ", "company": "; ", "purpose": ", ", "access": ", ", "weekday": ", ", "part_of_day": ", ", "activity": ", ",
}  # fmt: skip
# What only frames have.
_NOT_OF_COMPONENTS: Final = frozenset(
    {"theme", "accent", "week_start", "dir", "search", "subscribe", "month"}
)


@dataclass(frozen=True, slots=True)
class Script:
    """A script at its fixed address, with the hash that pins it."""

    address: str
    integrity: str


def pairs_of(parameters: EmbedParameters | AppearanceParameters) -> list[tuple[str, str]]:
    """What differs from the usual, as names and values of a query string."""
    pairs: list[tuple[str, str]] = []
    for name, info in type(parameters).model_fields.items():
        value = getattr(parameters, name)
        if name not in parameters.model_fields_set or value == info.get_default(call_default_factory=True):
            continue
        key = info.alias or name
        if name == "show":
            pairs.append((key, ",".join(value) or "none"))
        elif isinstance(value, list):
            pairs += [(key, str(each)) for each in value]
        else:
            pairs.append((key, _written(value)))
    return pairs


def embed_address(base_url: str, page: str, pairs: Iterable[tuple[str, str]]) -> str:
    """The address of a page for frames: a layout, or `events/` or `groups/` with an id."""
    query = urlencode(list(pairs), quote_via=quote)
    return f"{base_url}/embed/{page}" + (f"?{query}" if query else "")


def frame_markup(address: str, title: str, height: int, width: int | None = None) -> str:
    """An `<iframe>` that works without scripts. `width` in CSS pixels; None = all there is."""
    sized = f'width="{width}"' if width is not None else 'width="100%"'
    return (
        f'<iframe src="{escape(address)}" title="{escape(title)}" {sized} height="{height}" loading="lazy" '
        'referrerpolicy="strict-origin" style="border:0"></iframe>'
    )


def loader_markup(script: Script, layout: Layout, pairs: Iterable[tuple[str, str]], *, pinned: bool) -> str:
    """The `<script>` that puts a frame in its place and gives it the right height."""
    attributes = [("layout", layout), *pairs]
    return f'<script async src="{escape(script.address)}"{_pin(script, pinned)}{_data(attributes)}></script>'


def component_markup(script: Script, pairs: Iterable[tuple[str, str]], *, pinned: bool) -> str:
    """The `<next-circle>` element and its script."""
    kept = [(name, value) for name, value in pairs if name not in _NOT_OF_COMPONENTS]
    attributes = "".join(f' {_dashed(name)}="{escape(value)}"' for name, value in _joined(kept))
    return (
        f'<script type="module" src="{escape(script.address)}"{_pin(script, pinned)}></script>\n'
        f"<next-circle{attributes}></next-circle>"
    )


def height_of(layout: Layout, parameters: EmbedParameters) -> int:
    """A height for frames without the loader, in CSS pixels."""
    height = _BASE[layout] + _ITEM[layout] * parameters.limit
    height += _SEARCH if parameters.search else 0
    height += _DIGEST if parameters.subscribe else 0
    return min(height, _MOST)


def _data(pairs: Iterable[tuple[str, str]]) -> str:
    return "".join(f' data-{_dashed(name)}="{escape(value)}"' for name, value in _joined(pairs))


def _joined(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """One value for each name."""
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return [(name, _JOINTS.get(name, ", ").join(several)) for name, several in values.items()]


def _pin(script: Script, pinned: bool) -> str:
    return f' integrity="{script.integrity}" crossorigin="anonymous"' if pinned else ""


def _dashed(name: str) -> str:
    return name.replace("_", "-")


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) and value == round(value, 4) else str(value)
