import pytest
from django.test import Client
from pytest_django import Settings

from socketapp.celery import app as celery_app


def test_a_live_process_says_so_without_touching_the_database(client: Client) -> None:
    answer = client.get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"status": "live"})


@pytest.mark.django_db
def test_ready_means_that_database_and_broker_answer(client: Client) -> None:
    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {"status": "ready", "database": True, "broker": True}


@pytest.mark.django_db
def test_without_its_broker_the_web_is_not_ready(client: Client) -> None:
    names_of_broker = celery_app.conf.broker_read_url, celery_app.conf.broker_url
    celery_app.conf.broker_read_url = celery_app.conf.broker_url = "redis://127.0.0.1:1/0"
    try:
        answer = client.get("/readyz")
    finally:
        celery_app.conf.broker_read_url, celery_app.conf.broker_url = names_of_broker

    assert answer.status_code == 503
    assert answer.json() == {"status": "not ready", "database": True, "broker": False}


def test_health_answers_are_reached_over_plain_http_behind_a_proxy(client: Client, settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True

    assert client.get("/healthz").status_code == 200
    assert client.get("/").status_code == 301
