"""Whatever people change in the admin is announced in the transaction of the change, so that an audit row is written.

Here, because tables of every application are changed there; `assessments.admin` writes the row, once all of a form is
saved.
"""

from contextvars import ContextVar
from copy import copy
from typing import Any

from allauth.account.adapter import get_adapter
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db import models, transaction
from django.dispatch import Signal
from django.http import HttpRequest

from aicmm.lists import CarefulLists

current_request: ContextVar[HttpRequest | None] = ContextVar("current_request", default=None)
"""The request that is being answered, so that a row of the trail can say where it came from."""

changed = Signal()
"""Sent when someone changed a row, with `request`, `row`, `verb` ("changed") and `fields`, before and after by name."""


def announce(request: HttpRequest, row: models.Model, verb: str, fields: dict[str, Any] | None = None) -> None:
    """Say what was done to a row; call it inside the transaction of the change."""
    changed.send(sender=type(row), request=request, row=row, verb=verb, fields=fields or {})


def source() -> str:
    """The IP address behind the request that is being answered, as the limits of sign-in count it; "" where none is.

    `X-Forwarded-For` is believed from the proxies of `TRUSTED_PROXIES` alone. A request that came past them has the
    address it came from.
    """
    request = current_request.get()
    if request is None:
        return ""
    try:
        return str(get_adapter(request).get_client_ip(request))
    except (ImproperlyConfigured, PermissionDenied):
        return str(request.META.get("REMOTE_ADDR", ""))


class AuditedAdmin(CarefulLists):
    """Announces whatever is added, changed or deleted here."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        before = type(obj).objects.get(pk=obj.pk) if change else None
        super().save_model(request, obj, form, change)
        form.announcements = []
        if form.changed_data or not change:
            fields = differences(before, obj, form.changed_data)
            form.announcements.append((obj, "changed" if change else "added", fields))

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        before = formset.model.objects.in_bulk([row.instance.pk for row in formset.initial_forms])
        gone = [before[row.instance.pk] for row in formset.deleted_forms if row.instance.pk in before]
        super().save_formset(request, form, formset, change)
        form.announcements += [(obj, "added", {}) for obj in formset.new_objects]
        for obj, fields in formset.changed_objects:
            form.announcements.append((obj, "changed", differences(before[obj.pk], obj, fields)))
        form.announcements += [(row, "deleted", {}) for row in gone]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        for row, verb, fields in form.announcements:
            announce(request, row, verb, fields)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        was = copy(obj)
        super().delete_model(request, obj)
        announce(request, was, "deleted")

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
        were = list(queryset)
        super().delete_queryset(request, queryset)
        for row in were:
            announce(request, row, "deleted")


def differences(before: Any, after: Any, names: list[str]) -> dict[str, Any]:
    """Before and after of changed fields as text; a password is only said to have changed."""
    return {
        name: ["…", "…"] if "password" in name else [str(getattr(before, name, "")), str(getattr(after, name, ""))]
        for name in names
    }
