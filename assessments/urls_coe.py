"""Addresses under /admin/ of the Center of Excellence's own pages, beside Django's."""

from django.urls import path

from assessments.views import coe, exporting, trail

urlpatterns = [
    path("assessments/export.json", exporting.listed, {"kind": "json"}, name="export-list-json"),
    path("assessments/export.csv", exporting.listed, {"kind": "csv"}, name="export-list-csv"),
    path("assessments/export.xlsx", exporting.listed, {"kind": "xlsx"}, name="export-list-xlsx"),
    path("exports/", exporting.jobs, name="exports"),
    path("exports/<int:pk>/start/", exporting.start_again, name="export-start"),
    path("exports/<int:pk>/download/", exporting.download, name="export-download"),
    path("audit/export.csv", trail.export_csv, name="audit-csv"),
    path("audit/export.jsonl", trail.export_json_lines, name="audit-json-lines"),
    path("searches/", coe.save_search, name="save-search"),
    path("searches/<int:pk>/forget/", coe.forget_search, name="forget-search"),
    path("portfolio/", coe.portfolio, name="portfolio"),
    path("agreement/", coe.agreement, name="agreement"),
    path("second-looks/", coe.second_looks, name="second-looks"),
    path("second-looks/<int:pk>/", coe.second_look, name="second-look"),
]
