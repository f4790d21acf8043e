"""The commands that show what the deciders make of lines of text: places, fields, and which listings are one."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer

from app.commands.context import explained, input_lines, take_in_taxonomy
from app.commands.json_input import json_lines, parse_json
from app.commands.output import as_json, complain, print_json, print_line, say

app = typer.Typer()


@app.command()
def locate(
    near: Annotated[str | None, typer.Option(help="A place that the others are near")] = None,
    country: Annotated[str | None, typer.Option(help="ISO 3166-1 alpha-2, where they probably are")] = None,
) -> None:
    """Print the place that each line of the input names."""
    from app.places.lines import locate_lines

    with explained():
        try:
            answers = locate_lines(input_lines(), near=near, country=country)
        except ValueError as error:
            complain(str(error))
            raise typer.Exit(2) from None
        for answer in answers:
            print_line(answer, lambda each: (each["place"] or {}).get("name") or "-")


@app.command()
def understand(
    near: Annotated[
        str | None, typer.Option(help="A place: of several of one name the near one is meant")
    ] = None,
    now: Annotated[str | None, typer.Option(help="The current time, ISO 8601: adds `from` and `to`")] = None,
    timezone: Annotated[
        str | None,
        typer.Option(help="The zone of the days, an IANA name; with --now, the place's by default"),
    ] = None,
) -> None:
    """Print what each sentence of the input asks for ({id, text}): place, topics, times, and what is left for the text."""
    from app.understanding.lines import understand_lines

    with explained():
        take_in_taxonomy()
        try:
            answers = understand_lines(json_lines(), near=near)
            spans = _spans(now, timezone)
        except ValueError as error:
            complain(str(error))
            raise typer.Exit(2) from None
        for answer in answers:
            print_line(answer | spans(answer), _understood)


def _understood(answer: dict[str, Any]) -> str:
    parts = ", ".join(f"{part['member']}={part['value']}" for part in answer["parts"])
    return f"{answer['id']}: {parts or '-'}"


def _spans(now: str | None, timezone: str | None) -> Callable[[dict[str, Any]], dict[str, str]]:
    """What `from_to` of an answer spans at a time. Raises ValueError for a time or zone that is none."""
    if now is None and timezone is None:
        return lambda _: {}
    from app.core.clock import moment_or_now
    from app.core.zones import zone as zone_named
    from app.places.gazetteer import timezone_around
    from app.search.times import span

    try:
        moment = moment_or_now(now)
    except ValueError as error:
        raise ValueError(f"--now {now!r}: {error}") from None
    if timezone is not None:
        zone_named(timezone)

    def spanned(answer: dict[str, Any]) -> dict[str, str]:
        words = answer["from_to"]
        if words is None:
            return {}
        zone = timezone or (timezone_around(*answer["near_latlon"]) if answer["near_latlon"] else "UTC")
        start, end = span(words, words, zone, moment)
        return {"from": start.isoformat(), "to": end.isoformat() if end else ""}

    return spanned


@app.command()
def classify(
    titles: Annotated[bool, typer.Option("--titles", help="The lines are job titles: {id, title}")] = False,
) -> None:
    """Print the career fields, interests and purposes of each JSON line of the input ({id, name, description, keywords})."""
    from app.taxonomy.lines import classify_lines

    with explained():
        take_in_taxonomy()
        for answer in classify_lines(json_lines(), titles=titles):
            print_line(
                answer,
                lambda each: f"{each['id']}: {', '.join(found['id'] for found in each['fields']) or '-'}",
            )


@app.command()
def match(
    pairs: Annotated[
        Path | None, typer.Option("--pairs", help="CSV with id_a,id_b: judge these pairs instead")
    ] = None,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain", help="Say why: every pair that came close, with what spoke for and against"
        ),
    ] = False,
) -> None:
    """Print which JSON lines of the input ({id, name, url, start, end, city ...}) are the same event."""
    import csv

    from app.ingest.matching.lines import explained_lines, match_lines, match_pairs

    if explain and pairs is not None:
        complain("give --pairs FILE, which says why by itself, or --explain")
        raise typer.Exit(2)
    with explained():
        if explain:
            for answer in explained_lines(json_lines()):
                print_line(answer, _why)
            return
        if pairs is None:
            for answer in match_lines(json_lines()):
                print_line(answer, lambda each: " ".join(each["ids"]))
            return
        with pairs.open(encoding="utf-8", newline="") as file:
            wanted = [(row.get("id_a") or "", row.get("id_b") or "") for row in csv.DictReader(file)]
        for answer in match_pairs(json_lines(), wanted):
            print_line(
                answer,
                lambda each: (
                    f"{each['id_a']} {each['id_b']}: {'same' if each['same'] else 'different'} "
                    f"({each['probability']}) {', '.join(each['reasons'])}"
                ),
            )


def _why(answer: dict[str, Any]) -> str:
    weights = ", ".join(f"{name} {weight:+.1f}" for name, weight in answer["weights"].items())
    verdict = "same" if answer["joined"] else "different"
    return f"{answer['id_a']} {answer['id_b']}: {verdict} ({answer['probability']}) {weights}"


@app.command()
def rank(
    profile: Annotated[
        Path | None,
        typer.Option(
            "--profile", help='One person, JSON: {"near", "fields", "interests", "groups", "covered", ...}'
        ),
    ] = None,
    profiles: Annotated[
        Path | None, typer.Option("--profiles", help="Many people, a JSON line each; only ids are printed")
    ] = None,
    top: Annotated[int | None, typer.Option(min=1, help="So many groups for each person")] = None,
    now: Annotated[
        str | None, typer.Option("--now", help="The current time, ISO 8601; now by default")
    ] = None,
) -> None:
    """Rank the groups of the input ({id, name, description, city, members, last_event ...}) for a person."""
    from app.core.clock import moment_or_now
    from app.recommend.lines import ProfileError, Ranker

    if (profile is None) == (profiles is None):
        complain("give --profile FILE for one person, or --profiles FILE for many")
        raise typer.Exit(2)
    try:
        moment = moment_or_now(now)
    except ValueError as error:
        complain(f"--now {now!r}: {error}")
        raise typer.Exit(2) from None
    with explained():
        take_in_taxonomy()
        try:
            wanted = _profiles(profile or profiles, many=profile is None)
            ranker = Ranker(json_lines(), moment)
            if profile is not None:
                for answer in islice(ranker.answers(wanted[0]), top):
                    print_line(answer, _ranked)
                return
            for each in wanted:
                print_line(
                    {"profile": each.get("id"), "ranking": ranker.ids(each)[:top]},
                    lambda line: " ".join(map(str, line["ranking"])),
                )
        except ProfileError as error:
            complain(str(error))
            raise typer.Exit(1) from None


def _ranked(answer: dict[str, Any]) -> str:
    why = "; ".join(reason["text"] for reason in answer["reasons"])
    return f"{answer['score']:6.2f}  {answer['id']}  {why}"


def _profiles(file: Path | None, *, many: bool) -> list[dict[str, Any]]:
    """The profiles of a file. Raises `ProfileError` for what is not a JSON object."""
    from app.recommend.lines import ProfileError

    assert file is not None
    text = file.read_text("utf-8-sig")
    found = []
    for number, part in enumerate(text.splitlines() if many else [text], 1):
        if many and not part.strip():
            continue
        try:
            document = parse_json(part, str(file), number)
        except ValueError as error:
            raise ProfileError(str(error)) from None
        if not isinstance(document, dict):
            where = f"{file}, line {number}" if many else str(file)
            raise ProfileError(f"{where}: a profile is a JSON object")
        found.append(document)
    return found


@app.command()
def taxonomy() -> None:
    """Show career fields, interests and purposes."""
    from app.taxonomy.lines import taxonomy_json

    with explained():
        take_in_taxonomy()
    document = taxonomy_json()
    if as_json():
        print_json(document)
        return
    for family in document["families"]:
        say(f"{family['label']} ({family['id']})")
        for field in document["fields"]:
            if field["family"] == family["id"]:
                say(f"  {field['label']} ({field['id']})")
