"""What the doctor says of sources: one line for each reason, in words, and who has to do something."""

from __future__ import annotations

from typing import Any

from app.maintenance.source_findings import source_findings


def a_source(slug: str, **members: Any) -> dict[str, Any]:
    usual = {
        "slug": slug,
        "state": "on",
        "reason": None,
        "origin": "operator",
        "access": "feed",
        "terms": None,
        "verified": True,
        "last_outcome": "ok",
    }
    return usual | members


def said(*rows: dict[str, Any], pages: bool = False) -> list[tuple[str, str, str]]:
    return [(each.name, each.state, each.detail) for each in source_findings(list(rows), pages=pages)]


def test_sources_that_fail_alike_share_a_line_in_words():
    failing = [
        a_source(f"club-{number}", state="failing", reason="...", last_outcome="dns") for number in range(5)
    ]
    assert said(a_source("good"), *failing)[2:] == [
        (
            "sources failing",
            "warning",
            "5: the name could not be looked up (club-0, club-1, club-2 and 2 more)",
        )
    ]


def test_an_address_of_the_catalogue_that_was_never_read_asks_nothing_of_the_operator():
    row = a_source("c", state="failing", origin="catalogue", verified=False, last_outcome="http_status")
    assert said(a_source("good"), row)[2:] == [
        (
            "sources not read yet",
            "ok",
            "1: it answered with an error; tried again by itself, nothing to do (c)",
        )
    ]


def test_pages_are_offered_with_their_terms_in_one_line():
    page = {"state": "off", "reason": "its terms limit automated use", "access": "page"}
    rows = [a_source("m", terms="https://www.meetup.com/terms/", **page), a_source("p", **page)]
    found = said(*rows)
    assert found[0] == ("sources", "warning", "0 of 2 on")
    assert found[1][:2] == ("pages", "off")
    assert "1: https://www.meetup.com/terms/; 1: the terms of each site" in found[1][2]
    assert "nextcircle sources pages --on" in found[1][2]
    assert len(found) == 2


def test_a_page_that_the_operator_removed_is_named_for_itself():
    row = a_source("p", state="off", reason="removed by the operator", access="page")
    assert ("sources off", "off", "1: removed by the operator (p)") in said(row)


def test_where_none_can_be_reached_it_is_the_network_that_is_named():
    rows = [a_source(f"club-{number}", state="failing", last_outcome="dns") for number in range(3)]
    assert said(*rows)[1][:2] == ("network", "warning")
    assert not any(name == "network" for name, _, _ in said(a_source("good"), *rows))
