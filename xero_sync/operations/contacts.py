"""Which client is which contact: deciding, undoing, and what is known of each."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import FilteredRelation, Q

from billing.operations import invoices as billing_invoices
from billing.ports import ContactStanding, Tone
from clients.models import Client, Practice, User
from clients.operations import audit
from xero_sync.errors import XeroFailure
from xero_sync.models import Connection, Contact, ContactLink
from xero_sync.operations import bells, connections
from xero_sync.operations.reading import keep_contacts
from xero_sync.translation.elements import sha256, shown_name

CONTACT_CODES = ("CONTACT_ARCHIVED", "CONTACT_MERGED", "CONTACT_MISSING", "CONTACT_NAME_TAKEN")
CHOSEN = "Chosen by a person"


class ContactRefusal(Exception):
    """What was asked for a contact cannot be done; says why."""


class NoConnection(ContactRefusal):
    """Links belong to an organisation, and none is connected."""

    def __init__(self) -> None:
        super().__init__("Connect Xero first: a link belongs to one organisation.")


class ReadOnly(ContactRefusal):
    """Safe Mode: nothing is changed in Xero."""

    def __init__(self) -> None:
        super().__init__("Safe Mode is on, so nothing is changed in Xero. Leave Safe Mode first.")


class CannotUnarchive(ContactRefusal):
    """Xero did not unarchive the contact."""


def link(*, client: Client, contact: Contact, by: User | None, at: datetime, how: str = CHOSEN) -> ContactLink:
    """Decide that this client is this contact. What was refused because of the old one goes out by itself."""
    connection = _connection(client.practice)
    rows = ContactLink.objects.for_practice(client.practice_id).filter(tenant_id=connection.tenant_id)
    with transaction.atomic():
        before = rows.filter(client=client).select_related("contact").first()
        made, _ = ContactLink.objects.for_practice(client.practice_id).update_or_create(
            client=client,
            tenant_id=connection.tenant_id,
            defaults={
                "practice_id": client.practice_id,
                "contact": contact,
                "how": how,
                "linked_by": by,
                "linked_at": at,
            },
        )
        _tell_of_link(made, before, by=by, at=at)
        repaired(client.practice, [client.pk], at=at)
    return made


def _tell_of_link(made: ContactLink, before: ContactLink | None, *, by: User | None, at: datetime) -> None:
    facts = {"contact": made.contact.name, "how": made.how, "before": before.contact.name if before else ""}
    action = "contact.relinked" if before else "contact.linked"
    audit.record(practice=made.practice_id, action=action, by=by, at=at, subject=made.client, facts=facts)


def unlink(*, client: Client, by: User | None, at: datetime) -> bool:
    """Undo the decision: without a link a new contact is created when the client's next invoice is posted."""
    connection = _connection(client.practice)
    with transaction.atomic():
        links = ContactLink.objects.for_practice(client.practice_id)
        standing = links.filter(client=client, tenant_id=connection.tenant_id)
        names = list(standing.values_list("contact__name", flat=True))
        removed, _ = standing.delete()
        about = [(client, {"contact": name}) for name in names]
        audit.record_all(practice=client.practice_id, action="contact.unlinked", by=by, at=at, about=about)
        repaired(client.practice, [client.pk], at=at)
    return bool(removed)


def repaired(practice: Practice, client_ids: Collection[int], *, at: datetime) -> None:
    """The contacts of these clients can be used again: exactly what they held up is queued again."""
    if not client_ids:
        return
    for code in CONTACT_CODES:
        billing_invoices.requeue_repaired(practice=practice, client_ids=client_ids, codes=[code], at=at)
    bells.ring_lane(practice.pk)


