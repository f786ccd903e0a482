"""Entries of the ledger's lists on which a plan's invoices would fail, or lately did."""

from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta

from django.db.models import Q

from billing.models import BillingPlan, BillingSettings, ClientBilling, LedgerAccount, TrackingOption
from billing.reports.findings import LineFacts, Problem, names

FRESH_DOUBT = timedelta(days=35)


def list_findings(plan: BillingPlan, lines: Sequence[LineFacts], settings: BillingSettings) -> list[Problem]:
    """Tracking options and templates that are archived or gone, and accounts the ledger refused lately."""
    found = [_tracking(plan, lines), _templates(plan, lines), _doubted(plan, lines, settings)]
    return [problem for problem in found if problem]


def _tracking(plan: BillingPlan, lines: Sequence[LineFacts]) -> Problem | None:
    wanted = {option for line in lines for option in line.options}
    is_gone = Q(is_archived=True) | Q(is_missing=True) | Q(category__is_archived=True) | Q(category__is_missing=True)
    rows = TrackingOption.objects.for_practice(plan.practice_id).filter(is_gone, pk__in=wanted)
    gone = {option.pk: str(option) for option in rows.select_related("category")} if wanted else {}
    concerned = [line for line in lines if gone.keys() & set(line.options)]
    sentence = "Choose another option on the client or the service, or restore it in Xero."
    return _problem("TRACKING_INVALID", "archived in Xero", gone.values(), concerned, sentence)


def _templates(plan: BillingPlan, lines: Sequence[LineFacts]) -> Problem | None:
    is_gone = Q(template__is_archived=True) | Q(template__is_missing=True)
    rows = ClientBilling.objects.for_practice(plan.practice_id).filter(is_gone)
    gone = dict(rows.values_list("client_id", "template__name"))
    concerned = [line for line in lines if line.client_id in gone]
    used = {gone[line.client_id] for line in concerned}
    sentence = "Choose another branding theme on the client’s Invoicing tab."
    return _problem("TEMPLATE_MISSING", "no longer in Xero", used, concerned, sentence)


def _doubted(plan: BillingPlan, lines: Sequence[LineFacts], settings: BillingSettings) -> Problem | None:
    """An account that the ledger refused although its list offers it: it may refuse it again."""
    rows = LedgerAccount.objects.for_practice(plan.practice_id).usable()
    doubted = dict(rows.filter(doubted_at__gte=plan.drafted_at - FRESH_DOUBT).values_list("code", "name"))
    if not doubted:
        return None
    default = settings.recurring_account.code if settings.recurring_account else ""
    concerned = [line for line in lines if (line.account_code or default) in doubted]
    used = {f"{code} {doubted[code]}" for code in (line.account_code or default for line in concerned)}
    sentence = "Xero refused an invoice because of it, although its list offers it. See to it in Xero before billing."
    return _problem("ACCOUNT_DOUBTED", "refused by Xero lately", used, concerned, sentence, is_held=False)


def _problem(
    code: str, what: str, used: Iterable[str], concerned: Collection[LineFacts], sentence: str, *, is_held: bool = True
) -> Problem | None:
    if not concerned:
        return None
    things = sorted(set(used))
    verb = "is" if len(things) == 1 else "are"
    return Problem(
        code=code,
        is_held=is_held,
        title=f"{', '.join(things[:3])}{' and others' if len(things) > 3 else ''} {verb} {what}",
        sentence=f"{names(concerned)}. {sentence}",
        client_ids=frozenset(line.client_id for line in concerned),
    )
