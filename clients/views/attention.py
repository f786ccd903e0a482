"""What of the clients needs somebody today."""

from datetime import datetime
from typing import Any

from django.urls import reverse

from clients.access import Action, may
from clients.models import Membership


def attention(membership: Membership, at: datetime) -> list[dict[str, Any]]:
    """On the first day there is nobody to bill yet. Shaped as socketapp.home.Card."""
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
