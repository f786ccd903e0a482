from datetime import timedelta

import pytest
from django.core import mail
from django.db import transaction

from clients.models import Role
from notifications import operations, outbox
from notifications.models import Message
from notifications.outbox import File, Recipient
from notifications.records import LAST_ATTEMPT, LEASE
from tests.factories import NOON, make_member, make_practice, make_user

pytestmark = pytest.mark.django_db


def write(practice, *recipients, cause="invitation:1", audience="user", **changes):
    context = {"inviter": "Priya & Co", "role": "member", "expires_at": NOON}
    given = {"slug": "invitation", "cause": cause, "url": "/i/abc/", "at": NOON, "context": context} | changes
    return outbox.write(practice=practice, recipients=recipients, audience=audience, **given)


def test_a_letter_is_written_once_per_cause_and_recipient():
    practice = make_practice()
    ann, bob = Recipient("Ann@clients.example", "Ann"), Recipient("bob@clients.example", "Bob")
    assert write(practice, ann) == 1
    assert write(practice, ann, bob) == 1
    assert write(practice, ann, bob) == 0
    assert write(practice, ann, cause="invitation:2") == 1


def test_a_letter_says_the_same_as_text_and_as_html_with_its_styles_inside():
    practice = make_practice("Ash & Elm")
    write(practice, Recipient("ann@clients.example", "Ann"))
    message = practice.messages.get()
    assert message.subject == "Priya & Co invites you to Ash & Elm on Socket"
    assert "Ash & Elm" in message.text
    assert "Ash &amp; Elm" in message.html
    assert "http://testserver/i/abc/" in message.text
    assert "http://testserver/i/abc/" in message.html
    assert 'class="letter" style="' in message.html


def test_a_letter_is_sent_after_the_commit_by_the_bell(run_bell):
    practice = make_practice(email="hello@northandvale.example")
    write(practice, Recipient("ann@clients.example", "Ann"), attachments=[File("a.pdf", "application/pdf", b"%PDF")])
    assert mail.outbox == []
    assert "notifications.tasks.send_due" in run_bell()
    assert practice.messages.get().status == Message.Status.SENT
    [sent] = mail.outbox
    assert sent.to == ["ann@clients.example"]
    assert sent.from_email.startswith("North & Vale <")
    assert sent.reply_to == ["hello@northandvale.example"]
    assert [name for name, _, _ in sent.attachments] == ["a.pdf"]


def test_a_letter_of_a_transaction_that_failed_was_never_written():
    practice = make_practice()
    with transaction.atomic():
        write(practice, Recipient("ann@clients.example", "Ann"))
        transaction.set_rollback(True)
    assert not practice.messages.exists()


def test_a_letter_for_later_waits_for_its_time():
    practice = make_practice()
    write(practice, Recipient("ann@clients.example", "Ann"), not_before=NOON + timedelta(hours=1))
    operations.send_due(at=NOON)
    assert mail.outbox == []
    operations.send_due(at=NOON + timedelta(hours=1))
    assert len(mail.outbox) == 1


def test_a_letter_that_was_not_accepted_rests_and_is_tried_again(settings):
    practice = make_practice()
    write(practice, Recipient("ann@clients.example", "Ann"))
    refuse_mail(settings)
    operations.send_due(at=NOON)
    message = practice.messages.get()
    assert (message.status, message.not_before) == (Message.Status.WAITING, NOON + timedelta(minutes=1))
    assert "refused" in message.problem
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    operations.send_due(at=NOON + timedelta(minutes=1))
    message.refresh_from_db()
    assert (message.status, message.problem, message.attempts) == (Message.Status.SENT, "", 2)


def test_a_letter_that_is_never_accepted_is_given_up_and_shown(settings):
    practice = make_practice()
    write(practice, Recipient("ann@clients.example", "Ann"))
    refuse_mail(settings)
    at = NOON
    for _ in range(LAST_ATTEMPT + 2):
        operations.send_due(at=at)
        at += timedelta(hours=7)
    message = practice.messages.get()
    assert (message.status, message.attempts) == (Message.Status.FAILED, LAST_ATTEMPT)


