"""Addresses under /admin/ of the Center of Excellence's own pages, beside Django's."""

from django.urls import path

from assessments.views import exporting

urlpatterns = [
    path("assessments/export.json", exporting.listed, {"kind": "json"}, name="export-list-json"),
    path("assessments/export.csv", exporting.listed, {"kind": "csv"}, name="export-list-csv"),
    path("assessments/export.xlsx", exporting.listed, {"kind": "xlsx"}, name="export-list-xlsx"),
    path("exports/", exporting.jobs, name="exports"),
    path("exports/<int:pk>/start/", exporting.start_again, name="export-start"),
    path("exports/<int:pk>/download/", exporting.download, name="export-download"),
]
