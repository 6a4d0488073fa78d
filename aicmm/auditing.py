"""Whatever people change in the admin is announced in the transaction of the change, so that an audit row is written.

Here, because tables of every application are changed there; `assessments.admin` writes the row.
"""

from typing import Any

from django.db import models, transaction
from django.dispatch import Signal
from django.http import HttpRequest

from aicmm.lists import CarefulLists

changed = Signal()
"""Sent when someone changed a row, with `request`, `row`, `verb` ("changed") and `fields`, before and after by name."""


def announce(request: HttpRequest, row: models.Model, verb: str, fields: dict[str, Any] | None = None) -> None:
    """Say what was done to a row; call it inside the transaction of the change."""
    changed.send(sender=type(row), request=request, row=row, verb=verb, fields=fields or {})


class AuditedAdmin(CarefulLists):
    """Announces whatever is added, changed or deleted here."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        before = type(obj).objects.get(pk=obj.pk) if change else None
        super().save_model(request, obj, form, change)
        if form.changed_data or not change:
            announce(request, obj, "changed" if change else "added", differences(before, obj, form.changed_data))

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        before = formset.model.objects.in_bulk([row.instance.pk for row in formset.initial_forms])
        super().save_formset(request, form, formset, change)
        for obj in formset.new_objects:
            announce(request, obj, "added")
        for obj, fields in formset.changed_objects:
            announce(request, obj, "changed", differences(before[obj.pk], obj, fields))
        for obj in formset.deleted_objects:
            announce(request, obj, "deleted")

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        announce(request, obj, "deleted")
        super().delete_model(request, obj)

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
        for obj in queryset:
            announce(request, obj, "deleted")
        super().delete_queryset(request, queryset)


def differences(before: Any, after: Any, names: list[str]) -> dict[str, Any]:
    """Before and after of changed fields as text; a password is only said to have changed."""
    return {
        name: ["…", "…"] if "password" in name else [str(getattr(before, name, "")), str(getattr(after, name, ""))]
        for name in names
    }
