"""`nextcircle doctor`: looks at the settings, the database and the sources, and says in sentences how they are."""

from __future__ import annotations

import migrations
from app.db import Database, DatabaseAwayError, migration_engine, sqlite_is_safe, sqlite_module
from app.digest.configuration import mail_state
from app.maintenance.finding import Finding
from app.maintenance.schema import UnusableDatabaseError, revision_of
from app.maintenance.source_findings import source_findings
from app.outputs.dumped import dumped
from app.settings import Settings, SettingsError, read_settings
from app.sources.coverage import pages_allowed, places_to_cover
from app.sources.repository.sources import listing
from app.taxonomy.additions import AdditionsError, read_additions

SHORTEST_ADMIN_KEY = 20


def examine() -> list[Finding]:
    """Everything there is to say, settings first."""
    try:
        settings = read_settings()
    except SettingsError as error:
        return [Finding("settings", "wrong", sentence) for sentence in error.problems]
    database = Database(settings.resolved_database_url)
    try:
        return examine_opened(settings, database)
    finally:
        database.close()


def examine_opened(settings: Settings, database: Database) -> list[Finding]:
    """The same of an installation whose settings and database are at hand."""
    findings = [*settings_findings(settings), *database_findings(database)]
    if findings[-1].state == "ok":
        findings += _listings(settings, database)
    return findings


def settings_findings(settings: Settings) -> list[Finding]:
    """What there is to say of the settings alone."""
    return [
        Finding("data folder", "ok", str(settings.data_dir)),
        _contact(settings),
        _mail(settings),
        _limits(settings),
        _admin(settings),
        _retention(settings),
        _dump(settings),
        _taxonomy(settings),
    ]


def _contact(settings: Settings) -> Finding:
    if settings.contact:
        return Finding("contact", "ok", f"{settings.contact} stands in the User-Agent")
    return Finding(
        "contact", "warning", "set NEXTCIRCLE_CONTACT, so that sites can tell you when something is wrong"
    )


def _mail(settings: Settings) -> Finding:
    state = mail_state(settings)
    if state.to != "server":
        return Finding("mail", "off", state.detail)
    if not (settings.dkim_selector and settings.dkim_key_file):
        return Finding(
            "mail",
            "warning",
            f"from {settings.mail_from}, unsigned: set NEXTCIRCLE_DKIM_SELECTOR and NEXTCIRCLE_DKIM_KEY_FILE, or let the "
            "server sign; large mail providers refuse what is not signed",
        )
    return Finding("mail", "ok", f"from {settings.mail_from}, signed with DKIM")


def _limits(settings: Settings) -> Finding:
    if not settings.rate_limit:
        return Finding("limits", "off", "NEXTCIRCLE_RATE_LIMIT is 0: everybody may ask as often as they like")
    exempt = settings.rate_limit_exempt or "nobody"
    return Finding(
        "limits",
        "ok",
        f"{settings.rate_limit} requests a minute and address, {settings.key_rate_limit} a key; exempt: {exempt}; "
        f"trusted proxies: {settings.trusted_proxies or 'none'}",
    )


def _admin(settings: Settings) -> Finding:
    key = settings.admin_key.get_secret_value()
    if not key:
        return Finding("admin key", "off", "not set: only keys with the scope admin open /v1/admin")
    if len(key) < SHORTEST_ADMIN_KEY:
        return Finding(
            "admin key",
            "warning",
            f"NEXTCIRCLE_ADMIN_KEY has fewer than {SHORTEST_ADMIN_KEY} characters; `openssl rand -hex 32` makes a good one",
        )
    return Finding("admin key", "ok", "NEXTCIRCLE_ADMIN_KEY opens /v1/admin")


def _retention(settings: Settings) -> Finding:
    kept = ", ".join(
        f"{name} {f'{days} days' if days else 'forever'}"
        for name, days in (
            ("events that are over", settings.keep_events_days),
            ("what was removed", settings.keep_removed_days),
            ("runs and decided requests", settings.keep_runs_days),
            ("audit", settings.keep_audit_days),
        )
    )
    return Finding("retention", "ok", kept)


def _taxonomy(settings: Settings) -> Finding:
    """The operator's own fields, interests and purposes."""
    folder = settings.taxonomy_folder
    if not folder.is_dir():
        return Finding("taxonomy", "off", f"nothing is added to it: no folder {folder}")
    try:
        rows = read_additions(folder)
    except AdditionsError as error:
        return Finding("taxonomy", "wrong", "; ".join(error.problems))
    counts = ", ".join(f"{len(each)} {name}" for name, each in rows.items()) or "no rows"
    return Finding("taxonomy", "ok", f"{folder} adds {counts}")


def _dump(settings: Settings) -> Finding:
    if settings.dumps == "off":
        return Finding("dump", "off", "NEXTCIRCLE_DUMPS is off")
    listed = dumped(settings.dump_folder)
    if listed is None:
        return Finding(
            "dump", "off", f"none was made in {settings.dump_folder} yet; the worker makes one at night"
        )
    return Finding("dump", "ok", f"of {listed['created_at'][:16]} in {settings.dump_folder}")


def database_findings(database: Database) -> list[Finding]:
    """Which database it is, and whether its schema is that of this version."""
    engine = migration_engine(database)
    findings = []
    if database.is_sqlite:
        version = sqlite_module().sqlite_version
        findings.append(
            Finding("sqlite", "ok", version)
            if sqlite_is_safe()
            else Finding("sqlite", "warning", f"{version} can damage a WAL file that two processes write")
        )
    try:
        found = revision_of(database, engine)
    except UnusableDatabaseError as error:
        findings.append(Finding("database", "wrong", str(error)))
        return findings
    except Exception as error:  # noqa: BLE001  whatever keeps us from the database is the finding
        findings.append(Finding("database", "wrong", f"cannot be opened: {str(error).splitlines()[0]}"))
        return findings
    finally:
        engine.dispose()
    if found is None and database.is_sqlite:
        findings.append(Finding("database", "off", "there is none yet; the first start makes it"))
    elif found != migrations.newest():
        detail = f"schema {found or 'empty'}; `nextcircle serve` or `nextcircle worker` brings it to {migrations.newest()}"
        findings.append(Finding("database", "wrong" if found is None else "warning", detail))
    else:
        findings.append(Finding("database", "ok", f"{database.dialect}, schema {found}"))
    return findings


def _listings(settings: Settings, database: Database) -> list[Finding]:
    try:
        pages = pages_allowed(settings, database)
        rows = listing(database, pages=pages)
    except DatabaseAwayError as error:
        return [Finding("sources", "wrong", str(error))]
    findings = []
    try:
        names = "; ".join(each.name for each in places_to_cover(settings, database))
        findings.append(Finding("places", "ok", names))
    except SettingsError as error:
        findings += [Finding("places", "wrong", sentence) for sentence in error.problems]
    return findings + source_findings(rows, pages=pages)