def unarchive(*, contact: Contact, by: User, at: datetime) -> Contact:
    """Bring a contact back in Xero, because a person asked for it; what it held up goes out by itself."""
    connection = _connection(contact.practice)
    if Practice.objects.filter(pk=contact.practice_id, is_safe_mode=True).exists():
        raise ReadOnly
    key = sha256(f"unarchive|{connection.tenant_id}|{contact.external_id}|{at.isoformat()}".encode())
    try:
        gateway = connections.gateway_of(connection, at=at)
        record = gateway.unarchive_contact(contact.external_id, idempotency_key=key)
    except XeroFailure as failure:
        raise CannotUnarchive(f"Xero did not unarchive {contact.name}: {failure}") from failure
    with transaction.atomic():
        keep_contacts(connection, [record], at=at)
        contact.refresh_from_db()
        audit.record(practice=contact.practice_id, action="contact.unarchived", by=by, at=at, subject=contact)
        links = ContactLink.objects.for_practice(contact.practice_id).filter(contact=contact)
        repaired(contact.practice, list(links.values_list("client_id", flat=True)), at=at)
    return contact


def _connection(practice: Practice) -> Connection:
    connection = connections.connection_of(practice)
    if connection is None:
        raise NoConnection
    return connection


LIKELY = 65  # below it a name is only slightly similar: the chooser offers it, the plan does not name it
FACTS = (
    *("pk", "name"),
    *("link__contact__name", "link__contact__status", "link__contact__is_missing", "link__how"),
    *("best__contact__name", "best__contact__tenant_id", "best__score", "best__reason"),
)


def standings(practice: Practice, client_ids: Collection[int] | None = None) -> dict[int, ContactStanding]:
    """What is known of the clients' contacts; without `client_ids` only what is not green. Two queries."""
    connection = connections.connection_of(practice)
    if connection is None:
        return {}
    rows = Client.objects.for_practice(practice)
    chosen = rows.filter(pk__in=client_ids) if client_ids is not None else rows.open()
    joined = chosen.order_by().annotate(
        link=FilteredRelation("contact_links", condition=Q(contact_links__tenant_id=connection.tenant_id)),
        best=FilteredRelation("contact_suggestions", condition=Q(contact_suggestions__position=0)),
    )
    # Tuples and no rows: a billing plan asks for a thousand clients at once.
    found = {facts[0]: _standing(practice.slug, connection.tenant_id, *facts) for facts in joined.values_list(*FACTS)}
    if client_ids is not None:
        return found
    return {client_id: one for client_id, one in found.items() if one.tone is not Tone.GREEN}


def _standing(slug: str, tenant_id: str, pk: int, name: str, *facts: Any) -> ContactStanding:
    """How one client stands towards Xero, in a label and a sentence."""
    contact, status, is_missing, how, *best = facts
    url = f"/p/{slug}/clients/{pk}/contact/"
    if contact is None:
        is_likely = best[1] == tenant_id and best[2] >= LIKELY
        return _unlinked(pk, name, best if is_likely else None, url)
    if is_missing:
        return ContactStanding(pk, "missing", contact, Tone.RED, "The contact is no longer in Xero.", url)
    if status == Contact.Status.ARCHIVED:
        sentence = f"{contact} is archived in Xero, so nothing can be posted to it."
        return ContactStanding(pk, "archived", contact, Tone.RED, sentence, url)
    if status == Contact.Status.MERGED:
        return ContactStanding(
            pk, "merged", contact, Tone.RED, f"{contact} was merged into another contact in Xero.", url
        )
    return ContactStanding(pk, "linked", contact, Tone.GREEN, how, url)


def _unlinked(pk: int, name: str, best: Sequence[Any] | None, url: str) -> ContactStanding:
    created = f"Left as it is, a new contact {shown_name(name)} is created when its invoice is posted."
    if best is None:
        return ContactStanding(pk, "unmatched", "No contact", Tone.AMBER, created, url)
    likely, _, score, reason = best
    return ContactStanding(
        pk, "suggested", likely, Tone.AMBER, f"Perhaps {likely} ({score} of 100: {reason}). {created}", url
    )
