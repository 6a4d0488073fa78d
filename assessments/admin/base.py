"""What admin pages share: an audit row for each change, and rows that only can be read."""

from typing import Any

from django.contrib import admin
from django.db import models, transaction
from django.http import HttpRequest

from assessments.access import signed_in
from assessments.actions import record
from assessments.models import Organization


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows that nobody changes by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 (Django's signature)
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False


class AuditedAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Writes an audit row, in the same transaction, for whatever is added, changed or deleted here."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        before = type(obj).objects.get(pk=obj.pk) if change else None
        super().save_model(request, obj, form, change)
        if form.changed_data or not change:
            self._record(request, obj, "changed" if change else "added", differences(before, obj, form.changed_data))

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        before = formset.model.objects.in_bulk([row.instance.pk for row in formset.initial_forms])
        super().save_formset(request, form, formset, change)
        for obj in formset.new_objects:
            self._record(request, obj, "added", {})
        for obj, fields in formset.changed_objects:
            self._record(request, obj, "changed", differences(before[obj.pk], obj, fields))
        for obj in formset.deleted_objects:
            self._record(request, obj, "deleted", {})

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self._record(request, obj, "deleted", {})
        super().delete_model(request, obj)

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
        for obj in queryset:
            self._record(request, obj, "deleted", {})
        super().delete_queryset(request, queryset)

    @staticmethod
    def _record(request: HttpRequest, obj: Any, verb: str, fields: dict[str, Any]) -> None:
        changes: dict[str, Any] = {"changes": fields} if fields else {}
        organization = obj if isinstance(obj, Organization) else getattr(obj, "organization", None)
        if verb == "deleted" and organization is obj:
            organization = None
        record(
            f"{obj._meta.verbose_name} {verb}",
            by=signed_in(request),
            organization=organization,
            subject=str(obj)[:200],
            **changes,
        )


def differences(before: Any, after: Any, names: list[str]) -> dict[str, Any]:
    """Before and after of changed fields as text; a password is only said to have changed."""
    return {
        name: ["…", "…"] if "password" in name else [str(getattr(before, name, "")), str(getattr(after, name, ""))]
        for name in names
    }
