"""Whom the API takes a caller for: only addresses that our own proxies wrote are believed."""

import pytest
from django.conf import settings as product
from django.test import RequestFactory
from pytest_django import Settings
from rest_framework.request import Request
from rest_framework.throttling import UserRateThrottle


def caller(forwarded: str) -> str | None:
    return UserRateThrottle().get_ident(Request(RequestFactory().get("/", HTTP_X_FORWARDED_FOR=forwarded)))


@pytest.mark.parametrize(("proxies", "seen"), [(0, "127.0.0.1"), (1, "203.0.113.9"), (2, "198.51.100.7")])
def test_the_limit_counts_by_the_address_that_our_proxies_saw(settings: Settings, proxies: int, seen: str) -> None:
    settings.REST_FRAMEWORK = {**product.REST_FRAMEWORK, "NUM_PROXIES": proxies}

    assert caller("1.2.3.4, 198.51.100.7, 203.0.113.9") == seen


def test_the_limit_believes_as_many_proxies_as_the_rest_of_socket() -> None:
    assert product.REST_FRAMEWORK["NUM_PROXIES"] == product.TRUSTED_PROXIES
    assert caller("1.2.3.4") == "127.0.0.1"
