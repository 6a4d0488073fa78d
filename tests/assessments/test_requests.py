"""Requests that no page of the application makes: they cost little and leave nothing behind."""

import runpy
import socket
import struct
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from aicmm.logs import OneLineFormatter
from aicmm.wsgi import application
from tests.factories import Agency, answer_fields, client_of, make_reviewer

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


# ---- Charsets ----

FORM = "application/x-www-form-urlencoded"


def answer(address: str, content_type: str, body: bytes) -> str:
    """The status line of a POST that goes through all that a web server calls."""
    status: list[str] = []
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "POST",
        "QUERY_STRING": "next=/%ff",
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": BytesIO(body),
    }
    environ |= {"PATH_INFO": address, "HTTP_HOST": "127.0.0.1"}
    setup_testing_defaults(environ)
    application(environ, lambda line, _: status.append(line))
    return status[0]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "charset",
    ["utf-16", "utf-32", "utf-7", "cp037", "idna", "hex", "base64", "latin-1", "utf8", "none", "x" * 20_000],
)
@pytest.mark.parametrize("address", [SIGN_IN, "/", "/admin/", "/nothing/"])
def test_what_says_it_comes_in_another_charset_gets_415_and_no_line_in_the_log(
    address: str, charset: str, caplog: pytest.LogCaptureFixture
) -> None:
    for content_type in (f"{FORM}; charset={charset}", f"{FORM}; charset*=utf-16'en'{charset}"):
        assert answer(address, content_type, b"login=%ff%fe") == "415 Unsupported Media Type"
    assert not caplog.records


def test_an_encoding_of_the_charset_itself_that_nobody_knows_gets_415() -> None:
    assert answer(SIGN_IN, f"{FORM}; charset*=nothing'en'utf-8", b"") == "415 Unsupported Media Type"


@pytest.mark.parametrize("content_type", [FORM, f"{FORM}; charset=utf-8", f'{FORM}; charset="UTF-8"', "", "text/plain"])
def test_utf_8_is_read(db: None, content_type: str) -> None:
    assert answer(SIGN_IN, content_type, b"login=%ff%fe").startswith("403")  # it has no token


# ---- Connections ----


def test_a_connection_that_stays_silent_ends() -> None:
    """The limit is set on the socket that accepts, and each connection has it from there, also once it blocks."""
    configuration = runpy.run_path(str(Path(__file__).parents[2] / "gunicorn.conf.py"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        configuration["when_ready"](SimpleNamespace(LISTENERS=[SimpleNamespace(sock=listener)]))
        with socket.create_connection(listener.getsockname()):
            accepted, _ = listener.accept()
            with accepted:
                accepted.setblocking(True)
                limit = accepted.getsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, 16)
    assert struct.unpack("@ll", limit) == (configuration["SILENCE"], 0) == (10, 0)


def test_the_proxys_example_has_the_limits_it_needs() -> None:
    text = (Path(__file__).parents[2] / "docs" / "deploy.md").read_text()
    for line in (
        "proxy_request_buffering on",
        "client_header_timeout",
        "client_body_timeout",
        "client_max_body_size 11m",
    ):
        assert line in text


# ---- What is logged of them ----


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """What the log of the application would hold."""
    caplog.handler.setFormatter(OneLineFormatter("{levelname} {name} {message}", style="{"))
    return caplog


def test_a_refusal_is_a_line_in_the_log(agency: Agency, logged: pytest.LogCaptureFixture) -> None:
    assert client_of(agency.lead).get("/admin/exports/").status_code == 403
    assert logged.text == "WARNING django.request Forbidden (Permission denied): /admin/exports/\n"


@pytest.mark.django_db
def test_a_request_without_its_token_is_a_line_in_the_log(logged: pytest.LogCaptureFixture) -> None:
    assert Client(enforce_csrf_checks=True).post("/assessments/new/").status_code == 403
    (line,) = logged.text.splitlines()
    assert line.startswith("WARNING django.security.csrf Forbidden (CSRF cookie not set.)")


@pytest.mark.django_db
def test_an_error_of_ours_is_logged_with_where_it_happened(
    logged: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assessments.views.exporting.zips.page", lambda _: 1 // 0)
    assert client_of(make_reviewer(), raise_request_exception=False).get("/admin/exports/").status_code == 500
    assert "ZeroDivisionError" in logged.text
