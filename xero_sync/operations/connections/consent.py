"""The trip to Xero's consent page and back."""

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.crypto import constant_time_compare

from clients.access import Action, may
from clients.models import Membership, Practice, User
from clients.operations import audit
from clients.records import token_hash
from xero_sync import oauth
from xero_sync.errors import XeroFailure
from xero_sync.models import ConsentAttempt
from xero_sync.operations import tokens
from xero_sync.records import TenantRecord

LIFE = timedelta(minutes=10)
CHOICE_LIFE = timedelta(minutes=30)


class ConsentError(Exception):
    """The consent led to nothing; nothing was stored."""


class NotConfigured(ConsentError):
    """This installation has no Xero app."""

    def __init__(self) -> None:
        super().__init__("Socket has no Xero app yet. Whoever runs Socket sets XERO_CLIENT_ID and XERO_CLIENT_SECRET.")


class UnknownConsent(ConsentError):
    """The answer belongs to no consent that this person began here: replayed, foreign or too old."""

    def __init__(self) -> None:
        super().__init__(
            "This answer from Xero does not belong to a connection you started here in the last ten "
            "minutes. Nothing was changed. Start again from the Integrations page."
        )


class ConsentRefused(ConsentError):
    """Somebody pressed Cancel on Xero's page."""

    def __init__(self) -> None:
        super().__init__("Access was not granted in Xero, so nothing was connected. You can start again at any time.")


class NoOrganisation(ConsentError):
    """The consent reaches no organisation whose books could be used."""

    def __init__(self) -> None:
        super().__init__(
            "Xero named no organisation that can be connected. Choose an organisation on Xero's page, not "
            "a practice or partner account, and make sure your Xero user may access it."
        )


class ConsentUnfinished(ConsentError):
    """Xero did not complete the consent."""

    def __init__(self) -> None:
        super().__init__("Xero did not complete the connection. Nothing was changed. Wait a minute and start again.")


def begin_consent(*, practice: Practice, by: User, session_key: str, at: datetime) -> str:
    """Xero's consent page for this practice, this person and this web session. Single use, ten minutes."""
    if not settings.XERO_CLIENT_ID:
        raise NotConfigured
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(64)
    ConsentAttempt.objects.create(
        practice=practice,
        state_hash=token_hash(state),
        session_hash=token_hash(session_key),
        verifier=verifier,
        user=by,
        created_at=at,
        expires_at=at + LIFE,
    )
    return oauth.authorize_url(state=state, verifier=verifier)


def finish_consent(*, by: User, session_key: str, state: str, code: str, error: str, at: datetime) -> ConsentAttempt:
    """Trade Xero's answer for tokens and the organisations to choose from.

    Every failure is a `ConsentError` with a sentence for people, and leaves no token and no organisation behind, only
    an entry in the audit log of the practice that had asked for the consent.
    """
    try:
        return _finished(by=by, session_key=session_key, state=state, code=code, error=error, at=at)
    except ConsentError as refusal:
        for attempt in ConsentAttempt.objects.across_practices().filter(state_hash=token_hash(state)):
            facts = {"why": str(refusal)}
            audit.record(practice=attempt.practice_id, action="connection.refused", by=by, at=at, facts=facts)
        raise


def _finished(*, by: User, session_key: str, state: str, code: str, error: str, at: datetime) -> ConsentAttempt:
    attempt = _spend(by=by, session_key=session_key, state=state, at=at)
    if error or not code:
        raise ConsentRefused
    try:
        found = oauth.exchange(code=code, verifier=attempt.verifier)
        reached = oauth.tenants(found.access_token, event_id=found.event_id)
    except XeroFailure as failure:
        raise ConsentUnfinished from failure
    organisations = [tenant for tenant in reached if tenant.is_organisation and tenant.tenant_id]
    if not organisations:
        raise NoOrganisation
    with transaction.atomic():
        attempt.grant = tokens.keep(found, at=at)
        attempt.organisations = [_as_json(tenant) for tenant in organisations]
        attempt.save(update_fields=["grant", "organisations"])
        facts = {"organisations": [tenant.name for tenant in organisations]}
        audit.record(practice=attempt.practice_id, action="connection.granted", by=by, at=at, facts=facts)
    return attempt


def _spend(*, by: User, session_key: str, state: str, at: datetime) -> ConsentAttempt:
    """The attempt that this answer belongs to, used up by this very call."""
    known = ConsentAttempt.objects.across_practices().select_related("practice")
    attempt = known.filter(state_hash=token_hash(state), user=by).first() if state else None
    if attempt is None or not constant_time_compare(attempt.session_hash, token_hash(session_key)):
        raise UnknownConsent
    unused = ConsentAttempt.objects.for_practice(attempt.practice_id).filter(
        pk=attempt.pk, used_at=None, expires_at__gt=at
    )
    if not unused.update(used_at=at) or not _may_connect(by, attempt.practice):
        raise UnknownConsent
    return attempt


def _may_connect(by: User, practice: Practice) -> bool:
    membership = Membership.objects.for_practice(practice).filter(user=by).first()
    return membership is not None and may(membership, Action.SETTINGS)


def open_choice(*, practice: Practice, by: User, at: datetime) -> ConsentAttempt | None:
    """The consent from which this person still has to choose an organisation."""
    waiting = ConsentAttempt.objects.for_practice(practice).filter(user=by, chosen_at=None, grant__isnull=False)
    return waiting.filter(used_at__gt=at - CHOICE_LIFE).order_by("-used_at").first()


def _as_json(tenant: TenantRecord) -> dict[str, str]:
    return {"id": tenant.external_id, "tenant_id": tenant.tenant_id, "name": tenant.name}
