"""Our invoices as they should stand in Xero: what is compared with what stands there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from clients.models import PracticeQuerySet
from xero_sync.models import Batch, ContactLink, Push
from xero_sync.records import Json
from xero_sync.translation.elements import element_bytes, elements_in, invoice_element, sha256

ROWS = 500
COLUMNS = (
    "pk",
    "practice_id",
    "batch_id",
    "element_sha256",
    "invoice__ledger_reference",
    "invoice__ledger_number",
    "invoice__posted_at",
)


@dataclass(frozen=True, slots=True)
class Sent:
    """A push and where its invoice stands in Xero. Rows of the models would take several times as long to make."""

    pk: int
    practice_id: int
    batch_id: int | None
    element_sha256: str
    reference: str
    number: str
    posted_at: datetime | None


def sent_of(pushes: PracticeQuerySet[Push]) -> list[Sent]:
    return [Sent(*row) for row in pushes.values_list(*COLUMNS)]


def expected_of(pushes: Sequence[Sent | Push]) -> dict[int, Json]:
    """What each push should look like in Xero: its element as it left us, or, where it was found there without
    having been sent, as it would leave us now. Every batch is read once."""
    by_hash: dict[tuple[int, str], Json] = {}
    ids = {push.batch_id for push in pushes if push.batch_id}
    for key, body in Batch.objects.across_practices().filter(pk__in=ids).values_list("pk", "body").iterator(20):
        for element in elements_in(bytes(body), "Invoices"):
            by_hash[key, sha256(element_bytes(element))] = element
    found = {push.pk: by_hash.get((push.batch_id or 0, push.element_sha256)) for push in pushes}
    adopted = [push for push in pushes if not push.element_sha256]
    return {pk: element for pk, element in found.items() if element is not None} | _as_it_would_leave(adopted)


def _as_it_would_leave(pushes: Sequence[Sent | Push]) -> dict[int, Json]:
    found = {}
    for push in _whole(pushes):
        link = ContactLink.objects.for_practice(push.practice_id).filter(client=push.client_id).first()
        contact_id = link.contact.external_id if link else ""
        lines = push.invoice.lines.select_related("ledger_account", "tracking_1__category", "tracking_2__category")
        found[push.pk] = invoice_element(push.invoice, list(lines), contact_id=contact_id, site_url=settings.SITE_URL)
    return found


def _whole(pushes: Sequence[Sent | Push]) -> Iterator[Push]:
    """The same pushes with all that their invoices say."""
    for start in range(0, len(pushes), ROWS):
        keys = [push.pk for push in pushes[start : start + ROWS]]
        rows = Push.objects.for_practice(pushes[0].practice_id).filter(pk__in=keys)
        yield from rows.select_related("invoice__template")
