"""The commands that run NextCircle: everything, the API, a worker, one round of fetching; and what is off."""

from __future__ import annotations

import errno
import os
import socket
import threading
from typing import Annotated, Any

import typer

from app.commands.context import explained, opened
from app.commands.output import as_json, complain, print_json, say

app = typer.Typer()


Host = Annotated[
    str | None, typer.Option(help="The address to listen at; NEXTCIRCLE_HOST or 127.0.0.1 by default")
]
Port = Annotated[
    int | None,
    typer.Option(min=1, max=65_535, help="The port to listen at; NEXTCIRCLE_PORT or 8000 by default"),
]
WithParent = Annotated[
    bool, typer.Option("--with-parent", hidden=True, help="End when standard input is closed")
]


@app.command()
def serve(host: Host = None, port: Port = None) -> None:
    """Run the API and a worker, on an SQLite file unless NEXTCIRCLE_DATABASE_URL is set."""
    from app.runtime.processes import serve as run

    _listen_at(host, port)
    with opened(patient=True) as (settings, database):
        raise typer.Exit(run(settings, database))


@app.command()
def api(host: Host = None, port: Port = None, with_parent: WithParent = False) -> None:
    """Run the API alone, in the foreground."""
    from app.core.gc import keep_loaded
    from app.main import create_app
    from app.runtime.server import run_server
    from app.runtime.signals import end_with_the_parent
    from app.service.vocabulary import load_vocabulary

    if with_parent:
        end_with_the_parent()
    _listen_at(host, port)
    with opened(migrate=False, patient=True) as (settings, database):
        if settings.tracing == "on":
            _trace()
        served = create_app(settings, database)
        keep_loaded()
        # Beside the server: it is ready at once, and whoever asks first waits for the rest of it at most.
        threading.Thread(target=load_vocabulary, daemon=True).start()
        run_server(served, settings)


@app.command()
def mcp() -> None:
    """Answer the Model Context Protocol on standard input and output; a server answers it at /mcp."""
    from app.runtime.mcp_stdio import serve_stdio

    with opened(migrate=False) as (settings, database):
        serve_stdio(settings, database)


@app.command()
def sandbox(
    port: Annotated[int, typer.Option(min=1, max=65_535, help="The port to listen at")] = 8010,
) -> None:
    """Serve a small, fixed data set at a fixed time, to test clients against."""
    from app.core.logs import log_to_stderr
    from app.runtime.sandbox import sandbox as opened_sandbox
    from app.runtime.server import run_server
    from app.settings import read_settings

    with explained():
        settings = read_settings(host="127.0.0.1", port=port, public_url="")
        _require_free_port(settings.host, port)
        log_to_stderr("warning", settings.log_format)
        with opened_sandbox(settings) as served:
            say(
                f"the sandbox listens at {settings.base_url}; its moment is Monday 23 November 2026, noon UTC"
            )
            run_server(served, settings)


@app.command()
def worker(
    samples: Annotated[
        bool, typer.Option("--samples", help="Serve bundled sample listings if nothing can be reached")
    ] = False,
    with_parent: WithParent = False,
) -> None:
    """Run a worker, which fetches the sources that are due. Any number of workers share the work."""
    import asyncio

    from app.runtime.processes import work
    from app.runtime.signals import end_with_the_parent

    if with_parent:
        end_with_the_parent()
    with opened(patient=True) as (settings, database):
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
            complain(f"{slug}: unknown source; `nextcircle sources list` lists them")
        if as_json():
            print_json({"runs": [run.as_dict() for run in runs], "unknown": unknown})
        elif not runs and not unknown:
            say("nothing is due")
        raise typer.Exit(1 if unknown and not runs else 0)


@app.command()
def doctor(
    what: Annotated[
        str,
        typer.Argument(
            metavar="[mail]", help="`mail` asks DNS and the mail server whether mails will arrive"
        ),
    ] = "",
) -> None:
    """Check the settings, the database and the sources, and say which are disabled, and why."""
    from app.maintenance.doctor import examine
    from app.maintenance.mail_findings import mail_findings
    from app.settings import read_settings

    if what not in {"", "mail"}:
        complain(f"{what!r} is nothing that doctor checks by itself; `nextcircle doctor mail` checks mail")
        raise typer.Exit(2)
    with explained():
        findings = list(mail_findings(read_settings())) if what else examine()
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


def _listen_at(host: str | None, port: int | None) -> None:
    """Put the options into the environment, where the settings of child processes are read too; end with 1 if the port is in use."""
    from app.settings import read_settings

    if host is not None:
        os.environ["NEXTCIRCLE_HOST"] = host
    if port is not None:
        os.environ["NEXTCIRCLE_PORT"] = str(port)
    with explained():
        settings = read_settings()
    _require_free_port(settings.host, settings.port)


def _require_free_port(host: str, port: int) -> None:
    """Say before anything starts that an address cannot be listened at, and end with 1."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            # As the server will: an address whose last connections are still closing is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            complain(
                f"port {port} of {host} is in use: stop what listens there, or choose another with --port"
            )
        else:
            complain(f"cannot listen at {host}, port {port}: {error.strerror or error}")
        raise typer.Exit(1) from None
