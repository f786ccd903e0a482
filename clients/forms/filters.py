"""The list's filters, from its address. What is not understood there is left out, never an error."""

from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django import forms
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Lower

from clients.models import Client, Practice
from clients.ports import in_match_state, match_states
from clients.records import name_key

OPEN, ALL, CLOSING, CLOSED = "", "all", "closing", "closed"
STATUSES = {
    OPEN: "Open",
    Client.Standing.ACTIVE: "Active",
    Client.Standing.AD_HOC: "Ad-hoc",
    Client.Standing.PROSPECT: "Prospect",
    CLOSING: "Closing Soon",
    CLOSED: "Closed",
    ALL: "All",
}
SORTS: dict[str, Any] = {
    "name": Lower("name"),
    "type": F("type"),
    "status": F("standing"),
    "owner": Lower("owner__name"),
    "group": Lower("group"),
    "email": F("email"),
}
NOBODY = "none"
SEARCHED = ("name", "trading_name", "company_number", "email", "contact_name")


class ClientFilterForm(forms.Form):
    """`?q=&status=&owner=&group=&tag=&match=&sort=`, allow-listed."""

    q = forms.CharField(max_length=100, required=False)
    status = forms.CharField(max_length=10, required=False)
    owner = forms.CharField(max_length=18, required=False)
    group = forms.CharField(max_length=200, required=False)
    tag = forms.CharField(max_length=60, required=False)
    match = forms.CharField(max_length=20, required=False)
    sort = forms.CharField(max_length=20, required=False)

    def __init__(self, data: Any, *, practice: Practice, month: date) -> None:
        super().__init__(data)
        self.practice, self.month = practice, month
        self.is_valid()

    def given(self, field: str) -> str:
        return str(self.cleaned_data.get(field, "")).strip()

    @property
    def status_given(self) -> str:
        status = self.given("status")
        return status if status in STATUSES else OPEN

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the default is asked for: an empty list then says so."""
        return bool(self.status_given or any(self.given(name) for name in ("q", "owner", "group", "tag", "match")))

    def found(self) -> QuerySet[Client]:
        """The clients, in order."""
        return self._ordered(self.found_in_any_status().filter(in_status(self.status_given, self.month)))

    def found_in_any_status(self) -> QuerySet[Client]:
        """What the status chips count."""
        clients: QuerySet[Client] = self.practice.clients.all()
        if text := self.given("q"):
            clients = _matching(clients, text)
        if group := self.given("group"):
            clients = clients.filter(group=group)
        if tag := self.given("tag"):
            clients = clients.filter(tags__name=tag)
        return in_match_state(self._of_owner(clients), self.practice, self.given("match"))

    def _of_owner(self, clients: QuerySet[Client]) -> QuerySet[Client]:
        owner = self.given("owner")
        if owner == NOBODY:
            return clients.filter(owner=None)
        return clients.filter(owner_id=int(owner)) if owner.isascii() and owner.isdigit() else clients

    def _ordered(self, clients: QuerySet[Client]) -> QuerySet[Client]:
        wanted = self.given("sort")
        column = SORTS.get(wanted.removeprefix("-"), SORTS["name"])
        order = column.desc(nulls_last=True) if wanted.startswith("-") else column.asc(nulls_last=True)
        return clients.order_by(order, "name", "pk")

    def match_choices(self) -> list[tuple[str, str]]:
        return list(match_states().items())


def _matching(clients: QuerySet[Client], text: str) -> QuerySet[Client]:
    """By the words as typed, and by the name without accents, since SQLite does not know that É is é."""
    words = reduce(or_, (Q(**{f"{field}__icontains": text}) for field in SEARCHED))
    key = name_key(text)
    return clients.filter(words | Q(name_key__contains=key) if key else words)


def in_status(status: str, month: date) -> Q:
    """What a status means in `month`: a client whose last billable month has not passed is not hidden yet."""
    is_open, closing = Q(closed_at=None), Q(last_billable_month__gte=month)
    meanings = {OPEN: is_open | closing, ALL: Q(), CLOSING: closing, CLOSED: Q(closed_at__isnull=False)}
    return meanings[status] if status in meanings else is_open & Q(standing=status)
