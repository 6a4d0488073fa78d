"""Pages of a list that may be very long."""

from functools import cached_property
from typing import Any

from django.contrib.admin import RelatedFieldListFilter
from django.core.paginator import Paginator
from django.db.models import Field
from django.http import HttpRequest

COUNTED = 500
"""Rows of a list that are counted, and so can be turned to; whoever looks for others narrows the list."""
CHOICES = 100
"""Rows of another table that a filter offers by name."""


class BoundedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts no further than `COUNTED`, since counting all rows takes longer the more there are."""

    @cached_property
    def _counted(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by()[: COUNTED + 1].count())

    @cached_property
    def count(self) -> int:
        return min(self._counted, COUNTED)

    @property
    def has_more(self) -> bool:
        """Whether there are rows beyond those that were counted."""
        return self._counted > COUNTED


class BoundedRelatedFilter(RelatedFieldListFilter):
    """Names every choice while they are few; of many only the one that was chosen by a link or a search."""

    def field_choices(
        self,
        field: "Field[Any, Any]",
        request: HttpRequest,  # noqa: ARG002 (Django's signature)
        model_admin: Any,  # noqa: ARG002
    ) -> list[tuple[str, Any]]:
        related = field.related_model
        if related is None or isinstance(related, str):
            return []
        rows = related._default_manager.all()
        few = list(rows[: CHOICES + 1])
        if len(few) > CHOICES:
            few = list(rows.filter(pk__in=[pk for pk in self._chosen() if pk.isdecimal()]))
        return [(row.pk, str(row)) for row in few]

    def _chosen(self) -> list[str]:
        value: Any = self.lookup_val
        return [str(one) for one in value] if isinstance(value, list | tuple) else [str(value or "")]

    def has_output(self) -> bool:
        return bool(self.lookup_choices or self.used_parameters)
