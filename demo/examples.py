"""What letters are about, invented: for the pictures of those that the demo's own practice did not happen to write."""

from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace as Invented
from typing import Any

from billing.records import Foreseen
from notifications.documents import letter
from notifications.records import Letter

MONTH, POSTS_ON = date(2026, 10, 1), date(2026, 11, 1)
REFUSED = "The contact in Xero is archived. Link the client to another contact, or unarchive it in Xero."


def example(slug: str) -> Letter:
    """The letter of this slug as somebody might get it."""
    return letter(slug, {**_around(), **_agreed(), **_billed(), **_missing()})


def _around() -> dict[str, Any]:
    """The practice, who is written to, and the connection."""
    address = "4 Vale Street\nMarlhampton\nMH1 1AA"
    return {
        "practice": Invented(name="North & Vale Accountants", address=address),
        "recipient": Invented(name="Tess Okafor", email="tess@northandvale.example"),
        "url": "https://socket.example/p/north-vale/",
        "connection": Invented(organisation_name="North & Vale Accountants Ltd", problem="The consent has expired."),
        "since": "18:02 on 31 October",
        "inviter": "Priya Sandhu",
        "role": "member",
        "expires_at": date(2026, 11, 3),
    }


def _agreed() -> dict[str, Any]:
    """A proposal, its offer, and whoever signed it."""
    client = Invented(name="Llŷn Coast Holidays Ltd")
    planned = {"planned_start": date(2026, 11, 1), "expires_on": date(2026, 11, 30)}
    return {
        "client": client,
        "proposal": Invented(number=118, signatory_name="Rosalind Beck", client=client, **planned),
        "offer": Invented(title="Accounts and payroll", client_name=client.name, **planned),
        "groups": [Invented(title="Every month", total=Decimal("310.00"))],
        "signature": Invented(signed_at=datetime(2026, 10, 26, 9, 12, tzinfo=UTC), signer_name="Rosalind Beck"),
        "signer_name": "Rosalind Beck",
        "viewer_name": "Rosalind Beck",
        "sender_name": "Tess Okafor",
        "sign_url": "https://socket.example/sign/an-example/",
        "reason": "We are staying with our accountant for another year.",
    }


def _billed() -> dict[str, Any]:
    """A plan, its invoices, and one that was refused."""
    fernhill = Invented(name="Fernhill Dental Practice Ltd")
    invoice = Invented(client=fernhill, total=Decimal("250.00"), refusal_reason=REFUSED, number="NV-00318")
    plan = Invented(
        month=MONTH, posts_on=POSTS_ON, total=Decimal("18540.00"), line_count=61, approved_by="Priya Sandhu"
    )
    return {
        "plan": plan,
        "plans": [plan],
        "month": MONTH,
        "waiting": {"count": 2, "total": Decimal("560.00")},
        "invoice": invoice,
        "invoices": [invoice],
        "invoice_count": 42,
        "posted_total": Decimal("18290.00"),
        "by_hand_count": 1,
        "refused_count": 1,
        "total_count": 43,
        "is_over": True,
    }


def _missing() -> dict[str, Any]:
    """What is foreseen for a plan, and what is not in Xero."""
    fernhill, stonebridge = ("Fernhill Dental Practice Ltd", Decimal("240.00")), ("Stonebridge Motors", Decimal("835"))
    restore = "Link it to another contact, or restore the contact in Xero."
    new = "They have no contact yet. New ones are created when posting; check the suggestions first."
    since = datetime(2026, 11, 1, 0, 5, tzinfo=UTC)
    invoice = Invented(client=Invented(name=stonebridge[0]), total=stonebridge[1])
    return {
        "red": [
            Foreseen("not_approved", "The October 2026 plan is not approved", "Nothing of it posts before that."),
            Foreseen("contacts_unusable", "2 invoices are held back", restore, (fernhill, stonebridge), 3),
        ],
        "amber": [Foreseen("contacts_unmatched", "4 contacts will be created in Xero", new)],
        "today": date(2026, 11, 2),
        "now": datetime(2026, 11, 2, 8, tzinfo=UTC),
        "count": 4,
        "amount": Decimal("1385.00"),
        "heaps": [Invented(label="Account code", count=3, amount=Decimal("1145.00"))],
        "troubles": [Invented(invoice=invoice, since=since, title="Account code 210 is archived in Xero")],
        "more_count": 3,
        "still_plans": [],
    }
