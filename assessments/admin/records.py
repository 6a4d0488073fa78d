"""What is kept for good and only read: scorecards and the audit trail."""

from django.contrib import admin

from assessments.models import AuditEvent, Scorecard

from .base import ReadOnlyAdmin


@admin.register(Scorecard)
class ScorecardAdmin(ReadOnlyAdmin):
    list_display = ["assessment", "sequence", "code", "sealed_by", "sealed_at"]
    search_fields = ["code", "sha256", "assessment__team", "assessment__organization__name"]
    list_filter = ["assessment__organization", "assessment__cycle"]
    list_select_related = ["assessment__organization", "assessment__cycle", "sealed_by"]
    fields = ["assessment", "sequence", "code", "sha256", "sealed_by", "sealed_at", "document"]


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    list_display = ["at", "actor", "action", "organization", "assessment", "subject"]
    search_fields = ["actor__name", "actor__email", "action", "subject", "assessment__team"]
    list_filter = ["action", "organization"]
    date_hierarchy = "at"
    list_select_related = ["actor", "organization", "assessment__organization", "assessment__cycle"]
    fields = ["at", "actor", "action", "organization", "assessment", "subject", "save_id", "detail"]
    show_full_result_count = False
