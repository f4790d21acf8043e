"""How every hostile file has to end: the rows of the collection's INDEX in the words of a run and of its warnings.

A comment says what we decided where the INDEX leaves a choice, and why we differ where we do. Two things hold of all
feeds and lists: an item that does not say when it takes place is read and warned of (`no_start`) but is no event, and an
answer that holds nothing at all is a failure (`empty`), as a source that is well has something.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final


@dataclass(frozen=True)
class Row:
    """The outcome of a run, the codes of its warnings, and how many events are kept by name (without closing digits)."""

    outcome: str
    warned: str = ""
    stored: dict[str, int] = field(default_factory=dict)


GOOD: Final = "Good event that must survive"

ROWS: Final = {
    "html/00_control_good.html": Row("ok", "", {"Good event": 1}),
    # Ten warnings, not seventeen: `null`, `[]`, a bare word and NaN are no broken events.
    "html/01_jsonld_malformed.html": Row("ok", "bad_jsonld no_start", {"Good event": 1}),
    "html/02_jsonld_deep.html": Row("ok", "bad_jsonld", {"Good event": 1}),
    "html/03_jsonld_big_number.html": Row("ok", "bad_jsonld", {"Good event": 1}),
    "html/04_jsonld_shapes.html": Row("ok", "no_start", {"a": 1, "dup": 1, "full IRI": 1, "v": 1}),
    "html/05_jsonld_breakout.html": Row("ok", "", {"alert(1)": 1}),
    "html/06_jsonld_cycle.html": Row("ok", "", {"A": 1, "B": 1}),
    "html/07_jsonld_remote_context.html": Row("ok", "", {"c": 1}),
    "html/08_proto.html": Row("ok", "", {"p": 1}),
    "html/09_deep_div.html": Row("ok", "", {"Good event": 1}),
    "html/10_adoption_agency.html": Row("ok", "", {"Good event": 1}),
    "html/12_refresh_and_base.html": Row("empty", "no_jsonld"),
    "html/13_charset_conflict.html": Row("empty", "no_jsonld"),
    "html/14_attribute_bomb.html": Row("ok", "", {"Good event": 1}),
    "html/15_regex_bait.html": Row("ok", "", {"Good event": 1}),
    "html/16_challenge_200.html": Row("blocked"),
    # The alarm is the run that fails.
    "html/17_consent_wall.html": Row("empty", "no_jsonld"),
    "html/18_layout_changed.html": Row("empty", "no_jsonld"),
    "html/19_prompt_injection.html": Row("ok", "", {"Good event": 1}),
    "html/20_empty_200.html": Row("empty", "no_jsonld"),
    "http_raw/01_gzip_bomb_64MB.http": Row("too_large"),
    "http_raw/03_encoding_chain_100.http": Row("bad_encoding"),
    # Followed without its body, 404.
    "http_raw/06_redirect_bomb_body.http": Row("http_status"),
    "http_raw/07_content_length_too_long.http": Row("incomplete"),
    "http_raw/08_content_length_huge.http": Row("too_large"),
    "http_raw/09_content_length_negative.http": Row("protocol"),
    # Chunked wins, and that body is empty.
    "http_raw/11_cl_and_te.http": Row("empty", "not_ical"),
    "http_raw/12_chunk_size_garbage.http": Row("protocol"),
    "http_raw/13_chunk_size_overflow.http": Row("incomplete"),
    "http_raw/14_chunk_no_end.http": Row("incomplete"),
    "http_raw/15_chunk_extension_flood.http": Row("protocol"),
    "http_raw/17_headers_5000.http": Row("protocol"),
    "http_raw/18_status_garbage.http": Row("protocol"),
    "http_raw/19_status_999.http": Row("blocked"),
    # A line that is no status line, then the end.
    "http_raw/20_http09.http": Row("incomplete"),
    "http_raw/22_redirect_file.http": Row("bad_redirect"),
    "http_raw/23_redirect_userinfo.http": Row("bad_redirect"),
    "http_raw/24_redirect_empty.http": Row("bad_redirect"),
    # Percent-encoded, followed, 404.
    "http_raw/25_redirect_nonascii.http": Row("http_status"),
    "http_raw/26_redirect_8KB.http": Row("bad_redirect"),
    # Followed to a name that nobody resolves here.
    "http_raw/27_redirect_many_hosts.http": Row("dns"),
    "http_raw/28_304_without_cache.http": Row("protocol"),
    "http_raw/29_200_same_etag.http": Row("ok", "", {GOOD: 1}),
    "http_raw/30_lm_same_etag_new.http": Row("ok", "", {GOOD: 1}),
    "http_raw/40_retry_after_0.http": Row("rate_limited"),
    "http_raw/41_retry_after_1.http": Row("http_status"),
    "http_raw/42_retry_after_2.http": Row("rate_limited"),
    "http_raw/43_retry_after_3.http": Row("http_status"),
    "http_raw/44_retry_after_4.http": Row("rate_limited"),
    "http_raw/45_retry_after_5.http": Row("http_status"),
    "http_raw/46_retry_after_6.http": Row("rate_limited"),
    "http_raw/47_retry_after_7.http": Row("http_status"),
    "http_raw/48_retry_after_8.http": Row("rate_limited"),
    "http_raw/49_retry_after_9.http": Row("http_status"),
    "http_raw/50_etag_hostile.http": Row("empty", "not_ical"),
    "http_raw/51_etag_8KB.http": Row("empty", "not_ical"),
    "http_raw/52_cookie_bomb.http": Row("empty", "not_ical"),
    "http_raw/53_content_type_lies.http": Row("ok", "", {GOOD: 1}),
    "http_raw/54_content_type_hostile.http": Row("empty", "not_ical"),
    "http_raw/55_1xx_flood.http": Row("protocol"),
    "http_raw/57_204_and_body.http": Row("no_content"),
    "http_raw/58_206_partial.http": Row("http_status"),
    "http_raw/59_410_gone.http": Row("gone"),
    "http_raw/60_451.http": Row("gone"),
    "ics/00_control_good.ics": Row("ok", "", {GOOD: 1}),
    "ics/03_rrule_interval0.ics": Row("ok", "bad_rule", {GOOD: 1, "interval ": 1}),
    # EXRULE left the standard; the rule without it has no end.
    "ics/04_exrule_cancels_rrule.ics": Row(
        "incomplete", "exrule_ignored instances_capped", {GOOD: 1, "all excluded": 400}
    ),
    "ics/05_rrule_impossible_date.ics": Row("ok", "bad_rule", {"30 Feb": 1, GOOD: 1}),
    # As many of the 3,600 days as lie within a year of now.
    "ics/07_rdate_flood.ics": Row("ok", "", {GOOD: 1, "rdates": 303}),
    # Both kinds of EXDATE take the day that they mean.
    "ics/08_exdate_type_mismatch.ics": Row("ok", "", {GOOD: 1, "exdate date": 3}),
    "ics/09_alarm_repeat_max.ics": Row("ok", "", {GOOD: 1, "alarm": 1}),
    "ics/11_one_huge_line.ics": Row("ok", "", {"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA": 1, GOOD: 1}),
    "ics/12_fold_bomb.ics": Row("ok", "", {GOOD: 1, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx": 1}),
    "ics/13_mixed_line_ends.ics": Row("ok", "", {"mixed": 1}),
    # The complete events, and nothing is concluded from what is missing.
    "ics/14_truncated.ics": Row("incomplete", "truncated", {GOOD: 1}),
    "ics/15_end_mismatch.ics": Row("incomplete", "no_start stray_end unclosed_component"),
    "ics/16_bad_utf8.ics": Row("ok", "", {GOOD: 1, "café ÿþ": 1}),
    "ics/17_utf16le_bom.ics": Row("ok", "", {GOOD: 1}),
    "ics/18_nul_and_controls.ics": Row("ok", "", {GOOD: 1, "nul bell esc[31m del": 1}),
    "ics/19_bidi_zero_width.ics": Row("ok", "", {GOOD: 1, "Python gnp.exe Meetup": 2}),
    "ics/20_year_limits.ics": Row("ok", "bad_start start_out_of_range", {GOOD: 1}),
    "ics/21_dst_gap_and_fold.ics": Row(
        "ok",
        "",
        {"+": 1, "+13:": 1, "half-hour DST": 1, "in the fold": 1, "in the gap": 1, "weekly over DST": 6},
    ),
    "ics/22_tzid_hostile.ics": Row("ok", "unknown_timezone", {GOOD: 1, "tz ": 13}),
    "ics/23_vtimezone_lies.ics": Row("ok", "", {GOOD: 1, "Hostile": 1}),
    "ics/24_durations.ics": Row("ok", "bad_duration end_before_start", {GOOD: 1, "Hostile": 7}),
    "ics/25_uid_conflicts.ics": Row(
        "ok", "no_uid", {GOOD: 1, "empty uid": 1, "orphan override": 1, "second": 1}
    ),
    "ics/26_missing_fields.ics": Row("ok", "bad_start no_start", {GOOD: 1}),
    "ics/27_xss_every_field.ics": Row("ok", "bad_url", {"alert(1) x": 1}),
    "ics/28_property_injection.ics": Row("ok", "bad_url", {GOOD: 1, "Meeting BEGIN:VALARM ACTION:DI": 1}),
    "ics/29_ssrf_references.ics": Row("ok", "", {GOOD: 1, "Hostile": 1}),
    "ics/30_many_events.ics": Row("ok", "", {"e": 780}),
    "ics/31_geo_hostile.ics": Row("ok", "bad_geo", {"Hostile": 10}),
    # `empty` is a failure: the source is asked again later and later.
    "ics/32_html_as_calendar.ics": Row("empty", "not_ical"),
    "ics/34_bom_only.ics": Row("empty", "not_ical"),
    "ics/35_param_bomb.ics": Row("ok", "", {GOOD: 1, "params": 1}),
    # Without its SUMMARY an event has no name and is left out.
    "ics/36_quote_imbalance.ics": Row("ok", "bad_line no_name", {GOOD: 1}),
    # Of ten rules seven cannot be followed; UNTIL before DTSTART, of another type or beside COUNT can.
    "ics/37_until_conflicts.ics": Row("ok", "bad_rule", {GOOD: 1, "Hostile": 16}),
    "ics/38_method_cancel.ics": Row("ok", "", {"Hostile": 1}),
    "ics/39_two_calendars.ics": Row("ok", "", {GOOD: 1, "in the second calendar": 1}),
    "ics/40_deep_fold_utf8_split.ics": Row("ok", "", {"Köln 🎉 party": 1}),
    "json/00_control_good.json": Row("ok", "", {"Good": 1}),
    "json/01_deep_arrays.json": Row("empty", "bad_json"),
    "json/02_deep_objects.json": Row("empty", "bad_json"),
    "json/03_big_int.json": Row("empty", "bad_json"),
    "json/04_exponent.json": Row("empty", "bad_json"),
    # NaN is read as null, so that what else an item says is kept.
    "json/05_nan_infinity.json": Row("ok", "no_start"),
    "json/07_lone_surrogate.json": Row("ok", "no_start"),
    "json/08_bom.json": Row("empty"),
    "json/09_utf16.json": Row("empty"),
    # A clean failure.
    "json/10_trailing_garbage.json": Row("empty", "bad_json"),
    "json/11_truncated.json": Row("empty", "bad_json"),
    # A failure: there is no list of events in it.
    "json/13_error_with_200.json": Row("empty", "no_events"),
    "json/14_all_null.json": Row("ok", "no_object no_start"),
    "json/15_types_flip.json": Row("ok", "no_start"),
    # No next page of a plain list is ever followed.
    "json/16_next_self.json": Row("ok", "no_start"),
    "json/17_next_internal.json": Row("empty"),
    "json/18_huge_string.json": Row("ok", "no_start"),
    "json/19_many_keys.json": Row("empty", "no_events"),
    # A clean failure.
    "json/20_jsonp.txt": Row("empty", "no_jsonld"),
    # The good lines are read, and nothing is concluded from the cut one.
    "json/21_ndjson.txt": Row("incomplete", "bad_json no_start"),
    "json/22_html.json": Row("empty", "no_jsonld"),
    "json/24_unicode_mix.json": Row("ok", "no_start"),
    "json/25_latlon.json": Row("ok", "no_start"),
    "json/26_redirect_body.json": Row("ok", "no_start"),
    "xml/00_control_good.rss": Row("ok", "no_start"),
    "xml/01_billion_laughs.rss": Row("empty", "refused_xml"),
    "xml/02_quadratic_blowup.rss": Row("empty", "refused_xml"),
    "xml/03_xxe_file.rss": Row("empty", "refused_xml"),
    "xml/04_xxe_http.rss": Row("empty", "refused_xml"),
    "xml/05_external_dtd.rss": Row("ok", "no_start"),
    "xml/07_deep_nesting.rss": Row("empty", "refused_xml"),
    "xml/08_attribute_flood.rss": Row("ok", "no_start"),
    "xml/09_unclosed_huge_token.rss": Row("empty", "bad_xml"),
    "xml/10_bad_utf8.rss": Row("ok", "no_start"),
    "xml/12_utf7.rss": Row("ok", "no_start"),
    "xml/14_nul_and_controls.rss": Row("ok", "no_start"),
    "xml/15_truncated.rss": Row("incomplete", "bad_xml no_start"),
    "xml/16_two_roots.rss": Row("ok", "bad_xml no_start"),
    "xml/17_leading_junk.rss": Row("ok", "no_start"),
    "xml/18_undeclared_namespace.rss": Row("ok", "", {"Good item": 1}),
    "xml/19_xss_content.rss": Row("ok", "no_start"),
    "xml/22_internal_links.atom": Row("ok", "no_start"),
    "xml/23_pagination_loop.atom": Row("ok", "no_start"),
    "xml/24_xinclude_and_pi.rss": Row("ok", "no_start"),
    "xml/25_ttl_hostile.rss": Row("ok", "no_start"),
    "xml/27_empty_feed.rss": Row("empty"),
    # A list of feeds is not a list of events: none is asked.
    "xml/28_opml_nested.opml": Row("empty", "no_jsonld"),
    "xml/29_svg_icon.svg": Row("empty", "no_jsonld"),
}

# Feeds and lists with a date put into every item, where that changes what is kept.
DATED: Final = {
    "json/05_nan_infinity.json": Row("ok", "", {"dated": 1}),
    "json/07_lone_surrogate.json": Row("ok", "", {"bad � and � end": 1}),
    "json/15_types_flip.json": Row("ok", "no_name", {"x": 2}),
    "json/16_next_self.json": Row("ok", "", {"dated": 1}),
    "json/18_huge_string.json": Row("ok", "", {"NNNNNNNNNNNNNNNNNNNNNNNNNNNNNN": 1}),
    "json/24_unicode_mix.json": Row(
        "ok",
        "no_name",
        {
            "%00%0d%0aX: y": 1,
            "Z͑ͫ̓Z͑ͫ̓Z͑ͫ̓Z͑ͫ̓Z͑ͫ̓Z͑ͫ̓Z͑ͫ̓Z͑": 1,
            "]0;pwn": 1,
            "café": 2,
            "evil": 1,
            "Аpple (Cyrillic A)": 1,
            "﷽﷽﷽﷽﷽﷽﷽﷽﷽﷽﷽﷽﷽﷽﷽﷽﷽﷽﷽﷽﷽﷽﷽﷽﷽﷽﷽﷽﷽﷽": 1,
            "\U0001f469\u200d\U0001f469\u200d\U0001f467\U0001f469\u200d\U0001f469\u200d\U0001f467\U0001f469\u200d\U0001f469\u200d\U0001f467\U0001f469\u200d\U0001f469\u200d\U0001f467\U0001f469\u200d\U0001f469\u200d\U0001f467\U0001f469\u200d\U0001f469\u200d\U0001f467": 1,
        },
    ),
    "json/25_latlon.json": Row("ok", "", {"dated": 6}),
    "json/26_redirect_body.json": Row("ok", "", {"dated": 8}),
    "xml/00_control_good.rss": Row("ok", "", {"Good item": 1}),
    "xml/05_external_dtd.rss": Row("ok", "", {"Good item": 1}),
    "xml/08_attribute_flood.rss": Row("ok", "no_start", {"Good item": 1}),
    "xml/10_bad_utf8.rss": Row("ok", "", {"café good": 1}),
    "xml/12_utf7.rss": Row("ok", "", {"+ADw-script+AD4-alert(1)+ADw-/": 1}),
    "xml/14_nul_and_controls.rss": Row("ok", "", {"Good item": 1}),
    "xml/15_truncated.rss": Row("incomplete", "bad_xml", {"Good item": 1}),
    "xml/16_two_roots.rss": Row("ok", "bad_xml", {"Good item": 1}),
    "xml/17_leading_junk.rss": Row("ok", "", {"Good item": 1}),
    "xml/19_xss_content.rss": Row("ok", "", {"alert(1)": 1}),
    "xml/22_internal_links.atom": Row("ok", "", {"x": 1}),
    "xml/23_pagination_loop.atom": Row("ok", "", {"x": 1}),
    "xml/24_xinclude_and_pi.rss": Row("ok", "no_name"),
    "xml/25_ttl_hostile.rss": Row("ok", "", {"Good item": 1}),
}

# What is asked for besides the files: where redirects lead on their own host.
FOLLOWED: Final = {"/next", "/caf%C3%A9/%FF"}

# Whole answers of hundreds of good events: that they lack six which were known is believed, as of any calendar.
BELIEVED: Final = {"ics/07_rdate_flood.ics", "ics/30_many_events.ics"}

# How long a host is left alone at least, by the Retry-After that it gave; without a usable one by our own back-off.
WAITS: Final = {
    "http_raw/40_retry_after_0.http": timedelta(minutes=1),
    "http_raw/41_retry_after_1.http": timedelta(minutes=1),
    "http_raw/42_retry_after_2.http": timedelta(hours=1),
    "http_raw/43_retry_after_3.http": timedelta(days=7),
    "http_raw/44_retry_after_4.http": timedelta(minutes=1),
    "http_raw/45_retry_after_5.http": timedelta(minutes=1),
    "http_raw/46_retry_after_6.http": timedelta(days=7),
    "http_raw/47_retry_after_7.http": timedelta(minutes=1),
    "http_raw/48_retry_after_8.http": timedelta(minutes=1),
    "http_raw/49_retry_after_9.http": timedelta(minutes=2),
}

# Byte for byte, quotes and all.
ETAGS: Final = {
    "http_raw/29_200_same_etag.http": 'W/"abc"',
    "http_raw/30_lm_same_etag_new.http": '"new"',
}
