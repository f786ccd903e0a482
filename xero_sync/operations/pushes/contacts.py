"""Contacts that are created because an invoice needs them."""

from datetime import datetime

from django.db import transaction

from clients.models import Client
from clients.records import name_key
from xero_sync.models import Batch, Contact, ContactLink
from xero_sync.operations.lanes import CALL, Lease, extend
from xero_sync.operations.pushes.claiming import due_pushes, refuse
from xero_sync.operations.pushes.finishing import still_ours
from xero_sync.ports import Gateway
from xero_sync.records import BatchReply, ContactRecord, Element
from xero_sync.translation.elements import client_id_of, elements_in
from xero_sync.translation.refusals import explained
from xero_sync.translation.replies import CONTACT_KEYS, external_id, matched

HOW = "Created in Xero when its first invoice was posted"


def contacts_answered(lease: Lease, batch: Batch, reply: BatchReply, gateway: Gateway, *, at: datetime) -> None:
    """Link what was created; what Xero refused is looked up by our number, for an earlier attempt may have made it."""
    sent = elements_in(bytes(batch.body), "Contacts")
    answers = matched(sent, reply.elements, CONTACT_KEYS)
    created: dict[int, ContactRecord] = {}
    refused: dict[int, Element] = {}
    for position, element in answers.by_position.items():
        client_id = client_id_of(sent[position]["ContactNumber"])
        if client_id is None:
            continue
        if element.is_accepted and external_id(element, "ContactID"):
            created[client_id] = _record(sent[position], external_id(element, "ContactID"))
        elif not element.is_accepted:
            extend(lease, until=at + CALL)
            found = gateway.contact_numbered(sent[position]["ContactNumber"])
            if found and name_key(found.name) == name_key(sent[position]["Name"]):
                created[client_id] = found
            else:
                refused[client_id] = element
    _finish(lease, batch, created, refused, at=at)


def _record(sent: dict[str, str], contact_id: str) -> ContactRecord:
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
    created: dict[int, ContactRecord],
    refused: dict[int, Element],
    *,
    at: datetime,
) -> None:
    with transaction.atomic():
        if not still_ours(lease, batch, was=[Batch.Status.SENDING], status=Batch.Status.DONE, finished_at=at):
            return
        for client_id, record in created.items():
            _link(batch, client_id, record, at=at)
        for push in due_pushes(lease.practice.pk, at=at).filter(client__in=refused).select_related("invoice"):
            refuse(push, explained(refused[push.client_id].words), at=at)


def _link(batch: Batch, client_id: int, record: ContactRecord, *, at: datetime) -> None:
    """A link that a person made meanwhile stands."""
    client = Client.objects.for_practice(batch.practice_id).get(pk=client_id)
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
    ContactLink.objects.for_practice(batch.practice_id).get_or_create(
        client=client,
        tenant_id=batch.tenant_id,
        defaults={"practice_id": batch.practice_id, "contact": contact, "how": HOW, "linked_at": at},
    )
