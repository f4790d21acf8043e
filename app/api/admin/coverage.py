"""`/v1/admin/coverage`: what a town has by career field, which fields have nothing, and what could fill each gap."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from app.api.admin.deps import Actor, Shape, private, problems
from app.core.errors import ParameterError, ProblemError, wrong_parameters
from app.http.deps import AppState, Now
from app.service.admin.coverage import NEAR_KM, TownCoverage, find_town, long_name, town_coverage
from app.service.parameters import Word
from app.settings import SettingsError
from app.sources.coverage import pages_allowed, places_to_cover
from app.taxonomy.taxonomy import load

router = APIRouter()


class CoverageQuestion(Shape):
    """Which town."""

    near: Word | None = Field(
        default=None,
        description="A town, such as `Boston, MA`; without it, the first that is covered",
        examples=["Boston, MA"],
    )


class SourceCandidateOut(Shape):
    """A source that is not read. `key`: the address of one of the catalogue, the slug of one that is off, the id of a suggestion."""

    origin: Literal["catalogue", "off", "suggestion"]
    key: str
    name: str
    url: str
    reason: str | None


class FieldCoverageOut(Shape):
    """What there is for a career field. Only gaps have candidates."""

    id: str
    label: str
    family: str
    groups: int
    events: int
    is_gap: bool = Field(description="Neither a group nor a coming event")
    candidates: list[SourceCandidateOut]


class CoverageOut(Shape):
    """A town by career field. `covered` are the towns that this installation is for."""

    place: str
    covered: list[str]
    radius_km: float
    fields: list[FieldCoverageOut]
    gaps: list[str] = Field(description="The ids of the fields with nothing")
    general: list[SourceCandidateOut] = Field(
        description="Candidates that serve every field, such as libraries"
    )


@router.get(
    "/coverage",
    operation_id="getCoverage",
    summary="What a town has by career field, and what could fill its gaps",
    response_model=CoverageOut,
    responses=problems(),
)
def get_coverage(
    asked: Annotated[CoverageQuestion, Query()],
    actor: Actor,  # noqa: ARG001
    state: AppState,
    now: Now,
) -> Response:
    """Groups and coming events within 25 km, as people find them. `POST /v1/admin/preview-source` tries a candidate."""
    try:
        covered = places_to_cover(state.settings, state.database)
    except SettingsError as error:
        raise ProblemError(409, "; ".join(error.problems)) from None
    place = covered[0] if asked.near is None else find_town(asked.near)
    if place is None:
        raise wrong_parameters([ParameterError("near", asked.near, "unknown place")])
    pages = pages_allowed(state.settings, state.database)
    found = town_coverage(state.database, place, now, state.settings.base_url, pages=pages)
    return private({**_document(found), "covered": [long_name(each) for each in covered]})


def _document(found: TownCoverage) -> dict[str, Any]:
    labels = load().fields
    return {
        "place": long_name(found.place),
        "radius_km": NEAR_KM,
        "fields": [
            {
                "id": each.id,
                "label": labels[each.id].label,
                "family": family.id,
                "groups": each.groups,
                "events": each.events,
                "is_gap": each.is_gap,
                "candidates": [asdict(candidate) for candidate in each.candidates],
            }
            for family in found.families
            for each in family.fields
        ],
        "gaps": [each.id for family in found.families for each in family.gaps],
        "general": [asdict(each) for each in found.general],
    }
