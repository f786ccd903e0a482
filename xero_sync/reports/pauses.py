"""Why nothing is sent at present although Xero lets us in, and until when: read from the lane, stored nowhere else."""

from datetime import datetime, timedelta

from billing.ports import Pause
from clients.models import Practice
from xero_sync.errors import Scope
from xero_sync.models import Lane

NOTABLE = timedelta(seconds=30)  # a shorter pause is over before it is read
REASONS: dict[str, str] = {
    Scope.MINUTE: "Xero asked Socket to slow down.",
    Scope.CONCURRENT: "Xero asked Socket to slow down.",
    Scope.APP: "Xero asked Socket as a whole to slow down.",
    Scope.DAY: "Xero’s limit for today is used up.",
    Scope.SPARED: "What is left of today’s calls to Xero is kept for people.",
    Scope.UNREACHABLE: "Xero does not answer.",
    Scope.OUR_APP: "Xero refuses Socket’s own key, which whoever runs Socket has to renew.",
}


def lane_of(practice: Practice) -> Lane | None:
    return Lane.objects.for_practice(practice).first()


def pause_of(lane: Lane | None, *, at: datetime) -> Pause | None:
    """Nothing for a pause of a moment."""
    if lane is None or lane.waiting_for not in REASONS or lane.next_ok_at - at < NOTABLE:
        return None
    goes_on = "The next 50 invoices go at" if lane.waiting_for == Scope.SPARED else "Posting resumes at"
    return Pause(REASONS[lane.waiting_for], lane.next_ok_at, goes_on)


def pause_for_hours(practice: Practice, *, at: datetime) -> Pause | None:
    """Only the day's limit makes us wait so long: Xero's own, or the tenth of its calls that we leave to people."""
    lane = lane_of(practice)
    return pause_of(lane, at=at) if lane and lane.waiting_for in (Scope.DAY, Scope.SPARED) else None
