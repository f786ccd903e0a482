"""What happens to a worker at a named point between its transactions: it dies, or others work while it stands still."""

from collections.abc import Callable
from dataclasses import dataclass

POINTS = ("after_t1", "after_t2", "before_send", "after_send", "before_t3", "after_t3", "before_ack")


class Died(BaseException):
    """Stands in for kill -9: nothing catches it, nothing is tidied up."""


@dataclass(frozen=True)
class Order:
    """What is to happen when a worker comes to this point for the next time."""

    point: str
    act: Callable[[], None]


_orders: list[Order] = []


def order(point: str, act: Callable[[], None]) -> None:
    _orders.append(Order(point, act))


def forget() -> None:
    _orders.clear()


def die() -> None:
    raise Died


def reached(point: str) -> None:
    """What `settings.XERO_CHECKPOINT` names here."""
    for one in _orders:
        if one.point == point:
            _orders.remove(one)
            one.act()
            return
