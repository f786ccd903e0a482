"""The seal on an approved plan."""

import hashlib
import json

from billing.models import BillingPlan, PlanLine

FIELDS = ("row__client_id", "engaged_service_id", "kind", "description", "quantity", "unit_price", "amount")


def checksum_of(plan: BillingPlan) -> str:
    """SHA-256 over everything of the plan's lines that reaches an invoice, in their order."""
    lines = PlanLine.objects.for_practice(plan.practice_id).filter(plan=plan)
    ordered = lines.order_by("row__position", "row_id", "position", "pk").values_list(*FIELDS)
    content = [plan.month.isoformat(), [[str(value) for value in line] for line in ordered]]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()
