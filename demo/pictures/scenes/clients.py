"""Clients, their records, the import, the settings."""

from django.utils import timezone

from billing.operations import holds, plans
from demo.books import CLOSED
from demo.fill import write_history
from demo.firms import FIRMS
from demo.pictures.camera import Shot
from demo.pictures.stage import Theatre
from demo.pictures.steps import click, dialog, fill, open_labelled, send, tick, unfold, upload, wait

GOOD = b"""Name,Contact name,Email,Company number
Tern & Tide Sailmakers Ltd,Una Tern,office@terntide.example,09911882
Old Forge Pottery,Sam Hale,sam@oldforge.example,
,Nobody,nobody@nowhere.example,
Old Forge Pottery,Sam Hale,sam@oldforge.example,
Lapwing Guest House,Ola Dunn,not-an-address,
"""


def history(theatre: Theatre) -> None:
    """A year of history"""
    theatre.shots(Shot("home-safe-mode", theatre.page("home")), Shot("safe-mode", theatre.page("billing:safe_mode")))
    holds.leave_safe_mode(practice=theatre.practice, send_waiting=True, by=theatre.busy.owner, at=timezone.now())
    write_history(theatre.busy)
    theatre.wait_until(lambda: not theatre.invoices().waiting().exists(), "The history's posting", 180)
    plans.tick(at=timezone.now())
    theatre.shots(Shot("home", theatre.page("home")), Shot("home-apprentice", theatre.page("home"), who="apprentice"))


def records(theatre: Theatre) -> None:
    """Clients and their records"""
    first = theatre.client(FIRMS[0].name)
    client, one = theatre.page("clients:list"), {"client_id": first.pk}
    closed = {"client_id": theatre.client(CLOSED).pk}
    tabs = {
        "details": "clients:client",
        "proposals": "proposals:client_proposals",
        "work": "billing:client_work",
        "invoicing": "billing:client_invoicing",
        "xero": "xero_sync:client_xero",
        "invoices": "billing:client_invoices",
        "activity": "clients:client_activity",
    }
    wrong = (fill("name", ""), fill("email", "not-an-address"), fill("company_number", "12"), send())
    theatre.shots(
        Shot("clients", client),
        Shot("clients-chosen", client, (tick("tbody [name=ids]"),)),
        Shot("clients-bulk", client, (tick("tbody [name=ids]"), dialog("Change"))),
        Shot("clients-nothing", f"{client}?q=zebra"),
        Shot("client-new", theatre.page("clients:create")),
        Shot("client-form-errors", theatre.page("clients:create"), wrong),
        Shot("client-edit", theatre.page("clients:edit", **one)),
        Shot(
            "client-close",
            theatre.page("clients:client", **one),
            (open_labelled("More actions"), dialog("Mark as Closed", "link")),
        ),
        Shot("client-closed", theatre.page("clients:client", **closed)),
        Shot("client-why", theatre.page("billing:client_invoicing", **one), (dialog("Why no invoice?", "link"),)),
        *(Shot(f"client-{tab}", theatre.page(route, **one)) for tab, route in tabs.items()),
    )


def imports(theatre: Theatre) -> None:
    """An import, from the dry run to a file that is none"""
    page = theatre.page("clients:imports")
    read = (upload("file", "clients.csv", GOOD), send(), wait("#rows, table"))
    theatre.shots(
        Shot("import-dry-run", page, read),
        Shot("import-applied", page, (*read, click("Import"), wait("text=Undo the import"))),
        Shot(
            "import-unreadable",
            page,
            (upload("file", "book.csv", b"PK\x03\x04\x00not a csv"), send(), wait(".sk-bad, [data-tone=bad]")),
        ),
        Shot("imports", page),
    )


def settings(theatre: Theatre) -> None:
    """Settings and the profile"""
    page, log = theatre.page, theatre.page("clients:settings_audit")
    theatre.shots(
        Shot("settings-practice", page("clients:settings_practice")),
        Shot("settings-billing", page("billing:settings_billing")),
        Shot("settings-team", page("clients:settings_team")),
        Shot("settings-api", page("clients:settings_tokens")),
        Shot("settings-audit", log),
        Shot("settings-audit-entry", f"{log}?kind=settings", (unfold("details.sk-entry:first-of-type"),)),
        Shot("settings-audit-verified", log, (click("Verify now"), wait("text=The log is unbroken"))),
        Shot("settings-audit-nothing", f"{log}?q=zebra"),
        Shot("settings-integrations", page("xero_sync:integrations")),
        Shot("services", page("billing:services")),
        Shot("profile", page("clients:profile")),
        Shot("profile-letters", page("notifications:kinds")),
        Shot("notices", page("notifications:list")),
        Shot("outbox", page("notifications:outbox") + "?show=all"),
    )
