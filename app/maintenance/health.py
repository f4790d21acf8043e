"""How an installation is, for people and for programs: every problem with what it means, what to do, and how to see it again.

The worst problem comes first. Nothing here asks another host.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib.metadata import version
from typing import Any, Final, Literal
from urllib.parse import quote

from app.db import Database
from app.demand.repository import Unmet, unmet
from app.digest.configuration import mail_state
from app.digest.repository import deliveries, subscriptions
from app.digest.repository.secrets import is_home
from app.ingest.store.doubtful import doubtful_merges
from app.ingest.store.doubtful_groups import doubtful_groups
from app.ingest.takedowns.repository import take_downs
from app.maintenance.activity import Activity, activity
from app.maintenance.backup import last_backup
from app.maintenance.doctor import database_findings, settings_findings
from app.maintenance.finding import LABELS, Finding
from app.service.admin.coverage import long_name
from app.settings import Settings, SettingsError
from app.sources.catalogue import ENOUGH_SOURCES
from app.sources.coverage import pages_allowed, places_to_cover
from app.sources.outcome_words import remedy_of
from app.sources.reason_words import reason_in_words
from app.sources.repository.leases import ON_TRIAL
from app.sources.repository.sources import count_near, listing
from app.sources.suggestions.repository import suggestions
from app.sources.templates import COVERS_KM
from app.translations.translator import Translator, english

Severity = Literal["critical", "warning", "notice"]
Kind = Literal[
    "setting",
    "database",
    "network",
    "worker",
    "source",
    "job",
    "mail",
    "request",
    "merge",
    "coverage",
    "demand",
    "backup",
]
_ORDER: Final[dict[Severity, int]] = {"critical": 0, "warning": 1, "notice": 2}
_UNREACHED: Final = ("dns", "connect")
_LATE: Final = timedelta(hours=1)
_OLD_REQUEST: Final = timedelta(days=7)
_OLD_BACKUP: Final = timedelta(days=8)
_FAILED_WITHIN: Final = timedelta(days=7)
_MOST_SOURCES: Final = 200
_MOST_DEMAND: Final = 5
_MOST_MERGES: Final = 100


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that needs a look. `weight` orders problems of one severity; `reproduce` are commands and requests that show it."""

    id: str
    kind: Kind
    severity: Severity
    what: str
    remedy: str
    reproduce: tuple[str, ...]
    page: str
    weight: float = 0
    since: datetime | None = None


@dataclass(slots=True)
class Health:
    """The report at a moment. `problems` are the worst first."""

    at: datetime
    problems: list[Problem] = field(default_factory=list)
    sources: dict[str, int] = field(default_factory=dict)
    activity: Activity = field(default_factory=Activity)
    demand: list[Unmet] = field(default_factory=list)
    subscriptions: dict[str, int] = field(default_factory=dict)
    digests: dict[str, int] = field(default_factory=dict)

    @property
    def state(self) -> Literal["critical", "warning", "ok"]:
        """The severity of the worst problem; notices do not count."""
        severities = {each.severity for each in self.problems}
        return "critical" if "critical" in severities else "warning" if "warning" in severities else "ok"

    def as_dict(self) -> dict[str, Any]:
        """As `/v1/admin/health` answers."""
        lately = self.activity
        return {
            "version": version("nextcircle"),
            "at": self.at.isoformat(),
            "state": self.state,
            "problems": [
                {
                    "rank": rank,
                    "id": each.id,
                    "kind": each.kind,
                    "severity": each.severity,
                    "what": each.what,
                    "remedy": each.remedy,
                    "reproduce": list(each.reproduce),
                    "page": each.page,
                    "since": None if each.since is None else each.since.isoformat(),
                }
                for rank, each in enumerate(self.problems, start=1)
            ],
            "sources": self.sources,
            "last_day": {
                "reads": lately.reads,
                "failed_reads": lately.failed_reads,
                "new_listings": lately.new_listings,
                "changed_listings": lately.changed_listings,
                "removed_listings": lately.removed_listings,
                "due_sources": lately.due_sources,
            },
            "subscriptions": self.subscriptions,
            "digests": self.digests,
            "unmet_demand": [
                {"place": each.place, "field": each.field or None, "band": each.band} for each in self.demand
            ],
        }


