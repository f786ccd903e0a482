"""The contact chooser: the likely contacts of a client with score and reasons, and what a search found."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from clients.models import Client
from xero_sync.models import Contact, ContactLink, ContactSuggestion

FOUND_AT_MOST = 20
SUREST = 50
CERTAIN = 100


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing the two have in common, or only nearly."""

    words: str

    @property
    def is_same(self) -> bool:
        return self.words.startswith("Same")


@dataclass(frozen=True, slots=True)
class Option:
    """One contact that could be chosen, or why it cannot."""

    contact: Contact
    score: int | None
    reasons: tuple[Reason, ...]
    taken_by: str
    is_chosen: bool = False
    is_linked: bool = False

    @property
    def is_usable(self) -> bool:
        return self.contact.is_usable

    @property
    def can_be_unarchived(self) -> bool:
        return self.contact.status == Contact.Status.ARCHIVED and not self.contact.is_missing

    @property
    def why_not(self) -> str:
        """Why it cannot be invoiced."""
        if self.can_be_unarchived:
            return "An archived contact cannot be invoiced."
        return "It cannot be invoiced any more. Choose the contact that took its place."

    @property
    def badge(self) -> str:
        if self.contact.is_missing:
            return "Gone from Xero"
        return {"active": "Active", "archived": "Archived in Xero", "merged": "Merged in Xero"}[self.contact.status]

    @property
    def facts(self) -> str:
        """What tells it from others of its name."""
        contact = self.contact
        number = f"company {contact.company_number}" if contact.company_number else ""
        account = f"account {contact.account_number}" if contact.account_number else ""
        known = [contact.email or "no e-mail address", contact.postcode, number, account]
        text = ", ".join(part for part in known if part)
        return f"{text[0].upper() if not contact.email else text[0]}{text[1:]}."


@dataclass(frozen=True, slots=True)
class Choice:
    """Everything the chooser shows for one client."""

    client: Client
    link: ContactLink | None
    suggested: list[Option]
    found: list[Option]
    is_cut: bool
    total: int
    text: str

    @property
    def has_chosen(self) -> bool:
        return any(option.is_chosen for option in (self.found if self.text else self.suggested))


def choice_for(client: Client, tenant_id: str, *, text: str) -> Choice:
    """The chooser's content: what is linked or suggested first, then what the search found, archived contacts too."""
    contacts = Contact.objects.for_practice(client.practice_id).of(tenant_id)
    found = list(contacts.matching(text).order_by("status", "name", "pk")[: FOUND_AT_MOST + 1]) if text else []
    link = link_of(client, tenant_id)
    likely = _likely(client, tenant_id, link)
    taken = _taken(client, tenant_id, [*(contact for contact, _, _ in likely), *found])
    chosen = _chosen(likely, link)
    marks: dict[str, Any] = {"taken": taken, "chosen": chosen, "linked": link.contact_id if link else None}
    return Choice(
        client=client,
        link=link,
        suggested=[_option(contact, score, reasons, **marks) for contact, score, reasons in likely],
        found=[_option(contact, None, (), **marks) for contact in found[:FOUND_AT_MOST]],
        is_cut=len(found) > FOUND_AT_MOST,
        total=contacts.count(),
        text=text,
    )


def link_of(client: Client, tenant_id: str) -> ContactLink | None:
    """What was decided for this client."""
    links = ContactLink.objects.for_practice(client.practice_id).filter(client=client, tenant_id=tenant_id)
    return links.select_related("contact", "linked_by").first()


Likely = tuple[Contact, int | None, tuple[Reason, ...]]


def _likely(client: Client, tenant_id: str, link: ContactLink | None) -> list[Likely]:
    """The contact that is linked, then the suggestions, best first; a likelier one that is archived stands below."""
    rows = ContactSuggestion.objects.for_practice(client.practice_id).filter(client=client)
    ordered = rows.filter(contact__tenant_id=tenant_id).select_related("contact").order_by("position")
    found: list[Likely] = [(each.contact, each.score, _reasons(each.reason)) for each in ordered]
    found.sort(key=lambda each: not each[0].is_usable)
    if link is None:
        return found
    known: list[Likely] = [(link.contact, None, (Reason(link.how),)), *_successor(link)]
    return [*known, *(each for each in found if all(each[0] != contact for contact, _, _ in known))]


def _successor(link: ContactLink) -> list[Likely]:
    """The contact into which the linked one was merged in Xero."""
    into = link.contact.merged_into
    rows = Contact.objects.for_practice(link.practice_id).of(link.tenant_id)
    found = rows.filter(external_id=into).first() if into else None
    return [(found, CERTAIN, (Reason(f"Took the place of {link.contact} in Xero"),))] if found else []


def _reasons(sentence: str) -> tuple[Reason, ...]:
    parts = (part.strip() for part in sentence.split(","))
    return tuple(Reason(f"{part[0].upper()}{part[1:]}") for part in parts if part)


def _chosen(likely: Sequence[Likely], link: ContactLink | None) -> int | None:
    """Chosen beforehand: what is linked, else the likeliest if it is likely enough to be proposed."""
    if link is not None and link.contact.is_usable:
        return link.contact_id
    return next((contact.pk for contact, score, _ in likely if contact.is_usable and (score or 0) >= SUREST), None)


def _taken(client: Client, tenant_id: str, contacts: Iterable[Contact]) -> dict[int, str]:
    """Contacts that stand for another client already, and for whom."""
    links = ContactLink.objects.for_practice(client.practice_id).filter(tenant_id=tenant_id, contact__in=contacts)
    return {link.contact_id: link.client.name for link in links.exclude(client=client).select_related("client")}


def _option(
    contact: Contact,
    score: int | None,
    reasons: tuple[Reason, ...],
    *,
    taken: Mapping[int, str],
    chosen: int | None,
    linked: int | None,
) -> Option:
    by = taken.get(contact.pk, "")
    return Option(contact, score, reasons, by, contact.pk == chosen, contact.pk == linked)
