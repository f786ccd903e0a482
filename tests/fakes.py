"""Strangers that answer as we tell them to."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from django.db.models import QuerySet

from billing.models import BillingPlan, Invoice
from billing.ports import Attempt, ContactStanding, Deviation, Finding, Pause, Whereabouts
from clients.models import Practice, User


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
        self.paused: Pause | None = None
        self.places: dict[int, Whereabouts] = {}
        self.attempts: list[Attempt] = []
        self.deviations: list[Deviation] = []
        self.fresh = True

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

    def pause(self, practice: Practice, *, at: datetime) -> Pause | None:
        return self.paused if self.paused and self.paused.until > at else None

    def whereabouts(self, practice: Practice, invoice_ids: Collection[int], *, at: datetime) -> dict[int, Whereabouts]:
        return {pk: place for pk, place in self.places.items() if pk in invoice_ids}

    def history(self, invoice: Invoice) -> list[Attempt]:
        return self.attempts

    def differing(self, practice: Practice) -> QuerySet[Invoice]:
        unseen = [deviation.invoice_id for deviation in self.deviations if not deviation.is_seen]
        return Invoice.objects.for_practice(practice).filter(pk__in=unseen)

    def differences(self, practice: Practice, invoice_ids: Collection[int]) -> list[Deviation]:
        return [deviation for deviation in self.deviations if deviation.invoice_id in invoice_ids]

    def note_seen(self, invoice: Invoice, *, by: User, at: datetime) -> bool:
        unseen = [each for each in self.deviations if each.invoice_id == invoice.pk and not each.is_seen]
        self.deviations = [replace(each, is_seen=True) if each in unseen else each for each in self.deviations]
        return bool(unseen)

    def prepare(self, practice: Practice, *, at: datetime) -> bool:
        return self.fresh
