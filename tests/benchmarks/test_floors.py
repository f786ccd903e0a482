"""What the measured times are held against."""

import pytest

from tests.benchmarks.floors import bucket_floor, floor


def test_five_hundred_invoices_take_two_rounds_and_one_read_back() -> None:
    assert floor(10, 1, latency=2.0) == 6.0


def test_the_sixty_first_call_waits_until_the_first_is_a_minute_old() -> None:
    assert floor(61, 0, latency=1.0) == 61.0


def test_a_rolling_minute_is_stricter_than_a_bucket_that_refills() -> None:
    assert bucket_floor(100, latency=2.0) == pytest.approx(40.0)
    assert floor(100, 0, latency=2.0) == 76.0


def test_what_another_app_uses_is_not_ours() -> None:
    assert floor(43, 0, latency=1.0, per_minute=42) == 61.0
