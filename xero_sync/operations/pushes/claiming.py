"""T1: which invoices go next, and what exactly will be sent for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Case, Exists, OuterRef, When, prefetch_related_objects

from billing.models import Invoice, InvoiceLine
from billing.operations import invoices as billing_invoices
from clients.models import Client
from clients.operations import audit
from xero_sync.models import Batch, Connection, ContactLink, Push, Sighting
from xero_sync.operations.lanes import TURN, Lease, extend
from xero_sync.operations.pushes.batches import MOST, fitting, prepared
from xero_sync.translation.elements import (
    contact_element,
    element_bytes,
    elements_in,
    invoice_element,
    marker_url,
    sha256,
)
from xero_sync.translation.refusals import Refusal, other_currency, refusal

MOST_TRIES = 1000
Lines = dict[int, list[InvoiceLine]]  # by invoice
NOT_SENT = (  # half of an invoice's columns; fetched by themselves where a refusal is told
    "invoice__engagement",
    "invoice__source_key",
    "invoice__raised_at",
    "invoice__raised_by",
    "invoice__waiting_since",
    "invoice__healed_code",
    "invoice__ledger_reference",
    "invoice__ledger_number",
    "invoice__ledger_url",
    "invoice__posted_at",
    "invoice__refused_at",
    "invoice__refusal_code",
    "invoice__refusal_reason",
    "invoice__ledger_words",
    "invoice__cancelled_at",
    "invoice__cancelled_by",
    "invoice__cancel_reason",
    "invoice__is_handled_by_hand",
)
OF_LINES = (
    "practice",
    "invoice",
    "description",
    "quantity",
    "unit_price",
    "ledger_account",
    "tracking_1",
    "tracking_2",
)
OF_LINKS = ("client", "contact__external_id", "contact__status", "contact__is_missing")
CLAIM = ("status", "batch", "contact_external_id", "element_sha256")


class Moved(Exception):
    """A push was withdrawn, or claimed in another slot, while its bytes were written; the batch is written anew."""


@dataclass(frozen=True, slots=True)
class Item:
    """One push on its way into a batch."""

    push: Push
    element: bytes
    contact_id: str


def claim_contacts(lease: Lease, connection: Connection, *, at: datetime) -> Batch | None:
    """A batch of contacts to create for clients without a link whose invoices are due; they come before invoices.

    The first slot's business alone, and never while another such batch is open: a contact is created once.
    """
    if not lease.is_first:
        return None
    linked = ContactLink.objects.for_practice(lease.practice).filter(tenant_id=connection.tenant_id)
    waiting = Push.objects.for_practice(lease.practice).due(at).exclude(client__in=linked.values("client"))
    client_ids = list(dict.fromkeys(waiting.values_list("client_id", flat=True)))[:MOST]
    open_ones = Batch.objects.for_practice(lease.practice).filter(kind=Batch.Kind.CONTACTS, status__in=Batch.OPEN)
    if not client_ids or open_ones.exists():
        return None
    clients = Client.objects.for_practice(lease.practice).filter(pk__in=client_ids).order_by("pk")
    elements = [element_bytes(contact_element(client)) for client in clients]
    with transaction.atomic():
        return prepared(lease, connection, Batch.Kind.CONTACTS, elements[: fitting(elements)], at=at)


def claim_invoices(lease: Lease, connection: Connection, *, at: datetime) -> Batch | None:
    """Freeze the next batch of at most 50, and refuse aloud what is known to be refused. None when nothing is left.

    Invoices that may have been sent before come alone with their likes, with the very bytes of that time.
    """
    for _ in range(MOST_TRIES):
        chosen = _chosen(lease, connection, at=at)
        if not chosen:
            return None
        lines = _lines(chosen, connection)
        try:
            with transaction.atomic(), audit.together():
                extend(lease, until=at + TURN)
                items = _translated(chosen, lines, connection, at=at)
                if items:
                    return _claimed(lease, connection, items, at=at)
        except Moved:
            continue
    return None


def _claimed(lease: Lease, connection: Connection, items: Sequence[Item], *, at: datetime) -> Batch:
    repeats = items[0].push.batch
    elements = [item.element for item in items]
    batch = prepared(lease, connection, Batch.Kind.INVOICES, elements, at=at, repeats=repeats)
    for item in items:
        item.push.status, item.push.batch = Push.Status.CLAIMED, batch
        item.push.contact_external_id = item.contact_id
        item.push.element_sha256 = sha256(item.element)
    ready = Push.objects.for_practice(lease.practice).filter(batch=repeats, status=Push.Status.READY)
    if ready.bulk_update([item.push for item in items], CLAIM) != len(items):
        raise Moved
    return batch


def _chosen(lease: Lease, connection: Connection, *, at: datetime) -> list[Push]:
    linked = ContactLink.objects.for_practice(lease.practice).filter(tenant_id=connection.tenant_id)
    seen = Sighting.objects.for_practice(lease.practice).filter(tenant_id=connection.tenant_id)
    # Asked of each in the queue's order: from a plain condition PostgreSQL begins with the links and sorts the queue.
    is_linked = Case(When(Exists(linked.filter(client=OuterRef("client"))), then=True), default=False)
    due = Push.objects.for_practice(lease.practice).due(at).alias(is_linked=is_linked).filter(is_linked=True)
    due = due.exclude(invoice__uid__in=seen.values("uid"))
    due = due.select_related("invoice__template").defer(*NOT_SENT)
    queue = list(due[:MOST])
    if all(push.batch_id is None for push in queue):
        return queue
    sizes = Batch.objects.for_practice(lease.practice).filter(pushes=queue[0]).values_list("next_size", flat=True)
    return list(due.filter(batch=queue[0].batch_id)[: min(MOST, sizes.first() or MOST)])


def _lines(pushes: Sequence[Push], connection: Connection) -> Lines:
    """Prefetched from the invoices they would cost several times as much."""
    lines = InvoiceLine.objects.for_practice(connection.practice_id)
    of_these = lines.filter(invoice__in=[push.invoice_id for push in pushes])
    found: Lines = {push.invoice_id: [] for push in pushes}
    for line in of_these.only(*OF_LINES).prefetch_related("ledger_account"):
        found[line.invoice_id].append(line)
    tracked = [line for each in found.values() for line in each if line.tracking_1_id or line.tracking_2_id]
    prefetch_related_objects(tracked, "tracking_1__category", "tracking_2__category")
    return found


def _translated(pushes: Sequence[Push], lines_of: Lines, connection: Connection, *, at: datetime) -> list[Item]:
    """The element of each push; what cannot be sent is refused here, without a call."""
    links = _links(pushes, connection)
    before = _elements_before(pushes)
    items = []
    for push in pushes:
        if push.element_sha256 in before:
            items.append(Item(push, before[push.element_sha256], push.contact_external_id))
            continue
        lines, link = lines_of[push.invoice_id], links[push.client_id]
        objection = contact_objection(link) or currency_objection(push.invoice, connection)
        objection = objection or marker_objection(push.invoice) or lines_objection(push.invoice, lines)
        if objection:
            refuse(push, objection, at=at)
            continue
        contact_id = link.contact.external_id
        element = invoice_element(push.invoice, lines, contact_id=contact_id, site_url=settings.SITE_URL)
        items.append(Item(push, element_bytes(element), contact_id))
    return items[: fitting([item.element for item in items])]


def _links(pushes: Sequence[Push], connection: Connection) -> dict[int, ContactLink]:
    rows = ContactLink.objects.for_practice(connection.practice_id).filter(
        tenant_id=connection.tenant_id, client__in=[push.client_id for push in pushes]
    )
    return {link.client_id: link for link in rows.select_related("contact").only(*OF_LINKS)}


def _elements_before(pushes: Sequence[Push]) -> dict[str, bytes]:
    """The bytes that went out before with an unknown end, by their hash."""
    batch = pushes[0].batch if pushes else None
    if batch is None:
        return {}
    found = [element_bytes(element) for element in elements_in(batch.body, "Invoices")]
    return {sha256(element): element for element in found}


def contact_objection(link: ContactLink) -> Refusal | None:
    """Why nothing can be posted to this contact, as far as we know already."""
    contact = link.contact
    if contact.is_usable:
        return None
    if contact.is_missing:
        return refusal("CONTACT_MISSING")
    return refusal("CONTACT_MERGED" if contact.status == contact.Status.MERGED else "CONTACT_ARCHIVED")


def currency_objection(invoice: Invoice, connection: Connection) -> Refusal | None:
    """An invoice raised before the organisation, or its currency, became another one is never put into other books."""
    if invoice.currency == connection.base_currency:
        return None
    return other_currency(invoice.currency, connection.organisation_name, connection.base_currency)


def marker_objection(invoice: Invoice) -> Refusal | None:
    """Without a number of ours and without our link an invoice cannot be told from others when an answer is lost."""
    is_recognised = invoice.number or marker_url(settings.SITE_URL, invoice)
    return None if is_recognised else refusal("LINK_REFUSED")


def lines_objection(invoice: Invoice, lines: Sequence[InvoiceLine]) -> Refusal | None:
    """Why Xero would not take these lines, as far as we know already."""
    if invoice.template and not invoice.template.is_usable:
        return refusal("TEMPLATE_MISSING")
    for line in lines:
        if line.ledger_account is None:
            return refusal("ACCOUNT_MISSING")
        if not line.ledger_account.is_usable:
            return refusal("ACCOUNT_INVALID")
        for option in (line.tracking_1, line.tracking_2):
            if option and not (option.is_usable and option.category.is_usable):
                return refusal("TRACKING_INVALID")
    return None


def refuse(push: Push, reason: Refusal, *, at: datetime) -> None:
    """This invoice stays out, with the reason: told to billing in the same transaction. Only from where it stands."""
    moved = Push.objects.for_practice(push.practice_id).filter(pk=push.pk, status=push.status)
    if moved.update(
        status=Push.Status.REFUSED,
        batch=None,
        element_sha256="",
        refused_contact_id=push.contact_external_id,
    ):
        billing_invoices.record_refused(
            invoice=push.invoice, code=reason.code, reason=reason.reason, words=reason.words, at=at
        )
