"""What a source lets others show is all that any answer shows; the listing keeps the rest."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from app.ingest.pipeline import ingest
from app.ingest.store.republish_rules import set_rules
from app.listings.republish import Republishing, shortened, shown
from app.sources.catalogue import CatalogueError, _republishing, _with_rules
from tests.app.conftest import a_group, an_event, known_source

LONG = "Programmers hack on open source software together. " * 20


@given(st.text(), st.integers(0, 200))
def test_a_shortened_text_is_a_beginning_and_no_longer_than_allowed(whole, most):
    short = shortened(whole, most)
    assert len(short) <= most
    assert whole.startswith(short.removesuffix("…")) or short == ""
    if len(whole) <= most:
        assert short == whole


def test_it_is_cut_between_words():
    assert shortened("one two three", 9) == "one two…"
    assert shortened("one two three", 8) == "one two…"
    assert shortened("one two three", 7) == "one…"
    assert shortened("onetwothree", 6) == "onetw…"


def test_a_rule_of_nothing_leaves_the_record_as_it_is():
    event = an_event()
    assert shown(event, Republishing()) is event
    assert shown(event, Republishing(description=0)).description is None


def stored(database, table: str):
    with database.read() as connection:
        return connection.execute(text(f"SELECT * FROM {table}")).one()


def test_only_what_is_allowed_is_in_the_row_and_the_listing_keeps_everything(database, source, now):
    ref = source("meetup", "strict", republish_description=40, republish_image=False)
    event = an_event(description=LONG, image="https://example.org/i.png")
    group = a_group(description=LONG, image="https://example.org/i.png")
    ingest(database, [(ref, group), (ref, event)], now)
    for table in ("event", "meetup_group"):
        row = stored(database, table)
        assert len(row.description) <= 40
        assert row.image is None
    from app.ingest.bulk import export

    assert all(LONG.strip().encode() in line for line in export(database))


def test_an_operators_rules_reach_what_is_stored_and_later_fetches(database, source, now):
    ref = source("meetup", "free")
    event = an_event(description=LONG, image="https://example.org/i.png")
    ingest(database, [(ref, event)], now)
    assert stored(database, "event").image is not None
    assert (
        set_rules(database, "meetup-free", {"republish_description": 20, "republish_image": False}, now) == 1
    )
    assert len(stored(database, "event").description) <= 20
    ref = known_source(database, "https://example.org/meetup/free")
    ingest(database, [(ref, an_event(description="x " + LONG, image="https://example.org/i.png"))], now)
    assert len(stored(database, "event").description) <= 20
    assert (
        set_rules(database, "meetup-free", {"republish_description": None, "republish_image": True}, now) == 1
    )
    assert len(stored(database, "event").description) > 900
    assert set_rules(database, "nobody", {"license": "MIT"}, now) is None
    with pytest.raises(ValueError, match="colour is not a rule"):
        set_rules(database, "meetup-free", {"colour": "red"}, now)


def test_the_catalogues_rules_reach_sources_that_are_there_but_not_those_an_operator_set(database, now):
    from app.sources.catalogue import CatalogueSource
    from app.sources.repository.sources import add
    from scrapers.platform import Access

    def line(**rules) -> CatalogueSource:
        return CatalogueSource(
            "one",
            "ical",
            "One",
            "https://example.org/one.ics",
            Access.FEED,
            terms="https://t.example",
            **rules,
        )

    add(database, [line()], "catalogue", now)
    add(database, [line(attribution="The library", republish_image=False)], "catalogue", now)
    assert stored(database, "source").attribution == "The library"
    set_rules(database, "one", {"attribution": "Somebody else"}, now)
    add(database, [line(attribution="The library")], "catalogue", now)
    assert stored(database, "source").attribution == "Somebody else"


def test_rules_of_a_file_are_those_of_its_entries_unless_they_have_others():
    entries = _with_rules(
        {
            "republish": {"attribution": "All", "image": False},
            "source": [{}, {"republish": {"attribution": "One"}}],
        }
    )
    assert entries["source"][0]["republish"] == {"attribution": "All", "image": False}
    assert entries["source"][1]["republish"] == {"attribution": "One", "image": False}


@pytest.mark.parametrize(
    "rules", [{"colour": "red"}, {"description": "300"}, {"description": -1}, {"image": 1}]
)
def test_a_rule_that_there_is_not_is_named(rules):
    with pytest.raises(CatalogueError, match=f"has the rule {next(iter(rules))}"):
        _republishing("file.toml", "slug", rules)


def test_every_row_names_whom_to_name(database, source, now):
    from fastapi.testclient import TestClient

    from app.core.clock import utc_now
    from app.main import create_app
    from app.settings import read_settings

    ref = source(
        "meetup", "free", attribution="The organisers", license="CC-BY-4.0", terms="https://t.example"
    )
    ingest(database, [(ref, an_event(start_date=utc_now().replace(year=utc_now().year + 1)))], now)
    with TestClient(create_app(read_settings(), database)) as client:
        [named] = client.get("/v1/events").json()["items"][0]["sources"]
        group = client.get("/v1/groups?activity=any").json()["items"][0]["sources"][0]
    for each in (named, group):
        assert (each["attribution"], each["license"], each["terms"]) == (
            "The organisers",
            "CC-BY-4.0",
            "https://t.example",
        )
