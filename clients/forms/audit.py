"""The audit log's filters, from its address. What is not understood there is left out, never an error."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from clients.models import AuditEvent, Practice
from clients.records import KINDS

NOBODY, ANYBODY = "socket", "people"
SEARCHED = ("subject", "actor_name", "action", "hash")


class AuditFilterForm(forms.Form):
    """`?q=&who=&kind=&from=&to=`: words; a user's id, `people` or `socket`; a kind of act; days of the practice."""

    q = forms.CharField(max_length=100, required=False)
    who = forms.CharField(max_length=18, required=False)
    kind = forms.ChoiceField(choices=[*KINDS.items()], required=False)
    to = forms.DateField(required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, data: Any, *, practice: Practice) -> None:
        super().__init__(data)
        self.fields["from"] = forms.DateField(
            required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
        )
        self.practice = practice
        self.is_valid()

    def given(self, field: str) -> str:
        """As it stands in the address, where it was understood."""
        value = self.cleaned_data.get(field)
        return str(value or "").strip()

    @property
    def is_narrowed(self) -> bool:
        return any(self.given(name) for name in self.fields)

    def found(self) -> QuerySet[AuditEvent]:
        """The events, the last written first."""
        events = AuditEvent.objects.for_practice(self.practice).filter(self._in_time(), self._by_whom())
        if kind := self.given("kind"):
            events = events.filter(action__startswith=f"{kind}.")
        if text := self.given("q"):
            words = Q()
            for field in SEARCHED:
                words |= Q(**{f"{field}__icontains": text})
            events = events.filter(words)
        return events.order_by("-pk")

    def _by_whom(self) -> Q:
        who = self.given("who")
        if who == NOBODY:
            return Q(actor=None)
        if who == ANYBODY:
            return Q(actor__isnull=False)
        return Q(actor_id=int(who)) if who.isascii() and who.isdigit() else Q()

    def _in_time(self) -> Q:
        first, last = self.cleaned_data.get("from"), self.cleaned_data.get("to")
        begun = Q(at__gte=self._morning(first)) if first else Q()
        return begun & Q(at__lt=self._morning(last + timedelta(days=1))) if last and last < date.max else begun

    def _morning(self, day: date) -> datetime:
        return datetime.combine(day, time(), tzinfo=self.practice.zone)
