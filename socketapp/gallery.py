"""Every component in every state on one page, with invented content, for page builders and for the tests."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from clients.models import Membership, Practice, User
from socketapp.navigation import NAVIGATION
from socketapp.samples import NOW, content
from socketapp.ui import Banner, Entry, Group, Shell, theme


class Fields(forms.Form):
    """One field of each kind, two of them refused."""

    purchase_order = forms.CharField(help_text="Printed on every invoice of this client.", required=False)
    last_month = forms.CharField(label="Last billable month")
    fee = forms.DecimalField()
    owner = forms.ChoiceField(choices=[("priya", "Priya Sandhu"), ("alun", "Alun Rees")])
    note = forms.CharField(label="Why the price differs", widget=forms.Textarea(attrs={"rows": 3}))
    has_alignment = forms.BooleanField(label="Alignment fee", required=False)
    is_consolidated = forms.BooleanField(label="Consolidate recurring lines", required=False)
    timing = forms.ChoiceField(
        label="Billing timing",
        choices=[("arrears", "In arrears"), ("advance", "In advance")],
        widget=forms.RadioSelect,
    )

    def clean_last_month(self) -> str:
        raise forms.ValidationError(
            "August has been posted already. Choose October 2026 or later, or credit the invoice in Xero."
        )


TYPED = {
    "purchase_order": "PO 4471",
    "last_month": "August 2026",
    "fee": "240.00",
    "owner": "priya",
    "has_alignment": "on",
    "is_consolidated": "on",
    "timing": "arrears",
}
HINTS = {"arrears": "The plan for October posts on 1 November.", "advance": "The plan for October posts on 1 October."}


def gallery(request: HttpRequest) -> HttpResponse:
    """The page; `?toast` adds a toast with its Undo."""
    if "toast" in request.GET:
        messages.success(request, "CITY LIMO is linked to City Limousines.", extra_tags="undo:/_gallery/")
    form = Fields(TYPED)
    form.is_valid()
    return render(request, "gallery.html", {"shell": _shell(request), "form": form, "hints": HINTS, **content()})


def dialog(request: HttpRequest) -> HttpResponse:
    return render(request, "gallery/_dialog.html")


def drawer(request: HttpRequest) -> HttpResponse:
    return render(request, "gallery/_drawer.html")


def _shell(request: HttpRequest) -> Shell:
    practice = Practice(name="North & Vale Accountants", slug="north-vale")
    member = Membership(name="Priya Sandhu", user=User(email="priya@northandvale.example", name="Priya Sandhu"))
    counts = {"work": 14, "refused": 4}
    return Shell(
        theme=theme(request),
        now=NOW,
        logout_url="#logout",
        practice=practice,
        membership=member,
        navigation=[
            Group(
                "" if title == "foot" else title,
                [Entry(door, f"#{door.icon}", door.key == "b", counts.get(door.count, 0)) for door in doors],
                is_foot=title == "foot",
            )
            for title, doors in NAVIGATION
        ],
        banners=_banners(),
        other_practices=[("Harbour Ledgers", "#harbour")],
        unread=3,
        home_url="#home",
        search_url="/_gallery/",
        notices_url="#notices",
    )


def _banners() -> list[Banner]:
    return [
        {
            "tone": "bad",
            "icon": "plug-connected-x",
            "title": "Xero is disconnected",
            "text": "since 31 October, 18:02. 42 invoices wait.",
            "url": "#reconnect",
            "action": "Reconnect to Xero",
        },
        {
            "tone": "warn",
            "icon": "shield-half",
            "title": "Safe Mode is on.",
            "text": "Nothing leaves Socket: no invoice, no contact, no e-mail to a client.",
            "url": "#leave",
            "action": "Leave Safe Mode",
        },
        {
            "tone": "info",
            "title": "2 proposals changed after approval.",
            "text": "This plan stays as approved; the changes are in November. Or reopen it.",
            "url": "#reopen",
            "action": "Reopen",
        },
    ]
