import re

import pytest
from django.core import mail
from django.test import Client as HttpClient
from django.urls import NoReverseMatch, reverse

from tests.factories import PASSWORD, make_member, make_practice, make_user


def sign_in(client: HttpClient, email: str, password: str = PASSWORD):  # type: ignore[no-untyped-def]
    return client.post(reverse("account_login"), {"login": email, "password": password})


def test_a_person_signs_in_with_their_e_mail_address(client: HttpClient, db: None) -> None:
    member = make_member(make_practice())

    assert sign_in(client, member.email).headers["Location"] == "/"


def test_a_wrong_password_is_explained_and_the_address_is_kept(client: HttpClient, db: None) -> None:
    member = make_member(make_practice())

    page = sign_in(client, member.email, "wrong").content.decode()

    assert "Check the e-mail address and the password." in page
    assert f'value="{member.email}"' in page


def test_an_unknown_address_is_answered_like_a_wrong_password(client: HttpClient, db: None) -> None:
    assert "Check the e-mail address and the password." in sign_in(client, "nobody@firm.example").content.decode()


def test_logging_out_asks_and_then_leads_to_the_sign_in_page(client: HttpClient, db: None) -> None:
    client.force_login(make_user(), backend="django.contrib.auth.backends.ModelBackend")
    assert "Log out" in client.get(reverse("account_logout")).content.decode()

    assert client.post(reverse("account_logout")).headers["Location"] == reverse("account_login")


def test_a_forgotten_password_is_replaced_by_a_link_that_works_once(client: HttpClient, db: None) -> None:
    person = make_user()
    client.post(reverse("account_reset_password"), {"email": person.email})
    [letter] = mail.outbox
    link = re.findall(r"http://testserver(\S+)", str(letter.body))[0]
    form = client.get(link).headers["Location"]

    client.post(form, {"password1": "three-quiet-otters", "password2": "three-quiet-otters"})

    assert sign_in(client, person.email, "three-quiet-otters").status_code == 302
    client.logout()
    assert "This link no longer works" in client.get(link, follow=True).content.decode()


def test_the_link_leads_to_our_address_whatever_the_request_calls_us(client: HttpClient, db: None, settings) -> None:  # type: ignore[no-untyped-def]
    settings.SITE_URL, settings.ALLOWED_HOSTS = "https://socket.example", ["*"]

    client.post(reverse("account_reset_password"), {"email": make_user().email}, HTTP_HOST="evil.example")

    [letter] = mail.outbox
    assert "https://socket.example/accounts/" in str(letter.body)
    assert "evil.example" not in str(letter.body) + str(letter.alternatives)  # type: ignore[attr-defined]


def test_the_letter_has_a_text_part_and_an_html_part_with_its_styles_written_in(client: HttpClient, db: None) -> None:
    client.post(reverse("account_reset_password"), {"email": make_user().email})

    [letter] = mail.outbox
    [html] = letter.alternatives  # type: ignore[attr-defined]
    assert 'class="action" style="' in html[0] or 'style="display: inline-block' in html[0]
    assert "Choose a new password" in str(letter.body)


def test_nobody_signs_up_by_themselves(client: HttpClient, db: None) -> None:
    assert "By invitation" in client.get(reverse("account_signup")).content.decode()


def test_people_keep_the_address_they_were_invited_with() -> None:
    with pytest.raises(NoReverseMatch):
        reverse("account_email")


def test_who_asks_to_stay_signed_in_stays_for_14_days(client: HttpClient, db: None) -> None:
    member = make_member(make_practice())

    client.post(reverse("account_login"), {"login": member.email, "password": PASSWORD, "remember": "on"})

    assert client.session.get_expiry_age() == 14 * 24 * 60 * 60
