"""Which two tracking options a line carries. Pure."""

from billing.records import Tracking


def slots(
    *,
    line: Tracking | None,
    client: Tracking | None,
    service: Tracking | None,
    owner: Tracking | None,
) -> tuple[Tracking | None, Tracking | None, str]:
    """Slot 1: the proposal line's, else the client's. Slot 2: the service's, else the client owner's.

    The two must be from different categories; else slot 2 is dropped, and the third answer says so.
    """
    first, second = line or client, service or owner
    if first is None or second is None or first.category_id != second.category_id:
        return first, second, ""
    if first.option_id == second.option_id:
        return first, None, ""
    return first, None, f"{second.label} was left out: it is from the same tracking category as {first.label}."
