"""Fills the demo practice: people, menu and clients first; once Xero is connected, a year of history.

What the product does is done by its own operations, at the times at which it would have happened. Only what the
product has no act for (staff with known passwords, proposals that were accepted on paper long ago) is written here.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db import connection, transaction

from billing.calendar import add_months, first_of
from billing.models import (
    BillingMethod,
    EngagedService,
    Engagement,
    LedgerAccount,
    Service,
    TrackingOption,
)
from billing.operations import catalogue, engagements, plans, work
from billing.operations import settings as billing_settings
from billing.records import ServiceTerms
from clients.models import Client, Membership, Practice, User
from clients.operations import close_client, create_client, create_practice
from demo.books import CLOSED, SPLIT, UNMATCHED
from demo.firms import FIRMS, Firm
from demo.people import PASSWORD, PRACTICE, STAFF
from notifications.models import Message
from proposals.models import Proposal, ProposalEvent, ProposalLine

MONTHS = 12
MENU = (
    ("Annual accounts and corporation tax", "Accounts", "145.00", BillingMethod.MONTHLY, True),
    ("Bookkeeping", "Bookkeeping", "180.00", BillingMethod.MONTHLY, False),
    ("Payroll", "Payroll", "48.00", BillingMethod.MONTHLY, False),
    ("VAT return", "Bookkeeping", "114.00", BillingMethod.QUARTERLY, False),
    ("Management accounts", "Accounts", "95.00", BillingMethod.MONTHLY, False),
    ("Confirmation statement", "Accounts", "60.00", BillingMethod.ANNUALLY, False),
    ("Self assessment", "Tax", "220.00", BillingMethod.ANNUALLY_COMPLETION, False),
    ("Quarterly review", "Accounts", "150.00", BillingMethod.QUARTERLY_COMPLETION, False),
    ("Weekly bookkeeping", "Bookkeeping", "40.00", BillingMethod.WEEKLY, False),
    ("R&D claim", "Tax", "1500.00", BillingMethod.ONCE_COMPLETION, False),
    ("Set up in the software", "Bookkeeping", "250.00", BillingMethod.ONCE_ACCEPTANCE, False),
    ("Catch-up of the old records", "Bookkeeping", "400.00", BillingMethod.ONCE_ADVANCE, False),
)
EXTRAS = (
    (2, "Payroll"),
    (5, "VAT return"),
    (4, "Bookkeeping"),
    (7, "Confirmation statement"),
    (9, "Quarterly review"),
    (11, "Weekly bookkeeping"),
    (13, "Self assessment"),
    (17, "R&D claim"),
)


@dataclass(frozen=True, slots=True)
class Stage:
    """Who acts, where, and when now is."""

    practice: Practice
    owner: User
    now: datetime

    @property
    def this_month(self) -> date:
        return first_of(self.now.astimezone(self.practice.zone).date())

    def at(self, day: date, hour: int = 9) -> datetime:
        """A moment of a day, where the practice is."""
        return datetime.combine(day, time(hour), self.practice.zone)


def open_practice(now: datetime) -> Stage:
    """The practice with its staff, its menu and its 120 clients, none of them billed yet."""
    name, email, _ = STAFF[0]
    began = now - timedelta(days=31 * (MONTHS + 2))
    practice = create_practice(name=PRACTICE, owner_name=name, owner_email=email, owner_password=PASSWORD, at=began)
    stage = Stage(practice, User.objects.get(email=email), now)
    for person, address, role in STAFF[1:]:
        user = User.objects.create_user(address, PASSWORD, name=person)
        Membership.objects.create(practice=practice, user=user, name=person, email=address, role=role)
    with silence():
        _write_menu(stage)
        _add_clients(stage, began)
    return stage


def _write_menu(stage: Stage) -> None:
    starts = add_months(stage.this_month, -MONTHS - 1)
    menu = catalogue.create_menu(
        practice=stage.practice, name=f"Menu {starts.year}", starts_on=starts, by=stage.owner, at=stage.at(starts)
    )
    for name, category, price, method, aligned in MENU:
        values = {"name": name, "category": category, "price": Decimal(price), "billing_method": method}
        catalogue.create_service(
            menu=menu, values={**values, "has_alignment": aligned}, by=stage.owner, at=stage.at(starts)
        )
    catalogue.activate_menu(menu=menu, by=stage.owner, at=stage.at(starts))


def _add_clients(stage: Stage, began: datetime) -> None:
    team = list(stage.practice.memberships.order_by("pk"))
    for firm in FIRMS:
        values = {
            "name": firm.name,
            "type": firm.type,
            "contact_name": firm.contact_name,
            "email": "" if firm.name in UNMATCHED else firm.email,
            "company_number": firm.company_number,
            "year_end_month": (3, 12, 6, 9)[firm.seed % 4],
            "year_end_day": (31, 31, 30, 30)[firm.seed % 4],
            "owner": team[firm.seed % len(team)],
        }
        create_client(practice=stage.practice, values=values, by=stage.owner, at=began)


def write_history(stage: Stage) -> None:
    """A year of agreements and approved plans, up to the plan of the month that just ended, which stays a draft.

    Needs a connected ledger: services get its account codes. The invoices raised on the way wait for the workers.
    """
    with silence():
        _choose_accounts(stage)
        clients = {client.name: client for client in stage.practice.clients.all()}
        services = {service.name: service for service in Service.objects.for_practice(stage.practice).on_offer()}
        for firm in FIRMS:
            _agree(stage, firm, clients[firm.name], services)
    first = add_months(stage.this_month, -MONTHS)
    for step in range(MONTHS - 1):
        _bill(stage, add_months(first, step))
    _put_letters_to_bed(stage)
    plans.raise_due(practice=stage.practice, at=stage.now)
    work.open_due(practice=stage.practice, at=stage.now)


def _choose_accounts(stage: Stage) -> None:
    accounts = {account.code: account for account in LedgerAccount.objects.for_practice(stage.practice)}
    values = {"recurring_account": accounts["210"], "one_off_account": accounts["220"], "number_prefix": "NV-"}
    billing_settings.change_settings(practice=stage.practice, values=values, by=stage.owner, at=stage.now)
    departments = TrackingOption.objects.for_practice(stage.practice).filter(category__name="Dept")
    options = {option.name: option for option in departments}
    for service in Service.objects.for_practice(stage.practice):
        catalogue.edit_service(
            service=service, values={"tracking_option": options[service.category]}, by=stage.owner, at=stage.now
        )


def started(firm: Firm, last: date) -> date | None:
    """The month in which a firm came: many long ago, some during the year, five last month, eight not yet."""
    if firm.name in UNMATCHED:
        return last
    if firm.seed % 15 == 7:
        return None
    return add_months(last, -(firm.seed % 11) if firm.seed % 3 else 1 - MONTHS)


def _agree(stage: Stage, firm: Firm, client: Client, services: Mapping[str, Service]) -> None:
    last = add_months(stage.this_month, -1)
    start = started(firm, last)
    if start is None:
        return
    engagement = _engage(stage, client, firm.seed, start, _bundle(firm, services), replaces=None)
    change_month = last if firm.seed % 10 == 1 else add_months(start, 3 + firm.seed % 6)
    if firm.seed % 5 == 1 and start < change_month <= last:
        _engage(stage, client, 200 + firm.seed, change_month, _adjusted(engagement, firm), replaces=engagement)
    if firm.name == CLOSED:
        reason = "Sold the shop and retired"
        close_client(client=client, last_month=add_months(last, -1), reason=reason, by=stage.owner, at=stage.at(last))


def _bundle(firm: Firm, services: Mapping[str, Service]) -> list[ServiceTerms]:
    """A main service at the firm's own price, and now and then a few others."""
    wanted = [MENU[0][0], *(name for step, name in EXTRAS if firm.seed % step == 0)]
    terms = [_terms(services[name]) for name in wanted]
    return [replace(terms[0], price=firm.price), *terms[1:]]


