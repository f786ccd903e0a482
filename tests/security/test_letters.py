"""A letter's link is its recipient's alone, and one bad letter keeps no other back."""

import re

import pytest
from django.core import mail
from django.test import Client as HttpClient
from django.utils import timezone

from clients.models import Practice, Role
from notifications import operations as letters
from notifications.models import Message
from proposals import operations
from tests.factories import log_in, make_client, make_member, make_practice, make_proposal

TOKEN = re.compile(r"/sign/[\w-]{43}")


@pytest.fixture
def practice(db: None) -> Practice:
    return make_practice(safe_mode=True)


@pytest.fixture
def held(practice: Practice) -> Message:
    sender = make_member(practice)
    proposal = make_proposal(make_client(practice), created_by=sender.user)
    operations.send(proposal=proposal, by=sender.user, at=timezone.now())
    return practice.messages.get(slug="proposal")


def test_the_outbox_shows_a_letter_without_its_link(client: HttpClient, practice: Practice, held: Message) -> None:
    apprentice = log_in(client, make_member(practice, Role.APPRENTICE, name="Kay Lowther"))
    assert TOKEN.search(held.text)

    pages = [apprentice.get(f"/p/{practice.slug}/outbox/{held.pk}/{page}").content.decode() for page in ("", "page/")]

    assert all("/sign/…" in page and not TOKEN.search(page) for page in pages)


def test_a_letter_that_went_out_keeps_no_link(practice: Practice, held: Message) -> None:
    letters.release_held(practice=practice, at=timezone.now())

    letters.send_due(at=timezone.now())

    held.refresh_from_db()
    assert held.is_sent
    assert TOKEN.search(str(mail.outbox[-1].body))
    assert not TOKEN.search(held.text + held.html)


@pytest.mark.parametrize("name", ["North\rBcc: all@firms.example", 'North \\"& Vale\\', "Nørth <x@y.example>"])
def test_a_letter_goes_out_whatever_the_practice_calls_itself(practice: Practice, held: Message, name: str) -> None:
    Practice.objects.filter(pk=practice.pk).update(name=name)
    letters.release_held(practice=practice, at=timezone.now())

    letters.send_due(at=timezone.now())

    [letter] = [each for each in mail.outbox if each.to == [held.recipient]]
    assert letter.message()["From"].endswith("<socket@localhost>")
    assert letter.message()["Bcc"] is None


def test_a_letter_that_cannot_be_written_keeps_no_other_back(practice: Practice, held: Message) -> None:
    letters.release_held(practice=practice, at=timezone.now())
    Message.objects.for_practice(practice).filter(pk=held.pk).update(subject="A\nBcc: all@firms.example")

    letters.send_due(at=timezone.now())

    held.refresh_from_db()
    assert held.status == Message.Status.WAITING
    assert held.attempts == 1
