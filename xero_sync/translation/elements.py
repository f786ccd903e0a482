"""What is sent: the exact bytes of an invoice or a contact.

https://developer.xero.com/documentation/api/accounting/invoices
"""

import hashlib
import json
import re
from collections.abc import Sequence
from decimal import Decimal

from billing.models import Invoice, InvoiceLine, TrackingOption
from clients.models import Client
from xero_sync.records import Json

CLIENT_NUMBER = re.compile(r"^SOCKET-(\d+)-(\d+)$")
EMAIL = re.compile(r"^[A-Za-z0-9._%+'\-&]+@[A-Za-z0-9\-]+(\.[A-Za-z0-9\-]+)+$")
STATUSES = {"draft": "DRAFT", "approved": "AUTHORISED"}


def marker_url(site_url: str, invoice: Invoice) -> str:
    """The link by which the invoice is found again. Xero refuses one that contains its own name."""
    return f"{site_url}/i/{invoice.uid}" if takes_links(site_url) else ""


def takes_links(site_url: str) -> bool:
    """Whether Xero keeps links to this address."""
    return "xero" not in site_url.lower()


def invoice_element(invoice: Invoice, lines: Sequence[InvoiceLine], *, contact_id: str, site_url: str) -> Json:
    """The invoice as Xero wants it: the contact by id alone, ids for tracking, no tax of any kind."""
    element: Json = {
        "Type": "ACCREC",
        "Status": STATUSES[invoice.posting_status],
        "Contact": {"ContactID": contact_id},
        "Date": invoice.invoice_date.isoformat(),
        "DueDate": invoice.due_date.isoformat(),
        "LineAmountTypes": "Exclusive",
        "LineItems": [line_item(line) for line in lines],
        "CurrencyCode": invoice.currency,
    }
    extras = {
        "InvoiceNumber": invoice.number,
        "Reference": invoice.reference,
        "Url": marker_url(site_url, invoice),
        "BrandingThemeID": invoice.template.external_id if invoice.template else "",
    }
    return element | {name: value for name, value in extras.items() if value}


def line_item(line: InvoiceLine) -> Json:
    item: Json = {
        "Description": line.description or "-",
        "Quantity": number(line.quantity),
        "UnitAmount": number(line.unit_price),
    }
    if line.ledger_account:
        item["AccountCode"] = line.ledger_account.code
    tracking = [tracking_choice(option) for option in (line.tracking_1, line.tracking_2) if option]
    return item | ({"Tracking": tracking} if tracking else {})


def tracking_choice(option: TrackingOption) -> Json:
    return {"TrackingCategoryID": option.category.external_id, "TrackingOptionID": option.external_id}


def number(value: Decimal) -> float:
    """A JSON number; up to 15 digits survive a float's shortest form."""
    return float(value)


def contact_number(client: Client) -> str:
    """Our client's id as Xero keeps it: the natural key of a contact that we made."""
    return f"SOCKET-{client.practice_id}-{client.pk}"


def client_id_of(contact_number_text: str) -> int | None:
    """The client behind a contact number of ours."""
    found = CLIENT_NUMBER.match(contact_number_text)
    return int(found[2]) if found else None


def contact_name(client: Client) -> str:
    """The name that the client's contact is made with."""
    return shown_name(client.name)


def shown_name(name: str) -> str:
    """The name shown, within Xero's rules: no angle brackets, no doubled or outer spaces."""
    return " ".join(re.sub(r"[<>]", " ", name).split())[:255]


def contact_element(client: Client) -> Json:
    element: Json = {"Name": contact_name(client), "ContactNumber": contact_number(client)}
    if EMAIL.match(client.email):
        element["EmailAddress"] = client.email
    if client.company_number:
        element["CompanyNumber"] = client.company_number
    return element


def element_bytes(element: Json) -> bytes:
    """The one way an element is written, so that writing it again gives the same bytes."""
    return json.dumps(element, ensure_ascii=False, separators=(",", ":")).encode()


def body_of(name: str, elements: Sequence[bytes]) -> bytes:
    """The document around the elements, as `{"Invoices":[…]}`."""
    return b'{"%s":[%s]}' % (name.encode(), b",".join(elements))


def elements_in(body: bytes, name: str) -> list[Json]:
    """The elements of a body that we wrote."""
    found: list[Json] = json.loads(body)[name]
    return found


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def idempotency_key(tenant_id: str, batch_uid: str, body_sha256: str) -> str:
    """Constant for the life of a batch; tenant and batch are in it, so that equal bodies never collide."""
    return sha256(f"{tenant_id}|{batch_uid}|{body_sha256}".encode())
