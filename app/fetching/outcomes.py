"""What a run changes about its source: when it is fetched next, its streak, its health."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any, Final

from app.fetching.run import Found, Run
from app.sources import schedule
from app.sources.repository.leases import FAILURES_TO_PAUSE, Claim
from scrapers.http.client import Failure, Response
from scrapers.http.retry import backoff, next_interval

# Until it is looked again whether the operator has set a key.
KEY_WAIT: Final = timedelta(hours=6)
# An address where there is nothing is asked daily for a week, then weekly.
_ABSENT_WAIT: Final = timedelta(days=1)
_ABSENT_DAYS: Final = 7
_LONG_ABSENT_WAIT: Final = timedelta(days=7)
# Failures that may be ours count no further, so that all sources are asked again soon after an outage.
_MOST_LOCAL_FAILURES: Final = 4
_UNCONDITIONAL: Final = {"etag": None, "last_modified": None, "body_hash": None}


def after_reading(claim: Claim, found: Found, run: Run, now: datetime) -> dict[str, Any]:
    """The columns of the source that change after its answer was read and stored."""
    counts = run.counts
    changed = counts.inserted + counts.attached + counts.updated + counts.retired > 0
    changes = after_success(claim, found.answer, now, found.digest, changed=changed)
    if found.digest is None or run.unconfirmed:
        # Of several pages the first one alone says nothing; what waits to be confirmed has to be read again.
        changes |= _UNCONDITIONAL
    if run.outcome == "empty":
        seconds = schedule.seconds_while_empty(claim.interval_seconds)
        return changes | {"interval_seconds": seconds, "next_fetch_at": now + timedelta(seconds=seconds)}
    return changes | {
        "usual_events": schedule.usual_after(claim.usual_events, counts.events),
        "filled": schedule.filled_shares(found.reading.events),
    }


def after_success(
    claim: Claim, answer: Response, now: datetime, digest: str | None, *, changed: bool
) -> dict[str, Any]:
    """The columns that change after an answer that is as it should be, new or not."""
    # The first answer is all news and says nothing of how often there is some.
    seconds = claim.interval_seconds
    if claim.last_ok_at is not None:
        seconds = schedule.next_seconds(seconds, changed=changed)
    wait = next_interval(
        random.random,
        minimum=timedelta(seconds=seconds),
        max_age=answer.max_age,
        retry_after=answer.retry_after,
    )
    return {
        "etag": answer.validators.etag,
        "last_modified": answer.validators.last_modified,
        "body_hash": digest,
        "failures": 0,
        "streak": claim.streak + 1,
        "interval_seconds": seconds,
        "last_run_at": now,
        "last_ok_at": now,
        "next_fetch_at": now + wait,
    }


def after_failure(claim: Claim, failure: Failure, now: datetime) -> dict[str, Any]:
    """The columns that change after a request that failed."""
    failures = claim.failures + 1
    wait = backoff(failures, random.random)
    if failure.absent:
        wait = _ABSENT_WAIT if failures <= _ABSENT_DAYS else _LONG_ABSENT_WAIT
    changes: dict[str, Any] = {
        "failures": failures,
        "streak": 0,
        "last_run_at": now,
        "next_fetch_at": now + max(wait, failure.retry_after or timedelta(), failure.max_age or timedelta()),
    }
    if failure.local:
        return of_an_outage(claim, changes)
    if failure.final:
        changes["paused"] = f"{failure.outcome.value}: {failure.detail}"
    elif failures >= FAILURES_TO_PAUSE and not failure.absent:
        changes["paused"] = f"{failures} failures in a row, the last: {failure.detail}"
    return changes


def of_an_outage(claim: Claim, changes: dict[str, Any]) -> dict[str, Any]:
    """The columns that change where the failure may be ours: it never pauses, nor counts any further once it is over."""
    failures = max(claim.failures, min(claim.failures + 1, _MOST_LOCAL_FAILURES))
    return {name: value for name, value in changes.items() if name != "paused"} | {"failures": failures}


def of_a_trial(claim: Claim, changes: dict[str, Any]) -> dict[str, Any]:
    """The columns that change where an address was never read yet: it is asked daily for a week, then weekly, and never paused.

    Such an address is nobody's fault here, so nobody is asked to do anything about it.
    """
    failures = claim.failures + 1
    due = changes["last_run_at"] + (_ABSENT_WAIT if failures <= _ABSENT_DAYS else _LONG_ABSENT_WAIT)
    kept = {name: value for name, value in changes.items() if name != "paused"}
    return kept | {"failures": failures, "next_fetch_at": max(changes["next_fetch_at"], due)}


def after_bad_answer(claim: Claim, now: datetime, outcome: str) -> dict[str, Any]:
    """As after a failure, and without validators: a 304 would keep a bad answer forever."""
    failures = claim.failures + 1
    changes: dict[str, Any] = {
        "failures": failures,
        "streak": 0,
        "last_run_at": now,
        "next_fetch_at": now + max(backoff(failures, random.random), timedelta(hours=1)),
        **_UNCONDITIONAL,
    }
    if failures >= FAILURES_TO_PAUSE:
        changes["paused"] = f"{failures} bad answers in a row, the last: {outcome}"
    return changes
