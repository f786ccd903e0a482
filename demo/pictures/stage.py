"""What the pictures are taken of: two practices, brought from one state into the next by the product's own acts."""

import json
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import cycle, islice
from typing import Any

from django.urls import reverse
from django.utils import timezone

from billing.calendar import add_months
from billing.models import BillingPlan, Invoice, WorkItem
from billing.operations import plans, work
from clients.models import Client, Practice
from clients.operations import create_practice
from demo import fill
from demo.books import seed
from demo.fill import Stage
from demo.people import PASSWORD, STAFF
from demo.pictures.camera import Camera, Shot
from proposals import operations as proposals
from proposals.models import Proposal
from xero_sync import tasks as xero
from xero_sync.models import ContactLink

LETTER = Decimal("45.00")
BELL = 3  # seconds between two rings while one waits


@dataclass
class Theatre:
    """The running stack and the camera, the practice with a year of history and the one on its first day."""

    camera: Camera
    sandbox: str
    busy: Stage
    empty: Practice

    def shots(self, *shots: Shot) -> None:
        for shot in shots:
            self.camera.take(shot)

    def page(self, route: str, **named: object) -> str:
        """The address of a page of the busy practice."""
        return reverse(route, kwargs={"practice": self.busy.practice.slug, **named})

    def empty_page(self, route: str, **named: object) -> str:
        return reverse(route, kwargs={"practice": self.empty.slug, **named})

    def control(self, address: str, **fields: Any) -> Any:
        """Turns a switch of the sandbox."""
        request = urllib.request.Request(  # noqa: S310  # an address of our own
            f"{self.sandbox}/_sandbox/{address}", json.dumps(fields).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310  # as above
            return json.load(answer)

    # ── People and records of the busy practice ───────────────────────────────────────────────────────────────────────

    @property
    def practice(self) -> Practice:
        return self.busy.practice

    @property
    def last_month(self) -> date:
        return add_months(self.busy.this_month, -1)

    def client(self, name: str) -> Client:
        return self.practice.clients.get(name=name)

    def plan(self, month: date) -> BillingPlan:
        return BillingPlan.objects.for_practice(self.practice).get(month=month)

    def invoices(self) -> Any:
        return Invoice.objects.for_practice(self.practice)

    def contact_of(self, client_name: str) -> str:
        """The id in the sandbox of the contact that a client is linked to."""
        link = ContactLink.objects.for_practice(self.practice).select_related("contact").get(client__name=client_name)
        return link.contact.external_id

    # ── Acts ──────────────────────────────────────────────────────────────────────────────────────────────────────────

    def wait_until(self, is_so: Callable[[], bool], what: str, seconds: float = 60) -> None:
        """The worker does it meanwhile; the bell is rung again now and then, as the sweeper would."""
        ends, rings = time.monotonic() + seconds, time.monotonic()
        while not is_so():
            if time.monotonic() > ends:
                raise TimeoutError(f"{what} did not happen within {seconds:.0f} s")
            if time.monotonic() > rings:
                rings += BELL
                xero.post_lane.delay(self.practice.pk)
            time.sleep(0.3)

    def approve(self, month: date) -> BillingPlan:
        plan = plans.draft(practice=self.practice, month=month, at=timezone.now())
        return plans.approve(plan=plan, version=plan.version, by=self.busy.owner, at=timezone.now())

    def complete(self, number: int) -> None:
        """Marks some open work as completed, an invoice each."""
        items = WorkItem.objects.for_practice(self.practice).filter(status=WorkItem.Status.OPEN)[:number]
        for item in items:
            work.complete(practice=self.practice, item_ids=[item.pk], by=self.busy.owner, at=timezone.now())

    def bill_ad_hoc(self, number: int) -> None:
        """Adds so much work without a proposal for the clients in turn, and marks it as completed: an invoice each."""
        now, by = timezone.now(), self.busy.owner
        for client in islice(cycle(self.practice.clients.order_by("pk")), number):
            item = work.add_ad_hoc(
                practice=self.practice, client=client, name="Bank letter", amount=LETTER, by=by, at=now
            )
            work.complete(practice=self.practice, item_ids=[item.pk], by=by, at=now)

    def draft_proposal(self, name: str, wanted: int = 4) -> Proposal:
        """A draft for the client with the first services of the menu."""
        made = proposals.create(client=self.client(name), by=self.busy.owner, at=timezone.now())
        menu = self.practice.pricingmenus.get(status="active")
        lines = [proposals.line_for(service) for service in menu.services.all()[:wanted]]
        return proposals.save_lines(proposal=made, lines=lines, by=self.busy.owner, at=timezone.now())

    def share(self, proposal: Proposal) -> str:
        """Sends it by a link; the path of its signing page."""
        address = proposals.share(proposal=proposal, by=self.busy.owner, at=timezone.now())
        return "/" + address.split("/", 3)[3]


def set_up(camera: Camera, sandbox: str) -> Theatre:
    now = timezone.now()
    busy = fill.open_practice(now)
    empty = create_practice(
        name="Brightwater Accounts", owner_name="Nadia Cole", owner_email="nadia@brightwater.example",
        owner_password=PASSWORD, at=now - timedelta(hours=1),
    )  # fmt: skip
    theatre = Theatre(camera, sandbox, busy, empty)
    theatre.control("seed", **seed())
    for who, (_, email, _) in zip(("owner", "admin", "apprentice"), STAFF, strict=True):
        camera.log_in(who, email, PASSWORD)
    camera.log_in("newcomer", "nadia@brightwater.example", PASSWORD)
    return theatre
