"""What Xero asks of a contact before it keeps it, in Xero's words."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime

from sandbox.xero.elements import Element
from sandbox.xero.records import Contact, Json, Organisation

NAME_TAKEN = (
    "The contact name {0} is already assigned to another contact. "
    "The contact name must be unique across all active contacts."
)
NUMBER_TAKEN = (
    "The contact number {0} is already assigned to another contact. "
    "The contact number must be unique across all contacts."
)
EMAIL = re.compile(r"^[A-Za-z0-9._%+'\-&]+@[A-Za-z0-9\-]+(\.[A-Za-z0-9\-]+)+$")
DETAILS = (
    "FirstName",
    "LastName",
    "CompanyNumber",
    "TaxNumber",
    "Addresses",
    "Phones",
    "ContactPersons",
    "AccountsReceivableTaxType",
    "Website",
)


@dataclass
class Wanted:
    """A contact as its sender put it; absent means: leave as it is."""

    contact_id: str | None
    name: str | None
    number: str | None
    account_number: str | None
    email: str | None
    status: str | None
    details: Json = field(default_factory=dict)


def read_contact(element: Element) -> Wanted:
    for name in ("Addresses", "Phones", "ContactPersons"):
        element.children(name)
    return Wanted(
        contact_id=element.guid("ContactID"),
        name=element.words("Name"),
        number=element.words("ContactNumber"),
        account_number=element.words("AccountNumber"),
        email=element.words("EmailAddress"),
        status=element.choice("ContactStatus", "ACTIVE", "ARCHIVED", "GDPRREQUEST"),
        details={name: element.data[name] for name in DETAILS if element.has(name)},
    )


def judged(organisation: Organisation, wanted: Wanted, updating: bool, at: datetime) -> tuple[Contact, list[str]]:
    """The contact as it would be kept, and what stands against keeping it."""
    present = existing(organisation, wanted) if updating else None
    if present is None and updating and wanted.contact_id:
        return Contact("", "", at), [f"The contact with ContactID {wanted.contact_id} could not be found."]
    if present is not None and wanted == Wanted(present.contact_id, None, None, None, None, None):
        return present, []
    base = present or Contact("", "", at)
    contact = replace(
        base,
        name=wanted.name or base.name,
        number=wanted.number or base.number,
        account_number=wanted.account_number or base.account_number,
        email=wanted.email or base.email,
        status=wanted.status or base.status,
        details={**base.details, **wanted.details},
    )
    if contact != base:
        contact.updated_at = at
    errors = objections(organisation, contact)
    if present is None and not errors:
        contact.contact_id = organisation.new_id("contact")
    return contact, errors


def existing(organisation: Organisation, wanted: Wanted) -> Contact | None:
    if wanted.contact_id:
        return organisation.contacts.get(wanted.contact_id)
    by_number = organisation.contact_numbered(wanted.number) if wanted.number else None
    return by_number or (organisation.contact_named(wanted.name) if wanted.name else None)


def objections(organisation: Organisation, contact: Contact) -> list[str]:
    errors = name_objections(organisation, contact)
    others = [c for c in organisation.contacts.values() if c.contact_id != contact.contact_id]
    number = (contact.number or "").lower()
    if number and any((c.number or "").lower() == number for c in others):
        errors.append(NUMBER_TAKEN.format(contact.number))
    if len(number) > 50:
        errors.append("The ContactNumber field cannot exceed 50 characters.")
    if contact.email and (len(contact.email) > 255 or not EMAIL.match(contact.email)):
        errors.append("Email address must be valid.")
    if contact.is_active and contact.merged_to:
        errors.append("The contact has been merged into another contact and cannot be restored.")
    return errors


def name_objections(organisation: Organisation, contact: Contact) -> list[str]:
    name = contact.name
    if not name:
        return ["The contact name must be specified."]
    if len(name) > 255:
        return ["The contact name cannot exceed 255 characters."]
    if re.search(r"[<>]|^\s|\s$|\s\s", name):
        return ["The contact name must not contain angle brackets or leading, trailing or doubled spaces."]
    holder = organisation.contact_named(name) if contact.is_active else None
    if holder is not None and holder.contact_id != contact.contact_id:
        return [NAME_TAKEN.format(name)]
    return []
