"""From the signature to the end: worked examples 1, 2 and 3 as far as proposals go, and what the clock brings about."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from billing.models import EngagedService
from clients.models import Practice
from clients.operations import close_client
from notifications.models import Message
from proposals import signing
from proposals.errors import AlreadyReplaced, NotRunning
from proposals.models import Proposal
from proposals.operations import (
    activate_due,
    adjust,
    confirm_start,
    duplicate,
    end,
    renew,
    save_lines,
    terms_of,
    tick,
)
from proposals.records import LineTerms
from tests.factories import (
    NOON,
    make_client,
    make_member,
    make_practice,
    make_proposal,
    make_user,
    send_proposal,
    sign_proposal,
)

pytestmark = pytest.mark.django_db

TEN_SEPTEMBER = datetime(2026, 9, 10, 9, 0, tzinfo=UTC)
SEPTEMBER, OCTOBER, NOVEMBER = date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)


def signed(**fields) -> Proposal:
    practice = make_practice()
    return sign_proposal(make_proposal(make_client(practice, "Halden Mill Brewing Ltd"), **fields), at=TEN_SEPTEMBER)


def running(**fields) -> Proposal:
    return confirm_start(proposal=signed(**fields), month=SEPTEMBER, by=make_user(), at=TEN_SEPTEMBER)


def fresh(proposal: Proposal) -> Proposal:
    return Proposal.objects.for_practice(proposal.practice).get(pk=proposal.pk)


def test_example_1_a_start_in_the_current_month_is_active_at_once():
    proposal = confirm_start(proposal=signed(), month=SEPTEMBER, by=make_user(), at=TEN_SEPTEMBER)

    assert proposal.is_active
    assert proposal.engagement.starts_on == SEPTEMBER


def test_example_2_a_start_in_november_stays_won_until_the_first_of_november():
    proposal = confirm_start(proposal=signed(), month=NOVEMBER, by=make_user(), at=TEN_SEPTEMBER)
    before = proposal.status

    activate_due(practice=proposal.practice, at=datetime(2026, 10, 31, 23, 59, tzinfo=UTC))
    on_the_eve = fresh(proposal).status
    activate_due(practice=proposal.practice, at=datetime(2026, 11, 1, 0, 1, tzinfo=UTC))

    assert (before, on_the_eve, fresh(proposal).status) == ("won", "won", "active")


def test_the_first_begins_where_the_practice_is():
    proposal = confirm_start(proposal=signed(), month=OCTOBER, by=make_user(), at=TEN_SEPTEMBER)

    activate_due(practice=proposal.practice, at=datetime(2026, 9, 30, 23, 30, tzinfo=UTC))  # 00:30 in London

    assert fresh(proposal).is_active


def test_example_3_an_adjustment_from_october_supersedes_in_the_same_moment():
    old = running()
    draft = adjust(proposal=old, by=None, at=TEN_SEPTEMBER)
    lines = [terms_of(line) for line in draft.lines.all()]
    dearer = LineTerms(**{**{name: getattr(lines[0], name) for name in lines[0].__slots__}, "price": Decimal("240")})
    payroll = LineTerms(name="Payroll", price=Decimal("30"), billing_method="monthly")
    save_lines(proposal=draft, lines=[dearer, payroll], by=None, at=TEN_SEPTEMBER)
    new = confirm_start(proposal=sign_proposal(draft, at=NOON), month=OCTOBER, by=make_user(), at=NOON)

    tick(at=datetime(2026, 10, 1, 0, 5, tzinfo=UTC))

    services = EngagedService.objects.for_practice(old.practice)
    in_september = services.billable_in(SEPTEMBER).values_list("price", flat=True)
    in_october = services.billable_in(OCTOBER).values_list("price", flat=True)
    assert (fresh(old).status, fresh(new).status) == ("superseded", "active")
    assert list(in_september) == [Decimal("200.00")]
    assert sorted(in_october) == [Decimal("30.00"), Decimal("240.00")]


def test_an_adjustment_carries_each_service_on_and_a_renewal_begins_anew():
    old = running(lines=[("VAT return", "300.00", "quarterly_advance"), ("Set-up", "90.00", "once_acceptance")])
    agreed = old.engagement.services.get(name="VAT return")

    adjustment = adjust(proposal=old, by=None, at=TEN_SEPTEMBER)

    assert [(line.name, line.continues) for line in adjustment.lines.all()] == [("VAT return", agreed)]
    assert (adjustment.kind, adjustment.replaces, adjustment.is_draft) == ("adjustment", old, True)
    Proposal.objects.for_practice(old.practice).filter(pk=adjustment.pk).update(status="lost")
    assert renew(proposal=old, by=None, at=TEN_SEPTEMBER).lines.get().continues is None


def test_a_proposal_is_adjusted_once_at_a_time():
    old = running()
    adjust(proposal=old, by=None, at=TEN_SEPTEMBER)

    with pytest.raises(AlreadyReplaced):
        adjust(proposal=old, by=None, at=TEN_SEPTEMBER)


@pytest.mark.parametrize("follow", [adjust, renew])
def test_of_two_followers_in_the_same_moment_one_is_kept_and_the_other_refused(follow):
    old = running()
    first = []

    def somebody_is_first(execute, sql, *rest):
        """Between the look for a follower and the writing of ours."""
        if "billing_engagedservice" in sql and not first:
            first.append("on the way")
            first[0] = make_proposal(old.client, lines=(), replaces=old, kind="adjustment")
        return execute(sql, *rest)

    with connection.execute_wrapper(somebody_is_first), pytest.raises(AlreadyReplaced):
        follow(proposal=old, by=None, at=TEN_SEPTEMBER)

    assert list(old.replaced_by.all()) == first


@pytest.mark.parametrize("status", ["draft", "in_review", "pending"])
def test_the_database_itself_keeps_one_open_follower_and_forgets_the_lost(status):
    old = running()
    lost = make_proposal(old.client, replaces=old, status="lost")
    kept = make_proposal(old.client, replaces=old, status=status, sent_at=NOON)

    with pytest.raises(IntegrityError), transaction.atomic():
        make_proposal(old.client, replaces=old)

    assert set(old.replaced_by.all()) == {lost, kept}


def test_a_draft_cannot_be_adjusted_ended_or_started():
    draft = make_proposal(make_client(make_practice()))

    for act in (
        lambda: adjust(proposal=draft, by=None, at=NOON),
        lambda: end(proposal=draft, last_month=OCTOBER, by=None, at=NOON),
        lambda: confirm_start(proposal=draft, month=OCTOBER, by=make_user(), at=NOON),
    ):
        with pytest.raises(NotRunning):
            act()


def test_a_duplicate_is_a_draft_of_its_own():
    old = running()

    copy = duplicate(proposal=old, by=None, at=NOON)

    assert (copy.is_draft, copy.replaces, copy.number) == (True, None, old.number + 1)
    assert [line.name for line in copy.lines.all()] == ["Bookkeeping"]


def test_an_ended_proposal_bills_to_its_last_month_and_no_further():
    proposal = end(proposal=running(), last_month=OCTOBER, by=None, at=NOON)

    services = EngagedService.objects.for_practice(proposal.practice)
    assert (proposal.status, proposal.last_month) == ("closed", OCTOBER)
    assert [services.billable_in(month).count() for month in (OCTOBER, NOVEMBER)] == [1, 0]


def test_a_pending_proposal_expires_after_its_last_day_and_its_link_is_dead():
    proposal = make_proposal(make_client(make_practice()), expires_on=NOON.date())
    token = send_proposal(proposal)

    tick(at=NOON)
    on_the_day = fresh(proposal).status
    tick(at=NOON + timedelta(days=1))

    assert (on_the_day, fresh(proposal).status) == ("pending", "expired")
    with pytest.raises(signing.LinkClosed):
        signing.find(token=token, at=NOON)


def test_the_signatory_is_reminded_once_three_days_before_the_end():
    proposal = make_proposal(make_client(make_practice()), expires_on=(NOON + timedelta(days=5)).date())
    send_proposal(proposal)
    reminders = Message.objects.for_practice(proposal.practice).filter(slug="proposal_reminder")

    counts = []
    for days in (1, 2, 3, 4):
        tick(at=NOON + timedelta(days=days))
        counts.append(reminders.count())

    assert counts == [0, 1, 1, 1]


def test_the_team_is_told_once_of_a_start_that_nobody_confirms():
    proposal = signed()
    make_member(proposal.practice, name="Priya Sandhu")

    tick(at=NOON)
    tick(at=NOON + timedelta(days=1))

    assert Message.objects.for_practice(proposal.practice).filter(slug="start_to_confirm").count() == 1


def test_closing_a_client_loses_what_is_pending_at_once_and_ends_what_runs_after_the_last_month():
    old = running()
    pending = make_proposal(old.client)
    send_proposal(pending)
    close_client(client=old.client, last_month=OCTOBER, reason="Sold the mill", by=make_user(), at=NOON)

    tick(at=NOON)
    now = (fresh(pending).status, fresh(old).status)
    tick(at=datetime(2026, 11, 1, 12, 0, tzinfo=UTC))

    assert now == ("lost", "active")
    assert (fresh(old).status, fresh(old).last_month) == ("closed", OCTOBER)


def test_one_practices_trouble_does_not_hold_up_another():
    troubled = make_practice("Leeds Ledgers")
    Practice.objects.filter(pk=troubled.pk).update(time_zone="Nowhere/Land")
    proposal = make_proposal(make_client(make_practice(), "Halden Mill"), expires_on=date(2026, 9, 9))
    send_proposal(proposal, at=TEN_SEPTEMBER)

    tick(at=TEN_SEPTEMBER)

    assert fresh(proposal).status == Proposal.Status.EXPIRED
