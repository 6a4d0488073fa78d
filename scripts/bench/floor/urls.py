"""The least that the same requests could cost: one row updated, a page of equal size printed, a file sent."""

import os
from pathlib import Path

from django.db.models import F
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from assessments.models import Answer


@require_POST
def update(request: HttpRequest, pk: int) -> JsonResponse:
    """Update one answer, for whoever is signed in."""
    if not request.user.is_authenticated:
        return JsonResponse({"error": "signed out"}, status=401)
    changed = Answer.objects.filter(pk=pk).update(rationale=request.POST["x-rationale"], version=F("version") + 1)
    return JsonResponse({"changed": changed})


@require_safe
def page(request: HttpRequest, name: str) -> HttpResponse:
    """A template without anything to compute: the bytes of one of the application's pages."""
    if not request.user.is_authenticated:
        return HttpResponse(status=401)
    return render(request, f"{name}.html")


@require_safe
def paper(request: HttpRequest) -> HttpResponseBase:
    """A file from the disk."""
    if not request.user.is_authenticated:
        return HttpResponse(status=401)
    return FileResponse(Path(os.environ["FLOOR_PAPER"]).open("rb"), content_type="application/pdf")


urlpatterns = [
    path("paper/", paper, name="paper"),
    path("update/<int:pk>/", update, name="update"),
    path("page/<slug:name>/", page, name="page"),
]
