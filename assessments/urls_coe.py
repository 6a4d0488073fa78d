"""Addresses under /admin/ of the Center of Excellence's own pages, beside Django's."""

from django.urls import URLPattern, path

from assessments.views import trail

urlpatterns: list[URLPattern] = [
    path("audit/export.csv", trail.export_csv, name="audit-csv"),
    path("audit/export.jsonl", trail.export_json_lines, name="audit-json-lines"),
]
