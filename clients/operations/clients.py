"""Clients: create, edit, close, re-activate."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from clients.errors import AlreadyClosed, BadValues, ClientsRefusal, CompanyNumberTaken, NotClosed, NotYours
from clients.models import Client, ClientEvent, ClientTag, Membership, Practice, User
from clients.operations import audit
from clients.records import FIELD_LABELS, ClientValues, company_number_key, days_of, name_key


def create_client(
    *, practice: Practice, values: ClientValues | Mapping[str, Any], by: User | None, at: datetime
) -> Client:
    """A new prospect. Raises BadValues, CompanyNumberTaken, or NotYours for an owner of another practice."""
    wanted = _values(values)
    with transaction.atomic():
        client = Client(practice=practice, created_at=at)
        _fill(client, wanted)
        client.save()
        _set_tags(client, wanted.tags)
        record_event(client=client, text="Created", by=by, at=at)
        audit.record(practice=practice, action="client.created", by=by, at=at, subject=client)
    return client


def edit_client(*, client: Client, values: ClientValues | Mapping[str, Any], by: User | None, at: datetime) -> Client:
    """Stores the values and notes which fields changed. Raises as `create_client` does."""
    wanted = _values(values)
    with transaction.atomic():
        before = {field: getattr(client, field) for field in FIELD_LABELS}
        tags = set(client.tags.values_list("name", flat=True))
        _fill(client, wanted)
        client.save()
        _set_tags(client, wanted.tags)
        changed = [label for field, label in FIELD_LABELS.items() if getattr(client, field) != before[field]]
        changed += ["tags"] if tags != set(wanted.tags) else []
        if changed:
            _tell_of_change(client, list(dict.fromkeys(changed)), by=by, at=at)
    return client


def _tell_of_change(client: Client, changed: Sequence[str], *, by: User | None, at: datetime) -> None:
    """By the names of the fields: the audit log is never erased, and a client's address may have to be."""
    record_event(client=client, text=f"Changed {', '.join(changed)}", by=by, at=at)
    practice, facts = client.practice_id, {"fields": changed}
    audit.record(practice=practice, action="client.edited", by=by, at=at, subject=client, facts=facts)


def _values(values: ClientValues | Mapping[str, Any]) -> ClientValues:
    return values if isinstance(values, ClientValues) else ClientValues(**values)


def _fill(client: Client, wanted: ClientValues) -> None:
    fields = {field: getattr(wanted, field) for field in FIELD_LABELS}
    for field, value in fields.items():
        setattr(client, field, value.strip() if isinstance(value, str) else value)
    client.company_number = company_number_key(wanted.company_number)
    client.email = client.email.lower()
    client.name_key = name_key(client.name)
    _check(client)


def _check(client: Client) -> None:
    """Every path that writes a client comes through here: SQLite itself refuses neither long texts nor odd numbers."""
    if client.owner and client.owner.practice_id != client.practice_id:
        raise NotYours("This person is not on the team of the practice. Choose an owner from the list.")
    try:
        client.full_clean(validate_constraints=False, exclude=["practice", "owner", "closed_by", "name_key"])
    except ValidationError as error:
        raise BadValues(error.message_dict) from error
    _check_lengths(client)
    _check_year_end(client)
    _check_company_number(client)


def _check_lengths(client: Client) -> None:
    """Django leaves long texts to forms, so the two that are unlimited in the database are measured here."""
    for field, most in {"address": 1_000, "notes": 10_000}.items():
        if len(getattr(client, field)) > most:
            raise BadValues({field: [f"At most {most:,} characters fit here."]})


def _check_year_end(client: Client) -> None:
    month, day = client.year_end_month, client.year_end_day
    if (month is None) != (day is None):
        raise BadValues({"year_end_month": ["A year end needs both a day and a month, or neither."]})
    if month is not None and day is not None and day > days_of(month):
        raise BadValues({"year_end_month": [f"That month has only {days_of(month)} days."]})


def _check_company_number(client: Client) -> None:
    if not client.company_number:
        return
    others = Client.objects.for_practice(client.practice_id).exclude(pk=client.pk)
    taken = others.filter(company_number=client.company_number).first()
    if taken:
        raise CompanyNumberTaken(client.company_number, taken.name)


def _set_tags(client: Client, names: Iterable[str]) -> None:
    client.tags.set([_tag(client.practice_id, name) for name in sorted({name.strip() for name in names} - {""})])


def _tag(practice_id: int, name: str) -> ClientTag:
    if len(name) > 60:
        raise BadValues({"tags": [f"A tag has at most 60 characters; “{name[:30]}…” has {len(name)}."]})
    known = ClientTag.objects.for_practice(practice_id).filter(name__iexact=name).first()
    return known or ClientTag.objects.create(practice_id=practice_id, name=name)


