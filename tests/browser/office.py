"""A small practice in the middle of its month, as a browser finds it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.test import Client as HttpClient
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page

from billing.calendar import add_months, first_of
from billing.models import BillingMethod, Invoice, WorkItem
from billing.operations import invoices, plans, work
from billing.operations import settings as billing_settings
from clients.models import Client, Membership, Practice
from proposals.models import Proposal
from tests.browser.soundness import LISTEN
from tests.factories import (
    log_in,
    make_account,
    make_client,
    make_connection,
    make_contact,
    make_engagement,
    make_invoice,
    make_link,
    make_member,
    make_practice,
    make_proposal,
    make_service,
    make_suggestion,
    send_proposal,
    sign_proposal,
    terms,
)
from xero_sync.models import Contact

NAMES = ("Bell Bakery", "Corvane Logistics Ltd", "Fernhill Dental Practice Ltd", "Larkspur Veterinary Group Ltd")


@dataclass
class Office:
    """The practice, who looks at it, and what is on the desk."""

    url: str
    practice: Practice
    owner: Membership
    city_limo: Client
    month: date
    draft: Proposal
    pending: Proposal
    won: Proposal
    token: str
    refused: Invoice

    def page(self, route: str, **named: object) -> str:
        return self.url + reverse(route, kwargs={"practice": self.practice.slug, **named})

    def work(self) -> list[WorkItem]:
        return list(WorkItem.objects.for_practice(self.practice).filter(status=WorkItem.Status.OPEN))


def open_office(url: str) -> Office:
    """Four linked clients billed since last month, one with a suggestion, proposals in three states, one refusal."""
    practice, now = make_practice("North & Vale"), timezone.now()
    owner = make_member(practice)
    month = add_months(first_of(now.date()), -1)
    account = make_account(practice)
    values = {"recurring_account": account, "one_off_account": account}
    billing_settings.change_settings(practice=practice, values=values, by=owner.user, at=now)
    make_service(practice, ledger_account=account)
    make_service(practice, "Payroll", "48.00")
    connection = make_connection(practice, by=owner, at=now)
    clients = [_billed(practice, name, month, now) for name in NAMES]
    for one in clients:
        make_link(one, make_contact(connection, one.name))
    Contact.objects.for_practice(practice).filter(name=NAMES[2]).update(status=Contact.Status.ARCHIVED)
    city_limo = _billed(practice, "CITY LIMO", month, now)
    make_suggestion(city_limo, make_contact(connection, "City Limousines"))
    plans.draft(practice=practice, month=month, at=now)
    work.open_due(practice=practice, at=now)
    refused = make_invoice(clients[2], at=now)
    said = "The contact with the specified contact details has been archived."
    reason = "The contact in Xero is archived. Link the client to another contact, or unarchive it."
    invoices.record_refused(invoice=refused, code="CONTACT_ARCHIVED", reason=reason, words=said, at=now)
    coming = make_client(practice, "Pemberley Row Trust", email="trust@pemberley.example")
    start = {"planned_start": add_months(month, 2), "created_by": owner.user}
    pending = make_proposal(coming, **start)
    return Office(
        url, practice, owner, city_limo, month,
        draft=make_proposal(coming, **start),
        pending=pending,
        won=sign_proposal(make_proposal(make_client(practice, "Oxbow Studios Ltd"), **start), at=now),
        token=send_proposal(pending, at=now, by=owner.user),
        refused=refused,
    )  # fmt: skip


def _billed(practice: Practice, name: str, month: date, now: Any) -> Client:
    client = make_client(practice, name)
    on_completion = terms("Self assessment", "220.00", BillingMethod.ONCE_COMPLETION)
    make_engagement(client, [terms(), on_completion], add_months(month, -1), at=now)
    return client


def browse(browser: Browser, url: str, member: Membership | None, *, width: int = 1440, theme: str = "light") -> Page:
    """A page of somebody who is logged in already, listening for breaches of the content policy."""
    context = browser.new_context(viewport={"width": width, "height": 900}, reduced_motion="reduce", locale="en-GB")
    cookies = [{"name": "theme", "value": theme, "url": url}]
    if member:
        session = log_in(HttpClient(), member).cookies[settings.SESSION_COOKIE_NAME].value
        cookies.append({"name": settings.SESSION_COOKIE_NAME, "value": session, "url": url})
    context.add_cookies(cookies)
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.add_init_script(LISTEN)
    return page
