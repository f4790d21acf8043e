"""What is measured, logged and traced: routes and times, never who asked or what."""

from __future__ import annotations

import json
import logging
from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from app.core.logs import JsonLines, PlainLines
from app.ingest.pipeline import ingest
from app.jobs import repository as jobs
from tests.app.conftest import an_event

CANARY = "canary7f3a"


def measured(client, **headers) -> dict[tuple[str, tuple], float]:
    response = client.get("/metrics", headers=headers)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].startswith("text/plain")
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }


def requests_of(found: dict, route: str) -> float:
    return sum(
        value
        for (name, labels), value in found.items()
        if name == "nextcircle_request_seconds_count" and ("route", route) in labels
    )


def test_requests_are_counted_by_route_and_not_by_address(api):
    with api() as client:
        for _ in range(3):
            client.get(f"/v1/events?q={CANARY}")
        client.get(f"/v1/events/{CANARY}")
        client.get(f"/{CANARY}")
        client.get("/v1/admin/sources")
        client.request("BREW", "/v1/events")
        found = measured(client)
        raw = client.get("/metrics").text
    assert requests_of(found, "/v1/events") == 4
    assert requests_of(found, "/v1/events/{event_id}") == 1
    assert requests_of(found, "/v1/admin/sources") == 1
    assert requests_of(found, "other") >= 1
    assert CANARY not in raw
    assert 'method="other"' in raw


def test_metrics_are_not_for_strangers(api):
    with api("203.0.113.7") as client:
        assert client.get("/metrics").status_code == 403
    with api("203.0.113.7", admin_key="the key of an operator") as client:
        measured(client, **{"X-API-Key": "the key of an operator"})
    with api("203.0.113.7", metrics_allow="203.0.113.0/24") as client:
        measured(client)
    with api("127.0.0.1") as client:
        assert client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.7"}).status_code == 403


def test_sources_runs_and_jobs_are_measured(api, database, source, now):
    from app.core.clock import utc_now

    ingest(database, [(source("ical", "one"), an_event())], now)
    moment = utc_now()
    with database.write() as connection:
        due = int((moment - timedelta(minutes=10)).timestamp())
        connection.execute(text("UPDATE source SET next_fetch_at = :due"), {"due": due})
        connection.execute(
            text(
                "INSERT INTO fetch_run (source_id, started_at, elapsed_ms, outcome, bytes, counts, warnings)"
                " VALUES ((SELECT MAX(id) FROM source), :at, 1, 'ok', 1, '{}', '[]')"
            ),
            {"at": int(moment.timestamp()) - 60},
        )
    jobs.claim(database, "dump", moment - timedelta(hours=1), "w", moment, timedelta(minutes=5))
    jobs.done(database, "dump", moment - timedelta(hours=1), "w", moment - timedelta(minutes=30))
    with api() as client:
        found = measured(client)
    assert found["nextcircle_sources", (("state", "on"),)] == 1
    assert found["nextcircle_sources_due", ()] == 1
    assert 590 <= found["nextcircle_queue_age_seconds", ()] <= 700
    assert found["nextcircle_fetches_last_hour", (("outcome", "ok"),)] == 1
    assert 1_790 <= found["nextcircle_job_age_seconds", (("job", "dump"),)] <= 1_900
    assert found["nextcircle_database_away", ()] == 0


def test_a_failure_of_ours_is_counted_too(api, monkeypatch):
    def broken(*_):
        raise RuntimeError(CANARY)

    monkeypatch.setattr("app.service.pages.find_events", broken)
    with api() as client:
        assert client.get("/v1/events").status_code == 500
        found = measured(client)
    assert any(("status", "500") in labels and value for (_, labels), value in found.items())


@pytest.mark.parametrize("form", [JsonLines(), PlainLines()])
def test_no_log_line_tells_who_asked_or_what(api, caplog, form):
    caplog.set_level(logging.DEBUG)
    with api("203.0.113.7", access_log="on", trusted_proxies="203.0.113.7") as client:
        hidden = {
            "X-Forwarded-For": "198.51.100.99",
            "User-Agent": f"agent {CANARY}",
            "X-API-Key": f"nck_{CANARY}",
            "Cookie": f"a={CANARY}",
            "Referer": f"https://{CANARY}.example/",
        }
        client.get(f"/v1/events?q={CANARY}&near={CANARY}", headers=hidden)
        client.get(f"/v1/events?q={CANARY}")
        client.get(f"/v1/events/{CANARY}")
        client.post("/v1/suggestions", json={"url": f"https://{CANARY}.example/", "note": CANARY})
        client.post("/v1/take-downs", json={"contact": f"{CANARY}@b.example"})
    ours = [each for each in caplog.records if not each.name.startswith(("httpx", "httpcore", "asyncio"))]
    lines = [form.format(each) for each in ours]
    assert any("/v1/events/{event_id}" in line for line in lines)
    for line in lines:
        assert CANARY not in line
        assert "198.51.100" not in line
        assert "203.0.113.7" not in line


def test_a_statement_that_fails_does_not_tell_its_parameters(database):
    with pytest.raises(Exception, match="no_such_table") as failed, database.read() as connection:
        connection.execute(text("SELECT * FROM no_such_table WHERE name = :name"), {"name": CANARY})
    assert CANARY not in str(failed.value)


def entry(message: str, **fields) -> logging.LogRecord:
    record = logging.LogRecord("app.x", logging.INFO, "", 0, message, (), None)
    if fields:
        record.fields = fields
    return record


def test_a_line_of_json_is_one_document_with_its_fields():
    line = JsonLines().format(entry("two\nlines \ud800", route="/v1/events", status=200))
    assert "\n" not in line
    document = json.loads(line)
    assert document["message"].startswith("two\nlines")
    assert (document["level"], document["route"], document["status"]) == ("info", "/v1/events", 200)
    assert document["time"].endswith("+00:00")


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\u2028", "\x85", "\x1b"])
def test_a_message_cannot_look_like_another_entry(end):
    line = PlainLines().format(entry(f"real{end}ERROR app.x made up"))
    assert len(line.splitlines()) == 1
    assert "\x1b" not in line


def test_spans_name_the_route_and_nothing_of_the_question(api):
    from opentelemetry import trace
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    exporter = InMemorySpanExporter()
    provider = trace.get_tracer_provider()
    if not isinstance(provider, TracerProvider):
        provider = TracerProvider()
        trace.set_tracer_provider(provider)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    with api(tracing="on") as client:
        client.get(f"/v1/events?q={CANARY}")
        client.get(f"/v1/events/{CANARY}")
    spans = exporter.get_finished_spans()
    assert [each.name for each in spans] == ["GET /v1/events", "GET /v1/events/{event_id}"]
    assert spans[1].attributes["http.response.status_code"] == 404
    assert CANARY not in str([each.to_json() for each in spans])
