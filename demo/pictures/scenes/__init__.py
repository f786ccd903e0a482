"""The table of pictures, in the order in which the practice lives through them."""

from collections.abc import Callable

from demo.pictures.scenes import billing, clients, documents, offers, outside, xero
from demo.pictures.stage import Theatre

SCENES: list[Callable[[Theatre], None]] = [
    outside.strangers,
    outside.first_day,
    xero.connecting,
    clients.history,
    clients.records,
    clients.imports,
    clients.settings,
    offers.lists,
    offers.editor,
    offers.states,
    offers.signing,
    billing.draft,
    billing.work,
    billing.posting,
    billing.troubles,
    billing.quiet,
    billing.floods,
    xero.lost,
    documents.letters,
    documents.papers,
]
