"""Requests that no page of the application makes: they cost little and leave nothing behind."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from tests.factories import Agency, answer_fields, client_of

SIGN_IN = "/accounts/login/"


# ---- Uploads ----


@pytest.mark.django_db
@pytest.mark.parametrize("address", [SIGN_IN, "/accounts/password/reset/", "/admin/login/", "/"])
def test_no_file_is_taken(address: str, settings: Settings, tmp_path: Path) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    sent = {"login": "a@b.example", "file": SimpleUploadedFile("x.bin", b"x" * 2_700_000)}
    client = Client(enforce_csrf_checks=True)
    client.get(SIGN_IN)  # with its cookie the form is read
    assert client.post(address, sent).status_code == 400
    assert list(tmp_path.iterdir()) == []


class Body(BytesIO):
    """A body that counts what is read of it."""

    taken = 0

    def read(self, size: int | None = -1, /) -> bytes:
        content = super().read(size)
        self.taken += len(content)
        return content


def send(address: str, length: int, content_type: str = "multipart/form-data; boundary=x") -> tuple[int, int]:
    """The status of a POST with a body of that length, and how much of it was read."""
    body = Body(b"x" * 1000)
    more: dict[str, Any] = {"wsgi.input": body, "CONTENT_LENGTH": str(length), "CONTENT_TYPE": content_type}
    response = Client(enforce_csrf_checks=True).generic("POST", address, **more)
    return response.status_code, body.taken


@pytest.mark.django_db
@pytest.mark.parametrize("content_type", ["multipart/form-data; boundary=x", "application/x-www-form-urlencoded"])
@pytest.mark.parametrize("address", [SIGN_IN, "/assessments/new/"])
def test_a_body_above_three_mebibytes_is_not_read(address: str, content_type: str) -> None:
    assert send(address, 3 * 1024 * 1024 + 1, content_type) == (413, 0)
    assert send(address, 200 * 1024 * 1024, content_type) == (413, 0)


def test_the_longest_form_there_is_fits(agency: Agency) -> None:
    """Every letter of it takes three bytes, and each of them three in the form."""
    fields: dict[str, Any] = {}
    for number in range(1, 6):
        links = [("数" * 200, f"https://example.gov/{'x' * 900}")] * 10
        fields |= answer_fields(f"peopleops-{number}", rationale="数" * 4000, evidence=links)
    address = reverse("area", args=[agency.draft.pk, "peopleops"])
    assert client_of(agency.lead).post(address, fields).status_code == 302
    assert agency.draft.answers.get(question__code="peopleops-5").rationale == "数" * 4000
