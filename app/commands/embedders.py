"""The commands about sites that show embeds: listing them, disabling one, enabling it again."""

from __future__ import annotations

from typing import Annotated

import typer

from app.commands.context import opened
from app.commands.output import as_json, complain, print_json, say

app = typer.Typer()
embedders_app = typer.Typer(help="See which sites show embeds, and disable one.", no_args_is_help=True)
app.add_typer(embedders_app, name="embedders")
_Site = Annotated[str, typer.Argument(metavar="SITE", help="Its origin, such as https://jobs.example")]


@embedders_app.command("list")
def embedders_list() -> None:
    """Every site, the one seen last first."""
    from app.embedders.repository import embedders

    with opened() as (_, database):
        rows = embedders(database)
        if as_json():
            print_json({"embedders": rows})
            return
        for row in rows:
            seen = f"last seen {row['last_seen_at']:%Y-%m-%d}" if row["last_seen_at"] else "never seen"
            state = f"disabled: {row['reason']}" if row["disabled_at"] else "enabled"
            say(f"{row['origin']}  {seen}, on {row['days']} days  {state}")
        if not rows:
            say("no site has shown an embed yet")


@embedders_app.command("disable")
def embedders_disable(
    site: _Site, reason: Annotated[str, typer.Option(help="Why; for you and other operators")]
) -> None:
    """Refuse embeds to a site, within ten seconds."""
    from app.auth.repository.audit import recorder
    from app.core.clock import utc_now
    from app.embedders.repository import disable

    origin = _origin(site)
    with opened() as (_, database):
        now = utc_now()
        disable(
            database,
            origin,
            reason[:200],
            now,
            recorder("command", "embedder.disable", origin, now, {"reason": reason[:200]}),
        )
        _done(origin, "disabled")


@embedders_app.command("enable")
def embedders_enable(site: _Site) -> None:
    """Allow embeds to a site again."""
    from app.auth.repository.audit import recorder
    from app.core.clock import utc_now
    from app.embedders.repository import enable

    origin = _origin(site)
    with opened() as (_, database):
        if not enable(database, origin, recorder("command", "embedder.enable", origin, utc_now())):
            complain(f"{origin} is not disabled; `nextcircle embedders list` shows the sites")
            raise typer.Exit(1)
        _done(origin, "enabled")


def _origin(site: str) -> str:
    from app.embedders.origins import origin_of

    origin = origin_of(site)
    if origin is None:
        complain(f"{site!r} is not the address of a site, such as https://jobs.example")
        raise typer.Exit(2)
    return origin


def _done(origin: str, deed: str) -> None:
    if as_json():
        print_json({"origin": origin, "done": deed})
    else:
        say(f"{origin} is {deed}")
