import pytest

from clients.models import Role
from notifications import outbox
from notifications.models import Message
from notifications.outbox import Recipient
from tests.factories import NOON, log_in, make_member, make_practice

pytestmark = pytest.mark.django_db


@pytest.fixture
def practice():
    return make_practice(slug="nv", safe_mode=True)


@pytest.fixture
def priya(practice):
    return make_member(practice)


@pytest.fixture
def signed_in(client, priya):
    return log_in(client, priya)


def write(practice, recipient, audience="user", cause="x:1", url="/p/nv/clients/"):
    context = {"inviter": "Priya", "role": "a member", "expires_at": NOON}
    outbox.write(
        practice=practice, slug="invitation", cause=cause, recipients=[recipient], context=context,
        audience=audience, at=NOON, url=url,
    )  # fmt: skip
    return practice.messages.first()


def mine(priya):
    return Recipient(priya.user.email, priya.name, priya.user)


def test_a_notice_is_read_by_opening_it(signed_in, practice, priya):
    message = write(practice, mine(priya))
    assert "1 notice not read yet" in signed_in.get("/p/nv/notifications/").content.decode()
    assert signed_in.get(f"/p/nv/notifications/{message.pk}/").status_code == 405
    assert signed_in.post(f"/p/nv/notifications/{message.pk}/").url == "/p/nv/clients/"
    assert "You have read everything" in signed_in.get("/p/nv/notifications/?show=unread").content.decode()


def test_a_notice_never_leads_off_the_site(signed_in, practice, priya):
    message = write(practice, mine(priya), url="https://evil.example/")
    assert signed_in.post(f"/p/nv/notifications/{message.pk}/").url == "/p/nv/notifications/"


def test_all_are_marked_as_read_at_once_and_only_ones_own(signed_in, practice, priya):
    other = make_member(practice, name="Tess")
    write(practice, mine(priya))
    write(practice, mine(other), cause="x:2")
    signed_in.post("/p/nv/notifications/reading/")
    assert outbox.unread_count(priya.user, practice) == 0
    assert outbox.unread_count(other.user, practice) == 1


def test_a_colleagues_notice_is_not_there(signed_in, practice):
    message = write(practice, mine(make_member(practice, name="Tess")))
    assert signed_in.post(f"/p/nv/notifications/{message.pk}/").status_code == 404


def test_unticked_kinds_are_muted_and_a_muted_letter_stays_a_notice(signed_in, practice, priya, settings, tmp_path):
    signed_in.post("/p/nv/notifications/kinds/", {"kinds": ["plan_posted"]})
    priya.user.refresh_from_db()
    assert "plan_posted" not in priya.user.muted_notices
    assert "proposal_signed" in priya.user.muted_notices


def test_held_letters_are_shown_as_the_client_will_see_them(signed_in, practice):
    message = write(practice, Recipient("ann@client.example", "Ann"), audience="client")
    assert message.status == Message.Status.HELD
    page = signed_in.get("/p/nv/outbox/").content.decode()
    assert "Safe Mode is on" in page
    assert "ann@client.example" in page
    assert "Accept the invitation" in signed_in.get(f"/p/nv/outbox/{message.pk}/").content.decode()
    letter = signed_in.get(f"/p/nv/outbox/{message.pk}/page/")
    assert letter["Content-Security-Policy"].startswith("default-src 'none'")


def test_another_practices_letter_and_a_colleagues_notice_are_not_in_the_outbox(signed_in, practice, priya):
    foreign = write(make_practice("Harbour Tax"), Recipient("x@client.example", "X"), audience="client")
    notice = write(practice, mine(priya))
    for message in (foreign, notice):
        assert signed_in.get(f"/p/nv/outbox/{message.pk}/").status_code == 404
        assert signed_in.get(f"/p/nv/outbox/{message.pk}/page/").status_code == 404


def test_an_apprentice_reads_their_notices(client, practice):
    log_in(client, make_member(practice, Role.APPRENTICE))
    assert client.get("/p/nv/notifications/").status_code == 200
