"""Which client is which contact: deciding, undoing, and what is known of each."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction

from billing.operations import invoices as billing_invoices
from billing.ports import ContactStanding, Tone
from clients.models import Client, Practice, User
from xero_sync.errors import XeroFailure
from xero_sync.models import Connection, Contact, ContactLink, ContactSuggestion
from xero_sync.operations import bells, connections
from xero_sync.operations.reading import keep_contacts
from xero_sync.translation.elements import contact_name, sha256

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
    with transaction.atomic():
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
        repaired(client.practice, [client.pk], at=at)
    return made


def unlink(*, client: Client, by: User | None, at: datetime) -> bool:
    """Undo the decision: without a link a new contact is created when the client's next invoice is posted."""
    connection = _connection(client.practice)
    with transaction.atomic():
        links = ContactLink.objects.for_practice(client.practice_id)
        removed, _ = links.filter(client=client, tenant_id=connection.tenant_id).delete()
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
        links = ContactLink.objects.for_practice(contact.practice_id).filter(contact=contact)
        repaired(contact.practice, list(links.values_list("client_id", flat=True)), at=at)
    return contact


def _connection(practice: Practice) -> Connection:
    connection = connections.connection_of(practice)
    if connection is None:
        raise NoConnection
    return connection


def standings(practice: Practice, client_ids: Collection[int] | None = None) -> dict[int, ContactStanding]:
    """What is known of the clients' contacts; without `client_ids` only what is not green. Three queries."""
    connection = connections.connection_of(practice)
    if connection is None:
        return {}
    rows = Client.objects.for_practice(practice)
    chosen = rows.filter(pk__in=client_ids) if client_ids is not None else rows.open()
    clients = list(chosen.select_related("practice"))
    links = {
        link.client_id: link
        for link in ContactLink.objects.for_practice(practice)
        .filter(tenant_id=connection.tenant_id)
        .select_related("contact")
    }
    best = _best_suggestions(practice, connection)
    found = {client.pk: standing(client, links.get(client.pk), best.get(client.pk)) for client in clients}
    if client_ids is not None:
        return found
    return {client_id: one for client_id, one in found.items() if one.tone is not Tone.GREEN}


def _best_suggestions(practice: Practice, connection: Connection) -> dict[int, ContactSuggestion]:
    rows = ContactSuggestion.objects.for_practice(practice).filter(position=0, contact__tenant_id=connection.tenant_id)
    return {one.client_id: one for one in rows.select_related("contact")}


def standing(client: Client, link: ContactLink | None, best: ContactSuggestion | None) -> ContactStanding:
    """How one client stands towards Xero, in a label and a sentence."""
    url = f"/p/{client.practice.slug}/clients/{client.pk}/contact/"
    if link is None:
        return _unlinked(client, best, url)
    contact = link.contact
    if contact.is_missing:
        return ContactStanding(client.pk, "missing", contact.name, Tone.RED, "The contact is no longer in Xero.", url)
    if contact.status == Contact.Status.ARCHIVED:
        sentence = f"{contact.name} is archived in Xero, so nothing can be posted to it."
        return ContactStanding(client.pk, "archived", contact.name, Tone.RED, sentence, url)
    if contact.status == Contact.Status.MERGED:
        sentence = f"{contact.name} was merged into another contact in Xero."
        return ContactStanding(client.pk, "merged", contact.name, Tone.RED, sentence, url)
    return ContactStanding(client.pk, "linked", contact.name, Tone.GREEN, link.how, url)


def _unlinked(client: Client, best: ContactSuggestion | None, url: str) -> ContactStanding:
    created = f"Left as it is, a new contact {contact_name(client)} is created when its invoice is posted."
    if best is None:
        return ContactStanding(client.pk, "unmatched", "No contact", Tone.AMBER, created, url)
    sentence = f"Perhaps {best.contact.name} ({best.score} of 100: {best.reason}). {created}"
    return ContactStanding(client.pk, "suggested", best.contact.name, Tone.AMBER, sentence, url)


def candidates(*, client: Client, text: str = "") -> Sequence[Contact]:
    """What a person may choose from: without words the suggestions, with words whatever matches, archived included."""
    connection = _connection(client.practice)
    contacts = Contact.objects.for_practice(client.practice_id).of(connection.tenant_id)
    if text.strip():
        return list(contacts.matching(text.strip())[:50])
    suggested = ContactSuggestion.objects.for_practice(client.practice_id).filter(client=client)
    return [one.contact for one in suggested.select_related("contact").order_by("position")]
