"""A client's Xero tab: the two records side by side, what was posted, what differs."""

from dataclasses import dataclass
from datetime import datetime

from billing.models import Invoice
from clients.models import Client
from clients.records import company_number_key, name_key
from xero_sync.models import Contact, Difference, Push

SHOWN = 24


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the two records."""

    name: str
    here: str
    there: str
    is_same: bool


def side_by_side(client: Client, contact: Contact) -> list[Field]:
    """What both records say; spelling that means the same counts as the same."""
    numbers = company_number_key(client.company_number), company_number_key(contact.company_number)
    postcode, address = (text.replace(" ", "").upper() for text in (contact.postcode, client.address))
    return [
        Field("Name", client.name, contact.name, client.name_key == name_key(contact.name)),
        Field(
            "Company number",
            client.company_number,
            contact.company_number,
            bool(numbers[1]) and numbers[0] == numbers[1],
        ),
        Field("E-mail", client.email, contact.email, _agree(client.email.lower(), contact.email.lower())),
        Field(
            "Postcode",
            _one_line(client.address),
            contact.postcode,
            bool(postcode) and postcode in address,
        ),
    ]


def _agree(here: str, there: str) -> bool:
    return bool(there) and here == there


def _one_line(text: str) -> str:
    return ", ".join(line.strip() for line in text.splitlines() if line.strip())


TONES = {"posted": "good", "verified": "good", "refused": "bad", "unknown": "warn"}


@dataclass(frozen=True, slots=True)
class Posting:
    """One sending of an invoice, as people see it."""

    push: Push
    invoice: Invoice
    tone: str

    @property
    def get_status_display(self) -> str:
        return self.push.get_status_display()

    @property
    def queued_at(self) -> datetime:
        return self.push.queued_at


def posting_history(client: Client) -> list[Posting]:
    """What was sent for this client, the newest first, with Xero's own words where it said no."""
    pushes = Push.objects.for_practice(client.practice_id).filter(invoice__client=client)
    latest = pushes.select_related("invoice").order_by("-queued_at", "-pk")[:SHOWN]
    return [Posting(push, push.invoice, TONES.get(push.status, "")) for push in latest]


def open_differences(client: Client) -> list[Difference]:
    """What reading back found to differ and nobody has settled."""
    rows = Difference.objects.for_practice(client.practice_id).filter(invoice__client=client, resolved_at=None)
    return list(rows.select_related("invoice"))
