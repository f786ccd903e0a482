"""A router in which every entry of the navigation is mounted, and what apps may say to the shell."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from clients.models import Practice, User
from socketapp.ui import Banner


def nothing(request: HttpRequest, practice: str) -> HttpResponse:
    return HttpResponse()


def mounted(app: str, *names: str) -> object:
    routes = [path(f"{name}/", nothing, name=name) for name in names]
    return path(f"p/<slug:practice>/{app}/", include((routes, app)))


urlpatterns = [
    path("p/<slug:practice>/", nothing, name="home"),
    mounted("clients", "list", "settings_practice"),
    mounted("proposals", "list"),
    mounted("billing", "plan", "work", "failures", "invoices", "services", "safe_mode"),
    mounted("xero_sync", "integrations"),
    mounted("notifications", "list"),
]


def said(practice: Practice, at: datetime) -> list[Banner]:
    return [
        {"tone": "info", "title": "Plan drifted.", "text": "2 proposals changed after approval."},
        {"tone": "bad", "title": "Xero is disconnected", "text": "42 invoices wait."},
    ]


def fourteen(practice: Practice) -> dict[str, int]:
    return {"work": 14}


def three(user: User, practice: Practice) -> int:
    return 3
