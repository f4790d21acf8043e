"""Questions for a conversation of twenty minutes, out of a bank by language: none that somebody of the trade would find naive."""

from __future__ import annotations

import zlib

from app.network.goal import ResolvedGoal
from app.network.phrases import in_field, questions_in
from app.network.positions import Position
from app.taxonomy.taxonomy import load

_MOST = 5


def questions(
    position: Position, company: str | None, aim: ResolvedGoal, key: str = "", *, inside: bool = False
) -> list[str]:
    """Five to ask: two on the work, one each on the company, the market, and whom and where to go to next.

    Which of several are chosen hangs on the contact's key, so that two conversations do not repeat each other. `inside`: they
    work in another field at a company of the goal, so that three are about the company.
    """
    bank = questions_in(aim.goal.tongue)
    wish = next(iter(aim.wishes), None)
    family = position.family or (load().fields[aim.fields[0]].family if aim.fields else None)
    # Who recruits is asked about the field they recruit for.
    field = wish if position.recruiter or inside or position.field is None else position.field
    start = zlib.crc32(key.encode("utf-8", "replace"))
    if inside and company and field:
        chosen = [
            *bank["inside"]["any"],
            *_two(bank["company"]["named"], start),
            _pick(bank["next"]["any"], start),
        ]
    else:
        market = bank["market"]["any"] if field else [bank["company"]["unnamed"][0]]
        chosen = [
            _pick(bank["role"][role_of(position)], start),
            bank["family"].get(family) or bank["family"]["other"],
            _pick(bank["company"]["named" if company else "unnamed"], start),
            _pick(market, start),
            _pick(bank["next"]["any"], start),
        ]
    where = in_field(field, aim.goal.language) if field else ""
    asked = [each.format(company=company or "", in_field=where) for each in chosen]
    return list(dict.fromkeys(asked))[:_MOST]


def role_of(position: Position) -> str:
    """Whom one asks: newcomer | peer | manager | executive | recruiter."""
    if position.recruiter:
        return "recruiter"
    return {1: "newcomer", 4: "manager", 5: "executive"}.get(position.step, "peer")


def _pick(options: list[str], start: int) -> str:
    return options[start % len(options)]


def _two(options: list[str], start: int) -> list[str]:
    return [_pick(options, start), _pick(options, start + 1)]
