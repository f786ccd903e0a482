"""What of billing needs somebody today, and the counts that stand on every page."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from billing import calendar
from billing.models import BillingPlan, BillingSettings, PostingHold, PricingMenu, WorkItem
from billing.operations import inbox
from billing.operations.plans import draft, standing_of
from billing.reports import plan_sums
from billing.reports.inbox import Kind, Trouble, in_order, with_kind
from clients.access import Action, may
from clients.models import Membership, Practice

MOST_ITEMS = 20


def counts(practice: Practice) -> dict[str, int]:
    """Work to be completed, what is not in the ledger and should be, and what Safe Mode held and nobody confirmed.

    One query.
    """
    at = timezone.now()
    work = WorkItem.objects.for_practice(practice).open()
    missing = _count(inbox.open_invoices(practice, at=at)) + _count(inbox.stopped(practice, at=at))
    asked = PostingHold.objects.for_practice(practice).open().filter(reason=PostingHold.Reason.CONFIRMATION)
    rows = Practice.objects.filter(pk=practice.pk).values_list(_count(work), missing, _count(asked))
    return dict(zip(("work", "refused", "to_confirm"), rows[0], strict=True))


def _count(rows: QuerySet[Any]) -> Any:
    """The number of rows, as a subquery."""
    alone = rows.order_by().values("practice_id").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(alone), 0)


def attention(membership: Membership, at: datetime) -> list[dict[str, Any]]:
    """Plans that stand still, the plan to approve with its date, invoices to fix, work that was proposed as done."""
    if not may(membership, Action.BILLING):
        return []
    practice = membership.practice
    cards = [*_stopped(practice, at), *_plans(practice, at), _missing(practice, at), _proposed(practice)]
    cards.append(_first_menu(membership))
    return [card for card in cards if card]


def _plans(practice: Practice, at: datetime) -> list[dict[str, Any]]:
    """Drafts that post within the month or should have posted; plans whose posting stopped."""
    today = calendar.today_in(practice.zone, at)
    near = calendar.add_months(today, 1)
    plans = (
        BillingPlan.objects.for_practice(practice)
        .select_related("practice")
        .filter(posts_on__lte=near, posts_on__gte=calendar.add_months(today, -2))
    )
    now = [draft(practice=practice, month=plan.month, at=at) if plan.is_draft else plan for plan in plans]
    return [card for plan in reversed(now) if (card := _plan_card(practice, plan, at))]


def _plan_card(practice: Practice, plan: BillingPlan, at: datetime) -> dict[str, Any]:
    url = reverse("billing:plan_month", kwargs={"practice": practice.slug, "month": plan.month})
    facts = {"url": url, "amount": plan.total, "is_primary": True}
    if plan.is_draft and plan.line_count:
        is_late = plan.posts_on <= calendar.today_in(practice.zone, at)
        when = f"{plan.posts_on:%A} {plan.posts_on.day} {plan.posts_on:%B %Y}"
        note = (
            f"It was due on {when}; nothing posts before somebody approves it." if is_late else f"It posts on {when}."
        )
        tone = "bad" if is_late else "accent"
        return {**facts, "tone": tone, "icon": "calendar-dollar", "title": f"Approve the {plan.month:%B} plan",
                "note": f"£{plan.total:,.2f}. {note}", "action": "Review the plan"}  # fmt: skip
    if plan.status == BillingPlan.Status.BLOCKED:
        return {**facts, "tone": "bad", "icon": "hand-stop", "title": f"The {plan.month:%B} plan is blocked",
                "note": "Nothing is lost and nothing is sent.", "action": "See why"}  # fmt: skip
    standing = standing_of(plan, at=at)
    if standing.is_paused:
        return {"url": url, "amount": plan.total, "tone": "warn", "icon": "clock", "note": standing.sentence,
                "title": f"The {plan.month:%B} plan waits for Xero", "action": "See the plan"}  # fmt: skip
    return {}


def _missing(practice: Practice, at: datetime) -> dict[str, Any]:
    """What is not in the ledger and should be: refused, waiting for somebody, late, or otherwise than it was sent."""
    found = inbox.open_invoices(practice, at=at)
    some = list(in_order(with_kind(found, at)).select_related(*inbox.TOGETHER)[:MOST_ITEMS])
    if not some:
        return {}
    count = len(some) if len(some) < MOST_ITEMS else found.count()
    troubles = inbox.troubles(practice, some, at=at)
    titles = list(dict.fromkeys(trouble.title for trouble in troubles))
    amount = found.aggregate(amount=Sum("total"))["amount"]
    return {
        "tone": "bad",
        "icon": "alert-circle",
        "title": "1 invoice to fix" if count == 1 else f"{count} invoices to fix",
        "note": titles[0] if len(titles) == 1 else f"{titles[0]}, and {len(titles) - 1} more.",
        "url": reverse("billing:failures", kwargs={"practice": practice.slug}),
        "action": "Fix it" if count == 1 else "Fix them",
        "count": count,
        "amount": amount,
        "items": [_item(practice, trouble) for trouble in troubles if not trouble.invoice.is_posted],
    }


def _item(practice: Practice, trouble: Trouble) -> dict[str, Any]:
    """Signed or done, and not billed: one line of the leak list."""
    where, invoice = {"practice": practice.slug}, trouble.invoice
    return {
        "client": invoice.client.name,
        "client_url": reverse("billing:client_invoices", kwargs={**where, "client_id": invoice.client_id}),
        "why": "Waits for Send to Xero now" if trouble.kind == Kind.PERSON else trouble.title,
        "since": calendar.today_in(practice.zone, trouble.since),
        "amount": invoice.total,
        "action": "Fix",
        "url": reverse("billing:invoice", kwargs={**where, "invoice_id": invoice.pk}),
    }


def _stopped(practice: Practice, at: datetime) -> list[dict[str, Any]]:
    """Approved plans of which nothing is raised although their day has come."""
    return [
        {
            "tone": "bad",
            "icon": "hand-stop",
            "title": still.title,
            "note": f"£{still.plan.total:,.2f}. {still.text}",
            "url": reverse("billing:plan_month", kwargs={"practice": practice.slug, "month": still.plan.month}),
            "action": "Reopen the plan" if still.is_altered else "Look at the plan",
            "amount": still.plan.total,
            "is_primary": True,
        }
        for still in inbox.still_plans(practice, at=at)
    ]


def _first_menu(membership: Membership) -> dict[str, Any]:
    """On the first days: nothing to sell, nothing to propose."""
    practice = membership.practice
    if not may(membership, Action.SETTINGS) or PricingMenu.objects.for_practice(practice).exists():
        return {}
    return {
        "tone": "accent",
        "icon": "tag",
        "title": "Set up what you sell",
        "note": "A pricing menu holds your services with their prices; proposals choose from it.",
        "url": reverse("billing:services", kwargs={"practice": practice.slug}),
        "action": "Make a menu",
    }


def _proposed(practice: Practice) -> dict[str, Any]:
    proposed = WorkItem.objects.for_practice(practice).open().filter(proposed_at__isnull=False)
    fees = list(proposed.values_list("amount", flat=True))
    if not fees:
        return {}
    return {
        "tone": "info",
        "icon": "checklist",
        "title": "1 piece of work is proposed as done"
        if len(fees) == 1
        else f"{len(fees)} pieces of work are proposed as done",
        "note": "Mark it as completed and its invoice goes out.",
        "url": reverse("billing:work", kwargs={"practice": practice.slug}) + "?state=proposed",
        "action": "Complete",
        "count": len(fees),
        "amount": sum(fees, Decimal("0.00")),
    }


def overview(membership: Membership, at: datetime) -> list[dict[str, Any]]:
    """This month's plan in three figures and how the billed sum moved, for those who may see it."""
    if not may(membership, Action.BILLING):
        return []
    practice = membership.practice
    kept = BillingSettings.objects.for_practice(practice).first()
    timing = kept.timing if kept else BillingSettings.Timing.ARREARS
    month = calendar.open_month(calendar.today_in(practice.zone, at), timing)
    plan = draft(practice=practice, month=month, at=at)
    days = (plan.posts_on - calendar.today_in(practice.zone, at)).days
    when = "today" if days == 0 else "tomorrow" if days == 1 else f"in {days} days"
    url = reverse("billing:plan_month", kwargs={"practice": practice.slug, "month": month})
    panel = {
        "title": f"{month:%B %Y} billing plan",
        "rows": [("Net of VAT", plan.total), ("Lines", plan.line_count), ("State", standing_of(plan, at=at).label)],
        "url": url,
        "action": "Open the plan",
    }
    lead = {"lead": f"The {month:%B} plan posts {when}."} if days >= 0 and not plan.is_raised else {}
    return [panel | lead, *_movement(practice, month)]


def _movement(practice: Practice, month: date) -> list[dict[str, Any]]:
    """Twelve months of gains and losses, once there are some."""
    months = plan_sums.movement(practice, month)
    if not any(bar["up"] or bar["down"] for bar in months):
        return []
    said = "By how much each month's plan differed from the one before, quarterly and annual services left out."
    return [{"title": "Movement of what you bill", "text": said, "months": months}]
