"""What admin pages share: an audit row for each change, and rows that only can be read."""

from typing import Any

from django.db import models
from django.dispatch import receiver
from django.http import HttpRequest

from aicmm.auditing import changed
from aicmm.lists import CarefulLists
from assessments.access import signed_in
from assessments.actions import record
from assessments.models import Organization


class ReadOnlyAdmin(CarefulLists):
    """Rows that nobody changes by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 (Django's signature)
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False


@receiver(changed)
def record_change(*, request: HttpRequest, row: models.Model, verb: str, fields: dict[str, Any], **_: Any) -> None:
    """The audit row of a change in the admin."""
    organization = row if isinstance(row, Organization) else getattr(row, "organization", None)
    changes: dict[str, Any] = {"changes": fields} if fields else {}
    record(
        f"{row._meta.verbose_name} {verb}",
        by=signed_in(request),
        organization=organization,
        about=row,
        subject=str(row),
        **changes,
    )
