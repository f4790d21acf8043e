"""The taxonomy is whole, its ids are permanent, and words find their way to it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.taxonomy.keys import topic_key, topic_of
from app.taxonomy.meanings import resolve_field, resolve_interest, resolve_purpose, values_of
from app.taxonomy.taxonomy import expand_field, expand_interest, is_sensitive, lexicon, load


def test_every_reference_leads_somewhere():
    taxonomy = load()
    for field in taxonomy.fields.values():
        assert field.family in taxonomy.families
        assert set(field.adjacent) <= set(taxonomy.fields)
        assert all(len(code) == 4 and code.isdigit() for code in field.isco08)
    for interest in taxonomy.interests.values():
        assert interest.category in taxonomy.interest_categories
        assert set(interest.fields) <= set(taxonomy.fields)
    assert set(lexicon()["category_words"]) == set(taxonomy.interest_categories)
    assert set(lexicon()["family_words"]) == set(taxonomy.families)


def test_the_sizes_are_those_that_were_published():
    taxonomy = load()
    sizes = (
        len(taxonomy.families),
        len(taxonomy.fields),
        len(taxonomy.interest_categories),
        len(taxonomy.purposes),
    )
    assert sizes == (23, 116, 25, 14)
    assert len(taxonomy.interests) == 300


def test_everything_has_a_label_of_its_own_in_four_languages():
    taxonomy = load()
    for part in (
        taxonomy.families,
        taxonomy.fields,
        taxonomy.interest_categories,
        taxonomy.interests,
        taxonomy.purposes,
    ):
        for language in ("de", "fr", "es"):
            labels = [entry.labels[language] for entry in part.values()]
            assert all(label.strip() == label for label in labels)
            assert len(set(labels)) == len(labels)


@pytest.mark.parametrize("language", ["de", "fr", "es"])
def test_what_a_thing_is_called_in_another_language_leads_to_it(language):
    taxonomy = load()
    for entry in taxonomy.fields.values():
        assert resolve_field(entry.labels[language]).id in {entry.id, entry.family}
    for entry in taxonomy.interests.values():
        assert resolve_interest(entry.labels[language]).id in {entry.id, entry.category}


@pytest.mark.parametrize(
    ("text", "identity", "kind"),
    [
        ("nurse", "nursing", "field"),
        ("NURSES", "nursing", "field"),
        ("Software Engineer", "software-engineering", "field"),
        ("technology", "technology", "family"),
        ("IT", "technology", "family"),
        ("machine learning", "data-science-ai", "field"),
        ("blockchian", "blockchain-web3", "field"),
        ("infirmière", "nursing", "field"),
        ("softwareentwickler", "software-engineering", "field"),
        ("nursing", "nursing", "field"),
    ],
)
def test_words_find_their_field(text, identity, kind):
    found = resolve_field(text)
    assert (found.id, found.kind) == (identity, kind)
    assert found.confidence >= 0.5


@pytest.mark.parametrize(
    ("text", "identity"),
    [
        ("games", "games"),
        ("board games", "board-games"),
        ("hiking", "hiking"),
        ("pets", "pets-animals"),
        ("Yoga", "yoga"),
    ],
)
def test_words_find_their_interest(text, identity):
    assert resolve_interest(text).id == identity


def test_words_find_their_purpose():
    assert resolve_purpose("hackathon").id == "hack-night"
    assert resolve_purpose("job fair").id == "hiring"


@pytest.mark.parametrize(
    ("text", "identity"),
    [
        ("prompt engineer", "data-science-ai"),
        ("FP&A Manager", "finance-fpna"),
        ("biologist", "biotech-pharma"),
        ("Manager, Finance", "finance-fpna"),
        ("Head of Recruiting", "recruiting"),
        ("RN BSN", "nursing"),
        ("rn", "nursing"),
        ("HRBP", "hr-people"),
        ("Night Auditor (m/w/d)", "hospitality-tourism"),
        ("Zahnarzthelferin", "dental-pharmacy-optical"),
        ("Développeuse web", "web-development"),
        ("Camarero/a", "culinary"),
        ("Founding engineer", "software-engineering"),
        ("jobs in nursing", "nursing"),
        ("people who work in insurance", "insurance"),
    ],
)
def test_job_titles_find_their_field(text, identity):
    assert resolve_field(text).id == identity


@pytest.mark.parametrize(
    ("word", "family"),
    [
        ("marketing", "marketing-communications"),
        ("engineer", "engineering"),
        ("sales", "sales-customer"),
        ("design", "product-design"),
        ("management", "management-consulting"),
        ("teacher", "education"),
        ("Ingenieurin", "engineering"),
        ("ventas", "sales-customer"),
    ],
)
def test_broad_words_mean_the_family_and_not_one_field_of_it(word, family):
    found = resolve_field(word)
    assert (found.id, found.kind) == (family, "family")


def test_a_slip_is_put_right_only_in_a_word_that_nobody_knows():
    assert resolve_field("acountant").id == "accounting"
    assert resolve_field("sofware developper").id == "software-engineering"
    assert resolve_interest("fotography").id == "photography-walks"
    # "prompt" is a word: it is not taken for "project".
    assert resolve_field("prompt engineer").id != resolve_field("project engineer").id


def test_a_word_that_means_nothing_is_not_decided_and_gets_the_nearest_by_meaning():
    for nonsense in ("nurz", "qwertyuiop", "xyzzy plugh", "purple elephants"):
        found = resolve_field(nonsense)
        assert found.id is None
        assert found.confidence < 0.5
        assert len(found.suggestions) <= 3
    assert "dental-pharmacy-optical" in {each.id for each in resolve_field("Zahnarztassistenz").suggestions}


@pytest.mark.parametrize(
    ("text", "identity"),
    [
        ("fishing", "fishing-boating"),
        ("wine", "wine-tasting"),
        ("biking", "cycling"),
        ("swing", "swing-lindy"),
        ("gardening", "gardening-grow-food"),
        ("reading", "book-club"),
        ("introverts", "introverts-shy"),
        ("Schach", "chess-go"),
        ("jugar al ajedrez", "chess-go"),
        ("something with dogs", "dog-walks"),
        ("food", "food-drink"),
        ("art", "arts-culture"),
    ],
)
def test_an_interest_is_the_thing_and_not_its_category(text, identity):
    assert resolve_interest(text).id == identity


def test_a_comma_separates_values_unless_the_whole_is_a_name():
    assert values_of("field", "nursing, medicine") == ["nursing", "medicine"]
    assert values_of("interest", "Bowling, darts & billiards") == ["Bowling, darts & billiards"]
    assert values_of("interest", "chess,wine") == ["chess", "wine"]
    # One part means nothing here, the whole does.
    assert values_of("field", "Nurse, Xyzzyville") == ["Nurse, Xyzzyville"]


def test_every_id_resolves_to_itself():
    taxonomy = load()
    assert all(resolve_field(identity).id == identity for identity in (*taxonomy.fields, *taxonomy.families))
    everything = (*taxonomy.interests, *taxonomy.interest_categories)
    assert all(resolve_interest(identity).id == identity for identity in everything)
    assert all(resolve_purpose(identity).id == identity for identity in taxonomy.purposes)


@settings(max_examples=100)
@given(st.text(max_size=120))
def test_any_word_is_answered(text):
    for found in (resolve_field(text), resolve_interest(text), resolve_purpose(text)):
        assert (found.id is None) == (found.confidence < 0.5)
        assert len(found.suggestions) <= 3


def test_families_and_categories_expand_and_keep_sensitive_interests_out():
    assert "software-engineering" in expand_field("technology")
    assert expand_field("nursing") == {"nursing"}
    assert expand_field("no-such-field") == frozenset()
    assert {"board-games", "games"} <= expand_interest("games")
    # The category itself stays: it was asked for by name.
    assert [i for i in expand_interest("identity-affinity") if is_sensitive(i)] == ["identity-affinity"]
    assert not is_sensitive("games")
    assert expand_interest("lgbtq-social") == {"lgbtq-social"}
    assert "lgbtq-social" in expand_interest("identity-affinity", sensitive=True)


def test_numbers_of_topics_are_positive_distinct_and_lead_back():
    taxonomy = load()
    topics = [("field", identity) for identity in (*taxonomy.families, *taxonomy.fields)]
    topics += [("interest", identity) for identity in (*taxonomy.interest_categories, *taxonomy.interests)]
    topics += [("purpose", identity) for identity in taxonomy.purposes]
    numbers = {topic_key(kind, identity) for kind, identity in topics}
    assert len(numbers) == len(topics)
    assert all(0 < number < 2**31 for number in numbers)
    assert all(topic_of(topic_key(kind, identity)) == (kind, identity) for kind, identity in topics)
    assert topic_of(0) is None


def test_numbers_of_topics_never_change():
    assert topic_key("field", "software-engineering") == 2041365475
    assert topic_key("interest", "hiking") == 1640927964
