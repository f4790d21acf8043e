"""What the database says of how everything is, asked when somebody looks: sources, their queue, their runs, jobs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from prometheus_client.core import GaugeMetricFamily
from sqlalchemy import Connection, text

from app.digest.repository import deliveries, subscriptions, votes

_HOUR = timedelta(hours=1)
_SOURCES = """
    SELECT CASE WHEN NOT enabled THEN 'off' WHEN paused IS NOT NULL THEN 'paused'
                WHEN failures > 0 THEN 'failing' ELSE 'on' END AS state, COUNT(*) AS found
    FROM source WHERE origin <> 'sample' GROUP BY 1
"""
_WAITING = """
    SELECT COUNT(*) AS found, MIN(next_fetch_at) AS oldest FROM source
    WHERE enabled AND paused IS NULL AND origin <> 'sample' AND next_fetch_at <= :now
      AND (lease_until IS NULL OR lease_until <= :now) AND (access <> 'page' OR :pages)
"""
_RUNS = "SELECT outcome, COUNT(*) AS found FROM fetch_run WHERE started_at > :since GROUP BY outcome"
_JOBS = """
    SELECT job, MAX(done_at) AS done_at, COUNT(CASE WHEN error IS NOT NULL THEN 1 END) AS failed
    FROM job_run GROUP BY job
"""


def gauge_values(connection: Connection, now: datetime, *, pages: bool) -> Iterator[GaugeMetricFamily]:
    """The gauges at a moment."""
    moment = int(now.timestamp())
    states = GaugeMetricFamily("nextcircle_sources", "Sources by how they are", labels=["state"])
    for row in connection.execute(text(_SOURCES)):
        states.add_metric([row.state], row.found)
    yield states
    waiting = connection.execute(text(_WAITING), {"now": moment, "pages": pages}).one()
    yield GaugeMetricFamily("nextcircle_sources_due", "Sources that wait for a worker", value=waiting.found)
    yield GaugeMetricFamily(
        "nextcircle_queue_age_seconds",
        "For how long the one that waits longest has been due",
        value=max(0, moment - waiting.oldest) if waiting.oldest is not None else 0,
    )
    runs = GaugeMetricFamily(
        "nextcircle_fetches_last_hour", "Runs of sources within the last hour by outcome", labels=["outcome"]
    )
    for row in connection.execute(text(_RUNS), {"since": int((now - _HOUR).timestamp())}):
        runs.add_metric([row.outcome], row.found)
    yield runs
    ages = GaugeMetricFamily(
        "nextcircle_job_age_seconds", "Since a job (dump, digest, housekeeping) was last done", labels=["job"]
    )
    failed = GaugeMetricFamily("nextcircle_job_failures", "Periods of a job that failed", labels=["job"])
    for row in connection.execute(text(_JOBS)):
        if row.done_at is not None:
            ages.add_metric([row.job], max(0, moment - row.done_at))
        failed.add_metric([row.job], row.failed)
    yield ages
    yield failed
    people = GaugeMetricFamily(
        "nextcircle_subscriptions", "Subscriptions to the digest by state", labels=["state"]
    )
    for state, count in subscriptions.counts(connection).items():
        people.add_metric([state], count)
    yield people
    mails = GaugeMetricFamily(
        "nextcircle_digests", "Digests of the last 120 days by how they ended", labels=["outcome"]
    )
    for outcome, count in deliveries.totals(connection).items():
        mails.add_metric([outcome], count)
    yield mails
    useful = GaugeMetricFamily(
        "nextcircle_digests_useful",
        "Digests of the last 120 days by whether their readers found them useful",
        labels=["answer"],
    )
    for answer, count in votes.votes(connection).items():
        useful.add_metric([answer], count)
    yield useful
