"""Meetup: which addresses may be read, and the odd shapes its pages come in."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers import registry
from scrapers.platform import Access, Payload, ReadContext
from scrapers.platforms.meetup import Meetup
from scrapers.records import Reading

MEETUP = Meetup()
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def read(body: str, url: str = "a.json") -> Reading:
    return MEETUP.read(Payload(url, body.encode()), ReadContext("test", NOW))


@pytest.mark.parametrize(
    ("path", "access"),
    [
        ("/boston-python/events/ical/", Access.FEED),
        ("/boston-python/events/ical", Access.FEED),
        ("/de-DE/boston-python/events/ical/", Access.FEED),
        ("/boston-python/", Access.PAGE),
        ("/boston-python", Access.PAGE),
        ("/boston-python/events/", Access.PAGE),
        ("/boston-python/events/?utm_source=x", Access.PAGE),
        ("/boston-python/events/310825987/", Access.PAGE),
        ("/find/us--ma--boston/", Access.PAGE),
        ("/find/us--ma--boston/career-business/", Access.PAGE),
        ("/find/de--berlin/", Access.PAGE),
        ("/find/?location=us--ma--Boston", Access.FORBIDDEN),
        ("/find/us--ma--boston/?source=EVENTS&location=us--ma--Boston", Access.FORBIDDEN),
        ("/boston-python/?Location=x", Access.FORBIDDEN),
        ("/find/", Access.FORBIDDEN),
        ("/gql2", Access.FORBIDDEN),
        ("/gql-ext", Access.FORBIDDEN),
        ("/boston-python/events/rss/", Access.FORBIDDEN),
        ("/boston-python/events/atom/", Access.FORBIDDEN),
        ("/boston-python/rsvps/rss/", Access.FORBIDDEN),
        ("/boston-python/members/", Access.FORBIDDEN),
        ("/boston-python/members/123/", Access.FORBIDDEN),
        ("/members/123/", Access.FORBIDDEN),
        ("/n/x", Access.FORBIDDEN),
        ("/files/x", Access.FORBIDDEN),
        ("/", Access.FORBIDDEN),
    ],
)
def test_an_address_of_meetup_has_the_access_that_robots_and_terms_leave(path: str, access: Access) -> None:
    assert MEETUP.access("https://www.meetup.com" + path) is access
    assert registry.platform_for("https://www.meetup.com" + path) is registry.platform("meetup")


def test_other_hosts_of_meetup_are_closed_and_other_sites_are_not_meetups() -> None:
    assert MEETUP.access("https://api.meetup.com/gql-ext") is Access.FORBIDDEN
    assert MEETUP.access("https://secure.meetup.com/oauth2/access") is Access.FORBIDDEN
    assert MEETUP.access("https://notmeetup.com/x/") is None
    assert MEETUP.access("https://www.meetup.com@evil.example/x/") is None


def test_pasted_addresses_become_the_ones_to_fetch() -> None:
    assert (
        MEETUP.canonical("webcal://www.meetup.com/XY/events/ical/")
        == "https://www.meetup.com/XY/events/ical/"
    )
    assert MEETUP.canonical("http://meetup.com/fr-FR/XY?utm_source=a#b") == "https://www.meetup.com/XY/"
    assert (
        MEETUP.canonical("https://www.meetup.com/find/?location=x")
        == "https://www.meetup.com/find/?location=x"
    )


def test_a_group_that_is_gone_is_told() -> None:
    reading = read('{"message":"Group not found"}', "https://www.meetup.com/x/events/ical/")
    assert [warning.code for warning in reading.warnings] == ["group_not_found"]
    assert not reading.complete


def state(**nodes: Any) -> str:
    return json.dumps({"props": {"pageProps": {"__APOLLO_STATE__": nodes}}, "note": "urlname"})


def test_a_group_without_events_is_still_a_group() -> None:
    reading = read(state(g={"__typename": "Group", "urlname": "X-Y", "name": "X Y"}))
    assert [(group.uid, group.url, group.members) for group in reading.groups] == [
        ("x-y", "https://www.meetup.com/x-y/", None)
    ]
    assert reading.next == ("https://www.meetup.com/x-y/events/ical/",)


ODD = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.just({"__ref": "e"})),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["all", "edges", "node", "name"]), inner)
    ),
    max_leaves=6,
)


@settings(max_examples=200)
@given(
    st.dictionaries(
        st.sampled_from(["stats", "activeTopics", "topicCategory", "lat", "city", "timezone", "events(x)"]),
        ODD,
    ),
    st.dictionaries(
        st.sampled_from(["venue", "venues", "feeSettings", "dateTime", "endTime", "eventType", "eventUrl"]),
        ODD,
    ),
)
def test_no_shape_of_state_raises(group: dict[str, Any], event: dict[str, Any]) -> None:
    connection = {"edges": [{"node": {"__ref": "e"}}, None, {"node": None}]}
    read(
        state(
            g={"__typename": "Group", "urlname": "x-y", "name": "X", "events(y)": connection, **group},
            e={"id": "1", "status": "ACTIVE", "title": "T", "dateTime": "2027-01-01T18:00:00Z", **event},
        )
    )


@pytest.mark.parametrize(
    "body", ["", "{", "<html></html>", "null", "[]", '{"__APOLLO_STATE__":1}', "BEGIN:VCALENDAR"]
)
def test_no_body_raises(body: str) -> None:
    assert read(body).events == ()
