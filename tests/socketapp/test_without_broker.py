"""The broker is away: what people do is committed all the same, and the clock rings for it later."""

from collections.abc import Iterator

import pytest
from celery import Celery

from billing.models import Invoice
from notifications.models import Message
from proposals.models import Proposal
from socketapp.celery import app as celery_app
from tests.factories import (
    make_account,
    make_client,
    make_invoice,
    make_member,
    make_practice,
    make_proposal,
    sign_proposal,
)
from xero_sync.models import Push

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _nobody_answers() -> Iterator[None]:
    away = Celery("away", broker="redis://127.0.0.1:1/0")
    away.set_current()
    yield
    celery_app.set_current()


def test_an_invoice_is_queued() -> None:
    practice = make_practice()
    make_account(practice)

    invoice = make_invoice(make_client(practice))

    assert Push.objects.for_practice(practice).get().invoice == invoice
    assert invoice.status == Invoice.Status.RAISED


def test_a_proposal_is_signed_and_its_letters_wait() -> None:
    practice = make_practice()
    make_member(practice)

    proposal = sign_proposal(make_proposal(make_client(practice)))

    proposal.refresh_from_db()
    assert proposal.status == Proposal.Status.WON
    assert Message.objects.for_practice(practice).filter(status=Message.Status.WAITING).exists()
