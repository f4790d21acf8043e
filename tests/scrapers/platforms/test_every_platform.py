"""What holds for every platform, those of other packages included: no answer makes one raise, hang or lie."""

from __future__ import annotations

import json
import random
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scrapers import registry
from scrapers.platform import Access, Payload, Platform, ReadContext
from scrapers.records import Reading, from_json, to_json
from tests.scrapers.platforms.test_golden_files import ADDRESSES, CASES
from tests.steps import at_most

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PLATFORMS = registry.platforms()
IDS = [each.name for each in PLATFORMS]
NOISE = random.Random(7).randbytes(1_000_000)
GARBAGE = [
    b"",
    b" ",
    b"null",
    b"0",
    b'"text"',
    b"[]",
    b"{}",
    b"[[[[[[[[[[]]]]]]]]]]",
    b"[1, null, [], {}, true]",
    b"[" * 5_000,
    b'{"events":' * 1_000,
    b'{"events": "none"}',
    b'{"data": {"searchEvents": {"elements": {}}}}',
    b"<",
    b"<!doctype html><html><body><p>Sign in</p></body></html>",
    b"<?xml version='1.0'?><a>",
    b"<?xml version='1.0'?><a/>",
    b"<?xml version='1.0'?>" + b"<a>" * 5_000,
    b"<rss><channel><item/><item><title>x</title></item></channel></rss>",
    b"BEGIN:VCALENDAR",
    b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VEVENT\nEND:VCALENDAR",
    b"\xff\xfe\x00",
    b"\x00" * 1_000,
]
# Words that the platforms look for, so that chance gets deep into them.
KEYS = sorted(
    {
        key
        for path in CASES
        if path.name.endswith(".payload.json")
        for key in re.findall(r'"([A-Za-z_@:]{1,40})":', path.read_text(encoding="utf-8"))
    }
)


def address(platform: Platform) -> str:
    """An address of the platform, of a fixture where there is one."""
    return next(
        (url for case, url in ADDRESSES.items() if case.startswith(f"{platform.name}/")),
        "https://example.org/x",
    )


def read(platform: Platform, body: bytes, url: str | None = None) -> Reading:
    context = ReadContext("test", NOW, timezone="Europe/Berlin")
    reading = platform.read(Payload(url or address(platform), body), context)
    for record in (*reading.events, *reading.groups):
        assert from_json(to_json(record)) == record
        assert record.platform == platform.name
        assert record.source == "test"
    for link in reading.next:
        assert link.startswith(("http://", "https://"))
    return reading


@pytest.mark.parametrize("platform", PLATFORMS, ids=IDS)
def test_no_garbage_raises_or_becomes_an_event(platform: Platform) -> None:
    for body in GARBAGE:
        reading = read(platform, body)
        assert reading.events == ()
        assert reading.groups == ()
        platform.recognises(Payload("stdin", body))


@pytest.mark.parametrize("platform", PLATFORMS, ids=IDS)
def test_a_megabyte_of_noise_is_read_quickly_into_nothing(platform: Platform) -> None:
    for body in (
        NOISE,
        b"[" + NOISE,
        b"<?xml version='1.0'?><x>" + NOISE,
        b'{"events":[' + b'{"id":1},' * 20_000,
    ):
        with at_most(calls=1_000_000):
            assert read(platform, body).events == ()
            platform.recognises(Payload("stdin", body))


@pytest.mark.parametrize("platform", PLATFORMS, ids=IDS)
def test_a_platform_declares_what_the_service_asks_of_it(platform: Platform) -> None:
    assert platform.name
    assert platform.label
    assert platform.__doc__
    assert 0 <= platform.rank <= 100
    assert platform.key_name is None or platform.key_name.isupper()
    for url in (
        "",
        "x",
        "http://",
        "https://a:b/",
        "//x",
        "ftp://a.example.org/x",
        "https://[broken",
        "mailto:a@b.c",
    ):
        assert platform.access(url) is None
        assert isinstance(platform.canonical(url), str)
        platform.request(url, {})
    for url in ADDRESSES.values():
        if platform.access(url) is not None:
            assert platform.recognises(Payload(url, b""))


def test_every_platform_stands_in_a_file_of_its_name() -> None:
    assert {type(platform).__module__.rpartition(".")[2] for platform in PLATFORMS} == set(IDS)


def test_no_two_platforms_have_a_name_or_a_key_in_common() -> None:
    assert len(set(IDS)) == len(IDS)
    keys = [each.key_name for each in PLATFORMS if each.key_name]
    assert len(set(keys)) == len(keys)


class Added(Platform):
    """A platform as another package would add it."""

    name = "added"
    label = "Added"

    def access(self, url: str) -> Access | None:
        return Access.FEED if url.startswith("https://added.example.org/") else None

    def read(self, payload: Payload, context: ReadContext) -> Reading:
        return Reading("none")


class EntryPoint:
    def __init__(self, platform: type[Platform]) -> None:
        self._platform = platform

    def load(self) -> type[Platform]:
        return self._platform


def test_another_package_adds_a_platform_by_an_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def entry_points(group: str) -> list[EntryPoint]:
        asked.append(group)
        return [EntryPoint(Added)]

    monkeypatch.setattr(registry, "entry_points", entry_points)
    registry.platforms.cache_clear()
    try:
        found = registry.platform_for("https://added.example.org/x")
        assert asked == ["nextcircle.platforms"]
        assert isinstance(found, Added)
        assert found.key_name is None
        assert found.request("https://added.example.org/x", {}).url == "https://added.example.org/x"
    finally:
        registry.platforms.cache_clear()


def test_two_platforms_of_one_name_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "entry_points", lambda group: [EntryPoint(Added), EntryPoint(Added)])
    registry.platforms.cache_clear()
    try:
        with pytest.raises(RuntimeError, match="two platforms are called 'added'"):
            registry.platforms()
    finally:
        registry.platforms.cache_clear()


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(
        [
            "2026-12-05T13:00:00Z",
            "2026-12-05",
            "2026-12-05 18:00:00",
            1796806800588,
            1796806800,
            "UTC+25",
            "EventCancelled",
            "https://x",
        ]
    ),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS), inner, max_size=6)
    ),
    max_leaves=12,
)


def mutated(value: Any, chance: random.Random, replacement: Any) -> Any:
    """A fixture with one value somewhere in it replaced."""
    if isinstance(value, dict) and value and chance.random() < 0.9:
        key = chance.choice(sorted(value))
        return {**value, key: mutated(value[key], chance, replacement)}
    if isinstance(value, list) and value and chance.random() < 0.9:
        index = chance.randrange(len(value))
        return [*value[:index], mutated(value[index], chance, replacement), *value[index + 1 :]]
    return replacement


PAYLOADS = [path for path in CASES if path.name.endswith(".payload.json")]


@pytest.mark.parametrize("path", PAYLOADS, ids=lambda path: f"{path.parent.name}/{path.name}")
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(seed=st.integers(0, 2**32), replacement=VALUES)
def test_no_change_of_a_fixture_makes_its_platform_raise(path: Any, seed: int, replacement: Any) -> None:
    platform = registry.platform(path.parent.name)
    assert platform is not None
    value = json.loads(path.read_text(encoding="utf-8"))
    body = json.dumps(mutated(value, random.Random(seed), replacement)).encode()
    read(platform, body, ADDRESSES.get(f"{path.parent.name}/{path.name.partition('.')[0]}"))