def test_a_letter_whose_worker_died_is_sent_when_the_lease_is_over():
    practice = make_practice()
    write(practice, Recipient("ann@clients.example", "Ann"))
    practice.messages.update(status=Message.Status.SENDING, not_before=NOON + LEASE)
    operations.send_due(at=NOON + timedelta(minutes=1))
    assert mail.outbox == []
    operations.send_due(at=NOON + LEASE)
    assert len(mail.outbox) == 1
    assert practice.messages.get().status == Message.Status.SENT


def test_more_letters_than_one_task_sends_ring_the_bell_again(run_bell):
    practice = make_practice()
    write(practice, *[Recipient(f"person{number}@clients.example", "Ann") for number in range(30)])
    assert run_bell().count("notifications.tasks.send_due") == 2
    assert len(mail.outbox) == 30


def test_in_safe_mode_letters_to_clients_are_held_and_letters_to_the_team_go_out():
    practice = make_practice(safe_mode=True)
    write(practice, Recipient("client@clients.example", "Ann"), audience="client")
    write(practice, Recipient("priya@nv.example", "Priya"))
    operations.send_due(at=NOON)
    assert [sent.to for sent in mail.outbox] == [["priya@nv.example"]]
    assert outbox.held_count(practice) == 1
    assert outbox.deliver_held(practice=practice, at=NOON) == 1
    operations.send_due(at=NOON)
    assert len(mail.outbox) == 2


def test_a_muted_kind_is_a_notice_without_an_email():
    practice, user = make_practice(), make_user(muted_notices=["proposal_viewed"])
    write(practice, Recipient(user.email, user.name, user), slug="proposal_viewed", cause="viewed:1", context={})
    assert practice.messages.get().status == Message.Status.MUTED
    assert outbox.unread_count(user, practice) == 1
    operations.send_due(at=NOON)
    assert mail.outbox == []


def test_a_kind_that_everyone_must_know_cannot_be_muted():
    practice, user = make_practice(), make_user(muted_notices=["invitation"])
    write(practice, Recipient(user.email, user.name, user))
    assert practice.messages.get().status == Message.Status.WAITING
    operations.mute(user=user, kinds=["plan_ready", "connection_lost", "nonsense"])
    assert user.muted_notices == ["plan_ready"]


def test_letters_to_the_team_reach_everyone_with_a_login_and_approvers_only_admins_and_owners():
    practice = make_practice()
    owner = make_member(practice, Role.OWNER, name="Olive")
    apprentice = make_member(practice, Role.APPRENTICE, name="Amir")
    make_member(practice, Role.NONE, name="Nora")
    make_member(practice, Role.ADMIN, name="Gone", left_at=NOON)
    make_member(make_practice("Harbour Tax"), Role.OWNER, name="Stranger")
    assert {person.user for person in outbox.to_team(practice)} == {owner.user, apprentice.user}
    assert [person.user for person in outbox.to_approvers(practice)] == [owner.user]


def test_the_bell_counts_what_this_person_has_not_read_in_this_practice():
    practice, user = make_practice(), make_user()
    write(practice, Recipient(user.email, user.name, user))
    write(make_practice("Harbour Tax"), Recipient(user.email, user.name, user))
    assert outbox.unread_count(user, practice) == 1
    operations.mark_all_read(practice=practice, user=user, at=NOON)
    assert outbox.unread_count(user, practice) == 0


def refuse_mail(settings):
    settings.EMAIL_BACKEND = "tests.notifications.test_outbox.RefusingBackend"


class RefusingBackend:
    """A mail server that takes nothing."""

    def __init__(self, **_options):
        pass

    def send_messages(self, _messages):
        raise ConnectionRefusedError("Connection refused by mail.example")
