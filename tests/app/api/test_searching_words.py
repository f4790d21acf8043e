"""Text, companies, access, totals and reasons over the API, on both databases."""

from __future__ import annotations

import pytest

BOSTON = "Boston, MA"


@pytest.fixture
def filled(put):
    put(
        "Python running late",
        group="Coders",
        days=2,
        description="Machine learning and more, hosted by Acme Corp.",
    )
    put(
        "Python night",
        "Cambridge",
        group="Coders",
        days=3,
        description="Step-free access. Learning about a machine.",
    )
    put("Kubernetes at Initech", group="Coders", days=4, is_accessible_for_free=True)
    put("Kubernetes meetup", group="Coders", days=5)


def test_forms_of_a_word_phrases_beginnings_and_exceptions(names, filled):
    assert names(near=BOSTON, q="run") == ["Python running late"]
    assert names(near=BOSTON, q='"machine learning"') == ["Python running late"]
    assert names(near=BOSTON, q="kuber*") == ["Kubernetes at Initech", "Kubernetes meetup"]
    assert names(near=BOSTON, q="python -running") == ["Python night"]
    assert names(q="-python -kubernetes") == []


def test_a_misspelt_word_is_told_and_found(client, filled):
    page = client.get("/v1/events", params={"near": BOSTON, "q": "kuberentes"}).json()
    assert page["resolved"]["q"] == {
        "input": "kuberentes",
        "words": ["kubernetes"],
        "did_you_mean": "kubernetes",
    }
    assert len(page["items"]) == 2
    known = client.get("/v1/events", params={"q": "python"}).json()["resolved"]["q"]
    assert known["did_you_mean"] is None


def test_pages_of_a_misspelt_question_go_on(client, filled):
    first = client.get("/v1/events", params={"q": "kuberentes", "limit": 1}).json()
    rest = client.get("/v1/events", params={"q": "kuberentes", "limit": 1, "cursor": first["next"]}).json()
    assert [page["items"][0]["name"] for page in (first, rest)] == [
        "Kubernetes at Initech",
        "Kubernetes meetup",
    ]
    assert rest["next"] is None


def test_a_company_and_needs_of_access(names, filled):
    assert names(company="acme corp") == ["Python running late"]
    assert names(company=["acme", "initech"]) == ["Python running late", "Kubernetes at Initech"]
    assert names(access="step-free") == ["Python night"]


def test_totals_and_what_each_filter_removed(client, filled):
    whole = client.get("/v1/events", params={"near": BOSTON}).json()
    assert whole["total"] == 4
    part = client.get("/v1/events", params={"near": BOSTON, "limit": 2}).json()
    assert part["total"] is None
    assert client.get("/v1/events", params={"near": BOSTON, "limit": 2, "total": "true"}).json()["total"] == 4
    explained = client.get(
        "/v1/events", params={"near": BOSTON, "q": "kubernetes", "free": "true", "explain": "true"}
    ).json()
    assert (explained["total"], explained["removed_by"]) == (1, {"q": 0, "free": 1})


def test_groups_are_searched_by_their_words_too(names, filled):
    assert names("/v1/groups", near=BOSTON, q="coder") == ["Coders"]
    assert names("/v1/groups", near=BOSTON, q="knitting") == []


def test_relevance_puts_the_title_before_the_text(names, put):
    put("Talks", days=1, description="All about Kubernetes")
    put("Kubernetes", days=9)
    assert names(near=BOSTON, q="kubernetes", sort="relevance") == ["Kubernetes", "Talks"]


def test_an_answer_is_reused_until_the_data_changes(client, put):
    url = "/v1/events?near=Boston,MA&field=technology&field=nursing"
    put("Python programming night", days=2)
    first = client.get(url)
    assert client.get(url).content == first.content
    assert client.get(url, headers={"If-None-Match": first.headers["etag"]}).status_code == 304
    put("JavaScript programming", days=1)
    assert client.get(url).json()["items"][0]["name"] == "JavaScript programming"


def test_public_reads_go_to_the_replica(database, put, tmp_path, sqlite_template):
    from fastapi.testclient import TestClient

    from app.main import create_app
    from app.settings import read_settings

    put("Python night")
    replica = tmp_path / "replica.sqlite"
    replica.write_bytes(sqlite_template.read_bytes())
    settings = read_settings(read_database_url=f"sqlite:///{replica}")
    with TestClient(create_app(settings, database)) as reading:
        assert reading.get("/v1/events").json()["items"] == []
        assert reading.get("/readyz").status_code == 200
    with TestClient(create_app(read_settings(), database)) as direct:
        assert [item["name"] for item in direct.get("/v1/events").json()["items"]] == ["Python night"]


def test_words_that_stand_side_by_side_in_the_question_do_so_in_the_best_answer(names, put):
    put("Learning to repair a machine", group="Coders", days=1)
    put("Machine learning", group="Coders", days=3)
    assert names(near=BOSTON, q="machine learning", sort="relevance")[0] == "Machine learning"


def test_long_words_are_found(names, put):
    put("Donaudampfschifffahrtsgesellschaftskapitän gesucht", group="Coders")
    assert len(names(near=BOSTON, q="Donaudampfschifffahrtsgesellschaftskapitän")) == 1
    assert len(names(near=BOSTON, q="donaudampfschifffahrtsgesellschaft*")) == 1


def test_a_town_is_found_by_its_name_in_another_language(names, put):
    put("Stammtisch in München", group="Coders")
    put("Aperitivo a Milano", group="Coders", days=4)
    assert names(near=BOSTON, q="Munich") == ["Stammtisch in München"]
    assert names(near=BOSTON, q="Mailand") == ["Aperitivo a Milano"]
