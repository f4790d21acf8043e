"""What an operator adds is checked like the package's own rows, and counts wherever the taxonomy does."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.taxonomy.additions import AdditionsError, TaxonomyFile, read_additions
from app.taxonomy.taxonomy import load, package_rows
from tests.processes import run_command

FALCONRY = {
    "interests": [
        {
            "id": "falconry", "label": "Falconry", "category": "pets-animals",
            "keywords": ["falconry", "hawking"], "i18n": {"de": "Falknerei", "fr": "Fauconnerie", "es": "Cetrería"},
        }
    ],
    "fields": [{"id": "nursing", "keywords": ["flyingnurse"]}],
    "purposes": [{"id": "swap-meet", "label": "Swap meet", "usefulness": 0.1, "keywords": ["swap meet"]}],
}  # fmt: skip


def written(folder: Path, **files: object) -> Path:
    folder.mkdir(exist_ok=True)
    for name, document in files.items():
        text = document if isinstance(document, str) else json.dumps(document)
        (folder / f"{name}.json").write_text(text, encoding="utf-8")
    return folder


def run(data: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return run_command(
        [*arguments, "--json"],
        folder=data,
        environment={"PATH": os.environ["PATH"], "NEXTCIRCLE_DATA_DIR": str(data)},
        stdin=stdin,
    )


def test_the_packages_own_rows_pass_the_checks_of_an_operators():
    for name in ("fields", "interests", "purposes"):
        ours = {"career_clusters_2024", "naics_sectors", "soc_major"}
        rows = [{k: v for k, v in row.items() if k not in ours} for row in package_rows(name)]
        assert len(getattr(TaxonomyFile.model_validate({name: rows}), name)) == len(rows)


def test_a_new_interest_is_classified_listed_and_a_known_field_has_more_words(tmp_path):
    written(tmp_path / "taxonomy.d", own=FALCONRY)
    lines = [
        {"id": 1, "name": "Falconry club swap meet"},
        {"id": 2, "name": "Flyingnurse evening"},
        {"id": 3, "name": "Nurses' breakfast"},
    ]
    said = run(tmp_path, "classify", stdin="".join(json.dumps(each) + "\n" for each in lines))
    answers = [json.loads(line) for line in said.stdout.splitlines()]
    assert "falconry" in {each["id"] for each in answers[0]["interests"]}
    assert "swap-meet" in {each["id"] for each in answers[0]["purposes"]}
    assert answers[1]["fields"][0]["id"] == answers[2]["fields"][0]["id"] == "nursing"
    listed = json.loads(run(tmp_path, "taxonomy").stdout)
    assert {"id": "falconry", "label": "Falconry"}.items() <= listed["interests"][-1].items()
    assert len(listed["fields"]) == len(load().fields)


def test_a_title_with_the_words_of_an_added_field_is_judged_among_the_packages(tmp_path):
    added = {"id": "falcon-work", "label": "Falcon work", "family": "science", "titles": ["falcon nurse"]}
    written(tmp_path / "taxonomy.d", own={"fields": [added]})
    said = run(tmp_path, "classify", "--titles", stdin='{"id": 1, "title": "Falcon nurse"}\n')
    assert json.loads(said.stdout)["fields"][0]["id"] == "nursing"


def test_a_wrong_file_stops_the_command_and_says_where_and_what(tmp_path):
    written(
        tmp_path / "taxonomy.d",
        own={"interests": [{"id": "falconry", "label": "Falconry", "category": "birds"}]},
    )
    said = run(tmp_path, "taxonomy")
    assert said.returncode == 2
    assert "own.json: interests[0] (falconry): category: there is no 'birds'" in said.stderr
    assert "Traceback" not in said.stderr


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ("{", "the file: Invalid JSON"),
        ({"families": []}, "families: Extra inputs are not permitted"),
        ({"fields": [{"id": "Upper Case", "label": "x", "family": "science"}]}, "fields[0].id"),
        ({"fields": [{"id": "alchemy", "label": "Alchemy"}]}, "family: a new id needs one"),
        ({"fields": [{"id": "nursing", "label": "Nurses"}]}, "label: the id is known"),
        ({"purposes": [{"id": "duel", "label": "Duel", "usefulness": 2}]}, "purposes[0].usefulness"),
        ({"interests": [{"id": "a", "label": "A", "category": "games", "fields": ["b"]}]}, "fields: there is no 'b'"),
        ({"interests": [{"id": "games", "label": "All", "category": "games"}]}, "its number is that of 'games'"),
        ({"fields": [{"id": "alchemy", "label": "\n", "family": "science"}]}, "fields[0].label"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_place(tmp_path, document, problem):
    with pytest.raises(AdditionsError) as caught:
        read_additions(written(tmp_path / "d", own=document))
    assert len(caught.value.problems) == 1
    assert problem in caught.value.problems[0]


def test_two_files_may_build_on_each_other_but_not_name_one_thing_twice(tmp_path):
    first = {"fields": [{"id": "alchemy", "label": "Alchemy", "family": "science"}]}
    more = {"fields": [{"id": "alchemy", "keywords": ["gold"]}]}
    rows = read_additions(written(tmp_path / "good", a=first, b=more))
    assert [row["id"] for row in rows["fields"]] == ["alchemy", "alchemy"]
    with pytest.raises(AdditionsError, match=r"b\.json.*the id is known"):
        read_additions(written(tmp_path / "bad", a=first, b=first))


def test_an_empty_folder_adds_nothing(tmp_path):
    assert read_additions(tmp_path) == {}


@given(st.binary(max_size=60) | st.recursive(st.none() | st.text(max_size=9), lambda x: st.lists(x) | st.dictionaries(st.sampled_from(["fields", "id", "label", "x"]), x)).map(lambda x: json.dumps(x).encode()))  # fmt: skip
def test_no_file_is_too_odd(tmp_path_factory, content):
    folder = tmp_path_factory.mktemp("odd")
    (folder / "own.json").write_bytes(content)
    try:
        assert set(read_additions(folder)) <= {"fields", "interests", "purposes"}
    except AdditionsError as error:
        assert error.problems  # noqa: PT017