def record_event(*, client: Client, text: str, by: User | None, at: datetime) -> ClientEvent:
    """One line for the client's Activity tab, written in the caller's transaction."""
    return ClientEvent.objects.create(practice_id=client.practice_id, client=client, text=text[:500], by=by, at=at)


def close_client(*, client: Client, last_month: date, reason: str, by: User, at: datetime) -> Client:
    """Closes the client after its last billable month (the 1st of that month). Raises AlreadyClosed or BadValues."""
    if not reason.strip():
        raise BadValues({"reason": ["Say why the client is closed; it is kept in the client's activity."]})
    if len(reason.strip()) > 500:
        raise BadValues({"reason": ["A reason has at most 500 characters."]})
    first = last_month.replace(day=1)
    with transaction.atomic():
        if not client.close(last_month=first, reason=reason.strip(), by=by, at=at):
            raise AlreadyClosed(client.name)
        text = f"Marked as Closed, last billable month {first:%B %Y}: {reason.strip()}"
        record_event(client=client, text=text, by=by, at=at)
        facts = {"last_month": first, "reason": reason.strip()}
        audit.record(practice=client.practice_id, action="client.closed", by=by, at=at, subject=client, facts=facts)
    client.refresh_from_db()
    return client


def reactivate_client(*, client: Client, by: User, at: datetime) -> Client:
    """Undoes the closing; what the proposals say of the client stands again. Raises NotClosed."""
    with transaction.atomic():
        if not client.reactivate(at=at):
            raise NotClosed(client.name)
        record_event(client=client, text="Re-activated", by=by, at=at)
        audit.record(practice=client.practice_id, action="client.reactivated", by=by, at=at, subject=client)
    client.refresh_from_db()
    return client


def record_standing(*, client: Client, standing: str, at: datetime) -> bool:
    """What the proposals now say of the client: prospect, active or ad-hoc. False when it stood so before."""
    label = Client.Standing(standing).label
    found = Client.objects.for_practice(client.practice_id).filter(pk=client.pk).exclude(standing=standing)
    changed = found.update(standing=standing, updated_at=at)
    client.standing = standing
    if changed:
        record_event(client=client, text=f"Became {label}", by=None, at=at)
    return bool(changed)


def give_owner(
    *, practice: Practice, clients: Sequence[Client], owner: Membership | None, by: User, at: datetime
) -> int:
    """Makes this person the owner of the clients (None: of nobody's). How many changed."""
    if owner and owner.practice_id != practice.pk:
        raise NotYours("This person is not on the team of the practice. Choose an owner from the list.")
    moved = [client for client in clients if client.owner_id != (owner.pk if owner else None)]
    with transaction.atomic():
        keys = [client.pk for client in moved]
        Client.objects.for_practice(practice).filter(pk__in=keys).update(owner=owner, updated_at=at)
        _record_events(moved, f"Owner is now {owner.name}" if owner else "Owner removed", by, at)
        about = [(client, {"owner": owner.name if owner else "nobody"}) for client in moved]
        audit.record_all(practice=practice, action="client.owner_changed", by=by, at=at, about=about)
    return len(moved)


def give_tag(*, practice: Practice, clients: Sequence[Client], name: str, by: User, at: datetime) -> int:
    """Puts the tag on the clients that do not have it yet. How many got it."""
    if not name.strip():
        raise BadValues({"tag": ["Write the tag that the chosen clients should have."]})
    with transaction.atomic():
        tag = _tag(practice.pk, name.strip())
        having = set(practice.clients.filter(tags=tag).values_list("pk", flat=True))
        missing = [client for client in clients if client.pk not in having]
        through = Client.tags.through._default_manager
        links = [Client.tags.through(client_id=client.pk, clienttag_id=tag.pk) for client in missing]
        through.bulk_create(links, ignore_conflicts=True, batch_size=500)
        _record_events(missing, f"Tagged {tag.name}", by, at)
    return len(missing)


def close_clients(
    *, practice: Practice, clients: Sequence[Client], last_month: date, reason: str, by: User, at: datetime
) -> int:
    """Closes those of the clients that are still open, all or none. How many were closed."""
    still_open = [client for client in clients if not client.is_closed]
    if any(client.practice_id != practice.pk for client in clients):
        raise ClientsRefusal("Some of these clients belong elsewhere. Choose them again in the list.")
    with transaction.atomic():
        for client in still_open:
            close_client(client=client, last_month=last_month, reason=reason, by=by, at=at)
    return len(still_open)


def _record_events(clients: Sequence[Client], text: str, by: User, at: datetime) -> None:
    events = [ClientEvent(practice_id=client.practice_id, client=client, text=text, by=by, at=at) for client in clients]
    ClientEvent.objects.bulk_create(events, batch_size=500)


def as_values(client: Client) -> dict[str, Any]:
    """The client's values as they stand, with its tags: what a partial edit starts from."""
    stored = {field: getattr(client, field) for field in FIELD_LABELS}
    return stored | {"tags": tuple(tag.name for tag in client.tags.all())}
