"""What billing writes to people, each once per cause: the slugs are folders under templates/emails."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from billing.models import BillingPlan, Invoice
from billing.records import Foreseen
from clients.models import Practice
from notifications import outbox

ZERO = Decimal("0.00")
MOST_LETTERS = 5


def plan_waits(plan: BillingPlan, *, has_come: bool, at: datetime) -> None:
    """To the approvers: the plan is ready for review; or its posting day has come and nobody has approved it."""
    slug = "plan_not_approved" if has_come else "plan_ready"
    _to_approvers(plan, slug, f"{slug}:{plan.pk}:{plan.posts_on}", {}, at=at)


def plan_altered(plan: BillingPlan, *, at: datetime) -> None:
    """To the approvers: the plan's lines are not the approved ones any more, and nothing is raised from them."""
    cause = f"plan_altered:{plan.pk}:{plan.approved_at:%Y-%m-%dT%H:%M:%S.%f}"
    _to_approvers(plan, "plan_altered", cause, {}, at=at)


def plan_eve(
    plan: BillingPlan, *, stage: str, red: Sequence[Foreseen], amber: Sequence[Foreseen], at: datetime
) -> None:
    """To the approvers: what will fail when the plan posts, and what to look at; a day before or an hour before."""
    facts = {"is_last_hour": stage == "hour", "red": red, "amber": amber}
    _to_approvers(plan, "plan_eve", f"plan_eve:{plan.pk}:{plan.posts_on}:{stage}", facts, at=at)


def not_in_ledger(practice: Practice, *, today: date, facts: dict[str, Any], at: datetime) -> None:
    """To the approvers, once a day: everything that should be in the ledger and is not."""
    outbox.write(
        practice=practice,
        slug="not_in_ledger",
        cause=f"not_in_ledger:{practice.pk}:{today}",
        recipients=outbox.to_approvers(practice),
        context={**facts, "today": today},
        audience=outbox.Audience.USER,
        at=at,
        url=f"/p/{practice.slug}/invoices-to-fix/",
    )


def plan_posted(plan: BillingPlan, *, at: datetime) -> None:
    """To the approvers: every invoice is in the ledger, with the totals. Nothing about a plan without invoices."""
    totals = list(plan.invoices.posted().values_list("total", flat=True))
    if totals:
        by_hand = plan.invoices.filter(is_handled_by_hand=True).count()
        facts = {"invoice_count": len(totals), "posted_total": sum(totals, ZERO), "by_hand_count": by_hand}
        _to_approvers(plan, "plan_posted", f"plan_posted:{plan.pk}", facts, at=at)


def plan_refused(plan: BillingPlan, *, refused: int, total: int, refused_at: datetime, at: datetime) -> None:
    """To the approvers: some invoices of the plan were refused. Once at the first, once more when the rest are in."""
    is_over = plan.status == BillingPlan.Status.NEEDS_ATTENTION
    since = refused_at if is_over else plan.raised_at
    shown = _some_refused(plan)
    facts = {
        "refused_count": refused,
        "total_count": total,
        "is_over": is_over,
        "invoices": shown,
        "more_count": refused - len(shown),
    }
    cause = f"invoices_refused:{plan.pk}:{'end' if is_over else 'first'}:{since:%Y-%m-%dT%H:%M:%S.%f}"
    _to_approvers(plan, "invoices_refused", cause, facts, at=at)


def invoice_refused(invoice: Invoice, *, at: datetime) -> None:
    """To the approvers: one invoice outside a plan was refused; an acceptance invoice has a letter of its own.

    After a few within an hour one more says that there are many, and where they are: a letter each would bury them.
    """
    if invoice.kind == Invoice.Kind.ACCEPTANCE:
        cause = f"acceptance_refused:{invoice.uid}:{invoice.refused_at:%Y-%m-%dT%H:%M:%S.%f}"
        _about_invoice(invoice, "acceptance_refused", cause, {"reason": invoice.refusal_reason}, at=at)
        return
    lately = _refused_lately(invoice.practice, at)
    is_flood = lately > MOST_LETTERS
    cause = f"invoices_refused:{invoice.uid}:{invoice.refused_at:%Y-%m-%dT%H:%M:%S.%f}"
    cause = f"invoices_refused:{invoice.practice_id}:many:{at:%Y-%m-%dT%H}" if is_flood else cause
    _about_invoice(invoice, "invoices_refused", cause, {"is_flood": is_flood, "lately_count": lately}, at=at)


def acceptance_waits(invoice: Invoice, *, reason: str, at: datetime) -> None:
    """To the approvers: an invoice due at signing was raised while nothing may be sent; a person must send it."""
    facts = {"reason": reason, "is_waiting": True}
    _about_invoice(invoice, "acceptance_refused", f"acceptance_waits:{invoice.uid}", facts, at=at)


def _refused_lately(practice: Practice, at: datetime) -> int:
    """How many invoices of work were refused within the hour, this one included."""
    since = at - timedelta(hours=1)
    rows = Invoice.objects.for_practice(practice).refused().filter(plan=None, refused_at__gte=since)
    return rows.exclude(kind=Invoice.Kind.ACCEPTANCE).count()


def _some_refused(plan: BillingPlan) -> list[Invoice]:
    return list(plan.invoices.refused().select_related("client").order_by("client__name", "pk")[:20])


def _about_invoice(invoice: Invoice, slug: str, cause: str, facts: dict[str, Any], *, at: datetime) -> None:
    outbox.write(
        practice=invoice.practice,
        slug=slug,
        cause=cause,
        recipients=outbox.to_approvers(invoice.practice),
        context={"invoice": invoice, "client": invoice.client, "invoices": [invoice], "refused_count": 1, **facts},
        audience=outbox.Audience.USER,
        at=at,
        url=f"/p/{invoice.practice.slug}/invoices/{invoice.pk}/",
    )


def _to_approvers(plan: BillingPlan, slug: str, cause: str, facts: dict[str, Any], *, at: datetime) -> None:
    outbox.write(
        practice=plan.practice,
        slug=slug,
        cause=cause,
        recipients=outbox.to_approvers(plan.practice),
        context={"plan": plan, "month": plan.month, **facts},
        audience=outbox.Audience.USER,
        at=at,
        url=f"/p/{plan.practice.slug}/billing/{plan.month:%Y-%m}/",
    )
