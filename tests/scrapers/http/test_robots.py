"""What robots.txt lets us do: RFC 9309, and the cases of google/robotstxt that concern it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.http import robots
from tests.steps import at_most

HOST = "https://groups.example"


def allowed(text: str | bytes, path: str) -> bool:
    body = text if isinstance(text, bytes) else text.encode()
    return robots.parse(body).allows(HOST + path)


def test_an_empty_file_allows_everything():
    assert allowed("", "/anything")


def test_the_star_group_holds_where_no_group_names_us():
    text = "User-agent: other\nAllow: /\n\nUser-agent: *\nDisallow: /private\n"
    assert not allowed(text, "/private/x")
    assert allowed(text, "/public")


def test_a_group_that_names_us_replaces_the_star_group():
    text = "User-agent: *\nDisallow: /\n\nUser-agent: nextcircle\nDisallow: /admin\n"
    assert allowed(text, "/events")
    assert not allowed(text, "/admin")


@pytest.mark.parametrize(
    "agent", ["NextCircle", "NEXTCIRCLE", "nextcircle/2.1", "NextCircle bot", "NextCircle*"]
)
def test_our_product_token_is_found_in_any_case_and_with_anything_behind_it(agent):
    assert not allowed(f"User-agent: {agent}\nDisallow: /\n", "/events")


@pytest.mark.parametrize(
    "agent", ["Next", "Circle", "NextCircleBot", "NextCircle-Images", "My-NextCircle", "N"]
)
def test_a_name_that_only_resembles_ours_is_somebody_else(agent):
    assert allowed(f"User-agent: {agent}\nDisallow: /\n", "/events")
    assert not allowed(f"User-agent: {agent}\nAllow: /\n\nUser-agent: *\nDisallow: /\n", "/events")


def test_all_groups_of_one_agent_are_merged():
    text = "user-agent: nextcircle\ndisallow: /a\nuser-agent: other\ndisallow: /b\nUSER-AGENT: NextCircle\nDISALLOW: /c\n"
    assert [allowed(text, path) for path in ("/a", "/b", "/c")] == [False, True, False]


def test_several_agents_share_the_rules_below_them():
    text = "User-agent: other\nUser-agent: NextCircle\nDisallow: /x\n"
    assert not allowed(text, "/x")


def test_the_longest_match_wins_and_allow_wins_ties():
    text = "User-agent: *\nDisallow: /events\nAllow: /events/public\nAllow: /events/*.ics$\nDisallow: /p\nAllow: /p\n"
    assert allowed(text, "/events/public/1")
    assert allowed(text, "/events/1.ics")
    assert not allowed(text, "/events/1.ics?x")
    assert not allowed(text, "/events/1")
    assert allowed(text, "/p")


def test_query_strings_are_part_of_what_is_matched():
    text = "User-agent: *\nDisallow: /find/?\nDisallow: /*?location=\n"
    assert not allowed(text, "/find/?location=us--ma--boston")
    assert allowed(text, "/find/us--ma--boston/")


def test_percent_encoding_and_utf_8_compare_equal():
    text = "User-agent: *\nDisallow: /caf%C3%A9\nDisallow: /ツ\n"
    assert not allowed(text, "/caf%c3%a9")
    assert not allowed(text, "/%E3%83%84")


def test_a_byte_order_mark_and_lone_carriage_returns_are_read():
    assert not allowed(b"\xef\xbb\xbfUser-agent: *\rDisallow: /x\r", "/x")


def test_a_web_page_served_as_robots_txt_holds_no_rules():
    assert allowed("<!doctype html><title>Home</title>", "/events")


def test_rules_within_500_kib_count_and_later_ones_do_not():
    filler = b"# filler\n" * 50_000  # 450,000 bytes
    assert not allowed(b"User-agent: *\n" + filler + b"Disallow: /late\n", "/late")
    assert allowed(b"User-agent: *\n" + filler + filler + b"Disallow: /late\n", "/late")


def test_the_line_that_the_500_kib_cut_goes_through_is_no_rule():
    head = b"User-agent: *\n"
    filler = b"#" * (robots.MAX_BYTES - len(head) - len(b"\nDisallow: /"))
    assert allowed(head + filler + b"\nDisallow: /only-this\n", "/something-else")


def test_thousands_of_wildcards_are_matched_within_50_ms():
    text = "User-agent: *\nDisallow: /" + "a*" * 2_000 + "b\n"
    rules = robots.parse(text.encode())
    with at_most(calls=1_000_000):
        assert rules.allows(HOST + "/" + "a" * 2_000)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("2", 2), ("0.5", 0.5), ("60", 60), ("999999999", 60), ("-1", 0), ("abc", 0), ("nan", 0), ("1e400", 0)],
)
def test_crawl_delay_is_honoured_up_to_a_minute(written, seconds):
    assert robots.parse(f"User-agent: *\nCrawl-delay: {written}\n".encode()).crawl_delay == seconds


@pytest.mark.parametrize("status", [400, 404, 410, 418, 451])
def test_a_missing_file_allows_everything(status):
    assert robots.from_answer(status, b"").allows(HOST + "/x")


@pytest.mark.parametrize("status", [202, 206, 401, 403, 429, 500, 502, 503, 599, 304, 999])
def test_a_refused_or_broken_file_forbids_everything(status):
    verdict = robots.from_answer(status, b"User-agent: *\nAllow: /\n")
    assert not verdict.allows(HOST + "/x")
    assert str(status) in verdict.refusal
    assert verdict.status == status


def test_no_verdict_outlives_a_day_and_a_broken_file_is_looked_at_sooner():
    assert robots.from_answer(200, b"").lifetime == 24 * 3600
    assert robots.from_answer(503, b"").lifetime < 3600


@given(st.binary(max_size=400), st.text(max_size=60))
def test_no_bytes_make_the_reader_raise(body, path):
    verdict = robots.parse(body)
    assert verdict.allows(f"{HOST}/{path}") in (True, False)
    assert 0 <= verdict.crawl_delay <= 60


@given(
    st.lists(
        st.sampled_from(
            ["User-agent: *", "User-agent: NextCircle", "Disallow: /a*b$", "Allow:", "\0", "Crawl-delay: 3"]
        )
    )
)
def test_any_order_of_lines_is_a_verdict(lines):
    assert robots.parse("\n".join(lines).encode()).allows(HOST + "/ab") in (True, False)


@pytest.mark.skipif("EVALUATION_DATA" not in os.environ, reason="skipped: EVALUATION_DATA is not set")
@pytest.mark.parametrize(
    ("name", "verdicts"),
    [
        (
            "03_longest_match",
            {"/events/public/1": True, "/events/1.ics": True, "/events/1.ics?x": False, "/events/1": False},
        ),
        ("04_groups_merge", {"/a": False, "/b": True, "/c": False}),
        ("05_html_200", {"/anything": True}),
        ("06_bom_cr", {"/x": False, "/y": True}),
        ("07_long_line", {"/after": False}),
        ("10_percent", {"/caf%C3%A9": False, "/a%2Fb": False, "/a/b": True, "/%E3%83%84": False}),
        ("11_last_rule_after_90KB", {"/late": False, "/early": True}),
    ],
)
def test_the_hostile_robots_files_are_read_as_their_index_says(name, verdicts):
    body = (Path(os.environ["EVALUATION_DATA"]) / "hostile" / "robots" / f"{name}.txt").read_bytes()
    # Written for a reader of another name.
    rules = robots.parse(
        body.replace(b"meetupdiscovery", b"nextcircle").replace(b"MeetupDiscovery", b"NextCircle")
    )
    assert {path: rules.allows(HOST + path) for path in verdicts} == verdicts


@pytest.mark.skipif("EVALUATION_DATA" not in os.environ, reason="skipped: EVALUATION_DATA is not set")
def test_the_hostile_crawl_delay_is_within_bounds_and_every_file_has_its_verdict():
    folder = Path(os.environ["EVALUATION_DATA"]) / "hostile" / "robots"
    assert 0 <= robots.parse((folder / "09_crawl_delay.txt").read_bytes()).crawl_delay <= 60
    assert len(list(folder.iterdir())) == 8
