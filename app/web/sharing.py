"""What pages say of themselves to other programs: Open Graph, JSON-LD, oEmbed's discovery, and the picture of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from app.outputs import jsonld
from app.outputs.picture import HEIGHT, WIDTH, PictureWords
from app.places.place_line import place_line
from app.translations.translator import Translator, translator
from app.web import formatting

NAME: Final = "NextCircle"
ABOUT: Final = "NextCircle finds the meetup groups and events where your next professional connection is."
_LONGEST: Final = 200
_ENGLISH: Final = translator()


@dataclass(frozen=True, slots=True)
class Sharing:
    """What stands in the head of a page. `linked_data` is JSON that ends no element; `oembed` is the query of its address."""

    title: str
    description: str
    url: str
    image: str
    kind: str = "website"
    linked_data: str = ""
    oembed: str | None = None
    base_url: str = ""
    width: int = WIDTH
    height: int = HEIGHT


def share_site(base_url: str) -> Sharing:
    """The first page."""
    return _sharing(
        base_url, NAME, ABOUT, "/", "/pictures/nextcircle.png", jsonld.site(base_url, NAME, ABOUT)
    )


def share_page(base_url: str, path: str, title: str, description: str) -> Sharing:
    """A page about the service."""
    return _sharing(base_url, title, description, path, "/pictures/nextcircle.png", b"")


def share_event(item: dict[str, Any], now: datetime, base_url: str, say: Translator) -> Sharing:
    """The page of an event."""
    words = event_picture(item, now, say)
    path = f"/events/{item['id']}"
    description = " · ".join(words.lines)
    linked = jsonld.thing(item)
    return _sharing(
        base_url, item["name"], description, path, f"/pictures{path}.png", linked, embeddable=True
    )


def share_group(
    item: dict[str, Any], events: Sequence[dict[str, Any]], now: datetime, base_url: str, say: Translator
) -> Sharing:
    """The page of a group."""
    path = f"/groups/{item['id']}"
    about = formatting.excerpt(item["description"], _LONGEST) or " · ".join(
        group_picture(item, now, say).lines
    )
    linked = jsonld.thing(item, events)
    return _sharing(base_url, item["name"], about, path, f"/pictures{path}.png", linked, embeddable=True)


def share_answer(title: str, link: str, items: list[dict[str, Any]], base_url: str) -> Sharing:
    """A page of results; `link` is its path and query."""
    document = {"title": title, "description": ABOUT, "page": base_url + link, "items": items}
    query = link.partition("?")[2]
    picture = "/pictures/search.png" + (f"?{query}" if query else "")
    return _sharing(base_url, title, ABOUT, link, picture, jsonld.feed(document), embeddable=True)


def event_picture(item: dict[str, Any], now: datetime, say: Translator = _ENGLISH) -> PictureWords:
    """What the picture of an event says."""
    there = say.written_in((item["location"] or {}).get("country"))
    group = item["group"]
    lines = (
        formatting.when(item, now, there).long,
        place_line(item["location"]) or formatting.attendance(item, say),
        say.gettext("by %(group)s", group=group["name"]) if group else None,
    )
    state = formatting.status(item, say)
    title = f"{state}: {item['name']}" if state else item["name"]
    return PictureWords(
        title, tuple(line for line in lines if line), say.gettext("An event worth an evening")
    )


def group_picture(item: dict[str, Any], now: datetime, say: Translator = _ENGLISH) -> PictureWords:
    """What the picture of a group says."""
    there = say.written_in((item["location"] or {}).get("country"))
    following = formatting.moment(item["activity"]["next_event"], now, there)
    members = item["members"]
    lines = (
        say.gettext("Next: %(when)s", when=following) if following else None,
        place_line(item["location"]),
        say.ngettext("%(count)s member", "%(count)s members", members) if members else None,
    )
    return PictureWords(item["name"], tuple(line for line in lines if line), say.gettext("A group to join"))


def _sharing(
    base_url: str,
    title: str,
    description: str,
    path: str,
    picture: str,
    linked_data: bytes,
    *,
    embeddable: bool = False,
) -> Sharing:
    url = base_url + path
    return Sharing(
        title=title,
        description=description[:_LONGEST],
        url=url,
        image=base_url + picture,
        linked_data=linked_data.decode(),
        oembed=urlencode({"url": url}) if embeddable else None,
        base_url=base_url,
    )
