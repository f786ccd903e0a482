"""A plan is drawn, approved and raised in a number of queries that does not grow with the practice.

Rows are inserted in packets: SQLite takes some 999 values at a time, so only the INSERTs may grow, and by packets.
"""

from collections.abc import Callable
from datetime import date

from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.models import BillingMethod, EngagedService, Invoice
from billing.operations import plans
from clients.models import Client, Practice, User
from clients.records import name_key
from tests.factories import make_engagement, make_plan, make_practice, moment, terms

PACKETS_OF = 40


def count(work: Callable[[], object]) -> tuple[int, int]:
    """How many queries besides INSERTs, and how many INSERTs."""
    with CaptureQueriesContext(connection) as queries:
        work()
    inserts = sum(query["sql"].startswith("INSERT") for query in queries)
    return len(queries) - inserts, inserts


def many_clients(practice: Practice, number: int) -> None:
    """So many clients with a monthly and a quarterly service each, all of one engagement to be quick."""
    names = [f"Client {n:04d} Ltd" for n in range(number)]
    rows = [Client(practice=practice, name=name, name_key=name_key(name)) for name in names]
    Client.objects.bulk_create(rows)
    engagement = make_engagement(rows[0], [])
    EngagedService.objects.bulk_create(
        EngagedService(
            practice=practice, engagement=engagement, client=client, name=name, price="100.00", billing_method=method,
            starts_on=date(2026, 9, 1), anchor=date(2026, 9, 1), position=2 * n + k,
        )
        for n, client in enumerate(rows)
        for k, (name, method) in enumerate([("Payroll", BillingMethod.MONTHLY), ("VAT", BillingMethod.QUARTERLY)])
    )  # fmt: skip


def story(number: int, by: User) -> dict[str, tuple[int, int]]:
    practice = make_practice(f"Practice of {number}")
    many_clients(practice, number)
    found = {"draw": count(lambda: make_plan(practice))}
    found["look again"] = count(lambda: make_plan(practice))
    plan = make_plan(practice)
    at = moment(2026, 9, 20)
    found["approve"] = count(lambda: plans.approve(plan=plan, version=plan.version, by=by, at=at))
    found["drift"] = count(lambda: plans.drift(plan))
    found["raise"] = count(lambda: plans.raise_due(practice=practice, at=moment(2026, 10, 1)))
    assert Invoice.objects.for_practice(practice).count() == number
    found["settle"] = count(lambda: plans.settle_practice(practice=practice, at=moment(2026, 10, 1)))
    return found


def test_the_queries_of_a_plan_do_not_grow_with_the_clients(db: None, priya: User) -> None:
    few, many = story(10, priya), story(200, priya)
    for act, (queries, inserts) in many.items():
        assert queries == few[act][0], act
        assert inserts <= few[act][1] + 3 * 200 * 2 // PACKETS_OF, act
    assert many["look again"] == (3, 0)


def test_one_more_services_change_is_seen_in_a_plan_of_many(db: None) -> None:
    practice = make_practice()
    many_clients(practice, 50)
    plan = make_plan(practice)
    EngagedService.objects.for_practice(practice).filter(position=7).update(price="101.00")
    assert make_plan(practice).total - plan.total == 1
    make_engagement(practice.clients.all()[3], [terms()])
    assert make_plan(practice).line_count == 101
