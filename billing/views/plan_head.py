"""What stands at the top of every plan, whatever its state."""

from datetime import date
from typing import Any

from billing import calendar
from billing.models import BillingSettings
from billing.views.plan_state import PlanState
from clients.access import Action, PracticeRequest


def head(request: PracticeRequest, state: PlanState) -> dict[str, Any]:
    return {
        "plan": state.plan,
        "standing": state.standing,
        "timing": "in advance" if state.settings.timing == BillingSettings.Timing.ADVANCE else "in arrears",
        "today": state.today,
        "last_month": calendar.add_months(state.plan.month, -1),
        "may_approve": request.may(Action.APPROVE),
        "is_overdue": state.plan.posts_on <= state.today,
        **neighbours(state.plan.month),
    }


def neighbours(month: date) -> dict[str, date]:
    return {"previous": calendar.add_months(month, -1), "next": calendar.add_months(month, 1)}
