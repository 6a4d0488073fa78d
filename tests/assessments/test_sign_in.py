"""Signing in: how many tries there are, and what lifts the limit (nothing); and settings that safety rests on."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import Client

from tests.factories import PASSWORD, client_of, make_reviewer, make_user

ROOT = Path(__file__).parents[2]
SIGN_IN = "/accounts/login/"


def setting(expression: str, **environment: str) -> str:
    """What the settings say in an environment of their own."""
    program = f"from aicmm import settings; print(settings.{expression})"
    env = {"PATH": os.environ["PATH"], "SECRET_KEY": "only-for-tests", **environment}
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    return ran.stdout.strip()


def try_to_sign_in(email: str, password: str) -> int:
    """The status of one try from a fresh browser: 302 when it succeeded."""
    return Client().post(SIGN_IN, {"login": email, "password": password}).status_code


def lock_out(email: str) -> None:
    for number in range(10):
        assert try_to_sign_in(email, f"wrong {number}") == 200


def test_after_ten_wrong_tries_the_right_password_is_refused(db: None) -> None:
    person = make_user(password=PASSWORD)
    lock_out(person.email)
    assert try_to_sign_in(person.email, PASSWORD) != 302


def test_a_full_cache_does_not_lift_the_limit(db: None) -> None:
    person = make_user(password=PASSWORD)
    lock_out(person.email)
    for number in range(700):
        cache.set(f"something-else-{number}", number)
    assert try_to_sign_in(person.email, PASSWORD) != 302


@pytest.mark.parametrize(
    ("address", "most"),
    [
        ("dbcache://cache", "1000000"),
        ("locmemcache://", "1000000"),
        ("dbcache://cache?max_entries=5000", "5000"),
        ("rediscache://127.0.0.1:6379/1", "None"),
    ],
)
def test_a_cache_that_throws_entries_out_holds_a_million(address: str, most: str) -> None:
    """Also where the environment names it; a Redis throws nothing out, and knows no such option."""
    assert setting("CACHES['default'].get('OPTIONS', {}).get('MAX_ENTRIES')", CACHE_URL=address) == most


@pytest.mark.parametrize(
    ("environment", "site"),
    [
        ({"SITE_URL": "https://aicmm.example.gov/"}, "https://aicmm.example.gov"),
        ({"ALLOWED_HOSTS": "aicmm.example.gov,internal"}, "https://aicmm.example.gov"),
        ({"ALLOWED_HOSTS": "*,.example.gov"}, "https://example.gov"),
        ({"HTTPS": "0", "PORT": "8123"}, "http://127.0.0.1:8123"),
        ({"HTTPS": "0", "ALLOWED_HOSTS": "*"}, "http://127.0.0.1:8000"),
    ],
)
def test_where_the_site_is_comes_from_the_settings(environment: dict[str, str], site: str) -> None:
    assert setting("SITE_URL", **environment) == site


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
def test_the_admins_own_page_for_a_new_password_leads_to_the_one_with_a_limit(method: str) -> None:
    response = getattr(client_of(make_reviewer()), method)("/admin/password_change/", {"old_password": "a guess"})
    assert (response.status_code, response["Location"]) == (302, "/accounts/password/change/")


def test_nobody_is_told_of_a_mail_that_was_not_sent(db: None) -> None:
    assert Client().get("/accounts/confirm-email/").status_code == 404
