"""Charts that the server draws. Pure.

x and width are in per cent, y and height in pixels: bars stretch and text does not.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import accumulate
from math import ceil
from typing import TypedDict

from socketapp.formats import MINUS, pounds

ABOVE = ("none", "contraction", "changed", "cyclical", "expansion", "returning", "new")  # from the line upwards
BELOW = ("contraction", "churn")  # from the line downwards
LEGEND = ("new", "returning", "expansion", "cyclical", "changed", "contraction", "none", "churn")
TOP, HEIGHT, MOST_LINES = 14, 136, 5
LEAST = 3.0  # money that was lost is seen, however little it was


class Month(TypedDict):
    """One bar: amounts by change type, those above the line and those below it (both positive)."""

    month: date
    up: Mapping[str, Decimal]
    down: Mapping[str, Decimal]


@dataclass(frozen=True)
class Line:
    y: str
    text_y: str
    label: str
    is_base: bool


@dataclass(frozen=True)
class Bar:
    kind: str
    y: str
    height: str


@dataclass(frozen=True)
class Column:
    label: str
    title: str
    slot_x: str
    x: str
    middle: str
    bars: list[Bar]
    is_now: bool
    is_alternate: bool


@dataclass(frozen=True)
class Chart:
    height: int
    label_y: int
    axis_width: int
    slot_width: str
    bar_width: str
    lines: list[Line]
    columns: list[Column]
    kinds: list[str]
    rows: list[tuple[date, list[Decimal], Decimal]]
    is_net: bool


@dataclass(frozen=True)
class Scale:
    """Pixels from pounds: how many steps above and below the line, and how tall one is."""

    step: Decimal
    above: int
    below: int

    @property
    def unit(self) -> float:
        return HEIGHT / (self.above + self.below)

    @property
    def base(self) -> float:
        return TOP + self.above * self.unit

    def pixels(self, amount: Decimal) -> float:
        return float(amount / self.step) * self.unit


def stacked(months: Iterable[Month], *, is_net: bool = False) -> Chart:
    """A chart of these months, the last one standing out; a net chart shows movements and their sum."""
    series = list(months)
    scale = _scale(series)
    slot = 100 / max(len(series), 1)
    label_y = round(scale.base + scale.below * scale.unit) + (29 if scale.below else 24)
    kinds = [kind for kind in LEGEND if any(kind in month["up"] or kind in month["down"] for month in series)]
    return Chart(
        height=label_y + 8,
        label_y=label_y,
        axis_width=max(len(line.label) for line in _lines(scale)) * 7 + 2,
        slot_width=f"{slot:.2f}",
        bar_width=f"{slot * 0.6:.2f}",
        lines=_lines(scale),
        columns=[_column(month, index, len(series), scale, is_net) for index, month in enumerate(series)],
        kinds=kinds,
        rows=[_row(month, kinds, is_net) for month in series],
        is_net=is_net,
    )


def _scale(months: Sequence[Month]) -> Scale:
    """The smallest round step with which at most five lines hold the tallest bar; a sliver of lost money needs none."""
    highest = max((sum(month["up"].values(), Decimal()) for month in months), default=Decimal())
    lowest = max((sum(month["down"].values(), Decimal()) for month in months), default=Decimal())
    for step in (Decimal(figure).scaleb(power) for power in range(1, 12) for figure in (1, 2, 5)):
        above = max(1, ceil(highest / step - Decimal("0.1")))
        below = ceil(lowest / step - Decimal("0.1")) if lowest > highest / 10 else 0
        if above + below <= MOST_LINES:
            break
    return Scale(step=step, above=above, below=max(0, below))


def _lines(scale: Scale) -> list[Line]:
    marks = []
    for count in range(-scale.below, scale.above + 1):
        y = scale.base - count * scale.unit
        marks.append(Line(f"{y:.1f}", f"{y + 4:.1f}", _axis_label(count * scale.step, scale.step), count == 0))
    return marks


def _axis_label(amount: Decimal, step: Decimal) -> str:
    if amount and step >= 1000:
        return f"{MINUS if amount < 0 else ''}£{abs(amount) / 1000:,.0f}k"
    return pounds(amount)


def _column(month: Month, index: int, count: int, scale: Scale, is_net: bool) -> Column:
    slot = 100 / count
    return Column(
        label=f"{month['month']:%b}",
        title=_title(month, is_net),
        slot_x=f"{index * slot:.2f}",
        x=f"{(index + 0.2) * slot:.2f}",
        middle=f"{(index + 0.5) * slot:.2f}",
        bars=_bars_above(month["up"], scale) + _bars_below(month["down"], scale),
        is_now=index == count - 1,
        is_alternate=(count - 1 - index) % 2 == 1,
    )


def _bars_above(amounts: Mapping[str, Decimal], scale: Scale) -> list[Bar]:
    parts = [(kind, scale.pixels(amounts[kind])) for kind in ABOVE if amounts.get(kind)]
    tops = accumulate((height for _, height in parts), lambda y, height: y - height, initial=scale.base)
    next(tops)
    return [Bar(kind, f"{y:.1f}", f"{height:.1f}") for (kind, height), y in zip(parts, tops, strict=True)]


def _bars_below(amounts: Mapping[str, Decimal], scale: Scale) -> list[Bar]:
    parts = [(kind, max(LEAST, scale.pixels(amounts[kind]))) for kind in BELOW if amounts.get(kind)]
    start = scale.base if scale.below else scale.base + 1
    tops = accumulate((height for _, height in parts), initial=start)
    return [Bar(kind, f"{y:.1f}", f"{height:.1f}") for (kind, height), y in zip(parts, tops, strict=False)]


def _title(month: Month, is_net: bool) -> str:
    up, down = sum(month["up"].values(), Decimal()), sum(month["down"].values(), Decimal())
    if is_net:
        return f"{month['month']:%b %Y}: {'+' if up > down else ''}{pounds(up - down)} net"
    return f"{month['month']:%b %Y}: {pounds(up)} billed" + (f", {pounds(down)} lost" if down else "")


def _row(month: Month, kinds: Sequence[str], is_net: bool) -> tuple[date, list[Decimal], Decimal]:
    """The figures for the table: what lies below the line counts against a movement, not against what was billed."""
    nothing = Decimal()
    up, down = month["up"], month["down"]
    cells = [
        up.get(kind, nothing) - (down.get(kind, nothing) if is_net else -down.get(kind, nothing)) for kind in kinds
    ]
    total = sum(up.values(), nothing) - (sum(down.values(), nothing) if is_net else nothing)
    return month["month"], cells, total
