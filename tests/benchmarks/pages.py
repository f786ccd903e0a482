"""The billing plan and the lists, through the whole of Django as a browser asks for them."""

from decimal import Decimal

from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from billing.calendar import add_months
from billing.operations import invoices, plans, work
from clients.models import Membership, Practice
from tests.benchmarks.books import AT, LATE, MONTH, add_clients, practice_with
from tests.benchmarks.table import Table, cpu, p95, timed
from tests.factories import log_in, make_invoice, make_proposal

QUERIES = 12
PAGE = 150  # ms
LISTS = {
    "Clients": "clients:list",
    "Proposals": "proposals:list",
    "Invoices": "billing:invoices",
    "Work": "billing:work",
    "Services": "billing:services",
    "Contacts to match": "xero_sync:contacts",
    "Letters to clients": "notifications:outbox",
    "Notices": "notifications:list",
    "Invoices to fix": "billing:failures",
    "Home": "home",
}


def plan(table: Table) -> None:
    table.title("Billing plan")
    found = {}
    for size in (5, 50, 1000):
        practice, owner = practice_with(size)
        last = plans.draft(practice=practice, month=add_months(MONTH, -1), at=AT)
        plans.approve(plan=last, version=last.version, by=owner.user, at=AT)
        drawn = timed(lambda practice=practice: plans.draft(practice=practice, month=MONTH, at=AT))
        browser, url = log_in(Browser(), owner), reverse("billing:plan_month", args=[practice.slug, MONTH])
        found[size] = (count(browser, url), p95(lambda browser=browser, url=url: ask(browser, url)))
    rows = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "rows"}
    table.add("Plan page with 1,000 clients: queries", found[1000][0], "", QUERIES)
    table.put(
        "Plan page: queries with 5, 50 and 1,000 clients",
        " = ".join(str(queries) for queries, _ in found.values()), "the same", len({q for q, _ in found.values()}) == 1,
    )  # fmt: skip
    table.add("Plan page with 1,000 clients, p95", found[1000][1], "ms", PAGE)
    table.add("… of it our own CPU, median", cpu(lambda: ask(browser, url)), "ms", PAGE)
    table.add("A page of its rows alone, p95", p95(lambda: ask(browser, f"{url}?page=7", **rows)), "ms", PAGE)
    table.add("Plan page, 1,000 clients over 50 clients", found[1000][1] / found[50][1], "×", 1.3)
    table.add("Plan of 1,000 clients drawn", drawn, "s", 3)
    drawn_plan = plans.draft(practice=practice, month=MONTH, at=AT)
    approve = timed(lambda: plans.approve(plan=drawn_plan, version=drawn_plan.version, by=owner.user, at=LATE))
    table.add("… approved late: frozen, 1,000 invoices raised and queued", approve, "s", 5)
    table.add("Plan page after that, p95", p95(lambda: ask(browser, url)), "ms", PAGE)


def lists(table: Table) -> None:
    table.title("Lists: queries with 25 and with 250 clients")
    practice, owner = practice_with(25, "Orrin")
    browser = log_in(Browser(), owner)
    live_a_little(practice, owner)
    small = {name: count(browser, address(route, practice)) for name, route in LISTS.items()}
    add_clients(practice, 225)
    live_a_little(practice, owner)
    for name, route in LISTS.items():
        large = count(browser, address(route, practice))
        table.put(name, f"{small[name]}, {large}", "the same", small[name] == large)


def live_a_little(practice: Practice, owner: Membership) -> None:
    """What fills the lists: a proposal, work, and a refused invoice for each client that has none."""
    for client in practice.clients.filter(proposals=None):
        make_proposal(client, created_by=owner.user)
        work.add_ad_hoc(
            practice=practice, client=client, name="Mortgage reference", amount=Decimal("75.00"), by=owner.user, at=AT
        )
        invoice = make_invoice(client, at=AT, is_queued=False)
        reason = "The contact in Xero is archived. Link another one."
        invoices.record_refused(invoice=invoice, code="CONTACT_ARCHIVED", reason=reason, words="Archived.", at=AT)


def address(route: str, practice: Practice) -> str:
    return reverse(route, args=[practice.slug])


def ask(browser: Browser, url: str, **headers: str) -> None:
    answer = browser.get(url, **headers)
    assert answer.status_code == 200, f"{url} answered {answer.status_code}"


def count(browser: Browser, url: str) -> int:
    ask(browser, url)
    with CaptureQueriesContext(connection) as queries:
        ask(browser, url)
    return len(queries)