def _terms(service: Service) -> ServiceTerms:
    return ServiceTerms(
        name=service.name,
        price=service.price,
        billing_method=service.billing_method,
        service_id=service.pk,
        ledger_account_id=service.ledger_account_id,
        service_tracking_id=service.tracking_option_id,
    )


def _adjusted(engagement: Engagement, firm: Firm) -> list[ServiceTerms]:
    """The same services, the first of them dearer; for some cheaper, for one split in two at the same price."""
    kept = [
        _continued(service) for service in engagement.services.exclude(billing_method=BillingMethod.ONCE_COMPLETION)
    ]
    if firm.name == SPLIT:
        part = Decimal("40")
        return [replace(kept[0], price=kept[0].price - part), *kept[1:], replace(kept[0], name="Filing", price=part)]
    change = Decimal("-20") if firm.seed % 3 == 0 else Decimal("35")
    return [replace(kept[0], price=kept[0].price + change), *kept[1:]]


def _continued(service: EngagedService) -> ServiceTerms:
    return ServiceTerms(
        name=service.name,
        price=service.price,
        billing_method=service.billing_method,
        service_id=service.service_id,
        service_tracking_id=service.service_tracking_id,
        continues_id=service.pk,
    )


def _engage(
    stage: Stage, client: Client, number: int, start: date, terms: list[ServiceTerms], *, replaces: Engagement | None
) -> Engagement:
    """As accepted on paper a week before it starts, and written down as an Active proposal."""
    at = stage.at(start - timedelta(days=7))
    engagement = engagements.begin(
        client=client, source=f"paper:{number}", number=number, title="Accounts and tax", planned_start=start,
        has_alignment=False, terms=terms, replaces=replaces, by=stage.owner, at=at,
    )  # fmt: skip
    engagements.confirm_start(engagement=engagement, month=start, by=stage.owner, at=stage.at(start))
    engagement.refresh_from_db()
    _write_proposal(stage, engagement)
    return engagement


