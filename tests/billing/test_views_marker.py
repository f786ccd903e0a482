"""The link that every invoice carries into Xero."""

import pytest

from clients.models import Role
from tests import factories

pytestmark = pytest.mark.django_db


def test_the_link_on_an_invoice_in_xero_leads_to_its_page(client):
    practice = factories.make_practice()
    invoice = factories.make_invoice(factories.make_client(practice, "Bell Bakery"))
    client.force_login(factories.make_member(practice, Role.ADMIN).user)

    reply = client.get(f"/i/{invoice.uid}")

    assert reply.status_code == 302
    assert reply.url == f"/p/{practice.slug}/invoices/{invoice.pk}/"


@pytest.mark.parametrize("role", [Role.APPRENTICE, None])
def test_the_link_tells_nothing_to_those_who_may_not_see_it(client, role):
    practice = factories.make_practice()
    invoice = factories.make_invoice(factories.make_client(practice, "Bell Bakery"))
    elsewhere = factories.make_practice(name="Other House")
    member = factories.make_member(practice, role) if role else factories.make_member(elsewhere, Role.OWNER)
    client.force_login(member.user)

    assert client.get(f"/i/{invoice.uid}").status_code == 404
