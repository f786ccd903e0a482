"""What the operations need of Xero, so that a test may put a fake behind it.

`settings.XERO_GATEWAY` names who answers, in the manner of Django's CACHES.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from billing.records import AccountRecord, CategoryRecord, TemplateRecord
from xero_sync.records import (
    BatchReply,
    ContactPage,
    ContactRecord,
    LedgerInvoice,
    Limits,
    OrganisationRecord,
    TaxRateRecord,
)


class Gateway(Protocol):
    """One organisation's books, reached with one access token.

    Every method makes exactly one HTTP call, ends within 66 s and raises nothing but `XeroFailure`. Reading raises
    `OutcomeUnknown` too; there it simply means: no answer. Invoices and
    contacts are only ever created, by PUT; the exceptions name one thing by its id: unarchiving a contact, deleting a
    draft of ours.
    """

    tenant_id: str
    limits: Limits

    def organisation(self) -> OrganisationRecord: ...

    def accounts(self, tax_rates: dict[str, TaxRateRecord]) -> list[AccountRecord]: ...

    def tax_rates(self) -> dict[str, TaxRateRecord]: ...

    def templates(self) -> list[TemplateRecord]: ...

    def tracking_categories(self) -> list[CategoryRecord]: ...

    def contacts(self, *, page: int, changed_since: datetime | None) -> ContactPage: ...

    def contacts_by_id(self, external_ids: Sequence[str]) -> list[ContactRecord]: ...

    def contact_numbered(self, contact_number: str) -> ContactRecord | None: ...

    def unarchive_contact(self, external_id: str, *, idempotency_key: str) -> ContactRecord: ...

    def delete_draft(self, external_id: str, *, idempotency_key: str) -> None: ...

    def create_contacts(self, body: bytes, *, tenant_id: str, idempotency_key: str) -> BatchReply: ...

    def create_invoices(self, body: bytes, *, tenant_id: str, idempotency_key: str) -> BatchReply: ...

    def invoices_numbered(self, numbers: Sequence[str]) -> list[LedgerInvoice]: ...

    def invoices_of_our_app(self, *, page: int, changed_since: datetime) -> tuple[list[LedgerInvoice], bool]: ...


Opener = Callable[[str, str], Gateway]


@cache
def _load(path: str) -> Callable[..., object]:
    found: Callable[..., object] = import_string(path)
    return found


def open_gateway(tenant_id: str, access_token: str) -> Gateway:
    """A gateway to one organisation; it makes no call by being opened."""
    opener: Opener = _load(settings.XERO_GATEWAY)  # type: ignore[assignment]  # the setting promises it
    return opener(tenant_id, access_token)


def reached(point: str) -> None:
    """Says where a worker stands between its transactions. `settings.XERO_CHECKPOINT` names who listens: nobody, save
    in the fault tests, which end the process there."""
    if settings.XERO_CHECKPOINT:
        _load(settings.XERO_CHECKPOINT)(point)
