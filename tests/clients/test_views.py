"""The pages as people and strangers meet them."""

import csv
import io
import re

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from clients.models import Client, Role
from tests.factories import NOON, PASSWORD, log_in, make_client, make_member, make_practice, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def practice():
    return make_practice(slug="nv")


@pytest.fixture
def priya(practice):
    return make_member(practice)


@pytest.fixture
def signed_in(client, priya):
    return log_in(client, priya)


def names(answer):
    return [row.name for row, _ in answer.context["rows"]]


# ── The list ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_practice_without_clients_is_told_what_to_do_next(signed_in):
    assert "No clients yet" in signed_in.get("/p/nv/clients/").content.decode()


def test_closed_clients_are_hidden_until_asked_for_and_closing_ones_are_not(signed_in, practice, priya):
    make_client(practice, "Open Ltd")
    closed = {"closed_at": NOON, "closed_by": priya.user}
    make_client(practice, "Gone Ltd", last_billable_month="2020-01-01", **closed)
    make_client(practice, "Going Ltd", last_billable_month="2999-01-01", **closed)
    assert names(signed_in.get("/p/nv/clients/")) == ["Going Ltd", "Open Ltd"]
    assert names(signed_in.get("/p/nv/clients/?status=closed")) == ["Going Ltd", "Gone Ltd"]
    assert names(signed_in.get("/p/nv/clients/?status=closing")) == ["Going Ltd"]
    assert "Closing Soon" in signed_in.get("/p/nv/clients/?status=closing").content.decode()


def test_the_list_is_searched_by_name_number_and_email_with_and_without_accents(signed_in, practice):
    make_client(practice, "Café Llŷn Ltd", company_number="123")
    make_client(practice, "Bell Bakery", email="ann@bell.example")
    for text, found in {"cafe": "Café Llŷn Ltd", "00000123": "Café Llŷn Ltd", "ann@": "Bell Bakery"}.items():
        assert names(signed_in.get("/p/nv/clients/", {"q": text})) == [found]
    assert "No client fits" in signed_in.get("/p/nv/clients/?q=nothing").content.decode()


def test_filters_by_owner_group_and_tag(signed_in, practice, priya):
    make_client(practice, "Bell", owner=priya, group="Bells", tags=["vip"])
    make_client(practice, "Lark")
    for query in (f"owner={priya.pk}", "group=Bells", "tag=vip"):
        assert names(signed_in.get(f"/p/nv/clients/?{query}")) == ["Bell"]
    assert names(signed_in.get("/p/nv/clients/?owner=none")) == ["Lark"]


@pytest.mark.parametrize(
    "query",
    ["sort=password", "sort=owner__user__password", "sort=-name;drop", "page=-1", "page=x", "per=1000000", "per=-5",
     "owner=1)or(1", "owner=99999999999999999999", "status=__all__", "tag=%00", "q=%27%22%25_"],
)  # fmt: skip
def test_odd_parameters_are_left_out_and_never_an_error(signed_in, practice, query):
    make_client(practice, "Bell")
    answer = signed_in.get(f"/p/nv/clients/?{query}")
    assert answer.status_code == 200
    assert len(answer.context["rows"]) <= 200


def test_the_list_asks_as_many_queries_for_fifty_clients_as_for_one(signed_in, practice, priya):
    make_client(practice, "Firm", owner=priya, tags=["vip"])
    signed_in.get("/p/nv/clients/")
    with CaptureQueriesContext(connection) as for_one:
        signed_in.get("/p/nv/clients/")
    for number in range(49):
        make_client(practice, f"Firm {number}", owner=priya, tags=["vip"])
    with CaptureQueriesContext(connection) as for_fifty:
        assert len(names(signed_in.get("/p/nv/clients/"))) == 50
    assert len(for_fifty) == len(for_one)


def test_another_practices_clients_are_nowhere(signed_in):
    foreign = make_client(make_practice("Harbour Tax", slug="ht"), "Foreign Ltd", tags=["secret"], group="Secret")
    assert "Foreign" not in signed_in.get("/p/nv/clients/?status=all").content.decode()
    for path in ("", "edit/", "activity/", "closing/"):
        assert signed_in.get(f"/p/nv/clients/{foreign.pk}/{path}").status_code == 404
    assert signed_in.post(f"/p/nv/clients/{foreign.pk}/reactivation/").status_code == 404
    assert signed_in.get("/p/ht/clients/").status_code == 404


