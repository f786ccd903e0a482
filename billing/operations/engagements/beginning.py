"""Taking over what was accepted: terms are copied, and what is due at signing is raised at once."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from billing.calendar import first_of
from billing.models import BillingMethod, EngagedService, Engagement
from billing.operations.engagements.accepting import raise_acceptance
from billing.operations.engagements.standing import record_standing
from billing.records import ServiceTerms
from clients.models import Client, Practice, User


def begin(
    *,
    client: Client,
    source: str,
    number: int,
    title: str,
    planned_start: date,
    has_alignment: bool,
    terms: Sequence[ServiceTerms],
    replaces: Engagement | None,
    by: User | None,
    at: datetime,
) -> Engagement:
    """Freeze an accepted offer as an engagement, once per source, in the caller's transaction.

    It bills nothing from plans until its start is confirmed; invoices due on acceptance are raised now.
    """
    engagement = Engagement(
        practice_id=client.practice_id,
        client=client,
        source=source,
        number=number,
        title=title[:200],
        planned_start=first_of(planned_start),
        has_alignment=has_alignment,
        replaces=replaces,
        begun_at=at,
        begun_by=by,
    )
    kept = _saved_once(engagement, terms)
    if kept is engagement:
        raise_acceptance(engagement, by=by, at=at)
        record_standing([client.pk, *(found.payer_id for found in terms if found.payer_id)], client.practice, at=at)
    return kept


def _saved_once(engagement: Engagement, terms: Sequence[ServiceTerms]) -> Engagement:
    """The engagement itself when it is new, else the one that this source made before."""
    rows = Engagement.objects.for_practice(engagement.practice_id).filter(source=engagement.source)
    known = rows.first()
    if known is not None:
        return known
    try:
        with transaction.atomic():
            engagement.save(force_insert=True)
            EngagedService.objects.bulk_create(_services(engagement, terms))
    except IntegrityError:
        return rows.get()
    return engagement


def _services(engagement: Engagement, terms: Sequence[ServiceTerms]) -> list[EngagedService]:
    continued = _continued(engagement.practice, terms)
    return [
        EngagedService(
            practice_id=engagement.practice_id,
            engagement=engagement,
            client_id=found.payer_id or engagement.client_id,
            entity_id=found.entity_id,
            service_id=found.service_id,
            continues=continued.get(found.continues_id),
            name=found.name,
            description=found.description,
            price=found.price,
            quantity=found.quantity,
            billing_method=found.billing_method,
            weekday=found.weekday,
            ledger_account_id=found.ledger_account_id,
            line_tracking_id=found.line_tracking_id,
            service_tracking_id=found.service_tracking_id,
            alignment_amount=_alignment(found, continued),
            position=position,
        )
        for position, found in enumerate(terms)
    ]


Continued = dict[int | None, EngagedService]


def _continued(practice: Practice, terms: Iterable[ServiceTerms]) -> Continued:
    """The engaged services that are carried on, of this practice only."""
    keys = [found.continues_id for found in terms if found.continues_id]
    rows = EngagedService.objects.for_practice(practice).filter(pk__in=keys)
    return {service.pk: service for service in rows}


def _alignment(terms: ServiceTerms, continued: Continued) -> Decimal:
    """The signed amount, whatever the client's year end is by now; what is carried on keeps the amount that was signed
    for it, and is never billed it twice."""
    if terms.billing_method != BillingMethod.MONTHLY:
        return Decimal("0.00")
    if terms.continues_id in continued:
        return continued[terms.continues_id].alignment_amount
    return terms.alignment_amount