def health(settings: Settings, database: Database, now: datetime, say: Translator | None = None) -> Health:
    """The report, in English unless a translator is given."""
    examiner = _Examiner(settings, database, now, say or english())
    report = examiner.report
    report.problems = sorted(
        examiner.problems(), key=lambda each: (_ORDER[each.severity], -each.weight, each.kind, each.id)
    )
    return report


class _Examiner:
    def __init__(self, settings: Settings, database: Database, now: datetime, say: Translator) -> None:
        self.settings = settings
        self.database = database
        self.now = now
        self.say = say
        self.pages = pages_allowed(settings, database)
        self.rows = [row for row in listing(database, pages=self.pages) if row["state"] != "sample"]
        self.report = Health(now)
        self.report.activity = activity(database, now, pages=self.pages)
        self.report.demand = unmet(database, now)
        self.report.sources = {
            state: sum(row["state"] == state for row in self.rows)
            for state in ("on", "failing", "paused", "off")
        }
        with database.read() as connection:
            self.report.subscriptions = subscriptions.counts(connection)
            self.report.digests = deliveries.totals(connection)

    def problems(self) -> Iterator[Problem]:
        yield from self._settings()
        yield from self._sources()
        yield from self._worker()
        yield from self._mail()
        yield from self._requests()
        yield from self._merges()
        yield from self._coverage()
        yield from self._demand()
        yield from self._backup()

    def _settings(self) -> Iterator[Problem]:
        findings = [*settings_findings(self.settings, self.say), *database_findings(self.database, self.say)]
        for each in findings:
            if each.state in ("warning", "wrong"):
                yield _of_finding(each, self.say)

    def _sources(self) -> Iterator[Problem]:
        asked = [row for row in self.rows if row["last_outcome"] and row["state"] in ("on", "failing")]
        if asked and all(row["last_outcome"] in _UNREACHED for row in asked):
            yield Problem(
                "network", "network", "critical",
                self.say.gettext("No source can be reached."),
                self.say.gettext("Check the network of this machine and its name server."),
                ("nextcircle doctor", f"nextcircle read {asked[0]['url']}"), "/operator/sources", 10,
            )  # fmt: skip
            return
        found = (row for row in self.rows if row["state"] in ("failing", "paused"))
        for row in [row for row in found if not _is_on_trial(row)][:_MOST_SOURCES]:
            yield self._source(row)

    def _source(self, row: dict[str, Any]) -> Problem:
        outcome = row["last_outcome"]
        paused = row["state"] == "paused"
        reason = reason_in_words(row, self.say) or ""
        sentence = (
            self.say.gettext("%(source)s is paused: %(reason)s", source=row["name"], reason=reason)
            if paused
            else self.say.gettext("%(source)s cannot be read: %(reason)s", source=row["name"], reason=reason)
        )
        remedy = (
            self.say.gettext("Resume it once the reason is gone, or remove it.")
            if paused
            else self.say.gettext(remedy_of(outcome))
        )
        # What brought many listings is missed most.
        return Problem(
            f"source:{row['slug']}", "source", "warning", sentence, remedy,
            (f"nextcircle sources show {row['slug']}", f"nextcircle read {row['url']}"),
            f"/operator/sources/{row['slug']}", 1 + min(row["listings"], 1_000) / 1_000, row["last_ok_at"],
        )  # fmt: skip

    def _worker(self) -> Iterator[Problem]:
        lately = self.report.activity
        oldest = lately.oldest_due_at
        if oldest is not None and self.now - oldest > _LATE:
            yield Problem(
                "worker", "worker", "critical",
                self.say.ngettext(
                    "%(count)s source has been due for more than an hour.",
                    "%(count)s sources have been due for more than an hour.", lately.due_sources,
                ),
                self.say.gettext("Look whether a worker is running, and start one: nextcircle worker"),
                ("nextcircle sources list", "GET /metrics: nextcircle_queue_age_seconds"), "/operator/sources", 9, oldest,
            )  # fmt: skip
        for job in lately.jobs:
            if job.error and self.now - job.done_at < _FAILED_WITHIN:
                yield Problem(
                    f"job:{job.name}", "job", "warning",
                    self.say.gettext("The job %(job)s failed: %(reason)s", job=job.name, reason=job.error[:300]),
                    self.say.gettext("It is tried again in its next period. The log has the details."),
                    ("GET /metrics: nextcircle_job_failures",), "/operator/settings", 3, job.done_at,
                )  # fmt: skip

    def _mail(self) -> Iterator[Problem]:
        running = self.report.subscriptions.get("active", 0) + self.report.subscriptions.get("paused", 0)
        state = mail_state(self.settings)
        if running and state.to == "nowhere":
            yield Problem(
                "mail:off", "mail", "critical",
                self.say.ngettext(
                    "%(count)s person has subscribed, and mail is off.",
                    "%(count)s people have subscribed, and mail is off.", running,
                ),
                self.say.gettext("Set %(names)s and restart.", names=", ".join(state.missing)),
                ("nextcircle doctor mail",), "/operator/settings", 8,
            )  # fmt: skip
        if running and not is_home(self.database):
            yield Problem(
                "mail:copy", "mail", "critical",
                self.say.gettext("This database is a copy or was restored, so it mails nothing."),
                self.say.gettext("Stop the installation that it comes from, then let this one mail: on the page Digest, or by nextcircle digest adopt"),
                ("nextcircle digest send",), "/operator/digest", 7,
            )  # fmt: skip
        failed, sent = self.report.digests["failed"], self.report.digests["sent"]
        if failed:
            yield Problem(
                "mail:failed", "mail", "critical" if failed > sent else "warning",
                self.say.ngettext(
                    "%(count)s digest was not delivered.", "%(count)s digests were not delivered.", failed
                ),
                self.say.gettext("Read the reasons, put right what they name, and send them again."),
                ("nextcircle digest list", "GET /v1/admin/digest"), "/operator/digest", 5,
            )  # fmt: skip
        if uncertain := self.report.digests["uncertain"]:
            yield Problem(
                "mail:uncertain", "mail", "notice",
                self.say.ngettext(
                    "%(count)s mail may or may not have been sent.", "%(count)s mails may or may not have been sent.", uncertain,
                ),
                self.say.gettext("Compare with the log of the mail server."),
                ("GET /v1/admin/digest",), "/operator/digest", 4,
            )  # fmt: skip

    def _requests(self) -> Iterator[Problem]:
        if asked := take_downs(self.database):
            oldest = asked[0]["created_at"]
            is_old = self.now - oldest > _OLD_REQUEST
            yield Problem(
                "request:take-downs", "request", "critical" if is_old else "warning",
                self.say.ngettext(
                    "%(count)s organiser waits for an answer about a listing.",
                    "%(count)s organisers wait for an answer about their listings.", len(asked),
                ),
                self.say.gettext("Hide, remove or correct what they name, and answer them."),
                ("nextcircle sources take-downs", "GET /v1/admin/take-downs"), "/operator/review#take-downs", 6, oldest,
            )  # fmt: skip
        if held := suggestions(self.database):
            yield Problem(
                "request:suggestions", "request", "notice",
                self.say.ngettext(
                    "%(count)s suggested source waits for a decision.",
                    "%(count)s suggested sources wait for a decision.", len(held),
                ),
                self.say.gettext("Preview each, then accept or decline it."),
                ("nextcircle sources suggestions", "GET /v1/admin/suggestions"), "/operator/review#suggestions", 6,
                held[0]["created_at"],
            )  # fmt: skip

    def _merges(self) -> Iterator[Problem]:
        with self.database.read() as connection:
            events = len(doubtful_merges(connection, self.now, _MOST_MERGES))
            groups = len(doubtful_groups(connection, _MOST_MERGES))
        if events:
            yield Problem(
                "merges", "merge", "notice",
                self.say.ngettext(
                    "%(count)s event was put together from listings that may be of different ones.",
                    "%(count)s events were put together from listings that may be of different ones.", events,
                ),
                self.say.gettext("Look at both sides, then confirm that they are one or split them."),
                ("GET /v1/admin/doubtful-merges?things=events",), "/operator/review#merges", 2,
            )  # fmt: skip
        if groups:
            yield Problem(
                "merges:groups", "merge", "notice",
                self.say.ngettext(
                    "%(count)s group was put together from listings that may be of different ones.",
                    "%(count)s groups were put together from listings that may be of different ones.", groups,
                ),
                self.say.gettext("Look at both sides, then confirm that they are one or split them."),
                ("GET /v1/admin/doubtful-merges?things=groups",), "/operator/review#group-merges", 2,
            )  # fmt: skip

    def _coverage(self) -> Iterator[Problem]:
        try:
            places = places_to_cover(self.settings, self.database)
        except SettingsError as error:
            yield Problem(
                "setting:places", "setting", "critical", "; ".join(error.problems),
                self.say.gettext("Correct the setting and restart."), ("nextcircle doctor",), "/operator/settings", 8,
            )  # fmt: skip
            return
        with self.database.read() as connection:
            near = {
                place: count_near(connection, place.lat, place.lon, COVERS_KM, pages=self.pages)
                for place in places
            }
        for place, count in near.items():
            if count < ENOUGH_SOURCES:
                yield Problem(
                    f"coverage:{place.name}", "coverage", "warning" if not count else "notice",
                    self.say.ngettext(
                        "%(count)s source is read near %(place)s.", "%(count)s sources are read near %(place)s.",
                        count, place=place.name,
                    ),
                    self.say.gettext("Add calendars of its libraries, chambers, colleges and associations."),
                    ("nextcircle sources list", f'nextcircle search events --near "{place.name}"'),
                    _coverage_of(long_name(place)), 3 - count / ENOUGH_SOURCES,
                )  # fmt: skip

    def _demand(self) -> Iterator[Problem]:
        for rank, each in enumerate(self.report.demand[:_MOST_DEMAND]):
            label = self.say.label(each.field) if each.field else self.say.gettext("anything at all")
            yield Problem(
                f"demand:{each.field or 'any'}:{each.place}", "demand", "notice",
                self.say.gettext(
                    "Asked for %(band)s times and not found: %(field)s near %(place)s",
                    band=each.band, field=label, place=each.place,
                ),
                self.say.gettext("Look for a group or calendar that serves it, and add it."),
                (f'nextcircle search groups --near "{each.place}"' + (f" --field {each.field}" if each.field else ""),),
                _coverage_of(each.place), 1 - rank / 100,
            )  # fmt: skip

    def _backup(self) -> Iterator[Problem]:
        made = last_backup(self.database)
        if self.rows and (made is None or self.now - made.at > _OLD_BACKUP):
            yield Problem(
                "backup", "backup", "notice",
                self.say.gettext("No backup was made with NextCircle yet.")
                if made is None
                else self.say.gettext("The last backup is older than a week."),
                self.say.gettext("Make one and keep a copy on another machine."),
                ("nextcircle backup", "GET /v1/admin/backup"), "/operator/settings#backup", 5, None if made is None else made.at,
            )  # fmt: skip


def _coverage_of(place: str) -> str:
    return f"/operator/coverage?near={quote(place)}"


def _is_on_trial(row: dict[str, Any]) -> bool:
    """Whether a source was never read and is tried by itself, so that there is nothing to do."""
    return row["state"] == "failing" and not row["verified"] and row["origin"] in ON_TRIAL


def _of_finding(each: Finding, say: Translator) -> Problem:
    kind: Kind = "database" if each.name in ("database", "sqlite") else "setting"
    severity: Severity = "critical" if each.state == "wrong" else "warning"
    label = say.gettext(LABELS.get(each.name, each.name))
    return Problem(
        f"{kind}:{each.name}", kind, severity,
        say.gettext("%(name)s: %(detail)s", name=label, detail=each.detail),
        say.gettext("Correct the setting and restart."), ("nextcircle doctor",), "/operator/settings", 8,
    )  # fmt: skip
