"""Tabler's outline icons, inlined: an icon takes the colour of the words beside it, and no page fetches a sprite."""

import re
from functools import cache, lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

FOLDERS = ("static/vendor/icons", "node_modules/@tabler/icons/icons/outline")

STATE_ICONS = {
    "draft": "pencil",
    "finalised": "lock",
    "posting": "loader-2",
    "posted": "check",
    "needs_attention": "alert-triangle",
    "attention": "clock",
    "in_review": "eye-check",
    "expired": "clock",
    "archived": "archive",
    "blocked": "hand-stop",
    "pending": "send",
    "won": "signature",
    "active": "check",
    "superseded": "replace",
    "closed": "archive",
    "closing": "calendar-off",
    "lost": "x",
    "prospect": "user-plus",
    "ad_hoc": "checklist",
}
CHANGE_ICONS = {
    "new": "plus",
    "returning": "arrow-back-up",
    "expansion": "arrow-up-right",
    "contraction": "arrow-down-right",
    "changed": "replace",
    "cyclical": "refresh",
    "churn": "x",
}
TONE_ICONS = {"bad": "alert-circle", "warn": "alert-triangle", "good": "circle-check", "info": "info-circle"}


class UnknownIcon(LookupError):
    """There is no such icon; a misspelt name is found by the first test that renders the page."""


@cache
def paths(name: str) -> SafeString:
    """The drawing inside an icon's <svg>, without the invisible square that Tabler puts first."""
    for folder in FOLDERS:
        file = Path(settings.BASE_DIR) / folder / f"{name}.svg"
        if file.is_file():
            drawing = re.sub(r"(?s).*?<svg.*?>|</svg>.*|<path stroke=\"none\"[^>]*/>", "", file.read_text())
            return mark_safe(re.sub(r"\s*\n\s*", "", drawing))  # noqa: S308  # the drawing comes from Tabler, never from a person
    raise UnknownIcon(name)


@lru_cache(maxsize=1024)
def svg(name: str, *, classes: str = "", tone: str = "", label: str = "") -> SafeString:
    """One icon. With a label it is an image that says so; without one it is hidden, since a word stands beside it."""
    marks = format_html(' data-tone="{}"', tone) if tone else ""
    speech = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    names = " ".join(part for part in ("icon", "sk-mark" if tone else "", classes) if part)
    return format_html(
        '<svg class="{}"{} viewBox="0 0 24 24" fill="none" stroke="currentColor"'
        ' stroke-linecap="round" stroke-linejoin="round" {}>{}</svg>',
        names,
        marks,
        speech,
        paths(name),
    )
