"""Xero as a ledger: what billing may ask of it (`billing.ports.Ledger`)."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import QuerySet

from billing.models import BillingPlan, Invoice
from billing.ports import Attempt, ContactStanding, Deviation, Finding, Pause, Whereabouts
from clients.models import Practice, User
from xero_sync.models import Connection
from xero_sync.operations import bells, contacts, preflight, preparing, pushes
from xero_sync.reports import attempts, pauses, whereabouts


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
        return Connection.objects.for_practice(practice).current().exists()

    def pause(self, practice: Practice, *, at: datetime) -> Pause | None:
        return pauses.pause_for_hours(practice, at=at)

    def whereabouts(self, practice: Practice, invoice_ids: Collection[int], *, at: datetime) -> dict[int, Whereabouts]:
        return whereabouts.whereabouts(practice, invoice_ids, at=at)

    def history(self, invoice: Invoice) -> list[Attempt]:
        return attempts.history(invoice)

    def differing(self, practice: Practice) -> QuerySet[Invoice]:
        return whereabouts.differing(practice)

    def differences(self, practice: Practice, invoice_ids: Collection[int]) -> list[Deviation]:
        return whereabouts.differences(practice, invoice_ids)

    def note_seen(self, invoice: Invoice, *, by: User, at: datetime) -> bool:
        return preparing.note_seen(invoice, by=by, at=at)

    def prepare(self, practice: Practice, *, at: datetime) -> bool:
        return preparing.prepare(practice, at=at)
