"""Pages of the admin that no address or request written by hand breaks."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ERROR_FLAG
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import DataError, models, transaction
from django.db.models.constants import LOOKUP_SEP
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern
from django.views.decorators.http import require_http_methods

EXACT = frozenset({"", "exact", "in", "isnull", "gte", "lt", "year", "month", "day"})
"""The ways to compare that the lists' own links use; from "gte" on those of dates."""

BEYOND = (DataError, OverflowError, ValueError)
"""What comes of a value that the database can't take, once rows are asked for."""


class CarefulLists(admin.ModelAdmin):  # type: ignore[type-arg]
    """Filters as its own links do; a value that the database can't take shows the whole list, as Django does it for
    a filter that it doesn't know."""

    def get_urls(self) -> list[URLPattern]:
        """No other methods than those the pages know."""
        urls: list[URLPattern] = super().get_urls()
        for url in urls:
            url.callback = require_http_methods(["GET", "HEAD", "POST"])(url.callback)
        return urls

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Not by a pattern or by parts of a text: a database refuses some patterns and takes long over others."""
        return comparison(self.model, lookup) in EXACT and super().lookup_allowed(lookup, value, request)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        try:
            response: HttpResponse = super().changelist_view(request, extra_context)
            # Now and not later, since the rows are asked for when they are printed.
            return response.render() if isinstance(response, TemplateResponse) else response
        except BEYOND:
            if ERROR_FLAG in request.GET or request.method != "GET":
                raise
            return redirect(f"{request.path}?{ERROR_FLAG}=1")

    def response_action(
        self, request: HttpRequest, queryset: models.QuerySet[Any], *more: Any, **options: Any
    ) -> HttpResponse | None:
        """Does nothing with rows that can't be any. Newer versions of Django give more."""
        if all(can_be_key(self.model, chosen) for chosen in request.POST.getlist(ACTION_CHECKBOX_NAME)):
            response: HttpResponse | None = super().response_action(request, queryset, *more, **options)
            return response
        messages.error(request, "Nothing was done: what was chosen is no row of this list.")
        return redirect(request.get_full_path())


def shown(table: admin.ModelAdmin[Any], request: HttpRequest) -> models.QuerySet[Any]:
    """What a list shows with the request's filters, on all its pages. `IncorrectLookupParameters` where they mean
    nothing, and where the database can't take a value of theirs: it is asked once."""
    try:
        with transaction.atomic():  # what PostgreSQL refuses ends the transaction that it was asked in
            rows: models.QuerySet[Any] = table.get_changelist_instance(request).queryset
            rows.exists()
    except BEYOND as error:
        raise IncorrectLookupParameters(error) from error
    return rows


def can_be_key(model: type[models.Model], text: str) -> bool:
    """Whether a row could have this key, as it comes from a form."""
    try:
        model._meta.pk.clean(text, None)
    except ValidationError:
        return False
    return True


def comparison(model: type[models.Model], lookup: str) -> str:
    """How a lookup compares: what stands behind its fields, such as "regex" in "team__regex", or nothing."""
    parts = lookup.split(LOOKUP_SEP)
    for position, name in enumerate(parts):
        try:
            field = model._meta.get_field("id" if name == "pk" else name)
        except FieldDoesNotExist:
            # One that is no field at all belongs to a filter of the list's own, or to nothing.
            return LOOKUP_SEP.join(parts[position:]) if position else ""
        if not isinstance(field.related_model, type):
            return LOOKUP_SEP.join(parts[position + 1 :])
        model = field.related_model
    return ""
