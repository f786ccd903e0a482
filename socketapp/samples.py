"""Invented content for the gallery: a month of North & Vale Accountants."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.core.paginator import Paginator

from socketapp.charts import Month

NOW = datetime(2026, 10, 26, 11, 30, tzinfo=ZoneInfo("Europe/London"))
UP = {"none": 84, "contraction": 5, "changed": 2, "cyclical": 13, "expansion": 17, "returning": 2, "new": 4}


def content() -> dict[str, Any]:
    changes = ["new", "returning", "expansion", "contraction", "changed", "cyclical", "churn", "none"]
    states = [
        "draft",
        "finalised",
        "posting",
        "posted",
        "needs_attention",
        "blocked",
        "pending",
        "won",
        "active",
        "lost",
    ]
    return {
        "now": NOW,
        "changes": changes,
        "states": [(state, state.replace("_", " ").capitalize()) for state in states],
        "chips": [
            {"label": "All", "count": 44, "url": "?", "is_current": True},
            {"label": "New", "count": 3, "url": "?change=new"},
            {"label": "Churn", "count": 1, "url": "?change=churn"},
            {"label": "Contact warnings", "count": 4, "url": "?warnings=1", "tone": "warn", "icon": "alert-triangle"},
        ],
        **_flow(),
        "rows": _rows(),
        "page": Paginator(range(120), 50).page(2),
        "months": [_month(index) for index in range(12)],
        "movement": [_movement(index) for index in range(12)],
        "sums": [("VAT return, Q3 2026", Decimal("60.00")), ("Confirmation statement", Decimal("30.00"))],
        "total": ("One invoice", Decimal("90.00")),
        "facts": [("Organisation", "North & Vale Accountants Ltd"), ("Last sync", "Today, 02:14")],
    }


def _flow() -> dict[str, Any]:
    return {
        "steps": [
            {"label": "General", "url": "#general", "is_done": True},
            {"label": "Services", "is_current": True},
            {"label": "Customise", "url": "#customise"},
            {"label": "Review and send", "url": "#review"},
        ],
        "tabs": [
            {"label": "Details", "url": "#details"},
            {"label": "Invoicing", "url": "#invoicing", "is_current": True},
            {"label": "Xero", "url": "#xero", "count": 1},
        ],
        "events": [
            {"text": "Signed by Rosalind Beck", "at": NOW.replace(hour=9, minute=12), "tone": "good"},
            {"text": "Viewed for the second time", "at": NOW - timedelta(hours=15)},
            {"text": "Sent to 3 signatories", "at": NOW - timedelta(days=4)},
        ],
        "fixes": [{"label": "Change the date", "url": "#date"}, {"label": "Retry", "url": "#retry", "is_post": True}],
    }


def _rows() -> list[dict[str, Any]]:
    return [
        _row("Fernhill Dental Practice Ltd", "none", "240.00", "240.00", "archived", "Fernhill Dental"),
        _row("CITY LIMO", "new", "180.00", "0.00", "suggested", "City Limousines"),
        _row("Llŷn Coast Holidays Ltd", "new", "310.00", "0.00", "created", ""),
        _row("Larkspur Veterinary Group Ltd", "expansion", "1180.00", "1020.00", "", "Larkspur Vets"),
        _row("Foxgate Interiors Ltd", "contraction", "240.00", "270.00", "", "Foxgate Interiors Ltd"),
    ]


def _row(client: str, change: str, amount: str, last: str, warning: str, contact: str) -> dict[str, Any]:
    now, before = Decimal(amount), Decimal(last)
    row = {"client": client, "change": change, "amount": now, "last": before or None, "difference": now - before}
    return {**row, "warning": warning, "contact": contact, "lines": 2, "was": 2 if before else 0}


def _month(index: int) -> Month:
    """Twelve months that rise from £14,000, now and then with something lost."""
    scale = Decimal(112 + 3 * index)
    up = {
        kind: (scale * part).quantize(Decimal(1)) for kind, part in UP.items() if kind == "none" or (index + part) % 4
    }
    down = {"churn": Decimal(145 + 40 * (index % 5))} if index % 3 else {}
    return {"month": _calendar_month(index), "up": up, "down": down}


def _movement(index: int) -> Month:
    up = {"expansion": Decimal(160 + 47 * (index % 4)), "new": Decimal(220 + 97 * (index % 6))}
    down = {"contraction": Decimal(60 * (index % 4)), "churn": Decimal(130 * (index % 3))}
    return {"month": _calendar_month(index), "up": up, "down": down}


def _calendar_month(index: int) -> date:
    return date(2025 + (10 + index) // 12, (10 + index) % 12 + 1, 1)
