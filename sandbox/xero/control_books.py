"""What a person could do in Xero itself: contacts, accounts, themes, tracking, and invoices made by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from flask import Blueprint, jsonify, request
from werkzeug.wrappers import Response

from sandbox.xero import invoices, seeds
from sandbox.xero.call import Call, Query
from sandbox.xero.contact_rules import objections
from sandbox.xero.control_io import Unable, asked, done, explain, organisation, the_state
from sandbox.xero.records import Category, Contact, Invoice, Json, Option, Organisation
from sandbox.xero.wire import as_json

books = Blueprint("books", __name__, url_prefix="/_sandbox")
explain(books)


@books.get("/contacts")
def contacts() -> Response:
    found = organisation()
    return jsonify({"contacts": [contact_row(c) for c in found.contacts.values()]})


def contact_row(it: Contact) -> Json:
    return {
        "id": it.contact_id,
        "name": it.name,
        "number": it.number,
        "email": it.email,
        "status": it.status,
        "merged_to": it.merged_to,
    }


@books.post("/contacts")
def add_contact() -> Response:
    """One contact, or several under `Contacts`; Xero's property names, or name, email, number."""
    state, fields = the_state(), asked()
    found = organisation(fields)
    added = []
    with state.lock:
        for item in fields.get("Contacts", [fields]):
            named = {
                "Name": item.get("Name") or item.get("name"),
                "EmailAddress": item.get("EmailAddress") or item.get("email"),
                "ContactNumber": item.get("ContactNumber") or item.get("number"),
            }
            if not named["Name"]:
                raise Unable("A contact needs a name.")
            if found.contact_named(named["Name"]):
                raise Unable(f"There is an active contact {named['Name']} already.", 409)
            added.append(seeds.add_contact(found, {**item, **named}, state.clock.now()))
    return done(f"Added {', '.join(c.name for c in added)}.", fields, contacts=[contact_row(c) for c in added])


@books.post("/contacts/<key>/<verb>")
def change_contact(key: str, verb: str) -> Response:
    """archive, restore, rename {name}, merge {into}."""
    state, fields = the_state(), asked()
    found = organisation(fields)
    with state.lock:
        before = contact_by(found, key)
        after = replace(before, updated_at=state.clock.now(), **contact_changes(found, verb, fields))
        problems = objections(found, after)
        if problems:
            raise Unable(" ".join(problems), 409)
        found.contacts[after.contact_id] = after
    return done(f"{after.name}: {verb} done.", fields, contact=contact_row(after))


def contact_changes(found: Organisation, verb: str, fields: Json) -> dict[str, Any]:
    if verb == "archive":
        return {"status": "ARCHIVED"}
    if verb == "restore":
        return {"status": "ACTIVE", "merged_to": None}
    if verb == "rename":
        return {"name": str(fields.get("name", ""))}
    if verb == "merge":
        return {"status": "ARCHIVED", "merged_to": contact_by(found, str(fields.get("into", ""))).contact_id}
    raise Unable("A contact can archive, restore, rename or merge.", 404)


def contact_by(found: Organisation, key: str) -> Contact:
    """By id, number or name, archived ones too."""
    by_name = (c for c in found.contacts.values() if c.name.lower() == key.lower())
    contact = found.contacts.get(key) or found.contact_numbered(key) or next(by_name, None)
    if contact is None:
        raise Unable(f"There is no contact {key or 'without a name'}.", 404)
    return contact


@books.post("/accounts/<code>/<verb>")
def change_account(code: str, verb: str) -> Response:
    state, fields = the_state(), asked()
    account = organisation(fields).account_coded(code)
    if account is None:
        raise Unable(f"There is no account {code}.", 404)
    account.status, account.updated_at = status_after(verb), state.clock.now()
    return done(f"Account {code} is {account.status.lower()}.", fields, status=account.status)


def status_after(verb: str) -> str:
    if verb not in {"archive", "restore"}:
        raise Unable("It can be archived or restored.", 404)
    return "ARCHIVED" if verb == "archive" else "ACTIVE"


@books.post("/tracking/<key>/<verb>")
def change_tracking(key: str, verb: str) -> Response:
    """A category or an option, by id or name."""
    fields = asked()
    status = status_after(verb)
    for entry in tracking_entries(organisation(fields)):
        ident = entry.category_id if isinstance(entry, Category) else entry.option_id
        if key.lower() in (ident, entry.name.lower()):
            entry.status = status
            return done(f"{entry.name} is {status.lower()}.", fields, status=status)
    raise Unable(f"There is no tracking category or option {key}.", 404)


def tracking_entries(found: Organisation) -> list[Category | Option]:
    entries: list[Category | Option] = []
    for category in found.categories:
        entries += [category, *category.options]
    return entries


