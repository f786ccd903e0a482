"""Xero as a ledger: what billing may ask of it (`billing.ports.Ledger`)."""

from collections.abc import Collection, Sequence
from datetime import datetime

from billing.models import BillingPlan, Invoice
from billing.ports import ContactStanding, Finding
from clients.models import Practice
from xero_sync.operations import bells, connections, contacts, preflight, pushes


class XeroLedger:
    """Queues invoices for Xero and says what stands in their way."""

    def enqueue(self, invoice: Invoice, *, at: datetime) -> None:
        pushes.enqueue_all([invoice], at=at)

    def enqueue_all(self, invoices: Sequence[Invoice], *, at: datetime) -> None:
        pushes.enqueue_all(invoices, at=at)

    def withdraw(self, invoice: Invoice, *, at: datetime) -> bool:
        return pushes.withdraw(invoice, at=at)

    def standings(self, practice: Practice, client_ids: Collection[int] | None = None) -> dict[int, ContactStanding]:
        return contacts.standings(practice, client_ids)

    def preflight(self, plan: BillingPlan, *, at: datetime) -> list[Finding]:
        return preflight.findings(plan, at=at)

    def wake(self, practice: Practice, *, at: datetime) -> None:
        bells.ring_lane(practice.pk)

    def is_connected(self, practice: Practice) -> bool:
        return connections.connection_of(practice) is not None
