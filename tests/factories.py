"""Plain functions that make what a test needs. Firms and people are invented."""

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from clients.models import Client, ClientTag, Membership, Practice, Role, User
from clients.records import company_number_key, name_key
from proposals import signing
from proposals.models import Proposal, ProposalLine
from proposals.operations import accept
from proposals.records import Evidence

NOON = datetime(2026, 9, 15, 12, 0, tzinfo=UTC)
PASSWORD = "correct-horse-battery"
_numbers = count(1)

# ── Practices, people, clients ────────────────────────────────────────────────────────────────────────────────────────


def make_practice(name: str = "North & Vale", *, safe_mode: bool = False, **fields: Any) -> Practice:
    slug = fields.pop("slug", None) or f"{name_key(name).lower().replace(' ', '-')}-{next(_numbers)}"
    return Practice.objects.create(name=name, slug=slug, is_safe_mode=safe_mode, **fields)


def make_user(name: str = "Priya Sandhu", email: str = "", **fields: Any) -> User:
    email = email or f"{name.split()[0].lower()}.{next(_numbers)}@northandvale.example"
    return User.objects.create_user(email, fields.pop("password", PASSWORD), name=name, **fields)


def make_member(
    practice: Practice, role: str = Role.OWNER, *, user: User | None = None, name: str = "Priya Sandhu", **fields: Any
) -> Membership:
    if role != Role.NONE:
        user = user or make_user(name)
    email = user.email if user else fields.pop("email", "")
    name = user.name if user else name
    return Membership.objects.create(practice=practice, user=user, name=name, email=email, role=role, **fields)


def make_client(practice: Practice, name: str = "Larkspur Veterinary Group Ltd", **fields: Any) -> Client:
    tags = fields.pop("tags", ())
    fields["company_number"] = company_number_key(fields.pop("company_number", ""))
    fields.setdefault("email", f"accounts.{next(_numbers)}@clients.example")
    client = Client.objects.create(practice=practice, name=name, name_key=name_key(name), **fields)
    client.tags.set([ClientTag.objects.get_or_create(practice=practice, name=tag)[0] for tag in tags])
    return client


def log_in(client: Any, membership: Membership) -> Any:
    """The HTTP client, logged in as this member."""
    client.force_login(membership.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


# ── Proposals ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def make_proposal(client: Client, *, lines: Any = (("Bookkeeping", "200.00", "monthly"),), **fields: Any) -> Proposal:
    """A draft for the client; a line is (name, price, billing method) and perhaps a dict with the rest."""
    by = fields.pop("created_by", None)
    numbers = {"number": 100 + next(_numbers), "planned_start": date(2026, 9, 1), "created_at": NOON}
    people = {"signatory_name": "Rosalind Beck", "signatory_email": "rosalind@haldenmill.example"}
    values = {**numbers, **people, "letter": "Dear Rosalind,\n\n1. Our fees\nNet of VAT.", **fields}
    proposal = Proposal.objects.create(practice=client.practice, client=client, created_by=by, **values)
    for position, (name, price, method, *more) in enumerate(lines):
        rest = more[0] if more else {}
        ProposalLine.objects.create(
            practice=client.practice, proposal=proposal, position=position, name=name, price=Decimal(price),
            billing_method=method, **rest,
        )  # fmt: skip
    return proposal


def send_proposal(proposal: Proposal, *, at: datetime = NOON, by: User | None = None) -> str:
    """Sends it without the letter and without a PDF; the token of its signing link."""
    proposal.send(by=by, at=at)
    return signing.issue(proposal=proposal, name=proposal.signatory_name, email=proposal.signatory_email, at=at)


def sign_proposal(proposal: Proposal, *, at: datetime = NOON) -> Proposal:
    """Sends and signs it; it waits for its start to be confirmed."""
    link = signing.find(token=send_proposal(proposal, at=at), at=at)
    evidence = Evidence(ip_address="192.0.2.14", user_agent="Firefox")
    return accept(link=link, signer_name=proposal.signatory_name, evidence=evidence, at=at)
