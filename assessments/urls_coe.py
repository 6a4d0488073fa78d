"""Addresses under /admin/ of the Center of Excellence's own pages, beside Django's."""

from django.urls import path

from assessments.views import coe, trail

urlpatterns = [
    path("audit/export.csv", trail.export_csv, name="audit-csv"),
    path("audit/export.jsonl", trail.export_json_lines, name="audit-json-lines"),
    path("searches/", coe.save_search, name="save-search"),
    path("searches/<int:pk>/forget/", coe.forget_search, name="forget-search"),
    path("agreement/", coe.agreement, name="agreement"),
    path("second-looks/", coe.second_looks, name="second-looks"),
    path("second-looks/<int:pk>/", coe.second_look, name="second-look"),
]
