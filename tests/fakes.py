"""Strangers that answer as we tell them to."""

from collections.abc import Collection, Sequence
from datetime import datetime

from billing.models import BillingPlan, Invoice
from billing.ports import ContactStanding, Finding
from clients.models import Practice


class FakeLedger:
    """Remembers what it was asked to take. One is shared by all tests; the `ledger` fixture empties it."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self.queued: list[int] = []
        self.enqueued: list[int] = []
        self.sent: set[int] = set()
        self.woken: list[int] = []
        self.known: dict[int, ContactStanding] = {}
        self.findings: list[Finding] = []
        self.connected = True

    def enqueue(self, invoice: Invoice, *, at: datetime) -> None:
        self.enqueued.append(invoice.pk)
        if invoice.pk not in self.queued:
            self.queued.append(invoice.pk)

    def enqueue_all(self, invoices: Sequence[Invoice], *, at: datetime) -> None:
        for invoice in invoices:
            self.enqueue(invoice, at=at)

    def withdraw(self, invoice: Invoice, *, at: datetime) -> bool:
        if invoice.pk in self.sent:
            return False
        self.queued = [pk for pk in self.queued if pk != invoice.pk]
        return True

    def standings(self, practice: Practice, client_ids: Collection[int] | None = None) -> dict[int, ContactStanding]:
        return {pk: known for pk, known in self.known.items() if client_ids is None or pk in client_ids}

    def preflight(self, plan: BillingPlan, *, at: datetime) -> list[Finding]:
        return self.findings

    def wake(self, practice: Practice, *, at: datetime) -> None:
        self.woken.append(practice.pk)

    def is_connected(self, practice: Practice) -> bool:
        return self.connected
