"""SQL stands in few rooms: the search, what is stored, maintenance, models, and the repositories of the other rooms."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

APP = Path(__file__).parent.parent / "app"
ALLOWED_FOLDERS = {"search", "store", "models", "maintenance", "repository"}
ALLOWED_FILES = {"repository.py", "db.py"}
STATEMENTS = {"select", "insert", "update", "delete", "text", "func"}


def modules() -> list[Path]:
    return [
        path
        for path in sorted(APP.rglob("*.py"))
        if path.name not in ALLOWED_FILES and not ALLOWED_FOLDERS & set(path.relative_to(APP).parts)
    ]


def sql_in(source: str) -> list[str]:
    """What a module does with SQL, as it is written there."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in {
            "sqlalchemy",
            "sqlmodel",
        }:
            found += [f"imports {each.name}" for each in node.names if each.name in STATEMENTS]
        elif isinstance(node, ast.ImportFrom) and node.module == "app.db":
            found += ["imports rows" for each in node.names if each.name == "rows"]
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in {"execute", "exec_driver_sql"}
        ):
            found.append(f"calls {node.func.attr}")
    return found


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(APP)))
def test_a_module_outside_of_these_rooms_asks_no_database(path):
    assert sql_in(path.read_text("utf-8")) == []


def test_sql_is_seen_where_there_is_some():
    source = "from sqlalchemy import select\nfrom app.db import rows\nconnection.execute(select(1))\n"
    assert sql_in(source) == ["imports select", "imports rows", "calls execute"]