@books.post("/themes/<key>/archive")
def remove_theme(key: str) -> Response:
    """Branding themes have no status: an archived one is simply no longer there."""
    fields = asked()
    found = organisation(fields)
    kept = [theme for theme in found.themes if key.lower() not in (theme.theme_id, theme.name.lower())]
    if len(kept) == len(found.themes):
        raise Unable(f"There is no branding theme {key}.", 404)
    found.themes = kept
    return done("The branding theme is gone.", fields)


@books.get("/invoices")
def listing() -> Response:
    """Plain rows for assertions, oldest first, of one organisation or with `all` of every one."""
    state = the_state()
    state.settle()
    chosen = list(state.organisations.values()) if request.args.get("all") else [organisation()]
    return jsonify({"invoices": [invoice_row(o, i) for o in chosen for i in o.invoices.values()]})


def invoice_row(found: Organisation, it: Invoice) -> Json:
    return {
        "tenant": found.tenant_id,
        "organisation": found.name,
        "id": it.invoice_id,
        "number": it.number,
        "reference": it.reference,
        "url": it.url,
        "status": it.status,
        "contact_id": it.contact_id,
        "contact": found.contacts[it.contact_id].name,
        "date": it.day.isoformat(),
        "due_date": it.due_date.isoformat() if it.due_date else None,
        "sub_total": str(it.sub_total),
        "total_tax": str(it.total_tax),
        "total": str(it.total),
        "theme_id": it.theme_id,
        "by_app": bool(it.client_id),
        "lines": [
            {
                "description": line.description,
                "quantity": str(line.quantity),
                "unit_amount": str(line.unit_amount),
                "line_amount": str(line.line_amount),
                "account": line.account.code if line.account else None,
                "tax_type": line.tax_type,
                "tracking": {choice.category: choice.option for choice in line.tracking},
            }
            for line in it.lines
        ],
    }


@books.post("/invoices")
def invoice_by_hand() -> Response:
    """An invoice that a person makes in Xero: one object with the API's property names."""
    fields = asked()
    with the_state().lock:
        answer = invoices.create(by_hand(organisation(fields), [], element_from(fields)))
    return hand_done("The invoice is made.", fields, answer.status, answer.payload)


def element_from(fields: Json) -> Json:
    """The page's short form, or the API's own."""
    if "Contact" in fields or "contact" not in fields:
        return {"Type": "ACCREC", **{k: v for k, v in fields.items() if k != "tenant"}}
    line = {"Description": "By hand", "Quantity": 1, "UnitAmount": fields.get("amount", "100"), "AccountCode": "200"}
    contact = contact_by(organisation(fields), str(fields["contact"]))
    return {
        "Type": "ACCREC",
        "InvoiceNumber": fields.get("number"),
        "Contact": {"ContactID": contact.contact_id},
        "LineItems": [line],
    }


def by_hand(found: Organisation, resource: list[str], element: Json) -> Call:
    state = the_state()
    body = as_json(element)
    return Call(state, found, "", "PUT", ["invoices", *resource], Query([]), body, None, state.clock.now())


def hand_done(said: str, fields: Json, status: int, payload: Any) -> Response:
    if status != 200:
        raise Unable(json.dumps(payload, default=str), status)
    return done(said, fields, invoice={k: str(v) for k, v in payload["Invoices"][0].items() if k.startswith("Invoice")})


@books.post("/invoices/<key>/<verb>")
def change_invoice(key: str, verb: str) -> Response:
    """approve, delete, void, pay, edit {Xero's properties}, reprice {amount}: as a person would in Xero."""
    state, fields = the_state(), asked()
    found = organisation(fields)
    with state.lock:
        invoice = invoices.found(found, key)
        if verb == "pay":
            paid = replace(invoice, status="PAID", amount_paid=invoice.total, updated_at=state.clock.now())
            found.keep(paid)
            return done(f"{paid.number} is paid.", fields)
        element = invoice_changes(invoice, verb, fields)
        answer = invoices.update_one(by_hand(found, [key], element))
    return hand_done(f"{invoice.number}: {verb} done.", fields, answer.status, answer.payload)


def invoice_changes(invoice: Invoice, verb: str, fields: Json) -> Json:
    if verb == "edit":
        return {name: value for name, value in fields.items() if name != "tenant"}
    if verb == "reprice":
        line = invoice.lines[0]
        account = line.account.code if line.account else None
        price = {"UnitAmount": fields.get("amount", "1"), "Quantity": 1, "AccountCode": account}
        return {"LineItems": [{"Description": line.description, **price}]}
    statuses = {"approve": "AUTHORISED", "delete": "DELETED", "void": "VOIDED"}
    if verb not in statuses:
        raise Unable("An invoice can approve, delete, void, pay, edit or reprice.", 404)
    due = {"DueDate": (invoice.due_date or invoice.day).isoformat()} if verb == "approve" else {}
    return {"Status": statuses[verb], **due}
