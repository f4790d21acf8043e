"""A network's map and plan for people at a terminal: tables and sentences instead of JSON. It decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from app.service.network import NamedPerson, NetworkReport

if TYPE_CHECKING:
    from app.network.people import People

KINDS = {
    "ask_coffee": "Ask for a coffee",
    "reconnect": "Get back in touch",
    "nudge": "Remind once",
    "thank_you": "Thank",
    "ask_referral": "Ask for a referral",
    "ask_intro": "Ask for an introduction",
    "attend_group": "Go to a group",
    "close": "Leave it",
}
_TEMPLATES = {
    "ask_peer": "Ask somebody of your own field for a coffee",
    "ask_recruiter": "Ask a recruiter for a call",
    "ask_company": "Ask about a company",
    "ask_inside": "Ask somebody at a company whom to speak to",
    "note": "Connect after meeting",
}
_GOALS = {"target": "* your goal", "adjacent": "next to it"}
_MOST_ROWS = 10


def show_contacts(people: People) -> None:
    """Everybody who was read."""
    table = _table("Name", "Title", "Company", "Since", "Channels", "Key")
    for each in people.persons:
        told = each.as_dict()
        table.add_row(
            each.name,
            each.title or "",
            each.company or "",
            told["connected_on"] or "",
            ", ".join(told["channels"]),
            each.key,
        )
    console = _console()
    console.print(table)
    console.print(f"{len(people.persons)} people in {people.read} rows")


def show_log(header: Sequence[str], rows: Sequence[Sequence[str]], head: Sequence[str] = ()) -> None:
    """What was done, by date, below the lines of `head`."""
    table = _table(*header)
    for row in rows:
        table.add_row(*row)
    console = _console()
    for line in head:
        console.print(line)
    if head:
        console.print()
    console.print(table if rows else "Nothing was noted yet; tell with --did what you do.")


def show_analysis(report: NetworkReport) -> None:
    """Map, exhaustion, actions, with the whole names of one's own contacts."""
    console, answer, named = _console(), report.answer, report.named
    counts, exhaustion, network = answer["contacts"], answer["exhaustion"], answer["map"]
    console.print(_headline(exhaustion["headline"], exhaustion["phase"]))
    console.print(f"  {exhaustion['summary']}")
    for sentence in exhaustion["why"]:
        console.print(f"  - {sentence}")
    met = f" and {counts['met']} met at evenings" if counts["met"] else ""
    console.print(_title(f"{counts['usable']} people{met}"))
    fields = _table("Field", "People", "Employers", "Goal")
    for each in network["by_field"][:_MOST_ROWS]:
        fields.add_row(
            each["label"], str(each["contacts"]), str(each["employers"]), _GOALS.get(each["goal"], "")
        )
    console.print(fields)
    if network["targets"]:
        console.print(_title("Where you want to go"))
        console.print(_targets(network["targets"], named))
    _show_actions(console, answer["actions"], named)
    console.print(answer["pace"]["text"])
    console.print(
        Text(
            f"\nLook again on {exhaustion['next_review']}. Keep the answer with --json, for --progress next time.",
            "dim",
        )
    )


def show_plan(answer: dict[str, Any]) -> None:
    """State and actions; what to ask, where there is nobody to ask by name."""
    console = _console()
    console.print(_headline(answer["headline"], answer["phase"]))
    if answer["summary"]:
        console.print(f"  {answer['summary']}")
    named = {
        key: NamedPerson(each["name"], None)
        for key, each in answer["progress"].items()
        if "name" in each and not key.startswith(("event:", "group:"))
    }
    _show_actions(console, answer["actions"], named)
    console.print(_title("Questions for a conversation"))
    for each in answer["questions"]["peer"]:
        console.print(f"  - {each}")
    console.print(_title("Drafts"))
    for each in answer["drafts"]:
        console.print(f"  {(KINDS | _TEMPLATES)[each['kind']]}")
        console.print(Padding(Text(each["text"], style="italic"), (0, 0, 1, 4)))


def _targets(targets: Iterable[dict[str, Any]], named: Mapping[str, NamedPerson]) -> Table:
    table = _table("Company", "You know", "Who")
    for each in targets:
        who = [
            f"{whole_name(person, named)}, {person['position'] or 'title unknown'}"
            + (f" (probably: {person['company']})" if person["match"] != "exact" else "")
            for person in each["people"]
        ]
        more = each["contacts"] - len(who)
        who += [f"and {more} more"] if more > 0 else []
        who += [each["you"]] if each["you"] else []
        table.add_row(
            each["company"], str(each["contacts"]), "\n".join(who) or f"nobody yet; {each['second_degree']}"
        )
    return table


def _show_actions(
    console: Console, actions: Iterable[dict[str, Any]], named: Mapping[str, NamedPerson]
) -> None:
    console.print(_title("What to do next"))
    for number, each in enumerate(actions, 1):
        console.print(_action(number, each, named))


def whole_name(contact: Mapping[str, Any], named: Mapping[str, NamedPerson]) -> str:
    """The whole name of somebody whom an answer names by first name and initial."""
    person = named.get(contact["key"])
    return person.name if person is not None else str(contact["name"])


def _action(number: int, action: dict[str, Any], named: Mapping[str, NamedPerson]) -> Group:
    contact = action["contact"]
    lines = Text(f"{number}. {KINDS[action['kind']]}", style="bold")
    if contact is not None:
        work = ", ".join(each for each in (contact["position"], contact["company"]) if each)
        lines.append(f": {whole_name(contact, named)}" + (f" ({work})" if work else ""))
    parts: list[Any] = [lines]
    if contact is not None:
        person = named.get(contact["key"])
        where = [each for each in (person.url if person else None, f"key {contact['key']}") if each]
        parts.append(Text(f"   {'  '.join(where)}", style="dim"))
    parts += [Text(f"   {reason['text']}") for reason in action["reasons"]]
    if action["search"] is not None:
        query = action["search"]["query"]
        parts.append(Text(f"   Find them: {' '.join(_options(query))}"))
        parts.append(
            Text("   or add --then recommend to this command, which also counts what your network covers")
        )
    if action["draft"] is not None:
        parts.append(Padding(Text(action["draft"]["text"], style="italic"), (0, 0, 0, 6)))
    parts += [Text(f"      ? {question}", style="dim") for question in action["questions"]]
    return Group(*parts, Text(""))


def _options(query: dict[str, Any]) -> Iterable[str]:
    yield "nextcircle recommend"
    for place in query["near"]:
        yield f'--near "{place}"'
    for field in query["field"][:3]:
        yield f"--field {field}"


def _headline(headline: str, phase: str) -> Text:
    return Text(headline, style="bold green").append(f"  [{phase}]", style="dim")


def _title(text: str) -> Text:
    return Text(f"\n{text}", style="bold underline")


def _table(*columns: str) -> Table:
    return Table(*columns, box=None, header_style="bold", padding=(0, 2, 0, 0))


def _console() -> Console:
    # Names come from outside: brackets in them are not markup.
    return Console(highlight=False, markup=False)