def test_foreign_ids_among_the_ticked_change_nothing(signed_in, practice):
    ours, foreign = make_client(practice, "Ours"), make_client(make_practice("Harbour Tax"), "Foreign Ltd")
    stranger = make_member(make_practice("Third & Co"))
    signed_in.post("/p/nv/clients/tags/", {"ids": [ours.pk, foreign.pk, "x"], "tag": "vip"})
    assert [tag.name for tag in ours.tags.all()] == ["vip"]
    assert not foreign.tags.exists()
    signed_in.post("/p/nv/clients/owner/", {"ids": [ours.pk], "owner": stranger.pk})
    ours.refresh_from_db()
    assert ours.owner is None


def test_many_clients_are_closed_at_once_or_none(signed_in, practice):
    made = [make_client(practice, f"Firm {number}") for number in range(3)]
    dialog = signed_in.get("/p/nv/clients/change/", {"ids": [made[0].pk, made[1].pk]})
    month = dialog.context["close_form"].fields["last_month"].initial
    signed_in.post("/p/nv/clients/closing/", {"ids": [made[0].pk], "last_month": month, "reason": ""})
    assert not practice.clients.closed().exists()
    signed_in.post("/p/nv/clients/closing/", {"all": "1", "last_month": month, "reason": "Sold"})
    assert practice.clients.closed().count() == 3


def test_an_export_is_what_the_filters_find_and_no_cell_is_a_formula(signed_in, practice):
    make_client(practice, '=HYPERLINK("http://evil")', phone="+44 1632", notes="@SUM(A1)")
    make_client(practice, "Other", group="x")
    text = b"".join(signed_in.get("/p/nv/clients/export.csv?q=hyper")).decode("utf-8-sig")
    [row] = list(csv.DictReader(io.StringIO(text)))
    assert (row["Name"][:2], row["Phone"], row["Notes"]) == ("'=", "'+44 1632", "'@SUM(A1)")
    book = load_workbook(io.BytesIO(b"".join(signed_in.get("/p/nv/clients/export.xlsx?q=hyper"))))
    cell = book.active["B2"]
    assert (cell.data_type, cell.value[:2]) == ("s", "'=")


# ── The record ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_client_is_added_and_shown(signed_in, practice):
    answer = signed_in.post("/p/nv/clients/new/", {"name": "Bell & Sons <b>", "type": "llp", "tags": "vip, payroll"})
    made = practice.clients.get()
    assert answer.url == f"/p/nv/clients/{made.pk}/"
    page = signed_in.get(answer.url).content.decode()
    assert "Bell &amp; Sons &lt;b&gt;" in page
    assert "<b>" not in page


