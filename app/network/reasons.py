"""Why somebody is asked, the strongest reason first."""

from __future__ import annotations

from app.network.asks import Introduction
from app.network.assessment import Assessment
from app.network.exhaustion import Facet
from app.network.situation import Situation
from app.taxonomy.taxonomy import load


def reason(code: str, text: str) -> dict[str, str]:
    """One reason as the API shows it."""
    return {"code": code, "text": text}


def reasons_for(
    each: Assessment, situation: Situation, introduction: Introduction | None
) -> list[dict[str, str]]:
    """Why to ask this person now."""
    found = []
    if introduction is not None and introduction.facet is not None:
        found.append(reason("towards", f"{lacking(introduction.facet)}; they may know somebody"))
    found += _at_target(each, situation)
    fields = load().fields
    if introduction is not None and introduction.inside and introduction.field is not None:
        label = fields[introduction.field].label
        found.append(reason("ask_inside", f"Works in another field: ask whom to speak to in {label}"))
    elif each.facet is not None and each.position.field is not None:
        label = fields[each.position.field].label
        code, text = {
            "target": ("in_target_field", label if each.position.is_sure else f"{label}, by their title"),
            "adjacent": ("adjacent_field", f"{label}, next to your field"),
            "family": ("same_family", f"{label}, in the same family as your field"),
        }[each.facet]
        found.append(reason(code, text))
    if each.recruits:
        found.append(reason("recruiter", "Recruits for your field"))
    if each.touch.met_on is not None:
        where = f"at {each.touch.met_at}" if each.touch.met_at else "in person"
        found.append(reason("met", f"You met {where} on {each.touch.met_on.isoformat()}"))
    person = each.person
    if person.employer is not None and situation.writer.employers.get(person.employer):
        found.append(reason("worked_there", f"You worked at {person.company} yourself"))
    found.append(_tie(each, situation))
    return found


def lacking(facet: Facet) -> str:
    """That nobody opens a door there."""
    where = f"at {facet.label}" if facet.kind == "company" else f"in {facet.label}"
    return f"You know no one {where}" if not facet.contacts else f"You hardly reach anybody {where}"


def ago(days: int) -> str:
    """How long ago, in words."""
    if days < 1:
        return "today"
    if days < 60:
        return "yesterday" if days == 1 else f"{days} days ago"
    return f"{days // 30} months ago" if days < 730 else f"{int(days / 365.25)} years ago"


def _at_target(each: Assessment, situation: Situation) -> list[dict[str, str]]:
    if each.company is None:
        return []
    label, level = each.company
    text = {
        "exact": f"Works at {label}, on your target list",
        "alias": f"Works at {each.person.company}, which is probably {label} on your target list",
        "prefix": f"Works at {each.person.company}, which may be {label} on your target list: please check",
    }[level]
    found = [reason("at_target_company", text)]
    if situation.at_target[label] == 1:
        found.append(reason("only_path", "Your only contact there"))
    return found


def _tie(each: Assessment, situation: Situation) -> dict[str, str]:
    last = each.person.exchange.last
    if each.dormant and last is not None:
        years = int((situation.now - last).days / 365.25)
        return reason(
            "dormant",
            f"Last in touch {years} years ago; old contacts often have new information, and trust lasts",
        )
    if each.state == "talked":
        return reason("talked", "You are in touch already")
    if last is not None:
        return reason("in_touch", f"Last in touch {ago((situation.now - last).days)}")
    return reason(
        "weak_tie",
        "No messages in your files; people you know less well often hear of other jobs than you do",
    )
