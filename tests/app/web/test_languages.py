"""Pages in the language of who reads them: words, dates, hours and prices, as the language and the place write them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

pytestmark = pytest.mark.one_database

TEMPLATES = Path(__file__).parents[3] / "app" / "web" / "templates"
# For operators and owners of sites, in English; the page of the API is for programmers.
IN_ENGLISH = {"bot.html", "outbox.html", "outbox_mail.html", "reference.html"}
NAMES = {
    "NextCircle", "· NextCircle", "API", "GeoNames", "iCalendar", "RSS", "Atom", "JSON Feed", "CSV", "GeoJSON", "Google", "Outlook",
    "Website", "Boston, MA", "https://library.example.org/events",
}  # fmt: skip


def untranslated(template: str) -> set[str]:
    """What stands in a template as it is: texts, and the attributes that people see or hear."""
    plain = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", template, flags=re.DOTALL)
    plain = re.sub(r"<(script|style|svg|code)\b.*?</\1>", "", plain, flags=re.DOTALL)
    seen = re.findall(r'\b(?:title|aria-label|placeholder|alt|data-label)="([^"]*)"', plain)
    texts = re.sub(r"<[^>]*>", "\n", plain).split("\n")
    return {text.strip() for text in (*texts, *seen) if re.search(r"[^\W\d_]{3}", text)} - NAMES


@pytest.mark.parametrize(
    "template",
    [each for each in sorted(TEMPLATES.rglob("*.html")) if each.name not in IN_ENGLISH],
    ids=lambda path: path.name,
)
def test_every_word_of_a_template_is_translated(template: Path) -> None:
    assert untranslated(template.read_text("utf-8")) == set()


def test_a_word_that_is_not_marked_is_found() -> None:
    assert untranslated('<p title="Look">{{ _("fine") }}</p><b>Wrong</b>') == {"Look", "Wrong"}


@pytest.mark.parametrize(
    ("language", "said"),
    [("de", "Finden Sie die Gruppen"), ("fr", "Trouvez les groupes"), ("es", "Encuentra los grupos")],
)
def test_a_browser_is_answered_in_its_language(sampled: TestClient, language: str, said: str) -> None:
    answer = sampled.get("/", headers={"Accept-Language": f"{language}-CH, en;q=0.5"})
    assert said in answer.text
    assert f'<html lang="{language}">' in answer.text
    assert "Accept-Language" in answer.headers["vary"]


def test_a_chosen_language_stays_through_the_pages(sampled: TestClient) -> None:
    text = sampled.get("/search?near=Boston,+MA&lang=es").text
    assert 'action="/search?lang=es"' in text
    group = re.search(r'href="(/groups/\w+\?lang=es)"', text)
    assert group is not None
    assert "Próximos eventos" in sampled.get(group[1]).text
    assert re.search(r'href="[^"]*lang=de[^"]*" lang="de" hreflang="de">Deutsch', text)
    assert "lang=" not in re.sub(
        r'<p class="links" lang="mul">.*?</p>',
        "",
        sampled.get("/search?near=Boston,+MA").text.partition("<main")[2],
    )


def test_times_are_written_as_the_place_and_the_language_write_them(sampled: TestClient) -> None:
    american = sampled.get("/search?near=Boston,+MA").text
    assert re.search(r'class="hours">\d{1,2}:\d\d\s[AP]M', american)
    german = sampled.get("/search?near=Boston,+MA&lang=de").text
    assert re.search(r'class="hours">\d\d:\d\d', german)
    assert not re.search(r"\d\s[AP]M", german)


def test_what_is_not_understood_is_told_in_the_language(sampled: TestClient) -> None:
    text = sampled.get("/search?field=qqxyzzy&lang=fr").text
    assert "Nous ne connaissons pas le domaine professionnel « qqxyzzy »" in text


def test_a_missing_page_is_told_in_the_language(sampled: TestClient) -> None:
    answer = sampled.get("/groups/nothing", headers={"Accept": "text/html", "Accept-Language": "de"})
    assert answer.status_code == 404
    assert "Hier ist nichts" in answer.text
