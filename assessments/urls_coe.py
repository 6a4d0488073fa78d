"""Addresses under /admin/ of the Center of Excellence's own pages, beside Django's."""

from django.urls import URLPattern, path

from assessments.views import coe

urlpatterns: list[URLPattern] = [
    path("portfolio/", coe.portfolio, name="portfolio"),
]
