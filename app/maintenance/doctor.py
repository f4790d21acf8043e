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
from app.translations.translator import Translator, english

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


def examine_opened(settings: Settings, database: Database, say: Translator | None = None) -> list[Finding]:
    """The same of an installation whose settings and database are at hand, in English unless a translator is given."""
    findings = [*settings_findings(settings, say), *database_findings(database, say)]
    if findings[-1].state == "ok":
        findings += _listings(settings, database, say or english())
    return findings


def settings_findings(settings: Settings, say: Translator | None = None) -> list[Finding]:
    """What there is to say of the settings alone."""
    say = say or english()
    return [
        Finding("data folder", "ok", str(settings.data_dir)),
        _contact(settings, say),
        _mail(settings, say),
        _limits(settings, say),
        _admin(settings, say),
        _retention(settings, say),
        _dump(settings, say),
        _taxonomy(settings, say),
    ]


def _contact(settings: Settings, say: Translator) -> Finding:
    if settings.contact:
        detail = say.gettext("the User-Agent names %(contact)s", contact=settings.contact)
        return Finding("contact", "ok", detail)
    detail = say.gettext("set NEXTCIRCLE_CONTACT, so that sites can tell you when something is wrong")
    return Finding("contact", "warning", detail)


def _mail(settings: Settings, say: Translator) -> Finding:
    state = mail_state(settings)
    missing = ", ".join(state.missing)
    if state.to == "nowhere":
        return Finding("mail", "off", say.gettext("mail is off: set %(names)s", names=missing))
    if state.to == "outbox":
        detail = say.gettext(
            "mails are kept in the outbox of this machine; not set: %(names)s", names=missing
        )
        return Finding("mail", "off", detail)
    if not (settings.dkim_selector and settings.dkim_key_file):
        detail = say.gettext(
            "from %(sender)s, unsigned: set NEXTCIRCLE_DKIM_SELECTOR and NEXTCIRCLE_DKIM_KEY_FILE, or let the server sign; "
            "large mail providers refuse what is not signed",
            sender=settings.mail_from,
        )
        return Finding("mail", "warning", detail)
    return Finding("mail", "ok", say.gettext("from %(sender)s, signed with DKIM", sender=settings.mail_from))


def _limits(settings: Settings, say: Translator) -> Finding:
    if not settings.rate_limit:
        detail = say.gettext("NEXTCIRCLE_RATE_LIMIT is 0: everybody may ask as often as they like")
        return Finding("limits", "off", detail)
    detail = say.gettext(
        "%(limit)s requests a minute and address, %(of_key)s a key; exempt: %(exempt)s; trusted proxies: %(proxies)s",
        limit=settings.rate_limit,
        of_key=settings.key_rate_limit,
        exempt=settings.rate_limit_exempt or say.gettext("nobody"),
        proxies=settings.trusted_proxies or say.gettext("none"),
    )
    return Finding("limits", "ok", detail)


def _admin(settings: Settings, say: Translator) -> Finding:
    key = settings.admin_key.get_secret_value()
    if not key:
        detail = say.gettext("not set: only keys with the scope admin open /v1/admin")
        return Finding("admin key", "off", detail)
    if len(key) < SHORTEST_ADMIN_KEY:
        detail = say.gettext(
            "NEXTCIRCLE_ADMIN_KEY has fewer than %(count)s characters; `openssl rand -hex 32` makes a good one",
            count=SHORTEST_ADMIN_KEY,
        )
        return Finding("admin key", "warning", detail)
    return Finding("admin key", "ok", say.gettext("NEXTCIRCLE_ADMIN_KEY opens /v1/admin"))


def _retention(settings: Settings, say: Translator) -> Finding:
    def kept(days: int) -> str:
        return say.ngettext("%(count)s day", "%(count)s days", days) if days else say.gettext("forever")

    limits = (
        (say.gettext("events that are over"), settings.keep_events_days),
        (say.gettext("what was removed"), settings.keep_removed_days),
        (say.gettext("runs and decided requests"), settings.keep_runs_days),
        (say.gettext("audit"), settings.keep_audit_days),
    )
    return Finding("retention", "ok", ", ".join(f"{name} {kept(days)}" for name, days in limits))


def _taxonomy(settings: Settings, say: Translator) -> Finding:
    """The operator's own fields, interests and purposes."""
    folder = settings.taxonomy_folder
    if not folder.is_dir():
        detail = say.gettext("nothing is added to it: no folder %(folder)s", folder=folder)
        return Finding("taxonomy", "off", detail)
    try:
        rows = read_additions(folder)
    except AdditionsError as error:
        return Finding("taxonomy", "wrong", "; ".join(error.problems))
    counts = ", ".join(f"{len(each)} {name}" for name, each in rows.items()) or say.gettext("no rows")
    return Finding("taxonomy", "ok", say.gettext("%(folder)s adds %(counts)s", folder=folder, counts=counts))


def _dump(settings: Settings, say: Translator) -> Finding:
    if settings.dumps == "off":
        return Finding("dump", "off", say.gettext("NEXTCIRCLE_DUMPS is off"))
    listed = dumped(settings.dump_folder)
    if listed is None:
        detail = say.gettext(
            "none was made in %(folder)s yet; the worker makes one at night", folder=settings.dump_folder
        )
        return Finding("dump", "off", detail)
    made = listed["created_at"][:16]
    return Finding(
        "dump", "ok", say.gettext("of %(time)s in %(folder)s", time=made, folder=settings.dump_folder)
    )


def database_findings(database: Database, say: Translator | None = None) -> list[Finding]:
    """Which database it is, and whether its schema is that of this version."""
    say = say or english()
    engine = migration_engine(database)
    findings = []
    if database.is_sqlite:
        number = sqlite_module().sqlite_version
        unsafe = say.gettext("%(version)s can damage a WAL file that two processes write", version=number)
        safe = sqlite_is_safe()
        findings.append(Finding("sqlite", "ok" if safe else "warning", number if safe else unsafe))
    try:
        found = revision_of(database, engine)
    except UnusableDatabaseError as error:
        findings.append(Finding("database", "wrong", str(error)))
        return findings
    except Exception as error:  # noqa: BLE001  whatever keeps us from the database is the finding
        detail = say.gettext("cannot be opened: %(reason)s", reason=str(error).splitlines()[0])
        findings.append(Finding("database", "wrong", detail))
        return findings
    finally:
        engine.dispose()
    findings.append(_schema(database, found, say))
    return findings


def _schema(database: Database, found: str | None, say: Translator) -> Finding:
    if found is None and database.is_sqlite:
        return Finding("database", "off", say.gettext("there is none yet; the first start makes it"))
    if found == migrations.newest():
        detail = say.gettext("%(database)s, schema %(schema)s", database=database.dialect, schema=found)
        return Finding("database", "ok", detail)
    detail = say.gettext(
        "schema %(schema)s; `nextcircle serve` or `nextcircle worker` brings it to %(newest)s",
        schema=found or say.gettext("empty"),
        newest=migrations.newest(),
    )
    return Finding("database", "wrong" if found is None else "warning", detail)


def _listings(settings: Settings, database: Database, say: Translator) -> list[Finding]:
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
    return findings + source_findings(rows, pages=pages, say=say)
