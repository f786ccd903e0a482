"""The tags and filters of every template; settings registers them as built in, so no page loads them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.messages.storage.base import Message
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select
from django.http import HttpRequest
from django.template import Context, Library
from django.utils.safestring import SafeString, mark_safe

from clients.models import Client
from socketapp import charts, formats, icons, wording

register = Library()

for write in (
    formats.money,
    formats.signed_money,
    formats.figure,
    formats.pounds,
    formats.month,
    formats.day,
    formats.short_day,
    formats.long_day,
    formats.moment,
    formats.when,
    formats.plural,
    formats.initials,
    wording.in_words,
):
    register.filter(write.__name__, write, is_safe=False)


@register.simple_tag
def icon(name: str, classes: str = "", tone: str = "", label: str = "") -> SafeString:
    """{% icon "check" %}; with tone="good" it is a coloured mark, with label="Passed" it is read out."""
    return icons.svg(name, classes=classes, tone=tone, label=label) if name else SafeString()


@register.filter
def state_icon(state: str) -> str:
    return icons.STATE_ICONS.get(state.lower(), "")


@register.filter
def change_icon(change: str) -> str:
    return icons.CHANGE_ICONS.get(change.lower(), "")


@register.filter
def tone_icon(tone: str) -> str:
    return icons.TONE_ICONS.get(tone or "info", "info-circle")


@register.filter
def change_name(change: str) -> str:
    return "No change" if change.lower() == "none" else change.capitalize()


@register.filter
def at(mapping: Mapping[Any, Any] | None, key: object) -> Any:
    """The value under a key that is itself a variable."""
    return (mapping or {}).get(key, "")


@register.filter
def control(field: BoundField) -> SafeString:
    """The field's control in our dress. Django itself ties the hint and the error to it."""
    attrs = dict(field.field.widget.attrs)
    dress = f"{_dress(field)} is-invalid" if field.errors else _dress(field)
    attrs["class"] = f"{dress} {attrs.get('class', '')}".strip()
    return field.as_widget(attrs=attrs)


def _dress(field: BoundField) -> str:
    widget = field.field.widget
    if isinstance(widget, CheckboxInput | RadioSelect | CheckboxSelectMultiple):
        return "form-check-input"
    return "form-select" if isinstance(widget, Select) else "form-control"


@register.simple_tag
def email_css() -> SafeString:
    """The stylesheet of e-mails, for the <style> from which it is inlined."""
    return mark_safe((Path(settings.BASE_DIR) / "static" / "email.css").read_text())  # noqa: S308  # our own file


@register.filter
def one_line(text: str) -> str:
    """An address of several lines, for a footer: 4 Vale Street, Marlhampton MH1 1AA."""
    return ", ".join(line.strip() for line in text.splitlines() if line.strip())


@register.filter
def is_closing_at(client: Client, now: datetime) -> bool:
    """Whether a closed client is billed once more: {{ client|is_closing_at:shell.now }}."""
    return client.is_closing_soon(now.date().replace(day=1))


@register.filter
def undo_url(message: Message) -> str:
    """Where a message's Undo posts to: messages.success(request, text, extra_tags=f"undo:{url}")."""
    return next((tag[5:] for tag in (message.extra_tags or "").split() if tag.startswith("undo:")), "")


@register.simple_tag(takes_context=True)
def url_with(context: Context, **changes: object) -> str:
    """This page's query string with some keys changed and the rest kept; None or "" drops a key."""
    query = _request(context).GET.copy()
    for key, value in changes.items():
        query.pop(key, None)
        if value not in (None, ""):
            query[key] = str(value)
    return "?" + query.urlencode()


@register.simple_tag(takes_context=True)
def here(context: Context) -> str:
    """This page's path without its query string, also where an include hides the request."""
    return _request(context).path


def _request(context: Context) -> HttpRequest:
    request: HttpRequest = context.request  # type: ignore[attr-defined]  # pages are rendered with a RequestContext
    return request


@register.inclusion_tag("components/sort_header.html", takes_context=True)
def sort_header(context: Context, label: str, key: str, classes: str = "") -> dict[str, object]:
    """A column's head that sorts by `key`; the current order is `?sort=key` or `?sort=-key`."""
    now = _request(context).GET.get("sort", "")
    turned = f"-{key}" if now == key else key
    order = {key: "ascending", f"-{key}": "descending"}.get(now, "")
    return {"label": label, "classes": classes, "order": order, "url": url_with(context, sort=turned, page=None)}


@register.inclusion_tag("components/chart.html")
def stacked_months(
    months: Iterable[charts.Month], title: str, sentence: str = "", key: str = "chart", net: bool = False
) -> dict[str, object]:
    """Months as stacked bars, with the table of the same figures; socketapp.charts.Month says what a month holds."""
    return {"chart": charts.stacked(months, is_net=net), "title": title, "sentence": sentence, "key": key}


@register.inclusion_tag("components/legend.html")
def legend(kinds: str, lost: str = "Lost") -> dict[str, object]:
    """What the colours of a chart mean: {% legend "new,expansion,churn" lost="Churn" %}."""
    names = {kind: change_name(kind) for kind in kinds.split(",")} | ({"churn": lost} if "churn" in kinds else {})
    return {"names": names}
