"""`manage.py tick`: everything that is due, at a moment of one's own choosing."""

from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command

from billing.models import BillingPlan
from notifications.models import Message
from tests import factories
from xero_sync.models import SyncRun


@pytest.mark.django_db
def test_a_missed_first_can_be_run_later_and_opens_the_month(capsys):
    practice = factories.make_practice(name="North & Vale")

    call_command("tick", at="2026-10-01T00:05+01:00")

    months = BillingPlan.objects.for_practice(practice).values_list("month", flat=True)
    assert [f"{month:%Y-%m}" for month in months] == ["2026-10"]
    assert "2026-10-01T00:05:00+01:00" in capsys.readouterr().out


@pytest.mark.django_db
def test_the_tick_sends_the_letters_that_were_due_by_then(mailoutbox):
    practice = factories.make_practice(name="North & Vale")
    for day in (1, 3):
        at = datetime(2026, 10, day, tzinfo=UTC)
        Message.objects.create(
            practice=practice, slug="plan_ready", cause=f"plan:{day}", audience="user", recipient="tess@vale.example",
            subject=f"Day {day}", text="t", html="h", created_at=at, not_before=at,
        )  # fmt: skip

    call_command("tick", at="2026-10-02T09:00")

    assert [letter.subject for letter in mailoutbox] == ["Day 1"]


@pytest.mark.django_db
def test_the_tick_asks_for_the_syncs_of_a_night_that_was_missed(capsys):
    practice = factories.make_practice(name="North & Vale")
    factories.make_connection(practice)

    for _ in range(2):
        call_command("tick", at="2026-10-02T04:00+01:00")

    [run] = SyncRun.objects.for_practice(practice)
    assert run.is_nightly


def test_a_moment_that_is_none_is_refused_with_an_example():
    with pytest.raises(CommandError, match="2026-10-01T00:05"):
        call_command("tick", at="yesterday")
