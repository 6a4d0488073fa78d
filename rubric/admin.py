"""Rubrics in the admin: drafts are written here, published ones are read-only and say why."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Count
from django.forms import Textarea
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from aicmm.auditing import AuditedAdmin, announce
from rubric.checks import problems_of_rows
from rubric.copying import copy_as_draft
from rubric.models import MAX_LEVELS, Activity, Anchor, Area, Descriptor, Level, Question, Rubric

if TYPE_CHECKING:
    TabularInline = admin.TabularInline[Any, Any]
    InlineFormSet = forms.BaseInlineFormSet[Any, Any, Any]
else:
    TabularInline = admin.TabularInline
    InlineFormSet = forms.BaseInlineFormSet

SHOWN_PROBLEMS = 5
LINES: Mapping[type[Any], Mapping[str, Any]] = {
    models.TextField: {"widget": Textarea(attrs={"rows": 3, "cols": 90})},
}


def rubric_of(row: models.Model) -> Rubric:
    """The rubric a row belongs to."""
    match row:
        case Rubric():
            return row
        case Area():
            return row.rubric
        case Question():
            return row.area.rubric
    raise TypeError(row)


class WhileDraft:
    """Rows of a published rubric can be read only, whatever the person may do; so can everything below them."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and _is_draft(obj)  # type: ignore[misc]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and _is_draft(obj)  # type: ignore[misc]


class InlineWhileDraft(WhileDraft, TabularInline):
    """The rows below a row; `obj` in the methods is the row above."""

    extra = 0
    formfield_overrides = LINES

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_add_permission(request, obj) and _is_draft(obj)


def _is_draft(row: models.Model | None) -> bool:
    return row is None or not rubric_of(row).is_published


class LevelFormSet(InlineFormSet):
    """The levels, checked against the rule that the same form holds."""

    def clean(self) -> None:
        super().clean()
        kept = [form for form in self.forms if form.has_changed() or form.instance.pk]
        count = sum(not self._should_delete_form(form) for form in kept)  # type: ignore[attr-defined]  # Django's own
        most = (count or MAX_LEVELS) - 1
        if self.instance.max_shortfall > most:
            given = self.instance.max_shortfall
            raise ValidationError(f"The maximum shortfall has to be 0 to {most} with {most + 1} levels, not {given}.")


class LevelInline(InlineWhileDraft):
    model = Level
    formset = LevelFormSet


class AreaInline(InlineWhileDraft):
    model = Area
    fields = ("position", "code", "name", "summary")
    show_change_link = True


class DescriptorInline(InlineWhileDraft):
    model = Descriptor


class ActivityInline(InlineWhileDraft):
    model = Activity


class QuestionInline(InlineWhileDraft):
    model = Question
    fields = ("position", "code", "text", "weight")
    readonly_fields = ("code",)
    show_change_link = True


class AnchorInline(InlineWhileDraft):
    model = Anchor


