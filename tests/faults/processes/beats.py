"""Two beats and three workers, and a plan that came due while all of them slept. Read inside a World."""

from collections import Counter
from datetime import datetime, timedelta
from random import Random

from billing.calendar import add_months, first_of
from billing.models import BillingPlan, Invoice
from billing.operations import plans
from tests.factories import make_engagement, terms
from tests.faults import clock
from tests.faults.books import CONTACTS, Books, amount, complaints, is_at_rest, open_books, open_remote
from tests.faults.parts import Part
from tests.faults.processes.crowd import QUEUE, seconds_until, start_crowd, told
from tests.faults.world import World

CLIENTS = [*CONTACTS, *(f"Firm {number}" for number in range(60))]


def play(world: World, *, is_short: bool, seed: int) -> Part:
    remote = open_remote(world.sandbox_url)
    books = open_books(remote, contacts=CLIENTS)
    plan = approve_last_month(books, Random(seed))
    start_crowd(world, workers=3, beats=2)
    seconds_until(lambda: Invoice.objects.for_practice(books.practice).exists(), "The raising of the plan")
    took = seconds_until(lambda: is_settled(plan, books), "The end of the run")
    world.wait_until_idle(QUEUE)
    wanted = list(Invoice.objects.for_practice(books.practice))
    found = complaints(books, wanted, remote) + raised_wrongly(wanted)
    words = f"{len(wanted)} invoices by two beats and three workers, the last {took:.0f} s after the first was raised"
    return told(world.name, words, found)


def approve_last_month(books: Books, chance: Random) -> BillingPlan:
    """Approved on the eve of the first, so that it is due and nobody has raised it yet."""
    month = add_months(first_of(clock.now().date()), -1)
    eve = datetime.combine(add_months(month, 1), datetime.min.time(), clock.now().tzinfo) - timedelta(hours=12)
    for client in books.clients:
        make_engagement(client, [terms(price=amount(chance))], starts_on=month, planned_start=month, at=eve)
    plan = plans.draft(practice=books.practice, month=month, at=eve)
    assert books.owner.user
    return plans.approve(plan=plan, version=plan.version, by=books.owner.user, at=eve)


def is_settled(plan: BillingPlan, books: Books) -> bool:
    plan.refresh_from_db()
    return plan.status == BillingPlan.Status.POSTED and is_at_rest(books)


def raised_wrongly(wanted: list[Invoice]) -> list[str]:
    """One invoice for each client of the plan."""
    by_client = Counter(invoice.client_id for invoice in wanted)
    found = [f"client {client} has {number} invoices" for client, number in by_client.items() if number != 1]
    return found + ([] if len(by_client) == len(CLIENTS) + 1 else [f"{len(by_client)} clients were billed"])
