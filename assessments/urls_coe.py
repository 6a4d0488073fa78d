"""Addresses under /admin/ of the Center of Excellence's own pages, beside Django's."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
