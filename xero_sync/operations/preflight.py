"""What would go wrong if a plan were posted now, each with its fix."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings

from billing.models import BillingPlan, BillingSettings
from billing.operations.terms import settings_of
from billing.ports import ContactStanding, Finding, Tone
from clients.models import Practice
from xero_sync.models import Connection
from xero_sync.operations import budgets, connections, lanes
from xero_sync.operations.contacts import standings
from xero_sync.operations.pushes.batches import MOST
from xero_sync.translation.elements import takes_links
from xero_sync.translation.refusals import refusal

SLACK_CALLS = 4  # reading back and a little room


def findings(plan: BillingPlan, *, at: datetime) -> list[Finding]:
    """Connection, contacts, lock dates and the day's calls; accounts, tracking and themes are billing's own rows."""
    practice = plan.practice
    connection = connections.connection_of(practice)
    if connection is None:
        url = f"/p/{practice.slug}/settings/integrations/"
        sentence = "Connect Xero before you approve. Until then every invoice waits."
        return [Finding("connection", Tone.RED, "Xero is not connected", sentence, "Connect Xero", url)]
    client_ids = list(plan.rows.filter(amount__gt=0).values_list("client_id", flat=True))
    return [
        _connection(practice, connection),
        *_contacts(practice, standings(practice, client_ids).values()),
        *_links(practice),
        _lock_dates(plan, connection),
        _calls(practice, len(client_ids)),
    ]


def _connection(practice: Practice, connection: Connection) -> Finding:
    if connection.is_connected:
        return Finding("connection", Tone.GREEN, f"Connected to {connection.organisation_name}")
    url = f"/p/{practice.slug}/settings/integrations/"
    sentence = f"{connection.problem or 'Xero does not let us in.'} Reconnect it; what waits then goes out by itself."
    return Finding("connection", Tone.RED, "The connection to Xero is lost", sentence, "Reconnect", url)


def _contacts(practice: Practice, all_standings: Iterable[ContactStanding]) -> Iterable[Finding]:
    found = list(all_standings)
    red = [one for one in found if one.tone is Tone.RED]
    amber = [one for one in found if one.tone is Tone.AMBER]
    if red:
        sentence = "Their contacts are archived, merged or gone in Xero. Link them again or unarchive the contacts."
        yield _about(red, "contacts_unusable", Tone.RED, ("client is held back", "clients are held back"), sentence)
    if amber:
        sentence = "They have no contact yet. New ones are created when posting; check the suggestions first."
        what = ("contact will be created in Xero", "contacts will be created in Xero")
        yield _about(amber, "contacts_unmatched", Tone.AMBER, what, sentence)
    if not red and not amber:
        yield Finding("contacts", Tone.GREEN, "Every client has a contact in Xero")


def _links(practice: Practice) -> Iterable[Finding]:
    """Under Xero's numbering an invoice is recognised by its link alone."""
    is_numbered_there = settings_of(practice).numbering == BillingSettings.Numbering.LEDGER
    if is_numbered_there and not takes_links(settings.SITE_URL):
        reason = refusal("LINK_REFUSED").reason
        yield Finding("link_refused", Tone.RED, "No invoice would be recognised in Xero", reason)


def _about(some: list[ContactStanding], code: str, tone: Tone, what: tuple[str, str], sentence: str) -> Finding:
    """`what` is said of one and of several."""
    ids = frozenset(one.client_id for one in some)
    return Finding(code, tone, f"{len(some)} {what[len(some) > 1]}", sentence, "Match", "?warnings=1", ids)


def _lock_dates(plan: BillingPlan, connection: Connection) -> Finding:
    locks = [day for day in (connection.period_lock_date, connection.year_end_lock_date) if day]
    latest = max(locks, default=None)
    if latest is None or plan.posts_on > latest:
        return Finding("lock_date", Tone.GREEN, "The books are open")
    title = f"The books are locked until {latest.day} {latest:%B %Y}"
    sentence = "Xero may refuse invoices dated before that. Move the lock date in Xero or the invoice date here."
    return Finding("lock_date", Tone.AMBER, title, sentence)


def _calls(practice: Practice, clients: int) -> Finding:
    """Two calls per fifty clients at worst: one for new contacts, one for invoices."""
    needed = 2 * -(-clients // MOST) + SLACK_CALLS
    lane = lanes.lane_of(practice)
    remaining = lane.day_remaining
    if remaining is None or remaining - budgets.day_reserve(lane) >= needed:
        return Finding("rate_budget", Tone.GREEN, "Enough calls to Xero are left today")
    sentence = f"{remaining} calls are left today and {needed} may be needed. What does not go out today goes tomorrow."
    return Finding("rate_budget", Tone.AMBER, "Few calls to Xero are left today", sentence)
