"""The commands that run NextCircle: everything, the API, a worker, one round of fetching; and what is off."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from app.commands.context import explained, opened
from app.commands.output import as_json, complain, print_json, say

app = typer.Typer()


@app.command()
def serve() -> None:
    """Run the API and a worker, on an SQLite file unless NEXTCIRCLE_DATABASE_URL says otherwise."""
    from app.runtime.processes import serve as run

    with opened() as (settings, database):
        raise typer.Exit(run(settings, database))


@app.command()
def api() -> None:
    """Run the API alone, in the foreground."""
    import uvicorn

    from app.core.gc import keep_loaded
    from app.main import create_app

    with opened(migrate=False) as (settings, database):
        if settings.tracing == "on":
            _trace()
        served = create_app(settings, database)
        keep_loaded()
        uvicorn.run(
            served,
            host=settings.host,
            port=settings.port,
            log_level="warning",
            access_log=False,
            # Its lines look like ours.
            log_config=None,
            server_header=False,
            # Whose X-Forwarded-For is believed is NEXTCIRCLE_TRUSTED_PROXIES' to say.
            proxy_headers=False,
            timeout_keep_alive=5,
            h11_max_incomplete_event_size=16_384,
        )


@app.command()
def sandbox(
    port: Annotated[int, typer.Option(min=1, max=65_535, help="The port to listen at")] = 8010,
) -> None:
    """Serve a small data set that never changes, at a moment that never passes: for the tests of other tools."""
    import uvicorn

    from app.core.logs import log_to_stderr
    from app.runtime.sandbox import sandbox as opened_sandbox
    from app.settings import read_settings

    with explained():
        settings = read_settings(host="127.0.0.1", port=port, public_url="")
        log_to_stderr("warning", settings.log_format)
        with opened_sandbox(settings) as served:
            say(
                f"the sandbox listens at {settings.base_url}; its moment is Monday 23 November 2026, noon UTC"
            )
            uvicorn.run(served, host=settings.host, port=port, access_log=False, log_config=None)


@app.command()
def worker(
    samples: Annotated[
        bool, typer.Option("--samples", help="Serve bundled sample listings if nothing can be reached")
    ] = False,
) -> None:
    """Run a worker alone: it fetches what is due; any number of them share the work."""
    import asyncio

    from app.runtime.processes import work

    with opened() as (settings, database):
        asyncio.run(work(settings, database, samples=samples))


@app.command()
def fetch(
    slugs: Annotated[
        list[str] | None, typer.Argument(metavar="[SOURCE]...", help="Slugs; all that are due without")
    ] = None,
    due: Annotated[bool, typer.Option("--due", help="Only what is due, of those named")] = False,
) -> None:
    """Fetch sources now, in the foreground."""
    import asyncio

    from app.runtime.processes import fetch_now

    with opened() as (settings, database):
        runs, unknown = asyncio.run(fetch_now(settings, database, slugs or [], due=due, report=_report_run))
        for slug in unknown:
            complain(f"{slug}: there is no such source; `nextcircle sources list` shows them")
        if as_json():
            print_json({"runs": [run.as_dict() for run in runs], "unknown": unknown})
        elif not runs and not unknown:
            say("nothing is due")
        raise typer.Exit(1 if unknown and not runs else 0)


@app.command()
def doctor() -> None:
    """Check the settings, the database and the sources, and say what is off and why."""
    from app.maintenance.doctor import examine

    with explained():
        findings = examine()
    if as_json():
        print_json({"findings": [each.as_dict() for each in findings]})
    else:
        for each in findings:
            say(f"{each.mark} {each.name}: {each.detail}")
    raise typer.Exit(1 if any(each.state == "wrong" for each in findings) else 0)


def _trace() -> None:
    from app.http.metrics import trace_to_collector

    try:
        trace_to_collector()
    except ImportError as error:
        complain(str(error))
        raise typer.Exit(2) from None


def _report_run(run: Any) -> None:
    if as_json():
        return
    counts = run.counts
    said = run.detail or f"{counts.events} events, {counts.groups} groups, {counts.inserted} new"
    say(f"{run.slug}: {run.outcome}, {said}")