class RubricRowAdmin(WhileDraft, AuditedAdmin):
    """What rubrics, areas and questions have in common."""

    formfield_overrides = LINES
    parent = ""

    @admin.display(description="State")
    def state(self, row: Any) -> str:
        rubric = rubric_of(row)
        if rubric.published_at is None:
            return "Draft"
        return (
            f"Published {rubric.published_at:%B %-d, %Y}. A published version never changes, so that results can always"
            " be explained: choose “Copy as a new version”, change the copy and publish it."
        )

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return [name for name in super().get_fields(request, obj) if obj or name != "state"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        fixed = (self.parent,) if self.parent and obj else ()
        return (*super().get_readonly_fields(request, obj), *fixed)


@admin.register(Rubric)
class RubricAdmin(RubricRowAdmin):
    list_display = ("name", "code", "version", "short_state", "areas_count", "questions_count")
    fields = ("state", "code", "version", "name", "source", "required_share", "max_shortfall")
    readonly_fields = ("state",)
    inlines = (LevelInline, AreaInline)
    actions = ("copy_as_new_version", "publish")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Rubric]:
        counts = {
            "areas_count": Count("areas", distinct=True),
            "questions_count": Count("areas__questions", distinct=True),
        }
        rubrics: models.QuerySet[Rubric] = super().get_queryset(request)
        return rubrics.select_related("publication").annotate(**counts)

    @admin.display(description="State")
    def short_state(self, rubric: Rubric) -> str:
        return f"Published {rubric.published_at:%B %-d, %Y}" if rubric.published_at else "Draft"

    @admin.display(description="Areas")
    def areas_count(self, rubric: Any) -> int:
        return rubric.areas_count  # type: ignore[no-any-return]

    @admin.display(description="Key questions")
    def questions_count(self, rubric: Any) -> int:
        return rubric.questions_count  # type: ignore[no-any-return]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Django's page, with what the list can do to a rubric and what stands in the way of publishing it."""
        rubric = self.get_object(request, unquote(object_id))
        is_draft = rubric is not None and not rubric.is_published
        more = {
            "may_copy": self.has_add_permission(request),
            "may_publish": is_draft and self.has_publish_permission(request),
            "problems": problems_of_rows(rubric) if rubric and is_draft else [],
            "action_name": ACTION_CHECKBOX_NAME,
        }
        response: HttpResponse = super().change_view(request, object_id, form_url, more | (extra_context or {}))
        return response

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        problems = problems_of_rows(form.instance)
        if change and problems:
            self.message_user(request, _refusal(form.instance, problems), messages.WARNING)

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("rubric.add_publication")

    @admin.action(description="Copy as a new version", permissions=["add"])
    def copy_as_new_version(self, request: HttpRequest, queryset: models.QuerySet[Rubric]) -> HttpResponse | None:
        """Leads to the copy, where there is one."""
        drafts = []
        for rubric in queryset:
            with transaction.atomic():
                draft = copy_as_draft(rubric)
                self.log_addition(request, draft, f"Copied from {rubric}.")
                announce(request, draft, f"copied from {rubric}")
            self.message_user(
                request, f"Copied {rubric} as the draft {draft}. Give it its version, change it, publish it."
            )
            drafts.append(draft)
        return redirect("admin:rubric_rubric_change", drafts[0].pk) if len(drafts) == 1 else None

    @admin.action(description="Publish for good", permissions=["publish"])
    def publish(self, request: HttpRequest, queryset: models.QuerySet[Rubric]) -> HttpResponse | None:
        """Asks first, since nothing takes it back; what can't be published is said at once."""
        ready = [rubric for rubric in queryset if self._can_be_published(request, rubric)]
        if ready and "confirmed" not in request.POST:
            return TemplateResponse(
                request,
                "admin/rubric/rubric/publish.html",
                {
                    **self.admin_site.each_context(request),
                    "title": "Publish for good?",
                    "opts": self.opts,
                    "rubrics": ready,
                    "newest": Rubric.objects.published().first(),
                    "action_name": ACTION_CHECKBOX_NAME,
                },
            )
        for rubric in ready:
            with transaction.atomic():
                rubric.publish()
                self.log_change(request, rubric, "Published.")
                announce(request, rubric, "published")
            self.message_user(request, f"Published {rubric}. From now on it can't be changed.")
        return None

    def _can_be_published(self, request: HttpRequest, rubric: Rubric) -> bool:
        """Whether nothing stands in the way; what does is told to the person."""
        if rubric.is_published:
            self.message_user(request, f"Already published: {rubric}.", messages.WARNING)
            return False
        problems = problems_of_rows(rubric)
        if problems:
            self.message_user(request, _refusal(rubric, problems), messages.ERROR)
        return not problems


def _refusal(rubric: Rubric, problems: list[str]) -> SafeString:
    """Why a draft can't be published, as a list of the first problems and the way to the page that has them all."""
    rest = len(problems) - SHOWN_PROBLEMS
    lines = [*problems[:SHOWN_PROBLEMS], *([f"And {rest} more."] if rest > 0 else [])]
    return format_html(
        'The draft <a href="{}">{}</a> can\'t be published yet.<ul>{}</ul>',
        reverse("admin:rubric_rubric_change", args=[rubric.pk]),
        rubric,
        format_html_join("", "<li>{}</li>", ((line,) for line in lines)),
    )


@admin.register(Area)
class AreaAdmin(RubricRowAdmin):
    list_display = ("name", "rubric", "position", "code")
    list_filter = ("rubric",)
    list_select_related = ("rubric",)
    fields = ("state", "rubric", "position", "code", "name", "summary", "introduction", "body")
    readonly_fields = ("state",)
    inlines = (DescriptorInline, ActivityInline, QuestionInline)
    parent = "rubric"

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return super().formfield_for_foreignkey(db_field, request, queryset=Rubric.objects.drafts(), **kwargs)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        _name_questions(form.instance)


@admin.register(Question)
class QuestionAdmin(RubricRowAdmin):
    list_display = ("code", "rubric", "text", "weight")
    list_filter = ("area__rubric",)
    list_select_related = ("area__rubric",)
    fields = ("state", "area", "position", "code", "text", "weight", "evidence_hint")
    readonly_fields = ("state", "code")
    inlines = (AnchorInline,)
    parent = "area"

    @admin.display(ordering="area__rubric")
    def rubric(self, question: Question) -> Rubric:
        return question.area.rubric

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        drafts = Area.objects.filter(rubric__in=Rubric.objects.drafts()).select_related("rubric")
        return super().formfield_for_foreignkey(db_field, request, queryset=drafts, **kwargs)

    def save_model(self, request: HttpRequest, obj: Question, form: Any, change: bool) -> None:
        obj.code = obj.proper_code
        super().save_model(request, obj, form, change)


def _name_questions(area: Area) -> None:
    """Gives every question of a draft's area the code that goes with its place."""
    for question in area.questions.select_related("area").order_by("position"):
        if question.code != question.proper_code:
            question.code = question.proper_code
            question.save(update_fields=["code"])
