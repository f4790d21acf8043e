"""Templates into the two forms of a mail: HTML with its styles inlined, and plain text that says the same. Pure."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final
from zoneinfo import ZoneInfo

import css_inline
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from app.digest.letter import Letter, Line, Links, isolated, schedule_words
from app.digest.resolution import ResolvedWish
from app.translations.catalogue import Language, translations
from app.translations.translator import Translator

_WIDTH: Final = 76


@dataclass(frozen=True, slots=True)
class Rendered:
    """A mail in both forms."""

    subject: str
    html: str
    text: str


def render_digest(
    letter: Letter, asked: ResolvedWish, links: Links, confirmed_at: datetime, postal_address: str
) -> Rendered:
    """The digest."""
    zone = ZoneInfo(asked.wish.timezone or "UTC")
    return _rendered(
        "digest",
        asked.say,
        letter.subject,
        letter=letter,
        links=links,
        preheader=letter.preheader,
        subscribed_on=asked.say.day_of_year(confirmed_at.astimezone(zone).date()),
        schedule=schedule_words(asked.wish, asked.say),
        postal_address=postal_address,
    )


def render_confirmation(asked: ResolvedWish, link: str, postal_address: str) -> Rendered:
    """The mail that asks whether the address is right."""
    say = asked.say
    wished = [say.label(each) for each in (*asked.fields, *asked.interests)]
    return _rendered(
        "confirm",
        say,
        say.gettext("Confirm your digest of groups and events near %(place)s", place=place_words(asked)),
        link=link,
        place=place_words(asked),
        wished=say.listed(wished) if wished else None,
        schedule=schedule_words(asked.wish, say),
        preheader=say.gettext("One click to start. If you do nothing, we will not write again."),
        postal_address=postal_address,
    )


def render_reminder(
    lines: tuple[Line, ...], asked: ResolvedWish, links: Links, postal_address: str
) -> Rendered:
    """The reminder of events that were in a digest."""
    say = asked.say
    first = lines[0]
    return _rendered(
        "reminder",
        say,
        say.gettext("Coming up: %(name)s", name=isolated(first.name)),
        lines=lines,
        links=links,
        preheader=" · ".join(part for part in (first.when, first.where) if part),
        postal_address=postal_address,
    )


def render_link(asked: ResolvedWish, link: str, postal_address: str) -> Rendered:
    """The mail with a new link to manage a digest."""
    say = asked.say
    return _rendered(
        "link",
        say,
        say.gettext("Your link to the digest"),
        link=link,
        place=place_words(asked),
        preheader=say.gettext("To change, pause or delete it."),
        postal_address=postal_address,
    )


def place_words(asked: ResolvedWish) -> str:
    """The place of a wish as its owner wrote it, or its coordinates."""
    return asked.wish.near or f"{asked.wish.lat:.2f}, {asked.wish.lon:.2f}"


def _rendered(name: str, say: Translator, subject: str, **values: Any) -> Rendered:
    environment = _environment(say.language)
    values |= {"subject": subject, "language": say.language}
    html = environment.get_template(f"{name}.html").render(values)
    text = environment.get_template(f"{name}.txt").render(values)
    return Rendered(subject, _inliner().inline(html), text.strip() + "\n")


@cache
def _inliner() -> css_inline.CSSInliner:
    # No file and no address is ever read for a mail.
    return css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=False)


@cache
def _environment(language: Language) -> Environment:
    environment = Environment(
        loader=PackageLoader("app.digest", "templates"),
        autoescape=select_autoescape(["html"]),
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]
    environment.filters["wrap"] = _wrap
    environment.filters["isolated"] = isolated
    return environment


def _wrap(text: str, indent: int = 0) -> str:
    """The text in lines of at most 76 characters, those after the first indented; addresses stay whole."""
    return textwrap.fill(
        str(text),
        _WIDTH,
        initial_indent=" " * indent,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    ).strip()
