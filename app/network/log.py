"""What was done in a search, as rows by date, out of progress that the client keeps; and the pace of a week. Pure.

Offices that pay unemployment benefits ask for such a list. What counts for them they decide themselves: nothing here says so.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from datetime import date, timedelta
from typing import Any, Final

from app.network.progress import ContactState, Progress, Visit

HEADER: Final = ("Date", "Activity", "Person", "Organisation or event", "Method", "Notes")
_ACTIVITIES: Final = {
    "asked": "Asked for a conversation",
    "nudged": "Sent a reminder",
    "answered": "Had an answer",
    "talked": "Had a conversation",
    "met": "Met in person",
    "thanked": "Sent thanks",
    "declined": "Was declined",
}
# Of contacts whose single steps were not noted: what their state says of the last one.
_STATES: Final = {"pending": "asked", "talked": "talked", "done": "talked"}
_CONVERSATIONS: Final = frozenset({"talked", "met"})
# What a spreadsheet would take for a formula.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class LogRow:
    """One thing that was done. `what` is the code of the activity."""

    on: date
    what: str
    person: str
    place: str
    method: str
    notes: str

    def cells(self) -> tuple[str, ...]:
        """As the columns of `HEADER`."""
        activity = _ACTIVITIES.get(self.what, "Went to an event")
        return (self.on.isoformat(), activity, self.person, self.place, self.method, self.notes)


def search_log(progress: Progress, since: date | None = None, until: date | None = None) -> list[LogRow]:
    """Everything that was done from a day on to another, both included, in order."""
    rows = [row for key, touch in progress.touches.items() for row in _of_contact(key, touch)]
    rows += [
        row for key, visit in progress.visits.items() if key.startswith("event:") for row in _of_visit(visit)
    ]
    chosen = [
        row for row in rows if (since is None or row.on >= since) and (until is None or row.on <= until)
    ]
    return sorted(chosen, key=astuple)


def as_csv(rows: Iterable[LogRow]) -> str:
    """The log as a table for spreadsheets, in which no cell is a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(HEADER)
    writer.writerows([_inert(cell) for cell in row.cells()] for row in rows)
    return text.getvalue()


def pace(progress: Progress, capacity: int, today: date) -> dict[str, Any]:
    """What was done since Monday, in numbers and in a sentence that asks for nothing."""
    monday = today - timedelta(days=today.weekday())
    rows = search_log(progress, monday, today)
    asked = len({row.person for row in rows if row.what == "asked"})
    talks = len({row.person for row in rows if row.what in _CONVERSATIONS})
    evenings = sum(row.what == "went" for row in rows)
    return {
        "since": monday.isoformat(),
        "asked": asked,
        "conversations": talks,
        "evenings": evenings,
        "capacity": capacity,
        "text": _sentence(asked, talks, evenings),
    }


def _sentence(asked: int, talks: int, evenings: int) -> str:
    done = [
        f"{count} {one if count == 1 else many}"
        for count, one, many in (
            (asked, "person asked", "people asked"),
            (talks, "conversation held", "conversations held"),
            (evenings, "evening out", "evenings out"),
        )
        if count
    ]
    return (
        f"This week: {', '.join(done)}."
        if done
        else "This week: nothing noted yet. One conversation is a good week."
    )


def _of_contact(key: str, touch: ContactState) -> Iterator[LogRow]:
    if touch.by == "export":
        return
    name = touch.name or (key[5:].partition("|")[0] if key.startswith("name:") else key.removeprefix("in:"))
    steps: Sequence[tuple[str, date]] = [(step.what, step.on) for step in touch.steps]
    if not steps and touch.at is not None and touch.state in _STATES:
        steps = [(_STATES[touch.state], touch.at)]
    for what, on in steps:
        if what not in _ACTIVITIES:
            continue
        in_person = what == "met"
        place = touch.met_at if in_person and touch.met_at and touch.met_on == on else touch.company
        method = "in person" if in_person else "LinkedIn" if key.startswith("in:") else ""
        notes = touch.said if what in _CONVERSATIONS else None
        yield LogRow(on, what, name, place or "", method, notes or "")


def _of_visit(visit: Visit) -> Iterator[LogRow]:
    if visit.at is not None:
        met = f"met {len(visit.met)}" if visit.met else ""
        yield LogRow(visit.at, "went", "", visit.name or "", "in person", met)


def _inert(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
