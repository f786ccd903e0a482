"""Accepting many suggestions at once, and taking them back."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from clients.models import Practice, PracticeQuerySet, User
from xero_sync.models import Contact, ContactLink, ContactSuggestion
from xero_sync.operations import connections, contacts

HOW = "Suggestion accepted, score {score}"


@transaction.atomic
def accept_suggestions(*, practice: Practice, client_ids: Collection[int], by: User, at: datetime) -> list[ContactLink]:
    """Link each of these clients to its likeliest contact.

    Left out: who is linked by now, whose likeliest contact cannot be invoiced, and a contact that is taken already or
    that two of the clients would share. Repeating it changes nothing.
    """
    connection = connections.connection_of(practice)
    if connection is None:
        raise contacts.NoConnection
    taken = set(_links(practice, connection.tenant_id).values_list("contact_id", flat=True))
    made = []
    for suggestion in _likeliest(practice, connection.tenant_id, client_ids):
        if suggestion.contact_id in taken:
            continue
        taken.add(suggestion.contact_id)
        how = HOW.format(score=suggestion.score)
        made.append(contacts.link(client=suggestion.client, contact=suggestion.contact, by=by, at=at, how=how))
    return made


@transaction.atomic
def take_back(*, practice: Practice, link_ids: Collection[int], by: User, at: datetime) -> int:
    """Undo links that still stand as they were made; how many."""
    links = ContactLink.objects.for_practice(practice).filter(pk__in=link_ids).select_related("client__practice")
    return sum(contacts.unlink(client=link.client, by=by, at=at) for link in links)


def _likeliest(practice: Practice, tenant_id: str, client_ids: Collection[int]) -> list[ContactSuggestion]:
    """The first suggestion of every client that has no link, where it can be used."""
    linked = _links(practice, tenant_id).values("client_id")
    rows = ContactSuggestion.objects.for_practice(practice).filter(
        client__in=client_ids, contact__tenant_id=tenant_id, position=0
    )
    usable = rows.filter(contact__status=Contact.Status.ACTIVE, contact__is_missing=False)
    return list(usable.exclude(client__in=linked).select_related("client__practice", "contact").order_by("-score"))


def _links(practice: Practice, tenant_id: str) -> PracticeQuerySet[ContactLink]:
    return ContactLink.objects.for_practice(practice).filter(tenant_id=tenant_id)
