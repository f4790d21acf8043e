"""Whom to ask next and why, within a week's capacity; the words to write; and the loop that an evening closes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.network.drafts import LANGUAGES, NOTE_CHARACTERS
from app.network.goal import read_goal
from app.network.positions import Position
from app.network.questions import questions
from app.taxonomy.taxonomy import load
from tests.app.network.analyses import DATA, NOW, analysed, codes, kinds, planned
from tests.app.network.exports import INVITATIONS, ME, MESSAGES, connection, message, profile

POSITIONS = "Company Name,Title,Description,Location,Started On,Finished On\r\nInitech,Analyst,,,Jan 2020,May 2022\r\n"
OWNER = INVITATIONS + f'Me,Who,"1/29/26, 2:37 PM",,OUTGOING,{ME},{profile("who-else")}\r\n'
GOAL = {
    "companies": ["Acme", "Globex", "Wayne Enterprises"],
    "fields": ["data-science-ai"],
    "city": "Leeds, GB",
    "weekly_capacity": 10,
    "roles": [{"company": "Globex", "title": "Senior Data Scientist"}],
}
ROWS = [
    connection("Jane Doe", "Data Scientist", "Acme Inc"),
    connection("Dora Dorm", "Machine Learning Engineer", "Initech"),
    connection("Penny Pend", "Data Scientist", "Umbrella"),
    connection("Cleo Close", "Data Scientist", "Hooli"),
    connection("Tom Talk", "Data Scientist", "Globex"),
    connection("Ada Adj", "Data Analyst", "Soylent"),
    connection("Rita Rec", "Data Science Recruiter", "Hays"),
    connection("Nora Nurse", "Registered Nurse", "NHS"),
]


def letters() -> str:
    text = MESSAGES
    for day in range(1, 5):
        text += message(ME, profile("dora-dorm"), f"2020-01-0{day} 10:00:00")
        text += message(profile("dora-dorm"), ME, f"2020-01-0{day} 11:00:00")
    text += message(ME, profile("penny-pend"), "2026-11-12 10:00:00")
    text += message(ME, profile("cleo-close"), "2026-09-12 10:00:00")
    text += message(ME, profile("tom-talk"), "2026-09-12 10:00:00")
    return text + message(profile("tom-talk"), ME, "2026-09-13 10:00:00")


@pytest.fixture(scope="module")
def answer():
    return analysed(ROWS, GOAL, None, None, letters(), POSITIONS, OWNER)


def test_every_kind_of_action_has_its_moment(answer):
    assert kinds(answer) == [
        ("nudge", "in:penny-pend"),
        ("ask_coffee", "in:jane-doe"),
        ("reconnect", "in:dora-dorm"),
        ("ask_coffee", "in:rita-rec"),
        ("ask_referral", "in:tom-talk"),
        ("ask_intro", "in:ada-adj"),
        ("attend_group", None),
        ("close", "in:cleo-close"),
    ]


def growth_of(answer):
    return next(each for each in answer["actions"] if each["kind"] == "attend_group")


def test_reasons_are_the_facts_that_led_there(answer):
    reasons = {each["contact"]["key"]: codes(each) for each in answer["actions"] if each["contact"]}
    assert reasons["in:jane-doe"] == ["at_target_company", "only_path", "in_target_field", "weak_tie"]
    assert reasons["in:dora-dorm"] == ["in_target_field", "worked_there", "dormant"]
    assert reasons["in:rita-rec"] == ["recruiter", "weak_tie"]
    assert reasons["in:ada-adj"] == ["towards", "adjacent_field", "weak_tie"]
    growth = growth_of(answer)
    assert growth["search"]["query"]["near"] == ["Leeds, GB"]
    assert growth["search"]["query"]["phase"] == answer["phase"]
    assert "You know no one at Wayne Enterprises" in [each["text"] for each in growth["reasons"]]


def test_names_are_shortened_and_nobody_irrelevant_is_asked(answer):
    assert {each["contact"]["name"] for each in answer["actions"] if each["contact"]} >= {"Jane D.", "Tom T."}
    assert "Nora" not in str(answer["actions"])


def test_no_more_are_asked_than_the_week_has_room_for():
    rows = [connection(f"P{number} X", "Data Scientist", f"Firm {number}") for number in range(9)]
    goal = DATA | {"weekly_capacity": 2}
    first = analysed(rows, goal)
    asked = [key for kind, key in kinds(first) if kind == "ask_coffee"]
    assert len(asked) == 2
    did = [{"what": "asked", "key": key} for key in asked]
    same_week = analysed(rows, goal, first["progress"], did, now=NOW + timedelta(days=1))
    assert not [key for _, key in kinds(same_week) if key]
    next_week = analysed(rows, goal, same_week["progress"], now=NOW + timedelta(days=9))
    assert [kind for kind, key in kinds(next_week) if key] == ["nudge", "nudge", "ask_coffee", "ask_coffee"]
    assert not {key for kind, key in kinds(next_week) if kind == "ask_coffee"} & set(asked)


def test_one_a_week_at_an_employer():
    rows = [connection(f"P{number} X", "Data Scientist", "Acme") for number in range(4)]
    first = analysed(rows, DATA | {"weekly_capacity": 9})
    assert [kind for kind, _ in kinds(first)] == ["ask_coffee", "attend_group"]
    did = [{"what": "asked", "key": kinds(first)[0][1]}]
    again = analysed(rows, DATA | {"weekly_capacity": 9}, first["progress"], did, now=NOW + timedelta(days=2))
    assert [kind for kind, _ in kinds(again)] == ["attend_group"]


def test_whoever_heard_from_one_of_late_is_left_in_peace():
    rows = [connection("Tom Talk", "Data Scientist", "Acme")]
    when = {"in:tom-talk": {"state": "talked", "at": "2026-11-15"}}
    assert "in:tom-talk" not in str(kinds(analysed(rows, DATA, when)))
    tired = analysed(rows, DATA, {"in:tom-talk": {"state": "talked", "at": "2026-11-01"}})["actions"][0]
    rested = analysed(rows, DATA, {"in:tom-talk": {"state": "talked", "at": "2026-10-01"}})["actions"][0]
    assert tired["priority"] == pytest.approx(rested["priority"] / 2, abs=0.001)


def test_a_reminder_is_sent_once_and_then_it_is_over():
    rows = [connection("Penny Pend", "Data Scientist", "Acme")]
    asked = analysed(rows, DATA, None, [{"what": "asked", "key": "in:penny-pend"}])
    assert not [kind for kind, key in kinds(asked) if key]
    due = analysed(rows, DATA, asked["progress"], now=NOW + timedelta(days=8))
    assert kinds(due)[0] == ("nudge", "in:penny-pend")
    nudged = analysed(
        rows, DATA, due["progress"], [{"what": "nudged", "key": "in:penny-pend"}], now=NOW + timedelta(days=8)
    )
    assert not [kind for kind, key in kinds(nudged) if key]
    over = analysed(rows, DATA, nudged["progress"], now=NOW + timedelta(days=31))
    assert kinds(over)[-1] == ("close", "in:penny-pend")
    closed = analysed(
        rows,
        DATA,
        over["progress"],
        [{"what": "closed", "key": "in:penny-pend"}],
        now=NOW + timedelta(days=31),
    )
    assert not [kind for kind, key in kinds(closed) if key]


# --- the right person first --------------------------------------------------------------------------------

SOFTWARE = {"fields": ["software-engineering"], "companies": ["Acme", "Globex"], "weekly_capacity": 9}


def test_the_role_nearest_to_the_goal_comes_first_however_others_are_reached():
    contacts = (
        "First Name,Last Name,Company,Job Title,E-mail Address,Mobile Phone\r\n"
        "Ben,Analyst,Acme,Business Analyst,ben@example.org,+44 20 7946 0001\r\n"
    )
    rows = [
        connection("Eve Else", "Software Engineer", "Umbrella"),
        connection("Ina Inside", "Senior Software Engineer", "Acme"),
    ]
    asked = analysed(rows, SOFTWARE, None, None, contacts)["actions"]
    assert [each["contact"]["name"] for each in asked if each["contact"]] == ["Ina I.", "Eve E."]
    first = analysed(rows[:1], SOFTWARE, None, None, contacts)["actions"]
    assert [(each["kind"], each["contact"]["name"]) for each in first if each["contact"]] == [
        ("ask_intro", "Ben A."),
        ("ask_coffee", "Eve E."),
    ]


@pytest.mark.parametrize(
    "title",
    ["VP Engineering", "CTO", "Engineering Manager", "Director of Engineering", "Director, Engineering",
     "Head of Technology", "Directeur technique", "Entwicklungsleiter", "Director de Ingeniería"],
)  # fmt: skip
def test_who_leads_engineers_is_of_the_field_when_the_goal_is(title):
    answer = analysed([connection("Vera Lead", title, "Acme")], SOFTWARE)
    assert codes(answer["actions"][0])[:3] == ["at_target_company", "only_path", "in_target_field"]


def test_a_title_that_may_mean_another_field_is_of_the_goals_field():
    rows = [connection("Vera Lead", "Engineering Manager", "Acme")]
    mechanical = analysed(rows, {"fields": ["mechanical-engineering"]})
    assert mechanical["map"]["by_field"][0]["contacts"] == 1
    product = analysed(
        [connection("Digby Dig", "Digital Manager", "Acme")], {"fields": ["product-management"]}
    )
    assert product["map"]["by_field"][0]["contacts"] == 0


def test_somebody_of_another_field_at_the_target_is_asked_whom_to_speak_to():
    (first, *_) = analysed([connection("Sal Sales", "Account Executive", "Acme")], SOFTWARE)["actions"]
    assert first["kind"] == "ask_intro"
    assert codes(first) == ["at_target_company", "only_path", "ask_inside", "weak_tie"]
    assert "software engineering" in first["draft"]["text"].lower()


def test_whoever_answered_once_is_asked_for_an_introduction_to_a_company_where_nobody_is_known():
    text = MESSAGES + message(ME, profile("eve-else"), "2024-01-01 10:00:00")
    text += message(profile("eve-else"), ME, "2024-01-02 10:00:00")
    rows = [connection("Eve Else", "Software Engineer", "Umbrella")]
    (first, *_) = analysed(rows, SOFTWARE, None, None, text, OWNER)["actions"]
    assert (first["kind"], codes(first)[0]) == ("ask_intro", "towards")
    assert "Acme" in first["draft"]["text"]


# --- after an evening --------------------------------------------------------------------------------------

WENT = {
    "what": "went",
    "on": "2026-11-22",
    "event": {"id": "e_1", "name": "PyData Leeds", "group": "g_1", "group_name": "PyData"},
    "met": [{"name": "Sam Lee", "company": "Wayne Enterprises", "position": "Data Scientist"}],
}


def test_who_was_met_at_an_evening_is_thanked_then_asked_and_is_on_the_map():
    rows = [connection("Jane Doe", "Data Scientist", "Acme")]
    before = analysed(rows, GOAL)
    after = analysed(rows, GOAL, before["progress"], [WENT])
    assert after["contacts"]["met"] == 1
    assert after["exhaustion"]["E"] < before["exhaustion"]["E"]
    assert after["covered"]["companies"]["Wayne Enterprises"] == "covered"
    thank = after["actions"][0]
    assert (thank["kind"], thank["contact"]["key"]) == ("thank_you", "name:sam lee|wayne enterprises")
    assert codes(thank) == ["met", "fresh"]
    assert "PyData Leeds" in thank["draft"]["text"]
    assert after["progress"]["event:e_1"]["met"] == ["name:sam lee|wayne enterprises"]
    assert after["progress"]["group:g_1"]["name"] == "PyData"

    thanked = [{"what": "thanked", "key": "name:sam lee|wayne enterprises", "on": "2026-11-23"}]
    later = analysed(rows, GOAL, after["progress"], thanked, now=NOW + timedelta(days=15))
    ask = next(each for each in later["actions"] if each["contact"] and each["contact"]["name"] == "Sam L.")
    assert ask["kind"] == "ask_coffee"
    assert "met" in codes(ask)
    assert "20 minutes" in ask["draft"]["text"]


def test_a_thank_you_that_is_late_says_so_and_is_dropped_in_the_end():
    progress = analysed([], GOAL, None, [WENT])["progress"]
    late = analysed([], GOAL, progress, now=NOW + timedelta(days=5))["actions"][0]
    assert codes(late) == ["met", "overdue"]
    gone = analysed([], GOAL, progress, now=NOW + timedelta(days=20))
    assert "thank_you" not in [kind for kind, _ in kinds(gone)]


def test_who_was_met_and_connects_later_stays_one_person():
    progress = analysed([], GOAL, None, [WENT])["progress"]
    rows = [connection("Sam Lee", "Data Scientist", "Wayne Enterprises Inc.", slug="sam-lee-42")]
    later = analysed(rows, GOAL, progress)
    assert (later["contacts"]["usable"], later["contacts"]["met"]) == (1, 0)
    assert later["progress"]["in:sam-lee-42"]["met_at"] == "PyData Leeds"
    assert "name:sam lee|wayne enterprises" not in later["progress"]


def test_a_namesake_elsewhere_is_somebody_else():
    progress = analysed([], GOAL, None, [WENT])["progress"]
    later = analysed([connection("Sam Lee", "Chef", "A Kitchen")], GOAL, progress)
    assert (later["contacts"]["usable"], later["contacts"]["met"]) == (1, 1)


def test_going_again_makes_a_regular():
    goal = GOAL | {"weekly_capacity": 0}
    progress = analysed([], goal, None, [WENT])["progress"]
    second = WENT | {"event": {"id": "e_2", "group": "g_1"}, "met": [], "on": "2026-11-23"}
    answer = analysed([], goal, progress, [second, second])
    assert answer["progress"]["group:g_1"]["visits"] == 2
    assert "You have been to PyData 2 times: regulars get to know people" in [
        each["text"] for each in growth_of(answer)["reasons"]
    ]


def test_progress_goes_in_and_out_whole():
    progress = {
        "in:nobody-here": {"state": "talked", "at": "2026-10-02"},
        "event:e_9": {"state": "went", "at": "2026-10-01", "name": "An evening", "met": ["in:nobody-here"]},
        "group:g_9": {"state": "joined", "at": "2026-10-01", "visits": 3},
        "network": {"state": "untapped", "at": "2026-10-02", "E": 0.1},
    }
    assert planned(DATA, progress)["progress"] == progress
    kept = analysed([connection("Jane Doe", "Data Scientist", "Acme")], DATA, progress)["progress"]
    assert {key: kept[key] for key in progress if key != "network"} == {
        key: each for key, each in progress.items() if key != "network"
    }


# --- without an upload -----------------------------------------------------------------------------------


def test_a_plan_needs_nothing_but_a_goal():
    answer = planned({"fields": ["nursing"], "city": "Boston, MA"})
    assert (answer["state"], answer["phase"], answer["E"]) == ("unmapped", "ask", None)
    assert kinds(answer) == [("attend_group", None)]
    assert all(len(each) == 5 for each in answer["questions"].values())
    assert {each["kind"] for each in answer["drafts"]} >= {"ask_coffee", "thank_you", "note"}


def test_a_plan_knows_the_people_of_the_progress_and_the_phase_of_the_last_map():
    first = analysed(ROWS, GOAL, None, None, letters(), POSITIONS, OWNER)
    answer = planned(GOAL, first["progress"], first["aggregate"])
    assert answer["phase"] == first["phase"]
    assert answer["E"] == first["exhaustion"]["E"]
    assert ("nudge", "in:penny-pend") in kinds(answer)
    assert ("ask_referral", "in:tom-talk") in kinds(answer)
    assert answer["covered"] == first["covered"]
    assert answer["progress"] == first["progress"]


def test_whom_one_met_since_the_last_map_counts_in_a_plan_and_once():
    first = analysed(ROWS[:1], GOAL)
    answer = planned(GOAL, first["progress"], first["aggregate"], [WENT])
    assert answer["E"] < first["exhaustion"]["E"]
    assert answer["covered"]["companies"]["Wayne Enterprises"] == "covered"
    assert "You know no one at Wayne Enterprises" not in str(answer["actions"])
    again = planned(GOAL, answer["progress"], first["aggregate"])
    assert again["E"] == answer["E"]
    # The next map has them, so that a plan after it does not count them a second time.
    second = analysed(ROWS[:1], GOAL, answer["progress"])
    assert second["exhaustion"]["E"] == answer["E"]
    assert planned(GOAL, second["progress"], second["aggregate"])["E"] == second["exhaustion"]["E"]


def test_a_plan_without_a_map_claims_nothing_of_whom_one_does_not_know():
    progress = {"network": {"state": "exhausted", "at": "2026-11-01", "E": 0.9}}
    answer = planned(GOAL, progress)
    assert answer["phase"] == "grow"
    assert "You know no one" not in str(answer["actions"])


def test_two_entries_of_one_person_become_one():
    progress = {
        "name:jane doe|acme": {"state": "new", "at": "2026-11-22", "name": "Jane Doe", "company": "Acme", "met_on": "2026-11-22", "met_at": "An evening"},
        "in:jane-doe": {"state": "talked", "at": "2026-10-02"},
    }  # fmt: skip
    kept = analysed(ROWS[:1], GOAL, progress)["progress"]
    assert [key for key in kept if key != "network"] == ["in:jane-doe"]
    assert (kept["in:jane-doe"]["state"], kept["in:jane-doe"]["met_at"]) == ("talked", "An evening")


def test_a_coffee_is_no_evening():
    progress = analysed([], GOAL, None, [WENT])["progress"]
    (key,) = (each for each in progress if each.startswith("name:"))
    answer = analysed([], GOAL, progress, [{"what": "met", "key": key}])
    assert "PyData" not in str(answer["actions"][0])


def test_the_aggregate_names_nobody():
    aggregate = analysed(ROWS, GOAL, None, None, letters())["aggregate"]
    told = str(aggregate)
    assert not [word for row in ROWS for word in row.split(",")[:2] if word in told]
    assert aggregate["fields"]["data-science-ai"] == "3-5"


# --- words -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_drafts_are_short_complete_and_in_the_language_asked_for(language):
    answer = analysed(ROWS, GOAL | {"language": language}, None, [WENT], letters(), POSITIONS, OWNER)
    drafts = [each["draft"] for each in answer["actions"] if each["draft"]]
    drafts += [each | {"channel": "template"} for each in planned(GOAL | {"language": language})["drafts"]]
    assert len(drafts) > 10
    for each in drafts:
        assert each["lang"] == language
        assert len(each["text"].split()) <= 90
        if each["channel"] == "linkedin_note":
            assert len(each["text"]) <= NOTE_CHARACTERS
        if each["channel"] != "template":
            assert "{" not in each["text"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("family", sorted(load().families))
def test_there_are_five_different_questions_for_every_family_and_role(language, family):
    field = next(each.id for each in load().fields.values() if each.family == family)
    aim = read_goal({"fields": [field], "language": language})
    for position in (Position(field, family, step=step) for step in (1, 2, 4, 5)):
        asked = questions(position, "Acme", aim, f"in:{family}")
        assert len(set(asked)) == 5
        assert not [each for each in asked if "{" in each]
        assert "Acme" in asked[2]


def test_an_employer_one_left_is_named_and_one_where_one_still_is_is_not():
    rows = [
        connection("Dora Dorm", "Data Scientist", "Initech"),
        connection("Cora Core", "Data Scientist", "Hooli"),
    ]
    still = POSITIONS + "Hooli,Analyst,,,Jun 2022,\r\n"
    answer = analysed(rows, DATA, None, None, still)
    texts = {each["contact"]["key"]: each["draft"]["text"] for each in answer["actions"] if each["draft"]}
    assert "I used to work at Initech as well." in texts["in:dora-dorm"]
    # Who is a colleague still is not told that one is looking.
    assert "in:cora-core" not in texts


def test_a_goal_of_companies_alone_has_words_too():
    for language in LANGUAGES:
        goal = {"companies": ["Acme", "Globex"], "language": language}
        answer = analysed([connection("Jane Doe", "Nurse", "Acme Inc")], goal)
        assert "Acme" in answer["actions"][0]["draft"]["text"]


def test_an_introduction_names_where_it_is_to_lead():
    goal = {"fields": ["data-science-ai", "nursing"], "adjacent": ["data-analytics"]}
    rows = [
        connection("Ada Adj", "Data Analyst", "Soylent"),
        connection("Sue Sci", "Data Scientist", "Hooli"),
    ]
    ask = next(each for each in analysed(rows, goal)["actions"] if each["kind"] == "ask_intro")
    assert ask["reasons"][0]["text"] == "You know no one in Nursing & midwifery; they may know somebody"
    assert "in nursing" in ask["draft"]["text"]


def test_asking_for_a_referral_is_one_of_the_weeks_asks():
    rows = [
        connection("Tom Talk", "Data Scientist", "Globex"),
        connection("Jane Doe", "Data Scientist", "Acme"),
    ]
    progress = {"in:tom-talk": {"state": "talked", "at": "2026-10-01"}}
    did = [{"what": "asked", "key": "in:tom-talk"}]
    answer = analysed(rows, GOAL | {"weekly_capacity": 1}, progress, did)
    assert not [key for kind, key in kinds(answer) if kind.startswith("ask")]


def test_a_friend_who_does_not_answer_is_no_matter_of_the_goal_unless_one_says_so():
    rows = [
        connection("Nora Nurse", "Registered Nurse", "NHS"),
        connection("Jane Doe", "Data Scientist", "Acme"),
    ]
    text = MESSAGES + message(ME, profile("nora-nurse"), "2026-11-12 10:00:00")
    assert "nudge" not in [kind for kind, _ in kinds(analysed(rows, DATA, None, None, text, OWNER))]
    said = {"in:nora-nurse": {"state": "pending", "at": "2026-11-12"}}
    assert ("nudge", "in:nora-nurse") in kinds(analysed(rows, DATA, said))
