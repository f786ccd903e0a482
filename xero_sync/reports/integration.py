"""The Integrations page: what is connected, how it went lately, what waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Count, Q, Sum

from billing import calendar
from billing.models import Invoice, InvoiceTemplate, LedgerAccount, TrackingCategory
from clients.models import Practice
from xero_sync.models import Connection, Contact, Difference, Lane, Push, SyncRun
from xero_sync.reports.matching_queue import OPEN, counts, with_match
from xero_sync.reports.pauses import pause_of

NIGHTS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Exchange:
    """One list that is exchanged with Xero: which way, how it stands, how much of it there is."""

    what: str
    direction: str
    badge: str
    tone: str
    records: int
    route: str = ""
    gone: int = 0  # of a list that comes from Xero: read, and not to be chosen any more

    @property
    def icon(self) -> str:
        return {"good": "check", "warn": "alert-triangle", "bad": "x"}.get(self.tone, "")


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the connection's health."""

    tone: str
    title: str
    note: str

    @property
    def icon(self) -> str:
        return {"good": "circle-check", "warn": "alert-triangle", "bad": "circle-x"}[self.tone]

    @property
    def mark(self) -> str:
        return {"good": "Good", "warn": "Look", "bad": "Stopped"}[self.tone]


def last_connection(practice: Practice) -> Connection | None:
    """The connection that stands, else the last one that was ended."""
    rows = Connection.objects.for_practice(practice).select_related(
        "connected_by", "disconnected_by", "grant", "practice__lane"
    )
    found = list(rows.order_by("-connected_at", "-pk")[:10])
    return next((each for each in found if not each.is_disconnected), found[0] if found else None)


def runs_of(connection: Connection, number: int = NIGHTS_SHOWN) -> list[SyncRun]:
    """Its latest syncs, the newest first."""
    rows = SyncRun.objects.for_practice(connection.practice_id).filter(connection=connection)
    return list(rows.select_related("asked_by").order_by("-asked_at", "-pk")[:number])


def exchanges(connection: Connection) -> list[Exchange]:
    """What is exchanged, list by list."""
    practice, tenant = connection.practice, connection.tenant_id
    states = counts(with_match(practice, tenant).open())
    to_match = sum(states[match] for match in OPEN)
    invoices = Invoice.objects.for_practice(practice)
    refused = invoices.refused().count()
    posted = invoices.count() - invoices.outside().count()  # counted in two indexes, without a look at one row
    return [
        _contacts(connection, to_match),
        _copied("Account codes", LedgerAccount, practice),
        _copied("Branding themes", InvoiceTemplate, practice),
        _copied("Tracking categories", TrackingCategory, practice),
        Exchange(
            "Invoices",
            "To Xero, state read back",
            f"{refused} refused" if refused else "In step",
            "bad" if refused else "good",
            posted,
            "billing:failures" if refused else "",
        ),
    ]


def _contacts(connection: Connection, to_match: int) -> Exchange:
    number = Contact.objects.for_practice(connection.practice_id).of(connection.tenant_id).count()
    direction = "Both ways, linked ones only"
    if not number:
        return Exchange("Contacts", direction, "Not read yet", "", 0)
    if not to_match:
        return Exchange("Contacts", direction, "All matched", "good", number)
    return Exchange("Contacts", direction, f"{to_match} to match", "warn", number, "xero_sync:contacts")


def _copied(what: str, model: type[LedgerAccount | InvoiceTemplate | TrackingCategory], practice: Practice) -> Exchange:
    """A list that only comes from Xero."""
    rows = model.objects.for_practice(practice)
    number, kept = rows.usable().count(), rows.count()
    badge, tone = ("In step", "good") if kept else ("Not read yet", "")
    return Exchange(what, "From Xero", badge, tone, number, gone=kept - number)


def calls_left(lane: Lane | None, *, at: datetime) -> int | None:
    """What the last reply said is left of the day's calls; a day later it says nothing any more."""
    if lane is None or lane.day_remaining is None or lane.limits_seen_at is None:
        return None
    return lane.day_remaining if at - lane.limits_seen_at < timedelta(days=1) else None


def pause_in_words(connection: Connection, at: datetime) -> str:
    """Why nothing is sent at present although Xero lets us in, and until when; empty while it is."""
    pause = pause_of(getattr(connection.practice, "lane", None), at=at)
    zone = connection.practice.zone
    return f"{pause.reason} {pause.goes_on} {calendar.clock_in(zone, pause.until, at=at)}." if pause else ""


def health(connection: Connection, runs: Sequence[SyncRun], *, at: datetime) -> list[Check]:
    """Whether the way to Xero is clear, point by point."""
    return [_permission(connection), _last_reading(runs), _queue(connection, at), _differences(connection)]


def _permission(connection: Connection) -> Check:
    if connection.is_connected:
        return Check("good", "Permission", "Valid. Socket renews it by itself.")
    tone = "bad" if connection.is_lost else "warn"
    return Check(tone, "Permission", connection.problem or "Xero does not let Socket in.")


def _last_reading(runs: Sequence[SyncRun]) -> Check:
    ended = next((run for run in runs if run.is_ended), None)
    if ended is None:
        return Check("warn", "Sync", "Nothing has been read yet.")
    if ended.is_failed:
        return Check("warn", "Sync", ended.problem or "The last one stopped half-way. The next one starts afresh.")
    return Check("good", "Sync", "The last one read everything.")


def _queue(connection: Connection, at: datetime) -> Check:
    """What is under way, what Xero's answer to is not known, and how long the rest has to wait."""
    found = (
        Push.objects.for_practice(connection.practice_id)
        .unfinished()
        .aggregate(waiting=Count("pk"), unknown=Count("pk", filter=Q(status=Push.Status.UNKNOWN)))
    )
    if found["unknown"]:
        number = found["unknown"]
        return Check("warn", "Queue", f"{number} sent without an answer. Socket asks Xero before it goes on.")
    waiting = found["waiting"]
    if waiting and not connection.is_connected:
        return Check("warn", "Queue", f"{waiting} {'waits' if waiting == 1 else 'wait'} for the connection.")
    if waiting and (pause := pause_in_words(connection, at)):
        return Check("warn", "Queue", f"{pause} {waiting} {'waits' if waiting == 1 else 'wait'}.")
    return Check("good", "Queue", f"{waiting} on the way to Xero." if waiting else "Nothing waits, nothing unknown.")


def _differences(connection: Connection) -> Check:
    found = Difference.objects.for_practice(connection.practice_id).filter(resolved_at=None).count()
    if found:
        return Check("warn", "Reading back", f"{found} differ between Socket and Xero. See the clients’ Xero tabs.")
    return Check("good", "Reading back", "What was posted stands in Xero as it was sent.")


def waiting(practice: Practice) -> list[tuple[str, int, Decimal]]:
    """Invoices that wait, by kind: its name, how many, how much."""
    rows = Invoice.objects.for_practice(practice).waiting().order_by().values_list("kind")
    found = rows.annotate(number=Count("pk"), amount=Sum("total")).order_by("-number")
    names = {"recurring": "plan invoice", "acceptance": "acceptance invoice", "completion": "completion invoice"}
    return [(names[kind], number, amount) for kind, number, amount in found]