def _write_proposal(stage: Stage, engagement: Engagement) -> None:
    replaced = engagement.replaces
    earlier = Proposal.objects.for_practice(stage.practice).filter(engagement=replaced).first() if replaced else None
    if earlier:
        Proposal.objects.for_practice(stage.practice).filter(pk=earlier.pk).update(
            status=Proposal.Status.SUPERSEDED, ended_at=engagement.activated_at
        )
    proposal = Proposal.objects.create(
        practice=stage.practice, client=engagement.client, number=engagement.number, title=engagement.title,
        kind=Proposal.Kind.ADJUSTMENT if earlier else Proposal.Kind.NEW, status=Proposal.Status.ACTIVE,
        signatory_name=engagement.client.contact_name, signatory_email=engagement.client.email,
        planned_start=engagement.planned_start, engagement=engagement, replaces=earlier, created_by=stage.owner,
        sent_at=engagement.begun_at, sent_by=stage.owner, accepted_at=engagement.begun_at,
        activated_at=engagement.activated_at,
    )  # fmt: skip
    proposal.lines.bulk_create(_line(proposal, service) for service in engagement.services.all())
    ProposalEvent.objects.create(
        practice=stage.practice, proposal=proposal, what="signed", note="Signed on paper, brought over to Socket",
        by=stage.owner, at=engagement.begun_at,
    )  # fmt: skip


def _line(proposal: Proposal, service: EngagedService) -> ProposalLine:
    return ProposalLine(
        practice_id=proposal.practice_id, proposal=proposal, service_id=service.service_id, name=service.name,
        price=service.price, quantity=service.quantity, billing_method=service.billing_method,
        service_tracking_id=service.service_tracking_id, position=service.position,
    )  # fmt: skip


def _bill(stage: Stage, month: date) -> None:
    """Approve the month's plan on the 2nd of the next: its invoices are raised at once and wait for the workers."""
    at = stage.at(add_months(month, 1) + timedelta(days=1))
    with silence():
        plan = plans.draft(practice=stage.practice, month=month, at=at)
        plans.approve(plan=plan, version=plan.version, by=stage.owner, at=at)


def _put_letters_to_bed(stage: Stage) -> None:
    """Nobody wants last year's letters today."""
    Message.objects.for_practice(stage.practice).waiting().update(status=Message.Status.MUTED, read_at=stage.now)


@contextmanager
def silence() -> Iterator[None]:
    """One transaction that rings no bell: the past is written down, and the sweepers find what waits."""
    with transaction.atomic():
        yield
        connection.run_on_commit.clear()


def stage_now(now: datetime) -> Stage:
    """The stage that `open_practice` left."""
    return Stage(Practice.objects.get(), User.objects.get(email=STAFF[0][1]), now)
