"""How near a role is to a goal: what decides whom to ask first, however they are reached."""

from __future__ import annotations

from app.network.assessment import Assessment
from app.network.constants import constants
from app.network.goal import ResolvedGoal


def fit(assessment: Assessment, aim: ResolvedGoal) -> float:
    """How near a role is to the goal, 0..1: at a company of the goal by field, elsewhere by what a field is worth."""
    values, order = constants().value, constants().fit
    facet = assessment.facet
    worth = {
        "target": values.target_field,
        "adjacent": values.adjacent_field,
        "family": values.same_family,
        None: 0.0,
    }[facet]
    if assessment.recruits:
        worth = max(worth, order.recruiter)
    if assessment.company is not None:
        inside = {
            "target": order.inside_target,
            "adjacent": order.inside_adjacent,
            "family": order.inside_family,
            None: order.inside_other if aim.fields else order.inside_target,
        }[facet]
        inside = max(inside, order.inside_recruiter) if assessment.recruits else inside
        worth = max(worth, inside * (values.prefix_match if assessment.company[1] == "prefix" else 1.0))
    return worth * (values.other_metro if assessment.far else 1.0)
