"""A network's map and plan for people at a terminal: tables and sentences instead of JSON. It decides nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from rich.console import Console, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from app.network.people import People

_KINDS = {
    "ask_coffee": "Ask for a coffee",
    "reconnect": "Get back in touch",
    "nudge": "Remind once",
    "thank_you": "Thank",
    "ask_referral": "Ask for a referral",
    "ask_intro": "Ask for an introduction",
    "attend_group": "Go to a group",
    "close": "Leave it",
}
_GOALS = {"target": "* your goal", "adjacent": "next to it"}
_MOST_ROWS = 10


def show_contacts(people: People) -> None:
    """Everybody who was read."""
    table = _table("Name", "Title", "Company", "Since", "Channels")
    for each in people.persons:
        told = each.as_dict()
        table.add_row(
            each.name,
            each.title or "",
            each.company or "",
            told["connected_on"] or "",
            ", ".join(told["channels"]),
        )
    console = _console()
    console.print(table)
    console.print(f"{len(people.persons)} people in {people.read} rows")


def show_analysis(answer: dict[str, Any]) -> None:
    """Map, exhaustion, actions."""
    console = _console()
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
        console.print(_targets(network["targets"]))
    _show_actions(console, answer["actions"])
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
    _show_actions(console, answer["actions"])
    console.print(_title("Questions for a conversation"))
    for each in answer["questions"]["peer"]:
        console.print(f"  - {each}")
    console.print(_title("Drafts"))
    for each in answer["drafts"]:
        console.print(f"  {_KINDS.get(each['kind'], each['kind'].capitalize())}")
        console.print(Padding(Text(each["text"], style="italic"), (0, 0, 1, 4)))


def _targets(targets: Iterable[dict[str, Any]]) -> Table:
    table = _table("Company", "You know", "Who")
    for each in targets:
        who = [
            f"{person['name']}, {person['position'] or '?'}"
            + (f" ({person['company']}?)" if person["confirm"] else "")
            for person in each["people"]
        ]
        more = each["contacts"] - len(who)
        who += [f"and {more} more"] if more > 0 else []
        table.add_row(each["company"], str(each["contacts"]), "\n".join(who) or "nobody yet")
    return table


def _show_actions(console: Console, actions: Iterable[dict[str, Any]]) -> None:
    console.print(_title("What to do next"))
    for number, each in enumerate(actions, 1):
        console.print(_action(number, each))


def _action(number: int, action: dict[str, Any]) -> Group:
    contact = action["contact"]
    lines = Text(f"{number}. {_KINDS[action['kind']]}", style="bold")
    if contact is not None:
        work = ", ".join(each for each in (contact["position"], contact["company"]) if each)
        lines.append(f": {contact['name']}" + (f" ({work})" if work else ""))
    parts: list[Any] = [lines]
    parts += [Text(f"   {reason['text']}") for reason in action["reasons"]]
    if action["search"] is not None:
        query = action["search"]["query"]
        parts.append(Text(f"   Look for groups: {' '.join(_options(query))}"))
    if action["draft"] is not None:
        parts.append(Padding(Text(action["draft"]["text"], style="italic"), (0, 0, 0, 6)))
    parts += [Text(f"      ? {question}", style="dim") for question in action["questions"]]
    return Group(*parts, Text(""))


def _options(query: dict[str, Any]) -> Iterable[str]:
    yield "nextcircle search"
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