def test_a_form_with_mistakes_keeps_what_was_typed(signed_in, practice):
    make_client(practice, "Taken Ltd", company_number="123")
    typed = {"name": "New Ltd", "type": "llp", "email": "nonsense", "year_end_day": "31", "notes": "Keep me"}
    answer = signed_in.post("/p/nv/clients/new/", typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert {"email", "year_end_month"} <= set(answer.context["form"].errors)
    assert "Keep me" in page
    assert 'value="nonsense"' in page
    answer = signed_in.post("/p/nv/clients/new/", {"name": "New Ltd", "type": "llp", "company_number": "123"})
    assert "Taken Ltd already has company number" in answer.content.decode()
    assert practice.clients.count() == 1


def test_a_client_is_closed_with_a_month_and_a_reason_and_opened_again(signed_in, practice):
    bell = make_client(practice, "Bell")
    page = signed_in.get(f"/p/nv/clients/{bell.pk}/closing/")
    month = page.context["form"].fields["last_month"].initial
    assert signed_in.post(f"/p/nv/clients/{bell.pk}/closing/", {"last_month": month}).status_code == 422
    signed_in.post(f"/p/nv/clients/{bell.pk}/closing/", {"last_month": month, "reason": "Sold"})
    page = signed_in.get(f"/p/nv/clients/{bell.pk}/").content.decode()
    assert "Closing Soon" in page
    assert "Sold" in page
    signed_in.post(f"/p/nv/clients/{bell.pk}/reactivation/")
    assert not Client.objects.for_practice(practice).get().is_closed
    assert "Re-activated" in signed_in.get(f"/p/nv/clients/{bell.pk}/activity/").content.decode()


def test_an_apprentice_edits_clients_and_sees_no_settings(client, practice):
    log_in(client, make_member(practice, Role.APPRENTICE))
    bell = make_client(practice, "Bell")
    page = client.get(f"/p/nv/clients/{bell.pk}/").content.decode()
    assert "Practice settings" not in page
    assert "Invoicing" not in page
    assert client.get(f"/p/nv/clients/{bell.pk}/edit/").status_code == 200
    for path in ("settings/", "settings/team/", "settings/api/"):
        assert client.get(f"/p/nv/{path}").status_code == 403
    assert client.post("/p/nv/settings/team/invitations/", {"invite-email": "x@y.example"}).status_code == 403


# ── Imports ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_file_is_uploaded_shown_as_a_dry_run_imported_and_undone(signed_in, practice, run_bell):
    file = SimpleUploadedFile("Contacts.csv", b"*ContactName,EmailAddress\r\nBell,a@bell.example\r\n,x\r\n")
    url = signed_in.post("/p/nv/clients/imports/", {"file": file}).url
    assert "every 1s" in signed_in.get(url).content.decode()
    run_bell()
    page = signed_in.get(url).content.decode()
    assert "nothing saved yet" in page
    assert "There is no name" in page
    assert not practice.clients.exists()
    signed_in.post(f"{url}application/")
    run_bell()
    assert practice.clients.get().name == "Bell"
    assert "Undo the import" in signed_in.get(url).content.decode()
    signed_in.post(f"{url}undo/")
    assert not practice.clients.exists()
    assert "moved on" in signed_in.post(f"{url}undo/", follow=True).content.decode()


def test_an_empty_and_a_too_large_file_are_refused_before_they_are_kept(signed_in, practice, settings):
    settings.UPLOAD_LIMIT = 100
    for content in (b"", b"Name\n" + b"x" * 200):
        answer = signed_in.post("/p/nv/clients/imports/", {"file": SimpleUploadedFile("a.csv", content)})
        assert answer.status_code == 422
    assert not practice.clientimports.exists()


def test_another_practices_import_is_not_there(signed_in, client):
    other = make_practice("Harbour Tax")
    member = make_member(other)
    foreign = other.clientimports.create(
        file_name="a.csv", content=b"", uploaded_by=member.user, uploaded_at=NOON, alive_at=NOON
    )
    assert signed_in.get(f"/p/nv/clients/imports/{foreign.pk}/").status_code == 404
    assert signed_in.post(f"/p/nv/clients/imports/{foreign.pk}/application/").status_code == 404


# ── People ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_person_logs_in_by_email_and_lands_in_their_practice(client, practice, priya):
    answer = client.post("/accounts/login/", {"login": priya.user.email.upper(), "password": PASSWORD}, follow=True)
    assert answer.redirect_chain[-1][0] == "/p/nv/"
    assert client.post("/accounts/logout/").status_code == 302
    assert client.get("/p/nv/clients/").status_code == 302


@pytest.mark.parametrize("after", ["//evil.example", "https:evil.example", "/\\evil.example", "https://evil.example/"])
def test_after_the_login_nobody_leaves_the_site(client, priya, after):
    answer = client.post("/accounts/login/", {"login": priya.user.email, "password": PASSWORD, "next": after})
    assert "evil" not in answer.url


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(client, priya):
    def words(email):
        page = client.post("/accounts/login/", {"login": email, "password": "wrong-password"}).content.decode()
        return re.sub(r'value="[^"]*"', "", page)

    assert words(priya.user.email) == words("nobody@elsewhere.example")


def test_five_wrong_passwords_close_the_door_for_a_while(client, priya):
    for _ in range(6):
        client.post("/accounts/login/", {"login": priya.user.email, "password": "wrong-password"})
    answer = client.post("/accounts/login/", {"login": priya.user.email, "password": PASSWORD})
    assert answer.status_code != 302


def test_a_reset_answers_the_same_for_known_and_unknown_addresses(client, priya):
    known = client.post("/accounts/password/reset/", {"email": priya.user.email})
    unknown = client.post("/accounts/password/reset/", {"email": "nobody@elsewhere.example"})
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert priya.user.email in [address for sent in mail.outbox for address in sent.to]


def test_who_works_for_several_practices_chooses_one(client, practice, priya):
    make_member(make_practice("Harbour Tax", slug="ht"), user=priya.user)
    page = log_in(client, priya).get("/").content.decode()
    assert 'href="/p/nv/"' in page
    assert 'href="/p/ht/"' in page


def invite(signed_in, practice, email="amir@nv.example", role="member"):
    signed_in.post(
        "/p/nv/settings/team/invitations/", {"invite-email": email, "invite-name": "Amir", "invite-role": role}
    )
    message = practice.messages.filter(recipient=email).first()
    return message and re.search(r"(/invitations/[\w-]+/)", message.text)[1]


def test_an_invited_person_joins_with_a_password_and_is_logged_in(signed_in, practice, django_user_model):
    link = invite(signed_in, practice)
    signed_in.logout()
    assert "Join North &amp; Vale" in signed_in.get(link).content.decode()
    answer = signed_in.post(link, {"name": "Amir Khan", "password": PASSWORD})
    assert answer.url == "/p/nv/"
    assert signed_in.get("/p/nv/clients/").status_code == 200
    assert practice.memberships.get(user__email="amir@nv.example").role == Role.MEMBER


def test_a_link_that_is_used_revoked_or_invented_opens_one_calm_page(signed_in, practice):
    link = invite(signed_in, practice)
    invitation = practice.invitations.get()
    signed_in.post(f"/p/nv/settings/team/invitations/{invitation.pk}/revocation/")
    signed_in.logout()
    pages = {signed_in.get(path).content for path in (link, "/invitations/nonsense/")}
    assert len(pages) == 1
    assert b"not open" in pages.pop()


def test_who_is_logged_in_as_somebody_else_cannot_take_an_invitation(signed_in, practice):
    link = invite(signed_in, practice)
    eve = make_user("Eve")
    signed_in.force_login(eve)
    assert "signed in as somebody else" in signed_in.get(link).content.decode()
    signed_in.post(link)
    assert not practice.memberships.filter(user=eve).exists()


def test_an_admin_neither_invites_nor_becomes_an_owner(client, practice):
    owner, admin = make_member(practice), make_member(practice, Role.ADMIN, name="Ada")
    log_in(client, admin)
    assert invite(client, practice, role="owner") is None
    client.post(f"/p/nv/settings/team/{admin.pk}/role/", {"role": "owner"})
    client.post(f"/p/nv/settings/team/{owner.pk}/removal/")
    for member, role in ((admin, Role.ADMIN), (owner, Role.OWNER)):
        member.refresh_from_db()
        assert (member.role, member.left_at) == (role, None)


def test_a_demotion_counts_from_the_next_click(signed_in, practice, priya):
    second = make_member(practice, name="Second")
    assert signed_in.get("/p/nv/settings/team/").status_code == 200
    practice.memberships.filter(pk=priya.pk).update(role=Role.APPRENTICE)
    assert signed_in.get("/p/nv/settings/team/").status_code == 403
    assert second.role == Role.OWNER


def test_a_token_is_shown_once_and_works_until_revoked(signed_in, practice, client):
    page = signed_in.post("/p/nv/settings/api/", {"name": "Sync", "role": "member", "days": "30"}).content.decode()
    secret = re.search(r"socket_[\w-]+", page)[0]
    assert "socket_" not in signed_in.get("/p/nv/settings/api/").content.decode()
    header = {"Authorization": f"Bearer {secret}"}
    assert signed_in.get("/api/v1/clients/", headers=header).status_code == 200
    signed_in.post(f"/p/nv/settings/api/{practice.apitokens.get().pk}/revocation/")
    assert signed_in.get("/api/v1/clients/", headers=header).status_code == 401


def test_the_practice_describes_itself_and_a_wrong_time_zone_is_explained(signed_in, practice):
    typed = {"name": "North & Vale LLP", "address": "4 Vale Street", "time_zone": "Europe/Nowhere"}
    answer = signed_in.post("/p/nv/settings/", typed)
    assert answer.status_code == 422
    signed_in.post("/p/nv/settings/", {**typed, "time_zone": "Europe/Dublin"})
    practice.refresh_from_db()
    assert (practice.name, practice.time_zone) == ("North & Vale LLP", "Europe/Dublin")


def test_a_person_changes_their_name_and_shortcuts(signed_in, priya):
    signed_in.post("/p/nv/profile/", {"name": "Priya Reed"})
    priya.user.refresh_from_db()
    assert (priya.user.name, priya.user.has_shortcuts) == ("Priya Reed", False)


@pytest.mark.parametrize("path", ["clients/owner/", "settings/team/people/", "notifications/reading/"])
def test_an_act_is_a_post_with_our_own_token(practice, priya, path, client):
    strict = type(client)(enforce_csrf_checks=True)
    log_in(strict, priya)
    assert strict.get(f"/p/nv/{path}").status_code == 405
    assert strict.post(f"/p/nv/{path}").status_code == 403
