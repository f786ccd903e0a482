"""The daily letter about what is not in the ledger."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from billing.models import BillingSettings
from billing.operations import inbox, letters
from billing.operations.terms import settings_of
from billing.reports.inbox import NOTHING, by_cause, heaps, in_order, with_kind
from clients.models import Practice

HOUR = 8
MOST_ROWS = 20


def tell_what_is_missing(*, practice: Practice, at: datetime) -> bool:
    """From eight in the morning of the practice, once a day, and only if something is open. Whether it was told now.

    By comparing local dates, so that a clock that slept catches up. A practice's first day only begins the count.
    """
    local = at.astimezone(practice.zone)
    told_on = settings_of(practice).digest_on
    if local.hour < HOUR or told_on == local.date():
        return False
    facts = _facts(practice, at) if told_on else {}
    with transaction.atomic():
        rows = BillingSettings.objects.for_practice(practice)
        if not rows.filter(_untold(local.date())).update(digest_on=local.date()) or not facts:
            return False
        letters.not_in_ledger(practice, today=local.date(), facts=facts, at=at)
    return True


def _untold(today: date) -> Q:
    return Q(digest_on=None) | Q(digest_on__lt=today)


def _facts(practice: Practice, at: datetime) -> dict[str, Any]:
    """What the letter says; nothing when all is well."""
    found = with_kind(inbox.open_invoices(practice, at=at), at)
    sizes, plans = heaps(found), inbox.still_plans(practice, at=at)
    if not sizes and not plans:
        return {}
    first = list(in_order(found).select_related(*inbox.TOGETHER)[:MOST_ROWS])
    count = sum(heap.count for heap in sizes)
    return {
        "still_plans": plans,
        "heaps": by_cause(sizes),
        "count": count,
        "amount": sum((heap.amount for heap in sizes), NOTHING),
        "troubles": inbox.troubles(practice, first, at=at),
        "more_count": count - len(first),
        "now": at.astimezone(practice.zone),
    }
