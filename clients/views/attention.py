"""What of the clients needs somebody today."""

from datetime import datetime
from typing import Any

from django.urls import reverse

from clients.access import Action, may
from clients.models import AuditChain, Membership


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
