"""The audit trail in the admin: finding events, and reading one with before and after side by side."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ALL_VAR, ERROR_FLAG, ORDER_VAR, PAGE_VAR, ChangeList
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime, make_aware

from assessments import trail
from assessments.models import AuditEvent

from .base import ReadOnlyAdmin

NAMES = ("actor", "organization", "assessment__organization", "assessment__cycle")
EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)


class BoundedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts no further than `most`: a long trail is narrowed by its filters, not paged through to its end."""

    most = 10_000

    @cached_property
    def _counted(self) -> int:
        found: QuerySet[Any] = self.object_list  # type: ignore[assignment]
        return found[: self.most + 1].count()

    @cached_property
    def count(self) -> int:
        return min(self._counted, self.most)

    @property
    def has_more(self) -> bool:
        return self._counted > self.most


class KindFilter(admin.SimpleListFilter):
    title = "what was done"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002
        return [(kind, title) for kind, (title, _) in trail.KINDS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002
        value = self.value()
        return queryset.filter(trail.of_kind(value)) if value and value in trail.KINDS else queryset


class TypedFilter(admin.ListFilter):
    """A filter by what is typed; `inputs` are its fields: parameter, label, type."""

    template = "admin/assessments/auditevent/typed_filter.html"
    inputs: tuple[tuple[str, str, str], ...] = ()

    def __init__(self, request: HttpRequest, params: dict[str, list[str]], model: Any, model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        for name in self.expected_parameters():
            if name in params:
                self.used_parameters[name] = params.pop(name)[-1].strip()

    def has_output(self) -> bool:
        return True

    def expected_parameters(self) -> list[str | None]:
        return [name for name, _, _ in self.inputs]

    def choices(self, changelist: ChangeList) -> Iterator[dict[str, Any]]:
        """The fields, and what has to be sent along so that other filters stay."""
        names = [name for name, _, _ in self.inputs]
        own = {*names, PAGE_VAR, ERROR_FLAG}
        yield {
            "inputs": [
                {"name": name, "label": label, "type": kind, "value": self.used_parameters.get(name, "")}
                for name, label, kind in self.inputs
            ],
            "hidden": [
                (name, value) for name, values in self.request.GET.lists() if name not in own for value in values
            ],
            "remove": changelist.get_query_string(remove=names) if self.is_used else "",
        }

    @property
    def is_used(self) -> bool:
        return any(self.used_parameters.values())


class PersonFilter(TypedFilter):
    title = "who"
    inputs = (("person", "Name or e-mail address", "search"),)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002
        person = self.used_parameters.get("person", "")
        if not person:
            return queryset
        return queryset.filter(Q(actor__name__icontains=person) | Q(actor__email__icontains=person))


class PeriodFilter(TypedFilter):
    """Days that no event can be of count as the nearest that a time can be made of in every time zone."""

    title = "when"
    inputs = (("from", "From", "date"), ("until", "Until, and on it", "date"))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002
        begin, end = self._day("from"), self._day("until")
        if begin:
            queryset = queryset.filter(at__gte=_midnight(begin))
        return queryset.filter(at__lt=_midnight(end + timedelta(days=1))) if end else queryset

    def _day(self, name: str) -> date | None:
        text = str(self.used_parameters.get(name, ""))
        try:
            return min(max(date.fromisoformat(text), EARLIEST), LATEST) if text else None
        except ValueError as error:
            raise IncorrectLookupParameters(error) from error


def _midnight(day: date) -> datetime:
    return make_aware(datetime.combine(day, time.min))


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    """The trail in the order in which it was written, newest first."""

    list_display = ["when", "who", "what", "which_organization", "which_object", "subject", "source"]
    list_display_links = ["when"]
    sortable_by = ["when"]
    ordering = ["-position"]
    search_fields = ["actor__name", "actor__email", "action", "subject", "assessment__team"]
    list_filter = [KindFilter, PersonFilter, PeriodFilter, "organization"]
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # they count all there is
    paginator = BoundedPaginator
    list_max_show_all = 0
    change_list_template = "admin/assessments/auditevent/list.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEvent]:
        queryset: QuerySet[AuditEvent] = super().get_queryset(request)
        return queryset.select_related(*NAMES)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[AuditEvent], search_term: str
    ) -> tuple[QuerySet[AuditEvent], bool]:
        """An id is looked up as such: it stands in no text."""
        try:
            return queryset.filter(assessment=UUID(search_term.strip())), False
        except ValueError:
            return super().get_search_results(request, queryset, search_term)

    @admin.display(description="When", ordering="position")
    def when(self, event: AuditEvent) -> str:
        return date_format(localtime(event.at), "M j, Y, H:i:s")

    @admin.display(description="Who", empty_value=trail.NOTHING)
    def who(self, event: AuditEvent) -> SafeString | None:
        who = event.actor
        return format_html('<span title="{}">{}</span>', who.email, who) if who else None

    @admin.display(description="What")
    def what(self, event: AuditEvent) -> str:
        return f"{event.action[:1].upper()}{event.action[1:]}"

    @admin.display(description="Organization", empty_value=trail.NOTHING)
    def which_organization(self, event: AuditEvent) -> str | None:
        if event.organization_id and event.organization is None:
            return f"No. {event.organization_id}, deleted"
        return str(event.organization) if event.organization else None

    @admin.display(description="Object", empty_value=trail.NOTHING)
    def which_object(self, event: AuditEvent) -> SafeString | str:
        name, link = trail.object_name(event), trail.object_link(event)
        return format_html('<a href="{}">{}</a>', link, name) if link else name

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        chosen = request.GET.copy()
        for name in (PAGE_VAR, ORDER_VAR, ALL_VAR, ERROR_FLAG):
            chosen.pop(name, None)
        more = {"title": "Audit trail", "chosen": chosen.urlencode()} | (extra_context or {})
        response: HttpResponse = super().changelist_view(request, more)
        return response

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,  # noqa: ARG002 (Django's signature)
        change: bool = False,  # noqa: ARG002
        form_url: str = "",  # noqa: ARG002
        obj: Any = None,
    ) -> HttpResponse:
        """The event as a page to read in place of a form; `context` is what Django prepared for the form."""
        page = {**context, "title": f"Event {obj.pk}: {obj.action}", "subtitle": None, "page": trail.event_page(obj)}
        return TemplateResponse(request, "admin/assessments/auditevent/event.html", page)
