"""Regular expressions over text from outside take time in proportion to it: every pattern of the project, against growing input."""

from __future__ import annotations

import ast
import importlib
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
# Run by hand over data of our own, never over text from outside.
BUILT = {"app.places.build", "app.taxonomy.build", "app.taxonomy.calibrate", "app.taxonomy.examples"}
SMALL, LARGE = 3_000, 12_000
# Four times the text: linear takes four times as long, quadratic sixteen times.
MOST_GROWTH = 9
QUICK_SECONDS = 0.004
_SEARCHING = {"search", "sub", "subn", "findall", "finditer", "split"}


@dataclass(frozen=True)
class Pattern:
    """A pattern where it stands, and the methods that it is called with there."""

    name: str
    compiled: re.Pattern[Any]
    methods: frozenset[str]


def modules() -> Iterator[str]:
    for folder in ("app", "scrapers"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            if name not in BUILT:
                yield name


def patterns() -> list[Pattern]:
    found: dict[tuple[Any, int], Pattern] = {}
    for name in modules():
        module = importlib.import_module(name)
        tree = ast.parse(Path(str(module.__file__)).read_text("utf-8"))
        called: dict[str, set[str]] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                called.setdefault(node.value.id, set()).add(node.attr)
        for variable, value in vars(module).items():
            held = (
                value.values()
                if isinstance(value, dict)
                else value
                if isinstance(value, tuple | list)
                else [value]
            )
            for each in held:
                if isinstance(each, re.Pattern):
                    # One that is handed around may be used in any way.
                    methods = called.get(variable, set()) if each is value else set()
                    methods = methods & (_SEARCHING | {"match", "fullmatch"}) or {"search"}
                    found.setdefault(
                        (each.pattern, each.flags), Pattern(f"{name}.{variable}", each, frozenset(methods))
                    )
    return list(found.values())


def samples(compiled: re.Pattern[Any]) -> set[str]:
    """Pieces of text that a pattern may linger on: each of its characters, and its literals together."""
    source = compiled.pattern if isinstance(compiled.pattern, str) else compiled.pattern.decode("latin-1")
    pieces: set[str] = {" ", "a", "A", "1", "-", "\n"}

    def walk(tree: Any) -> str:
        """The literals of a branch, one after the other."""
        run = ""
        for code, argument in tree:
            if code in {codes.LITERAL, codes.NOT_LITERAL}:
                run += chr(argument)
                pieces.add(chr(argument))
            elif code is codes.IN:
                chosen = ""
                for inner, value in argument:
                    if inner is codes.LITERAL:
                        chosen = chosen or chr(value)
                    elif inner is codes.RANGE:
                        chosen = chosen or chr(value[0])
                    elif inner is codes.CATEGORY:
                        chosen = chosen or _of_category(value)
                if chosen:
                    pieces.add(chosen)
                    run += chosen
            elif code is codes.CATEGORY:
                run += _of_category(argument)
            elif code in {codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT}:
                inside = walk(argument[2])
                run += inside * max(1, min(argument[0], 4))
            elif code is codes.SUBPATTERN:
                run += walk(argument[3])
            elif code is codes.ATOMIC_GROUP:
                run += walk(argument)
            elif code is codes.BRANCH:
                branches = [walk(branch) for branch in argument[1]]
                run += branches[0] if branches else ""
            elif code in {codes.ASSERT, codes.ASSERT_NOT}:
                walk(argument[1])
        if run:
            pieces.update({run, run[:1], run[: len(run) // 2]})
        return run

    walk(_parser.parse(source, compiled.flags & ~re.DEBUG))
    return {piece for piece in pieces if piece}


def _of_category(category: Any) -> str:
    return {
        codes.CATEGORY_DIGIT: "1",
        codes.CATEGORY_SPACE: "\t",
        codes.CATEGORY_WORD: "a",
        codes.CATEGORY_NOT_DIGIT: "a",
        codes.CATEGORY_NOT_SPACE: "a",
        codes.CATEGORY_NOT_WORD: "-",
    }.get(category, "a")


def seconds(pattern: Pattern, text: str) -> float:
    """The least of a few measurements, of all ways in which the pattern is used."""
    subject: Any = text if isinstance(pattern.compiled.pattern, str) else text.encode("latin-1", "replace")
    least = 9.0
    for _ in range(3):
        began = time.process_time()
        for method in pattern.methods:
            if method in {"sub", "subn"}:
                pattern.compiled.sub(lambda match: match[0], subject)
            elif method == "finditer":
                list(pattern.compiled.finditer(subject))
            else:
                getattr(pattern.compiled, method)(subject)
        least = min(least, time.process_time() - began)
        if least < QUICK_SECONDS:
            break
    return least


def grows_slowly(pattern: Pattern, before: str, piece: str, after: str) -> bool:
    """Whether four times the text takes far less than sixteen times as long, in one of a few comparisons: others use the processor."""
    texts = [before + piece * (size // len(piece)) + after for size in (SMALL, LARGE)]
    return any(seconds(pattern, texts[1]) < MOST_GROWTH * seconds(pattern, texts[0]) for _ in range(3))


@pytest.mark.parametrize("pattern", patterns(), ids=lambda pattern: pattern.name)
def test_a_pattern_takes_time_in_proportion_to_the_text(pattern):
    pieces = samples(pattern.compiled)
    beginnings = sorted(pieces, key=len)[-2:]
    for piece in sorted(pieces):
        for before, after in (("", "\0"), ("", ""), *((begin, "\0") for begin in beginnings)):
            large = seconds(pattern, before + piece * (LARGE // len(piece)) + after)
            if large < QUICK_SECONDS:
                continue
            assert grows_slowly(pattern, before, piece, after), (piece[:40], before[:40], after)


def test_a_pattern_that_backtracks_is_found(monkeypatch):
    # Enough to tell, as it takes a sixteenth of the time.
    monkeypatch.setattr(f"{__name__}.SMALL", SMALL // 4)
    monkeypatch.setattr(f"{__name__}.LARGE", LARGE // 4)
    bad = Pattern("bad", re.compile(r"\*\*(.+?)\*\*x"), frozenset({"search"}))
    with pytest.raises(AssertionError):
        test_a_pattern_takes_time_in_proportion_to_the_text(bad)
