"""Links that are certain, suggestions for the rest."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from clients.models import Client
from xero_sync.matching import Link, Matches, Side, matches, side
from xero_sync.models import Connection, Contact, ContactLink, ContactSuggestion
from xero_sync.translation.elements import client_id_of, contact_number

OURS = "Created in Xero for this client"


def match_clients(*, connection: Connection, at: datetime) -> tuple[int, int]:
    """Link what is certain, rewrite the suggestions for every other client; how many of each.

    Decisions of people are never touched.
    """
    practice = connection.practice
    links = ContactLink.objects.for_practice(practice).filter(tenant_id=connection.tenant_id)
    clients = list(Client.objects.for_practice(practice).open().exclude(pk__in=links.values("client")))
    all_contacts = Contact.objects.for_practice(practice).of(connection.tenant_id)
    free = list(all_contacts.exclude(pk__in=links.values("contact")))
    own = _own(clients, free)
    found = matches(
        [_client_side(client) for client in clients if client.pk not in {link.client_id for link in own}],
        [_contact_side(contact) for contact in free if contact.pk not in {link.contact_id for link in own}],
    )
    return _keep(connection, Matches((*own, *found.links), found.suggestions), at=at)


def _own(clients: Iterable[Client], contacts: Iterable[Contact]) -> list[Link]:
    """Contacts that we made for a client and whose link was lost, as after restoring an old copy of our database."""
    by_number = {contact_number(client): client for client in clients}
    return [
        Link(by_number[contact.contact_number].pk, contact.pk, OURS)
        for contact in contacts
        if client_id_of(contact.contact_number)
        and contact.contact_number in by_number
        and contact.is_usable
        and contact.name_key == by_number[contact.contact_number].name_key
    ]


def _client_side(client: Client) -> Side:
    return side(
        client.pk,
        client.name,
        trading_name=client.trading_name,
        company_number=client.company_number,
        email=client.email,
        address=client.address,
    )


def _contact_side(contact: Contact) -> Side:
    return side(
        contact.pk,
        contact.name,
        company_number=contact.company_number,
        email=contact.email,
        address=contact.postcode,
        is_usable=contact.is_usable,
    )


def _keep(connection: Connection, found: Matches, *, at: datetime) -> tuple[int, int]:
    practice = connection.practice
    with transaction.atomic():
        links = [
            ContactLink(
                practice=practice,
                client_id=link.client_id,
                tenant_id=connection.tenant_id,
                contact_id=link.contact_id,
                how=link.how,
                linked_at=at,
            )
            for link in found.links
        ]
        ContactLink.objects.bulk_create(links, ignore_conflicts=True)
        ContactSuggestion.objects.for_practice(practice).delete()
        suggestions = [
            ContactSuggestion(
                practice=practice,
                client_id=client_id,
                contact_id=one.contact_id,
                score=one.score,
                reason=one.reason,
                position=position,
            )
            for client_id, likely in found.suggestions.items()
            for position, one in enumerate(likely)
        ]
        ContactSuggestion.objects.bulk_create(suggestions, batch_size=500)
    return len(links), len(found.suggestions)
