"""How every client stands towards the contacts in Xero: counted, filtered, one page at a time."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, QuerySet, Subquery, Value, When

from clients.models import Client, Practice
from clients.models.clients import ClientQuerySet
from xero_sync.models import Connection, Contact, ContactLink, ContactSuggestion


class Match(StrEnum):
    """A client's match state (product: Matching)."""

    SUGGESTED = "suggested"
    UNMATCHED = "unmatched"
    ARCHIVED = "archived"
    MERGED = "merged"
    MISSING = "missing"
    LINKED = "linked"


LABELS: dict[str, str] = {
    Match.SUGGESTED: "Suggested",
    Match.UNMATCHED: "Unmatched",
    Match.ARCHIVED: "Archived in Xero",
    Match.MERGED: "Merged in Xero",
    Match.MISSING: "Gone from Xero",
    Match.LINKED: "Linked",
}
WHY_HELD: dict[str, str] = {
    Match.ARCHIVED: "Nothing can be posted to an archived contact. Unarchive it in Xero, or choose another contact.",
    Match.MERGED: "The contact was merged into another one in Xero. Choose the contact that took its place.",
    Match.MISSING: "The contact is no longer in Xero. Choose another contact, or unlink to have a new one created.",
}
HELD = frozenset({Match.ARCHIVED, Match.MERGED, Match.MISSING})
OPEN = frozenset(Match) - {Match.LINKED}


@dataclass(frozen=True, slots=True)
class Row:
    """One client of the queue: its state, and the contact it is linked to or the likeliest one."""

    client: Client
    match: str
    link: ContactLink | None
    suggestion: ContactSuggestion | None

    @property
    def label(self) -> str:
        return LABELS[self.match]

    @property
    def tone(self) -> str:
        if self.match in HELD:
            return "bad"
        return "good" if self.match == Match.LINKED else "warn"

    @property
    def held_because(self) -> str:
        """Why nothing can be posted to the linked contact, and what to do."""
        return WHY_HELD.get(self.match, "")

    @property
    def is_acceptable(self) -> bool:
        """Whether the first suggestion can be linked without looking further."""
        return self.suggestion is not None and self.suggestion.contact.is_usable


def with_match(practice: Practice, tenant_id: str) -> ClientQuerySet:
    """Clients, each with its `match` towards one organisation."""
    links = ContactLink.objects.for_practice(practice).filter(client=OuterRef("pk"), tenant_id=tenant_id)
    suggestions = ContactSuggestion.objects.for_practice(practice).filter(
        client=OuterRef("pk"), contact__tenant_id=tenant_id
    )
    missing = links.filter(contact__is_missing=True)
    clients: ClientQuerySet = Client.objects.for_practice(practice)
    return clients.annotate(contact_status=Subquery(links.values("contact__status")[:1])).annotate(
        match=Case(
            When(Exists(missing), then=Value(Match.MISSING)),
            When(contact_status=Contact.Status.ACTIVE, then=Value(Match.LINKED)),
            When(contact_status=Contact.Status.ARCHIVED, then=Value(Match.ARCHIVED)),
            When(contact_status=Contact.Status.MERGED, then=Value(Match.MERGED)),
            When(Exists(suggestions), then=Value(Match.SUGGESTED)),
            default=Value(Match.UNMATCHED),
            output_field=CharField(),
        )
    )


def counts(clients: ClientQuerySet) -> dict[str, int]:
    """How many clients are in each state."""
    found: Any = clients.order_by().values_list(*["match"]).annotate(number=Count("pk"))
    return {str(match): 0 for match in Match} | {str(match): number for match, number in found}


def in_state(clients: ClientQuerySet, states: Collection[str]) -> ClientQuerySet:
    """Those in one of these states."""
    return clients.filter(Q(("match__in", sorted(states))))


def clients_in_state(practice: Practice, state: str) -> ClientQuerySet:
    """For the filter of the list of clients: those in one match state; nobody while no organisation is connected."""
    connection = Connection.objects.for_practice(practice).current().first()
    clients: ClientQuerySet = Client.objects.for_practice(practice)
    return in_state(with_match(practice, connection.tenant_id), {state}) if connection else clients.none()


def only(clients: ClientQuerySet, *, match: str, text: str) -> ClientQuerySet:
    """Those in one state (without one: all that wait for a decision) that fit what was typed."""
    kept = in_state(clients, {match} if match in LABELS else OPEN)
    return kept.matching(text) if text else kept


def rows_of(practice: Practice, tenant_id: str, clients: Iterable[Any]) -> list[Row]:
    """The rows of one page, in two queries however many there are."""
    shown = list(clients)
    ids = [client.pk for client in shown]
    links = _by_client(
        ContactLink.objects.for_practice(practice)
        .filter(client__in=ids, tenant_id=tenant_id)
        .select_related("linked_by")
    )
    known = ContactSuggestion.objects.for_practice(practice).filter(client__in=ids, contact__tenant_id=tenant_id)
    likeliest = _by_client(known.order_by("client_id", "-position"))
    return [Row(client, client.match, links.get(client.pk), likeliest.get(client.pk)) for client in shown]


def _by_client(rows: QuerySet[Any, Any]) -> dict[int, Any]:
    """The last row of each client."""
    found: Iterable[Any] = rows.select_related("contact")
    return {row.client_id: row for row in found}
