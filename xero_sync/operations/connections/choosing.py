"""Which organisation of those that a consent reaches is the practice's, and what follows from it."""

from datetime import datetime

from django.db import IntegrityError, transaction

from billing.models import PostingHold
from billing.operations import catalogue, holds
from clients.access import Action, may
from clients.models import Membership, Practice, User
from clients.operations import audit
from xero_sync.models import Connection, ConsentAttempt
from xero_sync.operations import abandoning, asking, bells, lanes
from xero_sync.operations.connections.consent import CHOICE_LIFE, UnknownConsent
from xero_sync.operations.connections.telling import tell_team


class OrganisationTaken(Exception):
    """Another practice is connected to this organisation."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} is connected to another practice on Socket. Disconnect it there first, or choose "
            "another organisation."
        )


class OtherOrganisation(Exception):
    """The practice worked with another organisation before: its links and codes mean nothing in this one."""

    def __init__(self, before: str, name: str) -> None:
        super().__init__(
            f"Your links and account codes belong to {before}. To connect {name} instead, an owner has "
            f"to type its name exactly. Every client then has to be linked again."
        )
        self.before = before
        self.name = name


def choose_organisation(
    *, practice: Practice, attempt_id: int, tenant_id: str, by: User, at: datetime, typed_name: str = ""
) -> Connection:
    """Connect the practice to this organisation of the consent, resume what waited and ask for a sync.

    The same organisation as before keeps every link. Another one is refused until an owner types its name.
    """
    attempt, chosen = _choice(practice, attempt_id, tenant_id, by=by, at=at)
    before = Connection.objects.for_practice(practice).order_by("-connected_at", "-pk").first()
    is_other = before is not None and before.tenant_id != tenant_id
    if before is not None and is_other:
        _require_owner_typed(practice, before, chosen["name"], typed_name, by=by)
    try:
        with transaction.atomic():
            if before is not None and is_other:
                _leave(before, by=by, at=at)
            connection = _connected(practice, attempt, chosen, by=by, at=at)
            ConsentAttempt.objects.for_practice(practice).filter(pk=attempt.pk).update(chosen_at=at)
            facts = {"before": before.organisation_name if before else "", "is_other": is_other}
            audit.record(practice=practice, action="connection.chosen", by=by, at=at, subject=connection, facts=facts)
            _resume(connection, was_lost=before is not None and before.lost_at is not None, by=by, at=at)
    except IntegrityError as error:
        raise OrganisationTaken(chosen["name"]) from error
    return connection


def _choice(
    practice: Practice, attempt_id: int, tenant_id: str, *, by: User, at: datetime
) -> tuple[ConsentAttempt, dict[str, str]]:
    open_ones = ConsentAttempt.objects.for_practice(practice).filter(
        pk=attempt_id, user=by, chosen_at=None, grant__isnull=False, used_at__gt=at - CHOICE_LIFE
    )
    attempt = open_ones.first()
    offered = attempt.organisations if attempt else []
    chosen = next((one for one in offered if one["tenant_id"] == tenant_id), None)
    if attempt is None or chosen is None:
        raise UnknownConsent
    return attempt, chosen


def _require_owner_typed(practice: Practice, before: Connection, name: str, typed: str, *, by: User) -> None:
    membership = Membership.objects.for_practice(practice).filter(user=by).first()
    is_owner = membership is not None and may(membership, Action.OWNERSHIP)
    if not is_owner or typed.strip().casefold() != name.strip().casefold():
        raise OtherOrganisation(before.organisation_name, name)


def _leave(before: Connection, *, by: User, at: datetime) -> None:
    """Another organisation takes its place: what was copied from it is marked, what hung between is told."""
    Connection.objects.for_practice(before.practice_id).filter(pk=before.pk).exclude(
        status=Connection.Status.DISCONNECTED
    ).update(status=Connection.Status.DISCONNECTED, disconnected_at=at, disconnected_by=by, grant=None)
    catalogue.mark_all_missing(before.practice)
    abandoning.abandon(before, at=at)


def _connected(
    practice: Practice, attempt: ConsentAttempt, chosen: dict[str, str], *, by: User, at: datetime
) -> Connection:
    """The row of this organisation, in force again or new."""
    facts = {
        "grant": attempt.grant,
        "external_id": chosen["id"],
        "organisation_name": chosen["name"],
        "status": Connection.Status.CONNECTED,
        "connected_by": by,
        "connected_at": at,
        "lost_at": None,
        "problem": "",
        "doubted_at": None,
        "disconnected_at": None,
        "disconnected_by": None,
        "checked_at": at,
    }
    rows = Connection.objects.for_practice(practice)
    known = rows.filter(tenant_id=chosen["tenant_id"]).order_by("-connected_at").first()
    if known is None:
        return Connection.objects.create(practice=practice, tenant_id=chosen["tenant_id"], **facts)
    rows.filter(pk=known.pk).update(**facts)
    known.refresh_from_db()
    return known


def _resume(connection: Connection, *, was_lost: bool, by: User, at: datetime) -> None:
    """The hold is over, everybody who was told of the loss is told of the return, and what waited goes out."""
    practice = connection.practice
    lanes.lane_of(practice)
    lanes.distrust(practice)
    holds.lift(practice=practice, reason=PostingHold.Reason.CONNECTION_LOST, by=by, at=at)
    if was_lost:
        cause = f"connection_restored:{connection.pk}:{at.isoformat()}"
        tell_team(connection=connection, slug="connection_restored", cause=cause, at=at)
    asking.request_sync(connection=connection, by=by, at=at)
    bells.ring_lane(practice.pk)
