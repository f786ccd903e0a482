"""Plain functions that make what a test needs. Firms and people are invented."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import uuid5

from billing.models import (
    BillingMethod,
    BillingPlan,
    Engagement,
    Invoice,
    InvoiceLine,
    LedgerAccount,
    Service,
    TrackingOption,
)
from billing.operations import engagements, plans
from billing.ports import get_ledger
from billing.records import ServiceTerms
from clients.models import Client, ClientTag, Membership, Practice, Role, User
from clients.records import company_number_key, name_key
from proposals import signing
from proposals.models import Proposal, ProposalLine
from proposals.operations import accept
from proposals.records import Evidence
from xero_sync.models import Connection, Contact, ContactLink, ContactSuggestion, Grant

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


# ── Billing ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def moment(year: int, month: int, day: int, hour: int = 9, minute: int = 0) -> datetime:
    """A time in UTC, by default nine in the morning."""
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def make_service(
    practice: Practice,
    name: str = "Bookkeeping",
    price: str = "200.00",
    method: str = BillingMethod.MONTHLY,
    **fields: Any,
) -> Service:
    menu = fields.pop("menu", None)
    if menu is None:
        made = {"name": "2026", "starts_on": date(2026, 1, 1)}
        menu, _ = practice.pricingmenus.get_or_create(practice=practice, status="active", defaults=made)
    return Service.objects.create(
        practice=practice, menu=menu, name=name, price=Decimal(price), billing_method=method, **fields
    )


def make_account(practice: Practice, code: str = "200", name: str = "Sales", **fields: Any) -> LedgerAccount:
    fields = {"external_id": f"account-{code}", "is_sales": True, "seen_at": NOON, **fields}
    return LedgerAccount.objects.create(practice=practice, code=code, name=name, **fields)


def make_option(practice: Practice, label: str = "Partner: A") -> TrackingOption:
    """A tracking option by its full label; its category is made when it is new."""
    category_name, name = label.split(": ")
    category, _ = practice.trackingcategorys.get_or_create(
        practice=practice, external_id=f"category-{category_name}", name=category_name, defaults={"seen_at": NOON}
    )
    return TrackingOption.objects.create(
        practice=practice, category=category, external_id=f"option-{label}", name=name, seen_at=NOON
    )


def terms(name: str = "Bookkeeping", price: str = "200.00", method: str = BillingMethod.MONTHLY, **fields: Any) -> Any:
    """One agreed service, as an accepted proposal hands it over."""
    return ServiceTerms(name=name, price=Decimal(price), billing_method=method, **fields)


def make_engagement(
    client: Client,
    services: Sequence[ServiceTerms] | None = None,
    starts_on: date | None = date(2026, 9, 1),
    *,
    at: datetime = NOON,
    replaces: Engagement | None = None,
    **fields: Any,
) -> Engagement:
    """An accepted proposal whose start is confirmed; without `starts_on`, one that waits for its start month."""
    number = fields.pop("number", next(_numbers))
    engagement = engagements.begin(
        client=client,
        source=fields.pop("source", f"proposal:{number}"),
        number=number,
        title=fields.pop("title", "Proposal"),
        planned_start=fields.pop("planned_start", starts_on or date(2026, 9, 1)),
        has_alignment=fields.pop("has_alignment", False),
        terms=[terms()] if services is None else services,
        replaces=replaces,
        by=None,
        at=at,
    )
    if starts_on is None:
        return engagement
    by = make_user("Rowan Ellis")
    return engagements.confirm_start(engagement=engagement, month=starts_on, by=by, at=at)


def make_plan(practice: Practice, month: date = date(2026, 9, 1), *, at: datetime = NOON) -> BillingPlan:
    """The month's plan as it is drawn now."""
    return plans.draft(practice=practice, month=month, at=at)


def make_finalised_plan(
    practice: Practice, month: date = date(2026, 9, 1), *, at: datetime = NOON, by: User | None = None
) -> BillingPlan:
    """The month's plan, approved; approved late for the month just ended its invoices are raised as well."""
    plan = make_plan(practice, month, at=at)
    return plans.approve(plan=plan, version=plan.version, by=by or make_user("Priya Sandhu"), at=at)


# ── Xero ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def make_invoice(client: Client, amount: str = "200.00", *, at: datetime = NOON, **fields: Any) -> Invoice:
    """An invoice with one line, raised and numbered, and queued in its ledger unless `is_queued` is false."""
    practice, is_queued = client.practice, fields.pop("is_queued", True)
    number = f"S-{next(_numbers):05d}"
    account = fields.pop("account", None) or LedgerAccount.objects.for_practice(practice).filter(is_sales=True).first()
    made = {
        "source_key": f"test:{number}",
        "kind": Invoice.Kind.RECURRING,
        "destination": "xero",
        "number": number,
        "reference": f"{client.pk} September 2026",
        "invoice_date": date(2026, 10, 1),
        "due_date": date(2026, 10, 15),
        "total": Decimal(amount),
        "posting_status": "draft",
        "raised_at": at,
        "waiting_since": at,
        **fields,
    }
    made.setdefault("uid", uuid5(client.uid, made["source_key"]))
    invoice = Invoice.objects.create(practice=practice, client=client, **made)
    InvoiceLine.objects.create(
        practice=practice, invoice=invoice, position=0, description="Bookkeeping", quantity=Decimal("1"),
        unit_price=Decimal(amount), amount=Decimal(amount), ledger_account=account,
    )  # fmt: skip
    if is_queued:
        get_ledger("xero").enqueue(invoice, at=at)
    return invoice


def make_connection(practice: Practice, *, by: Membership | None = None, **fields: Any) -> Connection:
    """A working connection to North & Vale Accountants; its grant's tokens open nothing."""
    number = next(_numbers)
    at = fields.pop("at", NOON)
    grant = Grant.objects.create(
        xero_user_id=f"xero-user-{number}", access_token=b"x", refresh_token=b"x", expires_at=at, refreshed_at=at
    )
    user = by.user if by else make_user("Priya Sandhu")
    made = {
        "tenant_id": f"tenant-{number}",
        "external_id": f"connection-{number}",
        "organisation_name": "North & Vale Accountants",
        "connected_by": user,
        "connected_at": at,
        **fields,
    }
    return Connection.objects.create(practice=practice, grant=grant, **made)


def make_contact(connection: Connection, name: str = "City Limousines", **fields: Any) -> Contact:
    made = {"external_id": f"contact-{next(_numbers)}", "name_key": name_key(name), "seen_at": NOON, **fields}
    return Contact.objects.create(practice=connection.practice, tenant_id=connection.tenant_id, name=name, **made)


def make_suggestion(client: Client, contact: Contact, score: int = 86, **fields: Any) -> ContactSuggestion:
    made = {"reason": "Similar name, same e-mail address", "position": 0, **fields}
    return ContactSuggestion.objects.create(
        practice=client.practice, client=client, contact=contact, score=score, **made
    )


def make_link(client: Client, contact: Contact, **fields: Any) -> ContactLink:
    made = {"how": "Chosen by a person", "linked_at": NOON, "tenant_id": contact.tenant_id, **fields}
    return ContactLink.objects.create(practice=client.practice, client=client, contact=contact, **made)
