"""Users, their place in a practice, and invitations."""

from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now

from clients.models.records import PracticeQuerySet, PracticeRecord


class UserManager(BaseUserManager["User"]):
    """Makes users by e-mail."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A user whose e-mail is kept in lower case; without a password the account cannot log in until one is set."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A support person with the admin site."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person who logs in, by e-mail. What they may do is said per practice by their membership."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=150)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    has_shortcuts = models.BooleanField(default=True)
    muted_notices = models.JSONField(default=list, blank=True)
    joined_at = models.DateTimeField(db_default=Now())

    acts_through = ""  # not stored: the API token of this request, where a program acts in the person's name

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        ordering = ["name", "email"]
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_once")]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name


class Role(models.TextChoices):
    """What a person is at a practice, weakest first. NONE may be named as an owner of clients but never log in."""

    NONE = "none", "No role"
    APPRENTICE = "apprentice", "Apprentice"
    MEMBER = "member", "Member"
    ADMIN = "admin", "Admin"
    OWNER = "owner", "Owner"


class MembershipQuerySet(PracticeQuerySet["Membership"]):
    """Members of the team."""

    def current(self) -> "MembershipQuerySet":
        return self.filter(left_at=None)

    def approvers(self) -> "MembershipQuerySet":
        """People who may approve a billing plan."""
        return self.current().filter(role__in=[Role.ADMIN, Role.OWNER], user__is_active=True)

    def with_login(self) -> "MembershipQuerySet":
        return self.current().exclude(role=Role.NONE).filter(user__is_active=True)


class Membership(PracticeRecord):
    """A person's place on the team of one practice."""

    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="memberships")
    name = models.CharField(max_length=150)
    email = models.EmailField(blank=True)
    role = models.CharField(max_length=12, choices=Role.choices, default=Role.NONE)
    joined_at = models.DateTimeField(db_default=Now())
    left_at = models.DateTimeField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()  # type: ignore[misc]  # narrows the base's manager

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint("practice", "user", name="membership_once", condition=Q(user__isnull=False)),
            models.CheckConstraint(name="membership_role_has_user", condition=Q(role="none") | Q(user__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_owner(self) -> bool:
        return self.role == Role.OWNER


class Invitation(PracticeRecord):
    """A seven-day invitation to join a practice with a role. Only the SHA-256 of its token is stored."""

    email = models.EmailField()
    name = models.CharField(max_length=150, blank=True)
    role = models.CharField(max_length=12, choices=Role.choices)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                name="invitation_accepted_by_and_at",
                condition=Q(accepted_at__isnull=True, accepted_by__isnull=True)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.email

    def is_open(self, at: datetime) -> bool:
        """Whether it can still be accepted at this moment."""
        return self.accepted_at is None and self.revoked_at is None and at < self.expires_at


class ApiToken(PracticeRecord):
    """A program's key to one practice, with a role and an expiry. Only the SHA-256 of the token is stored.

    What it does is done in the name of the user who made it.
    """

    name = models.CharField(max_length=100)
    role = models.CharField(max_length=12, choices=Role.choices)
    token_hash = models.CharField(max_length=64, unique=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name

    def is_open(self, at: datetime) -> bool:
        """Whether it still opens the practice; it never outlives the login of whoever made it."""
        return self.revoked_at is None and at < self.expires_at and self.created_by.is_active
