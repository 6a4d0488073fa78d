"""What is kept for good and only read: scorecards. The audit trail has a module of its own."""

from django.contrib import admin

from assessments.models import Scorecard

from .base import ReadOnlyAdmin


@admin.register(Scorecard)
class ScorecardAdmin(ReadOnlyAdmin):
    list_display = ["assessment", "sequence", "code", "sealed_by", "sealed_at"]
    search_fields = ["code", "sha256", "assessment__team", "assessment__organization__name"]
    list_filter = ["assessment__organization", "assessment__cycle"]
    list_select_related = ["assessment__organization", "assessment__cycle", "sealed_by"]
    fields = ["assessment", "sequence", "code", "sha256", "sealed_by", "sealed_at", "document"]
