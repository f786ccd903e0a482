"""Contacts: reading with pages and filters, creating, changing, archiving and restoring."""

from __future__ import annotations

from sandbox.xero.call import Call, batch_answer
from sandbox.xero.contact_rules import Wanted, judged, read_contact
from sandbox.xero.elements import read_elements
from sandbox.xero.filters import Fields, changed_since, is_paged, ordered, page_of, where
from sandbox.xero.records import NO_ID, Contact, Json, Organisation
from sandbox.xero.wire import Answer, envelope, messages, ms_date, not_found, without_nulls

FIELDS: Fields = {
    "id": lambda c: c.contact_id,
    "contactid": lambda c: c.contact_id,
    "name": lambda c: c.name,
    "emailaddress": lambda c: c.email,
    "contactnumber": lambda c: c.number,
    "accountnumber": lambda c: c.account_number,
    "contactstatus": lambda c: c.status,
    "iscustomer": lambda c: c.is_customer,
    "updateddateutc": lambda c: c.updated_at,
}


def many(call: Call) -> Answer:
    rows = ordered(call.query.text("order"), where(call.query.text("where"), chosen(call), FIELDS), FIELDS)
    if not is_paged(call) and not call.query.flag("summaryOnly"):
        return Answer(200, envelope(call.at, Contacts=[brief(c) for c in rows]))
    rows, told = page_of(call, rows)
    show = brief if call.query.flag("summaryOnly") else shown
    return Answer(200, {**envelope(call.at), **told, "Contacts": [show(c) for c in rows]})


def chosen(call: Call) -> list[Contact]:
    ids, words = call.query.many("IDs"), (call.query.text("searchTerm") or "").lower()
    wanted = {ident.lower() for ident in ids} if ids is not None else None
    with_archived = bool(call.query.flag("includeArchived"))
    return [
        contact
        for contact in call.organisation.contacts.values()
        if (with_archived or contact.is_active)
        and (wanted is None or contact.contact_id in wanted)
        and changed_since(call, contact.updated_at)
        and (not words or words in searchable(contact))
    ]


def searchable(contact: Contact) -> str:
    details = [contact.details.get(name) for name in ("FirstName", "LastName", "CompanyNumber")]
    return "\n".join(str(text) for text in (contact.name, contact.number, contact.email, *details) if text).lower()


def found(organisation: Organisation, key: str) -> Contact:
    contact = organisation.contacts.get(key.lower()) or organisation.contact_numbered(key)
    if contact is None:
        raise not_found()
    return contact


def one(call: Call) -> Answer:
    return Answer(200, envelope(call.at, Contacts=[shown(found(call.organisation, call.key))]))


def create(call: Call) -> Answer:
    """PUT: what exists already is refused."""
    return saved(call, [read_contact(e) for e in read_elements(call.body, "Contacts")], updating=False)


def update(call: Call) -> Answer:
    """POST: changes the contact of that id, number or name, and creates it where there is none."""
    return saved(call, [read_contact(e) for e in read_elements(call.body, "Contacts")], updating=True)


def update_one(call: Call) -> Answer:
    contact = found(call.organisation, call.key)
    wanted = [read_contact(e) for e in read_elements(call.body, "Contacts")][:1]
    for item in wanted:
        item.contact_id = contact.contact_id
    return saved(call, wanted, updating=True)


def saved(call: Call, wanted: list[Wanted], updating: bool) -> Answer:
    good: list[Json] = []
    places: list[Json | None] = []
    for item in wanted:
        contact, errors = judged(call.organisation, item, updating, call.at)
        if errors:
            places.append(refused(item, contact, errors))
            continue
        call.organisation.contacts[contact.contact_id] = contact
        good.append({**shown(contact), "StatusAttributeString": "OK"})
        places.append(None)
    return batch_answer(call, "Contacts", good, places)


def refused(item: Wanted, contact: Contact, errors: list[str]) -> Json:
    return without_nulls(
        {
            "ContactID": item.contact_id or NO_ID,
            "ContactNumber": item.number,
            "ContactStatus": contact.status,
            "Name": item.name,
            "EmailAddress": item.email,
            "HasValidationErrors": True,
            "StatusAttributeString": "ERROR",
            "ValidationErrors": messages(errors),
        }
    )


def brief(it: Contact) -> Json:
    """Without a page Xero leaves much out, the merged-into id among it."""
    return without_nulls(
        {
            "ContactID": it.contact_id,
            "ContactNumber": it.number,
            "AccountNumber": it.account_number,
            "ContactStatus": it.status,
            "Name": it.name,
            "FirstName": it.details.get("FirstName"),
            "LastName": it.details.get("LastName"),
            "EmailAddress": it.email,
            "UpdatedDateUTC": ms_date(it.updated_at),
            "HasValidationErrors": False,
        }
    )


def shown(it: Contact) -> Json:
    return {
        **brief(it),
        **without_nulls({"MergedToContactID": it.merged_to}),
        "Addresses": [{"AddressType": "STREET"}, {"AddressType": "POBOX"}],
        "Phones": [],
        "ContactGroups": [],
        "ContactPersons": [],
        "IsSupplier": False,
        "IsCustomer": it.is_customer,
        **it.details,
    }
