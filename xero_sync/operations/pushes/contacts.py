"""Contacts that are created because an invoice needs them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from clients.models import Client
from clients.operations import Stopwatch, audit
from clients.records import name_key
from xero_sync.models import Batch, Contact, ContactLink, Push
from xero_sync.operations.lanes import Lease, announce_call
from xero_sync.operations.pushes.claiming import refuse
from xero_sync.operations.pushes.finishing import still_ours
from xero_sync.ports import Gateway
from xero_sync.records import BatchReply, ContactRecord, Element, Json
from xero_sync.translation.elements import client_id_of, elements_in
from xero_sync.translation.refusals import explained
from xero_sync.translation.replies import CONTACT_KEYS, external_id, matched

HOW = "Created in Xero when its first invoice was posted"


def contacts_answered(lease: Lease, batch: Batch, reply: BatchReply, gateway: Gateway, watch: Stopwatch) -> None:
    """Link what was created, refuse what Xero refused.

    What it refused although we may have made it before (an attempt with an unknown end, a database put back to an older
    copy) is looked up by our number first.
    """
    sent = elements_in(batch.body, "Contacts")
    elements = {sent[position]["ContactNumber"]: element for position, element in _answers(sent, reply).items()}
    by_number = {one["ContactNumber"]: one for one in sent}
    sent_before = _sent_before(batch)
    doubtful = {n for n, e in elements.items() if not e.is_accepted and (_is_taken(e) or n in sent_before)}
    for number in sorted(doubtful):
        announce_call(lease, gateway, at=watch.now())
        found = gateway.contact_numbered(number)
        if found and name_key(found.name) == name_key(by_number[number]["Name"]):
            _link(batch, found, at=watch.now())
            del elements[number]
    created = {n: _record(by_number[n], external_id(e, "ContactID")) for n, e in elements.items() if e.is_accepted}
    refused = {client_id_of(n): e for n, e in elements.items() if not e.is_accepted}
    _finish(lease, batch, list(created.values()), refused, at=watch.now())


def _is_taken(element: Element) -> bool:
    return explained(element.words).code == "CONTACT_NAME_TAKEN"


def _answers(sent: Sequence[Json], reply: BatchReply) -> Mapping[int, Element]:
    """What the reply says of each; an acceptance without an id says nothing."""
    answers = matched(sent, reply.elements, CONTACT_KEYS)
    return {
        position: element
        for position, element in answers.items()
        if not element.is_accepted or external_id(element, "ContactID")
    }


def _sent_before(batch: Batch) -> set[str]:
    """Contact numbers of earlier attempts that may have arrived."""
    earlier = Batch.objects.for_practice(batch.practice_id).filter(
        kind=Batch.Kind.CONTACTS, tenant_id=batch.tenant_id, status=Batch.Status.SUPERSEDED, sent_at__isnull=False
    )
    bodies = earlier.exclude(pk=batch.pk).values_list("body", flat=True)
    return {element["ContactNumber"] for body in bodies for element in elements_in(bytes(body), "Contacts")}


def _record(sent: Json, contact_id: str) -> ContactRecord:
    return ContactRecord(
        external_id=contact_id,
        name=sent["Name"],
        email=sent.get("EmailAddress", ""),
        company_number=sent.get("CompanyNumber", ""),
        contact_number=sent["ContactNumber"],
        account_number="",
        postcode="",
        status="active",
        merged_into="",
        changed_at=None,
    )


def _finish(
    lease: Lease,
    batch: Batch,
    created: Sequence[ContactRecord],
    refused: Mapping[int | None, Element],
    *,
    at: datetime,
) -> None:
    with transaction.atomic():
        if not still_ours(lease, batch, was=[Batch.Status.SENDING], status=Batch.Status.DONE, finished_at=at):
            return
        for record in created:
            _link(batch, record, at=at)
        waiting = Push.objects.for_practice(lease.practice).due(at).filter(client__in=refused)
        for push in waiting.select_related("invoice"):
            refuse(push, explained(refused[push.client_id].words), at=at)


def _link(batch: Batch, record: ContactRecord, *, at: datetime) -> None:
    """A link that a person made meanwhile stands."""
    client_id = client_id_of(record.contact_number)
    client = Client.objects.for_practice(batch.practice_id).filter(pk__in=[client_id] if client_id else []).first()
    if client is None:
        return
    contact, _ = Contact.objects.for_practice(batch.practice_id).get_or_create(
        practice_id=batch.practice_id,
        tenant_id=batch.tenant_id,
        external_id=record.external_id,
        defaults={
            "name": record.name,
            "name_key": name_key(record.name),
            "email": record.email,
            "company_number": record.company_number,
            "contact_number": record.contact_number,
            "status": record.status,
            "merged_into": record.merged_into,
            "seen_at": at,
        },
    )
    _, is_new = ContactLink.objects.for_practice(batch.practice_id).get_or_create(
        client=client,
        tenant_id=batch.tenant_id,
        defaults={"practice_id": batch.practice_id, "contact": contact, "how": HOW, "linked_at": at},
    )
    if is_new:
        facts = {"contact": contact.name}
        audit.record(practice=batch.practice_id, action="contact.created", by=None, at=at, subject=client, facts=facts)
