"""What a form says of a value it cannot take: what is wrong, and what to do."""

from typing import Any

import pytest
from django import forms
from django.test import Client as HttpClient
from django.urls import reverse

from clients.models import Practice
from socketapp.wording import in_words
from tests.factories import log_in, make_member, make_practice

NAME = forms.CharField(max_length=5)
PRICE = forms.DecimalField(min_value=0, max_digits=6, decimal_places=2)


def said(field: forms.Field, typed: Any) -> str:
    form = type("OneField", (forms.Form,), {"it": field})({"it": typed})
    assert not form.is_valid()
    return in_words(form["it"].errors, form["it"])


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        (NAME, "", "This is empty, and it is needed. Fill it in."),
        (NAME, "Larkspur", "This is 8 characters long, and 5 fit. Shorten it."),
        (NAME, "\0", "This contains a sign that cannot be stored. Type it anew."),
        (PRICE, "", "The number is missing. Type it in figures, for example 120.00."),
        (PRICE, "ten", "This is not a number. Type figures only, for example 120.00."),
        (PRICE, "-1", "This is too little. Give 0 or more."),
        (PRICE, "1.005", "This has more than 2 figures after the point. Round it."),
        (PRICE, "10000000", "This number is too large. Give one of at most 6 figures."),
        (forms.IntegerField(max_value=28), "31", "This is too much. Give 28 or less."),
        (forms.DateField(), "soon", "This is not a day of the calendar. Choose one, or type it as 31/10/2026."),
        (forms.ChoiceField(choices=[("a", "A")]), "", "Nothing is chosen, and it is needed. Choose from the list."),
        (forms.ChoiceField(choices=[("a", "A")]), "b", "This is not on the list, or not any more."),
        (forms.MultipleChoiceField(choices=[("a", "A")]), [], "Nothing is ticked, and one is needed."),
        (forms.BooleanField(), "", "It does not go on without this. Tick it if it is so."),
        (forms.EmailField(), "ann", "This is not an e-mail address, so nothing would arrive."),
    ],
)
def test_a_stock_sentence_becomes_ours(field: forms.Field, typed: Any, words: str) -> None:
    assert said(field, typed).startswith(words)


def test_what_a_form_says_itself_stays() -> None:
    own = {"required": "Type your full name: it is your signature.", "max_length": "Five letters are enough."}

    assert said(forms.CharField(error_messages=own), "") == own["required"]
    assert said(forms.CharField(max_length=5, error_messages=own), "Larkspur") == own["max_length"]


@pytest.fixture
def practice(db: None) -> Practice:
    return make_practice()


@pytest.mark.parametrize("address", ["clients/new/", "work/new/", "settings/billing/", "services/menus/new/"])
def test_no_page_says_a_stock_sentence(client: HttpClient, practice: Practice, address: str) -> None:
    page = log_in(client, make_member(practice)).post(f"/p/{practice.slug}/{address}", {"next": ""}).content.decode()

    assert "and it is needed" in page or "is missing" in page
    assert "This field" not in page


def test_nor_does_signing_in(client: HttpClient, db: None) -> None:
    assert "This field" not in client.post(reverse("account_login"), {"next": ""}).content.decode()
