"""The company that a sentence names: what stands with a capital behind "work at", "chez" or "hosted by". Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from app.understanding.places_named import is_town
from app.understanding.tokens import Part, Token, said
from app.understanding.vocabulary import says_nothing, vocabulary

_ARTICLES = frozenset(("la", "el", "der", "den", "the"))
_AT = frozenset(("en", "in", "an", "at", "bei", "a"))


def companies(text: str, tokens: Sequence[Token]) -> Iterator[Part]:
    """The first company, if any."""
    leads = vocabulary().words["company_at"]
    stems = [token.stem for token in tokens]
    for at in range(1, len(tokens)):
        lead = next((n for n in (3, 2, 1) if at >= n and " ".join(stems[at - n : at]) in leads), None)
        if lead is None and tokens[at - 1].folded == "at":
            lead = 1
        if lead is not None and _is_company(tokens[at]):
            end = at
            while (
                end + 1 < len(tokens)
                and tokens[end + 1].clause == tokens[at].clause
                and _is_company(tokens[end + 1])
            ):
                end += 1
        elif _is_institution(tokens, at):
            lead, end = 2, at
        else:
            continue
        name = said(text, tokens[at : end + 1])
        # "Events at": the events are still asked for.
        first = at if stems[at - lead] in vocabulary().meanings else at - lead
        yield Part("company", name, 0.7, name, first, end)
        return


def _is_company(token: Token) -> bool:
    if not token.typed[0].isupper() or token.part is not None:
        return False
    return token.stem not in vocabulary().meanings and not is_town(token.typed) and not says_nothing(token)


def _is_institution(tokens: Sequence[Token], at: int) -> bool:
    """ "En la UNAM", "an der LMU": a preposition, an article and capitals."""
    return (
        at >= 2
        and len(tokens[at].typed) > 1
        and tokens[at].typed.isupper()
        and tokens[at - 1].folded in _ARTICLES
        and tokens[at - 2].folded in _AT
        and _is_company(tokens[at])
    )
