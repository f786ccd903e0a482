"""Practices: their beginning and their settings."""

from collections.abc import Mapping
from datetime import datetime
from itertools import count

from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.utils.text import slugify

from clients.models import Membership, Practice, Role, User
from clients.operations import audit
from clients.records import changes


def create_practice(
    *, name: str, owner_name: str, owner_email: str, owner_password: str | None = None, at: datetime
) -> Practice:
    """A practice in Safe Mode with its first owner.

    The owner is the user with that e-mail where there is one (who keeps their password), else a new user; without a
    password the new user sets one by "Forgotten?". Raises ValidationError for a weak password or a bad e-mail.
    """
    email = owner_email.strip().lower()
    with transaction.atomic():
        owner = User.objects.filter(email=email).first() or _new_owner(owner_name, email, owner_password)
        practice = Practice(name=name.strip(), slug=_free_slug(name), created_at=at)
        practice.full_clean(exclude=["brand_logo"])
        practice.save()
        Membership.objects.create(
            practice=practice, user=owner, name=owner.name, email=owner.email, role=Role.OWNER, joined_at=at
        )
        facts = {"owner": owner.name}
        audit.record(
            practice=practice, action="settings.practice_created", by=None, at=at, subject=practice, facts=facts
        )
    return practice


def _new_owner(name: str, email: str, password: str | None) -> User:
    owner = User(email=email, name=name.strip())
    if password is not None:
        validate_password(password, owner)
    owner.set_password(password)
    owner.full_clean(exclude=["password"])
    owner.save()
    return owner


def _free_slug(name: str) -> str:
    """The name as an address; the second practice of that name gets a -2."""
    stem = slugify(name)[:50].strip("-") or "practice"
    tries = (stem if number == 1 else f"{stem}-{number}" for number in count(1))
    return next(slug for slug in tries if not Practice.objects.filter(slug=slug).exists())


def change_practice(*, practice: Practice, values: Mapping[str, str], by: User, at: datetime) -> Practice:
    """Stores what the practice says about itself. Raises ValidationError where a value cannot be stored."""
    before = {field: getattr(practice, field) for field in values}
    for field, value in values.items():
        setattr(practice, field, value)
    practice.full_clean(exclude=["brand_logo", "slug"])
    with transaction.atomic():
        practice.save(update_fields=list(values))
        facts = changes(before, values)
        if facts:
            audit.record(practice=practice, action="settings.practice", by=by, at=at, facts={"changes": facts})
    return practice


def set_safe_mode(*, practice: Practice, is_on: bool, at: datetime) -> bool:
    """Switches Safe Mode; False when it stood so before. Called by `billing.operations.holds` only."""
    changed = Practice.objects.filter(pk=practice.pk, is_safe_mode=not is_on).update(is_safe_mode=is_on)
    practice.is_safe_mode = is_on
    return bool(changed)
