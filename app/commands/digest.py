"""The commands of the digest: send what is due, see what would be sent, who subscribes, what came back."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.commands.context import opened
from app.commands.output import as_json, complain, print_json, say, say_row
from app.commands.parameter_options import ParameterCommand, complain_of, given

if TYPE_CHECKING:
    from pydantic import BaseModel

app = typer.Typer()
digest_app = typer.Typer(help="Send and look after the digest.", no_args_is_help=True)
app.add_typer(digest_app, name="digest")

Now = Annotated[
    str | None, typer.Option("--now", help="Another time than now, such as 2026-12-01T08:00:00+00:00")
]


class _Preview(ParameterCommand):
    def models(self) -> Iterable[type[BaseModel]]:
        """A wish."""
        from app.digest.schemas import WishParameters

        return (WishParameters,)


@digest_app.command("send")
def send(now: Now = None) -> None:
    """Send everything that is due, and say how many were sent, skipped and failed."""
    import asyncio

    from app.digest.configuration import mail_state, make_mailer
    from app.digest.repository.secrets import is_home
    from app.sources.repository.leases import worker_name

    moment = _moment(now)
    with opened() as (settings, database):
        state = mail_state(settings)
        if state.to == "nowhere":
            complain(state.detail)
            raise typer.Exit(1)
        if not is_home(database):
            complain(
                "this database was restored or copied, so it mails nothing; `nextcircle digest adopt` changes that"
            )
            raise typer.Exit(1)
        mailer = make_mailer(settings, database, worker_name(), None if moment is None else lambda: moment)

        async def round_of_mails() -> Any:
            try:
                return await mailer.tick()
            finally:
                await mailer.transport.close()

        report = asyncio.run(round_of_mails()).as_dict()
        if as_json():
            print_json(report)
        else:
            say(", ".join(f"{count} {name}" for name, count in report.items()) + f"; {state.detail}")


@digest_app.command("preview", cls=_Preview)
def preview(
    ctx: typer.Context,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write digest.html and digest.txt into this folder")
    ] = None,
    now: Now = None,
) -> None:
    """Show the digest that a new subscriber with this wish would get."""
    from app.core.clock import utc_now
    from app.core.errors import ProblemError
    from app.digest.compose import for_reading
    from app.digest.desk import Desk
    from app.digest.schemas import Wish, WishParameters

    wish = Wish(**given(ctx, WishParameters).model_dump())
    moment = _moment(now)
    with opened() as (settings, database):
        try:
            with database.read() as connection:
                digest = Desk(settings, database).preview(connection, wish, moment or utc_now())
        except ProblemError as error:
            complain_of(error.errors)
            raise typer.Exit(2) from None
    if digest is None:
        if as_json():
            print_json({"subject": None})
        else:
            say("There is nothing to say this time: no mail would be sent.")
        return
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        (out / "digest.html").write_text(digest.mail.html, "utf-8")
        (out / "digest.txt").write_text(digest.mail.text, "utf-8")
    if as_json():
        print_json(for_reading(digest))
    elif out is None:
        say(f"Subject: {digest.mail.subject}\n\n{digest.mail.text}")
    else:
        say(f"{out / 'digest.html'} and {out / 'digest.txt'} were written")


@digest_app.command("list")
def list_subscriptions(
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="So many at most")] = 100,
    after: Annotated[str, typer.Option(help="From the one after this id on")] = "",
) -> None:
    """Who subscribes: place, schedule, when the next is due. Addresses are shown in part."""
    from app.core.ids import internal, public
    from app.digest.mailboxes import masked
    from app.digest.repository import deliveries, subscriptions, votes

    with opened() as (_, database), database.read() as connection:
        rows = [
            {
                "id": public(each.id),
                "state": each.state,
                "email": masked(each.email),
                "place": each.wish.near or f"{each.wish.lat}, {each.wish.lon}",
                "every": each.wish.every,
                "next_at": None if each.next_at is None else each.next_at.isoformat(),
                "quiet": each.quiet,
            }
            for each in subscriptions.listing(connection, limit, internal(after) or 0)
        ]
        counts, totals = subscriptions.counts(connection), deliveries.totals(connection)
        useful = votes.votes(connection)
    if as_json():
        print_json({"subscriptions": rows, "counts": counts, "digests": totals, "useful": useful})
        return
    for row in rows:
        say_row(*row.values())
    said = ", ".join(f"{count} {state}" for state, count in sorted(counts.items())) or "no subscription"
    outcomes = ", ".join(f"{count} {name}" for name, count in totals.items())
    say(f"{said}; digests: {outcomes}; useful: {useful['yes']} yes, {useful['no']} no")


@digest_app.command("show")
def show(
    identity: Annotated[str, typer.Argument(metavar="ID", help="The id that `digest list` shows")],
) -> None:
    """Everything that is stored about one subscription."""
    from app.core.ids import internal
    from app.digest.desk import Desk
    from app.digest.repository import subscriptions

    with opened() as (settings, database):
        with database.read() as connection:
            found = subscriptions.any_by_id(connection, internal(identity) or 0)
        if found is None:
            complain(f"{identity}: no such subscription; `nextcircle digest list` lists them")
            raise typer.Exit(1)
        print_json(Desk(settings, database).export(found))


@digest_app.command("import")
def import_subscriptions(
    file: Annotated[
        Path, typer.Argument(help="JSON lines: what POST /v1/subscriptions takes, and `consent`")
    ],
) -> None:
    """Take over subscriptions that were confirmed elsewhere; each line says when and how its owner agreed."""
    from app.core.clock import utc_now
    from app.digest.transfer import import_lines

    with opened() as (_, database):
        imported = import_lines(database, file.read_bytes(), utc_now())
    added, refused = imported.added, imported.refused
    if as_json():
        print_json({"added": added, "refused": [{"line": number, "detail": why} for number, why in refused]})
    else:
        say(f"{added} added, {len(refused)} refused")
    for number, why in refused:
        complain(f"line {number} {why}")
    raise typer.Exit(1 if refused else 0)


@digest_app.command("bounces")
def bounces(
    maildir: Annotated[Path, typer.Argument(help="The maildir that reports of mail servers go to")],
) -> None:
    """Read reports of what was not delivered and who complained, and end those subscriptions."""
    from app.core.clock import utc_now
    from app.digest.bounces import read_maildir
    from app.digest.repository.secrets import load_keys

    if not (maildir / "new").is_dir():
        complain(f"{maildir} is not a maildir: it lacks the folder `new`")
        raise typer.Exit(1)
    with opened() as (settings, database):
        keys = load_keys(database, settings.secret_key.get_secret_value())
        counts = read_maildir(database, maildir, utc_now(), keys)
    if as_json():
        print_json(counts)
    else:
        say(", ".join(f"{count} {name}" for name, count in counts.items()))


@digest_app.command("outbox")
def outbox(
    limit: Annotated[int, typer.Option(min=1, max=100, help="So many, newest first")] = 10,
) -> None:
    """Show the mails kept on this machine when no mail server is set."""
    from app.commands.context import explained
    from app.digest.outbox import kept_mails
    from app.settings import read_settings

    with explained():
        mails = kept_mails(read_settings().outbox_folder, limit)
    if as_json():
        print_json(
            [{"to": each.to, "subject": each.subject, "date": each.date, "text": each.text} for each in mails]
        )
        return
    for each in mails:
        say(f"To: {each.to}\nDate: {each.date}\nSubject: {each.subject}\n\n{each.text}\n{'=' * 76}")
    if not mails:
        say("the outbox is empty")


@digest_app.command("adopt")
def adopt() -> None:
    """Let this database mail, after it was restored from a backup or copied. Stop the one it comes from first."""
    from app.digest.repository.secrets import make_home

    with opened() as (_, database):
        make_home(database)
        say("this database mails from now on")


def _moment(text: str | None) -> Any:
    from app.core.clock import moment_or_now

    if text is None:
        return None
    try:
        return moment_or_now(text)
    except ValueError as error:
        complain(f"--now: {error}")
        raise typer.Exit(2) from None
