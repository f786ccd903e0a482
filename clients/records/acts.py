"""The acts that the audit log knows, and the sentence for each. Pure.

An act is named `kind.deed`. Its sentence goes on from the name of whoever did it; in braces stand `subject` and the
facts that were written with it.
"""

from collections.abc import Mapping
from typing import Any

KINDS = {
    "plan": "Billing plans",
    "invoice": "Invoices",
    "posting": "Posting",
    "hold": "Holds and Safe Mode",
    "proposal": "Proposals",
    "work": "Work",
    "client": "Clients",
    "import": "Imports of clients",
    "contact": "Contacts and links",
    "connection": "Connection to Xero",
    "settings": "Settings",
    "service": "Services and prices",
    "team": "Team",
    "token": "API tokens",
    "login": "Logins",
}

SENTENCES = {
    "plan.approved": "approved the billing plan of {subject}",
    "plan.reopened": "reopened the billing plan of {subject}",
    "plan.raised": "raised {invoices} invoices of the billing plan of {subject}",
    "plan.altered": "found the approved lines of {subject} changed, and raised nothing",
    "invoice.posted": "posted invoice {subject}, {total} {currency}",
    "invoice.refused": "could not post invoice {subject}: {reason}",
    "invoice.retried": "queued invoice {subject} again",
    "invoice.sent": "sent invoice {subject}",
    "invoice.handed_over": "handed invoice {subject} over once more",
    "invoice.handled": "marked invoice {subject} as handled by hand",
    "invoice.renumbered": "gave invoice {subject} the number {after}: {before} was used by somebody in the ledger",
    "invoice.found": "found invoice {subject} in Xero already and did not send it again",
    "invoice.twin_deleted": "deleted the second draft of invoice {subject} in Xero, {twin}",
    "invoice.twin_left": "left the second copy of invoice {subject} in Xero, {twin}, to people",
    "invoice.unwanted": "found invoice {subject} in Xero as {number}, though it is closed here",
    "invoice.cancelled": "cancelled invoice {subject}",
    "hold.placed": "held everything back: {reason}",
    "hold.lifted": "lifted a hold: {reason}",
    "hold.safe_mode_entered": "turned Safe Mode on",
    "hold.safe_mode_left": "turned Safe Mode off",
    "hold.waiting_confirmed": "let {invoices} waiting invoices go out",
    "proposal.sent": "sent {subject} to {client}",
    "proposal.shared": "made a signing link for {subject} of {client}",
    "proposal.reminded": "reminded {client} of {subject}",
    "proposal.reverted": "took {subject} of {client} back to a draft",
    "proposal.signed": "signed {subject} for {client}",
    "proposal.declined": "declined {subject} for {client}",
    "proposal.accepted_on_behalf": "accepted {subject} on behalf of {client}",
    "proposal.start_confirmed": "confirmed the start of {subject} of {client}",
    "proposal.activated": "activated {subject} of {client}",
    "proposal.superseded": "marked {subject} of {client} as superseded",
    "proposal.ended": "ended {subject} of {client}",
    "proposal.lost": "marked {subject} of {client} as lost",
    "proposal.expired": "let {subject} of {client} expire",
    "work.added": "added the work {subject}",
    "work.completed": "completed {subject}",
    "work.undone": "undid the completion of {subject}",
    "client.created": "added the client {subject}",
    "client.edited": "changed the client {subject}",
    "client.closed": "closed the client {subject}",
    "client.reactivated": "re-activated the client {subject}",
    "client.owner_changed": "gave the client {subject} the owner {owner}",
    "import.applied": "imported {subject}",
    "import.undone": "undid the import of {subject}",
    "contact.linked": "linked {subject} to the contact {contact}",
    "contact.relinked": "linked {subject} to another contact, {contact}",
    "contact.unlinked": "removed the link of {subject}",
    "contact.suggestion_accepted": "accepted the suggested contact {contact} for {subject}",
    "contact.suggestion_taken_back": "took back the accepted suggestion for {subject}",
    "contact.created": "created the contact {contact} in Xero for {subject}",
    "contact.unarchived": "unarchived the contact {subject} in Xero",
    "connection.granted": "gave Socket access to Xero",
    "connection.refused": "came back from Xero without a connection",
    "connection.chosen": "connected Xero to {subject}",
    "connection.lost": "lost the connection to {subject}",
    "connection.restored": "reached {subject} again",
    "connection.ended": "disconnected Xero from {subject}",
    "settings.practice_created": "created the practice {subject}",
    "settings.practice": "changed what the practice says about itself",
    "settings.billing": "changed the billing settings",
    "settings.currency": "took over the organisation's currency",
    "settings.client_billing": "changed how {subject} is billed",
    "settings.people_tracking": "changed the tracking option of {subject}",
    "service.created": "added the service {subject}",
    "service.edited": "changed the service {subject}",
    "service.archived": "archived the service {subject}",
    "service.account_changed": "gave the service {subject} the account code {account}",
    "service.menu_created": "added the pricing menu {subject}",
    "service.menu_activated": "activated the pricing menu {subject}",
    "service.menu_archived": "archived the pricing menu {subject}",
    "team.invited": "invited {subject}",
    "team.invitation_revoked": "revoked the invitation of {subject}",
    "team.joined": "joined the team",
    "team.added": "added {subject} to the team without a login",
    "team.role_changed": "changed the role of {subject} from {before} to {after}",
    "team.removed": "removed {subject} from the team",
    "token.issued": "made the API token {subject}",
    "token.revoked": "revoked the API token {subject}",
    "login.in": "logged in",
    "login.out": "logged out",
    "login.failed": "failed to log in as {subject}",
}


class _Said(dict[str, str]):
    """What was not written says nothing."""

    def __missing__(self, key: str) -> str:
        return "…"


def sentence_of(action: str, subject: str, facts: Mapping[str, Any]) -> str:
    """What was done, as it goes on from the name of whoever did it; an act without a sentence is called by its name."""
    words = SENTENCES.get(action)
    if words is None:
        return f"{action} {subject}".strip()
    said = {name: str(value) for name, value in facts.items() if value not in (None, "")}
    return words.format_map(_Said(said | {"subject": subject or "…"}))


def kind_of(action: str) -> str:
    """The kind of act, as the page names it."""
    return KINDS.get(action.partition(".")[0], "Other")


def told(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The facts of an entry, each a term and its value in words; what changed reads `before → after`."""
    shown = []
    for name, value in facts.items():
        if name == "changes" and isinstance(value, Mapping):
            shown += [(_term(field), f"{_words(both[0])} → {_words(both[1])}") for field, both in value.items()]
        elif value not in ("", [], None):
            shown.append((_term(name), _words(value)))
    return shown


def _term(name: str) -> str:
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_words(each) for each in value) or "nothing"
    return "nothing" if value in ("", None) else str(value)
