"""What people and machines do in a schedule, by name. Each act that cannot be done now simply does nothing."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from typing import Any

from billing.models import BillingPlan, Invoice, NumberSeries
from billing.operations import holds, invoices, plans, work
from clients.models import Client
from tests.faults.machine import clock, practices
from tests.faults.machine.practices import Office
from tests.faults.machine.world import World
from xero_sync.errors import ConnectionLost
from xero_sync.models import Connection
from xero_sync.operations import connections, pulls, reconciliation

ENDED = (date(2026, 8, 1), date(2026, 9, 1))
CURRENT = date(2026, 10, 1)
MOST_TRIES = 3
TOO_LATE = (plans.NotDraft, plans.NotFinalised, plans.NotYetDue, plans.PlanChanged)

# ── Billing ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def approve(office: Office, month: date) -> None:
    """A month that has ended is raised at once, the current one on its posting day."""
    at = clock.now()
    with suppress(*TOO_LATE):
        plan = plans.draft(practice=office.practice, month=month, at=at)
        if plan.is_draft:
            plan = plans.approve(plan=plan, version=plan.version, by=office.by, at=at)
        if plan.is_finalised:
            plans.post_now(plan=plan, by=office.by, at=at)


def reopen(office: Office, month: date) -> None:
    """An approved plan goes back to its draft, and is drawn anew with what was agreed since."""
    plan = BillingPlan.objects.for_practice(office.practice).filter(month=month).first()
    with suppress(*TOO_LATE):
        if plan is not None:
            plans.reopen(plan=plan, reason="Prices changed", at=clock.now(), by=office.by)


def finish_work(office: Office, clients: Sequence[Client], pennies: int) -> None:
    """Work without a proposal is done for each of these clients: one invoice each."""
    at = clock.now()
    items = [
        work.add_ad_hoc(
            practice=office.practice, client=one, name="Advice", amount=practices.pence(pennies), by=office.by, at=at
        )
        for one in clients
    ]
    work.complete(practice=office.practice, item_ids=[item.pk for item in items], by=office.by, at=at)


def sign(office: Office, client: Client, pennies: int) -> None:
    practices.sign(office, client, str(practices.pence(pennies)), at=clock.now())


def take_back(office: Office, place: int) -> None:
    """A person closes an invoice by hand, or undoes the completion it came from, if it is not too late."""
    rows = list(Invoice.objects.for_practice(office.practice).filter(status__in=Invoice.OPEN).order_by("pk"))
    if not rows:
        return
    chosen = rows[place % len(rows)]
    with suppress(invoices.AlreadySent):
        if chosen.kind == Invoice.Kind.COMPLETION and place % 2:
            work.undo(practice=office.practice, invoice=chosen, by=office.by, at=clock.now())
        else:
            invoices.handle_by_hand(invoice=chosen, reason="Done by hand", by=office.by, at=clock.now())


def retry(office: Office) -> None:
    """A person presses Retry all, and sends what is due at signing."""
    at = clock.now()
    invoices.retry_all(practice=office.practice, by=office.by, at=at)
    for invoice in Invoice.objects.for_practice(office.practice).refused().filter(kind=Invoice.Kind.ACCEPTANCE):
        invoices.send_now(invoice=invoice, by=office.by, at=at)


def enter_safe_mode(office: Office) -> None:
    holds.enter_safe_mode(practice=office.practice, by=office.by, at=clock.now())


def leave_safe_mode(office: Office, *, send_waiting: bool) -> None:
    holds.leave_safe_mode(practice=office.practice, send_waiting=send_waiting, by=office.by, at=clock.now())


# ── In Xero ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def in_xero(world: World, path: str, office: Office, **fields: Any) -> None:
    """A person changes or makes an invoice; how she leaves it is remembered."""
    before = {row["id"]: row for row in world.remote()}
    world.act_in_xero(path, office, **fields)
    world.left_by_people |= {row["id"]: row for row in world.remote() if before.get(row["id"]) != row}


def change_invoice(world: World, office: Office, place: int, verb: str) -> None:
    rows = world.invoices_in(office)
    if rows:
        fields = {"amount": "77.77"} if verb == "reprice" else {"Reference": "Changed"} if verb == "edit" else {}
        in_xero(world, f"invoices/{rows[place % len(rows)].invoice_id}/{verb}", office, **fields)


def use_our_number(world: World, office: Office, ahead: int) -> None:
    """A person types the very number that we are about to give."""
    series = NumberSeries.objects.for_practice(office.practice).first()
    number = f"S-{(series.next_number if series else 1) + ahead:05d}"
    contact = next(iter(world.state.organisations[office.tenant].contacts.values())).contact_id
    in_xero(world, "invoices", office, contact=contact, number=number, amount="55.00")


def change_contact(world: World, office: Office, place: int, verb: str) -> None:
    """Of a client that is billed: archived, restored, or merged into its neighbour."""
    names = [client.name for client in office.clients]
    into = {"into": names[(place + 1) % len(names)]} if verb == "merge" else {}
    world.act_in_xero(f"contacts/{names[place % len(names)]}/{verb}", office, **into)


# ── The connection ────────────────────────────────────────────────────────────────────────────────────────────────────


def connection_of(office: Office) -> Connection:
    return Connection.objects.for_practice(office.practice).current().get()


def lose_access(world: World, office: Office, how: str) -> None:
    paths = {"expire": "tokens/expire", "revoke": "tokens/revoke", "disconnect": "disconnect"}
    world.act_in_xero(paths[how], office, user=office.xero_user)
    world.is_access_doubtful = True


def reconnect(office: Office) -> None:
    with suppress(connections.ConsentError):
        practices.connect(office, at=clock.now())


def check_connections() -> None:
    connections.check_all(at=clock.now())


def sync(office: Office, *, is_nightly: bool) -> None:
    """Lists are read anew; at night what was posted is looked at as well."""
    connection = connection_of(office)
    if connection.is_connected:
        pulls.request_sync(connection=connection, by=None, at=clock.now(), is_nightly=is_nightly)


def watch(office: Office) -> None:
    """The night's look at what was posted, without reading the lists again; as a sync does, it tries once more."""
    for _ in range(MOST_TRIES):
        connection = connection_of(office)
        if not connection.is_connected:
            reconnect(office)
        try:
            gateway = connections.gateway_of(connection, at=clock.now())
            reconciliation.watch(connection=connection, gateway=gateway, at=clock.now())
            return
        except ConnectionLost as lost:
            connections.investigate(connection=connection, lost=lost, at=clock.now())
