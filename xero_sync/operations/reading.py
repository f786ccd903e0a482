"""Keeping copies of Xero's contacts, and noticing what came back into use."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from clients.records import name_key
from xero_sync.models import Connection, Contact
from xero_sync.records import ContactRecord

FACTS = (
    "name",
    "name_key",
    "email",
    "company_number",
    "contact_number",
    "account_number",
    "postcode",
    "status",
    "merged_into",
    "is_missing",
    "changed_at",
    "seen_at",
)


def keep_contacts(connection: Connection, records: Sequence[ContactRecord], *, at: datetime) -> None:
    """Add or renew our copies of these contacts; what was missing is back."""
    rows = {record.external_id: _row(connection, record, at=at) for record in records if record.external_id}
    Contact.objects.bulk_create(
        rows.values(),
        update_conflicts=True,
        unique_fields=["practice", "tenant_id", "external_id"],
        update_fields=FACTS,
        batch_size=200,
    )


def _row(connection: Connection, record: ContactRecord, *, at: datetime) -> Contact:
    return Contact(
        practice_id=connection.practice_id,
        tenant_id=connection.tenant_id,
        external_id=record.external_id,
        name=record.name,
        name_key=name_key(record.name),
        email=record.email,
        company_number=record.company_number,
        contact_number=record.contact_number,
        account_number=record.account_number,
        postcode=record.postcode,
        status=record.status,
        merged_into=record.merged_into,
        is_missing=False,
        changed_at=record.changed_at,
        seen_at=at,
    )


def newest_change(records: Iterable[ContactRecord]) -> datetime | None:
    """Up to where Xero was read, by Xero's own clock."""
    return max((record.changed_at for record in records if record.changed_at), default=None)
