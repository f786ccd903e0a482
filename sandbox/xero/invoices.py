"""Invoices: reading with pages and filters, creating and changing, one by one or many at once."""

from __future__ import annotations

from sandbox.xero.call import Call, batch_answer
from sandbox.xero.elements import read_elements
from sandbox.xero.filters import Fields, changed_since, is_paged, ordered, page_of, where
from sandbox.xero.invoice_reading import WantedInvoice, read_invoice
from sandbox.xero.invoice_rules import judged
from sandbox.xero.invoice_shapes import brief, refused, shown
from sandbox.xero.records import Invoice, Json, Organisation
from sandbox.xero.wire import Answer, envelope, not_found

FIELDS: Fields = {
    "id": lambda i: i.invoice_id,
    "invoiceid": lambda i: i.invoice_id,
    "invoicenumber": lambda i: i.number,
    "reference": lambda i: i.reference,
    "status": lambda i: i.status,
    "type": lambda i: i.type,
    "contact.contactid": lambda i: i.contact_id,
    "date": lambda i: i.day,
    "duedate": lambda i: i.due_date,
    "total": lambda i: i.total,
    "amountdue": lambda i: i.amount_due,
    "amountpaid": lambda i: i.amount_paid,
    "updateddateutc": lambda i: i.updated_at,
}


def many(call: Call) -> Answer:
    contacts = call.organisation.contacts
    fields: Fields = {**FIELDS, "contact.name": lambda i: contacts[i.contact_id].name}
    rows = ordered(call.query.text("order"), where(call.query.text("where"), chosen(call), fields), fields)
    if not is_paged(call):
        return Answer(200, envelope(call.at, Invoices=[brief(call.organisation, i) for i in rows]))
    rows, told = page_of(call, rows)
    show = brief if call.query.flag("summaryOnly") else shown
    return Answer(200, {**envelope(call.at), **told, "Invoices": [show(call.organisation, i) for i in rows]})


def chosen(call: Call) -> list[Invoice]:
    query = call.query
    rows = [i for i in candidates(call) if changed_since(call, i.updated_at)]
    for name, field in (("IDs", "invoiceid"), ("ContactIDs", "contact.contactid"), ("Statuses", "status")):
        values = query.many(name)
        if values is not None:
            wanted = {value.lower() for value in values}
            rows = [i for i in rows if str(FIELDS[field](i)).lower() in wanted]
    if query.flag("createdByMyApp"):
        rows = [i for i in rows if i.client_id == call.client_id]
    return rows


def candidates(call: Call) -> list[Invoice]:
    numbers = call.query.many("InvoiceNumbers")
    if numbers is None:
        return list(call.organisation.invoices.values())
    found = {number.lower(): call.organisation.invoice_numbered(number) for number in numbers}
    return [invoice for invoice in found.values() if invoice is not None]


def found(organisation: Organisation, key: str) -> Invoice:
    invoice = organisation.invoices.get(key.lower()) or organisation.invoice_numbered(key)
    if invoice is None:
        raise not_found()
    return invoice


def one(call: Call) -> Answer:
    return Answer(200, envelope(call.at, Invoices=[shown(call.organisation, found(call.organisation, call.key))]))


def create(call: Call) -> Answer:
    """PUT: a number that is taken is refused."""
    return saved(call, [(wanted, None) for wanted in read_all(call)])


def update(call: Call) -> Answer:
    """POST: a known id or number changes that invoice; anything else creates one."""
    return saved(call, [(wanted, present(call.organisation, wanted)) for wanted in read_all(call)])


def update_one(call: Call) -> Answer:
    invoice = found(call.organisation, call.key)
    return saved(call, [(wanted, invoice) for wanted in read_all(call)[:1]])


def read_all(call: Call) -> list[WantedInvoice]:
    return [read_invoice(element) for element in read_elements(call.body, "Invoices")]


def present(organisation: Organisation, wanted: WantedInvoice) -> Invoice | None:
    if wanted.invoice_id:
        return found(organisation, wanted.invoice_id)
    return organisation.invoice_numbered(wanted.number) if wanted.number else None


def saved(call: Call, wanted: list[tuple[WantedInvoice, Invoice | None]]) -> Answer:
    good: list[Json] = []
    places: list[Json | None] = []
    for item, before in wanted:
        invoice, errors = judged(call, item, before)
        if errors:
            places.append(refused(item, before, errors))
            continue
        call.organisation.keep(invoice)
        good.append({**shown(call.organisation, invoice), "StatusAttributeString": "OK"})
        places.append(None)
    return batch_answer(call, "Invoices", good, places)
