"""A refused invoice on a page: what, why, and the buttons that repair it."""

from dataclasses import dataclass

from django.urls import reverse

from billing.models import Invoice
from billing.ports import ContactStanding
from billing.reports import refusals
from billing.views.pieces import Fix, address, fix
from clients.access import Action, PracticeRequest


@dataclass(frozen=True, slots=True)
class Refusal:
    """In the words of components/refusal.html."""

    code: str
    title: str
    text: str
    said: str
    fixes: list[Fix]


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
    if code in refusals.ON_CLIENT and client_id:
        invoicing = reverse("billing:client_invoicing", kwargs={"practice": slug, "client_id": client_id})
        return [fix("Open the client’s invoicing", invoicing)]
    return []


def acts(request: PracticeRequest, invoice: Invoice) -> list[Fix]:
    """Retry or Send to Xero now, and Handled by hand, for those who may."""
    if not request.may(Action.APPROVE) or invoice.is_posted or not (invoice.is_refused or invoice.is_waiting):
        return []
    kwargs = {"practice": request.practice.slug, "invoice_id": invoice.pk}
    by_hand = fix("Handled by hand", reverse("billing:invoice_by_hand", kwargs=kwargs), is_dialog=True)
    if invoice.kind == Invoice.Kind.ACCEPTANCE and (invoice.is_refused or not invoice.is_released):
        return [fix("Send to Xero now", reverse("billing:invoice_sending", kwargs=kwargs), is_post=True), by_hand]
    if invoice.is_refused:
        return [fix("Retry", reverse("billing:invoice_attempt", kwargs=kwargs), is_post=True), by_hand]
    return [by_hand]
