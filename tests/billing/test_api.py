"""Billing for programs."""

import pytest
import time_machine

from billing.models import BillingPlan, Invoice, WorkItem
from billing.operations import invoices, work
from clients.operations import issue_token
from tests.billing.office import IN_OCTOBER, IN_SEPTEMBER, SEPTEMBER
from tests.factories import (
    make_account,
    make_client,
    make_engagement,
    make_finalised_plan,
    make_invoice,
    make_plan,
    make_practice,
    make_service,
    terms,
)

API = "/api/v1/"


@pytest.fixture
def program(client, north_vale, priya):
    """The HTTP client of a program with an admin's token, on 20 September."""
    with time_machine.travel(IN_SEPTEMBER, tick=False):
        yield with_token(client, north_vale, priya, "admin")


def with_token(client, practice, by, role):
    _, secret = issue_token(practice=practice, name="Ledger bot", role=role, days=30, by=by, at=IN_SEPTEMBER)
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
    return client


def post(client, url, body=None):
    return client.post(API + url, body or {}, content_type="application/json")


def test_services_are_those_of_the_active_menu(program, north_vale):
    make_service(north_vale, "Payroll", "8.00")

    (service,) = program.get(f"{API}services/").json()["results"]

    assert (service["name"], service["price"], service["billing_method"]) == ("Payroll", "8.00", "monthly")


def test_a_plan_is_read_with_its_rows_and_worked_out_afresh(program, north_vale, bell_bakery):
    make_plan(north_vale, SEPTEMBER)
    make_engagement(bell_bakery)

    plan = program.get(f"{API}plans/2026-09/").json()

    assert (plan["month"], plan["status"], plan["total"], plan["posts_on"]) == (
        "2026-09",
        "draft",
        "200.00",
        "2026-10-01",
    )
    assert [(row["client_name"], row["change"], row["amount"]) for row in plan["rows"]] == [
        ("Bell Bakery Ltd", "new", "200.00")
    ]


def test_a_plan_is_approved_in_the_version_that_was_read(program, north_vale, bell_bakery):
    make_engagement(bell_bakery)
    version = make_plan(north_vale).version

    assert post(program, "plans/2026-09/approval/", {"version": version + 1}).status_code == 409
    answer = post(program, "plans/2026-09/approval/", {"version": version})

    assert (answer.status_code, answer.json()["status"]) == (200, "finalised")
    assert post(program, "plans/2026-09/approval/", {"version": version}).status_code == 409
    assert post(program, "plans/2026-09/approval/").status_code == 400


def test_a_plan_that_nobody_opened_is_not_found(program):
    assert program.get(f"{API}plans/2026-09/").status_code == 404
    assert program.get(f"{API}plans/2026-13/").status_code == 404


def test_work_is_listed_and_completed(program, north_vale, bell_bakery):
    make_engagement(bell_bakery, [terms("VAT return", "60", "quarterly_completion")])
    work.open_due(practice=north_vale, at=IN_SEPTEMBER)
    (item,) = program.get(f"{API}work/?status=open").json()["results"]

    (invoice,) = post(program, "work/completion/", {"items": [item["id"]]}).json()

    assert invoice["total"] == "60.00"
    assert WorkItem.objects.for_practice(north_vale).get(pk=item["id"]).status == "completed"
    assert post(program, "work/completion/", {"items": [999999]}).status_code == 409
    assert post(program, "work/completion/", {"items": []}).status_code == 400


def test_an_unknown_state_is_an_error_and_not_an_empty_answer(program):
    assert program.get(f"{API}work/?status=finished").status_code == 400
    assert program.get(f"{API}invoices/?client_id=x").status_code == 400


@pytest.fixture
def invoice(north_vale, bell_bakery):
    account = make_account(north_vale)
    make_engagement(bell_bakery, [terms(ledger_account_id=account.pk)])
    make_finalised_plan(north_vale, SEPTEMBER, at=IN_OCTOBER)
    return Invoice.objects.for_practice(north_vale).get()


def test_an_invoice_is_read_with_its_lines(program, invoice):
    found = program.get(f"{API}invoices/{invoice.pk}/").json()

    assert (found["status"], found["month"], found["total"]) == ("raised", "2026-09", "200.00")
    assert found["lines"][0]["account_code"] == "200"


def test_a_refused_invoice_is_found_and_retried(program, invoice):
    invoices.record_refused(invoice=invoice, code="VALIDATION", reason="No", words="No", at=IN_OCTOBER)
    assert program.get(f"{API}invoices/?to_fix=true").json()["count"] == 1

    assert post(program, f"invoices/{invoice.pk}/attempt/").json()["status"] == "raised"


def test_what_belongs_to_another_practice_is_not_found(program, north_vale):
    other = make_practice("Other & Co")
    make_engagement(make_client(other, "Stranger"))
    make_finalised_plan(other, SEPTEMBER, at=IN_OCTOBER)
    foreign = Invoice.objects.for_practice(other).get()

    assert program.get(f"{API}invoices/{foreign.pk}/").status_code == 404
    assert program.get(f"{API}plans/2026-09/").status_code == 404
    assert program.get(f"{API}invoices/").json()["count"] == 0


def test_a_members_token_may_see_work_and_not_billing(client, north_vale, priya, invoice):
    with time_machine.travel(IN_SEPTEMBER, tick=False):
        member = with_token(client, north_vale, priya, "member")

        assert member.get(f"{API}work/").status_code == 200
        assert member.get(f"{API}invoices/").status_code == 403
        assert post(member, "plans/2026-09/approval/", {"version": 1}).status_code == 403
        assert post(member, "work/completion/", {"items": [1]}).status_code == 403
    assert not BillingPlan.objects.for_practice(north_vale).get().is_draft


@pytest.mark.parametrize("client_id", ["²", "9" * 30, "-1"])
def test_a_client_id_that_cannot_be_one_is_a_400(program, client_id):
    assert program.get(f"{API}invoices/", {"client_id": client_id}).status_code == 400


def test_work_that_cannot_exist_is_a_400(program):
    assert post(program, "work/completion/", {"items": [10**30]}).status_code == 400


@pytest.mark.parametrize(
    ("asked", "found"),
    [("", {"posted", "refused"}), ("?status=", {"posted", "refused"}), ("?status=posted", {"posted"}),
     ("?status=refused", {"refused"}), ("?status=cancelled", set())],
)  # fmt: skip
def test_invoices_are_narrowed_by_their_status_and_by_an_empty_one_not_at_all(program, bell_bakery, asked, found):
    there, refused = (make_invoice(bell_bakery, is_queued=False) for _ in range(2))
    invoices.record_posted(invoice=there, reference="x-1", number="S-1", url="", at=IN_SEPTEMBER)
    invoices.record_refused(invoice=refused, code="OTHER", reason="No.", words="No.", at=IN_SEPTEMBER)

    listed = program.get(f"{API}invoices/{asked}").json()["results"]

    assert {one["status"] for one in listed} == found


def test_every_list_has_pages_of_the_size_that_is_asked_for(program, north_vale):
    for name in ("Payroll", "Bookkeeping"):
        make_service(north_vale, name)

    assert len(program.get(f"{API}services/", {"per_page": 1}).json()["results"]) == 1
