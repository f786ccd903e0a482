"""The door of the admin site: support looks at every practice and changes nothing."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest


class LookOnly(admin.ModelAdmin):  # type: ignore[type-arg]  # Django's own class takes no argument at run time
    """Rows of every practice, read-only: for people with `is_staff` and Django's own permissions."""

    list_select_related: ClassVar[bool | list[str] | tuple[str, ...]] = ("practice",)
    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        manager: Any = self.model._default_manager
        found: QuerySet[Any] = manager.across_practices()
        return found

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
