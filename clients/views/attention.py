"""What of the clients needs somebody today."""

from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse

from clients.access import Action, may
from clients.models import AuditChain, Client, Membership

LATELY = timedelta(days=14)
MOST_EVENTS = 6


def attention(membership: Membership, at: datetime) -> list[dict[str, Any]]:
    """Shaped as socketapp.home.Card."""
    return [*_broken_log(membership), *_first_day(membership)]


def _broken_log(membership: Membership) -> list[dict[str, Any]]:
    """The last verification of the audit log found something."""
    if not may(membership, Action.AUDIT):
        return []
    broken = AuditChain.objects.for_practice(membership.practice_id).exclude(fault="")
    return [
        {
            "tone": "bad",
            "icon": "shield-x",
            "title": "The audit log is broken",
            "note": chain.fault,
            "url": reverse("clients:settings_audit", kwargs={"practice": membership.practice.slug}),
            "action": "Look at the log",
        }
        for chain in broken
    ]


def _first_day(membership: Membership) -> list[dict[str, Any]]:
    """There is nobody to bill yet."""
    practice = membership.practice
    if not may(membership, Action.CLIENTS) or practice.clients.exists():
        return []
    return [
        {
            "tone": "accent",
            "icon": "users",
            "title": "Bring in your clients",
            "note": "From the contacts that Xero exports. You see what each row will do before anything is saved.",
            "url": reverse("clients:imports", kwargs={"practice": practice.slug}),
            "action": "Import clients",
            "is_primary": True,
        }
    ]


def recently(membership: Membership, at: datetime) -> list[dict[str, Any]]:
    """Which clients were closed. Shaped as socketapp.home.Panel."""
    if not may(membership, Action.CLIENTS):
        return []
    closed = Client.objects.for_practice(membership.practice).filter(closed_at__gt=at - LATELY).order_by("-closed_at")
    events = [{"text": _closing(each), "tone": "bad", "at": each.closed_at} for each in closed[:MOST_EVENTS]]
    return [{"title": "Recently", "events": events}] if events else []


def _closing(client: Client) -> str:
    return f"{client} closed; last billable month {client.last_billable_month:%B}"
