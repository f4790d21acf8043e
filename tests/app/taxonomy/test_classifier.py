"""What listings and job titles are about, and why the classifier says so."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.taxonomy.classify import Classification, classify
from app.taxonomy.taxonomy import load
from app.taxonomy.titles import classify_title


def ids(topics) -> list[str]:
    return [topic.id for topic in topics]


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("Data Science London", "data-science-ai"),
        ("Manchester Kubernetes Meetup", "devops-cloud"),
        ("Nurses Network of Ohio", "nursing"),
        ("Product Management Breakfast", "product-management"),
        ("Softwareentwicklung Stammtisch", "software-engineering"),
    ],
)
def test_the_name_of_a_group_tells_its_field(name, field):
    found = classify(name)
    assert found.fields[0].id == field
    assert found.career > 0.5
    assert found.fields[0].evidence


@pytest.mark.parametrize(
    ("name", "interest"),
    [
        ("Denver Hiking Buddies", "hiking"),
        ("Board Games and Beer", "board-games"),
        ("Yoga in the Park", "yoga"),
        ("Sunday Salsa Night", "salsa-bachata"),
    ],
)
def test_the_name_of_a_group_tells_its_interest(name, interest):
    found = classify(name)
    assert interest in ids(found.interests)
    assert found.career < 0.5


def test_a_word_counts_more_in_the_name_than_in_the_description():
    name = classify("Machine learning").fields[0].confidence
    early = classify("Evening", "machine learning").fields[0].confidence
    late = classify("Evening", "x " * 300 + "machine learning").fields[0].confidence
    assert name > early > late


def test_topics_of_the_source_count():
    assert ids(classify("Tuesday Circle", keywords=["Cybersecurity"]).fields)[0] == "cybersecurity"


def test_an_ambiguous_word_alone_is_no_more_than_a_hint():
    assert all(topic.confidence <= 0.2 for topic in classify("Swift").fields)
    assert classify("Swift developers", "iOS coding, Swift code").fields[0].id == "mobile-development"


def test_acronyms_count_only_as_they_are_written():
    assert ids(classify("SRE evening").fields)[:1] == ["devops-cloud"]
    assert "devops-cloud" not in ids(classify("sre evening").fields)


def test_a_listing_about_a_sensitive_interest_has_that_topic():
    assert "buddhism" in ids(classify("Zen Buddhism sitting group").interests)


@pytest.mark.parametrize(
    "name",
    [
        "Résumé review drop-in",
        "Cover letters that get read",
        "Job club",
        "Ace your interview",
        "Spring career fair",
        "Workforce development workshop",
        "Employment help, one on one",
        "Bewerbungstraining",
        "Lebenslauf-Check in der Bibliothek",
        "Jobmesse Nord",
        "Atelier CV et lettre de motivation",
        "Salon de l’emploi",
        "Réussir son entretien d’embauche",
        "Taller de currículum",
        "Entrevista de trabajo: prepárate",
    ],
)
def test_what_helps_to_find_a_job_is_for_that_in_four_languages(name):
    assert "job-search" in ids(classify(name).purposes)


@pytest.mark.parametrize(
    "name",
    [
        "An interview with the author",
        "Storytime",
        "Craft fair",
        "Mode d’emploi: la céramique",
        "Workforce analytics",
    ],
)
def test_words_that_only_sound_like_a_job_are_not(name):
    assert "job-search" not in ids(classify(name).purposes)


def test_purposes_audience_access_and_warnings():
    found = classify(
        "Career fair for beginners",
        "Wheelchair accessible, live captioning. Be your own boss with unlimited income!",
    )
    assert ids(found.purposes)[0] == "hiring"
    assert "beginners" in found.audience
    assert set(found.accessibility) >= {"step-free", "captions"}
    assert "mlm-sales-pitch" in found.signals


def test_markup_is_no_text():
    assert classify("Evening", "<a href='https://java.example/python'>come</a>").fields == ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "🎉🎉",
        "مرحبا بالعالم",
        "שלום",
        "a" * 1_000_000,
        "<" * 5000,
        "\x00\ud800",
        "\x07\x1b[31m\x7f\x85",
        "\u202enohtyP\u202c",
        "Python Treffen à Paris 東京 Москва ملتقى",
        "data science " * 80_000,
    ],
)
def test_no_text_is_too_odd(text):
    assert isinstance(classify(text, text, [text]), Classification)
    assert classify_title(text).fields is not None


@settings(max_examples=100)
@given(st.text(max_size=300), st.text(max_size=600))
def test_confidences_are_shares_in_falling_order_of_known_ids(name, description):
    found = classify(name, description)
    taxonomy = load()
    known = {
        *taxonomy.fields,
        *taxonomy.families,
        *taxonomy.interests,
        *taxonomy.interest_categories,
        *taxonomy.purposes,
    }
    assert 0 <= found.career <= 1
    for topics in (found.fields, found.interests, found.purposes):
        confidences = [topic.confidence for topic in topics]
        assert confidences == sorted(confidences, reverse=True)
        assert all(0 < confidence <= 1 for confidence in confidences)
        assert set(ids(topics)) <= known
    assert found == classify(name, description)


@pytest.mark.parametrize(
    ("title", "field", "seniority"),
    [
        ("Senior Software Engineer", "software-engineering", "senior"),
        ("Staff Nurse, Leeds", "nursing", None),
        ("Head of Marketing", None, "director"),
        ("Accountant", "accounting", None),
        ("Praktikant Softwareentwicklung", "software-engineering", "intern"),
        ("CEO & Founder", None, "executive"),
    ],
)
def test_job_titles_have_a_field_and_a_step_of_the_ladder(title, field, seniority):
    found = classify_title(title)
    assert found.seniority == seniority
    if field:
        assert found.fields[0].id == field


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("Boston IT JobSeekers", 0.7, 1),
        ("Resume clinic", 0.6, 1),
        ("Nursing careers evening", 0.7, 1),
        ("HTML5 Game Development", 0.6, 1),
        ("Python night", 0.8, 1),
        ("Hiking weekend", 0, 0.1),
        ("Board games night", 0, 0.1),
        ("Java Coffee Lovers", 0, 0.2),
    ],
)
def test_career_is_high_for_job_seekers_and_low_for_leisure(name, least, most):
    assert least <= classify(name).career <= most


@pytest.mark.parametrize("name", ["Python night", "Boston Python", "Developers of Leeds"])
def test_programmers_are_software_engineers_without_saying_so(name):
    assert classify(name).fields[0].id == "software-engineering"


def test_a_snake_is_no_programming_language():
    found = classify("Python and Boa Keepers")
    assert ids(found.interests)[0] in {"pets-animals", "aquarium-reptiles"}
    assert all(topic.confidence <= 0.2 for topic in found.fields)


@pytest.mark.parametrize(
    "name", ["Brettspielabend Köln", "Spieleabend", "Soirée jeux de société", "Noche de juegos de mesa"]
)
def test_board_games_are_known_in_four_languages(name):
    assert ids(classify(name).interests)[0] == "board-games"


def test_a_name_without_any_known_phrase_still_has_its_category():
    found = classify("Trombone and tuba quartet").interests
    assert ids(found)[0] == "music"
    assert found[0].evidence


def test_a_title_that_names_no_field_has_none():
    assert classify_title("Part time vacancy").fields == ()
    assert classify_title("").fields == ()


@pytest.mark.parametrize("name", ["Redis Lyon", "Terraform Stammtisch", "Usuarios de Kafka", "Deno Bordeaux"])
def test_the_name_of_a_tool_alone_tells_a_technical_group(name):
    found = classify(name)
    assert "tech-makers" in ids(found.interests)
    assert found.career > 0.5


@pytest.mark.parametrize("name", ["Prototype Playtest Evening", "Ghost Hunters", "Helm Sailing Club"])
def test_a_word_that_is_also_a_tool_or_a_trade_makes_no_career(name):
    assert classify(name).career < 0.2


@pytest.mark.parametrize("name", ["Xyzzq Meetup", "Xyzzq Members", "The Xyzzq Group"])
def test_words_that_any_listing_may_have_are_evidence_of_nothing(name):
    found = classify(name)
    assert not found.fields
    assert not found.interests


def test_talks_are_company_for_a_word_with_two_meanings():
    assert "software-engineering" in ids(classify("Python evening: talks and networking").fields[:1])
    assert classify("Python").fields[0].confidence <= 0.2


@pytest.mark.parametrize(
    "text",
    [
        "A course for career changers",
        "Für Quereinsteiger",
        "Reconversion professionnelle",
        "Cambio de carrera",
    ],
)
def test_who_changes_careers_is_an_audience(text):
    assert "career-changers" in classify("Evening", text).audience
