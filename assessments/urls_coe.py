"""Addresses under /admin/ of the Center of Excellence's own pages, beside Django's."""

from django.urls import path

from assessments.views import coe

urlpatterns = [
    path("searches/", coe.save_search, name="save-search"),
    path("searches/<int:pk>/forget/", coe.forget_search, name="forget-search"),
    path("agreement/", coe.agreement, name="agreement"),
    path("second-looks/", coe.second_looks, name="second-looks"),
    path("second-looks/<int:pk>/", coe.second_look, name="second-look"),
]
