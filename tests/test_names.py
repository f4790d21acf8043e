"""Names are the field's standard terms: what was renamed does not come back."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = sorted(path for folder in ("app", "scrapers") for path in (ROOT / folder).rglob("*.py"))
# Modules and public functions and classes; fields of the HTTP contract, options and ordinary local words are exempt.
RETIRED_MODULES = frozenset(
    [
        "collecting",
        "dumping",
        "purging",
        "serving",
        "setup",
        "searching",
        "quick",
        "neighbours",
        "listing",
        "shaping",
        "recommending",
        "answering",
        "asking",
        "writing",
        "things",
        "guard",
        "observing",
        "gauges",
        "deprecating",
        "household",
        "hearsay",
        "likeness",
        "kinship",
        "joining",
        "near",
        "kin",
        "again",
        "curating",
        "loading",
        "rhythm",
        "switching",
        "adding",
        "details",
        "standing",
        "answers",
        "calls",
        "addresses",
        "parsing",
        "contentlines",
        "moments",
        "deciding",
        "keeping",
        "opening",
        "wording",
    ]
)
RETIRED_NAMES = frozenset(
    [
        "Aim",
        "Did",
        "Facts",
        "Given",
        "Holder",
        "Kept",
        "Kin",
        "Kinship",
        "Likeness",
        "Seen",
        "Shown",
        "Sighting",
        "Touch",
        "Trouble",
        "Went",
        "among",
        "beside",
        "kinship",
        "lasting",
        "lead_on",
        "likeness",
        "pulls",
        "rulings",
        "said_of",
        "sighting",
        "understand_query",
        "usual",
        "vanished",
        "widened",
        "window_of",
        "write_off",
    ]
)
MOST_LINES = 400


def public_names(path: Path) -> Iterator[str]:
    """The functions and classes of a module and the members of its classes, without those that begin with an underscore."""
    module = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(module):
        if isinstance(
            node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
        ) and not node.name.startswith("_"):
            yield node.name
        if isinstance(node, ast.ClassDef):
            yield from (
                member.target.id
                for member in node.body
                if isinstance(member, ast.AnnAssign) and isinstance(member.target, ast.Name)
            )


def test_the_walk_over_names_sees_functions_classes_and_fields(tmp_path):
    module = tmp_path / "module.py"
    module.write_text("class A:\n    kept: int\n    def go(self): ...\ndef _hidden(): ...\n")
    assert set(public_names(module)) == {"A", "kept", "go"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_and_its_names_are_standard_terms(path):
    assert path.stem not in RETIRED_MODULES
    assert RETIRED_NAMES.isdisjoint(public_names(path))


def test_a_file_is_one_idea():
    long = [
        str(path.relative_to(ROOT))
        for path in FILES
        if path.read_text(encoding="utf-8").count("\n") > MOST_LINES
    ]
    assert long == []
