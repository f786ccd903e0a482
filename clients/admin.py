"""Support's view of practices, people and clients. Tokens are never shown, and nothing is deleted here."""

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from clients.models import (
    ApiToken,
    AuditChain,
    AuditEvent,
    Client,
    ClientImport,
    Invitation,
    Membership,
    Practice,
    User,
)


class SupportAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # Django takes no parameter at run time
    """Rows of every practice, read aloud as such: for support people with `is_staff` and Django's own permissions."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        manager: Any = self.model._default_manager
        found: QuerySet[Any] = manager.across_practices()
        return found.order_by(*self.get_ordering(request)) if self.get_ordering(request) else found

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ReadOnlyAdmin(SupportAdmin):
    """What support may look at and never change."""

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Practice)
class PracticeAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # Django takes no parameter at run time
    list_display = ("name", "slug", "is_safe_mode", "time_zone", "created_at")
    search_fields = ("name", "slug")
    readonly_fields = ("slug", "is_safe_mode", "created_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Practice | None = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # Django takes no parameter at run time
    """Support switches a login off and on; passwords are changed by their owners only.

    Who may enter this site is changed by superusers only: with another address one could take over such a login.
    """

    list_display = ("name", "email", "is_active", "is_staff", "last_login")
    search_fields = ("name", "email")
    fields = ("name", "email", "is_active", "last_login", "joined_at")
    readonly_fields = ("last_login", "joined_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        is_above = obj is not None and (obj.is_staff or obj.is_superuser) and not request.user.is_superuser
        return not is_above and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False


@admin.register(Membership)
class MembershipAdmin(ReadOnlyAdmin):
    list_display = ("name", "email", "practice", "role", "joined_at", "left_at")
    list_select_related = ("practice",)
    search_fields = ("name", "email", "practice__name")


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    list_display = ("email", "practice", "role", "expires_at", "accepted_at", "revoked_at")
    list_select_related = ("practice",)
    search_fields = ("email", "practice__name")
    exclude = ("token_hash",)


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    list_display = ("name", "practice", "role", "expires_at", "revoked_at", "used_at")
    list_select_related = ("practice",)
    search_fields = ("name", "practice__name")
    exclude = ("token_hash",)


@admin.register(Client)
class ClientAdmin(ReadOnlyAdmin):
    list_display = ("name", "practice", "type", "standing", "closed_at", "updated_at")
    list_select_related = ("practice",)
    list_filter = ("type", "standing")
    search_fields = ("name", "company_number", "email", "practice__name")


@admin.register(ClientImport)
class ClientImportAdmin(ReadOnlyAdmin):
    list_display = ("file_name", "practice", "status", "rows_total", "uploaded_at")
    list_select_related = ("practice",)
    exclude = ("content",)


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    list_display = ("seq", "practice", "at", "actor_name", "action", "subject")
    list_select_related = ("practice",)
    search_fields = ("actor_name", "action", "subject", "practice__name")


@admin.register(AuditChain)
class AuditChainAdmin(ReadOnlyAdmin):
    list_display = ("practice", "seq", "verified_at", "fault")
    list_select_related = ("practice",)
