"""What is known about one plan at one moment, gathered once for the page, the approval dialog and the export."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from django.http import Http404, HttpRequest
from django.urls import reverse

from billing import calendar
from billing.models import BillingPlan, BillingSettings
from billing.operations import plans, settings
from billing.ports import ContactStanding, Finding, Ledger, Tone, get_ledger
from billing.reports import findings, plan_page, refusals, unusable
from billing.reports.plan_page import Entry, Wanted
from clients.models import Practice

FUTURE_MONTHS = 1


@dataclass
class PlanState:
    """A plan, its rows with what the ledger and billing found about them, and the findings themselves."""

    practice: Practice
    plan: BillingPlan
    at: datetime

    @cached_property
    def standing(self) -> plans.Standing:
        """As people read it, a pause of its ledger included."""
        return plans.standing_of(self.plan, at=self.at)

    @cached_property
    def settings(self) -> BillingSettings:
        """As they were read when the plan was drawn a moment ago."""
        try:
            return self.practice.billing_settings
        except BillingSettings.DoesNotExist:
            return settings.settings_of(self.practice)

    @cached_property
    def ledger(self) -> Ledger:
        return get_ledger(self.settings.destination)

    @cached_property
    def lines(self) -> list[findings.LineFacts]:
        return findings.plan_lines(self.plan)

    @cached_property
    def own(self) -> list[Finding]:
        """What billing itself found."""
        found = findings.own_findings(self.lines, self.settings)
        found += unusable.list_findings(self.plan, self.lines, self.settings)
        return [self._finding(problem) for problem in found]

    @cached_property
    def entries(self) -> list[Entry]:
        return plan_page.entries(self.plan, self.settings, self._standings, self._drift())

    @property
    def invoice_counts(self) -> dict[int, int]:
        """How many invoices each client will get."""
        return findings.invoice_counts(self.lines, self.settings)

    @cached_property
    def checks(self) -> list[Finding]:
        """Every finding, the ledger's first; of one code only one, since both may look at accounts."""
        found = {finding.code: finding for finding in [*self.own, *self.ledger.preflight(self.plan, at=self.at)]}
        order = (Tone.RED, Tone.AMBER, Tone.GREEN)
        return sorted(found.values(), key=lambda finding: order.index(finding.tone))

    @property
    def today(self) -> date:
        return calendar.today_in(self.practice.zone, self.at)

    @property
    def posts(self) -> date | None:
        """The day it posts by itself if it is approved today."""
        return calendar.posts_when(self.plan.posts_on, self.today)

    def _standings(self, client_ids: Sequence[int]) -> dict[int, ContactStanding]:
        return self.ledger.standings(self.practice, client_ids)

    def _drift(self) -> dict[int, str]:
        return plans.drift(self.plan) if self.plan.is_finalised else {}

    def _finding(self, problem: findings.Problem) -> Finding:
        is_account = problem.code in refusals.ACCOUNT
        settings_url = reverse("billing:settings_billing", kwargs={"practice": self.practice.slug})
        return Finding(
            code=problem.code,
            tone=Tone.RED if problem.is_held else Tone.AMBER,
            title=problem.title,
            sentence=problem.sentence,
            fix_label="Choose" if is_account else "",
            fix_url=f"{settings_url}#id_recurring_account" if is_account else "",
            client_ids=problem.client_ids,
        )


def month_to_work_on(practice: Practice, at: datetime) -> date:
    """The oldest month of the last two whose plan waits for somebody or is on its way; else the one that posts next.

    A plan of which only refused invoices are left is not one of them: those are found under Invoices to fix.
    """
    today = calendar.today_in(practice.zone, at)
    timing = settings.settings_of(practice).timing
    newest = calendar.open_month(today, timing)
    over = (BillingPlan.Status.POSTED, BillingPlan.Status.NEEDS_ATTENTION)
    unfinished = BillingPlan.objects.for_practice(practice).exclude(status__in=over).filter(line_count__gt=0)
    recent = unfinished.filter(month__gte=calendar.add_months(newest, -2), month__lte=newest).order_by("month")
    waiting = recent.values_list("month", flat=True).first()
    return waiting or newest


def plan_in(practice: Practice, month: date, at: datetime) -> BillingPlan | None:
    """The month's plan, drawn afresh while it is a draft; None for a month whose plan nobody has opened."""
    stored = BillingPlan.objects.for_practice(practice).in_month(month)
    if month not in _open_months(practice, at) and not stored.exists():
        return None
    return plans.draft(practice=practice, month=month, at=at)


def _open_months(practice: Practice, at: datetime) -> Collection[date]:
    """Around now, however the practice bills: the month that has just been due to the one after the next."""
    month = calendar.month_in(practice.zone, at)
    return [calendar.add_months(month, step) for step in range(-1, FUTURE_MONTHS + 1)]


def plan_or_404(practice: Practice, month: date, at: datetime) -> PlanState:
    plan = plan_in(practice, month, at)
    if plan is None:
        raise Http404("There is no plan for this month.")
    return PlanState(practice, plan, at)


def wanted_from(request: HttpRequest) -> Wanted:
    """What the address asks for."""
    query = request.GET
    return Wanted(
        change=query.get("change", ""),
        has_warnings=query.get("warnings") == "1",
        owner=query.get("owner", ""),
        template=query.get("theme", ""),
        text=query.get("client", "").strip(),
        sort=query.get("sort", ""),
    )
