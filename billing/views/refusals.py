"""A refused invoice on a page: what, why, and the buttons that repair it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from billing.models import Invoice
from billing.ports import ContactStanding
from billing.reports import inbox, refusals
from billing.views.pieces import Fix, address, fix
from clients.access import Action, PracticeRequest

ON_ONE_CLIENT = refusals.CONTACT | refusals.ON_CLIENT
TO_CONNECT = {
    "CONNECTION_LOST": "Reconnect to Xero",
    "WRONG_ORGANISATION": "Reconnect to Xero",
    "NOT_CONNECTED": "Connect with Xero",
}
ALONE = {inbox.UNRELEASED: "It waits for you"}
PUSHES = {"NOT_QUEUED": "Queue it again", "IN_QUEUE": "Try now", "BEING_CHECKED": "Look now"}


@dataclass(frozen=True, slots=True)
class Refusal:
    """In the words of components/refusal.html."""

    code: str
    title: str
    text: str
    said: str
    fixes: list[Fix]
    tone: str = ""


def refusal_of(request: PracticeRequest, invoice: Invoice, standing: ContactStanding | None = None) -> Refusal:
    """Why it was refused, with the repair first, then Retry and Handled by hand."""
    repair = repairs(request, invoice.refusal_code, invoice.client_id, standing)
    return Refusal(
        code=invoice.refusal_code,
        title=refusals.title_of(invoice),
        text=refusals.text_of(invoice),
        said=invoice.ledger_words,
        fixes=[*repair, *acts(request, invoice)],
    )


def matter_of(
    request: PracticeRequest, trouble: inbox.Trouble, standing: ContactStanding | None, at: datetime
) -> Refusal:
    """What is the matter with one invoice, whatever it is, with the repair first."""
    invoice = trouble.invoice
    if trouble.kind == inbox.Kind.REFUSED:
        return refusal_of(request, invoice, standing)
    is_changed = trouble.kind == inbox.Kind.DIFFERS
    ends = delay_repairs(request, trouble) if trouble.kind == inbox.Kind.STUCK else []
    text = f"{trouble.said} {trouble.text}".strip() if is_changed else trouble.text
    fixes = [*ends, *acts(request, invoice, trouble)]
    tone = "info" if trouble.kind == inbox.Kind.STUCK and not trouble.is_late(at) else "warn"
    return Refusal(trouble.code, ALONE.get(trouble.code, trouble.title), text, "", fixes, tone)


def repairs(
    request: PracticeRequest, code: str, client_id: int | None, standing: ContactStanding | None = None
) -> list[Fix]:
    """The page that repairs the cause, where there is one."""
    slug = request.practice.slug
    if code in refusals.CONTACT and client_id:
        chooser = standing.fix_url if standing else ""
        chooser = chooser or address("xero_sync:contact_choice", practice=slug, client_id=client_id)
        return [fix("Link another contact", chooser, is_dialog=True)] if chooser else []
    if code in refusals.ACCOUNT:
        settings_url = reverse("billing:settings_billing", kwargs={"practice": slug})
        return [fix("Choose an account code", f"{settings_url}#id_recurring_account")]
    if code == "NUMBER_TAKEN":
        settings_url = reverse("billing:settings_billing", kwargs={"practice": slug})
        return [fix("Choose another prefix", f"{settings_url}#id_number_prefix")]
    if code in refusals.ON_CLIENT and client_id:
        invoicing = reverse("billing:client_invoicing", kwargs={"practice": slug, "client_id": client_id})
        return [fix("Open the client’s invoicing", invoicing)]
    return []


def group_repairs(request: PracticeRequest, cause: inbox.Cause, standings: Mapping[int, ContactStanding]) -> list[Fix]:
    """The repair that serves all invoices of the cause, where there is one."""
    first = cause.first
    if first.kind == inbox.Kind.STUCK:
        return delay_repairs(request, first)
    if not cause.is_refusal or (first.code in ON_ONE_CLIENT and cause.client_id is None):
        return []
    return repairs(request, first.code, cause.client_id, standings.get(cause.client_id or 0))


def row_repairs(
    request: PracticeRequest, trouble: inbox.Trouble, standings: Mapping[int, ContactStanding]
) -> list[Fix]:
    """The repair of what concerns one client alone."""
    if trouble.kind != inbox.Kind.REFUSED or trouble.code not in ON_ONE_CLIENT:
        return []
    client_id = trouble.invoice.client_id
    return repairs(request, trouble.code, client_id, standings.get(client_id))


def delay_repairs(request: PracticeRequest, trouble: inbox.Trouble) -> list[Fix]:
    """What ends the standstill, where a person can end it."""
    slug = request.practice.slug
    if trouble.code == "SAFE_MODE":
        return [fix("Leave Safe Mode", reverse("billing:safe_mode", kwargs={"practice": slug}), is_dialog=True)]
    if trouble.code == "CONFIRMATION":
        url = reverse("billing:waiting_confirmation", kwargs={"practice": slug})
        return [fix("Look at what waits", url, is_dialog=True)]
    if trouble.code in TO_CONNECT:
        url = address("xero_sync:integrations", practice=slug)
        return [fix(TO_CONNECT[trouble.code], url)] if url else []
    return []


def acts(request: PracticeRequest, invoice: Invoice, trouble: inbox.Trouble | None = None) -> list[Fix]:
    """Retry or Send to Xero now, and Handled by hand, for those who may; `trouble` is what is known of it."""
    if not request.may(Action.APPROVE):
        return []
    if trouble and trouble.kind == inbox.Kind.DIFFERS:
        return _difference_acts(request, invoice)
    if not (invoice.is_refused or invoice.is_waiting):
        return []
    kwargs = {"practice": request.practice.slug, "invoice_id": invoice.pk}
    by_hand = fix("Handled by hand", reverse("billing:invoice_by_hand", kwargs=kwargs), is_dialog=True)
    others = [] if trouble and trouble.is_away else [by_hand]
    if invoice.kind == Invoice.Kind.ACCEPTANCE and (invoice.is_refused or not invoice.is_released):
        return [fix("Send to Xero now", reverse("billing:invoice_sending", kwargs=kwargs), is_post=True), *others]
    label = "Retry" if invoice.is_refused else PUSHES.get(trouble.code, "") if trouble else ""
    again = fix(label, reverse("billing:invoice_attempt", kwargs=kwargs), is_post=True)
    return [again, *others] if label else others


def _difference_acts(request: PracticeRequest, invoice: Invoice) -> list[Fix]:
    kwargs = {"practice": request.practice.slug, "invoice_id": invoice.pk}
    seen = fix("Mark as seen", reverse("billing:invoice_acknowledgement", kwargs=kwargs), is_post=True)
    there = fix("Open in Xero", invoice.ledger_url, is_external=True)
    return [there, seen] if invoice.ledger_url else [seen]
