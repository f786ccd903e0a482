from datetime import date
from decimal import Decimal

from socketapp.charts import Month, stacked


def a_month(number: int, up: dict[str, int], down: dict[str, int] | None = None) -> Month:
    below = {kind: Decimal(amount) for kind, amount in (down or {}).items()}
    return {"month": date(2026, number, 1), "up": {k: Decimal(v) for k, v in up.items()}, "down": below}


def test_bars_stand_on_the_line_one_on_the_other() -> None:
    chart = stacked([a_month(10, {"none": 15000, "new": 5000})])

    bottom, top = chart.columns[0].bars
    assert (bottom.kind, bottom.y, bottom.height) == ("none", "48.0", "102.0")
    assert (top.kind, top.y, top.height) == ("new", "14.0", "34.0")


def test_the_axis_has_at_most_five_round_steps() -> None:
    chart = stacked([a_month(10, {"none": 18540})])

    assert [line.label for line in chart.lines] == ["£0", "£5k", "£10k", "£15k", "£20k"]


def test_lost_money_hangs_below_the_line_and_is_seen_however_little() -> None:
    chart = stacked([a_month(10, {"none": 18540}, {"churn": 145})])

    lost = chart.columns[0].bars[-1]
    assert (lost.kind, lost.y, lost.height) == ("churn", "151.0", "3.0")
    assert chart.columns[0].title == "Oct 2026: £18,540 billed, £145 lost"


def test_a_movement_has_steps_below_the_line_and_a_net_sum() -> None:
    chart = stacked([a_month(5, {"new": 460}, {"contraction": 90, "churn": 410})], is_net=True)

    assert [line.label for line in chart.lines] == ["−£500", "£0", "£500"]
    assert chart.columns[0].title == "May 2026: −£40 net"
    assert chart.rows == [(date(2026, 5, 1), [Decimal(460), Decimal(-90), Decimal(-410)], Decimal(-40))]


def test_the_table_says_what_was_billed_and_what_was_lost() -> None:
    chart = stacked([a_month(10, {"none": 200, "new": 100}, {"churn": 50})])

    assert chart.kinds == ["new", "none", "churn"]
    assert chart.rows == [(date(2026, 10, 1), [Decimal(100), Decimal(200), Decimal(50)], Decimal(300))]


def test_the_last_month_stands_out_and_every_second_label_gives_way_on_a_phone() -> None:
    chart = stacked([a_month(number, {"new": 10}) for number in (7, 8, 9)])

    assert [column.is_now for column in chart.columns] == [False, False, True]
    assert [column.is_alternate for column in chart.columns] == [False, True, False]


def test_a_year_without_bills_is_an_empty_chart() -> None:
    chart = stacked([a_month(10, {})])

    assert chart.columns[0].bars == []
    assert chart.kinds == []


def test_no_months_at_all_are_an_empty_chart() -> None:
    assert stacked([]).columns == []
