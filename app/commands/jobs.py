"""`nextcircle for-job` and `nextcircle for-jobs`: what the API answers for saved jobs, without HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.commands.context import explained, opened
from app.commands.output import as_json, complain, print_json, say
from app.commands.parameter_options import ParameterCommand, complain_of, given

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pydantic import BaseModel

    from app.service.job_schemas import JobIn

app = typer.Typer()


class _JobCommand(ParameterCommand):
    def models(self) -> Iterable[type[BaseModel]]:
        from app.service.job_schemas import JobParameters

        return (JobParameters,)


@app.command("for-job", cls=_JobCommand)
def for_job(ctx: typer.Context) -> None:
    """Show groups and events for one job, and where its company can be met."""
    from app.service.job_schemas import JobIn, JobParameters

    asked = given(ctx, JobParameters)
    job = JobIn(title=asked.title, company=asked.company, location=asked.location)
    items = _documents([job], asked.limit)
    if as_json():
        print_json(items[0])
    else:
        _show(items[0])


@app.command("for-jobs")
def for_jobs(
    file: Annotated[Path, typer.Argument(help="A CSV file of saved jobs, such as JobSync's jobs.csv")],
    limit: Annotated[
        int, typer.Option(min=1, max=10, help="Groups, events and company events of a job, each")
    ] = 3,
) -> None:
    """Show the same for every job of a CSV file, which is read on this machine and not stored."""
    from app.network.records import ExportError
    from app.service.job_files import read_jobs

    with explained():
        data = file.read_bytes()
    try:
        jobs = read_jobs(data)
    except ExportError as error:
        complain(f"{file}: {error.detail}; {error.hint}")
        raise typer.Exit(1) from None
    if not jobs:
        complain(f"{file}: no row has a title or a company")
        raise typer.Exit(1)
    items = _documents(jobs, limit)
    if as_json():
        print_json({"items": items})
        return
    for item in items:
        _show(item)


def _documents(jobs: Sequence[JobIn], limit: int) -> list[dict[str, Any]]:
    from app.core.clock import utc_now
    from app.core.errors import ProblemError
    from app.service.jobs import jobs_document

    with opened() as (settings, database):
        try:
            document = jobs_document(database.read, jobs, utc_now(), settings.base_url, limit)
        except ProblemError as error:
            complain_of(error.errors)
            raise typer.Exit(2) from None
    items: list[dict[str, Any]] = document["items"]
    return items


def _show(item: dict[str, Any]) -> None:
    named = " at ".join(part for part in (item["title"], item["company"]) if part) or "A job"
    say(", ".join(part for part in (named, item["location"]) if part))
    field = item["resolved"]["field"]
    if field is not None:
        say(f"   Field: {field['label']}")
    for each in item["unresolved"]:
        hint = f" (did you mean {', '.join(each['suggestions'])}?)" if each["suggestions"] else ""
        say(f"   {each['member']} {each['value']!r}: {each['text']}{hint}")
    for kind in ("group", "event"):
        for pick in item[f"{kind}s"]:
            thing = pick[kind]
            why = f": {pick['reasons'][0]['text']}" if pick["reasons"] else ""
            say(f"   {kind.capitalize()}: {thing['name']}{why}")
            say(f"      {_when(thing)}{thing['url'] or thing['page']}")
    for each in item["company_events"]:
        event = each["event"]
        say(f"   {each['reasons'][0]['text']}: {event['name']}")
        say(f"      {_when(event)}{event['url'] or event['page']}")
    if not (item["groups"] or item["events"] or item["company_events"]):
        say("   Nothing was found.")


def _when(thing: dict[str, Any]) -> str:
    start = thing.get("start_date")
    return f"{start[:16].replace('T', ' ')}  " if start else ""
