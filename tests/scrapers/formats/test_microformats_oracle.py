"""Microformats as mf2py, a parser of others, reads them: the same items, the same values."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urljoin

import mf2py
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from scrapers.formats.elements import Page
from scrapers.formats.microformats import Item, items_of

BASE = "https://example.org/events/"
_LABELS = (
    "name",
    "start",
    "end",
    "url",
    "category",
    "locality",
    "street-address",
    "latitude",
    "longitude",
    "uid",
)
_words = st.lists(
    st.sampled_from(["Open", "Kaffee", "&amp;", "1 &lt; 2", "Évening", "夜", "with  blanks"]),
    min_size=1,
    max_size=4,
)
_text = _words.map(" ".join)
_date = st.dates().map(lambda day: day.isoformat()).filter(lambda text: text > "1900")
_time = st.sampled_from(["18:00", "7:30pm", "09:15:30", "18:00+02:00", "18:00Z", "11am"])


def _name(draw: st.DrawFn, name: str) -> str:
    text = draw(_text)
    return draw(
        st.sampled_from([
            f'<h2 class="{name}">{text}</h2>',
            f'<p><span class="{name} other">{text}</span> and more</p>',
            f'<abbr class="{name}" title="{text}">short</abbr>',
            f'<data class="{name}" value="{text}">shown</data>',
            f'<div class="{name}"><b>{text}</b><script>no()</script><style>b {{}}</style></div>',
            f'<div class="{name}">before <span class="value">{text}</span> after</div>',
            f'<div class="{name}">{text} <img alt="picture" src="p.png"></div>',
        ])
    )  # fmt: skip


def _when(draw: st.DrawFn, name: str) -> str:
    day, clock = draw(_date), draw(_time)
    return draw(
        st.sampled_from([
            f'<time class="{name}" datetime="{day}">one day</time>',
            f'<time class="{name}" datetime="{day}T18:00:00+02:00">one day</time>',
            f'<abbr class="{name}" title="{day} 18:00">one day</abbr>',
            f'<span class="{name}">{day}</span>',
            f'<p class="{name}"><span class="value">{day}</span> at <span class="value">{clock}</span></p>',
            f'<p class="{name}"><abbr class="value" title="{day}">a day</abbr> <time class="value" datetime="20:00">8</time></p>',
        ])
    )  # fmt: skip


def _link(draw: st.DrawFn, name: str) -> str:
    return draw(
        st.sampled_from([
            f'<a class="{name}" href="/one?a=1&amp;b=2">more</a>',
            f'<a class="{name}" href="two#part"><img src="x.png" alt="more"></a>',
            f'<link class="{name}" href="https://other.example/three">',
            f'<data class="{name}" value="four">4</data>',
            "",
        ])
    )  # fmt: skip


@st.composite
def modern(draw: st.DrawFn) -> str:
    place = draw(st.sampled_from(["", '<p class="p-location">The Cellar</p>', (
        '<div class="p-location h-card"><b class="p-name">Hall</b> <i class="p-street-address">High Street 1</i>'
        '<i class="p-locality">Leeds</i></div>'
    ), '<div class="p-location h-adr"><i class="p-locality">Köln</i></div>']))  # fmt: skip
    parts = [
        _name(draw, "p-name"),
        _when(draw, "dt-start"),
        draw(st.just("") | st.just(_when(draw, "dt-end"))),
        _link(draw, "u-url"),
        place,
        '<span class="p-category">jobs</span><span class="p-category">talks</span>'
        if draw(st.booleans())
        else "",
    ]
    return f'<article class="h-event">{"".join(draw(st.permutations(parts)))}</article>'


@st.composite
def classic(draw: st.DrawFn) -> str:
    parts = [
        _name(draw, "summary"),
        _when(draw, "dtstart"),
        draw(st.just("") | st.just(_when(draw, "dtend"))),
        _link(draw, "url"),
    ]
    return f'<li class="vevent">{"".join(parts)}</li>'


def _ours(item: Item) -> dict[str, Any]:
    said: dict[str, Any] = {"type": item.types, "children": [_ours(each) for each in item.children]}
    for label in _LABELS:
        said[label] = [_plain(each, label) for each in item.texts(label)]
    said["location"] = [
        _ours(each) if isinstance(each, Item) else _plain(each)
        for each in item.properties.get("location", [])
    ]
    return said


def _theirs(item: dict[str, Any]) -> dict[str, Any]:
    said: dict[str, Any] = {
        "type": item["type"],
        "children": [_theirs(each) for each in item.get("children", [])],
    }
    for label in _LABELS:
        said[label] = [_plain(each, label) for each in item["properties"].get(label, [])]
    said["location"] = [
        _plain(each) if isinstance(each, str) else _theirs(each)
        for each in item["properties"].get("location", [])
    ]
    return said


def _plain(value: Any, label: str = "") -> str:
    """A value without what the two may write differently: blanks, a time's T and the colon of its offset, addresses that are not yet whole."""
    text = " ".join(str(value["value"] if isinstance(value, dict) else value).split())
    if label in {"start", "end"}:
        return re.sub(r"([+-]\d\d):(\d\d)$", r"\1\2", text.replace("T", " "))
    return urljoin(BASE, text) if label == "url" else text


@given(st.lists(modern() | classic(), min_size=1, max_size=3))
def test_events_are_read_as_another_parser_reads_them(events: list[str]) -> None:
    markup = f"<!DOCTYPE html><html><body><ul>{''.join(events)}</ul></body></html>"
    page = Page(LexborHTMLParser(markup))
    theirs = mf2py.parse(doc=markup, url=BASE)["items"]
    assert [_ours(each) for each in items_of(page)] == [_theirs(each) for each in theirs]
