"""A thousand invented names go through the API over a real socket; afterwards none of them stands anywhere.

The whole service runs in a process of its own, with its own folder for data and for temporary files and its log in a file,
so that what is searched is all that it could have written.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.app.network.exports import archive, connection, connections

ROOT = Path(__file__).parents[3]
NAMES = [f"Zyx{number}qv Wob{number}kj" for number in range(1_000)]
WORDS = [word.lower().encode() for name in NAMES for word in name.split()]
GOAL = json.dumps({"fields": ["data-science-ai"], "companies": ["Acme"]})


@pytest.fixture
def service(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """The address of a service, and the folder that holds all it writes."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    for name in ("data", "temp", "home"):
        (tmp_path / name).mkdir()
    environment = {
        "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(tmp_path / "home"),
        "TMPDIR": str(tmp_path / "temp"), "NEXTCIRCLE_DATA_DIR": str(tmp_path / "data"),
        "NEXTCIRCLE_PORT": str(port), "NEXTCIRCLE_LOG_LEVEL": "debug", "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "app.cli", "api"],
            env=environment,
            cwd=tmp_path / "home",
            stdout=log,
            stderr=log,
        )
        address = f"http://127.0.0.1:{port}"
        try:
            _wait(address, process, tmp_path / "log")
            yield address, tmp_path
        finally:
            process.terminate()
            process.wait(20)


def _wait(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        assert process.poll() is None, log.read_text()
        try:
            if httpx.get(f"{address}/healthz", timeout=2).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise AssertionError("the service did not start")


def _found(folder: Path) -> list[str]:
    """Files in which any of the names stands, by content or by their own name."""
    suspects = []
    for path in folder.rglob("*"):
        content = (path.read_bytes() if path.is_file() else b"").lower() + path.name.lower().encode()
        suspects += [str(path)] if any(word in content for word in WORDS) else []
    return suspects


def test_a_thousand_names_stand_nowhere_afterwards(service):
    address, folder = service
    rows = [connection(name, f"Data Scientist {name}", f"Acme {name}") for name in NAMES]
    export = connections(rows).encode()
    # More than a megabyte, from which on frameworks write uploads to files.
    padding = connections(
        connection(f"Pad{number} X", "Nurse", "P" * 250) for number in range(8_000)
    ).encode()
    page = f"<html>{' '.join(NAMES)}</html>".encode()
    with httpx.Client(base_url=address, timeout=60) as client:

        def send(*files: bytes, **texts: str) -> int:
            parts = [("file", (f"{NAMES[at]}.csv", each, "text/csv")) for at, each in enumerate(files)]
            return client.post("/v1/network/analyse", files=parts, data={"goal": GOAL} | texts).status_code

        progress = json.dumps({f"in:{name.lower().replace(' ', '-')}": {"state": "talked"} for name in NAMES})
        wrong = json.dumps({f"in:{NAMES[0]}": {"state": NAMES[1]}})
        assert send(export, padding) == 200
        assert (
            send(archive({"Connections.csv": export, f"{NAMES[2]}.vcf": b"BEGIN:VCARD"}), progress=progress)
            == 200
        )
        assert send(page) == 422
        assert send(f"a,b\n{','.join(NAMES)}\n".encode()) == 422
        assert send(archive({"Connections.csv": export})[:-50]) == 415
        assert send(export, progress=wrong) == 422
        assert send(export, goal=json.dumps({"fields": [NAMES[3]]})) == 422
        assert send(export, nothing=NAMES[4]) == 422
        plan = {
            "goal": json.loads(GOAL),
            "did": [
                {"what": "went", "event": {"id": NAMES[5]}, "met": [{"name": name} for name in NAMES[:40]]}
            ],
        }
        assert client.post("/v1/network/plan", json=plan).status_code == 200
        assert client.post("/v1/network/plan", json=plan | {NAMES[6]: 1}).status_code == 422
        with pytest.raises(httpx.HTTPError):
            client.post(
                "/v1/network/analyse",
                content=_cut(export),
                headers={"Content-Type": "multipart/form-data; boundary=b"},
            )
        assert client.get("/healthz").status_code == 200
        assert list((folder / "data").rglob("*.sqlite*")), "the database is not where it is searched"
        assert _found(folder) == []
    time.sleep(0.2)
    assert _found(folder) == []


def _cut(export: bytes) -> Iterator[bytes]:
    """A body that breaks off in the middle."""
    yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n' + export
    raise httpx.WriteError("the line is cut")


def test_the_analysis_on_ones_own_machine_opens_no_socket_and_writes_no_file(tmp_path):
    (tmp_path / "c.csv").write_text(connections([connection(NAMES[0], "Data Scientist", "Acme")]))
    (tmp_path / "g.json").write_text(GOAL)
    before = {path.name for path in tmp_path.iterdir()}
    script = (
        "import socket, sys\n"
        "def refused(*_, **__): raise SystemExit('a socket was opened')\n"
        "socket.socket = socket.create_connection = refused\n"
        "from app.cli import main\n"
        "main(sys.argv[1:])\n"
    )
    for command in (
        ["analyse", "c.csv", "--goal", "g.json"],
        ["plan", "--goal", "g.json"],
        ["contacts", "c.csv"],
    ):
        done = subprocess.run(
            [sys.executable, "-c", script, "network", *command, "--json"],
            capture_output=True, text=True, cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "NEXTCIRCLE_DATA_DIR": str(tmp_path / "data"),
                 "PYTHONDONTWRITEBYTECODE": "1"},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        json.loads(done.stdout)
        # Whole names are for the terminal and for a page of one's own: the document has the API's answer.
        if command[0] == "analyse":
            assert NAMES[0].split()[0] in done.stdout
            assert NAMES[0] not in _without_progress(done.stdout)
    assert {path.name for path in tmp_path.iterdir()} == before


def _without_progress(document: str) -> str:
    """An answer without what the client keeps for itself."""
    return json.dumps({name: value for name, value in json.loads(document).items() if name != "progress"})


def test_the_page_of_ones_own_is_the_only_file_and_only_where_it_was_asked_for(tmp_path):
    (tmp_path / "c.csv").write_text(connections([connection(NAMES[0], "Data Scientist", "Acme")]))
    (tmp_path / "g.json").write_text(GOAL)
    before = {path.name for path in tmp_path.iterdir()}
    done = subprocess.run(
        [sys.executable, "-m", "app.cli", "network", "analyse", "c.csv", "--goal", "g.json", "--html", "mine.html"],
        capture_output=True, text=True, cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "NEXTCIRCLE_DATA_DIR": str(tmp_path / "data"),
             "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert {path.name for path in tmp_path.iterdir()} - before == {"mine.html"}
    assert (tmp_path / "mine.html").stat().st_mode & 0o777 == 0o600
