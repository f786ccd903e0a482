"""What people and Socket do is in the log: one row per act, each done by the operation that does it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client as Browser
from pytest_django import Settings

from billing.models import Invoice, WorkItem
from billing.operations import catalogue, holds, invoices, plans, work
from billing.operations import settings as billing_settings
from clients import operations as clients
from clients.models import ApiToken, AuditEvent, Client, ClientImport, Practice, Role, User
from clients.operations import audit
from clients.records import sentence_of, token_hash
from proposals import operations as proposals
from proposals import signing
from proposals.models import Proposal
from proposals.records import Evidence
from tests.factories import (
    NOON,
    PASSWORD,
    make_account,
    make_client,
    make_engagement,
    make_finalised_plan,
    make_invoice,
    make_member,
    make_option,
    make_practice,
    make_proposal,
    make_service,
    send_proposal,
    sign_proposal,
)
from tests.house.test_audit import written

pytestmark = pytest.mark.django_db
FILE = b"*ContactName,EmailAddress\r\nBell Bakery Ltd,ann@bell.example\r\n"
OCTOBER = datetime(2026, 10, 3, 9, tzinfo=UTC)
EVIDENCE = Evidence(ip_address="192.0.2.14", user_agent="Firefox")


@dataclass
class Office:
    """A practice, its owner, a client that is billed monthly, and an HTTP client."""

    practice: Practice
    priya: User
    bell: Client
    browser: Browser

    def invoice(self, **fields: object) -> Invoice:
        return make_invoice(self.bell, **fields)

    def refused(self) -> Invoice:
        invoice = self.invoice()
        invoices.record_refused(invoice=invoice, code="ACCOUNT_MISSING", reason="No account.", words="", at=NOON)
        return invoice

    def imported(self) -> ClientImport:
        begun = clients.start_import(
            practice=self.practice, file_name="Contacts.csv", content=FILE, by=self.priya, at=NOON
        )
        clients.read_import(client_import=begun, at=NOON)
        begun.refresh_from_db()
        clients.apply_import(client_import=begun, by=self.priya, at=NOON)
        clients.write_import(client_import=begun, at=NOON)
        return begun

    def work_done(self) -> Invoice:
        item = work.add_ad_hoc(
            practice=self.practice, client=self.bell, name="VAT help", amount=Decimal(90), by=self.priya, at=NOON
        )
        return work.complete(practice=self.practice, item_ids=[item.pk], by=self.priya, at=NOON)[0]

    def token(self) -> ApiToken:
        made = clients.issue_token(
            practice=self.practice, name="Night job", role="admin", days=9, by=self.priya, at=NOON
        )
        return made[0]

    def sent(self, **fields: object) -> Proposal:
        proposal = make_proposal(self.bell, **fields)
        send_proposal(proposal)
        return proposal

    def decline(self) -> None:
        token = send_proposal(make_proposal(self.bell))
        proposals.decline(link=signing.find(token=token, at=NOON), reason="Too dear", evidence=EVIDENCE, at=NOON)

    def started(self) -> Proposal:
        proposal = sign_proposal(make_proposal(self.bell))
        return proposals.confirm_start(proposal=proposal, month=date(2026, 9, 1), by=self.priya, at=NOON)

    def replaced(self) -> None:
        renewal = proposals.renew(proposal=self.started(), by=self.priya, at=NOON)
        proposals.confirm_start(proposal=sign_proposal(renewal), month=date(2026, 9, 1), by=self.priya, at=NOON)

    def log_in(self, password: str = PASSWORD) -> None:
        self.browser.post("/accounts/login/", {"login": self.priya.email, "password": password})

    def log_out(self) -> None:
        self.browser.force_login(self.priya)
        self.browser.post("/accounts/logout/")

    def alter_a_plan(self) -> None:
        make_engagement(self.bell)
        plan = make_finalised_plan(self.practice, date(2026, 10, 1))
        plan.lines.update(amount=Decimal("1.00"))
        with pytest.raises(plans.PlanAltered):
            plans.post_now(plan=plan, by=self.priya, at=datetime(2026, 11, 3, 9, tzinfo=UTC))


@pytest.fixture
def office(settings: Settings, client: Browser) -> Office:
    settings.LEDGERS = {"xero": "tests.fakes.FakeLedger"}
    practice = make_practice("North & Vale")
    make_account(practice)
    bell = make_client(practice, "Bell Bakery Ltd")
    user = make_member(practice).user
    assert user is not None
    return Office(practice, user, bell, client)


def approve(it: Office) -> None:
    make_engagement(it.bell)
    make_finalised_plan(it.practice, date(2026, 10, 1), by=it.priya)


def reopen(it: Office) -> None:
    make_engagement(it.bell)
    plan = make_finalised_plan(it.practice, date(2026, 10, 1), by=it.priya)
    plans.reopen(plan=plan, reason="A price changed", by=it.priya, at=NOON)


def raise_late(it: Office) -> None:
    make_engagement(it.bell)
    make_finalised_plan(it.practice, by=it.priya, at=OCTOBER)


def invite(it: Office) -> None:
    clients.invite(
        practice=it.practice, email="tom@nv.example", name="Tom", role="member", by=it.priya, at=NOON
    )  # fmt: skip


def join(it: Office) -> None:
    tom = make_member(make_practice("Other"), name="Tom Hale").user
    assert tom is not None
    token = "x" * 43
    made = clients.invite(practice=it.practice, email=tom.email, name="Tom", role="member", by=it.priya, at=NOON)
    it.practice.invitations.filter(pk=made.pk).update(token_hash=token_hash(token))
    clients.accept_invitation(token=token, user=tom, at=NOON)


def change_prices(it: Office) -> None:
    service = make_service(it.practice)
    catalogue.edit_service(service=service, values={"price": Decimal("250.00")}, by=it.priya, at=NOON)


def menu_of(it: Office):
    return catalogue.create_menu(practice=it.practice, name="2027", starts_on=date(2027, 1, 1), by=it.priya, at=NOON)


ACTS: dict[str, Callable[[Office], object]] = {
    "plan.approved": approve,
    "plan.reopened": reopen,
    "plan.raised": raise_late,
    "plan.altered": Office.alter_a_plan,
    "invoice.posted": lambda it: invoices.record_posted(
        invoice=it.invoice(), reference="x-1", number="S-1", url="", at=NOON
    ),
    "invoice.refused": Office.refused,
    "invoice.renumbered": lambda it: invoices.renumber(invoice=it.invoice(), at=NOON),
    "invoice.retried": lambda it: invoices.retry(invoice=it.refused(), by=it.priya, at=NOON),
    "invoice.sent": lambda it: invoices.send_now(
        invoice=it.invoice(kind="acceptance", is_released=False), by=it.priya, at=NOON
    ),
    "invoice.handed_over": lambda it: invoices.hand_over(invoice=it.invoice(), by=it.priya, at=NOON),
    "invoice.handled": lambda it: invoices.handle_by_hand(
        invoice=it.invoice(), reason="Made by hand", by=it.priya, at=NOON
    ),
    "invoice.cancelled": lambda it: work.undo(practice=it.practice, invoice=it.work_done(), by=it.priya, at=NOON),
    "hold.placed": lambda it: holds.place(practice=it.practice, reason="connection_lost", at=NOON),
    "hold.lifted": lambda it: [
        holds.place(practice=it.practice, reason="connection_lost", at=NOON),
        holds.lift(practice=it.practice, reason="connection_lost", by=it.priya, at=NOON),
    ],
    "hold.safe_mode_entered": lambda it: holds.enter_safe_mode(practice=it.practice, by=it.priya, at=NOON),
    "hold.safe_mode_left": lambda it: [
        holds.enter_safe_mode(practice=it.practice, by=it.priya, at=NOON),
        holds.leave_safe_mode(practice=it.practice, send_waiting=False, by=it.priya, at=NOON),
    ],
    "hold.waiting_confirmed": lambda it: holds.confirm_waiting(practice=it.practice, by=it.priya, at=NOON),
    "proposal.sent": lambda it: proposals.send(proposal=make_proposal(it.bell), by=it.priya, at=NOON),
    "proposal.shared": lambda it: proposals.share(proposal=it.sent(), by=it.priya, at=NOON),
    "proposal.reminded": lambda it: proposals.remind(proposal=it.sent(), by=it.priya, at=NOON),
    "proposal.reverted": lambda it: proposals.revert(proposal=it.sent(), by=it.priya, at=NOON),
    "proposal.signed": lambda it: sign_proposal(make_proposal(it.bell)),
    "proposal.declined": Office.decline,
    "proposal.accepted_on_behalf": lambda it: proposals.accept_on_behalf(
        proposal=it.sent(), reason="By phone", by=it.priya, at=NOON
    ),
    "proposal.start_confirmed": Office.started,
    "proposal.activated": Office.started,
    "proposal.superseded": Office.replaced,
    "proposal.ended": lambda it: proposals.end(
        proposal=it.started(), last_month=date(2026, 12, 1), by=it.priya, at=NOON
    ),
    "proposal.lost": lambda it: proposals.mark_lost(proposal=it.sent(), reason="Silence", by=it.priya, at=NOON),
    "proposal.expired": lambda it: [
        it.sent(expires_on=date(2026, 9, 14)),
        proposals.expire_due(practice=it.practice, at=NOON),
    ],
    "work.added": lambda it: work.add_ad_hoc(
        practice=it.practice, client=it.bell, name="VAT help", amount=Decimal(90), by=it.priya, at=NOON
    ),
    "work.completed": Office.work_done,
    "work.undone": lambda it: work.undo(practice=it.practice, invoice=it.work_done(), by=it.priya, at=NOON),
    "client.created": lambda it: clients.create_client(
        practice=it.practice, values={"name": "New Firm"}, by=it.priya, at=NOON
    ),
    "client.edited": lambda it: clients.edit_client(
        client=it.bell, values={"name": "Bell Bakers Ltd"}, by=it.priya, at=NOON
    ),
    "client.closed": lambda it: clients.close_client(
        client=it.bell, last_month=date(2026, 9, 1), reason="Sold", by=it.priya, at=NOON
    ),
    "client.reactivated": lambda it: clients.reactivate_client(
        client=clients.close_client(client=it.bell, last_month=date(2026, 9, 1), reason="Sold", by=it.priya, at=NOON),
        by=it.priya,
        at=NOON,
    ),
    "client.owner_changed": lambda it: clients.give_owner(
        practice=it.practice, clients=[it.bell], owner=it.practice.memberships.get(), by=it.priya, at=NOON
    ),
    "import.applied": Office.imported,
    "import.undone": lambda it: clients.undo_import(client_import=it.imported(), by=it.priya, at=NOON),
    "settings.practice_created": lambda it: clients.create_practice(
        name="North & Vale", owner_name="Ann", owner_email="ann@nv.example", at=NOON
    ),
    "settings.practice": lambda it: clients.change_practice(
        practice=it.practice, values={"phone": "01632 960001"}, by=it.priya, at=NOON
    ),
    "settings.billing": lambda it: billing_settings.change_settings(
        practice=it.practice, values={"terms_days": 30}, by=it.priya, at=NOON
    ),
    "settings.currency": lambda it: billing_settings.change_currency(practice=it.practice, currency="EUR", at=NOON),
    "settings.client_billing": lambda it: billing_settings.change_client_billing(
        client=it.bell, values={"purchase_order": "PO 7"}, by=it.priya, at=NOON
    ),
    "settings.people_tracking": lambda it: billing_settings.change_owner_tracking(
        membership=it.practice.memberships.get(), option=make_option(it.practice), by=it.priya, at=NOON
    ),
    "service.created": lambda it: catalogue.create_service(
        menu=menu_of(it),
        values={"name": "Payroll", "price": Decimal(9), "billing_method": "monthly"},
        by=it.priya,
        at=NOON,
    ),
    "service.edited": change_prices,
    "service.archived": lambda it: catalogue.archive_service(service=make_service(it.practice), by=it.priya, at=NOON),
    "service.account_changed": lambda it: [
        catalogue.change_accounts(
            menu=(service := make_service(it.practice)).menu,
            accounts={service.pk: make_account(it.practice, "210")},
            by=it.priya,
            at=NOON,
        )
    ],
    "service.menu_created": menu_of,
    "service.menu_activated": lambda it: catalogue.activate_menu(menu=menu_of(it), by=it.priya, at=NOON),
    "service.menu_archived": lambda it: catalogue.archive_menu(menu=menu_of(it), by=it.priya, at=NOON),
    "team.invited": invite,
    "team.invitation_revoked": lambda it: [
        invite(it),
        clients.revoke_invitation(invitation=it.practice.invitations.get(), by=it.priya, at=NOON),
    ],
    "team.joined": join,
    "team.added": lambda it: clients.add_person(practice=it.practice, name="Sam", email="", by=it.priya, at=NOON),
    "team.role_changed": lambda it: clients.change_role(
        membership=make_member(it.practice, Role.MEMBER, name="Tom Hale"), role="admin", by=it.priya, at=NOON
    ),
    "team.removed": lambda it: clients.remove_member(
        membership=make_member(it.practice, Role.MEMBER, name="Tom Hale"), by=it.priya, at=NOON
    ),
    "token.issued": Office.token,
    "token.revoked": lambda it: clients.revoke_token(token=it.token(), by=it.priya, at=NOON),
    "login.in": Office.log_in,
    "login.out": Office.log_out,
    "login.failed": lambda it: clients.record_login(user=it.priya, action="login.failed", ip="192.0.2.1", at=NOON),
}


def events(action: str) -> list[AuditEvent]:
    return list(AuditEvent.objects.across_practices().filter(action=action))


@pytest.mark.parametrize("action", ACTS)
def test_the_act_is_in_the_log(office: Office, action: str) -> None:
    ACTS[action](office)

    found = events(action)
    assert found
    assert "…" not in sentence_of(action, found[0].subject, found[0].facts)
    assert "object (" not in found[0].subject


def test_every_act_is_tried_here_but_those_with_xero() -> None:
    assert written("clients", "billing", "proposals", "socketapp") == set(ACTS)


def test_a_signer_is_named_who_is_no_user(office: Office) -> None:
    sign_proposal(make_proposal(office.bell))

    event = events("proposal.signed")[0]
    assert (event.actor, event.actor_name) == (None, "Rosalind Beck")


def test_changed_settings_are_told_with_before_and_after(office: Office) -> None:
    values = {"terms_days": 30, "invoice_day": 1}
    billing_settings.change_settings(practice=office.practice, values=values, by=office.priya, at=NOON)

    assert events("settings.billing")[0].facts == {"changes": {"terms_days": [14, 30]}}


def test_settings_that_stay_as_they_are_are_not_told(office: Office) -> None:
    billing_settings.change_settings(practice=office.practice, values={"terms_days": 14}, by=office.priya, at=NOON)

    assert events("settings.billing") == []


def test_a_changed_client_is_told_by_the_fields_and_not_by_the_address(office: Office) -> None:
    values = clients.as_values(office.bell) | {"email": "new@bell.example"}
    clients.edit_client(client=office.bell, values=values, by=office.priya, at=NOON)

    assert events("client.edited")[0].facts == {"fields": ["e-mail"]}


def test_a_demotion_tells_of_the_tokens_it_revokes(office: Office) -> None:
    tom = make_member(office.practice, Role.ADMIN, name="Tom Hale")
    assert tom.user is not None
    clients.issue_token(practice=office.practice, name="Night job", role="admin", days=9, by=tom.user, at=NOON)

    clients.change_role(membership=tom, role="member", by=office.priya, at=NOON)

    assert [event.subject for event in events("token.revoked")] == ["Night job"]


def test_no_secret_of_a_token_or_an_invitation_is_in_the_log(office: Office) -> None:
    token, secret = clients.issue_token(
        practice=office.practice, name="Night job", role="admin", days=9, by=office.priya, at=NOON
    )
    invite(office)

    told = str([vars(event) for event in AuditEvent.objects.for_practice(office.practice)])
    assert secret not in told
    assert token.token_hash not in told
    assert office.practice.invitations.get().token_hash not in told


def test_a_program_is_named_beside_the_person_it_acts_for(office: Office) -> None:
    _, secret = clients.issue_token(
        practice=office.practice, name="Night job", role="admin", days=9000, by=office.priya, at=NOON
    )

    office.browser.post(
        "/api/v1/clients/",
        {"name": "New Firm"},
        content_type="application/json",
        headers={"Authorization": f"Bearer {secret}"},
    )

    assert events("client.created")[0].actor_name == "Night job, for Priya Sandhu"


def test_a_failed_login_is_noted_by_a_worker(office: Office, run_bell: Callable[[], list[str]]) -> None:
    office.log_in("a wrong password")

    assert "clients.tasks.record_failed_login" in run_bell()
    event = events("login.failed")[0]
    assert (event.actor_name, event.subject) == ("Somebody", "Priya Sandhu")


def test_a_failed_login_of_nobody_we_know_is_noted_nowhere(office: Office, run_bell: Callable[[], list[str]]) -> None:
    office.browser.post("/accounts/login/", {"login": "nobody@x.example", "password": "a wrong password"})

    assert "clients.tasks.record_failed_login" in run_bell()
    assert events("login.failed") == []


def test_what_is_recorded_together_is_written_by_one_query(
    office: Office, django_assert_num_queries: Callable[..., object]
) -> None:
    with django_assert_num_queries(1), audit.together():
        for number in range(50):
            audit.record(practice=office.practice, action="invoice.posted", by=None, at=NOON, facts={"n": number})

    assert len(events("invoice.posted")) == 50


def test_what_is_recorded_together_is_not_written_where_the_block_fails(office: Office) -> None:
    with pytest.raises(ZeroDivisionError):
        fail_together(office)

    assert events("invoice.posted") == []


def fail_together(office: Office) -> None:
    with audit.together():
        audit.record(practice=office.practice, action="invoice.posted", by=None, at=NOON + timedelta(minutes=1))
        raise ZeroDivisionError


def test_work_that_was_completed_before_is_not_told_twice(office: Office) -> None:
    office.work_done()
    items = WorkItem.objects.for_practice(office.practice).values_list("pk", flat=True)

    work.complete(practice=office.practice, item_ids=list(items), by=office.priya, at=NOON)

    assert len(events("work.completed")) == 1
