"""Chromium for the tests: pages that report what goes wrong in them, sign-in, and axe-core."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connections
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, WebError, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from scripts import chromium

CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-sync",
    "--no-first-run",
    "--disable-component-update",
]
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
of_the_browser = pytest.mark.only_on("sqlite")
"""For what a browser does with pages that other tests ask on both databases."""
ROOT = Path(__file__).resolve().parent.parent


def missing(what: str) -> None:
    """Skips a test that cannot run here; where CI runs, nothing may be missing."""
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A Chromium, found as `make test` finds it."""
    # Playwright keeps an event loop in this thread, on which Django would refuse to touch the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    # How long to wait for what will come anyway; five seconds are too few where many things run at once.
    expect.set_options(timeout=20_000)
    with sync_playwright() as playwright:
        path = chromium.find() or playwright.chromium.executable_path
        if not Path(path).exists():
            missing(chromium.MISSING)
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_OPTIONS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@dataclass
class Problems:
    """What pages complained of: console errors, among them refusals by the content security policy, and exceptions."""

    expected: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)

    def expect(self, *patterns: str) -> None:
        """From here on, complaints that match one of the regular expressions are what the test wants."""
        self.expected += patterns

    def watch(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", self._exception)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.seen.append(f"{message.text} ({message.location.get('url', '')})")

    def _exception(self, error: WebError) -> None:
        self.seen.append(f"Uncaught: {error.error}")

    def unexpected(self) -> list[str]:
        return [text for text in self.seen if not any(re.search(pattern, text) for pattern in self.expected)]


@pytest.fixture
def problems() -> Problems:
    """The complaints of this test's pages; `problems.expect("status of 500")` allows some."""
    return Problems()


class Visit(Protocol):
    def __call__(self, email: str | None = None, /, **options: Any) -> Page: ...


@pytest.fixture
def visit(browser: Browser, live_server: LiveServer, problems: Problems) -> Iterator[Visit]:
    """Opens a browser window of its own for a person, signed in if named: `visit("lead@agency.example")`.

    Other arguments are Playwright's for a context, such as `viewport` or `java_script_enabled`.
    """
    contexts: list[BrowserContext] = []

    def open_window(email: str | None = None, /, **options: Any) -> Page:
        context = browser.new_context(
            **{"base_url": live_server.url, "viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce"}
            | options
        )
        contexts.append(context)
        problems.watch(context)
        page = context.new_page()
        if email is not None:
            sign_in(page, email)
        return page

    yield open_window
    for context in contexts:
        context.close()
    connections.close_all()
    assert not problems.unexpected(), "The pages complained:\n" + "\n".join(problems.unexpected())


@pytest.fixture
def page(visit: Visit) -> Page:
    """One window, nobody signed in."""
    return visit()


def sign_in(page: Page, email: str) -> None:
    """Signs a person in without the form (tests of the form fill it in), for all windows of the page's context."""
    client = Client()
    client.force_login(get_user_model()._default_manager.get(email=email), settings.AUTHENTICATION_BACKENDS[0])
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "domain": "localhost", "path": "/"}])


@cache
def axe() -> str:
    return (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text()


def check_accessibility(page: Page) -> None:
    """Asserts that axe-core finds nothing, in the page as it stands, under its content security policy."""
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate(axe())
    violations = page.evaluate(
        "tags => axe.run(document, {runOnly: tags, resultTypes: ['violations']}).then(r => r.violations)", AXE_TAGS
    )
    found = [
        f"{violation['id']}: {violation['help']}: {node['html']} ({node['failureSummary']})"
        for violation in violations
        for node in violation["nodes"]
    ]
    assert not found, "\n".join(found)
