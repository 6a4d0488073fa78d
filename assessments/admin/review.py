"""Submissions: the queue, the review page, and deciding on one or on many."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from assessments import actions, results, review_sheet
from assessments.access import Access, decided_reviews, readable_assessment, reviews, signed_in
from assessments.models import Assessment, AuditEvent, Look, Review, SavedSearch, Scorecard, State, User
from assessments.review_forms import ACCEPT, RETURN, ReviewForm
from assessments.tasks import mail_notices
from rubric.models import newest_published

from .base import ReadOnlyAdmin
from .exporting import Exporting
from .filters import (
    MINE,
    OVERDUE,
    UNCLAIMED,
    WAITING,
    FlagFilter,
    QueueFilter,
    SecondLookFilter,
    area_filter,
    review_due,
)
from .level_columns import level_columns
from .paging import COUNTED, BoundedPaginator, BoundedRelatedFilter
from .portfolio_filters import CountedFilter

CLAIM, RELEASE, TAKE_OVER = "claim", "release", "take-over"
PRESETS = [
    ("Waiting, oldest first", f"queue={WAITING}"),
    ("I have it", f"queue={MINE}"),
    ("Nobody has it", f"queue={UNCLAIMED}"),
    ("Overdue", f"queue={OVERDUE}"),
    ("Waiting without a flag", f"queue={WAITING}&flag=no"),
    ("Waiting with a flag", f"queue={WAITING}&flag=any"),
]
"""The searches that every reviewer needs, as links: name and query."""


@admin.register(Assessment)
class AssessmentAdmin(Exporting, ReadOnlyAdmin):
    """Every submission of every organization. Drafts are the team's own and don't appear."""

    list_display = ["team", "organization", "cycle", "standing", "submitted", "flags"]
    search_fields = ["team", "organization__name", "scorecards__code"]
    list_per_page = 50
    paginator = BoundedPaginator
    show_full_result_count = False
    actions = ["accept_unflagged", "claim_all"]
    change_list_template = "admin/assessments/assessment/change_list.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Assessment]:
        scorecards = Scorecard.objects.defer("document").order_by("-sequence").prefetch_related("areas", "flags")
        queryset: QuerySet[Assessment] = super().get_queryset(request)
        return (
            queryset.exclude(submitted_at=None)
            .select_related("organization", "cycle", "claimed_by")
            .prefetch_related(Prefetch("scorecards", scorecards))
        )

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        """What waits stands oldest first; the list would put its own order over the filter's."""
        waiting = request.GET.get(QueueFilter.parameter_name) in (WAITING, OVERDUE, UNCLAIMED, MINE)
        return ["submitted_at"] if waiting else ["-submitted_at"]

    def get_list_filter(self, request: HttpRequest) -> list[Any]:  # noqa: ARG002 (Django's signature)
        rubric = newest_published().to_datatypes()
        areas = (area_filter(area, rubric.top) for area in rubric.areas)
        organization = ("organization", BoundedRelatedFilter)
        return [CountedFilter, QueueFilter, FlagFilter, SecondLookFilter, "cycle", organization, *areas]

    @admin.display(description="Where it stands", ordering="state")
    def standing(self, assessment: Assessment) -> SafeString | str:
        """What became of it, or until when it should be decided on and who has it."""
        due = review_due(assessment)
        if due is None:
            return assessment.get_state_display()
        overdue = due < timezone.localdate()
        words = format_html("<strong>Overdue since {}</strong>", _day(due)) if overdue else f"Due {_day(due)}"
        return format_html("{}; {} has it", words, assessment.claimed_by or "nobody")

    @admin.display(description="Submitted", ordering="submitted_at")
    def submitted(self, assessment: Assessment) -> str:
        return _day(timezone.localdate(assessment.submitted_at)) if assessment.submitted_at else ""

    @admin.display(description="Flags")
    def flags(self, assessment: Assessment) -> SafeString | str:
        """How many, with their reasons to hover or hear."""
        newest = _newest(assessment)
        sentences = [flag.sentence for flag in newest.flags.all()] if newest else []
        if not sentences:
            return "–"
        return format_html(
            '<span title="{}">{}<span class="usa-sr-only">: {}</span></span>',
            "\n".join(sentences),
            len(sentences),
            " ".join(sentences),
        )

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        return [*super().get_list_display(request), *level_columns(request, _area_names())]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        context = {
            "title": "Submissions",
            "presets": PRESETS,
            "saved_searches": SavedSearch.objects.filter(owner=signed_in(request)),
            "query": request.GET.urlencode(),
            "area_names": list(_area_names().values()),
        }
        response: HttpResponse = super().changelist_view(request, context | (extra_context or {}))
        return response

    # ---- Many at once ----

    def has_review_permission(self, request: HttpRequest) -> bool:
        return reviews(request.user)

    @admin.action(description="Accept those without a flag", permissions=["review"])
    def accept_unflagged(self, request: HttpRequest, queryset: QuerySet[Assessment]) -> None:
        outcome = actions.accept_unflagged(assessments=_chosen(request, queryset), by=signed_in(request))
        for assessment in outcome.accepted:
            mail_notices.enqueue(str(assessment.pk))
        count = len(outcome.accepted)
        if count:
            messages.success(request, f"Accepted {count} submission{'' if count == 1 else 's'} as claimed.")
        for refusal in outcome.refusals:
            messages.warning(request, f"Not accepted: {refusal}")

    @admin.action(description="Claim", permissions=["review"])
    def claim_all(self, request: HttpRequest, queryset: QuerySet[Assessment]) -> None:
        by = signed_in(request)
        for assessment in _chosen(request, queryset):
            self._attempt(request, f"Claimed: {assessment}.", actions.claim, assessment=assessment, by=by)

    @staticmethod
    def _attempt(request: HttpRequest, done: str, act: Callable[..., object], **given: Any) -> None:
        """Do something and say that it is done, or why not."""
        try:
            act(**given)
        except actions.Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, done)

    # ---- The review page ----

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",  # noqa: ARG002 (Django's signature)
        extra_context: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> HttpResponse:
        """The review page in place of Django's form."""
        access, user = _submission(request, object_id), signed_in(request)
        assessment = access.assessment
        act = request.POST.get("act")
        scorecard = _newest_with_document(assessment)
        noted = _noted_for(scorecard, user)
        form = self._form(request, assessment, scorecard, noted)
        # What is typed is saved first, which claims the submission, too.
        if act in (CLAIM, RELEASE, TAKE_OVER) and not (form and form.says_more):
            return self._claim(request, assessment, act)
        sent = form and request.method == "POST" and form.is_valid()
        if form and sent and self._done(request, assessment, form, scorecard, noted):
            if act == RELEASE:
                return self._claim(request, assessment, act)
            here = reverse("admin:assessments_assessment_change", args=[assessment.pk])
            queue = f"{reverse('admin:assessments_assessment_changelist')}?queue={WAITING}"
            return redirect(queue if act in (ACCEPT, RETURN) else here)
        decided = list(decided_reviews(access, user).with_rows())
        second = review_sheet.second_look(scorecard) if review_sheet.both_looks_over(scorecard) else None
        context = {
            **self.admin_site.each_context(request),
            **review_sheet.page(assessment, scorecard, form=form, noted=noted, decided=decided, second=second),
            "title": f"{assessment}",
            "opts": self.opts,
            "reviews": decided,
            "second": second,
            "second_look_over": review_sheet.second_look_over(scorecard),
            "mine": assessment.claimed_by_id == user.pk,
            "due": review_due(assessment),
        }
        return TemplateResponse(
            request,
            "admin/assessments/assessment/review.html",
            context,
            status=422 if form and form.errors else 200,
        )

    def _claim(self, request: HttpRequest, assessment: Assessment, act: str) -> HttpResponse:
        given: dict[str, Any] = {"assessment": assessment, "by": signed_in(request)}
        if act == RELEASE:
            self._attempt(request, "Released.", actions.release, **given)
        else:
            done = "Claimed. Nobody else works on it unknowingly."
            self._attempt(request, done, actions.claim, take_over=act == TAKE_OVER, **given)
        return redirect("admin:assessments_assessment_change", assessment.pk)

    @staticmethod
    def _form(
        request: HttpRequest, assessment: Assessment, scorecard: Scorecard, noted: Review | None
    ) -> ReviewForm | None:
        """What can be typed: nothing where the submission doesn't wait, or is another's, or has to be claimed before
        what is noted on it can be seen.

        What someone sends on a submission that was decided or claimed meanwhile is shown again, with the refusal.
        """
        others = assessment.claimed_by_id not in (None, signed_in(request).pk)
        hidden = noted is None and any(review.look == Look.FIRST for review in scorecard.reviews.all())
        if request.method != "POST" and (assessment.state != State.SUBMITTED or others or hidden):
            return None
        return ReviewForm(
            request.POST if request.method == "POST" else None,
            rubric=results.rubric_of(assessment),
            claimed={row.area: row.level for row in scorecard.areas.all()},
            noted=noted,
            seal=scorecard.sha256,
        )

    def _done(
        self, request: HttpRequest, assessment: Assessment, form: ReviewForm, scorecard: Scorecard, noted: Review | None
    ) -> bool:
        """Save, accept or return; a refusal stands in the form."""
        act = request.POST.get("act")
        does: dict[Any, tuple[Callable[..., Review], str]] = {
            ACCEPT: (actions.accept, f"Accepted: {assessment}."),
            RETURN: (actions.return_, f"Returned: {assessment}."),
        }
        action, done = does.get(act, (actions.save_review, "Saved. The team sees it when you decide."))
        try:
            action(assessment=assessment, by=signed_in(request), entry=form.entry, seen=form.seen)
        except actions.Refused as refusal:
            form.add_error("comment" if isinstance(refusal, actions.NothingToDo) else None, str(refusal))
            if isinstance(refusal, actions.ReviewChanged):
                form.go_on_from(scorecard.sha256, noted)
            return False
        if act in does:
            mail_notices.enqueue(str(assessment.pk))
        messages.success(request, done)
        return True

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What became of a submission, from the audit trail; Django's own log knows nothing of it."""
        access = _submission(request, object_id)
        assessment = access.assessment
        context = {
            **self.admin_site.each_context(request),
            "title": f"History: {assessment}",
            "opts": self.opts,
            "assessment": assessment,
            "moves": AuditEvent.objects.moves_of(assessment),
            "hidden": _hidden_submissions(access, signed_in(request)),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/assessments/assessment/history.html", context)


def _area_names() -> dict[str, str]:
    """Names of areas by code, from the bottom of the stack."""
    return {area.code: area.name for area in newest_published().to_datatypes().areas}


def _chosen(request: HttpRequest, queryset: QuerySet[Assessment]) -> list[Assessment]:
    """What an action works on: none of it where "select all" would reach beyond what the list has counted."""
    chosen = list(queryset[: COUNTED + 1])
    if len(chosen) > COUNTED:
        messages.error(request, f"These are more than {COUNTED} submissions. Narrow the list first.")
        return []
    return chosen


def _day(day: Any) -> str:
    return date_format(day, "M j, Y")


def _newest(assessment: Assessment) -> Scorecard | None:
    return next(iter(assessment.scorecards.all()), None)


def _newest_with_document(assessment: Assessment) -> Scorecard:
    scorecards = assessment.scorecards.prefetch_related("areas", "flags", "reviews")
    scorecard = scorecards.latest("sequence")
    scorecard.assessment = assessment
    return scorecard


def _noted_for(scorecard: Scorecard, user: User) -> Review | None:
    """The first look as far as this reviewer may see it: one who may have the second look has to stay blind."""
    return review_sheet.first_look(scorecard) if review_sheet.shows_first_look(scorecard, user) else None


def _hidden_submissions(access: Access, user: User) -> set[int]:
    """The numbers of the submissions whose decision this reader may not see the words of."""
    hidden = Review.objects.of(access.assessment).exclude(pk__in=decided_reviews(access, user).values("pk"))
    return set(hidden.values_list("scorecard__sequence", flat=True))


def _submission(request: HttpRequest, object_id: str) -> Access:
    """A submission, to a reviewer as such: one who is in the team's organization sees no more of it here."""
    user = signed_in(request)
    if not reviews(user):
        raise PermissionDenied
    assessment = readable_assessment(user, _uuid(object_id)).assessment
    if assessment.submitted_at is None:
        raise Http404
    return Access(assessment, None)


def _uuid(text: str) -> UUID:
    """An object id out of an admin address; one that is none names nothing."""
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)
