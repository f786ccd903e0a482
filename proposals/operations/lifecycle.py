"""After the signature: the start, the end, and what the clock brings about."""

import logging
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F

from billing import calendar
from billing.operations import engagements
from clients.models import Practice, User
from notifications import outbox
from proposals import documents, signing
from proposals.errors import NotRunning
from proposals.models import MovedOn, Proposal, ProposalDocument
from proposals.operations.offers import note
from proposals.operations.sending import lose_pending_of_client, page_of, remind, tell_sender
from proposals.operations.signed import make_signed_document

log = logging.getLogger(__name__)
REMIND_BEFORE = timedelta(days=3)
CLOSED_REASON = "The client was closed."


def confirm_start(
    *, proposal: Proposal, month: date, recompute_alignment: bool = False, by: User, at: datetime
) -> Proposal:
    """Say from which month it bills. Active at once when that month has begun, else on its 1st.

    What it replaces ends the month before, in the same moment. Raises NotRunning; what billing refuses.
    """
    if not proposal.is_won or proposal.engagement is None:
        raise NotRunning(proposal.number, "given a start")
    first = calendar.first_of(month)
    with transaction.atomic():
        engagements.confirm_start(
            engagement=proposal.engagement, month=first, recompute_alignment=recompute_alignment, by=by, at=at
        )
        note(proposal, "start_confirmed", by=by, at=at, note=f"For {first:%B %Y}")
        _mirror(proposal.practice, at=at)
    proposal.refresh_from_db()
    return proposal


def end(*, proposal: Proposal, last_month: date, by: User | None, at: datetime) -> Proposal:
    """Close a running proposal; `last_month` is the last month that is billed. Raises NotRunning, MovedOn."""
    if not proposal.is_running or proposal.engagement is None:
        raise NotRunning(proposal.number, "ended")
    first = calendar.first_of(last_month)
    with transaction.atomic():
        engagements.end(engagement=proposal.engagement, last_month=first, by=by, at=at)
        proposal.close(last_month=first, at=at)
        note(proposal, "ended", by=by, at=at, note=f"Last billed month {first:%B %Y}")
    return proposal


def activate_due(*, practice: Practice, at: datetime) -> None:
    """Start what begins this month, and let proposals follow their engagements: Active, and what they replace
    Superseded in the same moment."""
    with transaction.atomic():
        engagements.activate_due(practice=practice, at=at)
        _mirror(practice, at=at)


def expire_due(*, practice: Practice, at: datetime) -> int:
    """Pending proposals whose last day has passed become Expired; their links are dead."""
    today = calendar.today_in(practice.zone, at)
    late = Proposal.objects.for_practice(practice).pending().filter(expires_on__lt=today)
    return sum(_expire(proposal, at) for proposal in late.select_related("client"))


def remind_expiring(*, practice: Practice, at: datetime) -> int:
    """Write once to the signatories whose proposals expire within three days; mine is the last word before that."""
    today = calendar.today_in(practice.zone, at)
    soon = Proposal.objects.for_practice(practice).pending().filter(expires_on__range=(today, today + REMIND_BEFORE))
    wanted = soon.exclude(signatory_email="").filter(sent_at__lt=at - timedelta(days=1))
    unreminded = wanted.exclude(events__what="reminded", events__at__gte=F("sent_at")).select_related("client")
    reminded = [remind(proposal=proposal, by=None, at=at) for proposal in unreminded]
    for proposal in reminded:
        tell_sender(proposal, "proposal_expiring", {}, at=at)
    return len(reminded)


def follow_closed_clients(*, practice: Practice, at: datetime) -> None:
    """What a client's closing means for its proposals: pending ones are lost, running ones end with its last month."""
    closed = Proposal.objects.for_practice(practice).exclude(client__closed_at=None).select_related("client")
    for proposal in closed.pending():
        lose_pending_of_client(client=proposal.client, reason=CLOSED_REASON, by=proposal.client.closed_by, at=at)
    this_month = calendar.month_in(practice.zone, at)
    running = closed.filter(status__in=[Proposal.Status.WON, Proposal.Status.ACTIVE])
    for proposal in running.filter(client__last_billable_month__lt=this_month).select_related("client", "engagement"):
        last_month = proposal.client.last_billable_month or this_month
        end(proposal=proposal, last_month=last_month, by=proposal.client.closed_by, at=at)


def tell_of_starts(*, practice: Practice, at: datetime) -> None:
    """One letter to the team per signed proposal whose start month nobody has confirmed by its planned start."""
    today = calendar.today_in(practice.zone, at)
    waiting = Proposal.objects.for_practice(practice).waiting_for_start().select_related("client", "practice")
    for proposal in waiting.filter(planned_start__lte=today):
        outbox.write(
            practice=practice,
            slug="start_to_confirm",
            cause=f"start_to_confirm:{proposal.pk}",
            recipients=outbox.to_team(practice),
            context={"proposal": proposal, "client": proposal.client},
            audience=outbox.Audience.USER,
            at=at,
            url=page_of(proposal),
        )


def make_missing_documents(*, practice: Practice, at: datetime) -> int:
    """Signed documents whose bell was lost. On a machine without the PDF library they go on waiting."""
    made = ProposalDocument.objects.for_practice(practice).filter(kind=ProposalDocument.Kind.SIGNED)
    accepted = Proposal.objects.for_practice(practice).accepted().filter(signatures__version=F("version"))
    missing = accepted.exclude(pk__in=made.values("proposal_id"))
    try:
        return len([make_signed_document(proposal=proposal, at=at) for proposal in missing])
    except documents.DocumentsUnavailable:
        return 0


def tick(*, at: datetime) -> None:
    """Everything that is due at this moment, practice by practice; repeating it changes nothing.

    One practice's trouble does not hold up another, nor one step the next.
    """
    steps = (
        activate_due,
        expire_due,
        remind_expiring,
        follow_closed_clients,
        tell_of_starts,
        make_missing_documents,
    )
    for practice in Practice.objects.order_by("pk"):
        for step in steps:
            try:
                step(practice=practice, at=at)
            except Exception:
                log.exception("proposals tick: %s stopped for practice %s", step.__name__, practice.pk)


def _mirror(practice: Practice, *, at: datetime) -> None:
    """Proposals whose engagement is active follow it; asked of the rows, so that a crash in between is caught up."""
    started = Proposal.objects.for_practice(practice).won().filter(engagement__activated_at__isnull=False)
    for proposal in started.select_related("replaces__engagement", "replaces__client", "engagement", "client"):
        proposal.activate(at=at)
        note(proposal, "activated", by=None, at=at)
        if proposal.replaces and proposal.replaces.is_running:
            _supersede(proposal.replaces, proposal, at=at)


def _supersede(old: Proposal, new: Proposal, *, at: datetime) -> None:
    starts_on = new.engagement.starts_on if new.engagement else None
    old.supersede(last_month=calendar.add_months(starts_on, -1) if starts_on else None, at=at)
    note(old, "superseded", by=None, at=at, note=f"By proposal {new.number}")


def _expire(proposal: Proposal, at: datetime) -> int:
    try:
        with transaction.atomic():
            proposal.expire(at=at)
            signing.revoke_all(proposal=proposal, at=at)
            note(proposal, "expired", by=None, at=at)
    except MovedOn:
        return 0
    return 1
