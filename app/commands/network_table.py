"""The people of a plan as the contact table of a job tracker, for the eyes of their owner."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from app.commands.network_view import KINDS, whole_name
from app.commands.private_file import write_private
from app.network.trackers import TrackedPerson, with_people
from app.service.network import NetworkReport


def write_table(path: Path, report: NetworkReport) -> None:
    """Add the people to ask to a table, creating it if needed; existing lines stay. Raises OSError, or ValueError if the file is not text."""
    try:
        before = path.read_text(encoding="utf-8") if path.exists() else ""
    except UnicodeDecodeError:
        raise ValueError(f"--table: {path} is not a UTF-8 text file; choose another file") from None
    write_private(path, with_people(before, _people(report)).encode())


def _people(report: NetworkReport) -> Iterator[TrackedPerson]:
    for action in report.answer["actions"]:
        contact = action["contact"]
        if contact is None or action["kind"] == "close":
            continue
        person = report.named.get(contact["key"])
        yield TrackedPerson(
            whole_name(contact, report.named),
            contact["company"] or "",
            "peer",
            contact["position"] or "",
            (person.url or "") if person is not None else "",
            KINDS[action["kind"]],
        )
