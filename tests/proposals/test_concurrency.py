"""Twenty people press Sign in the same second."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from billing.models import Engagement, Invoice
from proposals import signing
from proposals.models import MovedOn, Signature
from proposals.operations import accept
from proposals.records import Evidence
from tests.factories import NOON, make_client, make_practice, make_proposal, send_proposal

PEOPLE = 20


@pytest.mark.django_db(transaction=True)
def test_of_twenty_acceptances_at_once_one_wins_and_the_others_are_told():
    lines = [("Bookkeeping", "200.00", "monthly"), ("Set-up", "250.00", "once_acceptance")]
    proposal = make_proposal(make_client(make_practice(), "Halden Mill Brewing Ltd"), lines=lines)
    token = send_proposal(proposal)
    together = Barrier(PEOPLE)

    def sign(number):
        try:
            link = signing.find(token=token, at=NOON)
            together.wait(timeout=30)
            accept(link=link, signer_name=f"Person {number}", evidence=Evidence(None, ""), at=NOON)
        except MovedOn:
            return "late"
        finally:
            connection.close()
        return "signed"

    with ThreadPoolExecutor(PEOPLE) as pool:
        outcomes = sorted(pool.map(sign, range(PEOPLE)))

    kept = [model.objects.for_practice(proposal.practice).count() for model in (Signature, Engagement, Invoice)]
    assert outcomes == ["late"] * (PEOPLE - 1) + ["signed"]
    assert kept == [1, 1, 1]
