"""Six networks as people have them: the state that each is in by definition and by common sense, and whom to ask first."""

from __future__ import annotations

import pytest

from tests.app.network.analyses import analysed
from tests.app.network.exports import connection

_NAMES = "Ada Ben Cleo Dan Eva Finn Gia Hal Ida Jon Kim Leo Mia Ned Ola Pia Quin Rae Sam Tia Uma Vic Wes Xia Yan Zoe".split()
_EVERYDAY = (
    ("Account Executive", "Salesloft"), ("Primary School Teacher", "St Mary's"), ("Accountant", "BDO"), ("Barista", "Costa"),
    ("Marketing Manager", "Unilever"), ("Project Manager", "Arup"), ("HR Business Partner", "Tesco"), ("Solicitor", "Slaughter and May"),
    ("Civil Engineer", "Arup"), ("Estate Agent", "Foxtons"), ("Chef", "Dishoom"), ("Student", "University of Leeds"),
)  # fmt: skip
_NURSES = ("Registered Nurse", "Charge Nurse", "ICU Nurse", "Nurse Practitioner", "Nurse Manager")
_ENGINEERS = (
    "Software Engineer",
    "Senior Software Engineer",
    "Engineering Manager",
    "Backend Developer",
    "Tech Lead",
    "CTO",
)


def everyday(count: int) -> list[str]:
    return [
        connection(f"{_NAMES[at % 26]} Other{at}", *_EVERYDAY[at % len(_EVERYDAY)]) for at in range(count)
    ]


def of_trade(titles, count: int, firm: str = "Firm {}") -> list[str]:
    return [
        connection(f"{_NAMES[at % 26]} Trade{at}", titles[at % len(titles)], firm.format(at), slug=f"t{at}")
        for at in range(count)
    ]


def touched(first: int, last: int, state: str) -> dict[str, dict[str, str]]:
    return {f"in:t{at}": {"state": state, "at": "2026-10-20"} for at in range(first, last)}


NURSING = {"fields": ["nursing"], "companies": ["Mass General"], "city": "Boston, MA"}
SOFTWARE = {"fields": ["software-engineering"], "companies": ["Stripe"], "city": "Leeds, GB"}
_AT_MGH = [
    connection("Rosa Ward", "Charge Nurse", "Massachusetts General Hospital"),
    connection("Bill Desk", "Billing Specialist", "Massachusetts General Hospital"),
    connection("Nia Else", "Registered Nurse", "Tufts Medical Center"),
]

NETWORKS = {
    "a nurse who knows three": (
        [*_AT_MGH, *everyday(40)], NURSING, {}, "exhausted", "too small for this goal", "ask_coffee", "Rosa W."
    ),
    "an engineer who has asked nobody": (
        [*of_trade(_ENGINEERS, 45), connection("Sol Pay", "Staff Engineer", "Stripe"), *everyday(150)],
        SOFTWARE, {}, "untapped", "people to ask", "ask_coffee", "Sol P.",
    ),
    "an engineer who has asked everybody": (
        [*of_trade(_ENGINEERS, 14), *everyday(80)], SOFTWARE, touched(0, 14, "done"),
        "exhausted", "exhausted: nearly everyone was asked", None, None,
    ),
    "eleven talks held, three answers out": (
        [*of_trade(_ENGINEERS, 14), *everyday(80)], SOFTWARE, touched(0, 11, "talked") | touched(11, 14, "pending"),
        "partially_worked", "partly asked", None, None,
    ),
    "everybody at the old employer": (
        [*of_trade(_ENGINEERS, 12, "Initech"), *everyday(60)], SOFTWARE, {}, "exhausted", "all in one place", "ask_coffee", None
    ),
    "a teacher who wants to design": (
        everyday(90), {"fields": ["ux-design"], "companies": ["Figma"]}, {}, "exhausted", "too small for this goal", None, None
    ),
}  # fmt: skip


@pytest.mark.parametrize("network", NETWORKS, ids=lambda name: name.replace(" ", "-"))
def test_the_state_is_right_by_definition_and_by_common_sense(network):
    rows, goal, progress, state, label, kind, name = NETWORKS[network]
    answer = analysed(rows, goal, progress)
    told = answer["exhaustion"]
    assert (told["state"], told["label"]) == (state, label)
    asks = [each for each in answer["actions"] if each["kind"].startswith(("ask_", "reconnect"))]
    if kind is not None:
        assert asks[0]["kind"] == kind
    if name is not None:
        assert asks[0]["contact"]["name"] == name
    drafts = [each["draft"]["text"] for each in answer["actions"] if each["draft"]]
    assert len(set(drafts)) == len(drafts)
    if label != "exhausted: nearly everyone was asked":
        assert "exhausted" not in " ".join([told["headline"], told["summary"], *told["why"]])


def test_the_biller_at_the_target_is_asked_whom_to_speak_to_and_only_after_the_nurse():
    actions = analysed(_AT_MGH, NURSING | {"weekly_capacity": 9})["actions"]
    assert [each["contact"]["name"] for each in actions if each["contact"]] == ["Rosa W.", "Nia E."]
    (first, *_) = analysed(_AT_MGH[1:], NURSING)["actions"]
    assert (first["kind"], first["reasons"][2]["code"]) == ("ask_intro", "ask_inside")
