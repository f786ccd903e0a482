"""What a plan is drawn from, in a number of queries that does not grow with the clients."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Q

from billing.calendar import add_months, posting_day
from billing.models import PLANNED, BillingPlan, EngagedService, PlanLine, PlanRow
from billing.operations.terms import settings_of
from billing.records import BilledLine, EngagedTerms
from clients.models import Practice

# Client and engagement first: the order of the plan's rows and lines is the order of this query.
FIELDS = (
    "pk",
    "client_id",
    "client__name",
    "name",
    "billing_method",
    "price",
    "quantity",
    "weekday",
    "starts_on",
    "anchor",
    "ended_on",
    "engagement__last_month",
    "client__last_billable_month",
    "entity__last_billable_month",
    "alignment_amount",
    "entity_id",
    "entity__name",
)
ENDS = (
    "ended_on",
    "engagement__last_month",
    "client__last_billable_month",
    "entity__last_billable_month",
)
ONCE_KINDS = (PlanLine.Kind.ONE_OFF, PlanLine.Kind.ALIGNMENT)


@dataclass(frozen=True, slots=True)
class Drawing:
    """The planned services in force in a month, and by which state of things the plan would be drawn."""

    facts: tuple[tuple[object, ...], ...]
    posts_on: date
    fingerprint: str

    @property
    def services(self) -> list[EngagedTerms]:
        return [_terms(row) for row in self.facts]

    @property
    def client_names(self) -> dict[int, str]:
        return {int(str(row[1])): str(row[2]) for row in self.facts}


@dataclass(frozen=True, slots=True)
class History:
    """What was billed in earlier plans."""

    last: dict[int, list[BilledLine]]
    last_names: dict[int, str]
    billed_before: frozenset[int]


def drawing_of(practice: Practice, month: date, plans: Iterable[BillingPlan] | None = None) -> Drawing:
    """Read the services in force. The fingerprint covers everything that the plan's rows depend on.

    A later draft is none of it: else two drafts would make each other stale for ever. `plans` are all of the
    practice, where the caller has them in hand.
    """
    posts_on = posting_day(month, settings_of(practice).timing)
    rows = EngagedService.objects.for_practice(practice).billable_in(month).filter(billing_method__in=PLANNED)
    ordered = rows.order_by("client__name", "client_id", "engagement__number", "engagement_id", "position", "pk")
    facts = tuple(ordered.values_list(*FIELDS))
    every = BillingPlan.objects.for_practice(practice) if plans is None else plans
    counted = [plan for plan in every if plan.month < month or (plan.month > month and not plan.is_draft)]
    others = sorted((plan.month, str(plan.status), plan.version) for plan in counted)
    return Drawing(
        facts=facts,
        posts_on=posts_on,
        fingerprint=hashlib.sha256(repr((month, posts_on, facts, others)).encode()).hexdigest(),
    )


def _terms(row: Sequence[object]) -> EngagedTerms:
    facts: dict[str, object] = dict(zip(FIELDS, row, strict=True))
    ends = [facts.pop(name) for name in ENDS]
    facts.pop("client__name")
    entity_id, entity_name = facts.pop("entity_id"), facts.pop("entity__name")
    is_elsewhere = entity_id is not None and entity_id != facts["client_id"]
    return EngagedTerms(
        id=facts.pop("pk"),  # type: ignore[arg-type]  # a row of values_list has no types
        entity_name=str(entity_name) if is_elsewhere else "",
        last_month=min((end for end in ends if isinstance(end, date)), default=None),
        **facts,  # type: ignore[arg-type]  # as above
    )


def with_past(practice: Practice, month: date, services: Iterable[EngagedTerms]) -> list[EngagedTerms]:
    """The services, each told whether what is billed only once was billed already, by it or by what it continues."""
    others = PlanLine.objects.for_practice(practice).filter(kind__in=ONCE_KINDS).exclude(plan__month=month)
    counted = others.filter(Q(plan__month__lt=month) | ~Q(plan__status=BillingPlan.Status.DRAFT))
    billed = set(counted.values_list("engaged_service_id", "kind"))
    continued = dict(
        EngagedService.objects.for_practice(practice).filter(continues__isnull=False).values_list("pk", "continues_id")
    )
    return [
        replace(
            service,
            was_billed=any((pk, PlanLine.Kind.ONE_OFF) in billed for pk in _chain(service.id, continued)),
            was_aligned=any((pk, PlanLine.Kind.ALIGNMENT) in billed for pk in _chain(service.id, continued)),
        )
        for service in services
    ]


def _chain(pk: int, continued: Mapping[int, int | None]) -> list[int]:
    """The service, what it continues, what that continued, and so on."""
    chain = [pk]
    while (before := continued.get(chain[-1])) and before not in chain:
        chain.append(before)
    return chain


def history_of(practice: Practice, month: date) -> History:
    """Last month's stored lines by client, and every client of an earlier plan."""
    lines = PlanLine.objects.for_practice(practice).filter(plan__month=add_months(month, -1))
    last, names = defaultdict(list), {}
    for client_id, client_name, name, amount, is_cyclical in lines.order_by("row_id", "position").values_list(
        "row__client_id", "row__client__name", "name", "amount", "is_cyclical"
    ):
        last[client_id].append(BilledLine(name, amount, is_cyclical))
        names[client_id] = client_name
    rows = PlanRow.objects.for_practice(practice).filter(plan__month__lt=month, line_count__gt=0)
    return History(last, names, frozenset(rows.values_list("client_id", flat=True).distinct().order_by()))
