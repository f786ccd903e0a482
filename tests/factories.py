"""Plain functions that make what a test needs. Firms and people are invented."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

from clients.models import Client, ClientTag, Membership, Practice, Role, User
from clients.records import company_number_key, name_key

NOON = datetime(2026, 9, 15, 12, 0, tzinfo=UTC)
PASSWORD = "correct-horse-battery"
_numbers = count(1)

# ── Practices, people, clients ────────────────────────────────────────────────────────────────────────────────────────


def make_practice(name: str = "North & Vale", *, safe_mode: bool = False, **fields: Any) -> Practice:
    slug = fields.pop("slug", None) or f"{name_key(name).lower().replace(' ', '-')}-{next(_numbers)}"
    return Practice.objects.create(name=name, slug=slug, is_safe_mode=safe_mode, **fields)


def make_user(name: str = "Priya Sandhu", email: str = "", **fields: Any) -> User:
    email = email or f"{name.split()[0].lower()}.{next(_numbers)}@northandvale.example"
    return User.objects.create_user(email, fields.pop("password", PASSWORD), name=name, **fields)


def make_member(
    practice: Practice, role: str = Role.OWNER, *, user: User | None = None, name: str = "Priya Sandhu", **fields: Any
) -> Membership:
    if role != Role.NONE:
        user = user or make_user(name)
    email = user.email if user else fields.pop("email", "")
    name = user.name if user else name
    return Membership.objects.create(practice=practice, user=user, name=name, email=email, role=role, **fields)


def make_client(practice: Practice, name: str = "Larkspur Veterinary Group Ltd", **fields: Any) -> Client:
    tags = fields.pop("tags", ())
    fields["company_number"] = company_number_key(fields.pop("company_number", ""))
    fields.setdefault("email", f"accounts.{next(_numbers)}@clients.example")
    client = Client.objects.create(practice=practice, name=name, name_key=name_key(name), **fields)
    client.tags.set([ClientTag.objects.get_or_create(practice=practice, name=tag)[0] for tag in tags])
    return client


def log_in(client: Any, membership: Membership) -> Any:
    """The HTTP client, logged in as this member."""
    client.force_login(membership.user, backend="django.contrib.auth.backends.ModelBackend")
    return client
