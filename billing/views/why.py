"""Why no invoice? Five checks on one client, in the order in which they stop an invoice."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from billing.models import BillingPlan, Engagement, PostingHold
from billing.operations import holds, plans, settings
from billing.ports import ContactStanding, Tone, get_ledger
from billing.views.pieces import address
from billing.views.plan_state import month_to_work_on
from clients.access import Action, PracticeRequest
from clients.models import Client


@dataclass(frozen=True, slots=True)
class Check:
    """One question, its answer, and what to do where it fails."""

    title: str
    tone: str
    sentence: str
    fix_label: str = ""
    fix_url: str = ""
    is_dialog: bool = False


def checks_of(request: PracticeRequest, client: Client, at: datetime) -> list[Check]:
    """Connected, Safe Mode, start confirmed, contact usable, contact right; then what the plan says."""
    ledger = get_ledger(settings.settings_of(request.practice).destination)
    standing = ledger.standings(request.practice, [client.pk]).get(client.pk)
    plan = _plan(request, at)
    return [
        _connected(request, plan, at),
        _safe_mode(request),
        _start(request, client),
        _usable(standing),
        _right(client, standing),
        _in_plan(request, client, plan, at),
    ]


def _plan(request: PracticeRequest, at: datetime) -> BillingPlan | None:
    month = month_to_work_on(request.practice, at)
    return BillingPlan.objects.for_practice(request.practice).in_month(month).select_related("practice").first()


def _connected(request: PracticeRequest, plan: BillingPlan | None, at: datetime) -> Check:
    fix_url = address("xero_sync:integrations", practice=request.practice.slug) if request.may(Action.SETTINGS) else ""
    lost = {PostingHold.Reason.CONNECTION_LOST, PostingHold.Reason.WRONG_ORGANISATION}
    for hold in holds.open_reasons(request.practice):
        if hold.reason == holds.NOT_CONNECTED:
            return Check("Is Xero connected?", "bad", hold.sentence, "Connect", fix_url)
        if hold.reason in lost:
            return Check("Is Xero connected?", "bad", hold.sentence, "Reconnect", fix_url)
    ledger = get_ledger(settings.settings_of(request.practice).destination)
    findings = ledger.preflight(plan, at=at) if plan else []
    broken = [
        each for each in findings if each.tone == Tone.RED and not each.client_ids and "connect" in each.code.lower()
    ]
    if broken:
        return Check("Is Xero connected?", "bad", broken[0].sentence or broken[0].title, "Connect", fix_url)
    return Check("Is Xero connected?", "good", "Yes.")


def _safe_mode(request: PracticeRequest) -> Check:
    if not request.practice.is_safe_mode:
        return Check("Is Safe Mode off?", "good", "Yes.")
    url = reverse("billing:safe_mode", kwargs={"practice": request.practice.slug})
    fix_url = url if request.may(Action.SETTINGS) else ""
    return Check("Is Safe Mode off?", "bad", "No. Nothing leaves Socket until it is.", "Leave Safe Mode", fix_url, True)


def _start(request: PracticeRequest, client: Client) -> Check:
    title = "Is the start date confirmed?"
    engagements = Engagement.objects.for_practice(request.practice).filter(client=client)
    waiting = engagements.waiting_for_start().first()
    url = address("proposals:client_proposals", practice=request.practice.slug, client_id=client.pk)
    if waiting:
        return Check(title, "bad", f"Not for proposal {waiting.number}: it bills nothing before.", "Confirm it", url)
    if not engagements.filter(ended_at=None).exists():
        return Check(title, "warn", "No accepted proposal bills this client.", "See its proposals", url)
    return Check(title, "good", "Yes.")


def _usable(standing: ContactStanding | None) -> Check:
    title = "Can its Xero contact be invoiced?"
    if standing is None or standing.tone != Tone.RED:
        return Check(title, "good", "Yes.")
    return Check(title, "bad", standing.sentence or standing.label, "Choose the contact", standing.fix_url, True)


def _right(client: Client, standing: ContactStanding | None) -> Check:
    """A wrong link cannot be seen by a program; what can be said is to whom the invoices go."""
    title = "Is it linked to the right contact?"
    if standing is None:
        return Check(title, "warn", "It is not known yet which contact stands for this client.")
    if standing.tone == Tone.RED:
        return Check(title, "warn", "The contact itself cannot be invoiced; see above.")
    if standing.tone == Tone.AMBER:
        return Check(title, "warn", standing.sentence or standing.label, "Choose the contact", standing.fix_url, True)
    same = standing.label.casefold() == client.name.casefold()
    words = f"It is linked to {standing.label}."
    return Check(
        title,
        "good" if same else "warn",
        words if same else f"{words} See whether the invoices are there.",
        "" if same else "See the link",
        "" if same else standing.fix_url,
        True,
    )


def _in_plan(request: PracticeRequest, client: Client, plan: BillingPlan | None, at: datetime) -> Check:
    title = "Is something due?"
    if plan is None:
        return Check(title, "warn", "The plan of this month has not been drawn yet.")
    row = plan.rows.filter(client=client).first()
    url = reverse("billing:plan_month", kwargs={"practice": request.practice.slug, "month": plan.month})
    url = url if request.may(Action.BILLING) else ""
    if row is None or not row.amount:
        return Check(title, "warn", f"Nothing is due in {plan.month:%B %Y}.", "Open the plan", url)
    state = plan.get_status_display().lower()
    tone = "warn" if plan.is_draft else "good"
    words = f"£{row.amount:,.2f} in the {plan.month:%B %Y} plan, which is {state}."
    waits = plans.standing_of(plan, at=at).sentence
    return Check(title, tone, f"{words} {waits}".strip(), "Open the plan", url)
