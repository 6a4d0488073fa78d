"""The model's addresses, open to everyone."""

from django.urls import path

from rubric import views

urlpatterns = [
    path("", views.model, name="model"),
    path("table.csv", views.table_csv, name="model-csv"),
    path("table.pdf", views.table_pdf, name="model-pdf"),
    path("<slug:code>/", views.area, name="model-area"),
]
