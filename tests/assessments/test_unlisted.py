"""Addresses that are secrets: search engines, caches and referrers learn nothing of them, no log has their tokens."""

import logging
import runpy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from gunicorn.config import Config

from aicmm.logs import OneLineFormatter
from aicmm.unlisted import without_tokens
from tests.factories import client_of, make_share_link

PASSPHRASE = "four quiet grey herons"
TOKEN = "Zq3_not-a-real-token-but-as-long-as-one-0123"


@pytest.mark.django_db
def test_each_response_is_unlisted_uncached_and_without_referrer(monkeypatch: pytest.MonkeyPatch) -> None:
    made = make_share_link(passphrase=PASSPHRASE, shows_texts=True)
    open_one = make_share_link()
    page = reverse("shared", args=[open_one.token])
    asked = reverse("shared", args=[made.token])
    lead = client_of(open_one.link.created_by, raise_request_exception=False)
    replies = [
        Client().get(page),
        lead.get(page),
        Client().get("/shared/nothing/"),
        Client().get("/shared/nothing"),
        Client().put(page),
        Client().get(reverse("shared-pdf", args=[made.token])),
        Client(enforce_csrf_checks=True).post(asked, {"passphrase": "x"}),
        Client().get(asked),
        Client().post(asked, {"passphrase": "x"}),
    ]
    monkeypatch.setattr("assessments.sharing.shared_page", lambda _: 1 // 0)
    replies.append(lead.get(page))
    assert [reply.status_code for reply in replies] == [200, 200, 404, 301, 405, 302, 403, 200, 422, 500]
    for reply in replies:
        assert reply["X-Robots-Tag"] == "noindex, nofollow, noarchive"
        assert reply["Cache-Control"] == "private, no-store"
    # The passphrase's form would be taken for another site's, did the browser not say where it comes from.
    policies = [reply["Referrer-Policy"] for reply in replies]
    assert policies == ["no-referrer"] * 7 + ["same-origin"] * 2 + ["no-referrer"]
    for reply in (replies[0], replies[2], replies[7]):
        assert '<meta name="robots" content="noindex, nofollow, noarchive">' in reply.content.decode()


@pytest.mark.django_db
def test_other_pages_say_none_of_this() -> None:
    reply = Client().get("/")
    assert "X-Robots-Tag" not in reply
    assert reply["Referrer-Policy"] == "same-origin"


@pytest.mark.django_db
def test_no_line_of_the_log_has_a_token(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.handler.setFormatter(OneLineFormatter("{levelname} {name} {message}", style="{"))
    made = make_share_link(passphrase=PASSPHRASE)
    address = reverse("shared", args=[made.token])
    Client().get(reverse("shared-pdf", args=[made.token]))
    Client().put(address)
    Client().post(address, {"passphrase": "wrong"})
    Client(enforce_csrf_checks=True).post(address, {"passphrase": "wrong"})
    Client().get(f"/invitations/{TOKEN}/")
    monkeypatch.setattr("assessments.views.sharing.PassphraseForm", lambda: 1 // 0)
    assert Client(raise_request_exception=False).get(address).status_code == 500
    log = caplog.text
    assert "Not Found: /shared/[token]/scorecard.pdf" in log
    assert "Internal Server Error: /shared/[token]/" in log
    assert "ZeroDivisionError" in log
    assert "Not Found: /invitations/[token]/" in log
    assert made.token not in log
    assert TOKEN not in log


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        (f"Not Found: /shared/{TOKEN}/", "Not Found: /shared/[token]/"),
        (f"GET /shared/{TOKEN}?a=b HTTP/1.1", "GET /shared/[token]?a=b HTTP/1.1"),
        (f"https://h.example:8000/shared/{TOKEN}/scorecard.pdf", "https://h.example:8000/shared/[token]/scorecard.pdf"),
        (f"Not Found: /shared//{TOKEN}/", "Not Found: /shared//[token]/"),
        (
            f"GET /login/?next=%2Finvitations%2f{TOKEN}%2F HTTP/1.1",
            "GET /login/?next=%2Finvitations%2f[token] HTTP/1.1",
        ),
        (f"Not Found: /Shared/{TOKEN}/", "Not Found: /Shared/[token]/"),
        ("/organizations/a/people/invitations/5/withdraw/", "/organizations/a/people/invitations/5/withdraw/"),
        ("/assessments/5/share/7/", "/assessments/5/share/7/"),
    ],
)
def test_only_the_token_is_left_out(line: str, kept: str) -> None:
    assert without_tokens(line) == kept


def test_gunicorns_logs_have_no_token_either(capfd: pytest.CaptureFixture[str]) -> None:
    configuration = runpy.run_path(str(Path(__file__).parents[2] / "gunicorn.conf.py"))
    settings: Any = Config()
    settings.set("accesslog", "-")
    settings.set("loglevel", "debug")
    logger = configuration["logger_class"](settings)
    path = f"/shared/{TOKEN}/"
    environ = {
        "REQUEST_METHOD": "GET",
        "RAW_URI": path,
        "PATH_INFO": path,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_REFERER": f"https://h.example{path}",
        "HTTP_USER_AGENT": "Firefox",
        "REMOTE_ADDR": "203.0.113.7",
    }
    response = SimpleNamespace(status="200 OK", sent=5, headers=[])
    logger.access(response, SimpleNamespace(headers=[]), environ, SimpleNamespace(seconds=0, microseconds=9, days=0))
    logger.error("Error handling request %s", path)
    written = "".join(capfd.readouterr())
    assert '"GET /shared/[token]/ HTTP/1.1" 200 5 "https://h.example/shared/[token]/" "Firefox"' in written
    assert "Error handling request /shared/[token]/" in written
    assert TOKEN not in written
