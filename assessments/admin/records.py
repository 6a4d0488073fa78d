"""What is kept for good and only read: scorecards. The audit trail has a module of its own."""

import json

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from assessments.models import Scorecard
from assessments.reports import printed_moment
from assessments.submissions import standing_of

from .base import ReadOnlyAdmin

FACTS = ("submission", "number", "sealed", "what_became_of_it", "read", "seal", "sha256", "sealed_document")
"""What the page of a scorecard says, in this order."""


@admin.register(Scorecard)
class ScorecardAdmin(ReadOnlyAdmin):
    """What was sealed: the facts first, where to read it, and the sealed document itself folded away."""

    list_display = ["assessment", "sequence", "code", "sealed_by", "sealed_at"]
    search_fields = ["code", "sha256", "assessment__team", "assessment__organization__name"]
    list_filter = ["assessment__organization", "assessment__cycle"]
    list_select_related = ["assessment__organization", "assessment__cycle", "sealed_by"]
    fields = [*FACTS]
    readonly_fields = [*FACTS]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Scorecard]:
        names = ["assessment__organization", "assessment__cycle", "assessment__rubric", "sealed_by"]
        queryset: QuerySet[Scorecard] = super().get_queryset(request).select_related(*names)
        return queryset

    @admin.display(description="Submission of")
    def submission(self, scorecard: Scorecard) -> SafeString:
        address = reverse("admin:assessments_assessment_change", args=[scorecard.assessment_id])
        return format_html('<a href="{}">{}</a>', address, scorecard.assessment)

    @admin.display(description="Number")
    def number(self, scorecard: Scorecard) -> str:
        return f"{scorecard.sequence} of {scorecard.assessment.scorecards.count()}"

    @admin.display(description="Sealed")
    def sealed(self, scorecard: Scorecard) -> str:
        return f"{printed_moment(scorecard.sealed_at)}, by {scorecard.sealed_by}"

    @admin.display(description="What became of it")
    def what_became_of_it(self, scorecard: Scorecard) -> str:
        return render_to_string("components/submission_standing.html", {"submission": standing_of(scorecard)}).strip()

    @admin.display(description="Read it")
    def read(self, scorecard: Scorecard) -> SafeString:
        number = f"?submission={scorecard.sequence}"
        return format_html(
            '<a href="{}">Result</a> · <a href="{}">Scorecard (PDF)</a>',
            reverse("result", args=[scorecard.assessment_id]) + number,
            reverse("scorecard-pdf", args=[scorecard.assessment_id]) + number,
        )

    @admin.display(description="Seal")
    def seal(self, scorecard: Scorecard) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("verify", args=[scorecard.code]), scorecard.code)

    @admin.display(description="Sealed document")
    def sealed_document(self, scorecard: Scorecard) -> SafeString:
        """The same content in lines; the seal is of the text without them."""
        return format_html(
            '<details class="sealed-document"><summary>Show the JSON, in lines to be read</summary>'
            '<pre tabindex="0">{}</pre></details>',
            json.dumps(json.loads(scorecard.document), ensure_ascii=False, indent=2),
        )
