"""Accepting many suggestions at once, and taking them back."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from clients.models import Practice, PracticeQuerySet, User
from clients.operations import audit
from xero_sync.models import Contact, ContactLink, ContactSuggestion
from xero_sync.operations import connections, contacts


@transaction.atomic
def accept_suggestions(*, practice: Practice, client_ids: Collection[int], by: User, at: datetime) -> list[ContactLink]:
    """Link each of these clients to its likeliest contact; the links that this made.

    Left out: who is linked by now, whose likeliest contact cannot be invoiced, and a contact that is taken already or
    that two of the clients would share. Repeating it changes nothing: a client is linked once.
    """
    connection = connections.connection_of(practice)
    if connection is None:
        raise contacts.NoConnection
    links = ContactLink.objects.for_practice(practice).filter(tenant_id=connection.tenant_id)
    wanted = [_link(each, by=by, at=at) for each in _acceptable(practice, links, client_ids)]
    ContactLink.objects.bulk_create(wanted, ignore_conflicts=True)
    ids = [link.client_id for link in wanted]
    contacts.repaired(practice, ids, at=at)
    made = list(links.filter(client__in=ids, linked_by=by, linked_at=at).select_related("client", "contact"))
    about = [(link.client, {"contact": link.contact.name, "how": link.how}) for link in made]
    audit.record_all(practice=practice, action="contact.suggestion_accepted", by=by, at=at, about=about)
    return made


def _acceptable(
    practice: Practice, links: PracticeQuerySet[ContactLink], client_ids: Collection[int]
) -> list[ContactSuggestion]:
    """The first suggestions that can be used, of clients without a link; each contact once, for the likeliest."""
    rows = ContactSuggestion.objects.for_practice(practice).filter(client__in=client_ids, position=0)
    usable = rows.filter(contact__status=Contact.Status.ACTIVE, contact__is_missing=False)
    free = usable.exclude(client__in=links.values("client_id")).exclude(contact__in=links.values("contact_id"))
    likeliest: dict[int, ContactSuggestion] = {}
    for suggestion in free.select_related("contact").order_by("-score", "client_id"):
        likeliest.setdefault(suggestion.contact_id, suggestion)
    return list(likeliest.values())


def _link(suggestion: ContactSuggestion, *, by: User, at: datetime) -> ContactLink:
    return ContactLink(
        practice_id=suggestion.practice_id,
        client_id=suggestion.client_id,
        tenant_id=suggestion.contact.tenant_id,
        contact=suggestion.contact,
        how=f"Suggestion accepted, score {suggestion.score}",
        linked_by=by,
        linked_at=at,
    )


@transaction.atomic
def take_back(*, practice: Practice, link_ids: Collection[int], by: User, at: datetime) -> int:
    """Undo links that still stand as they were made; how many. Without a link a contact is created when posting."""
    links = ContactLink.objects.for_practice(practice).filter(pk__in=link_ids)
    about = [(link.client, {"contact": link.contact.name}) for link in links.select_related("client", "contact")]
    client_ids = [client.pk for client, _ in about]
    removed, _ = links.delete()
    audit.record_all(practice=practice, action="contact.suggestion_taken_back", by=by, at=at, about=about)
    contacts.repaired(practice, client_ids, at=at)
    return removed
