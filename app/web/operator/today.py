"""`/operator`: what was read, what people looked for in vain, how the mail is doing, and what needs a decision, worst first."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.http.deps import AppState, Now
from app.maintenance.health import health
from app.web.operator.session import Operator, OperatorRoute
from app.web.operator.views import mail_plots, operator_page, say_of

router = APIRouter(include_in_schema=False, route_class=OperatorRoute)


@router.get("/operator")
def today(request: Request, state: AppState, session: Operator, now: Now) -> Response:
    """Everything at a glance."""
    say = say_of(request)
    report = health(state.settings, state.database, now, say)
    lately = report.activity
    severities = {
        "critical": say.gettext("Urgent"),
        "warning": say.gettext("Soon"),
        "notice": say.gettext("To decide"),
    }
    values = {
        "report": report,
        "severities": severities,
        "lately": lately,
        "demand": [
            (each.place, say.label(each.field) if each.field else say.gettext("Anything at all"), each.band)
            for each in report.demand
        ],
        "plots": mail_plots(lately, say),
    }
    return operator_page(request, session, "today.html", values)
