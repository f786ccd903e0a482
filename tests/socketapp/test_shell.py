from django.test import Client as HttpClient
from django.test import RequestFactory
from django.urls import reverse

from clients.models import Membership, Practice, Role
from socketapp.ui import shell
from tests.factories import log_in, make_member, make_practice


def home_of(practice: Practice) -> str:
    return reverse("home", kwargs={"practice": practice.slug})


def shell_for(membership: Membership | None, address: str = "/", **cookies: str):  # type: ignore[no-untyped-def]
    request = RequestFactory().get(address)
    request.COOKIES.update(cookies)
    if membership:
        request.membership = membership  # type: ignore[attr-defined]
    return shell(request)["shell"]


def test_a_page_without_a_practice_has_an_empty_shell() -> None:
    empty = shell_for(None)

    assert empty.navigation == []
    assert empty.banners == []


def test_the_theme_is_the_persons_choice_else_the_devices_else_light() -> None:
    assert shell_for(None).theme == "light"
    assert shell_for(None, device_theme="dark").theme == "dark"
    assert shell_for(None, device_theme="dark", theme="light").theme == "light"
    assert shell_for(None, theme="<script>").theme == "light"


def test_the_current_page_is_marked_in_the_navigation(client: HttpClient, db: None) -> None:
    practice = make_practice()
    answer = log_in(client, make_member(practice)).get(home_of(practice))

    current = [entry for group in answer.context["shell"].navigation for entry in group.entries if entry.is_current]
    assert [entry.door.label for entry in current] == ["Home"]


def test_a_page_belongs_to_the_nearest_door_above_it(db: None, settings) -> None:  # type: ignore[no-untyped-def]
    settings.ROOT_URLCONF = "tests.socketapp.every_door"
    member = make_member(make_practice())

    def current(address: str) -> list[str]:
        groups = shell_for(member, address=f"/p/{member.practice.slug}/{address}").navigation
        return [entry.door.label for group in groups for entry in group.entries if entry.is_current]

    assert current("clients/list/14/work/") == ["Clients"]
    assert current("settings/team/") == ["Practice settings"]
    assert current("billing/invoices/failures/") == ["Invoices"]
    assert current("notifications/list/") == []


def test_what_a_person_may_not_do_is_not_shown_to_them(db: None, settings) -> None:  # type: ignore[no-untyped-def]
    settings.ROOT_URLCONF = "tests.socketapp.every_door"
    practice = make_practice()

    def doors(role: str) -> set[str]:
        groups = shell_for(make_member(practice, role)).navigation
        return {entry.door.label for group in groups for entry in group.entries}

    assert {"Billing plan", "Practice settings"} <= doors(Role.ADMIN)
    assert doors(Role.APPRENTICE) == {"Home", "Clients", "Proposals", "Work Management"}


def test_20_who_may_not_bill_sees_no_heading_that_says_billing(db: None, settings) -> None:  # type: ignore[no-untyped-def]
    settings.ROOT_URLCONF = "tests.socketapp.every_door"
    practice = make_practice()

    def headings(role: str) -> list[str]:
        return [group.title for group in shell_for(make_member(practice, role)).navigation if group.title]

    assert headings(Role.ADMIN) == ["Billing"]
    assert headings(Role.APPRENTICE) == []


def test_a_lost_connection_is_said_before_safe_mode_and_everything_else_after_it(db: None, settings) -> None:  # type: ignore[no-untyped-def]
    settings.BANNERS = ["tests.socketapp.every_door.said"]

    banners = shell_for(make_member(make_practice(safe_mode=True))).banners

    assert [banner["title"] for banner in banners] == ["Xero is disconnected", "Safe Mode is on.", "Plan drifted."]


def test_counts_and_unread_notices_come_from_the_apps_that_settings_name(db: None, settings) -> None:  # type: ignore[no-untyped-def]
    settings.ROOT_URLCONF = "tests.socketapp.every_door"
    settings.COUNTS = ["tests.socketapp.every_door.fourteen"]
    settings.UNREAD = ["tests.socketapp.every_door.three"]

    around = shell_for(make_member(make_practice()))

    counts = {entry.door.label: entry.count for group in around.navigation for entry in group.entries}
    assert counts["Work Management"] == 14
    assert counts["Clients"] == 0
    assert around.unread == 3


def test_a_person_of_two_practices_can_change_to_the_other(client: HttpClient, db: None) -> None:
    here = make_member(make_practice("North & Vale"))
    make_member(make_practice("Harbour Ledgers"), user=here.user)

    shell = log_in(client, here).get(home_of(here.practice)).context["shell"]

    assert [name for name, _ in shell.other_practices] == ["Harbour Ledgers"]
