"""The steps of a sync. Each may be repeated at any time."""

from datetime import datetime, timedelta
from typing import Protocol

from billing.operations import catalogue
from clients.operations import Stopwatch
from xero_sync.models import Connection, Contact
from xero_sync.operations import lanes, reconciliation
from xero_sync.operations.connections.checking import remember
from xero_sync.operations.pulls.healing import heal
from xero_sync.operations.pulls.matchmaking import match_clients
from xero_sync.operations.pushes import looking
from xero_sync.operations.reading import keep_contacts, newest_change
from xero_sync.ports import Gateway

IDS_PER_CALL = 50
FULL_EVERY = timedelta(days=7)
MOST_PAGES = 1000


class Run(Protocol):
    """What a step needs of the sync that carries it out."""

    connection: Connection
    gateway: Gateway
    watch: Stopwatch

    @property
    def at(self) -> datetime: ...

    @property
    def is_nightly(self) -> bool: ...

    def tell(self, step: str, **counts: int) -> None: ...


def organisation(run: Run) -> None:
    remember(run.connection, run.gateway.organisation(), at=run.at)
    run.connection.refresh_from_db()


def accounts(run: Run) -> None:
    found = run.gateway.accounts(run.gateway.tax_rates())
    catalogue.refresh_accounts(practice=run.connection.practice, accounts=found, at=run.at)
    run.tell("Reading account codes", accounts=len(found))


def templates(run: Run) -> None:
    found = run.gateway.templates()
    catalogue.refresh_templates(practice=run.connection.practice, templates=found, at=run.at)
    run.tell("Reading branding themes", templates=len(found))


def tracking(run: Run) -> None:
    found = run.gateway.tracking_categories()
    catalogue.refresh_tracking(practice=run.connection.practice, categories=found, at=run.at)
    run.tell("Reading tracking categories", tracking_options=sum(len(category.options) for category in found))


def contacts(run: Run) -> None:
    """Page by page, archived ones too: what changed since the last time, and once a week everything.

    How far we have read goes by Xero's clock, never by ours.
    """
    connection, began = run.connection, run.at
    is_full = connection.contacts_full_at is None or began - connection.contacts_full_at > FULL_EVERY
    since = None if is_full else connection.contacts_read_to
    newest, count = connection.contacts_read_to, 0
    for page in range(1, MOST_PAGES + 1):
        found = run.gateway.contacts(page=page, changed_since=since)
        keep_contacts(connection, found.contacts, at=run.at)
        count += len(found.contacts)
        changed = newest_change(found.contacts)
        newest = max(filter(None, (newest, changed)), default=None)
        of = f" of {found.total:,}" if found.total else ""
        run.tell(f"Reading contacts ({count:,}{of})", contacts=count)
        if found.is_last:
            break
    if is_full:
        _mark_missing(run, began)
    rows = Connection.objects.for_practice(connection.practice_id).filter(pk=connection.pk)
    rows.update(contacts_read_to=newest, **({"contacts_full_at": began} if is_full else {}))


def _mark_missing(run: Run, began: datetime) -> None:
    """What a full reading did not show is asked for by id before it counts as missing: a contact that changes while
    pages are read can slip between two of them."""
    connection = run.connection
    all_contacts = Contact.objects.for_practice(connection.practice_id).of(connection.tenant_id)
    unseen = all_contacts.filter(seen_at__lt=began, is_missing=False)
    ids = list(unseen.values_list("external_id", flat=True))
    for start in range(0, len(ids), IDS_PER_CALL):
        chunk = ids[start : start + IDS_PER_CALL]
        keep_contacts(connection, run.gateway.contacts_by_id(chunk), at=run.at)
        unseen.filter(external_id__in=chunk).update(is_missing=True)


def matching(run: Run) -> None:
    linked, suggested = match_clients(connection=run.connection, at=run.at)
    run.tell("Matching clients", linked=linked, suggested=suggested)


def healing(run: Run) -> None:
    run.tell("Looking after what was held up", queued_again=heal(connection=run.connection, at=run.at))


def watching(run: Run) -> None:
    """What posting has to know before it may begin, and every night what people did to our invoices."""
    if not lanes.is_trusted(run.connection.practice):
        looking.look_around(run.connection, run.gateway, run.watch)
    if run.is_nightly:
        differences = reconciliation.watch(connection=run.connection, gateway=run.gateway, at=run.at)
        run.tell("Looking at posted invoices", differences=differences)
