"""The command `nextcircle`: every stage by hand, and the processes.

`--json`, anywhere among the options, prints JSON. No traceback ever reaches a person.
"""

from __future__ import annotations

import sys
from typing import Annotated, Any, Final

import typer

from app.commands import (
    data,
    digest,
    embedders,
    jobs,
    keys,
    listings,
    network,
    processes,
    search,
    sources,
    toolbox,
)
from app.commands.output import choose_json
from app.runtime.signals import exit_when_told

_SERVICES: Final = frozenset({"api", "sandbox", "serve", "worker"})
app = typer.Typer(
    name="nextcircle",
    help="Finds the meetup groups and events where your next connection is.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for commands in (processes, search, jobs, listings, toolbox, network, digest, embedders, sources, keys, data):
    app.add_typer(commands.app)


def main(arguments: list[str] | None = None) -> None:
    """Entry of the console script."""
    words = sys.argv[1:] if arguments is None else arguments
    # A service that is told to stop has done its work; a backup, say, has not.
    if not _SERVICES.isdisjoint(words):
        exit_when_told()
    choose_json(False)
    command = _with_json_option(typer.main.get_command(app))
    try:
        command(args=arguments, prog_name="nextcircle")
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # The reader of a pipe (head, say) has seen enough.
        sys.stderr.close()
        sys.exit(0)


def _with_json_option(command: Any) -> Any:
    """The command and all that it holds, each with the option `--json`: wherever it stands, it counts."""
    command.params.append(_json_option())
    for inner in getattr(command, "commands", {}).values():
        _with_json_option(inner)
    return command


def _json_option() -> Any:
    """The option, as typer makes it of a function."""

    def described(
        json: Annotated[
            bool, typer.Option("--json", help="Print JSON", callback=_chosen, expose_value=False)
        ] = False,
    ) -> None:
        """Never called: only its signature is read."""

    alone = typer.Typer(add_completion=False)
    alone.command()(described)
    return typer.main.get_command(alone).params[0]


def _chosen(value: bool) -> None:
    if value:
        choose_json(True)


if __name__ == "__main__":
    main()
