"""Support's view of practices, people and clients. Tokens are never shown, and nothing is deleted here."""

from django.contrib import admin
from django.http import HttpRequest

from clients.access.support import LookOnly
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
class MembershipAdmin(LookOnly):
    list_display = ("name", "email", "practice", "role", "joined_at", "left_at")
    search_fields = ("name", "email", "practice__name")


@admin.register(Invitation)
class InvitationAdmin(LookOnly):
    list_display = ("email", "practice", "role", "expires_at", "accepted_at", "revoked_at")
    search_fields = ("email", "practice__name")
    exclude = ("token_hash",)


@admin.register(ApiToken)
class ApiTokenAdmin(LookOnly):
    list_display = ("name", "practice", "role", "expires_at", "revoked_at", "used_at")
    search_fields = ("name", "practice__name")
    exclude = ("token_hash",)


@admin.register(Client)
class ClientAdmin(LookOnly):
    list_display = ("name", "practice", "type", "standing", "closed_at", "updated_at")
    list_filter = ("type", "standing")
    search_fields = ("name", "company_number", "email", "practice__name")


@admin.register(ClientImport)
class ClientImportAdmin(LookOnly):
    list_display = ("file_name", "practice", "status", "rows_total", "uploaded_at")
    exclude = ("content",)


@admin.register(AuditEvent)
class AuditEventAdmin(LookOnly):
    list_display = ("seq", "practice", "at", "actor_name", "action", "subject")
    search_fields = ("actor_name", "action", "subject", "practice__name")


@admin.register(AuditChain)
class AuditChainAdmin(LookOnly):
    list_display = ("practice", "seq", "verified_at", "fault")
