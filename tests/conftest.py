"""What all tests share: the database with the AI CMM loaded, and the browser.

pytest tests/x.py                          on SQLite
TEST_DB=postgresql pytest tests/x.py       on PostgreSQL
pytest -m browser                          those that drive Chromium
"""

import gc
import os
from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker

from tests.browsing import browser, page, problems, visit
from tests.database import take_baseline

__all__ = ["browser", "django_db_setup", "page", "problems", "visit"]

DATABASE_FIXTURES = {"db", "transactional_db", "live_server"}


def touches_database(test: pytest.Item) -> bool:
    """Whether a test has to run on each database."""
    of_class = isinstance(test, pytest.Function) and test.cls is not None and issubclass(test.cls, TransactionTestCase)
    fixtures = DATABASE_FIXTURES & set(getattr(test, "fixturenames", ()))
    return of_class or bool(fixtures) or test.get_closest_marker("django_db") is not None


def runs_here(test: pytest.Item) -> bool:
    """Whether a test has something to show on this run's database; what touches none is shown on SQLite."""
    here = "postgresql" if os.environ.get("TEST_DB") == "postgresql" else "sqlite"
    if only_on := test.get_closest_marker("only_on"):
        return here in only_on.args
    return here == "sqlite" or touches_database(test)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Marks the tests that use a browser, and leaves out those that belong to the other database."""
    for test in items:
        if "browser" in getattr(test, "fixturenames", ()):
            test.add_marker("browser")
    left_out = [test for test in items if not runs_here(test)]
    items[:] = [test for test in items if runs_here(test)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)


def pytest_collection_finish() -> None:
    """All that is loaded by now stays to the end; looking for rubbish in it over and over took a sixth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Loads the AI CMM once; what tests without a transaction leave behind is put back to that."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        call_command("loaddata", "ai_cmm", verbosity=0)
        baseline = take_baseline()
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _: baseline.restore())
        with django_db_blocker.block():
            yield
