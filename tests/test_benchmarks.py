"""Every benchmark can be started: its imports and its options work."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

# `bare` is a server that the others start with an environment of its own.
BENCHMARKS = sorted(
    {path.stem for path in (Path(__file__).parents[1] / "benchmarks").glob("[a-z]*.py")} - {"bare"}
)


@pytest.mark.parametrize("name", BENCHMARKS)
def test_a_benchmark_is_imported(name: str):
    assert importlib.import_module(f"benchmarks.{name}").__doc__
