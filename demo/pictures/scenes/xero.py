"""Connecting Xero through its own page, and losing it."""

from demo.pictures.camera import Shot
from demo.pictures.stage import Theatre
from demo.pictures.steps import dialog, open_labelled
from xero_sync.models import Connection, SyncRun


def connecting(theatre: Theatre) -> None:
    """Xero is connected on its own page"""
    page = theatre.page("xero_sync:integrations")
    choice = theatre.page("xero_sync:organisation")
    theatre.shots(Shot("home-unconnected", theatre.page("home")))
    allow(theatre, page)
    theatre.shots(Shot("integrations-choose", choice))
    choose(theatre, choice)
    synced = SyncRun.objects.for_practice(theatre.practice)
    theatre.wait_until(lambda: synced.filter(finished_at__isnull=False).exists(), "The first sync", 90)
    theatre.shots(
        Shot("integrations-connected", page),
        Shot("disconnecting", page, (open_labelled("More actions for Xero"), dialog("Disconnect", "link"))),
    )


def allow(theatre: Theatre, path: str) -> None:
    """From our page to Xero's, allow, and back, as a person does it."""
    page = theatre.camera.context("owner").new_page()
    page.goto(theatre.camera.url + path)
    page.get_by_role("button", name="onnect").locator("visible=true").first.click()
    page.wait_for_url("**/identity/**")
    page.get_by_role("button", name="Allow").click()
    page.wait_for_url("**/p/**")
    page.close()


def choose(theatre: Theatre, path: str) -> None:
    page = theatre.camera.context("owner").new_page()
    page.goto(theatre.camera.url + path)
    page.get_by_label("North & Vale Accountants").first.check()
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url("**/settings/integrations/")
    page.close()


def lost(theatre: Theatre) -> None:
    """The connection is lost while a plan waits"""
    theatre.control("tokens/revoke")
    theatre.complete(1)
    theatre.wait_until(lambda: _is_lost(theatre), "The loss")
    theatre.approve(theatre.busy.this_month)
    theatre.shots(
        Shot("home-lost", theatre.page("home")),
        Shot("integrations-lost", theatre.page("xero_sync:integrations")),
        Shot("plan-lost", theatre.page("billing:plan_month", month=theatre.busy.this_month)),
        Shot("notices-lost", theatre.page("notifications:list")),
    )


def _is_lost(theatre: Theatre) -> bool:
    lost = Connection.Status.LOST
    return Connection.objects.for_practice(theatre.practice).filter(status=lost).exists()
